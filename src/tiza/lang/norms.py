"""Norms of vectors and matrices, and what singular values decide: rank and pseudo-inverse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES, constant
from tiza.graph.types import DType
from tiza.lang.calls import ArrayLike, Axis, as_float, axes_of, axis_of, cast, spelled
from tiza.lang.elementwise import abs as abs_
from tiza.lang.manipulation import expand_dims, moveaxis, reshape
from tiza.lang.matrices import from_triangle, matrix_of, svdvals
from tiza.lang.pairs import equal, maximum
from tiza.lang.pairs import pow as pow_
from tiza.lang.statistical import any as any_
from tiza.lang.statistical import count_nonzero
from tiza.lang.statistical import max as max_
from tiza.lang.statistical import min as min_
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor, make


@spelled("rtol")
def pinv(x: ArrayLike, /, *, rtol: float | ArrayLike | None = None,
         atol: float | ArrayLike | None = None, hermitian: bool = False,
         rcond: float | ArrayLike | None = None) -> Tensor:  # fmt: skip
    """The pseudo-inverse A⁺; singular values up to `rtol` times the greatest count as zero.

    `atol` is a bound of its own; the greater counts. `rcond` is NumPy's name of rtol. Of a
    `hermitian` matrix the lower triangle is read.

    Shapes: (*n, a, b) → (*n, b, a). By default rtol = max(a, b) ε, and 0 where atol is given.
    Source: derivative of Golub & Pereyra 1973.

    >>> import tiza as tz
    >>> tz.linalg.pinv(tz.asarray([[2.0], [0.0]]))
    tensor([[0.5, 0. ]])
    """
    x = matrix_of("pinv", x, square=hermitian)
    x = from_triangle(x, "L") if hermitian else x
    cut = _rtol(x, rcond if rtol is None else rtol, atol)
    if atol is not None and x.shape[-1] and x.shape[-2]:
        greatest = max_(svdvals(x.detach()), axis=-1)
        share = as_tensor(atol, cut.dtype) / maximum(greatest, np.finfo(cut.dtype).tiny)
        cut = maximum(cut, share)
    return make(PRIMITIVES["pinv"], x, cut)


def _rtol(x: Tensor, rtol: float | ArrayLike | None, atol: ArrayLike | None = None) -> Tensor:
    real = np.empty(0, x.dtype).real.dtype
    if rtol is None and atol is not None:
        return Tensor(constant(np.zeros((), real)))
    if rtol is None:
        return Tensor(constant(np.asarray(max(x.shape[-2:]) * np.finfo(real).eps, real)))
    return as_tensor(as_tensor(rtol), real)


@spelled("rtol")
def matrix_rank(x: ArrayLike, /, *, rtol: float | ArrayLike | None = None,
                atol: float | ArrayLike | None = None, hermitian: bool = False,
                tol: float | ArrayLike | None = None) -> Tensor:  # fmt: skip
    """How many singular values exceed `rtol` times the greatest, and `atol` (or `tol`), too.

    Shapes: (*n, a, b) → (*n). By default rtol = max(a, b) ε, and 0 where atol is given.

    >>> import tiza as tz
    >>> tz.linalg.matrix_rank(tz.ones((3, 3)))
    tensor(1)
    """
    x = matrix_of("matrix_rank", x, square=hermitian)
    x = from_triangle(x, "L") if hermitian else x
    s = svdvals(x)
    if s.shape[-1] == 0:
        return sum_(as_tensor(s, np.dtype("int64")), axis=-1)
    atol = tol if atol is None else atol
    limit = max_(s, axis=-1) * _rtol(x, rtol, atol)
    if atol is not None:
        limit = maximum(limit, as_tensor(atol, limit.dtype))
    return count_nonzero(s > expand_dims(limit, axis=-1), axis=-1)


@spelled("ord", "axis", "keepdims", "dtype")
def matrix_norm(x: ArrayLike, /, *, keepdims: bool = False,
                ord: float | Literal["fro", "nuc"] | None = "fro",
                axis: Sequence[int] = (-2, -1), dtype: DType | None = None) -> Tensor:  # fmt: skip
    """A norm of matrices, which lie in the last two axes unless others are named.

    "fro": √Σ|aᵢⱼ|²; "nuc": the sum of the singular values; 2, −2: the greatest, the least of
    them; 1, −1: the greatest, the least sum of a column's |aᵢⱼ|; inf, −inf: of a row's.

    Shapes: (*n, a, b) → (*n); (*n, 1, 1) with `keepdims`.

    >>> import tiza as tz
    >>> tz.linalg.matrix_norm(tz.asarray([[3.0, 0.0], [4.0, 0.0]]))
    tensor(5.)
    """
    x = matrix_of("matrix_norm", cast(as_tensor(x), dtype and np.dtype(dtype)))
    rows, columns = (axis_of(k, x.ndim) for k in axis)
    shape = tuple(1 if k in (rows, columns) else n for k, n in enumerate(x.shape))
    x = moveaxis(x, (rows, columns), (-2, -1))
    if ord == "fro" or ord is None:
        out = vector_norm(x, axis=(-2, -1))
    elif ord in ("nuc", 2, -2):
        s = svdvals(x)
        out = sum_(s, axis=-1) if ord == "nuc" else _extreme(s, -1, greatest=ord == 2)
    elif ord in (1, -1, math.inf, -math.inf):
        along = -2 if abs(ord) == 1 else -1
        sums = sum_(abs_(x), axis=along)
        out = _extreme(sums, -1, greatest=ord > 0)
    else:
        raise ArgumentError("norm-order", ord=ord)
    return reshape(out, shape) if keepdims else out


def norm(x: ArrayLike, ord: float | Literal["fro", "nuc"] | None = None, dim: Axis = None,
         keepdim: bool = False, *, axis: Axis = None, keepdims: bool = False,
         dtype: DType | None = None) -> Tensor:  # fmt: skip
    """The norm of a vector, or of a matrix where two axes are meant.

    Without `ord` the 2-norm of all entries; with it, that of a vector along one axis, of a
    matrix over two. Without axes, an array of two axes is a matrix.

    Source: NumPy's and PyTorch's function of this name.

    >>> import tiza as tz
    >>> tz.linalg.norm(tz.asarray([3.0, 4.0])), tz.linalg.norm(tz.eye(3), "nuc")
    (tensor(5.), tensor(3.))
    """
    x = cast(as_tensor(x), dtype and np.dtype(dtype))
    axis, keepdims = (dim if axis is None else axis), keepdim or keepdims
    two = isinstance(axis, Sequence) and len(axis) == 2
    if ord is not None and (two or (axis is None and x.ndim == 2) or isinstance(ord, str)):
        places = tuple(axis) if isinstance(axis, Sequence) else (-2, -1)
        return matrix_norm(x, ord=ord, axis=places, keepdims=keepdims)
    power = 2.0 if ord is None else float(ord)
    return vector_norm(x, axis=axis, keepdims=keepdims, ord=power)


def _extreme(x: Tensor, axis: Axis, *, greatest: bool, keepdims: bool = False) -> Tensor:
    """The greatest or the least; the greatest of no sizes is 0."""
    if greatest and any(x.shape[k] == 0 for k in axes_of(axis, x.ndim)):
        return sum_(x, axis=axis, keepdims=keepdims)
    return (max_ if greatest else min_)(x, axis=axis, keepdims=keepdims)


@spelled("ord", "axis", "keepdims")
def vector_norm(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False, ord: float = 2,
                dtype: DType | None = None) -> Tensor:  # fmt: skip
    """A norm of vectors: (Σ |xᵢ|ᵖ)^(1/p), p = `ord`.

    inf, −inf: the greatest, the least |xᵢ|; 0: how many are not zero. Without an axis, of all
    entries. The derivative at the zero vector is 0.

    >>> import tiza as tz
    >>> tz.linalg.vector_norm(tz.asarray([3.0, 4.0]))
    tensor(5.)
    """
    x = as_float(cast(as_tensor(x), dtype and np.dtype(dtype)))
    axes = axes_of(axis, x.ndim)
    size = abs_(x)
    if ord == math.inf:
        return _extreme(size, axes, greatest=True, keepdims=keepdims)
    if ord == -math.inf:
        return min_(size, axis=axes, keepdims=keepdims)
    if ord == 0:
        return as_tensor(count_nonzero(x, axis=axes, keepdims=keepdims), size.dtype)
    if ord == 1:
        return sum_(size, axis=axes, keepdims=keepdims)
    if ord == 2:
        return _length(size, axes, keepdims)
    return _rooted(size, axes, keepdims, ord)


def _rooted(size: Tensor, axes: tuple[int, ...], keepdims: bool, ord: float) -> Tensor:
    """(Σ sᵖ)^(1/p), with derivative 0 where all is 0 (where anything is, for p below 0)."""
    where = PRIMITIVES["where"]
    one = as_tensor(np.ones((), size.dtype))
    none = equal(size, 0)
    powers = pow_(make(where, none, one, size), ord)
    if ord > 0:
        total = sum_(make(where, none, size, powers), axis=axes, keepdims=keepdims)
        nothing = equal(total, 0)
    else:
        total = sum_(powers, axis=axes, keepdims=keepdims)
        nothing = any_(none, axis=axes, keepdims=keepdims)
    root = pow_(make(where, nothing, one, total), 1 / ord)
    return make(where, nothing, as_tensor(np.zeros((), size.dtype)), root)


def _length(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """√Σx², with derivative x / |x|, and 0 where x = 0."""
    total = sum_(x * x, axis=axes, keepdims=keepdims)
    nothing = equal(total, 0)
    where = PRIMITIVES["where"]
    one = as_tensor(np.ones((), total.dtype))
    root = make(PRIMITIVES["sqrt"], make(where, nothing, one, total))
    return make(where, nothing, total, root)
