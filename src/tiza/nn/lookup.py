"""Rows looked up in a table, and what tables do to the rows that are asked for."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, DTypeError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node
from tiza.lang.indexing import within
from tiza.lang.pairs import equal
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.parameter import assign_rows


def numbers(input: Any) -> Tensor:
    """Row numbers, refused where they are none."""
    ids = as_tensor(input)
    if ids.dtype.kind not in "iu":
        raise DTypeError("embedding-ids", got=ids.dtype)
    return ids


def padding_of(padding: int, rows: int) -> int:
    """The row of the padding, counted from the front."""
    if not -rows <= padding < rows:
        raise ArgumentError("embedding-padding", got=padding, rows=rows)
    return padding % rows


def embedding(input: Any, weight: Any, padding_idx: int | None = None,
              max_norm: float | None = None, norm_type: float = 2.0,
              scale_grad_by_freq: bool = False, sparse: bool = False) -> Tensor:  # fmt: skip
    """The rows of `weight` that the whole numbers of `input` name.

    The row `padding_idx` gets no gradient. Rows that are longer than `max_norm` are shortened
    first, in `weight` itself. `scale_grad_by_freq` divides each row's gradient by how often it
    is asked for. `sparse` changes no number: see `nn.Embedding`.

    Shapes: input (*n), weight (rows, d) → (*n, d).
    Errors: IndexingError for a number that names no row.

    >>> embedding([2, 0], [[0.0], [1.0], [2.0]]).tolist()
    [[2.0], [0.0]]
    """
    del sparse
    ids, w = numbers(input), as_tensor(weight)
    rows = w.shape[0]
    safe = within(ids, rows, "embedding-row")
    if max_norm is not None:
        renormed_rows_(w, safe, max_norm, norm_type)
    y = make(P["take"], w, safe, axis=0)
    if scale_grad_by_freq:
        y = by_frequency(y, safe, rows)
    if padding_idx is None:
        return y
    padding = padding_of(padding_idx, rows)
    wide = as_tensor(ids, np.dtype(np.int64))
    filler = make(P["reshape"], equal(wide, padding), shape=(*ids.shape, 1))
    return make(P["where"], filler, y.detach(), y)


def by_frequency(y: Tensor, ids: Tensor, rows: int) -> Tensor:
    """The looked-up rows y, whose gradients are divided by how often each row is asked for."""
    flat = make(P["reshape"], ids, shape=(ids.size,))
    counts = make(P["take_add"], as_tensor(np.ones(ids.size), y.dtype), flat, axis=0, size=rows)
    share = 1 / make(P["reshape"], make(P["take"], counts, flat, axis=0), shape=(*ids.shape, 1))
    part = y * share
    return y.detach() + (part - part.detach())  # y + 0


def renormed_rows_(weight: Tensor, ids: Tensor, max_norm: float, norm_type: float = 2.0) -> None:
    """Shorten the rows that are asked for to `max_norm`, in the table itself.

    w ← w · max_norm/(‖w‖ₚ + 10⁻⁷) where ‖w‖ₚ > max_norm; no part of any derivative.

    Source: PyTorch's embedding_renorm_.
    """
    w, i = weight.node, P["reshape"](ids.node, shape=(ids.size,))
    held = P["stop_gradient"](w)
    rows = P["take"](held, i, axis=0)
    size = _row_norm(rows, norm_type)
    shorter = P["where"](P["greater"](size, size * 0 + max_norm),
                         rows * (max_norm / (size + 1e-7)), rows)  # fmt: skip
    if w.value is not None and weight.is_leaf:
        where, sizes, values = (Tensor(node).numpy() for node in (i, size, shorter))
        where, first = np.unique(where, return_index=True)
        long = sizes[first, 0] > max_norm
        if long.any():
            assign_rows(weight, where[long], values[first[long]], linked=True)
    elif w.prim.name == "input":  # traced: the step goes on from the shortened rows
        weight.node = P["put"](held, i, shorter)
    else:
        put = Tensor(P["put"](held, i, shorter))
        weight._assign(weight + (put - Tensor(held)))


def _row_norm(rows: Node, order: float) -> Node:
    size = P["abs"](rows)
    if order == inf:
        return P["max"](size, axis=(1,), keepdims=True)
    if order == 2:
        return P["sqrt"](P["sum"](size * size, axis=(1,), keepdims=True))
    return P["sum"](size**order, axis=(1,), keepdims=True) ** (1 / order)
