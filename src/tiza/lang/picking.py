"""Entries picked and replaced by masks, indices and diagonals, as PyTorch spells it."""

from __future__ import annotations

from itertools import combinations as subsets
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES, constant
from tiza.lang.calls import ArrayLike, axis_of, binary, same
from tiza.lang.creation import full, meshgrid, zeros
from tiza.lang.indexing import getitem, setitem, within
from tiza.lang.manipulation import broadcast_arrays, concat, flip, moveaxis, permute_dims, reshape
from tiza.lang.manipulation import stack as stack_
from tiza.lang.searching import take, take_along_axis, where
from tiza.lang.tensor import Tensor, as_tensor, make


def masked_fill(x: ArrayLike, mask: ArrayLike, value: ArrayLike) -> Tensor:
    """`value` where the mask is true, else the entry; keeps the type of x.

    >>> import tiza as tz
    >>> tz.masked_fill(tz.asarray([1.0, 2.0]), tz.asarray([True, False]), -1.0)
    tensor([-1.,  2.])
    """
    x = as_tensor(x)
    filler = full((), value, dtype=x.dtype) if isinstance(value, int | float) else value
    return where(mask, as_tensor(filler, x.dtype), x)


def masked_select(x: ArrayLike, mask: ArrayLike) -> Tensor:
    """The entries where the mask is true, as one row; both broadcast. The mask is read at once.

    >>> import tiza as tz
    >>> tz.masked_select(tz.asarray([1.0, 2.0, 3.0]), tz.asarray([True, False, True]))
    tensor([1., 3.])
    """
    both = broadcast_arrays(x, mask)
    if both[0].ndim == 0:
        both = reshape(both[0], (1,)), reshape(both[1], (1,))
    return getitem(*both)


def masked_scatter(x: ArrayLike, mask: ArrayLike, source: ArrayLike) -> Tensor:
    """The places where the mask is true filled with the first entries of `source`, in order.

    >>> import tiza as tz
    >>> mask = tz.asarray([True, False, True])
    >>> tz.masked_scatter(tz.zeros(3), mask, tz.asarray([7.0, 8.0]))
    tensor([7., 0., 8.])
    """
    x, wide = broadcast_arrays(x, mask)
    known = wide.numpy()
    many = int(known.sum())
    given = as_tensor(source, x.dtype)
    if given.size < many:
        raise ArgumentError("masked-scatter-few", got=given.size, want=many)
    if not many:
        return same(as_tensor(x))
    first = reshape(given, (given.size,))[:many]
    if not x.ndim:
        return reshape(first, ())
    return setitem(x, Tensor(constant(known)), first)


def index_select(x: ArrayLike, dim: int, index: ArrayLike) -> Tensor:
    """The entries at the places of a list along an axis.

    >>> import tiza as tz
    >>> tz.index_select(tz.asarray([[1, 2], [3, 4]]), 1, tz.asarray([1, 1]))
    tensor([[2, 2],
            [4, 4]])
    """
    x, places = as_tensor(x), as_tensor(index)
    if x.ndim == 0:
        return reshape(take(reshape(x, (1,)), reshape(places, (places.size,)), axis=0), ())
    places = reshape(places, (places.size,)) if places.ndim == 0 else places
    if places.ndim != 1:
        raise ShapeError("vector-needed", op="index_select", shape=places.shape)
    k = axis_of(dim, x.ndim)
    places = within(places, x.shape[k])
    return make(PRIMITIVES["take"], x, places, axis=k)


def _lines(x: Tensor, dim: int, index: ArrayLike) -> tuple[Tensor, Tensor, int]:
    """x with the axis in front, and the places along it."""
    places = as_tensor(index)
    places = reshape(places, (places.size,)) if places.ndim == 0 else places
    if places.ndim != 1:
        raise ShapeError("vector-needed", op="index_...", shape=places.shape)
    front = reshape(x, (1,)) if x.ndim == 0 else x
    k = axis_of(dim, front.ndim)
    return moveaxis(front, k, 0), within(places, front.shape[k]), k


