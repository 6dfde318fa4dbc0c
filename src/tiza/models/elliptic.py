"""A perceptron that reads an elliptic curve: its traces of Frobenius, or its invariants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import tiza as tz
from tiza import nn
from tiza.models.mlp import MLP


def primes(count: int) -> list[int]:
    """The first primes.

    >>> primes(5), primes(100)[-1]
    ([2, 3, 5, 7, 11], 541)
    """
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % p for p in found if p * p <= number):
            found.append(number)
        number += 1
    return found


class EllipticMLP(nn.Module):
    """logits = MLP(a_p/√p) for the traces a_p = p + 1 − #E(F_p) at the first primes.

    By Hasse |a_p| ≤ 2√p, so that the inputs lie in [−2, 2] (their distribution is Sato's and
    Tate's). Without `traces` the inputs are taken as they are, such as logarithms of invariants.

    Shapes: x (n, features) → logits (n, classes).
    Source: He, Lee & Oliver 2022, Experimental Mathematics, arXiv:2011.08958, for the question;
    rank, torsion and Ш from a_p and from invariants.

    >>> import tiza as tz
    >>> EllipticMLP(100, 3)(tz.zeros((2, 100))).shape
    (2, 3)
    """

    def __init__(self, features: int = 100, classes: int = 3, hidden: Sequence[int] = (256, 128),
                 dropout: float = 0.1, traces: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.features, self.classes, self.hidden = features, classes, tuple(hidden)
        self.dropout, self.traces = dropout, traces
        scale = np.sqrt(primes(features)) if traces else np.ones(features)
        self.scale = nn.Buffer(scale.astype("float32"), persistent=False)
        self.network = MLP((features, *hidden, classes), dropout=dropout)

    def forward(self, x: Any) -> Any:
        """The logits."""
        return self.network(tz.astype(tz.asarray(x), tz.float32) / self.scale)
