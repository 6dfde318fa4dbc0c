"""Sums, means, maxima and softmax over groups of rows: the arithmetic of bags and of graphs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import DTypeError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, composite
from tiza.graph.primitive import Sample
from tiza.lang.tensor import Tensor, as_tensor, make


def _rows(input: Any, segments: Any) -> tuple[Tensor, Tensor]:
    x, s = as_tensor(input), as_tensor(segments)
    if s.dtype.kind not in "iu":
        raise DTypeError("segments-type", got=s.dtype)
    if s.ndim != 1 or x.shape[:1] != s.shape:
        raise ShapeError("segments-shape", rows=x.shape, segments=s.shape)
    return x, s


def _column(x: Tensor, like: Tensor) -> Tensor:
    """One number for each row, as a column against `like`."""
    return make(P["reshape"], x, shape=(x.shape[0], *(1,) * (like.ndim - 1)))


def segment_sum(input: Any, segments: Any, num_segments: int) -> Tensor:
    """y_s = Σ x_i over the rows i with segments[i] = s; 0 where there is none.

    Shapes: x (n, *), segments (n) of whole numbers → (num_segments, *).

    >>> segment_sum([1.0, 2.0, 3.0], [0, 2, 0], 3).tolist()
    [4.0, 0.0, 2.0]
    """
    x, s = _rows(input, segments)
    return make(P["take_add"], x, s, axis=0, size=num_segments)


def segment_count(segments: Any, num_segments: int, dtype: Any) -> Tensor:
    """How many rows each segment has.

    >>> segment_count([0, 2, 0], 3, "float32").tolist()
    [2.0, 0.0, 1.0]
    """
    s = as_tensor(segments)
    return segment_sum(np.ones(s.shape, dtype), s, num_segments)


def segment_mean(input: Any, segments: Any, num_segments: int) -> Tensor:
    """The mean row of each segment; 0 where there is none.

    >>> segment_mean([1.0, 2.0, 3.0], [0, 2, 0], 3).tolist()
    [2.0, 0.0, 2.0]
    """
    x, s = _rows(input, segments)
    many = segment_count(s, num_segments, x.dtype)
    many = make(P["maximum"], many, as_tensor(1.0, x.dtype))
    return segment_sum(x, s, num_segments) / _column(many, x)


def segment_max(input: Any, segments: Any, num_segments: int, empty: float = 0.0) -> Tensor:
    """The greatest entry of each segment, column by column; `empty` where there is none.

    The slope goes to one of the greatest rows.

    >>> segment_max([1.0, 2.0, 3.0], [0, 2, 0], 3).tolist()
    [3.0, 0.0, 2.0]
    """
    x, s = _rows(input, segments)
    rest = x.shape[1:]
    columns = math.prod(rest)
    place = np.arange(columns)
    start = make(P["reshape"], as_tensor(s, np.dtype("int64")), shape=(x.shape[0], 1))
    key = make(P["reshape"], start * columns + as_tensor(place), shape=(x.shape[0] * columns,))
    flat = make(P["reshape"], x, shape=(x.shape[0] * columns,))
    order = make(P["argsort"], flat, axis=0, descending=False)
    rising, where_to = (make(P["take"], a, order, axis=0) for a in (flat, key))
    lowest = as_tensor(np.full(num_segments * columns, -math.inf, x.dtype))
    greatest = make(P["put"], lowest, where_to, rising)  # the last one written stays
    filled = make(P["where"], make(P["equal"], greatest, as_tensor(-math.inf, x.dtype)),
                  as_tensor(empty, x.dtype), greatest)  # fmt: skip
    return make(P["reshape"], filled, shape=(num_segments, *rest))


def segment_softmax(input: Any, segments: Any, num_segments: int) -> Tensor:
    """exp(x_i) / Σ_j exp(x_j) over the rows j of the same segment, without overflow.

    Shapes: x (n, *), segments (n) → (n, *).
    Source: Veličković et al. 2018, arXiv:1710.10903, eq. 2.

    >>> segment_softmax([1.0, 5.0, 1.0], [0, 2, 0], 3).tolist()
    [0.5, 1.0, 0.5]
    """
    x, s = _rows(input, segments)
    return make(shares_of_segments, x, s, size=num_segments)


def _shares(x: Node, s: Node, size: int) -> Node:
    greatest = segment_max(Tensor(P["stop_gradient"](x)), Tensor(s), size).node
    powers = P["exp"](x - P["take"](greatest, s, axis=0))
    return powers / P["take"](P["take_add"](powers, s, axis=0, size=size), s, axis=0)


def _shares_vjp(g: Node, y: Node, x: Node, s: Node, size: int) -> list[Node | None]:
    del x
    mean = P["take_add"](g * y, s, axis=0, size=size)
    return [y * (g - P["take"](mean, s, axis=0)), None]


def _shares_samples(rng: Any) -> list[Sample]:
    s = rng.integers(0, 3, 6)
    return [((rng.normal(size=6), s), {"size": 4}), ((rng.normal(size=(6, 2)), s), {"size": 3}),
            ((rng.normal(size=0), s[:0]), {"size": 2})]  # fmt: skip


shares_of_segments = composite(
    "segment_softmax", _shares, samples=_shares_samples, vjp=_shares_vjp,
    infer=lambda x, s, size: (x.shape, x.dtype),
    latex=r"\operatorname{{softmax}}_{{\mathcal{{N}}({1})}}({0})",
    latex_vjp=(r"{y} \odot \left({g} - \sum_{{\mathcal{{N}}({1})}} {g} \odot {y}\right)", ""),
    says="softmax over the rows of one segment: the shares of a node's neighbours",
)  # fmt: skip
