"""Order statistics, running maxima and other summaries that PyTorch has beyond the standard."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES
from tiza.graph.types import DType
from tiza.lang.calls import ArrayLike, Axis, as_float, axis_of, binary, cast, same
from tiza.lang.creation import full
from tiza.lang.manipulation import concat, moveaxis, reshape
from tiza.lang.pieces import part
from tiza.lang.searching import argsort, where
from tiza.lang.statistical import count_nonzero, mean, std, var
from tiza.lang.statistical import max as max_
from tiza.lang.statistical import min as min_
from tiza.lang.statistical import sum as sum_
from tiza.lang.storage import isnan, logical_not
from tiza.lang.tensor import Tensor, as_tensor, make


class Chosen(NamedTuple):
    """Entries chosen along an axis, and where they stand."""

    values: Tensor
    indices: Tensor


def _row(x: Tensor) -> Tensor:
    """x with one axis at least."""
    return reshape(x, (1,)) if x.ndim == 0 else x


def _finished(x: Tensor, axis: int, keepdim: bool, shape: tuple[int, ...]) -> Tensor:
    """One place along an axis, dropped unless it is to be kept."""
    if not shape:
        return reshape(x, ())
    return x if keepdim else reshape(x, (*x.shape[:axis], *x.shape[axis + 1 :]))


def _at_rank(x: Tensor, rank: Tensor | int, dim: int, keepdim: bool) -> Chosen:
    """The entry of a rank (0 is the least, NaN the greatest) along an axis."""
    wide = _row(x)
    axis = axis_of(dim, wide.ndim)
    order = argsort(wide, axis=axis)
    if isinstance(rank, int):
        at = part(order, axis, rank, rank + 1)
    else:
        at = make(PRIMITIVES["take_along"], order, rank, axis=axis)
    values = make(PRIMITIVES["take_along"], wide, at, axis=axis)
    return Chosen(*(_finished(y, axis, keepdim, x.shape) for y in (values, at)))


def kthvalue(x: ArrayLike, k: int, dim: int = -1, keepdim: bool = False) -> Chosen:
    """The k-th least entry along an axis (k = 1 is the least) and its place.

    >>> import tiza as tz
    >>> tz.kthvalue(tz.asarray([3.0, 1.0, 2.0]), 2).values
    tensor(2.)
    """
    x = as_tensor(x)
    n = _row(x).shape[axis_of(dim, max(x.ndim, 1))]
    if not 1 <= k <= n:
        raise ArgumentError("kth-outside", k=k, n=n)
    return _at_rank(x, k - 1, dim, keepdim)


def _median(x: ArrayLike, dim: int | None, keepdim: bool, skip: bool) -> Tensor | Chosen:
    x = as_tensor(x)
    whole = dim is None
    line = reshape(x, (x.size,)) if whole else _row(x)
    axis = axis_of(0 if dim is None else dim, line.ndim)
    n = line.shape[axis]
    if n == 0:
        if whole:
            return full((), math.nan, dtype=x.dtype)
        raise ArgumentError("kth-outside", k=1, n=0)
    rank: Tensor | int = (n - 1) // 2
    if line.dtype.kind == "f":
        bad = count_nonzero(isnan(line), axis=axis, keepdims=True)
        if skip:
            rank = binary("maximum", (n - bad - 1) // 2, 0)
        else:
            rank = where(binary("greater", bad, 0), n - 1, rank)
    chosen = _at_rank(line, rank, axis, False if whole else keepdim)
    if whole:
        return chosen.values
    return Chosen(*(reshape(y, ()) for y in chosen)) if x.ndim == 0 else chosen


def median(x: ArrayLike, dim: int | None = None, keepdim: bool = False) -> Tensor | Chosen:
    """The entry in the middle: of an even number, the lower of the two; NaN where one is NaN.

    Along an axis, (values, indices); without one, the value.
    Errors: ArgumentError for an axis of no entries.

    >>> import tiza as tz
    >>> tz.median(tz.asarray([4.0, 1.0, 3.0, 2.0]))
    tensor(2.)
    """
    return _median(x, dim, keepdim, skip=False)


def nanmedian(x: ArrayLike, dim: int | None = None, keepdim: bool = False) -> Tensor | Chosen:
    """As `median`, leaving NaN out.

    >>> import tiza as tz
    >>> tz.nanmedian(tz.asarray([1.0, float("nan"), 3.0]))
    tensor(1.)
    """
    return _median(x, dim, keepdim, skip=True)


def mode(x: ArrayLike, dim: int = -1, keepdim: bool = False) -> Chosen:
    """The most frequent entry along an axis (the least of such), and a place of it.

    >>> import tiza as tz
    >>> tz.mode(tz.asarray([3, 1, 3, 2])).values
    tensor(3)
    """
    x = as_tensor(x)
    line = _row(x)
    axis = axis_of(dim, line.ndim)
    last = moveaxis(line, axis, -1)
    alike = binary("equal", reshape(last, (*last.shape, 1)),
                   reshape(last, (*last.shape[:-1], 1, last.shape[-1])))  # fmt: skip
    often = sum_(as_tensor(alike, np.dtype("int64")), axis=-1)
    order = argsort(last, axis=-1)  # ascending, so that the first of the most frequent is least
    ranked = make(PRIMITIVES["take_along"], often, order, axis=last.ndim - 1)
    first = make(PRIMITIVES["argmax"], ranked, axis=last.ndim - 1)
    rank = moveaxis(reshape(first, (*first.shape, 1)), -1, axis)
    chosen = _at_rank(line, rank, axis, keepdim)
    return Chosen(*(reshape(y, ()) for y in chosen)) if x.ndim == 0 else chosen


_ROUNDED = {"lower": "floor", "higher": "ceil", "nearest": "round"}


def _quantile(x: ArrayLike, q: ArrayLike, dim: int | None, keepdim: bool, interpolation: str,
              skip: bool) -> Tensor:  # fmt: skip
    x = as_float(x)
    share = as_tensor(q, x.dtype)
    if interpolation not in ("linear", "lower", "higher", "nearest", "midpoint"):
        raise ArgumentError("choice-unknown", name="interpolation", got=interpolation,
                            known="linear, lower, higher, nearest, midpoint")  # fmt: skip
    line = reshape(x, (x.size,)) if dim is None else _row(x)
    axis = axis_of(0 if dim is None else dim, line.ndim)
    last = moveaxis(line, axis, -1)  # (*n, m)
    m = last.shape[-1]
    if m == 0:
        raise ArgumentError("kth-outside", k=1, n=0)
    bad = count_nonzero(isnan(last), axis=-1, keepdims=True)  # (*n, 1)
    row = reshape(share, (1,) * (last.ndim - 1) + (share.size,))
    top = as_tensor(binary("maximum", m - bad, 1) if skip else full(bad.shape, m), x.dtype) - 1
    rank = row * top
    if not skip:
        rank = where(binary("greater", bad, 0), full((), float(m - 1), dtype=x.dtype), rank)
    if interpolation in _ROUNDED:
        rank = make(PRIMITIVES[_ROUNDED[interpolation]], rank)
    low = make(PRIMITIVES["floor"], rank)
    high = make(PRIMITIVES["ceil"], rank)
    weight = full((), 0.5, dtype=x.dtype) if interpolation == "midpoint" else rank - low
    order = argsort(last, axis=-1)
    below, above = (
        make(PRIMITIVES["take_along"], last,
             make(PRIMITIVES["take_along"], order, as_tensor(r, np.dtype("int64")),
                  axis=last.ndim - 1), axis=last.ndim - 1)
        for r in (low, high)
    )  # fmt: skip
    out = moveaxis(below + weight * (above - below), -1, 0)  # (q, *n)
    if keepdim:
        kept = (1,) * x.ndim if dim is None else (*line.shape[:axis], 1, *line.shape[axis + 1 :])
        out = reshape(out, (out.shape[0], *(kept if x.ndim else ())))
    elif x.ndim == 0:
        out = reshape(out, (share.size,))
    return reshape(out, out.shape[1:]) if share.ndim == 0 else out


def quantile(x: ArrayLike, q: ArrayLike, dim: int | None = None, keepdim: bool = False, *,
             interpolation: str = "linear") -> Tensor:  # fmt: skip
    """The value below which a share q of the entries lies: rank q (m − 1), interpolated.

    Shapes: q () → the axis dropped; q (k) → a new first axis of k.

    >>> import tiza as tz
    >>> tz.quantile(tz.asarray([1.0, 2.0, 3.0, 4.0]), 0.5)
    tensor(2.5)
    """
    return _quantile(x, q, dim, keepdim, interpolation, skip=False)


def nanquantile(x: ArrayLike, q: ArrayLike, dim: int | None = None, keepdim: bool = False, *,
                interpolation: str = "linear") -> Tensor:  # fmt: skip
    """As `quantile`, leaving NaN out.

    >>> import tiza as tz
    >>> tz.nanquantile(tz.asarray([1.0, float("nan"), 3.0]), 0.5)
    tensor(2.)
    """
    return _quantile(x, q, dim, keepdim, interpolation, skip=True)


def amax(x: ArrayLike, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """The greatest entry along axes; ties share the derivative.

    >>> import tiza as tz
    >>> tz.amax(tz.asarray([[1, 5], [7, 2]]), 1)
    tensor([5, 7])
    """
    x = as_tensor(x)
    none = x.ndim == 0 or dim in ((), [])
    return max_(x, axis=None if none else dim, keepdims=keepdim)


def amin(x: ArrayLike, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """The least entry along axes; ties share the derivative.

    >>> import tiza as tz
    >>> tz.amin(tz.asarray([[1, 5], [7, 2]]), 1)
    tensor([1, 2])
    """
    x = as_tensor(x)
    none = x.ndim == 0 or dim in ((), [])
    return min_(x, axis=None if none else dim, keepdims=keepdim)


class Range(NamedTuple):
    """The least and the greatest entry."""

    min: Tensor
    max: Tensor


def aminmax(x: ArrayLike, *, dim: int | None = None, keepdim: bool = False) -> Range:
    """The least and the greatest entry along an axis.

    >>> import tiza as tz
    >>> tz.aminmax(tz.asarray([3, 1, 2]))
    Range(min=tensor(1), max=tensor(3))
    """
    return Range(amin(x, dim, keepdim), amax(x, dim, keepdim))


def nansum(x: ArrayLike, dim: Axis = None, keepdim: bool = False, *,
           dtype: DType | None = None) -> Tensor:  # fmt: skip
    """The sum along axes, NaN counting as 0.

    >>> import tiza as tz
    >>> tz.nansum(tz.asarray([1.0, float("nan")]))
    tensor(1.)
    """
    x = cast(as_tensor(x), dtype and np.dtype(dtype))
    axes = None if x.ndim == 0 or dim in ((), []) else dim
    if x.dtype.kind != "f":
        return sum_(x, axis=axes, keepdims=keepdim)
    return sum_(where(isnan(x), full((), 0, dtype=x.dtype), x), axis=axes, keepdims=keepdim)


def nanmean(x: ArrayLike, dim: Axis = None, keepdim: bool = False, *,
            dtype: DType | None = None) -> Tensor:  # fmt: skip
    """The mean along axes of what is not NaN.

    >>> import tiza as tz
    >>> tz.nanmean(tz.asarray([1.0, float("nan"), 3.0]))
    tensor(2.)
    """
    x = as_float(cast(as_tensor(x), dtype and np.dtype(dtype)))
    axes = None if x.ndim == 0 or dim in ((), []) else dim
    many = count_nonzero(logical_not(isnan(x)), axis=axes, keepdims=keepdim)
    return nansum(x, dim, keepdim) / as_tensor(many, x.dtype)


def _of_sample(x: ArrayLike, dim: Axis | bool, unbiased: bool | None, correction: float | None,
               keepdim: bool) -> tuple[Tensor, Tensor, Axis, float]:  # fmt: skip
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    x = as_float(x)
    axes = None if dim in ((), []) else dim
    c = float(unbiased) if unbiased is not None else 1.0 if correction is None else correction
    return x, mean(x, axis=axes, keepdims=keepdim), axes, c


def std_mean(x: ArrayLike, dim: Axis = None, unbiased: bool | None = None, keepdim: bool = False,
             *, correction: float | None = 1) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The standard deviation of a sample (correction 1, as in PyTorch) and the mean.

    >>> import tiza as tz
    >>> tz.std_mean(tz.asarray([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    x, middle, axes, c = _of_sample(x, dim, unbiased, correction, keepdim)
    return std(x, axis=axes, correction=c, keepdims=keepdim), middle


def var_mean(x: ArrayLike, dim: Axis = None, unbiased: bool | None = None, keepdim: bool = False,
             *, correction: float | None = 1) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The variance of a sample (correction 1, as in PyTorch) and the mean.

    >>> import tiza as tz
    >>> tz.var_mean(tz.asarray([1.0, 3.0]))
    (tensor(2.), tensor(2.))
    """
    x, middle, axes, c = _of_sample(x, dim, unbiased, correction, keepdim)
    return var(x, axis=axes, correction=c, keepdims=keepdim), middle