def _into(x: Tensor, dim: int, source: ArrayLike) -> Tensor:
    s = as_tensor(source, x.dtype)
    if x.ndim == 0 or s.ndim == 0:
        return reshape(s, (1,)) if s.ndim == 0 else s
    return moveaxis(s, axis_of(dim, x.ndim), 0)


def index_add(x: ArrayLike, dim: int, index: ArrayLike, source: ArrayLike, *,
              alpha: float = 1) -> Tensor:  # fmt: skip
    """x with α times the lines of `source` added at the places of `index` along an axis.

    y[index[i]] += α source[i] where dim = 0; places may repeat.

    >>> import tiza as tz
    >>> tz.index_add(tz.zeros(3), 0, tz.asarray([1, 1]), tz.asarray([2.0, 3.0]))
    tensor([0., 5., 0.])
    """
    x = as_tensor(x)
    front, places, k = _lines(x, dim, index)
    lines = _into(x, dim, source)
    if alpha != 1:
        lines = binary("multiply", lines, alpha)
    size = front.shape[0]
    added = make(PRIMITIVES["take_add"], lines, places, axis=0, size=size)
    return reshape(moveaxis(binary("add", front, added), 0, k), x.shape)


def index_copy(x: ArrayLike, dim: int, index: ArrayLike, source: ArrayLike) -> Tensor:
    """x with the lines at the places of `index` along an axis replaced by those of `source`.

    >>> import tiza as tz
    >>> tz.index_copy(tz.zeros(3), 0, tz.asarray([2, 0]), tz.asarray([7.0, 8.0]))
    tensor([8., 0., 7.])
    """
    x = as_tensor(x)
    front, places, k = _lines(x, dim, index)
    return reshape(moveaxis(setitem(front, places, _into(x, dim, source)), 0, k), x.shape)


def index_fill(x: ArrayLike, dim: int, index: ArrayLike, value: ArrayLike) -> Tensor:
    """x with one value at the places of `index` along an axis.

    >>> import tiza as tz
    >>> tz.index_fill(tz.zeros(3), 0, tz.asarray([2, 0]), 7.0)
    tensor([7., 0., 7.])
    """
    x = as_tensor(x)
    front, places, k = _lines(x, dim, index)
    filler = as_tensor(value, x.dtype)
    return reshape(moveaxis(setitem(front, places, filler), 0, k), x.shape)


def index_put(x: ArrayLike, indices: tuple[ArrayLike, ...], values: ArrayLike,
              accumulate: bool = False) -> Tensor:  # fmt: skip
    """x with `values` at the places that the arrays of `indices` name together.

    With `accumulate` they are added, as often as a place repeats.

    >>> import tiza as tz
    >>> tz.index_put(tz.zeros(3), (tz.asarray([1, 1]),), tz.asarray([2.0, 3.0]), accumulate=True)
    tensor([0., 5., 0.])
    """
    x, key = as_tensor(x), tuple(indices)
    if not accumulate:
        return setitem(x, key, as_tensor(values, x.dtype))
    places = getitem(Tensor(constant(np.arange(x.size).reshape(x.shape))), key)
    wide = make(PRIMITIVES["broadcast_to"], as_tensor(values, x.dtype), shape=places.shape)
    flat, line = reshape(wide, (places.size,)), reshape(places, (places.size,))
    added = make(PRIMITIVES["take_add"], flat, line, axis=0, size=x.size)
    return binary("add", x, reshape(added, x.shape))


