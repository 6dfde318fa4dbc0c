"""Examples mixed with one another in training, and their targets in the same proportion."""

from __future__ import annotations

import math
from typing import Any

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.graph.types import DType, is_float
from tiza.lang import random
from tiza.lang.arrays import default_dtype
from tiza.lang.elementwise import cos, floor, sqrt
from tiza.lang.manipulation import astype, reshape
from tiza.lang.pairs import maximum, minimum
from tiza.lang.searching import where
from tiza.lang.statistical import mean
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import functional as F
from tiza.nn.augment import boxed
from tiza.nn.module import Module


def symmetric_beta(alpha: float, shape: tuple[int, ...], dtype: DType) -> Tensor:
    """λ ~ Beta(α, α) without rejection: ½ (1 + √(1 − q) c / √(q + (1 − q) c²)).

    q = u^(1/α), c = cos 2πv, with u and v uniform: Student's t of 2α degrees, bent into [0, 1].

    Source: Bailey 1994, Math. Comp. 62; Devroye 1996, "Random variate generation in one line".
    """
    u = 1.0 - random.uniform(shape, dtype=dtype)  # (0, 1]
    c = cos(random.uniform(shape, dtype=dtype) * (2 * math.pi))
    q = u ** (1 / alpha)
    rest = 1.0 - q
    return (sqrt(rest) * c / sqrt(q + rest * c * c) + 1.0) * 0.5


class _Mixing(Module):
    """What mixings share: they take a batch of examples and targets, and give both mixed."""

    def __init__(self, alpha: float, num_classes: int | None = None) -> None:
        super().__init__()
        if not alpha > 0:
            raise ArgumentError("mixing-alpha", layer=type(self).__name__, got=alpha)
        self.alpha, self.num_classes = alpha, num_classes

    def forward(self, input: Any, target: Any) -> tuple[Tensor, Tensor]:
        """Both mixed in training, as they came otherwise (targets as shares of classes)."""
        x, t = as_tensor(input), self._shares(as_tensor(target))
        if x.ndim == 0 or t.ndim == 0 or x.shape[0] != t.shape[0]:
            raise ShapeError(
                "mixing-shapes", layer=type(self).__name__, input=x.shape, target=t.shape
            )
        if not self.training or not x.shape[0]:
            return x, t
        order = random.permutation(x.shape[0])
        other = make(P["take"], x, order, axis=0)
        mixed, kept = self.mixed(x, other)
        kept = astype(reshape(kept, (-1,) + (1,) * (t.ndim - 1)), t.dtype)
        return mixed, t * kept + make(P["take"], t, order, axis=0) * (1.0 - kept)

    def mixed(self, x: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
        """The mixture, and the share of the first in it."""
        raise ArgumentError("module-forward", kind=type(self).__name__)

    def _shares(self, target: Tensor) -> Tensor:
        if is_float(target.dtype):
            return target
        if self.num_classes is None:
            raise ArgumentError("mixing-classes", layer=type(self).__name__)
        return as_tensor(F.one_hot(target, self.num_classes), default_dtype())

    def extra_repr(self) -> str:
        """The parameter of the proportions."""
        classes = "" if self.num_classes is None else f", num_classes={self.num_classes}"
        return f"alpha={self.alpha}{classes}"


class Mixup(_Mixing):
    """x ← λ x + (1 − λ) x′, t ← λ t + (1 − λ) t′: λ ~ Beta(α, α), x′ and t′ the batch shuffled.

    Use it against certainty in classifiers: between examples, the answer goes straight from one
    to the other. Train with a loss that takes shares of classes, such as `cross_entropy`. Weak
    side: mixtures are no natural examples; needs more epochs.

    Shapes: input (n, …); target (n) classes, with `num_classes`, or (n, …) real numbers.
    Source: Zhang, Cisse, Dauphin & Lopez-Paz 2018, arXiv:1710.09412, eq. 1; one λ per batch.

    >>> from tiza import nn
    >>> x, t = nn.Mixup(0.2, num_classes=3)([[1.0], [2.0]], [0, 2])
    >>> x.shape, t.sum(axis=1).tolist()
    ((2, 1), [1.0, 1.0])
    """

    def __init__(self, alpha: float = 0.2, num_classes: int | None = None) -> None:
        super().__init__(alpha, num_classes)

    def mixed(self, x: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
        """λ x + (1 − λ) x′."""
        kept = symmetric_beta(self.alpha, (), x.dtype)
        return x * kept + other * (1.0 - kept), reshape(kept, (1,))


class CutMix(_Mixing):
    """A box of each picture replaced by that of another; targets in proportion to the areas.

    The box has sides √(1 − λ) of the picture's, λ ~ Beta(α, α), and a random middle; what
    reaches over the edge is cut off, and λ becomes the share that is left.

    Use it for pictures whose parts tell the class. Weak side: the box may hold nothing but
    background.

    Shapes: input (n, c, h, w); target as in `Mixup`.
    Source: Yun et al. 2019, arXiv:1905.04899, eqs. 1–2 and Algorithm A1.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> x, t = nn.CutMix(num_classes=2)(tz.ones((4, 1, 6, 6)), [0, 1, 0, 1])
    >>> x.shape, t.shape
    ((4, 1, 6, 6), (4, 2))
    """

    def __init__(self, alpha: float = 1.0, num_classes: int | None = None) -> None:
        super().__init__(alpha, num_classes)

    def mixed(self, x: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
        """x with a box of x′."""
        if x.ndim != 4:
            raise ShapeError("augment-axes", layer="CutMix", got=x.shape)
        side = sqrt(1.0 - symmetric_beta(self.alpha, (), x.dtype))
        edges = []
        for n in x.shape[2:]:
            long = floor(side * float(n))
            middle = floor(random.uniform((), 0.0, float(n), dtype=x.dtype))
            first = middle - floor(long * 0.5)
            edges.append((maximum(first, 0.0), minimum(first + long, float(n))))
        (top, bottom), (left, right) = edges
        box = boxed(x, top, left, bottom, right)
        return where(box, other, x), reshape(1.0 - mean(astype(box, x.dtype)), (1,))