def _running(x: Tensor, axis: int, greatest: bool) -> Tensor:
    """The places of the running extremes, in log₂ n steps: each looks twice as far back."""
    n = x.shape[axis]
    sides = [n if k == axis else 1 for k in range(x.ndim)]
    at = make(PRIMITIVES["broadcast_to"], reshape(as_tensor(np.arange(n)), sides), shape=x.shape)
    best, step = x.detach(), 1
    while step < n:
        older, newer = part(best, axis, 0, n - step), part(best, axis, step, n)
        worse = binary("greater" if greatest else "less", older, newer)
        if x.dtype.kind == "f":  # NaN stays once it came
            worse = binary("bitwise_or", worse, isnan(older))
            worse = binary("bitwise_and", worse, logical_not(isnan(newer)))
        kept = [where(worse, part(y, axis, 0, n - step), part(y, axis, step, n))
                for y in (best, at)]  # fmt: skip
        best, at = (concat([part(y, axis, 0, step), new], axis=axis)
                    for y, new in zip((best, at), kept, strict=True))  # fmt: skip
        step *= 2
    return at


def _cumulative(x: ArrayLike, dim: int, greatest: bool) -> Chosen:
    x = as_tensor(x)
    if x.ndim == 0:
        return Chosen(x, full((), 0))
    axis = axis_of(dim, x.ndim)
    truth = as_tensor(x, np.dtype("uint8")) if x.dtype.kind == "b" else x
    at = _running(truth, axis, greatest)
    return Chosen(make(PRIMITIVES["take_along"], x, at, axis=axis), at)


