"""A perceptron that reads an elliptic curve: its traces of Frobenius, or its invariants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import tiza as tz
from tiza import nn
from tiza.models.mlp import MLP

Array = NDArray[Any]
HEIGHTS = np.geomspace(0.0025, 0.2, 48)  # y of the points i·y at which a form is looked at


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


def coefficients(ap: Array) -> Array:
    """The a_n of the L-series Σ aₙ n⁻ˢ, for n below the prime that follows those of the a_p.

    a_mn = a_m a_n for m, n without common factor, a_(p^(k+1)) = a_p a_(p^k) − p a_(p^(k−1)). The
    last term is that of primes of good reduction; which are bad is not told here, so that some
    a_n whose n is divided by the square of a bad prime are off.

    Shapes: ap (curves, k) at the first k primes → (curves, m), m the k+1st prime; column n is a_n.
    Source: Silverman 2009, The Arithmetic of Elliptic Curves, appendix C.16.

    >>> coefficients(np.array([[-2, -1, 1, -2]]))[0].astype(int)  # 11a1
    array([ 0,  1, -2, -1,  2,  1,  2, -2,  0, -2, -2])
    """
    ap = np.asarray(ap, np.float64)
    *first, end = primes(ap.shape[1] + 1)
    made = np.zeros((len(ap), end))
    made[:, 1] = 1
    for column, p in zip(ap.T, first, strict=True):
        known = np.flatnonzero(made.any(0))  # no factor p yet
        before, now, power = np.ones(len(ap)), column, p
        while power < end:
            below = known[known * power < end]
            made[:, below * power] = made[:, below] * now[:, None]
            before, now, power = now, column * now - p * before, power * p
    return made


def on_axis(ap: Array, heights: Array = HEIGHTS) -> Array:
    """g(y) = y f(iy) = y Σ aₙ e^(−2πny), the modular form of a curve on the imaginary axis.

    g(1/(Ny)) = w g(y): over log y it is even (w = 1) or odd (w = −1) about −½ log N, and its
    integral is L(E, 1)/2π. So its sign, its zeros and its area tell of the rank, without anybody
    being told the conductor N.

    Shapes: ap (curves, k) → (curves, heights).
    Source: Diamond & Shurman 2005, A First Course in Modular Forms, section 5.10.

    >>> on_axis(np.zeros((2, 100))).shape
    (2, 48)
    """
    pieces = [ap[k : k + 4096] for k in range(0, len(ap), 4096)]
    n = np.arange(primes(ap.shape[1] + 1)[-1])
    wave = heights * np.exp(-2 * np.pi * np.outer(n, heights))
    return np.concatenate([coefficients(piece) @ wave for piece in pieces])


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
