"""Taking arrays apart and joining them, as PyTorch spells it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from tiza.errors import ArgumentError, IndexingError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.calls import ArrayLike, axis_of, same
from tiza.lang.manipulation import concat, expand_dims, permute_dims, reshape
from tiza.lang.tensor import Tensor, as_tensor, make

Sizes = int | Sequence[int]


def part(x: Tensor, axis: int, start: int, stop: int, step: int = 1) -> Tensor:
    """The entries from start up to stop along one axis."""
    starts = tuple(start if k == axis else 0 for k in range(x.ndim))
    stops = tuple(stop if k == axis else n for k, n in enumerate(x.shape))
    steps = tuple(step if k == axis else 1 for k in range(x.ndim))
    return make(PRIMITIVES["slice"], x, starts=starts, stops=stops, steps=steps)


def _cut(x: Tensor, axis: int, ends: Sequence[int]) -> tuple[Tensor, ...]:
    return tuple(part(x, axis, a, b) for a, b in pairwise([0, *ends, x.shape[axis]]))


def split(x: ArrayLike, split_size_or_sections: Sizes, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of one size along an axis (the last may be smaller), or of the sizes in a list.

    >>> import tiza as tz
    >>> tz.split(tz.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    x = as_tensor(x)
    axis, sizes = axis_of(dim, x.ndim), split_size_or_sections
    n = x.shape[axis]
    if isinstance(sizes, int):
        if sizes < 0 or (sizes == 0 and n):
            raise ArgumentError("split-sizes", sizes=sizes, n=n)
        return _cut(x, axis, range(sizes, n, sizes) if sizes else ())
    if any(s < 0 for s in sizes) or sum(sizes) != n:
        raise ArgumentError("split-sizes", sizes=tuple(sizes), n=n)
    return _cut(x, axis, [*accumulate(sizes)][:-1])


def chunk(x: ArrayLike, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of one size along an axis; the last may be smaller.

    >>> import tiza as tz
    >>> tz.chunk(tz.arange(5), 3)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    x = as_tensor(x)
    n = x.shape[axis_of(dim, x.ndim)]
    if chunks < 1:
        raise ArgumentError("split-sizes", sizes=chunks, n=n)
    if not n:  # all of them, and each is empty
        return tuple(part(x, axis_of(dim, x.ndim), 0, 0) for _ in range(chunks))
    return split(x, -(-n // chunks), dim)


def tensor_split(x: ArrayLike, indices_or_sections: Sizes | ArrayLike,
                 dim: int = 0) -> tuple[Tensor, ...]:  # fmt: skip
    """So many pieces, as even as can be, along an axis; or cut at the places in a list.

    >>> import tiza as tz
    >>> tz.tensor_split(tz.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    >>> tz.tensor_split(tz.arange(5), (1, 4))
    (tensor([0]), tensor([1, 2, 3]), tensor([4]))
    """
    x = as_tensor(x)
    axis = axis_of(dim, x.ndim)
    n = x.shape[axis]
    given = np.asarray(indices_or_sections)
    if given.ndim == 0:
        if given < 1:
            raise ArgumentError("split-sizes", sizes=int(given), n=n)
        few, more = divmod(n, int(given))
        sizes = [few + (k < more) for k in range(int(given))]
        return _cut(x, axis, [*accumulate(sizes)][:-1])
    ends = [slice(int(k)).indices(n)[1] for k in given]
    bounds = pairwise([0, *ends, n])
    return tuple(part(x, axis, a, max(a, b)) for a, b in bounds)


def _split_along(name: str, x: ArrayLike, at: Sizes, axis: int, least: int) -> tuple[Tensor, ...]:
    x = as_tensor(x)
    if x.ndim < least:
        raise ShapeError("axes-needed", op=name, least=least, shape=x.shape)
    if isinstance(at, int) and (at < 1 or x.shape[axis] % at):
        raise ArgumentError("split-sizes", sizes=at, n=x.shape[axis])
    return tensor_split(x, at, axis)


def hsplit(x: ArrayLike, indices_or_sections: Sizes) -> tuple[Tensor, ...]:
    """Pieces side by side: along the second axis, or the only one.

    >>> import tiza as tz
    >>> [y.shape for y in tz.hsplit(tz.zeros(2, 4), 2)]
    [(2, 2), (2, 2)]
    """
    x = as_tensor(x)
    return _split_along("hsplit", x, indices_or_sections, min(x.ndim - 1, 1), 1)


def vsplit(x: ArrayLike, indices_or_sections: Sizes) -> tuple[Tensor, ...]:
    """Pieces one above the other: along the first axis of two or more.

    >>> import tiza as tz
    >>> [y.shape for y in tz.vsplit(tz.zeros(4, 2), 2)]
    [(2, 2), (2, 2)]
    """
    return _split_along("vsplit", x, indices_or_sections, 0, 2)


def dsplit(x: ArrayLike, indices_or_sections: Sizes) -> tuple[Tensor, ...]:
    """Pieces one behind the other: along the third axis.

    >>> import tiza as tz
    >>> [y.shape for y in tz.dsplit(tz.zeros(1, 2, 4), 2)]
    [(1, 2, 2), (1, 2, 2)]
    """
    return _split_along("dsplit", x, indices_or_sections, 2, 3)


def _each_of(arrays: tuple[ArrayLike, ...]) -> list[Tensor]:
    several = len(arrays) == 1 and isinstance(arrays[0], list | tuple)
    return [as_tensor(x) for x in (arrays[0] if several else arrays)]


def _at_least(x: Tensor, ndim: int) -> Tensor:
    if x.ndim >= ndim:
        return x
    shape = {0: (1,) * ndim, 1: (1, *x.shape, *(1,) * (ndim - 2))[-max(ndim, 1) :] if ndim > 1
             else x.shape, 2: (*x.shape, 1)}[x.ndim]  # fmt: skip
    return reshape(x, shape)


def _all_at_least(arrays: tuple[ArrayLike, ...], ndim: int) -> Tensor | tuple[Tensor, ...]:
    grown = [_at_least(x, ndim) for x in _each_of(arrays)]
    several = len(arrays) != 1 or isinstance(arrays[0], list | tuple)
    return tuple(grown) if several else grown[0]


def atleast_1d(*arrays: ArrayLike) -> Tensor | tuple[Tensor, ...]:
    """With one axis at least: a number becomes an array of one entry.

    >>> import tiza as tz
    >>> tz.atleast_1d(tz.asarray(3))
    tensor([3])
    """
    return _all_at_least(arrays, 1)


def atleast_2d(*arrays: ArrayLike) -> Tensor | tuple[Tensor, ...]:
    """With two axes at least: a vector becomes one row.

    >>> import tiza as tz
    >>> tz.atleast_2d(tz.zeros(3)).shape
    (1, 3)
    """
    return _all_at_least(arrays, 2)


def atleast_3d(*arrays: ArrayLike) -> Tensor | tuple[Tensor, ...]:
    """With three axes at least: a vector becomes (1, n, 1), a matrix (m, n, 1).

    >>> import tiza as tz
    >>> tz.atleast_3d(tz.zeros(2, 3)).shape
    (2, 3, 1)
    """
    return _all_at_least(arrays, 3)


def hstack(tensors: Sequence[ArrayLike]) -> Tensor:
    """Side by side: along the second axis, vectors along the first.

    >>> import tiza as tz
    >>> tz.hstack([tz.zeros(2, 1), tz.zeros(2, 3)]).shape
    (2, 4)
    """
    xs = [_at_least(x, 1) for x in _each_of((list(tensors),))]
    return concat(xs, axis=0 if xs[0].ndim == 1 else 1)


def vstack(tensors: Sequence[ArrayLike]) -> Tensor:
    """One above the other: along the first axis; a vector is one row.

    >>> import tiza as tz
    >>> tz.vstack([tz.zeros(3), tz.zeros(2, 3)]).shape
    (3, 3)
    """
    return concat([_at_least(x, 2) for x in _each_of((list(tensors),))], axis=0)


def dstack(tensors: Sequence[ArrayLike]) -> Tensor:
    """One behind the other: along the third axis.

    >>> import tiza as tz
    >>> tz.dstack([tz.zeros(2, 3), tz.zeros(2, 3)]).shape
    (2, 3, 2)
    """
    return concat([_at_least(x, 3) for x in _each_of((list(tensors),))], axis=2)


def column_stack(tensors: Sequence[ArrayLike]) -> Tensor:
    """As columns of one matrix: vectors stand upright.

    >>> import tiza as tz
    >>> tz.column_stack([tz.zeros(3), tz.zeros(3, 2)]).shape
    (3, 3)
    """
    xs = _each_of((list(tensors),))
    return concat([reshape(x, (x.size, 1)) if x.ndim < 2 else x for x in xs], axis=1)


def narrow(x: ArrayLike, dim: int, start: int | ArrayLike, length: int) -> Tensor:
    """`length` entries from `start` on along an axis.

    >>> import tiza as tz
    >>> tz.narrow(tz.arange(5), 0, 1, 3)
    tensor([1, 2, 3])
    """
    x = as_tensor(x)
    axis, first = axis_of(dim, x.ndim), int(start)
    n = x.shape[axis]
    first += n if first < 0 else 0
    if not (0 <= first <= n and 0 <= length <= n - first):
        raise IndexingError("narrow-outside", start=first, length=length, size=n)
    return part(x, axis, first, first + length)


def select(x: ArrayLike, dim: int, index: int) -> Tensor:
    """The entry at one place along an axis, which is dropped.

    >>> import tiza as tz
    >>> tz.select(tz.asarray([[1, 2], [3, 4]]), 1, 0)
    tensor([1, 3])
    """
    x = as_tensor(x)
    axis = axis_of(dim, x.ndim)
    n = x.shape[axis]
    if not -n <= index < n:
        raise IndexingError("index-outside", index=index, size=n, last=n - 1)
    one = part(x, axis, index % n, index % n + 1)
    return reshape(one, (*x.shape[:axis], *x.shape[axis + 1 :]))


def unflatten(x: ArrayLike, dim: int, sizes: Sequence[int]) -> Tensor:
    """One axis as several, whose product it is; one of them may be −1.

    >>> import tiza as tz
    >>> tz.unflatten(tz.zeros(2, 6), 1, (2, -1)).shape
    (2, 2, 3)
    """
    x = as_tensor(x)
    axis = axis_of(dim, x.ndim)
    n, known = x.shape[axis], int(np.prod([s for s in sizes if s != -1], dtype=np.int64))
    whole = tuple(n // known if s == -1 and known else s for s in sizes)
    return reshape(x, (*x.shape[:axis], *whole, *x.shape[axis + 1 :]))


def unfold(x: ArrayLike, dimension: int, size: int, step: int) -> Tensor:
    """The windows of `size` entries, `step` apart, along an axis, as a new last axis.

    Shapes: (*n, m, *p) → (*n, ⌊(m − size) / step⌋ + 1, *p, size).

    >>> import tiza as tz
    >>> tz.arange(5).unfold(0, 3, 2)
    tensor([[0, 1, 2],
            [2, 3, 4]])
    """
    x = as_tensor(x)
    if x.ndim == 0:
        return reshape(x, (1,)) if size else reshape(x, (1,))[:0]
    axis = axis_of(dimension, x.ndim)
    n = x.shape[axis]
    if not 0 <= size <= n or step < 1:
        raise ArgumentError("unfold-window", size=size, step=step, n=n)
    count = (n - size) // step + 1
    places = np.arange(count)[:, None] * step + np.arange(size)  # (windows, size)
    taken = make(PRIMITIVES["take"], x, as_tensor(places), axis=axis)
    order = [k for k in range(taken.ndim) if k != axis + 1]
    return permute_dims(taken, (*order, axis + 1))


def transpose(x: ArrayLike, dim0: int, dim1: int) -> Tensor:
    """Two axes exchanged.

    >>> import tiza as tz
    >>> tz.transpose(tz.zeros(2, 3, 4), 0, 2).shape
    (4, 3, 2)
    """
    x = as_tensor(x)
    if x.ndim == 0 and {dim0, dim1} <= {0, -1}:
        return same(x)
    order = list(range(x.ndim))
    a, b = axis_of(dim0, x.ndim), axis_of(dim1, x.ndim)
    order[a], order[b] = b, a
    return permute_dims(x, order)


def t(x: ArrayLike) -> Tensor:
    """A matrix with rows and columns exchanged; a vector or a number as it is.

    >>> import tiza as tz
    >>> tz.t(tz.zeros(2, 3)).shape
    (3, 2)
    """
    x = as_tensor(x)
    if x.ndim > 2:
        raise ShapeError("t-matrix", shape=x.shape)
    return same(x) if x.ndim < 2 else permute_dims(x, (1, 0))


def unsqueeze(x: ArrayLike, dim: int) -> Tensor:
    """A new axis of size 1 at the place `dim`.

    >>> import tiza as tz
    >>> tz.unsqueeze(tz.zeros(3), 1).shape
    (3, 1)
    """
    return expand_dims(x, axis=dim)
