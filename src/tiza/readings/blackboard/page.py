"""The sections of a derivation on paper, the same for HTML, LaTeX and Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from tiza.readings.blackboard.boxes import EQUALS, Box, Sign, row
from tiza.readings.blackboard.expr import Expr
from tiza.readings.blackboard.figures import array_box, given_box
from tiza.readings.blackboard.folding import Fold, Shown, shown, shown_symbols
from tiza.readings.blackboard.notation import formula, name_box
from tiza.readings.blackboard.proofs import pieces
from tiza.readings.blackboard.steps import Introduced, Step
from tiza.readings.blackboard.words import say

if TYPE_CHECKING:
    from tiza.readings.blackboard.result import Derivation


MOST_UPDATES = 24  # new values that are worth a page


@dataclass
class Entry:
    """One line: the equation, its numbers put in, its value, and the proof of its rule."""

    equation: Box
    numbers: Box | None = None
    value: Box | None = None
    shape: tuple[int, ...] = ()
    why: list[str | Box] = field(default_factory=list)
    fold: Fold | None = None
    tight: bool = False  # of a summary on paper: no shape beside it


@dataclass
class Section:
    """A part of the derivation."""

    part: str
    title: str
    entries: list[Entry]
    formulas: list[Box] = field(default_factory=list)  # of the update, for any variable


def sections(d: Derivation) -> list[Section]:
    """The parts that this derivation shows, in the order of the blackboard."""
    wanted = ["forward", "local", "backward", "gradients", "direction", "second"]
    if d.detail == "summary":
        wanted.remove("local")
    seen: set[str] = set()
    made = [
        Section(part, say(part), [entry(s, d, seen) for s in shown(d, part)]) for part in wanted
    ]
    if d.rule:
        numbers = d.numbers and d.detail != "summary"
        steps = d.part("update")
        rows = [updated(s, d) for s in steps] if numbers and len(steps) <= MOST_UPDATES else []
        made.append(Section("update", say("update"), rows, [s.box for s in d.rule]))
    return [s for s in made if s.entries or s.formulas]


def notes(d: Derivation) -> list[str]:
    """What is said once about the signs in use."""
    keys = [] if d.board.scalar else ["entrywise"]
    keys += ["book"] if d.board.turned else []
    keys += ["vec"] if any(_speaks_of_vec(s.formula) for s in d.steps) else []
    return [say(key) for key in keys]


def _speaks_of_vec(e: Expr) -> bool:
    return e.op in {"kron", "commute"} or any(map(_speaks_of_vec, e.args))


def entry(item: Shown, d: Derivation, seen: set[str]) -> Entry:
    """One step as a line; a rule's proof stands where the rule is used first."""
    step = item.step
    tight = d.detail == "summary"
    made = Entry(step.box, shape=step.shape, fold=item.fold, tight=tight)
    if item.fold is None and d.numbers and d.detail != "summary":
        made.value = array_box(step.value, d.decimal)
        if step.part in {"forward", "direction"} and step.shape == ():
            made.numbers = put_in(step, d)
    if d.detail == "entries" and step.part != "forward" and step.rule not in seen:
        seen.add(step.rule)
        made.why = pieces(step.rule)
    return made


def updated(step: Step, d: Derivation) -> Entry:
    """New value of a variable or of what the optimizer keeps for it."""
    box = row(name_box(step.name), Sign(step.sign, "relation"), array_box(step.value, d.decimal))
    return Entry(box, shape=step.shape)


def put_in(step: Step, d: Derivation) -> Box | None:
    """The formula with numbers in the place of its symbols; None where that is no more readable."""
    with_numbers = substituted(step.formula, d)
    if with_numbers is None or with_numbers == step.formula:
        return None
    return formula(with_numbers)


def substituted(expr: Expr, d: Derivation) -> Expr | None:
    """Every symbol exchanged for its number; None where one is an array."""
    if expr.op == "sym":
        value = d.values.get(expr.data)
        if value is None or getattr(value, "shape", ()) != ():
            return None
        return Expr("num", (), (), rounded(float(value)))
    args = [substituted(a, d) for a in expr.args]
    if any(a is None for a in args):
        return None
    return Expr(expr.op, tuple(a for a in args if a is not None), expr.shape, expr.data)


def rounded(value: float) -> Fraction | float:
    """Six digits; whole numbers exact."""
    short = float(f"{value:.6g}")
    return Fraction(int(short)) if short.is_integer() and abs(short) < 1e9 else short


def given(d: Derivation) -> list[tuple[Introduced, Box, Fold | None]]:
    """The symbols at the start: name = value, or name with its shape."""
    made = []
    for g in shown_symbols(d):
        i, box = g.symbol, name_box(g.symbol.name)
        if i.shape == () and d.numbers:
            box = row(box, EQUALS, given_box(float(i.value), d.decimal))
        made.append((i, box, g.fold))
    return made
