"""The derivation in Unicode, as it stands in the terminal: parts side by side where they fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tiza.readings.blackboard.figures import figure, plain_figure, shape_text, small_text
from tiza.readings.blackboard.folding import Fold, Given, Shown, shown, shown_symbols
from tiza.readings.blackboard.notation import name_box
from tiza.readings.blackboard.page import notes
from tiza.readings.blackboard.steps import Step
from tiza.readings.blackboard.unicode import unicode
from tiza.readings.blackboard.words import TOLD, say

if TYPE_CHECKING:
    from tiza.readings.blackboard.result import Derivation

WIDTH = 110


@dataclass
class Line:
    """One equation: left side, sign, right side, and its value or shape."""

    left: str
    sign: str
    right: str
    value: str


def plain(d: Derivation) -> str:
    """The whole derivation."""
    blocks: list[list[str]] = [_given(d)]
    if d.board.scalar:
        blocks += _scalar(d)
    else:
        blocks += _matrices(d)
    blocks += [_proofs(d)] if d.detail == "entries" else []
    blocks.append(_check(d))
    blocks.append([say("vec")] if say("vec") in notes(d) else [])
    return "\n".join("\n".join(block) for block in blocks if block)


def width(text: str) -> int:
    """Columns on the screen: marks above letters take none."""
    return sum(1 for c in text if not unicodedata.combining(c))


def pad(text: str, columns: int) -> str:
    """Filled up with spaces."""
    return text + " " * max(0, columns - width(text))


def _given(d: Derivation) -> list[str]:
    items = [_introduced(g, d) for g in shown_symbols(d)]
    lines, current = [], say("symbols") + "  "
    for item in items:
        if width(current) + width(item) > WIDTH and current.strip():
            lines.append(current.rstrip(", ") + ",")
            current = " " * width(say("symbols") + "  ")
        current += item + ", "
    return [*lines, current.rstrip(", ")]


def _introduced(given: Given, d: Derivation) -> str:
    i = given.symbol
    name = unicode(name_box(i.name))
    if i.shape == ():
        told = f" ({say(i.kind)})" if i.kind == "search" else ""
        number = f" = {plain_figure(float(i.value), d.decimal)}" if d.numbers else ""
        return f"{name}{number}{told}"
    where = f" {i.where}" if i.where and i.where != name else ""
    span = f", {given.fold.span}" if given.fold is not None else ""
    told = f", {say(i.kind)}" if i.kind in TOLD - {"one-hot"} else ""
    return f"{name}{where} ({shape_text(i.shape)}{span}{told})"


def lines_of(steps: Sequence[Step], d: Derivation) -> list[Line]:
    """Equations with their values."""
    made = []
    for s in steps:
        value = ""
        if s.shape == () and d.numbers:
            value = figure(float(s.value), d.decimal)
        elif s.shape != ():
            small = _small(s, d)
            value = f"= {small}" if small else shape_text(s.shape)
        made.append(Line(unicode(s.left), s.sign, unicode(s.right), value))
    return made


MOST_ENTRIES = 6  # of an array that is written out on one line
MOST_ROWS = 16  # of an update whose arrays are written out


def _small(s: Step, d: Derivation) -> str:
    """The numbers of a small vector or matrix, where they are the result."""
    wanted = s.part in {"direction", "second", "update"} and d.numbers and s.formula.ndim <= 2
    small = wanted and 0 < np.size(s.value) <= MOST_ENTRIES
    return small_text(s.value, d.decimal) if small else ""


def block(title: str, lines: Sequence[Line], indent: str = "  ") -> list[str]:
    """A title and its equations, signs below signs and values below values."""
    if not lines:
        return []
    left = max(width(x.left) for x in lines)
    signs = max(width(x.sign) for x in lines)
    right = max((width(x.right) for x in lines if width(x.right) < 60), default=0)
    made = [title]
    numbers = [x.value for x in lines if _is_number(x.value)]
    most = max((len(v) for v in numbers), default=0)
    for x in lines:
        text = f"{indent}{pad(x.left, left)} {pad(x.sign, signs)} "
        if not x.right:
            made.append(f"{text}{x.value}")
        elif _is_number(x.value):
            made.append(f"{text}{pad(x.right, right)}  = {x.value.rjust(most)}")
        else:
            made.append(f"{text}{pad(x.right, right)}  {x.value}".rstrip())
    return made


def _is_number(text: str) -> bool:
    return (
        bool(text) and "×" not in text and text[0] not in "=[(" and any(c in text for c in ".,∞Ne")
    )


def beside(left: Sequence[str], right: Sequence[str]) -> list[str]:
    """Two blocks side by side, or one below the other where they do not fit."""
    if not right:
        return list(left)
    column = max(map(width, left)) + 3
    if column + max(map(width, right)) > WIDTH + 10:
        return [*left, *right]
    rows = max(len(left), len(right))
    a = [*left, *[""] * (rows - len(left))]
    b = [*right, *[""] * (rows - len(right))]
    return [f"{pad(x, column)}{y}".rstrip() for x, y in zip(a, b, strict=True)]


def _scalar(d: Derivation) -> list[list[str]]:
    forward = block(say("forward-short"), lines_of(d.part("forward"), d))
    second = block(say("direction"), lines_of(d.part("direction"), d))
    second += block(say("second"), lines_of(d.part("second"), d))
    if d.detail == "summary":
        steps = block(say("gradients"), lines_of(d.part("gradients"), d))
        return [forward, block(say("backward-short"), lines_of(d.part("backward"), d)), steps,
                second, _update(d)]  # fmt: skip
    local = block(say("local"), lines_of(d.part("local"), d))
    return [
        beside(forward, local),
        block(say("backward-short"), lines_of(d.part("backward"), d)),
        beside(block(say("gradients"), lines_of(d.part("gradients"), d)), _update(d)),
        second,
    ]


def _update(d: Derivation) -> list[str]:
    if not d.rule:
        return []
    rules = [s.text for s in d.rule]
    rows = []
    steps = d.part("update")
    for s in steps:
        if s.shape == () and d.numbers:
            rows.append(Line(unicode(s.left), s.sign, "", figure(float(s.value), d.decimal)))
        elif len(steps) <= MOST_ROWS and (numbers := _small(s, d)):
            rows.append(Line(unicode(s.left), s.sign, "", numbers))
    head = say("update")
    if len(rules) == 1:
        return block(f"{head}  {rules[0]}", rows) if rows else [f"{head}  {rules[0]}"]
    return [head, *(f"  {r}" for r in rules), *block("", rows)[1:]]


def _matrices(d: Derivation) -> list[list[str]]:
    titles = {"forward": "forward-short", "local": "local", "backward": "backward-short",
              "gradients": "gradients", "direction": "direction",
              "second": "second"}  # fmt: skip
    made = [_folded(say(title), shown(d, part), d) for part, title in titles.items()]
    return [*made, _update(d)]


def _folded(title: str, steps: Sequence[Shown], d: Derivation) -> list[str]:
    """A block in which equal layers stand once, under "for ℓ = 1, …, 12"."""
    lines = []
    for s in steps:
        (line,) = lines_of([s.step], d)
        lines.append(line if s.fold is None else replace(line, value=shape_text(s.step.shape)))
    made = block(title, lines)
    rows = [made[0]] if made else []
    before: Fold | None = None
    for s, text in zip(steps, made[1:], strict=True):
        if s.fold is not None and s.fold != before:
            rows.append(f"  {s.fold}:")
        rows.append(f"  {text}" if s.fold is not None else text)
        before = s.fold
    return rows


def _proofs(d: Derivation) -> list[str]:
    """The proof of each rule, below the first equation that uses it."""
    made, seen = [say("why")], set()
    for step in d.steps:
        if step.part in {"local", "backward", "gradients", "second"} and step.rule not in seen:
            seen.add(step.rule)
            made.append(f"  {step.text}")
            made += [f"    {line}" for line in step.why().splitlines()]
    return made if seen else []


def _check(d: Derivation) -> list[str]:
    found = d.check()
    return [f"{say('check')}  {say('greatest')} {say('to-finite')}: {size(found['finite'])}, "
            f"{say('to-formulas')}: {size(found['formulas'])}"]  # fmt: skip


def size(value: float) -> str:
    """2e-13."""
    return "0" if value == 0 or (not np.isfinite(value) and value == 0) else f"{value:.0e}"
