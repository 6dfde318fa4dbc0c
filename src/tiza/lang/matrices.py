"""Matrices: norms, determinants, decompositions, with derivatives where they exist.

Names and arguments are those of the Python array API standard 2024.12.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES, constant
from tiza.graph.types import DType
from tiza.lang.calls import ArrayLike, Axis, as_float, axes_of, pair, torch_words
from tiza.lang.creation import eye
from tiza.lang.elementwise import abs as abs_
from tiza.lang.manipulation import broadcast_to, expand_dims, matrix_transpose, reshape
from tiza.lang.pairs import add, equal, multiply
from tiza.lang.pairs import pow as pow_
from tiza.lang.products import cross, matmul, outer, tensordot, vecdot
from tiza.lang.searching import take
from tiza.lang.statistical import count_nonzero
from tiza.lang.statistical import max as max_
from tiza.lang.statistical import min as min_
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor, make, make_several

__all__ = [
    "cholesky", "cross", "det", "diagonal", "eigh", "eigvalsh", "inv", "matmul", "matrix_norm",
    "matrix_power", "matrix_rank", "matrix_transpose", "outer", "pinv", "qr", "slogdet", "solve",
    "svd", "svdvals", "tensordot", "trace", "vecdot", "vector_norm",
]  # fmt: skip


class EighResult(NamedTuple):
    """A = V diag(λ) Vᵀ: eigenvalues λ in ascending order, eigenvectors in the columns of V."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class QRResult(NamedTuple):
    """A = Q R."""

    Q: Tensor
    R: Tensor


class SlogdetResult(NamedTuple):
    """det A = sign · exp(logabsdet)."""

    sign: Tensor
    logabsdet: Tensor


class SVDResult(NamedTuple):
    """A = U diag(S) Vh."""

    U: Tensor
    S: Tensor
    Vh: Tensor


def _matrix(op: str, x: ArrayLike, *, square: bool = False) -> Tensor:
    matrix = as_float(x)
    if matrix.ndim < 2:
        raise ShapeError("matrix-needed", op=op, shape=matrix.shape)
    if square and matrix.shape[-1] != matrix.shape[-2]:
        raise ShapeError("square-needed", op=op, shape=matrix.shape)
    return matrix


def cholesky(x: ArrayLike, /, *, upper: bool = False) -> Tensor:
    """The lower triangular L with A = L Lᵀ of a symmetric positive definite A; with `upper`, Lᵀ.

    Shapes: (*n, m, m) → (*n, m, m). Of what is not symmetric, the symmetric part is taken.
    Errors: a matrix that is not positive definite.
    Source: derivative of Murray 2016, arXiv:1602.07527.

    >>> import tiza as tz
    >>> tz.linalg.cholesky(tz.asarray([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    lower = make(PRIMITIVES["cholesky"], _symmetric(_matrix("cholesky", x, square=True)))
    return _adjoint(lower) if upper else lower


def _symmetric(x: Tensor) -> Tensor:
    """x and its transpose in equal parts, so that derivatives are symmetric, too."""
    if x.dtype.kind == "c":
        return x
    half = multiply(x, 0.5)
    return add(half, matrix_transpose(half))


def _adjoint(x: Tensor) -> Tensor:
    out = matrix_transpose(x)
    return make(PRIMITIVES["conj"], out) if x.dtype.kind == "c" else out


def det(x: ArrayLike, /) -> Tensor:
    """The determinant. Shapes: (*n, m, m) → (*n).

    >>> import tiza as tz
    >>> tz.linalg.det(tz.asarray([[1.0, 2.0], [0.0, 4.0]]))
    tensor(4.)
    """
    return make(PRIMITIVES["det"], _matrix("det", x, square=True))


def slogdet(x: ArrayLike, /) -> SlogdetResult:
    """The sign of the determinant and the logarithm of its size, which does not overflow.

    Shapes: (*n, m, m) → (*n), (*n).

    >>> import tiza as tz
    >>> tz.linalg.slogdet(-tz.eye(3)).sign
    tensor(-1.)
    """
    return SlogdetResult(*make_several(PRIMITIVES["slogdet"], _matrix("slogdet", x, square=True)))


def inv(x: ArrayLike, /) -> Tensor:
    """The inverse: A A⁻¹ = I. Shapes: (*n, m, m) → (*n, m, m).

    Errors: a matrix without an inverse, when it is computed.

    >>> import tiza as tz
    >>> tz.linalg.inv(tz.asarray([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5 , 0.  ],
            [0.  , 0.25]])
    """
    return make(PRIMITIVES["inv"], _matrix("inv", x, square=True))


def solve(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The X with A X = B. A vector B is one column.

    Shapes: (*n, m, m) (*n, m, k) → (*n, m, k); (*n, m, m) (m) → (*n, m).
    Errors: a matrix without an inverse, when it is computed.

    >>> import tiza as tz
    >>> tz.linalg.solve(tz.asarray([[2.0, 0.0], [0.0, 4.0]]), tz.asarray([2.0, 2.0]))
    tensor([1. , 0.5])
    """
    a, b = pair(_matrix("solve", x1, square=True), as_float(x2))
    column = b.ndim == 1
    if b.ndim == 0 or a.shape[-1] != b.shape[0 if column else -2]:
        raise ShapeError("solve-sizes", left=a.shape, right=b.shape)
    out = make(PRIMITIVES["solve"], a, expand_dims(b, axis=1) if column else b)
    return reshape(out, out.shape[:-1]) if column else out


