"""Losses of several labels at once, and of triplets under any distance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tiza.errors import DTypeError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.pairs import equal
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.losses.checks import reduced, reduction_of
from tiza.losses.margins import positive_part


def multilabel_margin_loss(input: Any, target: Any, reduction: str = "mean") -> Tensor:
    """Σ_{j ∈ labels} Σ_{i ∉ labels} max(0, 1 − x_j + x_i) / C: every label above all others.

    The target lists the labels, and −1 ends the list. Weak side: no probabilities.

    Shapes: input, target (n, C) or (C); the target whole numbers.
    Source: PyTorch's form of Weston & Watkins 1999, ESANN, for several labels.

    >>> round(multilabel_margin_loss([[0.1, 0.2, 0.4, 0.8]], [[3, 0, -1, 1]]).item(), 4)
    0.85
    """
    reduction_of("multilabel_margin_loss", reduction)
    x, t = as_tensor(input), as_tensor(target)
    if t.dtype.kind not in "iu":
        raise DTypeError("loss-target-type", got=t.dtype)
    if x.ndim > 2 or x.shape != t.shape:
        raise ShapeError("loss-cross-shapes", x=x.shape, t=t.shape, wanted=x.shape)
    single = x.ndim < 2
    if single:
        x, t = (make(P["reshape"], y, shape=(1, y.size)) for y in (x, t))
    n, c = x.shape
    listed = make(P["cumprod"], as_tensor(t >= 0, np.dtype(np.int64)), axis=1) > 0
    label = make(P["where"], listed, t, t * 0)
    score = make(P["take_along"], x, label, axis=1)
    whose = equal(make(P["reshape"], label, shape=(n, c, 1)), as_tensor(np.arange(c), label.dtype))
    whose = whose & make(P["reshape"], listed, shape=(n, c, 1))
    other = make(P["logical_not"], make(P["any"], whose, axis=(1,), keepdims=True))  # (n, 1, C)
    pairs = other & make(P["reshape"], listed, shape=(n, c, 1))
    gap = make(P["reshape"], x, shape=(n, 1, c)) - make(P["reshape"], score, shape=(n, c, 1))
    short = make(P["where"], pairs, positive_part(1 + gap), as_tensor(0.0, x.dtype))
    total = make(P["sum"], short, axis=(1, 2), keepdims=False) / float(max(1, c))
    return reduced(total[0] if single else total, reduction)


def triplet_margin_with_distance_loss(
    anchor: Any, positive: Any, negative: Any, *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None, margin: float = 1.0,
    swap: bool = False, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """max(0, m + d(a, p) − d(a, n)) under any distance d, ‖a − b‖₂ unless given.

    `swap` takes d(p, n) where it is smaller than d(a, n). Weak side: most random triplets soon
    give 0, so hard ones must be looked for.

    Source: Balntas et al. 2016, BMVC, "Learning local feature descriptors with triplets".

    >>> triplet_margin_with_distance_loss([[0.0]], [[0.0]], [[0.25]],
    ...     distance_function=lambda a, b: abs(a - b).sum(axis=1)).item()
    0.75
    """
    reduction_of("triplet_margin_with_distance_loss", reduction)
    a, p, n = as_tensor(anchor), as_tensor(positive), as_tensor(negative)
    d = euclidean if distance_function is None else distance_function
    near, far = d(a, p), d(a, n)
    if swap:
        far = make(P["minimum"], far, d(p, n))
    return reduced(positive_part(margin + near - far), reduction)


def euclidean(a: Tensor, b: Tensor) -> Tensor:
    """‖a − b + ε‖₂ along the last axis, as PyTorch's pairwise_distance has it."""
    apart = a - b + 1e-6
    axis = (apart.ndim - 1,)
    return make(P["sqrt"], make(P["sum"], apart * apart, axis=axis, keepdims=False))
