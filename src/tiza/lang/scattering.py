"""Parts of an array replaced or gathered by others, and some more of PyTorch's names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES, constant
from tiza.lang.arrays import default_dtype
from tiza.lang.calls import ArrayLike, axis_of, binary, pair, same
from tiza.lang.creation import full, zeros_like
from tiza.lang.extras import scatter, scatter_add
from tiza.lang.indexing import setitem
from tiza.lang.manipulation import expand_dims, moveaxis, reshape
from tiza.lang.products import cross as cross_
from tiza.lang.searching import sort, where
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor, make


def _replaced(x: Tensor, src: ArrayLike, key: Any) -> Tensor:
    s = as_tensor(src, x.dtype)
    want = x[key].shape
    if s.shape != want:
        raise ShapeError("setitem-shape", got=s.shape, want=want)
    return setitem(x, key, s)


def select_scatter(x: ArrayLike, src: ArrayLike, dim: int, index: int) -> Tensor:
    """x with the entry at one place along an axis replaced by `src`.

    >>> import tiza as tz
    >>> tz.select_scatter(tz.zeros(2, 2), tz.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    x = as_tensor(x)
    return _replaced(x, src, (*(slice(None),) * axis_of(dim, x.ndim), index))


def slice_scatter(x: ArrayLike, src: ArrayLike, dim: int = 0, start: int | None = None,
                  end: int | None = None, step: int = 1) -> Tensor:  # fmt: skip
    """x with the entries from start up to end along an axis replaced by `src`.

    >>> import tiza as tz
    >>> tz.slice_scatter(tz.zeros(3), tz.ones(2), 0, 1)
    tensor([0., 1., 1.])
    """
    x = as_tensor(x)
    return _replaced(x, src, (*(slice(None),) * axis_of(dim, x.ndim), slice(start, end, step)))


def diagonal_scatter(x: ArrayLike, src: ArrayLike, offset: int = 0, dim1: int = 0,
                     dim2: int = 1) -> Tensor:  # fmt: skip
    """x with the diagonal over two axes replaced by `src`; see `diagonal`.

    >>> import tiza as tz
    >>> tz.diagonal_scatter(tz.zeros(2, 2), tz.asarray([1.0, 2.0]))
    tensor([[1., 0.],
            [0., 2.]])
    """
    x = as_tensor(x)
    moved = moveaxis(x, (dim1, dim2), (-2, -1))
    count = max(min(moved.shape[-2] + min(offset, 0), moved.shape[-1] - max(offset, 0)), 0)
    along = np.arange(count)
    key = (..., along + max(-offset, 0), along + max(offset, 0))
    return moveaxis(_replaced(moved, src, key), (-2, -1), (dim1, dim2))


def scatter_reduce(x: ArrayLike, dim: int, index: ArrayLike, src: ArrayLike, reduce: str, *,
                   include_self: bool = True) -> Tensor:  # fmt: skip
    """Entries of `src` put together at the places that `index` names along `dim`.

    reduce: "sum", "mean", "prod", "amax" or "amin", together with the entry of x that stands
    there (unless not `include_self`). The last three compare every place with every entry, so
    that they cost memory of the size of x times that of the axis.

    >>> import tiza as tz
    >>> tz.scatter_reduce(tz.ones(2), 0, tz.asarray([0, 0]), tz.asarray([2.0, 3.0]), "sum")
    tensor([6., 1.])
    """
    if reduce not in ("sum", "mean", "prod", "amax", "amin"):
        raise ArgumentError("choice-unknown", name="reduce", got=reduce,
                            known='"sum", "mean", "prod", "amax", "amin"')  # fmt: skip
    x, places, values = as_tensor(x), as_tensor(index), as_tensor(src)
    if x.ndim == 0:
        rows = [reshape(y, (y.size,)) for y in (x, places, values)]
        return reshape(scatter_reduce(rows[0], 0, rows[1], rows[2], reduce,
                                      include_self=include_self), ())  # fmt: skip
    if not places.size:
        return same(x)
    if x.dtype.kind == "b":
        small = np.dtype("uint8")
        out = scatter_reduce(as_tensor(x, small), dim, places, as_tensor(values, small), reduce,
                             include_self=include_self)  # fmt: skip
        return as_tensor(out, x.dtype)
    if reduce in ("sum", "mean"):
        start = x if include_self else scatter(x, dim, places, 0)
        total = scatter_add(start, dim, places, values)
        return total if reduce == "sum" else _mean(total, x, dim, places, include_self)
    return _compared(x, dim, places, values, reduce, include_self)


def _mean(total: Tensor, x: Tensor, dim: int, places: Tensor, include_self: bool) -> Tensor:
    counts = scatter_add(zeros_like(x, dtype=np.dtype("int64")), dim, places, 1)
    counts = counts + 1 if include_self else binary("maximum", counts, 1)
    if x.dtype.kind == "f":
        return binary("divide", total, as_tensor(counts, x.dtype))
    return binary("floor_divide", total, as_tensor(counts, x.dtype))


def _compared(x: Tensor, dim: int, places: Tensor, values: Tensor, reduce: str,
              include_self: bool) -> Tensor:  # fmt: skip
    """Every place of an axis beside all entries of `src` on that line."""
    k = axis_of(dim, x.ndim)
    lines = tuple(slice(0, n) for n in places.shape)
    last, at = moveaxis(values[lines], k, -1), moveaxis(places, k, -1)  # (*n, m)
    size = x.shape[k]
    here = binary("equal", expand_dims(at, axis=-2), as_tensor(np.arange(size)[:, None]))
    neutral = {"prod": 1.0, "amax": -math.inf, "amin": math.inf}[reduce]
    if x.dtype.kind != "f" and reduce != "prod":
        info = np.iinfo(x.dtype)
        neutral = info.min if reduce == "amax" else info.max
    fill = full((), neutral, dtype=x.dtype)
    wide = where(here, expand_dims(last, axis=-2), fill)  # (*n, size, m)
    own = moveaxis(x[tuple(slice(0, n) if i != k else slice(None)
                           for i, n in enumerate(places.shape))], k, -1)  # fmt: skip
    hit = make(PRIMITIVES["any"], here, axis=(here.ndim - 1,), keepdims=False)
    mine = own if include_self else where(hit, fill, own)
    both = make(PRIMITIVES["concat"], wide, expand_dims(mine, axis=-1), axis=wide.ndim - 1)
    name = {"prod": "prod", "amax": "max", "amin": "min"}[reduce]
    out = moveaxis(make(PRIMITIVES[name], both, axis=(both.ndim - 1,), keepdims=False), -1, k)
    return setitem(x, tuple(slice(0, n) for n in out.shape), out)


def cross(x: ArrayLike, other: ArrayLike, dim: int | None = None) -> Tensor:
    """The cross product along an axis of three numbers: the first such axis, if none is given.

    >>> import tiza as tz
    >>> tz.cross(tz.asarray([1, 0, 0]), tz.asarray([0, 1, 0]))
    tensor([0, 0, 1])
    """
    a, b = pair(x, other)
    if dim is None:
        dim = next((k for k, n in enumerate(a.shape) if n == 3), -1)
    return cross_(a, b, axis=dim)


def msort(x: ArrayLike) -> Tensor:
    """In ascending order along the first axis.

    >>> import tiza as tz
    >>> tz.msort(tz.asarray([3, 1, 2]))
    tensor([1, 2, 3])
    """
    x = as_tensor(x)
    return same(x) if x.ndim == 0 else sort(x, axis=0)


def vdot(x: ArrayLike, other: ArrayLike) -> Tensor:
    """The dot product of two vectors.

    >>> import tiza as tz
    >>> tz.vdot(tz.asarray([1, 2]), tz.asarray([3, 4]))
    tensor(11)
    """
    from tiza.lang.compounds import dot

    return dot(x, other)


def logspace(start: float, end: float, steps: int, base: float = 10.0, *,
             dtype: Any = None) -> Tensor:  # fmt: skip
    """base to powers at equal distances from start to end.

    >>> import tiza as tz
    >>> tz.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    powers = np.linspace(float(start), float(end), int(steps))
    kind = default_dtype() if dtype is None else np.dtype(dtype)
    return Tensor(constant((float(base) ** powers).astype(kind)))


def sum_to_size(x: ArrayLike, *size: Any) -> Tensor:
    """Summed over the axes that broadcasting from `size` to x would have made: its transpose.

    >>> import tiza as tz
    >>> tz.ones(2, 3).sum_to_size(1, 3)
    tensor([[2., 2., 2.]])
    """
    x = as_tensor(x)
    shape = tuple(size[0]) if len(size) == 1 and isinstance(size[0], Sequence) else size
    extra = x.ndim - len(shape)
    if extra < 0 or any(n not in (1, m) for n, m in zip(shape, x.shape[extra:], strict=True)):
        raise ShapeError("setitem-shape", got=shape, want=x.shape)
    axes = (*range(extra), *(extra + k for k, n in enumerate(shape) if n != x.shape[extra + k]))
    kind = np.dtype("int64") if x.dtype.kind == "b" else x.dtype
    return reshape(sum_(x, axis=axes, dtype=kind), shape) if axes or not shape else same(x)


def unravel_index(indices: ArrayLike, shape: Sequence[int] | int) -> tuple[Tensor, ...]:
    """The places along each axis of an array of that shape, of places counted row by row.

    >>> import tiza as tz
    >>> tz.unravel_index(tz.asarray([5]), (2, 3))
    (tensor([1]), tensor([2]))
    """
    left, out = as_tensor(indices), []
    for n in reversed((shape,) if isinstance(shape, int) else tuple(shape)):
        out.append(binary("remainder", left, n))
        left = binary("floor_divide", left, n)
    return tuple(out[::-1])
