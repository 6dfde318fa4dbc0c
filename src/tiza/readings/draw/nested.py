"""The parts of a module as boxes in boxes, where no input is given that would order them."""

from __future__ import annotations

from html import escape
from math import prod

from tiza.nn.module import Module
from tiza.readings.draw.svg import document, text, width_of
from tiza.readings.draw.words import counted, say

LINE, PAD, GAP = 18.0, 12.0, 8.0
Drawn = tuple[float, float, list[tuple[float, float, str]]]  # wide, high, pieces and their places


def nested(model: Module, depth: int | None) -> str:
    """The SVG: each module a box with its kind, its sizes and its parameters, parts inside."""
    wide, high, pieces = _box("", model, 0, depth)
    title = say("blocks")
    parts = [text(16, 26, escape(title), "head", "start")]
    parts += [piece.format(x=x + 16, y=y + 40) for x, y, piece in pieces]
    return document(parts, wide + 32, high + 56, title)


def _box(name: str, module: Module, level: int, depth: int | None) -> Drawn:
    kind = type(module).__name__
    extra = module.extra_repr().replace("\n", ", ")
    title = f"{name}: {kind}" if name else kind
    lines = [title, *([extra] if extra else [])]
    own = sum(prod(p.shape) for p in module.parameters())
    if own:
        lines.append(counted("parameters", own))
    wide = max(width_of(line, 14.5 if k == 0 else 12) for k, line in enumerate(lines)) + 2 * PAD
    high = PAD + LINE * len(lines)
    inner: list[tuple[float, float, str]] = []
    if depth is None or level < depth:
        for key, part in module.named_children():
            part_wide, part_high, pieces = _box(key, part, level + 1, depth)
            inner += [(x + PAD, y + high, piece) for x, y, piece in pieces]
            wide = max(wide, part_wide + 2 * PAD)
            high += part_high + GAP
    high += PAD - (GAP if inner else 4)
    kind = "layer" if not inner else "operation"
    frame = _frame(wide, high, kind)
    words = [(PAD, PAD + 9 + LINE * k, line, "head" if k == 0 else "faint")
             for k, line in enumerate(lines)]  # fmt: skip
    return wide, high, [(0, 0, frame), *[(x, y, _line(s, c)) for x, y, s, c in words], *inner]


def _frame(wide: float, high: float, kind: str) -> str:
    return (f'<rect x="{{x:.1f}}" y="{{y:.1f}}" width="{wide:.1f}" height="{high:.1f}" rx="7" '
            f'class="box {kind}"/>')  # fmt: skip


def _line(words: str, kind: str) -> str:
    safe = escape(words).replace("{", "{{").replace("}", "}}")
    return f'<text x="{{x:.1f}}" y="{{y:.1f}}" class="{kind}">{safe}</text>'
