"""The cocktail factory of the course: a small deep network that mixes liquids in stages."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.errors import ArgumentError


class CocktailFactory(nn.Module):
    """hˡ = φ(Sˡ hˡ⁻¹), Sˡ_ij ≥ 0 the share of tank j that flows to tank i, Σ_i Sˡ_ij = 1.

    The last stage gives the bottles, without φ. A pipe takes at most its capacity c: φ(v) =
    c tanh(v/c). Without a limit (c = 0) nothing is lost, and all stages together are one: the
    product S^L … S¹, whose columns also sum to 1. The shares are learned: S = softmax of knobs.

    Shapes: poured (n, m₀) → bottles (n, m_{L+1}); Σ mₗ₋₁ mₗ parameters.
    Source: the course's first class (document c, example 3), after Calin 2020, Deep Learning
    Architectures, section 1.3.

    >>> factory = CocktailFactory((3, 4, 2))
    >>> bool(abs(factory([[1.0, 2.0, 3.0]]).sum().item() - 6) < 1e-5)  # nothing is lost
    True
    """

    def __init__(self, sizes: Sequence[int] = (4, 3, 3, 2), capacity: float = 0.0) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ArgumentError("model-sizes", got=tuple(sizes))
        self.sizes, self.capacity = tuple(sizes), capacity
        self.knobs = nn.ParameterList(
            [nn.Parameter(tz.random.normal((m, n))) for n, m in pairwise(sizes)]
        )

    def shares(self) -> list[Any]:
        """S¹ … S^L, the columns summing to 1."""
        return [F.softmax(knob, dim=0) for knob in self.knobs]

    def forward(self, poured: Any) -> Any:
        """What comes into the bottles."""
        h, stages = tz.asarray(poured), self.shares()
        for k, share in enumerate(stages):
            h = h @ share.T
            if self.capacity and k + 1 < len(stages):
                h = self.capacity * F.tanh(h / self.capacity)
        return h

    def whole(self) -> Any:
        """S^L … S¹, the share of each liquid in each bottle where no pipe is too narrow."""
        stages = self.shares()
        product = stages[0]
        for share in stages[1:]:
            product = share @ product
        return product

    def loss(self, poured: Any, bottles: Any) -> Any:
        """The mean squared error of the bottles."""
        return F.mse_loss(self(poured), bottles)
