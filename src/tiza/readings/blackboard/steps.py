"""What a derivation is made of: steps, each one true equation, in five parts.

The data model that renderers, marking and the classics build on:

    Derivation.steps        every Step in the order of the blackboard
    Step.part               "forward" | "local" | "backward" | "gradients" | "direction" | "second"
                            | "update"
    Step.name               what the equation defines: Symbol or Partial (`expr.Name`)
    Step.formula            its right side as `expr.Expr`
    Step.between            further right sides, in order, before `formula` (δ := ∂L/∂z = ...)
    Step.value              what the engine computed for it (float64)
    Step.nodes              the graph nodes it stands for
    Step.layer              path of the layer that it belongs to ("" outside of layers)
    Step.rule               which rule justifies it; `Step.why()` prints that rule's proof
    Step.latex, .text, .mathml   the equation in each medium

    Derivation.values       {name: value}: the table with which every formula is evaluated
    Derivation.symbols      Introduced(name, what, shape, value): what the formulas begin with
    Derivation.check()      {"formulas": ..., "engine": ..., "finite": ...} greatest differences

`evaluate(step.formula, {**derivation.values, name: other})` evaluates a printed formula at other
numbers; `expr.symbols_of(step.formula)` are the names that it is written in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza.graph import Node
from tiza.readings.blackboard.boxes import EQUALS, Box, Sign, row
from tiza.readings.blackboard.expr import Array, Expr, Name, Shape, evaluate
from tiza.readings.blackboard.functions import FUNCTIONS as FUNCTIONS  # enters the looks
from tiza.readings.blackboard.latex import latex
from tiza.readings.blackboard.mathml import mathml
from tiza.readings.blackboard.notation import formula, name_box
from tiza.readings.blackboard.unicode import unicode

PARTS = ("forward", "local", "backward", "gradients", "direction", "second", "update")


@dataclass(frozen=True)
class Introduced:
    """A symbol that the formulas begin with: data, a parameter, a hyperparameter."""

    name: Name
    kind: str  # "parameter" | "data" | "value" | "step" | "examples" | "entries" | "one-hot"
    shape: Shape
    value: Array
    where: str = ""  # its path in the model, where it has one


@dataclass(frozen=True)
class Step:
    """One equation: name = formula, and the value that the engine computed for it."""

    part: str
    name: Name
    formula: Expr
    value: Array
    nodes: tuple[Node, ...] = ()
    between: tuple[Expr, ...] = ()
    sign: str = "="  # ":=" where a δ is introduced, "←" in an update
    layer: str = ""
    rule: str = ""
    differential: bool = False  # the name stands for d name (the differential of a matrix)

    @property
    def shape(self) -> Shape:
        """The shape of both sides."""
        return self.formula.shape

    @property
    def left(self) -> Box:
        """What stands before the equals sign."""
        return name_box(self.name)

    @property
    def right(self) -> Box:
        """What stands after it."""
        parts: list[Box] = []
        for expr in (*self.between, self.formula):
            parts += [EQUALS] if parts else []
            parts.append(formula(expr))
        return row(*parts)

    @property
    def box(self) -> Box:
        """The whole equation, without numbers."""
        return row(self.left, Sign(self.sign, "relation"), self.right)

    @property
    def text(self) -> str:
        """In Unicode, on one line."""
        return unicode(self.box)

    @property
    def latex(self) -> str:
        """For LaTeX's mathematics mode."""
        return latex(self.box)

    @property
    def mathml(self) -> str:
        """A <math> element."""
        return mathml(self.box)

    def error(self, values: Mapping[Name, Any]) -> float:
        """How far the printed formulas are from the engine's value, relative to its size."""
        worst = 0.0
        for expr in (*self.between, self.formula):
            got = np.broadcast_to(evaluate(expr, values), np.shape(self.value))
            worst = max(worst, distance(got, self.value))
        return worst

    def why(self, lang: str | None = None) -> str:
        """The short proof, by entries, of the rule that this step uses."""
        from tiza.readings.blackboard.proofs import proof

        return proof(self, lang)


def distance(a: Any, b: Any) -> float:
    """Greatest difference of entries, relative to the greatest entry where that is above 1."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not a.size:
        return 0.0
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        gap = np.where(same, 0.0, np.abs(a - b))
    size = max(1.0, float(np.max(np.abs(b[np.isfinite(b)]), initial=0.0)))
    worst = float(np.max(gap))
    return worst / size if np.isfinite(worst) else float("inf")
