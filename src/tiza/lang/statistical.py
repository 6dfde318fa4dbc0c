"""Summaries along axes. Names and arguments are those of the array API standard 2024.12."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.graph.types import DType, int64, uint64
from tiza.lang.calls import (
    ArrayLike,
    Axis,
    as_float,
    axes_of,
    axis_of,
    binary,
    cast,
    spelled,
    torch_words,
    truth,
)
from tiza.lang.creation import full
from tiza.lang.elementwise import sqrt
from tiza.lang.manipulation import concat
from tiza.lang.tensor import Tensor, as_tensor, make

P = ParamSpec("P")
R = TypeVar("R")


def _reduce(name: str, x: Tensor, axis: Axis, keepdims: bool) -> Tensor:
    return make(PRIMITIVES[name], x, axis=axes_of(axis, x.ndim), keepdims=keepdims)


def _summed_type(dtype: DType) -> DType:
    """Integers are added up in 64 bits, so that short ones do not overflow."""
    return {"u": uint64, "i": int64, "b": int64}.get(dtype.kind, dtype)


def _accumulable(x: ArrayLike, dtype: DType | None) -> Tensor:
    x = as_tensor(x)
    return cast(x, _summed_type(x.dtype) if dtype is None else np.dtype(dtype))


@torch_words
def sum(x: ArrayLike, /, *, axis: Axis = None, dtype: DType | None = None,
        keepdims: bool = False) -> Tensor:  # fmt: skip
    """The sum along `axis` (by default, of everything): y = Σᵢ xᵢ; 0 of nothing.

    Shapes: x (*n, m) → (*n) where axis = −1; (*n, 1) with `keepdims`.
    Integers are added up in 64 bits.

    >>> import tiza as tz
    >>> tz.sum(tz.asarray([[1, 2], [3, 4]]), axis=0)
    tensor([4, 6])
    """
    given = _accumulable(x, dtype)
    return _reduce("any" if given.dtype.kind == "b" else "sum", given, axis, keepdims)


@torch_words
def prod(x: ArrayLike, /, *, axis: Axis = None, dtype: DType | None = None,
         keepdims: bool = False) -> Tensor:  # fmt: skip
    """The product along `axis` (by default, of everything): y = Πᵢ xᵢ; 1 of nothing.

    Its derivative is right where entries are zero, too.

    >>> import tiza as tz
    >>> tz.prod(tz.asarray([2, 3, 4]))
    tensor(24)
    """
    given = _accumulable(x, dtype)
    return _reduce("all" if given.dtype.kind == "b" else "prod", given, axis, keepdims)


class Extreme(NamedTuple):
    """The greatest (or least) entries along an axis, and where they stand."""

    values: Tensor
    indices: Tensor


@torch_words
def _places(name: str, x: Tensor, /, *, axis: int, keepdims: bool = False) -> Extreme:
    """The first greatest (least) entry of each line; derivatives flow to it alone."""
    k = axis_of(axis, x.ndim)
    line = tuple(1 if i == k else n for i, n in enumerate(x.shape))
    order = make(PRIMITIVES[name], cast(x, np.dtype("uint8")) if x.dtype.kind == "b" else x, axis=k)
    at = make(PRIMITIVES["reshape"], order, shape=line)
    values = make(PRIMITIVES["take_along"], x, at, axis=k)
    if keepdims:
        return Extreme(values, at)
    return Extreme(make(PRIMITIVES["reshape"], values, shape=order.shape), order)


def _of_two_minds(places: str, both: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """In PyTorch's spelling, PyTorch's answer.

    max(x, 1) and max(x, dim=1) are (values, indices), max(x, y) is the greater of both, while
    the standard's max(x, axis=1) is the values.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            second = args[1] if len(args) > 1 else kwargs.get("other", kwargs.get("dim"))
            if second is None:
                kwargs.pop("dim", None)
                return function(*args, **kwargs)
            if not isinstance(second, int):
                return binary(both, args[0], second)
            if "axis" in kwargs:
                raise ArgumentError("argument-twice", one="dim", two="axis")
            kept = args[2] if len(args) > 2 else kwargs.get("keepdim", kwargs.get("keepdims"))
            x = as_tensor(args[0])
            if x.ndim == 0 and second in (0, -1):
                return Extreme(x, full((), 0))
            return _places(places, x, axis=second, keepdims=bool(kept))

        return call

    return decorate


