"""What deep learning needs of arrays beyond the standard; names and arguments as in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import COMPOSITES, PRIMITIVES, constant
from tiza.graph.types import DType, int64
from tiza.lang.calls import (
    ArrayLike,
    Axis,
    as_float,
    axes_of,
    axis_of,
    cast,
    pair,
    same,
    torch_words,
)
from tiza.lang.creation import full
from tiza.lang.indexing import setitem, within
from tiza.lang.manipulation import moveaxis, reshape
from tiza.lang.norms import matrix_norm, vector_norm
from tiza.lang.pairs import maximum
from tiza.lang.searching import where
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor, make


def sigmoid(x: ArrayLike, /) -> Tensor:
    """The logistic function: y = 1 / (1 + e⁻ˣ); never overflows.

    >>> import tiza as tz
    >>> tz.sigmoid(tz.asarray([0.0, 1000.0]))
    tensor([0.5, 1. ])
    """
    return make(PRIMITIVES["sigmoid"], as_float(x))


def relu(x: ArrayLike, /) -> Tensor:
    """The rectifier: y = max(x, 0), with slope 0 at 0.

    >>> import tiza as tz
    >>> tz.relu(tz.asarray([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return make(PRIMITIVES["relu"], as_tensor(x))


@torch_words
def softmax(x: ArrayLike, /, *, axis: int = -1, dtype: DType | None = None) -> Tensor:
    """Probabilities from scores: yᵢ = e^xᵢ / Σⱼ e^xⱼ along an axis; never overflows.

    >>> import tiza as tz
    >>> tz.softmax(tz.asarray([1000.0, 1000.0]))
    tensor([0.5, 0.5])
    """
    x = as_float(cast(as_tensor(x), dtype and np.dtype(dtype)))
    return make(COMPOSITES["softmax"], x, axis=axis_of(axis, x.ndim))


@torch_words
def log_softmax(x: ArrayLike, /, *, axis: int = -1, dtype: DType | None = None) -> Tensor:
    """The logarithm of `softmax`: yᵢ = xᵢ − log Σⱼ e^xⱼ; never overflows.

    >>> import tiza as tz
    >>> tz.log_softmax(tz.asarray([5.0]))
    tensor([0.])
    """
    x = as_float(cast(as_tensor(x), dtype and np.dtype(dtype)))
    return make(COMPOSITES["log_softmax"], x, axis=axis_of(axis, x.ndim))


@torch_words
def logsumexp(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """log Σᵢ e^xᵢ along `axis` (by default, of everything); never overflows.

    >>> import tiza as tz
    >>> tz.logsumexp(tz.asarray([1000.0, -1000.0]))
    tensor(1000.)
    """
    x = as_float(x)
    axes = axes_of(axis, x.ndim)
    rest = [k for k in range(x.ndim) if k not in axes]
    flat = make(PRIMITIVES["permute"], x, axes=(*rest, *axes))
    sides = tuple(x.shape[k] for k in rest)
    flat = reshape(flat, (*sides, int(np.prod([x.shape[k] for k in axes], dtype=np.int64))))
    out = make(COMPOSITES["logsumexp"], flat, axis=len(rest))
    shape = tuple(1 if k in axes else n for k, n in enumerate(x.shape))
    return reshape(out, shape) if keepdims else out


@torch_words
def norm(x: ArrayLike, /, ord: float | str | None = 2, *, axis: Axis = None,
         keepdims: bool = False, dtype: DType | None = None) -> Tensor:  # fmt: skip
    """The p-norm (Σ|xᵢ|ᵖ)^(1/p), p = `ord`; see `tiza.linalg.vector_norm`.

    "fro" is the 2-norm of all entries, "nuc" the sum of a matrix's singular values.

    >>> import tiza as tz
    >>> tz.norm(tz.asarray([3.0, 4.0]))
    tensor(5.)
    """
    x = cast(as_tensor(x), dtype and np.dtype(dtype))
    if ord == "nuc":
        x = x if axis is None else moveaxis(x, tuple(axes_of(axis, x.ndim)), (-2, -1))
        return matrix_norm(x, ord="nuc", keepdims=keepdims)
    power = 2.0 if ord in ("fro", None) else float(ord or 0)
    return vector_norm(x, axis=axis, keepdims=keepdims, ord=power)


def cosine_similarity(x1: ArrayLike, x2: ArrayLike, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along an axis: x₁·x₂ / max(|x₁| |x₂|, ε).

    Shapes: (*n, d) (*n, d) → (*n) where dim = −1.
    Source: PyTorch.

    >>> import tiza as tz
    >>> tz.cosine_similarity(tz.asarray([1.0, 0.0]), tz.asarray([2.0, 0.0]), dim=-1)
    tensor(1.)
    """
    a, b = pair(as_float(x1), as_float(x2))
    lengths = vector_norm(a, axis=dim) * vector_norm(b, axis=dim)
    return sum_(a * b, axis=dim) / maximum(lengths, eps)


def _lined(x: Tensor, index: Tensor, axis: int) -> Tensor:
    if x.ndim != index.ndim:
        raise ShapeError("index-along", x=x.shape, index=index.shape, axis=axis)
    return within(index, x.shape[axis])


def _row(x: ArrayLike) -> Tensor:
    """x with one axis at least."""
    x = as_tensor(x)
    return reshape(x, (1,)) if x.ndim == 0 else as_tensor(x)


def _cut(x: Tensor, shape: Sequence[int], axis: int) -> Tensor:
    """The corner of x that `shape` covers, whole along `axis`."""
    stops = tuple(
        n if k == axis else m for k, (n, m) in enumerate(zip(x.shape, shape, strict=True))
    )
    if stops == x.shape:
        return x
    return make(PRIMITIVES["slice"], x, starts=(0,) * x.ndim, stops=stops, steps=(1,) * x.ndim)


def gather(x: ArrayLike, dim: int, index: ArrayLike) -> Tensor:
    """For each place of `index`, the entry of x that it names along `dim`.

    y[i, j] = x[i, index[i, j]] where dim = 1.
    Source: PyTorch; `index` may be smaller than x along the other axes.

    >>> import tiza as tz
    >>> tz.gather(tz.asarray([[1.0, 2.0], [3.0, 4.0]]), 1, tz.asarray([[1], [0]]))
    tensor([[2.],
            [3.]])
    """
    x, places = as_tensor(x), as_tensor(index)
    if x.ndim == 0 or places.ndim == 0:
        whole = gather(_row(x), 0, _row(places))
        return reshape(whole, places.shape)
    if not places.size:
        return full(places.shape, 0, dtype=x.dtype)
    k = axis_of(dim, x.ndim)
    places = _lined(x, places, k)
    return make(PRIMITIVES["take_along"], _cut(x, places.shape, k), places, axis=k)


def scatter_add(x: ArrayLike, dim: int, index: ArrayLike, src: ArrayLike) -> Tensor:
    """x with the entries of `src` added at the places that `index` names along `dim`.

    y[i, index[i, j]] += src[i, j] where dim = 1; the transpose of `gather`.
    Source: PyTorch.

    >>> import tiza as tz
    >>> tz.scatter_add(tz.zeros(3), 0, tz.asarray([1, 1]), tz.asarray([2.0, 3.0]))
    tensor([0., 5., 0.])
    """
    x, places = as_tensor(x), as_tensor(index)
    if x.ndim == 0:
        lines = src if isinstance(src, int | float) else _row(src)
        return reshape(scatter_add(_row(x), 0, _row(places), lines), ())
    if not places.size:
        return same(x)
    if x.dtype.kind == "b":  # or, by counting
        counts = as_tensor(x, int64)
        added = as_tensor(src, int64) if isinstance(src, Tensor) else int(src)
        return as_tensor(scatter_add(counts, dim, places, added), x.dtype)
    k = axis_of(dim, x.ndim)
    places = _lined(x, places, k)
    values = _cut(_filled(src, x, places), places.shape, -1)
    size = x.shape[k]
    added = make(PRIMITIVES["take_along_add"], values, places, axis=k, size=size)
    high = tuple(n - m for n, m in zip(x.shape, added.shape, strict=True))
    none = (0,) * x.ndim
    padded = make(PRIMITIVES["pad"], added, low=none, high=high, interior=none)
    return make(PRIMITIVES["add"], x, padded)


def _filled(src: ArrayLike, x: Tensor, places: Tensor) -> Tensor:
    """Numbers stand for arrays of them."""
    if isinstance(src, int | float):
        return full(places.shape, src, dtype=x.dtype)
    return as_tensor(as_tensor(src), x.dtype)


def scatter(x: ArrayLike, dim: int, index: ArrayLike, src: ArrayLike = 0.0, *,
            value: float | None = None, reduce: str | None = None) -> Tensor:  # fmt: skip
    """x with entries replaced by those of `src` at the places that `index` names along `dim`.

    y[i, index[i, j]] = src[i, j] where dim = 1; the last one stays where places repeat. `value`
    is one number in the place of `src`; reduce="add" adds instead.
    Source: PyTorch.

    >>> import tiza as tz
    >>> tz.scatter(tz.zeros(3), 0, tz.asarray([2, 0]), tz.asarray([7.0, 8.0]))
    tensor([8., 0., 7.])
    """
    x, places = as_tensor(x), as_tensor(index)
    src = src if value is None else value
    if reduce is not None:
        return _reduced(reduce, x, dim, places, src)
    if x.ndim == 0:
        lines = src if isinstance(src, int | float) else _row(src)
        return reshape(scatter(_row(x), 0, _row(places), lines), ())
    if not places.size:
        return same(x)
    k = axis_of(dim, x.ndim)
    places = _lined(x, places, k)
    values = _cut(_filled(src, x, places), places.shape, -1)
    key: list[Tensor] = [Tensor(constant(i)) for i in np.indices(places.shape)]
    key[k] = places
    return setitem(x, tuple(key), values)


def _reduced(reduce: str, x: Tensor, dim: int, places: Tensor, src: ArrayLike) -> Tensor:
    if reduce != "add":
        raise ArgumentError("choice-unknown", name="reduce", got=reduce, known='None, "add"')
    return scatter_add(x, dim, places, src)


def pad(x: ArrayLike, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """x with entries before and after each axis: (before, after) of the last axis first.

    mode "constant" puts `value` there; "reflect" mirrors without the edge, "replicate" repeats
    the edge, "circular" goes round.

    Source: PyTorch's arguments.

    >>> import tiza as tz
    >>> tz.pad(tz.asarray([1.0, 2.0]), (1, 2))
    tensor([0., 1., 2., 0., 0.])
    """
    x = as_tensor(x)
    if len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise ArgumentError("pad-count", pad=tuple(pad), ndim=x.ndim)
    low, high = [0] * x.ndim, [0] * x.ndim
    for i in range(len(pad) // 2):
        low[-1 - i], high[-1 - i] = pad[2 * i], pad[2 * i + 1]
    if mode != "constant":
        return _pad_by_index(x, low, high, mode)
    cut = tuple(
        slice(max(-a, 0), n - max(-b, 0)) for a, b, n in zip(low, high, x.shape, strict=True)
    )
    inner = x[cut] if min(*low, *high, 0) < 0 else x
    sides = {"low": tuple(max(a, 0) for a in low), "high": tuple(max(b, 0) for b in high)}
    none = (0,) * x.ndim
    padded = make(PRIMITIVES["pad"], inner, **sides, interior=none)
    if value == 0:
        return padded
    inside = make(PRIMITIVES["pad"], full(inner.shape, True), **sides, interior=none)
    return where(inside, padded, full((), value, dtype=x.dtype))


_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _pad_by_index(x: Tensor, low: Sequence[int], high: Sequence[int], mode: str) -> Tensor:
    if mode not in _MODES:
        raise ArgumentError("choice-unknown", name="mode", got=mode,
                            known='"constant", "reflect", "replicate", "circular"')  # fmt: skip
    for k, (before, after) in enumerate(zip(low, high, strict=True)):
        if before or after:
            limit = x.shape[k] - (mode == "reflect")
            if max(before, after) > limit and mode != "replicate":
                raise ArgumentError("pad-large", pad=(before, after), size=x.shape[k], mode=mode)
            places = np.pad(np.arange(x.shape[k]), (before, after), mode=_MODES[mode])  # type: ignore[call-overload]
            x = make(PRIMITIVES["take"], x, Tensor(constant(places)), axis=k)
    return x
