"""Functions that move entries about. Names and arguments: array API standard 2024.12."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from tiza.errors import ArgumentError, DTypeError, IndexingError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.graph.types import DType
from tiza.lang.calls import ArrayLike, Axis, axes_of, axis_of, common, same, shape_of, torch_words
from tiza.lang.inspection import check_device
from tiza.lang.tensor import Tensor, as_tensor, make

Ints = int | Sequence[int]
P = ParamSpec("P")
R = TypeVar("R")


def _move(name: str, x: Tensor, **attrs: object) -> Tensor:
    return make(PRIMITIVES[name], x, **attrs)


def reshape(x: ArrayLike, /, shape: Ints, *, copy: bool | None = None) -> Tensor:
    """The same entries, row by row, in another shape; one side may be −1 (whatever fits).

    Tensors never share changes, so that `copy` makes no difference that could be seen.

    >>> import tiza as tz
    >>> tz.reshape(tz.arange(6), (2, -1))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    many = shape if isinstance(shape, Sequence) else (shape,)
    return _move("reshape", as_tensor(x), shape=tuple(operator.index(n) for n in many))


def permute_dims(x: ArrayLike, /, axes: Sequence[int]) -> Tensor:
    """The axes in another order: side i of the result is side axes[i] of x.

    >>> import tiza as tz
    >>> tz.permute_dims(tz.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    x = as_tensor(x)
    return _move("permute", x, axes=tuple(axis_of(k, x.ndim) for k in axes))


def matrix_transpose(x: ArrayLike, /) -> Tensor:
    """The last two axes exchanged.

    Shapes: x (*n, rows, columns) → (*n, columns, rows).

    >>> import tiza as tz
    >>> tz.matrix_transpose(tz.zeros((5, 2, 3))).shape
    (5, 3, 2)
    """
    x = as_tensor(x)
    if x.ndim < 2:
        raise ShapeError("matrix-needed", op="matrix_transpose", shape=x.shape)
    return _move("permute", x, axes=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def moveaxis(x: ArrayLike, source: Ints, destination: Ints, /) -> Tensor:
    """The axes `source` moved to the places `destination`; the others keep their order.

    >>> import tiza as tz
    >>> tz.moveaxis(tz.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    x = as_tensor(x)
    both = [[axis_of(k, x.ndim) for k in (a if isinstance(a, Sequence) else (a,))]
            for a in (source, destination)]  # fmt: skip
    if len(both[0]) != len(both[1]) or any(len(set(a)) != len(a) for a in both):
        raise ArgumentError("moveaxis-axes", source=source, destination=destination)
    order = [k for k in range(x.ndim) if k not in both[0]]
    for place, axis in sorted(zip(both[1], both[0], strict=True)):
        order.insert(place, axis)
    return _move("permute", x, axes=tuple(order))


@torch_words
def expand_dims(x: ArrayLike, /, axis: int = 0) -> Tensor:
    """A new axis of size 1 at the place `axis`.

    >>> import tiza as tz
    >>> tz.expand_dims(tz.zeros((2, 3)), axis=-1).shape
    (2, 3, 1)
    """
    x = as_tensor(x)
    k = axis_of(axis, x.ndim + 1)
    return _move("reshape", x, shape=(*x.shape[:k], 1, *x.shape[k:]))


def _lenient(function: Callable[P, R]) -> Callable[P, R]:
    """PyTorch's `dim` leaves axes of other sizes as they are."""

    @wraps(function)
    def call(*args: Any, **words: Any) -> Any:
        given = words.pop("dim", None)
        if given is None:
            return function(*args, **words)
        x = as_tensor(args[0])
        many = given if isinstance(given, Sequence) else (given,)
        axes = {axis_of(k, max(x.ndim, 1)) for k in many}
        words["axis"] = tuple(k for k in axes if x.ndim and x.shape[k] == 1)
        return function(*args, **words)

    return call


@_lenient
def squeeze(x: ArrayLike, /, axis: Axis = None) -> Tensor:
    """Without the axes `axis`, which must be of size 1; by default, without all such axes.

    In PyTorch's spelling, `dim`, axes of other sizes stay.

    >>> import tiza as tz
    >>> tz.squeeze(tz.zeros((1, 3, 1)), 0).shape
    (3, 1)
    """
    x = as_tensor(x)
    if axis is None:
        gone = tuple(k for k, n in enumerate(x.shape) if n == 1)
    else:
        gone = axes_of(axis, x.ndim)
    for k in gone:
        if x.shape[k] != 1:
            raise ShapeError("squeeze-side", axis=k, shape=x.shape, size=x.shape[k])
    return _move("reshape", x, shape=tuple(n for k, n in enumerate(x.shape) if k not in gone))


@torch_words
def flip(x: ArrayLike, /, *, axis: Axis = None) -> Tensor:
    """The entries along `axis` (by default, all) in reverse order.

    >>> import tiza as tz
    >>> tz.flip(tz.arange(3))
    tensor([2, 1, 0])
    """
    x = as_tensor(x)
    return _move("flip", x, axes=axes_of(axis, x.ndim))


@torch_words
def roll(x: ArrayLike, /, shift: Ints, *, axis: Axis = None) -> Tensor:
    """The entries moved on by `shift` places; those that fall off come in again at the front.

    Without an axis, x is rolled as one row and takes its shape again.

    >>> import tiza as tz
    >>> tz.roll(tz.arange(4), 1)
    tensor([3, 0, 1, 2])
    """
    x = as_tensor(x)
    if axis is None:
        if isinstance(shift, Sequence):
            raise ArgumentError("roll-axes", shift=shift, axis=axis)
        return reshape(roll(reshape(x, -1 if x.size else 0), shift, axis=0), x.shape)
    many = axis if isinstance(axis, Sequence) else (axis,)
    by = shift if isinstance(shift, Sequence) else (shift,) * len(many)
    if len(by) != len(many):
        raise ArgumentError("roll-axes", shift=shift, axis=axis)
    out = same(x)
    for k, n in zip(many, by, strict=True):
        side = axis_of(k, x.ndim)
        size = x.shape[side]
        cut = -operator.index(n) % size if size else 0
        if cut:
            halves = _part(out, side, cut, size), _part(out, side, 0, cut)
            out = make(PRIMITIVES["concat"], *halves, axis=side)
    return out


def _part(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    """The entries from start to stop along one axis."""
    return _move("slice", x, starts=tuple(start if k == axis else 0 for k in range(x.ndim)),
                 stops=tuple(stop if k == axis else n for k, n in enumerate(x.shape)),
                 steps=(1,) * x.ndim)  # fmt: skip


@torch_words
def concat(arrays: Sequence[ArrayLike], /, *, axis: int | None = 0) -> Tensor:
    """The arrays one after another along an existing axis; without an axis, all as one row.

    >>> import tiza as tz
    >>> tz.concat([tz.zeros(2), tz.ones(1)])
    tensor([0., 0., 1.])
    """
    if not len(arrays):
        raise ArgumentError("join-nothing", op="concat")
    xs = common(_without_legacy(arrays))
    if axis is None:
        xs, axis = [reshape(x, x.size) for x in xs], 0
    if xs[0].ndim == 0:
        raise ShapeError("concat-scalars")
    return make(PRIMITIVES["concat"], *xs, axis=axis_of(axis, xs[0].ndim))


def _without_legacy(arrays: Sequence[ArrayLike]) -> Sequence[ArrayLike]:
    """Without empty vectors beside arrays of more axes, which PyTorch skips."""
    shapes = [getattr(x, "shape", None) for x in arrays]
    if (0,) not in shapes or all(s is None or len(s) < 2 for s in shapes):
        return arrays
    return [x for x, s in zip(arrays, shapes, strict=True) if s != (0,)]


@torch_words
def stack(arrays: Sequence[ArrayLike], /, *, axis: int = 0) -> Tensor:
    """The arrays, all of one shape, one after another along a new axis.

    Shapes: m arrays (*n) → (m, *n) where axis = 0.

    >>> import tiza as tz
    >>> tz.stack([tz.zeros(2), tz.ones(2)])
    tensor([[0., 0.],
            [1., 1.]])
    """
    if not len(arrays):
        raise ArgumentError("join-nothing", op="stack")
    xs = common(arrays)
    if len({x.shape for x in xs}) > 1:
        raise ShapeError("stack-shapes", shapes=", ".join(str(x.shape) for x in xs))
    k = axis_of(axis, xs[0].ndim + 1)
    return make(PRIMITIVES["concat"], *(expand_dims(x, axis=k) for x in xs), axis=k)


@torch_words
def unstack(x: ArrayLike, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The arrays that lie one after another along `axis`.

    Shapes: x (m, *n) → m arrays (*n) where axis = 0.

    >>> import tiza as tz
    >>> tz.unstack(tz.asarray([[1, 2], [3, 4]]))
    (tensor([1, 2]), tensor([3, 4]))
    """
    x = as_tensor(x)
    k = axis_of(axis, x.ndim)
    rest = (*x.shape[:k], *x.shape[k + 1 :])
    return tuple(reshape(_part(x, k, i, i + 1), rest) for i in range(x.shape[k]))


@torch_words
def repeat(x: ArrayLike, repeats: int | ArrayLike, /, *, axis: int | None = None) -> Tensor:
    """Every entry `repeats` times (a number, or one for each place along the axis).

    Without an axis, x is taken as one row. Counts that are arrays are read at once.

    >>> import tiza as tz
    >>> tz.repeat(tz.asarray([1, 2]), 2)
    tensor([1, 1, 2, 2])
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = reshape(x, x.size), 0
    k = axis_of(axis, x.ndim)
    counts = np.asarray(repeats)
    if counts.dtype.kind not in "iu":
        raise DTypeError("index-type", got=counts.dtype)
    if counts.ndim > 1 or (counts.size not in (1, x.shape[k])) or (counts < 0).any():
        raise ArgumentError("repeat-counts", counts=counts.tolist(), size=x.shape[k])
    places = np.repeat(np.arange(x.shape[k]), counts.astype("int64"))
    return make(PRIMITIVES["take"], x, as_tensor(places), axis=k)


def tile(x: ArrayLike, repetitions: Sequence[int], /) -> Tensor:
    """x set side by side, repetitions[i] times along axis i, like tiles.

    >>> import tiza as tz
    >>> tz.tile(tz.asarray([1, 2]), (2,))
    tensor([1, 2, 1, 2])
    """
    x = as_tensor(x)
    times = shape_of(repetitions)
    sides = (1,) * (len(times) - x.ndim) + x.shape
    times = (1,) * (len(sides) - len(times)) + times
    out = reshape(x, tuple(m for n in sides for m in (1, n)))
    out = broadcast_to(out, tuple(m for t, n in zip(times, sides, strict=True) for m in (t, n)))
    return reshape(out, tuple(t * n for t, n in zip(times, sides, strict=True)))


def broadcast_to(x: ArrayLike, /, shape: Sequence[int]) -> Tensor:
    """x repeated along its axes of size 1, and along new axes in front, up to `shape`.

    >>> import tiza as tz
    >>> tz.broadcast_to(tz.asarray([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    return _move("broadcast_to", as_tensor(x), shape=shape_of(shape))


def broadcast_shapes(*shapes: Ints) -> tuple[int, ...]:
    """The common shape, by NumPy's rule.

    >>> import tiza as tz
    >>> tz.broadcast_shapes((3, 1), (4,))
    (3, 4)
    """
    try:
        return np.broadcast_shapes(*((s,) if isinstance(s, int) else tuple(s) for s in shapes))
    except ValueError:
        raise ShapeError("broadcast", shapes=" , ".join(map(str, shapes))) from None


def broadcast_arrays(*arrays: ArrayLike) -> tuple[Tensor, ...]:
    """All arrays in their common shape.

    >>> import tiza as tz
    >>> [x.shape for x in tz.broadcast_arrays(tz.zeros((3, 1)), tz.zeros(2))]
    [(3, 2), (3, 2)]
    """
    xs = [as_tensor(x) for x in arrays]
    shape = broadcast_shapes(*(x.shape for x in xs))
    return tuple(broadcast_to(x, shape) for x in xs)


def astype(x: ArrayLike, dtype: DType, /, *, copy: bool = True, device: object = None) -> Tensor:
    """The same values in another data type; fractions are cut off by integer types.

    Errors: complex numbers do not become real ones.

    >>> import tiza as tz
    >>> tz.astype(tz.asarray([1.7, -1.7]), tz.int32)
    tensor([ 1, -1], dtype=int32)
    """
    check_device(device)
    x, kind = as_tensor(x), np.dtype(dtype)
    if x.dtype.kind == "c" and kind.kind != "c":
        raise DTypeError("complex-to-real", got=x.dtype, want=kind)
    out = as_tensor(x, kind)
    return same(out) if copy and out is x else out


def flatten(x: ArrayLike, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The axes from start_dim to end_dim as one.

    Source: PyTorch's name and arguments.

    >>> import tiza as tz
    >>> tz.flatten(tz.zeros((2, 3, 4)), 1).shape
    (2, 12)
    """
    x = as_tensor(x)
    if x.ndim == 0:
        return reshape(x, (1,))
    first, last = axis_of(start_dim, x.ndim), axis_of(end_dim, x.ndim)
    if first > last:
        raise IndexingError("flatten-order", start=start_dim, end=end_dim)
    middle = math.prod(x.shape[first : last + 1])
    return reshape(x, (*x.shape[:first], middle, *x.shape[last + 1 :]))