def eigh(x: ArrayLike, /) -> EighResult:
    """Eigenvalues and eigenvectors of a symmetric matrix: A = V diag(λ) Vᵀ.

    Shapes: (*n, m, m) → (*n, m), (*n, m, m). Of what is not symmetric, the symmetric part is
    taken. The derivative of the eigenvectors exists where the eigenvalues differ.
    Source: derivative of Giles 2008, "An extended collection of matrix derivative results".

    >>> import tiza as tz
    >>> tz.linalg.eigh(tz.asarray([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    tensor([1., 2.])
    """
    return EighResult(
        *make_several(PRIMITIVES["eigh"], _symmetric(_matrix("eigh", x, square=True)))
    )


def eigvalsh(x: ArrayLike, /) -> Tensor:
    """The eigenvalues of a symmetric matrix in ascending order, see `eigh`.

    >>> import tiza as tz
    >>> tz.linalg.eigvalsh(tz.asarray([[2.0, 0.0], [0.0, 1.0]]))
    tensor([1., 2.])
    """
    return eigh(x).eigenvalues


def qr(x: ArrayLike, /, *, mode: Literal["reduced", "complete"] = "reduced") -> QRResult:
    """A = Q R with orthonormal columns in Q and an upper triangular R.

    Shapes: (*n, a, b) → (*n, a, k), (*n, k, b) with k = min(a, b); k = a in mode "complete".
    Source: derivative of Walter & Lehmann 2018, arXiv:1009.6112, and Roberts & Roberts 2020.

    >>> import tiza as tz
    >>> tz.linalg.qr(tz.ones((3, 2))).R.shape
    (2, 2)
    """
    if mode not in ("reduced", "complete"):
        raise ArgumentError("choice-unknown", name="mode", got=mode, known='"reduced", "complete"')
    x = _matrix("qr", x)
    return QRResult(*make_several(PRIMITIVES["qr"], x, complete=mode == "complete"))


def svd(x: ArrayLike, /, *, full_matrices: bool = True) -> SVDResult:
    """The singular value decomposition A = U diag(S) Vh, S in descending order.

    Shapes: (*n, a, b) → (*n, a, a), (*n, k), (*n, b, b) with k = min(a, b); without
    `full_matrices` only the first k columns of U and rows of Vh, which is what has derivatives.
    Source: derivative of Townsend 2016, "Differentiating the singular value decomposition".

    >>> import tiza as tz
    >>> tz.linalg.svd(tz.asarray([[3.0, 0.0], [0.0, 4.0]])).S
    tensor([4., 3.])
    """
    x = _matrix("svd", x)
    return SVDResult(*make_several(PRIMITIVES["svd"], x, full=bool(full_matrices)))


def svdvals(x: ArrayLike, /) -> Tensor:
    """The singular values in descending order, see `svd`.

    >>> import tiza as tz
    >>> tz.linalg.svdvals(tz.asarray([[3.0, 0.0], [0.0, 4.0]]))
    tensor([4., 3.])
    """
    return svd(x, full_matrices=False).S


def pinv(x: ArrayLike, /, *, rtol: float | ArrayLike | None = None) -> Tensor:
    """The pseudo-inverse A⁺; singular values up to `rtol` times the greatest count as zero.

    Shapes: (*n, a, b) → (*n, b, a). By default rtol = max(a, b) ε.
    Source: derivative of Golub & Pereyra 1973.

    >>> import tiza as tz
    >>> tz.linalg.pinv(tz.asarray([[2.0], [0.0]]))
    tensor([[0.5, 0. ]])
    """
    x = _matrix("pinv", x)
    cut = _rtol(x, rtol)
    return make(PRIMITIVES["pinv"], x, cut)


def _rtol(x: Tensor, rtol: float | ArrayLike | None) -> Tensor:
    real = np.empty(0, x.dtype).real.dtype
    if rtol is None:
        return Tensor(constant(np.asarray(max(x.shape[-2:]) * np.finfo(real).eps, real)))
    return as_tensor(as_tensor(rtol), real)


