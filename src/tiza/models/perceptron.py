"""Rosenblatt's perceptron, and the Adaline of Widrow and Hoff, which learns by its error."""

from __future__ import annotations

from typing import Any

import tiza.nn.functional as F
from tiza import nn
from tiza.nn import Perceptron

__all__ = ["Adaline", "Perceptron"]


class Adaline(nn.Module):
    """y = x·w + b; one unit whose *linear* output is drawn to a target of −1 or +1.

    The error E = Σ (t − y)²/2 has the slope −(t − y) x, so that the rule w ← w + η (t − y) x
    (least mean squares) goes downhill even where no line separates the classes; the perceptron's
    rule would go on for ever there. The sign of y is the answer.

    Shapes: x (n, in) → y (n, 1); in + 1 parameters.
    Source: Widrow & Hoff 1960, IRE WESCON Convention Record 4.

    >>> import tiza as tz
    >>> model = Adaline(2)
    >>> model(tz.zeros((4, 2))).shape, model.loss([[1.0, 0.0]], [1.0]).shape
    ((4, 1), ())
    """

    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.in_features = in_features
        self.unit = nn.Linear(in_features, 1)

    def forward(self, x: Any) -> Any:
        """The linear output."""
        return self.unit(x)

    def loss(self, x: Any, target: Any) -> Any:
        """Half the mean squared error; target (n) of −1 and +1."""
        return 0.5 * F.mse_loss(self(x)[:, 0], target)

    def classify(self, x: Any) -> Any:
        """True where the answer is +1."""
        return self(x)[:, 0] > 0
