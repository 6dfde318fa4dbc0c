"""Linear regression: by gradient descent as any network, or at once by its closed form."""

from __future__ import annotations

from typing import Any

import numpy as np

import tiza as tz
from tiza import nn
from tiza.nn.parameter import assign


class LinearRegression(nn.Module):
    """y = x W ᵀ + b, the straight map that comes closest to the data.

    The sum of squares Σ‖y − t‖² + λ‖W‖² is convex, and its slope is 0 where
    (X̃ᵀX̃ + λI) w = X̃ᵀT, X̃ being X with each column's mean taken away; b = mean(t) − W mean(x).
    `solve` puts this minimum in place; gradient descent comes to the same one.

    Shapes: x (n, in) → (n, out); (in + 1)·out parameters.
    Source: Legendre 1805; λ: Hoerl & Kennard 1970, Technometrics 12(1), eq. 2.1.

    >>> model = LinearRegression(1)
    >>> model.solve([[0.0], [1.0], [2.0]], [[1.0], [3.0], [5.0]])
    >>> [round(v, 4) for v in (model.linear.weight.item(), model.linear.bias.item())]
    [2.0, 1.0]
    """

    def __init__(self, in_features: int, out_features: int = 1) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.linear = nn.Linear(in_features, out_features)

    def forward(self, x: Any) -> Any:
        """The predicted numbers."""
        return self.linear(x)

    def solve(self, x: Any, target: Any, ridge: float = 0.0) -> None:
        """Put the minimum of the sum of squares in place, computed in float64.

        Without `ridge` it is the least-squares solution of shortest length. target (n, out).
        """
        with tz.no_grad():
            rows = tz.asarray(x, dtype=tz.float64)
            wanted = tz.asarray(target, dtype=tz.float64)
            centre, level = tz.mean(rows, axis=0), tz.mean(wanted, axis=0)
            a, b = rows - centre, wanted - level
            if ridge:
                w = tz.linalg.solve(a.T @ a + ridge * tz.eye(self.in_features, dtype=tz.float64),
                                    a.T @ b)  # fmt: skip
            else:
                w = tz.asarray(np.linalg.pinv(a.numpy())) @ b
            assign(self.linear.get_parameter("weight"), w.T.numpy())
            assign(self.linear.get_parameter("bias"), (level - centre @ w).numpy())