@_of_two_minds("argmax", "maximum")
@torch_words
def max(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The greatest entry along `axis`; NaN where one is NaN. Ties share the derivative.

    In PyTorch's spelling `max(x, dim)` gives the values and their places, `max(x, y)` is
    `maximum(x, y)`.

    Errors: the greatest of nothing.

    >>> import tiza as tz
    >>> tz.max(tz.asarray([[1, 5], [7, 2]]), axis=1)
    tensor([5, 7])
    """
    return _extreme("max", "any", as_tensor(x), axis, keepdims)


def _extreme(name: str, of_truth: str, x: Tensor, axis: Axis, keepdims: bool) -> Tensor:
    """Of truth values the greatest says whether any is true, the least whether all are."""
    return _reduce(of_truth if x.dtype.kind == "b" else name, x, axis, keepdims)


@_of_two_minds("argmin", "minimum")
@torch_words
def min(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The least entry along `axis`; NaN where one is NaN. Ties share the derivative.

    In PyTorch's spelling `min(x, dim)` gives the values and their places, `min(x, y)` is
    `minimum(x, y)`.

    Errors: the least of nothing.

    >>> import tiza as tz
    >>> tz.min(tz.asarray([3, 1, 2]))
    tensor(1)
    """
    return _extreme("min", "all", as_tensor(x), axis, keepdims)


def _count(x: Tensor, axis: Axis) -> int:
    return math.prod(x.shape[k] for k in axes_of(axis, x.ndim))


@torch_words
def mean(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False,
         dtype: DType | None = None) -> Tensor:  # fmt: skip
    """The mean along `axis`: μ = 1/n Σᵢ xᵢ; NaN of nothing.

    >>> import tiza as tz
    >>> tz.mean(tz.asarray([1.0, 2.0, 6.0]))
    tensor(3.)
    """
    x = as_float(x) if dtype is None else as_tensor(x, np.dtype(dtype))
    return _reduce("sum", x, axis, keepdims) / _count(x, axis)


@spelled("axis", "unbiased", "keepdims")
def var(x: ArrayLike, /, *, axis: Axis = None, correction: float | None = 0.0,
        keepdims: bool = False, unbiased: bool | None = None) -> Tensor:  # fmt: skip
    """The variance along `axis`: σ² = 1/(n − c) Σᵢ (xᵢ − μ)², c = `correction`.

    c = 0 is the variance of a population, c = 1 (PyTorch's default) the unbiased estimate from a
    sample; `unbiased=True` is PyTorch's other way to say it. NaN where n <= c.

    >>> import tiza as tz
    >>> tz.var(tz.asarray([1.0, 2.0, 3.0]), correction=1)
    tensor(1.)
    """
    x = as_float(x)
    if isinstance(axis, bool):  # PyTorch's var(x, unbiased)
        axis, unbiased = None, axis
    if unbiased is not None or correction is None:
        correction = float(unbiased is not False)
    rest = x - mean(x, axis=axis, keepdims=True)
    n = _count(x, axis) - correction
    return _reduce("sum", rest * rest, axis, keepdims) / (n if n > 0 else math.nan)


@spelled("axis", "unbiased", "keepdims")
def std(x: ArrayLike, /, *, axis: Axis = None, correction: float | None = 0.0,
        keepdims: bool = False, unbiased: bool | None = None) -> Tensor:  # fmt: skip
    """The standard deviation along `axis`: the square root of the variance, see `var`.

    >>> import tiza as tz
    >>> tz.std(tz.asarray([1.0, 3.0]))
    tensor(1.)
    """
    return sqrt(var(x, axis=axis, correction=correction, keepdims=keepdims, unbiased=unbiased))


@torch_words
def all(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether every entry along `axis` is true (not zero); true of nothing.

    >>> import tiza as tz
    >>> tz.all(tz.asarray([[True, False], [True, True]]), axis=1)
    tensor([False,  True])
    """
    return _reduce("all", truth(x), axis, keepdims)


@torch_words
def any(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether some entry along `axis` is true (not zero); false of nothing.

    >>> import tiza as tz
    >>> tz.any(tz.asarray([0, 0, 3]))
    tensor(True)
    """
    return _reduce("any", truth(x), axis, keepdims)


@torch_words
def count_nonzero(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """How many entries along `axis` are not zero.

    >>> import tiza as tz
    >>> tz.count_nonzero(tz.asarray([0, 2, 3]))
    tensor(2)
    """
    return _reduce("sum", cast(truth(x), int64), axis, keepdims)


def _cumulative(name: str, x: ArrayLike, axis: int | None, dtype: DType | None,
                first: int | None) -> Tensor:  # fmt: skip
    x = _accumulable(x, dtype)
    if x.ndim == 0 or (axis is None and x.ndim != 1):
        raise ShapeError("cumulative-axis", shape=x.shape)
    k = axis_of(axis or 0, x.ndim)
    out = make(PRIMITIVES[name], x, axis=k)
    if first is None:
        return out
    before = full(tuple(1 if i == k else n for i, n in enumerate(x.shape)), first, dtype=x.dtype)
    return concat([before, out], axis=k)


@torch_words
def cumulative_sum(x: ArrayLike, /, *, axis: int | None = None, dtype: DType | None = None,
                   include_initial: bool = False) -> Tensor:  # fmt: skip
    """The sums so far along an axis: yᵢ = x₀ + ... + xᵢ; with `include_initial`, a 0 in front.

    >>> import tiza as tz
    >>> tz.cumulative_sum(tz.asarray([1, 2, 3]))
    tensor([1, 3, 6])
    """
    return _cumulative("cumsum", x, axis, dtype, 0 if include_initial else None)


@torch_words
def cumulative_prod(x: ArrayLike, /, *, axis: int | None = None, dtype: DType | None = None,
                    include_initial: bool = False) -> Tensor:  # fmt: skip
    """The products so far along an axis: yᵢ = x₀ ... xᵢ; with `include_initial`, a 1 in front.

    >>> import tiza as tz
    >>> tz.cumulative_prod(tz.asarray([1, 2, 3]))
    tensor([1, 2, 6])
    """
    return _cumulative("cumprod", x, axis, dtype, 1 if include_initial else None)


@spelled("n", "axis", "prepend", "append")
def diff(x: ArrayLike, /, *, axis: int = -1, n: int = 1, prepend: ArrayLike | None = None,
         append: ArrayLike | None = None) -> Tensor:  # fmt: skip
    """The differences of neighbours along an axis, n times: yᵢ = xᵢ₊₁ − xᵢ.

    `prepend` and `append` are joined to x first.

    >>> import tiza as tz
    >>> tz.diff(tz.asarray([1, 4, 9]))
    tensor([3, 5])
    """
    joined = as_tensor(x)
    if n == 0:
        return joined
    difference = "bitwise_xor" if joined.dtype.kind == "b" else "subtract"
    k = axis_of(axis, joined.ndim)
    parts = [p for p in (prepend, joined, append) if p is not None]
    out = concat(parts, axis=k) if len(parts) > 1 else joined
    lead = (slice(None),) * k
    for _ in range(n):
        later, earlier = out[(*lead, slice(1, None))], out[(*lead, slice(None, -1))]
        out = make(PRIMITIVES[difference], later, earlier)
    return out
