"""What is printed as an equation, in each medium, and how far it is from the truth."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tiza.readings.blackboard.boxes import Box
from tiza.readings.blackboard.expr import Expr, Name, evaluate
from tiza.readings.blackboard.latex import latex
from tiza.readings.blackboard.mathml import mathml
from tiza.readings.blackboard.unicode import unicode


class Printed(ABC):
    """An equation: its look, its sides as expressions, and the values that they must have."""

    @property
    @abstractmethod
    def box(self) -> Box:
        """The whole equation, without numbers."""

    @property
    @abstractmethod
    def sides(self) -> Sequence[Expr]:
        """Every side that is a formula."""

    @property
    @abstractmethod
    def truths(self) -> Sequence[Any]:
        """What each side must be equal to."""

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
        """How far the printed sides are from the truth, relative to its size."""
        worst = 0.0
        for expr in self.sides:
            got = evaluate(expr, values)
            for truth in self.truths:
                worst = max(worst, distance(np.broadcast_to(got, np.shape(truth)), truth))
        return worst


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
