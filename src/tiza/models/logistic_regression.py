"""Logistic regression: a linear map whose outputs are the logarithms of odds."""

from __future__ import annotations

from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import nn


class LogisticRegression(nn.Module):
    """log odds z = x Wᵀ + b; P(class k) = e^(z_k) / Σ_j e^(z_j), or σ(z) with one output.

    The loss −Σ log P(class of x) + λ‖W‖²/2 is convex; with one output its slope is Σ (σ(z) − t) x.
    One unit more of feature j multiplies the odds by e^(w_j): `odds_ratios` gives these.

    Shapes: x (n, in) → logits (n, out); out = 1 for yes or no, else one for each class;
    (in + 1)·out parameters.
    Source: Cox 1958, J. R. Stat. Soc. B 20(2).

    >>> import tiza as tz
    >>> model = LogisticRegression(3)
    >>> model(tz.zeros((5, 3))).shape, model.odds_ratios().shape
    ((5, 1), (1, 3))
    """

    def __init__(self, in_features: int, out_features: int = 1) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x: Any) -> Any:
        """The logits."""
        return self.linear(x)

    def loss(self, x: Any, target: Any, ridge: float = 0.0) -> Any:
        """Mean cross entropy + λ‖W‖²/2; target (n): 0 or 1 for one output, else the classes."""
        z = self(x)
        if self.out_features == 1:
            mean = F.binary_cross_entropy_with_logits(z[:, 0], target)
        else:
            mean = F.cross_entropy(z, target)
        return mean + 0.5 * ridge * tz.sum(self.linear.weight**2) if ridge else mean

    def probabilities(self, x: Any) -> Any:
        """P(1) as (n, 1) for one output, else the share of each class, (n, out)."""
        z = self(x)
        return F.sigmoid(z) if self.out_features == 1 else F.softmax(z, dim=1)

    def odds_ratios(self) -> Any:
        """e^W: by what one unit more of a feature multiplies the odds."""
        return tz.exp(self.linear.weight)