def matrix_rank(x: ArrayLike, /, *, rtol: float | ArrayLike | None = None) -> Tensor:
    """How many singular values exceed `rtol` times the greatest.

    Shapes: (*n, a, b) → (*n). By default rtol = max(a, b) ε.

    >>> import tiza as tz
    >>> tz.linalg.matrix_rank(tz.ones((3, 3)))
    tensor(1)
    """
    x = _matrix("matrix_rank", x)
    s = svdvals(x)
    if s.shape[-1] == 0:
        return sum_(as_tensor(s, np.dtype("int64")), axis=-1)
    limit = max_(s, axis=-1) * _rtol(x, rtol)
    return count_nonzero(s > expand_dims(limit, axis=-1), axis=-1)


def matrix_power(x: ArrayLike, n: int, /) -> Tensor:
    """The product of n copies of a square matrix; of −n copies of its inverse where n < 0.

    Shapes: (*k, m, m) → (*k, m, m).

    >>> import tiza as tz
    >>> tz.linalg.matrix_power(tz.asarray([[1.0, 1.0], [0.0, 1.0]]), 5)
    tensor([[1., 5.],
            [0., 1.]])
    """
    x = _matrix("matrix_power", x, square=True)
    if n == 0:
        return broadcast_to(eye(x.shape[-1], dtype=x.dtype), x.shape)
    square, left, out = (inv(x) if n < 0 else x), abs(n), None
    while left:
        if left & 1:
            out = square if out is None else matmul(out, square)
        left >>= 1
        square = matmul(square, square) if left else square
    assert out is not None  # n is not 0
    return out


def matrix_norm(x: ArrayLike, /, *, keepdims: bool = False,
                ord: float | Literal["fro", "nuc"] | None = "fro") -> Tensor:  # fmt: skip
    """A norm of matrices.

    "fro": √Σ|aᵢⱼ|²; "nuc": the sum of the singular values; 2, −2: the greatest, the least of
    them; 1, −1: the greatest, the least sum of a column's |aᵢⱼ|; inf, −inf: of a row's.

    Shapes: (*n, a, b) → (*n); (*n, 1, 1) with `keepdims`.

    >>> import tiza as tz
    >>> tz.linalg.matrix_norm(tz.asarray([[3.0, 0.0], [4.0, 0.0]]))
    tensor(5.)
    """
    x = _matrix("matrix_norm", x)
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
    return reshape(out, (*out.shape, 1, 1)) if keepdims else out


def _extreme(x: Tensor, axis: Axis, *, greatest: bool, keepdims: bool = False) -> Tensor:
    """The greatest or the least; the greatest of no sizes is 0."""
    if greatest and any(x.shape[k] == 0 for k in axes_of(axis, x.ndim)):
        return sum_(x, axis=axis, keepdims=keepdims)
    return (max_ if greatest else min_)(x, axis=axis, keepdims=keepdims)


@torch_words
def vector_norm(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False,
                ord: float = 2) -> Tensor:  # fmt: skip
    """A norm of vectors: (Σ |xᵢ|ᵖ)^(1/p), p = `ord`.

    inf, −inf: the greatest, the least |xᵢ|; 0: how many are not zero. Without an axis, of all
    entries. The derivative of p = 2 at 0 is 0.

    >>> import tiza as tz
    >>> tz.linalg.vector_norm(tz.asarray([3.0, 4.0]))
    tensor(5.)
    """
    x = as_float(x)
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
    return pow_(sum_(pow_(size, ord), axis=axes, keepdims=keepdims), 1 / ord)


def _length(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """√Σx², with derivative x / |x|, and 0 where x = 0."""
    total = sum_(x * x, axis=axes, keepdims=keepdims)
    nothing = equal(total, 0)
    where = PRIMITIVES["where"]
    one = as_tensor(np.ones((), total.dtype))
    root = make(PRIMITIVES["sqrt"], make(where, nothing, one, total))
    return make(where, nothing, total, root)


@torch_words
def diagonal(x: ArrayLike, /, *, offset: int = 0) -> Tensor:
    """The entries x[..., i, i + offset].

    Shapes: (*n, a, b) → (*n, k).

    >>> import tiza as tz
    >>> tz.linalg.diagonal(tz.asarray([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    x = as_tensor(x)
    if x.ndim < 2:
        raise ShapeError("matrix-needed", op="diagonal", shape=x.shape)
    rows, columns = x.shape[-2:]
    first = max(-offset, 0) * columns + max(offset, 0)
    count = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    places = as_tensor(np.arange(count) * (columns + 1) + first)
    flat = reshape(x, (*x.shape[:-2], rows * columns))
    return take(flat, places, axis=-1)


def trace(x: ArrayLike, /, *, offset: int = 0, dtype: DType | None = None) -> Tensor:
    """The sum of the diagonal, see `diagonal`.

    Shapes: (*n, a, b) → (*n).

    >>> import tiza as tz
    >>> tz.linalg.trace(tz.asarray([[1, 2], [3, 4]]))
    tensor(5)
    """
    return sum_(diagonal(x, offset=offset), axis=-1, dtype=dtype)