def take_along_dim(x: ArrayLike, indices: ArrayLike, dim: int | None = None) -> Tensor:
    """For each line along an axis, the entries at that line's own places; without one, of a row.

    >>> import tiza as tz
    >>> tz.take_along_dim(tz.asarray([[3, 1], [5, 9]]), tz.asarray([[1], [0]]), 1)
    tensor([[1],
            [5]])
    """
    x, places = as_tensor(x), as_tensor(indices)
    if dim is None:
        return take_along_axis(reshape(x, (x.size,)), reshape(places, (places.size,)), axis=0)
    if x.ndim == 0:
        return reshape(take_along_axis(reshape(x, (1,)), reshape(places, (1,)), axis=0), ())
    return take_along_axis(x, places, axis=dim)


def diagonal(x: ArrayLike, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The entries whose places along two axes are i and i + offset, as a new last axis.

    >>> import tiza as tz
    >>> tz.diagonal(tz.asarray([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    x = as_tensor(x)
    one, two = axis_of(dim1, x.ndim), axis_of(dim2, x.ndim)
    if one == two:
        raise ArgumentError("axis-twice", axis=(dim1, dim2))
    rest = [k for k in range(x.ndim) if k not in (one, two)]
    moved = permute_dims(x, (*rest, one, two))
    rows, columns = moved.shape[-2:]
    first = max(-offset, 0) * columns + max(offset, 0)
    count = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    places = Tensor(constant(np.arange(count) * (columns + 1) + first))
    flat = reshape(moved, (*moved.shape[:-2], rows * columns))
    return make(PRIMITIVES["take"], flat, places, axis=flat.ndim - 1)


def diag_embed(x: ArrayLike, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices with the last axis of x on a diagonal and zeros elsewhere; transpose of `diagonal`.

    >>> import tiza as tz
    >>> tz.diag_embed(tz.asarray([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    x = as_tensor(x)
    if x.ndim == 0:
        raise ShapeError("vector-needed", op="diag_embed", shape=x.shape)
    m = x.shape[-1]
    n = m + abs(offset)
    first = max(-offset, 0) * n + max(offset, 0)
    places = Tensor(constant(np.arange(m) * (n + 1) + first))
    flat = make(PRIMITIVES["take_add"], x, places, axis=x.ndim - 1, size=n * n) if \
        x.dtype.kind != "b" else _truth_at(x, places, n * n)  # fmt: skip
    out = reshape(flat, (*x.shape[:-1], n, n))
    return moveaxis(out, (-2, -1), (dim1, dim2))


def _truth_at(x: Tensor, places: Tensor, size: int) -> Tensor:
    small = as_tensor(x, np.dtype("uint8"))
    return as_tensor(
        make(PRIMITIVES["take_add"], small, places, axis=x.ndim - 1, size=size), x.dtype
    )


def diag(x: ArrayLike, diagonal: int = 0) -> Tensor:
    """A matrix with the vector on a diagonal; or, of a matrix, that diagonal.

    >>> import tiza as tz
    >>> tz.diag(tz.asarray([1, 2]), 1)
    tensor([[0, 1, 0],
            [0, 0, 2],
            [0, 0, 0]])
    """
    x = as_tensor(x)
    if x.ndim not in (1, 2):
        raise ShapeError("diag-axes", shape=x.shape)
    return diag_embed(x, diagonal) if x.ndim == 1 else _DIAGONAL(x, diagonal)


_DIAGONAL = diagonal


def diagflat(x: ArrayLike, offset: int = 0) -> Tensor:
    """A matrix with all entries of x on a diagonal.

    >>> import tiza as tz
    >>> tz.diagflat(tz.asarray([[1], [2]]))
    tensor([[1, 0],
            [0, 2]])
    """
    x = as_tensor(x)
    return diag_embed(reshape(x, (x.size,)), offset)


def block_diag(*tensors: ArrayLike) -> Tensor:
    """The matrices one after another along the diagonal, zeros elsewhere.

    >>> import tiza as tz
    >>> tz.block_diag(tz.ones(1, 2), tz.ones(1, 1))
    tensor([[1., 1., 0.],
            [0., 0., 1.]])
    """
    from tiza.lang.calls import common

    xs = [reshape(x, (1,) * (2 - x.ndim) + x.shape) if x.ndim < 2 else x
          for x in common(tensors)]  # fmt: skip
    if not xs:
        return zeros((1, 0))
    for x in xs:
        if x.ndim != 2:
            raise ShapeError("diag-axes", shape=x.shape)
    width, rows, before = sum(x.shape[1] for x in xs), [], 0
    for x in xs:
        sides: dict[str, Any] = {"low": (0, before), "high": (0, width - before - x.shape[1])}
        rows.append(make(PRIMITIVES["pad"], x, **sides, interior=(0, 0)))
        before += x.shape[1]
    return concat(rows, axis=0)


def tril_indices(row: int, col: int, offset: int = 0, **options: Any) -> Tensor:
    """The rows and columns of the lower triangle of a matrix, row by row.

    >>> import tiza as tz
    >>> tz.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    kind = np.dtype(options.get("dtype") or "int64")
    return Tensor(constant(np.stack(np.nonzero(np.tri(row, col, offset))).astype(kind)))


def triu_indices(row: int, col: int, offset: int = 0, **options: Any) -> Tensor:
    """The rows and columns of the upper triangle of a matrix, row by row.

    >>> import tiza as tz
    >>> tz.triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])
    """
    kind = np.dtype(options.get("dtype") or "int64")
    below = np.tri(row, col, offset - 1, dtype=bool)
    return Tensor(constant(np.stack(np.nonzero(~below)).astype(kind)))


def rot90(x: ArrayLike, k: int = 1, dims: tuple[int, int] = (0, 1)) -> Tensor:
    """Turned k times by 90 degrees, from the first of two axes towards the second.

    >>> import tiza as tz
    >>> tz.rot90(tz.asarray([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    x = as_tensor(x)
    a, b = axis_of(dims[0], x.ndim), axis_of(dims[1], x.ndim)
    order = list(range(x.ndim))
    order[a], order[b] = b, a
    turns = k % 4
    if turns == 2:
        return flip(x, axis=(a, b))
    if turns == 1:
        return permute_dims(flip(x, axis=b), order)
    return flip(permute_dims(x, order), axis=b) if turns else x


def fliplr(x: ArrayLike) -> Tensor:
    """The second axis in reverse order.

    >>> import tiza as tz
    >>> tz.fliplr(tz.asarray([[1, 2]]))
    tensor([[2, 1]])
    """
    return flip(x, axis=1)


def flipud(x: ArrayLike) -> Tensor:
    """The first axis in reverse order.

    >>> import tiza as tz
    >>> tz.flipud(tz.asarray([1, 2]))
    tensor([2, 1])
    """
    return flip(x, axis=0)


def cartesian_prod(*tensors: ArrayLike) -> Tensor:
    """Every way to take one entry of each vector, one a row.

    >>> import tiza as tz
    >>> tz.cartesian_prod(tz.asarray([1, 2]), tz.asarray([7]))
    tensor([[1, 7],
            [2, 7]])
    """
    if len(tensors) == 1:
        return as_tensor(tensors[0])
    grid = meshgrid(*tensors, indexing="ij")
    return stack_([reshape(x, (x.size,)) for x in grid], axis=1)


def combinations(x: ArrayLike, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Every choice of r entries of a vector, one a row, in order.

    >>> import tiza as tz
    >>> tz.combinations(tz.asarray([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    x = as_tensor(x)
    if x.ndim != 1:
        raise ShapeError("vector-needed", op="combinations", shape=x.shape)
    if not r:
        return zeros((0,), dtype=x.dtype)
    choose: Any = combinations_with_replacement if with_replacement else subsets
    places = np.array([*choose(range(x.size), r)], "int64").reshape(-1, r)
    return take(x, Tensor(constant(places)), axis=0)
