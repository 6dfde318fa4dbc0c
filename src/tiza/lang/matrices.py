"""Matrices: determinants, equations, decompositions, with derivatives where they exist.

Names and arguments are those of the Python array API standard 2024.12.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.graph.types import DType
from tiza.lang.calls import ArrayLike, as_float, pair, torch_words
from tiza.lang.creation import eye, tril, triu
from tiza.lang.manipulation import broadcast_to, expand_dims, matrix_transpose, reshape
from tiza.lang.pairs import add, multiply
from tiza.lang.picking import diagonal as along_two_axes
from tiza.lang.products import matmul
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor, make, make_several


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


def matrix_of(op: str, x: ArrayLike, *, square: bool = False) -> Tensor:
    """x as a floating-point matrix, or a stack of such."""
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
    lower = make(PRIMITIVES["cholesky"], _symmetric(matrix_of("cholesky", x, square=True)))
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
    return make(PRIMITIVES["det"], matrix_of("det", x, square=True))


def slogdet(x: ArrayLike, /) -> SlogdetResult:
    """The sign of the determinant and the logarithm of its size, which does not overflow.

    Shapes: (*n, m, m) → (*n), (*n).

    >>> import tiza as tz
    >>> tz.linalg.slogdet(-tz.eye(3)).sign
    tensor(-1.)
    """
    return SlogdetResult(*make_several(PRIMITIVES["slogdet"], matrix_of("slogdet", x, square=True)))


def inv(x: ArrayLike, /) -> Tensor:
    """The inverse: A A⁻¹ = I. Shapes: (*n, m, m) → (*n, m, m).

    Errors: a matrix without an inverse, when it is computed.

    >>> import tiza as tz
    >>> tz.linalg.inv(tz.asarray([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5 , 0.  ],
            [0.  , 0.25]])
    """
    return make(PRIMITIVES["inv"], matrix_of("inv", x, square=True))


def solve(x1: ArrayLike, x2: ArrayLike, /, *, left: bool = True) -> Tensor:
    """The X with A X = B (with X A = B, unless `left`). A vector B is one column.

    Shapes: (*n, m, m) (*n, m, k) → (*n, m, k); (*n, m, m) (m) → (*n, m), and where no matrix
    fits, (*n, m) → (*n, m), a stack of vectors as in PyTorch.
    Errors: a matrix without an inverse, when it is computed.

    >>> import tiza as tz
    >>> tz.linalg.solve(tz.asarray([[2.0, 0.0], [0.0, 4.0]]), tz.asarray([2.0, 2.0]))
    tensor([1. , 0.5])
    """
    a, b = pair(matrix_of("solve", x1, square=True), as_float(x2))
    if not left:
        a, b = matrix_transpose(a), matrix_transpose(b)
        return matrix_transpose(solve(a, b))
    if b.ndim > 1 and b.shape == a.shape[:-1] and b.shape[-2] != a.shape[-1]:
        return reshape(solve(a, expand_dims(b, axis=-1)), b.shape)
    column = b.ndim == 1
    if b.ndim == 0 or a.shape[-1] != b.shape[0 if column else -2]:
        raise ShapeError("solve-sizes", left=a.shape, right=b.shape)
    out = make(PRIMITIVES["solve"], a, expand_dims(b, axis=1) if column else b)
    return reshape(out, out.shape[:-1]) if column else out


def eigh(x: ArrayLike, /, *, UPLO: Literal["L", "U"] | None = None) -> EighResult:
    """Eigenvalues and eigenvectors of a symmetric matrix: A = V diag(λ) Vᵀ.

    Shapes: (*n, m, m) → (*n, m), (*n, m, m). Of what is not symmetric, the symmetric part is
    taken, or with UPLO its lower ("L") or upper triangle ("U"). The derivative of the eigenvectors
    exists where the eigenvalues differ.
    Source: derivative of Giles 2008, "An extended collection of matrix derivative results".

    >>> import tiza as tz
    >>> tz.linalg.eigh(tz.asarray([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    tensor([1., 2.])
    """
    matrix = matrix_of("eigh", x, square=True)
    whole = _symmetric(matrix) if UPLO is None else from_triangle(matrix, UPLO)
    return EighResult(*make_several(PRIMITIVES["eigh"], whole))


def from_triangle(x: Tensor, UPLO: str) -> Tensor:
    """The symmetric matrix with that triangle of x; its derivative is symmetric, as in PyTorch."""
    if UPLO not in ("L", "U"):
        raise ArgumentError("choice-unknown", name="UPLO", got=UPLO, known='"L", "U"')
    beside = tril(x, k=-1) if UPLO == "L" else triu(x, k=1)
    if x.dtype.kind == "c":
        return add(tril(x) if UPLO == "L" else triu(x), _adjoint(beside))
    half = _symmetric(x)
    whole = add(tril(x) if UPLO == "L" else triu(x), matrix_transpose(beside))
    return add(half, (whole - half).detach())


def eigvalsh(x: ArrayLike, /, *, UPLO: Literal["L", "U"] | None = None) -> Tensor:
    """The eigenvalues of a symmetric matrix in ascending order, see `eigh`.

    >>> import tiza as tz
    >>> tz.linalg.eigvalsh(tz.asarray([[2.0, 0.0], [0.0, 1.0]]))
    tensor([1., 2.])
    """
    return eigh(x, UPLO=UPLO).eigenvalues


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
    x = matrix_of("qr", x)
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
    x = matrix_of("svd", x)
    return SVDResult(*make_several(PRIMITIVES["svd"], x, full=bool(full_matrices)))


def svdvals(x: ArrayLike, /) -> Tensor:
    """The singular values in descending order, see `svd`.

    >>> import tiza as tz
    >>> tz.linalg.svdvals(tz.asarray([[3.0, 0.0], [0.0, 4.0]]))
    tensor([4., 3.])
    """
    return svd(x, full_matrices=False).S


def matrix_power(x: ArrayLike, n: int, /) -> Tensor:
    """The product of n copies of a square matrix; of −n copies of its inverse where n < 0.

    Shapes: (*k, m, m) → (*k, m, m).

    >>> import tiza as tz
    >>> tz.linalg.matrix_power(tz.asarray([[1.0, 1.0], [0.0, 1.0]]), 5)
    tensor([[1., 5.],
            [0., 1.]])
    """
    x = matrix_of("matrix_power", x, square=True)
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


@torch_words
def diagonal(x: ArrayLike, /, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The entries x[..., i, i + offset]; of two other axes with dim1, dim2.

    Shapes: (*n, a, b) → (*n, k).

    >>> import tiza as tz
    >>> tz.linalg.diagonal(tz.asarray([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    x = as_tensor(x)
    if x.ndim < 2:
        raise ShapeError("matrix-needed", op="diagonal", shape=x.shape)
    return along_two_axes(x, offset, dim1, dim2)


def trace(x: ArrayLike, /, *, offset: int = 0, dtype: DType | None = None) -> Tensor:
    """The sum of the diagonal, see `diagonal`.

    Shapes: (*n, a, b) → (*n).

    >>> import tiza as tz
    >>> tz.linalg.trace(tz.asarray([[1, 2], [3, 4]]))
    tensor(5)
    """
    return sum_(diagonal(x, offset=offset), axis=-1, dtype=dtype)
