"""Choosing, finding, sorting. Names and arguments are those of the array API standard 2024.12."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar

import numpy as np

from tiza.errors import ArgumentError, DTypeError, ShapeError
from tiza.graph import PRIMITIVES, constant
from tiza.graph.types import DType
from tiza.lang.arrays import default_dtype
from tiza.lang.calls import ArrayLike, axis_of, binary, cast, pair, same, spelled, torch_words
from tiza.lang.indexing import check_places, within
from tiza.lang.manipulation import broadcast_shapes, broadcast_to, expand_dims, reshape
from tiza.lang.tensor import Tensor, as_tensor, make

P = ParamSpec("P")
R = TypeVar("R")


def where(condition: ArrayLike, x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """x1 where the condition holds, else x2, with broadcasting.

    The places where a condition holds are `nonzero(condition)`.

    >>> import tiza as tz
    >>> tz.where(tz.asarray([True, False]), 1.0, tz.asarray([5.0, 6.0]))
    tensor([1., 6.])
    """
    return make(PRIMITIVES["where"], as_tensor(condition), *pair(x1, x2))


def clip(x: ArrayLike, /, min: ArrayLike | None = None,
         max: ArrayLike | None = None) -> Tensor:  # fmt: skip
    """x, but never below `min` nor above `max`; keeps the type of x.

    y = min(max(x, low), high)

    >>> import tiza as tz
    >>> tz.clip(tz.asarray([-3.0, 0.5, 9.0]), 0, 1)
    tensor([0. , 0.5, 1. ])
    """
    out = x = as_tensor(x)
    if min is not None:
        out = binary("maximum", out, min)
    if max is not None:
        out = binary("minimum", out, max)
    return cast(out, x.dtype) if out is not x else same(x)


def _arg(name: str, x: ArrayLike, axis: int | None, keepdims: bool) -> Tensor:
    x = as_tensor(x)
    if axis is None:
        out = make(PRIMITIVES[name], reshape(x, x.size), axis=0)
        return reshape(out, (1,) * x.ndim) if keepdims else out
    k = axis_of(axis, x.ndim)
    out = make(PRIMITIVES[name], x, axis=k)
    return expand_dims(out, axis=k) if keepdims else out


@torch_words
def argmax(x: ArrayLike, /, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The place of the greatest entry along `axis` (the first of equals).

    >>> import tiza as tz
    >>> tz.argmax(tz.asarray([[1, 5], [7, 2]]), axis=1)
    tensor([1, 0])
    """
    return _arg("argmax", x, axis, keepdims)


