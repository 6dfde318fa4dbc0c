"""Modules as people read them: the indented tree of `repr`, and HTML for notebooks."""

from __future__ import annotations

from html import escape
from math import prod
from typing import TYPE_CHECKING

from tiza.errors import pick
from tiza.nn.words import WORDS

if TYPE_CHECKING:
    from tiza.nn.module import Module


def tree(module: Module) -> str:
    """The module and its parts, one a line; equal neighbours in a ModuleList are counted."""
    name, extra = type(module).__name__, module.extra_repr()
    parts = [(key, repr(part)) for key, part in module._modules.items()]
    if not parts:
        return f"{name}({extra})"
    lines = extra.splitlines()
    for key, text in _counted(parts) if getattr(module, "folds", False) else parts:
        lines.append(f"({key}): {text}")
    inner = "\n".join(lines).replace("\n", "\n  ")
    return f"{name}(\n  {inner}\n)"


def _counted(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    runs: list[list[str]] = []  # first key, last key, text
    for key, text in parts:
        if runs and runs[-1][2] == text:
            runs[-1][1] = key
        else:
            runs.append([key, key, text])
    return [
        (first, text)
        if first == last
        else (f"{first}-{last}", f"{int(last) - int(first) + 1} x {text}")
        for first, last, text in runs
    ]


def html(module: Module) -> str:
    """The parts as a table: layer, parameters with their shapes, how many numbers."""
    rows = []
    for path, part in module.named_modules():
        own = [(key, tuple(p.shape)) for key, p in part._parameters.items() if p is not None]
        depth = path.count(".") + 1 if path else 0
        label = f"{path.rsplit('.', 1)[-1]}: " if path else ""
        what = escape(f"{label}{type(part).__name__}({part.extra_repr()})")
        shapes = escape(", ".join(f"{key} {shape}" for key, shape in own))
        count = sum(prod(shape) for _, shape in own)
        rows.append(
            f'<tr><td style="text-align:left;padding-left:{depth}em"><code>{what}</code></td>'
            f'<td style="text-align:left">{shapes}</td><td>{count or ""}</td></tr>'
        )
    total = sum(p.size for p in module.parameters())
    head = "".join(
        f'<th style="text-align:{side}">{escape(pick(WORDS[word]))}</th>'
        for word, side in (("layer", "left"), ("shapes", "left"), ("parameters", "right"))
    )
    foot = f'<tr><td colspan="2"></td><td><b>{total}</b></td></tr>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}{foot}</tbody></table>"
