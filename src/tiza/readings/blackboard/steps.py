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

from collections.abc import Sequence
from dataclasses import dataclass

from tiza.graph import Node
from tiza.readings.blackboard import looks as looks  # enters the looks
from tiza.readings.blackboard.boxes import EQUALS, Box, Sign, row
from tiza.readings.blackboard.expr import Array, Expr, Name, Shape
from tiza.readings.blackboard.notation import formula, name_box
from tiza.readings.blackboard.printed import Printed

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
class Step(Printed):
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
    def sides(self) -> Sequence[Expr]:
        """All right sides."""
        return (*self.between, self.formula)

    @property
    def truths(self) -> Sequence[Array]:
        """The engine's value."""
        return (self.value,)

    def why(self, lang: str | None = None) -> str:
        """The short proof, by entries, of the rule that this step uses."""
        from tiza.readings.blackboard.proofs import proof

        return proof(self, lang)