@torch_words
def argmin(x: ArrayLike, /, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The place of the least entry along `axis` (the first of equals).

    >>> import tiza as tz
    >>> tz.argmin(tz.asarray([3, 1, 2]))
    tensor(1)
    """
    return _arg("argmin", x, axis, keepdims)


def nonzero(x: ArrayLike, /, *, as_tuple: bool = True) -> tuple[Tensor, ...]:
    """The places of the entries that are not zero: one array of indices for each axis.

    How many there are depends on the values, so this computes at once. `as_tuple=False` is
    PyTorch's `argwhere`.

    >>> import tiza as tz
    >>> tz.nonzero(tz.asarray([0, 7, 0, 9]))
    (tensor([1, 3]),)
    """
    x = as_tensor(x)
    if not as_tuple:
        from tiza.lang.counting import argwhere

        return argwhere(x)  # type: ignore[return-value]
    if x.ndim == 0:
        raise ShapeError("nonzero-scalar")
    return tuple(Tensor(constant(places)) for places in np.nonzero(x.numpy()))


def searchsorted(x1: ArrayLike, x2: ArrayLike, /, *, side: Literal["left", "right"] = "left",
                 sorter: ArrayLike | None = None, right: bool = False,
                 out_int32: bool = False) -> Tensor:  # fmt: skip
    """Where to insert x2 into the ascending x1 so that it stays ascending; computes at once.

    i with x1[i − 1] < v <= x1[i] (side "left") or x1[i − 1] <= v < x1[i] ("right"). With
    `sorter` (as of `argsort`), x1[sorter] is what ascends. As in PyTorch, x1 and x2 may be
    stacks of rows, each searched by itself, and `right=True` means side "right".

    >>> import tiza as tz
    >>> tz.searchsorted(tz.asarray([1.0, 3.0, 5.0]), tz.asarray([3.0, 4.0]))
    tensor([1, 2])
    """
    if side not in ("left", "right"):
        raise ArgumentError("choice-unknown", name="side", got=side, known='"left", "right"')
    a, b = pair(x1, x2)
    if a.ndim != 1 and (not a.ndim or a.shape[:-1] != b.shape[:-1]):
        raise ShapeError("vector-needed", op="searchsorted", shape=a.shape)
    side = "right" if right else side
    rows, wanted = a.numpy(), b.numpy()
    order = None if sorter is None else as_tensor(sorter).numpy()
    found = np.empty(wanted.shape, "int32" if out_int32 else "int64")
    for at in np.ndindex(rows.shape[:-1]):
        by = None if order is None else order[at]
        found[at] = np.searchsorted(rows[at], wanted[at], side=side, sorter=by)
    return Tensor(constant(found))


@spelled("axis", "descending", "stable")
def argsort(x: ArrayLike, /, *, axis: int = -1, descending: bool = False,
            stable: bool = True) -> Tensor:  # fmt: skip
    """The indices that sort x along an axis; equal entries keep their order.

    >>> import tiza as tz
    >>> tz.argsort(tz.asarray([3, 1, 2]))
    tensor([1, 2, 0])
    """
    x = as_tensor(x)
    if x.dtype.kind == "c":
        raise DTypeError("complex-order", op="sort")
    if x.ndim == 0 and axis in (0, -1):
        return Tensor(constant(np.zeros((), "int64")))
    k = axis_of(axis, x.ndim)
    if x.dtype.kind == "b":
        x = as_tensor(x, np.dtype("uint8"))
    return make(PRIMITIVES["argsort"], x, axis=k, descending=bool(descending))


class Sorted(NamedTuple):
    """The entries in order, and where each of them stood."""

    values: Tensor
    indices: Tensor


@spelled("axis", "descending", "stable")
def _sorted(x: ArrayLike, /, *, axis: int = -1, descending: bool = False,
            stable: bool = True) -> Sorted:  # fmt: skip
    x = as_tensor(x)
    order = argsort(x, axis=axis, descending=descending, stable=stable)
    if x.ndim == 0:
        return Sorted(same(x), order)
    return Sorted(make(PRIMITIVES["take_along"], x, order, axis=axis_of(axis, x.ndim)), order)


def _of_two_minds(function: Callable[P, R]) -> Callable[P, R]:
    """Where PyTorch's `dim` is given, PyTorch's answer: the values and their places."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) > 1 or "dim" in kwargs:
            return _sorted(*args, **kwargs)
        return function(*args, **kwargs)

    return call


@_of_two_minds
def sort(x: ArrayLike, /, *, axis: int = -1, descending: bool = False,
         stable: bool = True) -> Tensor:  # fmt: skip
    """The entries in ascending (or descending) order along an axis; differentiable.

    In PyTorch's spelling `sort(x, dim)` gives the values and the places they came from.

    >>> import tiza as tz
    >>> tz.sort(tz.asarray([3, 1, 2]), descending=True)
    tensor([3, 2, 1])
    """
    return _sorted(x, axis=axis, descending=descending, stable=stable).values


class TopK(NamedTuple):
    """The k greatest entries and where they stand."""

    values: Tensor
    indices: Tensor


@spelled("axis", "largest", "sorted")
def top_k(x: ArrayLike, k: int, /, *, axis: int = -1, largest: bool = True,
          sorted: bool = True) -> TopK:  # fmt: skip
    """The k greatest (or least) entries along an axis, in order, and their places.

    The values are differentiable; they are in order whether or not that is asked for.

    >>> import tiza as tz
    >>> tz.top_k(tz.asarray([3.0, 9.0, 4.0]), 2).values
    tensor([9., 4.])
    """
    x = as_tensor(x)
    if x.ndim == 0 and k in (0, 1) and axis in (0, -1):
        return TopK(*(reshape(y, ()) if k else y for y in top_k(reshape(x, (1,)), k)))
    side = axis_of(axis, x.ndim)
    if not 0 <= k <= x.shape[side]:
        raise ArgumentError("top-k", k=k, size=x.shape[side])
    order = argsort(x, axis=side, descending=largest)[(*(slice(None),) * side, slice(0, k))]
    return TopK(make(PRIMITIVES["take_along"], x, order, axis=side), order)


@torch_words
def take(x: ArrayLike, indices: ArrayLike, /, *, axis: int | None = None) -> Tensor:
    """The entries at the places `indices` along an axis; without one, of all in a row.

    Shapes: x (*n, m, *p), indices (*i) → (*n, *i, *p).

    >>> import tiza as tz
    >>> tz.take(tz.asarray([10, 20, 30]), tz.asarray([2, 0]))
    tensor([30, 10])
    """
    x, places = as_tensor(x), as_tensor(indices)
    if axis is None and x.ndim != 1:
        x = reshape(x, (x.size,))
    k = axis_of(axis or 0, x.ndim)
    check_places(places, x.shape[k])
    return make(PRIMITIVES["take"], x, places, axis=k)


@torch_words
def take_along_axis(x: ArrayLike, indices: ArrayLike, /, *, axis: int = -1) -> Tensor:
    """For each line of x along an axis, the entries at that line's own places.

    y[i, j] = x[i, indices[i, j]] where axis = −1; the other axes broadcast.

    >>> import tiza as tz
    >>> x = tz.asarray([[3, 1], [5, 9]])
    >>> tz.take_along_axis(x, tz.argsort(x), axis=-1)
    tensor([[1, 3],
            [5, 9]])
    """
    x, places = as_tensor(x), as_tensor(indices)
    k = axis_of(axis, x.ndim)
    if places.ndim != x.ndim:
        raise ShapeError("index-along", x=x.shape, index=places.shape, axis=k)
    check_places(places, x.shape[k])
    ones = [tuple(1 if i == k else n for i, n in enumerate(t.shape)) for t in (x, places)]
    rest = broadcast_shapes(*ones)
    both = [broadcast_to(t, (*rest[:k], t.shape[k], *rest[k + 1 :])) for t in (x, places)]
    return make(PRIMITIVES["take_along"], *both, axis=k)


def one_hot(x: ArrayLike, num_classes: int, /, *, dtype: DType | None = None) -> Tensor:
    """1 at the place that x names, 0 elsewhere, along a new last axis.

    Shapes: x (*n) of integers → (*n, num_classes), floats of the default type.

    >>> import tiza as tz
    >>> tz.one_hot(tz.asarray([1, 0]), 3)
    tensor([[0., 1., 0.],
            [1., 0., 0.]])
    """
    x = as_tensor(x)
    x = within(x, num_classes)
    classes = Tensor(constant(np.arange(num_classes, dtype=x.dtype)))
    hits = make(PRIMITIVES["equal"], expand_dims(x, axis=-1), classes)
    if dtype is not None:
        return cast(hits, np.dtype(dtype))
    return cast(hits, default_dtype())