def cummax(x: ArrayLike, dim: int) -> Chosen:
    """The greatest entry so far along an axis, and its place (the last of equals).

    >>> import tiza as tz
    >>> tz.cummax(tz.asarray([1, 3, 2, 5]), 0).values
    tensor([1, 3, 3, 5])
    """
    return _cumulative(x, dim, greatest=True)


def cummin(x: ArrayLike, dim: int) -> Chosen:
    """The least entry so far along an axis, and its place (the last of equals).

    >>> import tiza as tz
    >>> tz.cummin(tz.asarray([4, 3, 5, 1]), 0).values
    tensor([4, 3, 3, 1])
    """
    return _cumulative(x, dim, greatest=False)


def logcumsumexp(x: ArrayLike, dim: int) -> Tensor:
    """yᵢ = log Σ_{j ≤ i} e^xⱼ along an axis, without overflow.

    >>> import tiza as tz
    >>> tz.logcumsumexp(tz.asarray([1000.0, 0.0]), 0)
    tensor([1000., 1000.])
    """
    x = as_float(x)
    if x.ndim == 0:
        return same(as_tensor(x))
    axis, step = axis_of(dim, x.ndim), 1
    n = x.shape[axis]
    while step < n:
        both = make(PRIMITIVES["logaddexp"], part(x, axis, step, n), part(x, axis, 0, n - step))
        x = concat([part(x, axis, 0, step), both], axis=axis)
        step *= 2
    return as_tensor(x)
