"""Embeddings of bags: rows of a table looked up and joined, in one step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.indexing import within
from tiza.lang.pairs import equal
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.lookup import by_frequency, numbers, padding_of, renormed_rows_
from tiza.nn.segments import segment_count, segment_max, segment_sum

MODES = ("sum", "mean", "max")


def mode_of(mode: str) -> str:
    """A mode that is known."""
    if mode not in MODES:
        raise ArgumentError("bag-mode", got=mode)
    return mode


def _bags(ids: Tensor, offsets: Any, last: bool) -> tuple[Tensor, Tensor, int]:
    """The rows asked for, the bag of each, and how many bags there are."""
    if ids.ndim == 2:
        if offsets is not None:
            raise ArgumentError("bag-offsets-2d")
        n, many = ids.shape
        return (make(P["reshape"], ids, shape=(n * many,)),
                as_tensor(np.repeat(np.arange(n), many)), n)  # fmt: skip
    if ids.ndim != 1:
        raise ShapeError("bag-rank", got=ids.shape)
    if offsets is None:
        raise ArgumentError("bag-offsets-missing")
    starts = as_tensor(offsets)
    if starts.ndim != 1 or starts.dtype.kind not in "iu":
        raise ShapeError("bag-offsets", got=starts.shape, dtype=starts.dtype)
    if last:
        starts = starts[:-1]
    known = starts.node.value
    if known is not None and known.size and known[0] != 0:
        raise ArgumentError("bag-first-offset", got=int(known[0]))
    begun = segment_sum(np.ones(starts.shape, np.int64), starts, ids.shape[0] + 1)
    bag = make(P["cumsum"], begun, axis=0)[:-1] - 1
    return ids, bag, starts.shape[0]


def embedding_bag(input: Any, weight: Any, offsets: Any = None, max_norm: float | None = None,
                  norm_type: float = 2.0, scale_grad_by_freq: bool = False, mode: str = "mean",
                  sparse: bool = False, per_sample_weights: Any = None,
                  include_last_offset: bool = False,
                  padding_idx: int | None = None) -> Tensor:  # fmt: skip
    """The sum, mean or greatest entries of the rows that each bag names; 0 for an empty bag.

    A row of `input` (n, k) is a bag; of an input of one axis, bag b begins at offsets[b]. With
    mode "sum", `per_sample_weights` multiplies the rows. The row `padding_idx` counts nowhere.
    `max_norm`, `norm_type`, `scale_grad_by_freq` and `sparse` as in `embedding`.

    Shapes: input (n, k), or (m) with offsets (n); weight (rows, d) → (n, d).

    >>> embedding_bag([0, 1, 1], [[1.0], [3.0]], [0, 2], mode="mean").tolist()
    [[2.0], [3.0]]
    """
    del sparse
    mode_of(mode)
    w = as_tensor(weight)
    given = within(numbers(input), w.shape[0], "embedding-row")
    ids, bag, n = _bags(given, offsets, include_last_offset)
    if mode == "max" and scale_grad_by_freq:
        raise ArgumentError("bag-frequency-max")
    if max_norm is not None:
        renormed_rows_(w, ids, max_norm, norm_type)
    rows = make(P["take"], w, ids, axis=0)
    if scale_grad_by_freq:
        rows = by_frequency(rows, ids, w.shape[0])
    counted = _counted(ids, padding_idx, w.shape[0])
    if per_sample_weights is not None:
        rows = rows * _factors(per_sample_weights, given, ids, mode, w)
    if mode == "max":
        if counted is not None:
            rows = make(P["where"], counted, rows, as_tensor(-math.inf, w.dtype))
        return segment_max(rows, bag, n)
    if counted is not None:
        rows = make(P["where"], counted, rows, as_tensor(0.0, w.dtype))
    total = segment_sum(rows, bag, n)
    if mode == "sum":
        return total
    if counted is None:
        many = segment_count(bag, n, w.dtype)
    else:
        ones = as_tensor(make(P["reshape"], counted, shape=ids.shape), w.dtype)
        many = segment_sum(ones, bag, n)
    many = make(P["maximum"], many, as_tensor(1.0, w.dtype))
    return total / make(P["reshape"], many, shape=(n, 1))


def _counted(ids: Tensor, padding: int | None, rows: int) -> Tensor | None:
    """Whether each id is no padding, as a column."""
    if padding is None:
        return None
    column = make(P["reshape"], ids, shape=(ids.shape[0], 1))
    return make(P["logical_not"], equal(column, padding_of(padding, rows)))


def _factors(given: Any, input: Tensor, ids: Tensor, mode: str, weight: Tensor) -> Tensor:
    if mode != "sum":
        raise ArgumentError("bag-weights-mode", got=mode)
    factors = as_tensor(given, weight.dtype)
    if factors.shape != input.shape:
        raise ShapeError("bag-weights", got=factors.shape, want=input.shape)
    return make(P["reshape"], factors, shape=(ids.shape[0], 1))
