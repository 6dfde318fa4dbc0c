"""Geometry of vectors: products, angles, projections, rotations, and the shape of a cloud."""

from __future__ import annotations

from typing import Literal, Self

from tiza.errors import ArgumentError, ShapeError
from tiza.lang.calls import ArrayLike, as_float, pair
from tiza.lang.creation import eye, zeros
from tiza.lang.elementwise import cos, sign, sin
from tiza.lang.extras import norm
from tiza.lang.manipulation import expand_dims, reshape, stack
from tiza.lang.matrices import inv, svd, svdvals
from tiza.lang.norms import matrix_norm, pinv, vector_norm
from tiza.lang.pairs import atan2
from tiza.lang.products import matmul, outer
from tiza.lang.searching import argmax, take_along_axis
from tiza.lang.statistical import mean
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor

__all__ = [
    "PCA", "angle", "cond", "condition_number", "hadamard", "kron", "low_rank", "project",
    "projection", "rotation",
]  # fmt: skip


def hadamard(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The product entry by entry: yᵢⱼ = aᵢⱼ bᵢⱼ. Unlike `*`, it never broadcasts.

    Seen as a map, a diagonal matrix at work: a ⊙ b = diag(a) b stretches each axis by itself.

    Shapes: both alike.
    Errors: ShapeError where the shapes differ.

    >>> import tiza as tz
    >>> tz.hadamard([1.0, 2.0], [3.0, 4.0])
    tensor([3., 8.])
    """
    a, b = pair(x1, x2)
    if a.shape != b.shape:
        raise ShapeError("hadamard-shapes", left=a.shape, right=b.shape)
    return a * b


def kron(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The Kronecker product: each entry of A replaced by that entry times the whole of B.

    (A ⊗ B)(x ⊗ y) = Ax ⊗ By: A acts on one place, B on another.

    Shapes: (m, n) (p, q) → (mp, nq); vectors (m) (p) → (mp); of fewer axes, ones in front.
    Source: NumPy's arrangement.

    >>> import tiza as tz
    >>> tz.kron([[1, 10]], [[1], [2]])
    tensor([[ 1, 10],
            [ 2, 20]])
    """
    a, b = pair(x1, x2)
    ndim = max(a.ndim, b.ndim)
    left = (1,) * (ndim - a.ndim) + a.shape
    right = (1,) * (ndim - b.ndim) + b.shape
    wide = reshape(a, tuple(n for m in left for n in (m, 1)))  # (m, 1, n, 1)
    tall = reshape(b, tuple(n for m in right for n in (1, m)))  # (1, p, 1, q)
    return reshape(wide * tall, tuple(m * p for m, p in zip(left, right, strict=True)))


def angle(x1: ArrayLike, x2: ArrayLike, /, *, axis: int = -1) -> Tensor:
    """The angle between vectors, from 0 to π: θ = 2 atan2(|â − b̂|, |â + b̂|).

    cos θ = a·b / |a||b|, but acos loses half of the digits where θ is small, and this does not.

    Shapes: (*n, d) (*n, d) → (*n). Where a vector is zero there is no angle: NaN.
    Source: Kahan 2006, "How futile are mindless assessments of roundoff", section 12.

    >>> import tiza as tz
    >>> tz.angle(tz.asarray([1.0, 0.0], dtype="float64"), [0.0, 3.0])
    tensor(1.57079633, dtype=float64)
    """
    a, b = pair(as_float(x1), as_float(x2))
    a = a / vector_norm(a, axis=axis, keepdims=True)
    b = b / vector_norm(b, axis=axis, keepdims=True)
    return 2 * atan2(vector_norm(a - b, axis=axis), vector_norm(a + b, axis=axis))


def project(x: ArrayLike, onto: ArrayLike, /) -> Tensor:
    """The nearest point to x in the span of `onto`; what remains stands at a right angle to it.

    One vector v: (x·v / v·v) v. The columns of a matrix A: A A⁺ x, A⁺ the pseudo-inverse, so that
    columns may depend on one another.

    Shapes: x (*n, d); onto (d) or (d, k) → (*n, d). Onto the vector zero: zero.
    Errors: ShapeError where the vectors differ in length.

    >>> import tiza as tz
    >>> tz.project([3.0, 4.0], [2.0, 0.0])
    tensor([3., 0.])
    >>> tz.project([1.0, 2.0, 3.0], [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    tensor([1., 2., 0.])
    """
    a, b = pair(as_float(x), as_float(onto))
    if b.ndim not in (1, 2) or a.ndim == 0 or a.shape[-1] != b.shape[0]:
        raise ShapeError("project-shapes", x=a.shape, onto=b.shape)
    return matmul(a, projection(b).mT)


def projection(onto: ArrayLike, /) -> Tensor:
    """The matrix that projects onto the span of `onto`: P = A A⁺, so that P² = P = Pᵀ.

    Its eigenvalues are 1 along the span and 0 across it. One vector v: P = v vᵀ / v·v.

    Shapes: (d) or (d, k) → (d, d). Of the vector zero: zero.
    Source: Penrose 1955, Proc. Camb. Phil. Soc. 51.
    Errors: ShapeError for what is neither a vector nor a matrix.

    >>> import tiza as tz
    >>> tz.linalg.projection([2.0, 0.0])
    tensor([[1., 0.],
            [0., 0.]])
    """
    b = as_float(onto)
    if b.ndim not in (1, 2):
        raise ShapeError("projection-shape", onto=b.shape)
    columns = expand_dims(b, axis=1) if b.ndim == 1 else b
    return matmul(columns, pinv(columns))


def rotation(angle: ArrayLike, axis: ArrayLike | None = None) -> Tensor:
    """The matrix that turns by an angle, counter-clockwise: R Rᵀ = I and det R = 1.

    In the plane, [[cos θ, −sin θ], [sin θ, cos θ]]. In space, about an axis u of length 1
    (any length may be given), R = cos θ I + sin θ [u]× + (1 − cos θ) u uᵀ.

    Shapes: angle () → (2, 2); with axis (3) → (3, 3).
    Source: Rodrigues 1840, J. Math. Pures Appl. 5.
    Errors: ShapeError for an angle that is no number or an axis that is not three.

    >>> import math
    >>> import tiza as tz
    >>> tz.rotation(math.pi / 2).numpy().round(4) + 0.0
    array([[ 0., -1.],
           [ 1.,  0.]], dtype=float32)
    >>> (tz.rotation(math.pi, [0.0, 0.0, 2.0]) @ tz.asarray([1.0, 0.0, 5.0])).numpy().round(4)
    array([-1., -0.,  5.], dtype=float32)
    """
    theta = as_float(angle)
    if theta.ndim:
        raise ShapeError("rotation-angle", got=theta.shape)
    c, s = cos(theta), sin(theta)
    if axis is None:
        return stack([stack([c, -s]), stack([s, c])])
    u = as_tensor(as_float(axis), theta.dtype)
    if u.shape != (3,):
        raise ShapeError("rotation-axis", got=u.shape)
    u = u / norm(u)
    zero = zeros((), dtype=theta.dtype)
    crossed = stack(
        [stack([zero, -u[2], u[1]]), stack([u[2], zero, -u[0]]), stack([-u[1], u[0], zero])]
    )
    return c * eye(3, dtype=theta.dtype) + s * crossed + (1 - c) * outer(u, u)


def low_rank(x: ArrayLike, rank: int, /) -> Tensor:
    """The nearest matrix of that rank: Σᵢ sᵢ uᵢ vᵢᵀ over the greatest singular values.

    Nearest in the spectral and in the Frobenius norm; the error is s_{rank+1} in the first.

    Shapes: (*n, a, b) → (*n, a, b).
    Source: Eckart & Young 1936, Psychometrika 1; Mirsky 1960.
    Errors: ArgumentError for a rank below 0 or above min(a, b).

    >>> import tiza as tz
    >>> tz.low_rank([[3.0, 0.0], [0.0, 1.0]], 1)
    tensor([[3., 0.],
            [0., 0.]])
    """
    matrix = as_float(x)
    if matrix.ndim < 2:
        raise ShapeError("matrix-needed", op="low_rank", shape=matrix.shape)
    if not 0 <= rank <= min(matrix.shape[-2:]):
        raise ArgumentError("rank-range", got=rank, most=min(matrix.shape[-2:]))
    u, s, vh = svd(matrix, full_matrices=False)
    scaled = u[..., :rank] * expand_dims(s[..., :rank], axis=-2)
    return matmul(scaled, vh[..., :rank, :])


def condition_number(x: ArrayLike, /) -> Tensor:
    """How much a matrix can magnify relative errors: κ = s₁ / sₖ, greatest by least.

    It is the ratio of the axes of the ellipse that the unit circle becomes; ∞ where the matrix
    flattens it. Steps of gradient descent on a bowl of that shape grow with κ.

    Shapes: (*n, a, b) → (*n).

    >>> import tiza as tz
    >>> tz.condition_number([[4.0, 0.0], [0.0, 0.5]])
    tensor(8.)
    >>> tz.condition_number([[1.0, 1.0], [2.0, 2.0]]) > 1e6
    tensor(True)
    """
    s = svdvals(as_float(x))
    return s[..., 0] / s[..., -1]


def cond(x: ArrayLike, p: float | Literal["fro", "nuc"] | None = None) -> Tensor:
    """The condition number in any matrix norm: κₚ = ‖A‖ₚ ‖A⁻¹‖ₚ; without p, `condition_number`.

    Shapes: (*n, m, m) → (*n); without p, also (*n, a, b).
    Source: the arguments of NumPy and PyTorch.
    Errors: a matrix without an inverse, when it is computed; ArgumentError for another p.

    >>> import tiza as tz
    >>> tz.linalg.cond([[4.0, 0.0], [0.0, 0.5]]), tz.linalg.cond([[4.0, 0.0], [0.0, 0.5]], p=1)
    (tensor(8.), tensor(8.))
    """
    if p is None or p == 2:
        return condition_number(x)
    return matrix_norm(x, ord=p) * matrix_norm(inv(x), ord=p)


class PCA:
    """Principal components: the directions in which a cloud of points spreads most.

    X − μ = U diag(S) V; the rows of V are the components, Sᵢ²/(n − 1) the variances along
    them. Each component's greatest entry is positive, so that the answer is unique.

    Shapes: X (n, d); components (k, d); transform (n, d) → (n, k).
    Source: Pearson 1901, Phil. Mag. 2; the signs as in scikit-learn.
    Errors: ShapeError for what is not a table of two rows or more, ArgumentError for more
    components than min(n, d).

    >>> import tiza as tz
    >>> pca = tz.PCA(1).fit([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]])
    >>> pca.components.numpy().round(4), pca.explained_variance_ratio
    (array([[0.4472, 0.8944]], dtype=float32), tensor([1.]))
    """

    mean: Tensor
    components: Tensor
    explained_variance: Tensor
    explained_variance_ratio: Tensor
    singular_values: Tensor

    def __init__(self, n_components: int | None = None) -> None:
        if n_components is not None and n_components < 1:
            raise ArgumentError("rank-range", got=n_components, most="min(n, d)")
        self.n_components = n_components

    def fit(self, x: ArrayLike) -> Self:
        """Find the components of the points."""
        points = as_float(x)
        if points.ndim != 2 or points.shape[0] < 2:
            raise ShapeError("pca-points", got=points.shape)
        most = min(points.shape)
        k = most if self.n_components is None else self.n_components
        if k > most:
            raise ArgumentError("rank-range", got=k, most=most)
        self.mean = mean(points, axis=0)
        _, s, vh = svd(points - self.mean, full_matrices=False)
        largest = argmax(abs(vh), axis=1, keepdims=True)
        vh = vh * sign(take_along_axis(vh, largest, axis=1))
        variance = s * s / (points.shape[0] - 1)
        self.components, self.singular_values = vh[:k], s[:k]
        self.explained_variance = variance[:k]
        self.explained_variance_ratio = variance[:k] / sum_(variance)
        return self

    def transform(self, x: ArrayLike) -> Tensor:
        """The coordinates of points along the components: (X − μ) Vᵀ."""
        return matmul(as_float(x) - self._fitted().mean, self.components.mT)

    def inverse_transform(self, z: ArrayLike) -> Tensor:
        """The points that have these coordinates: Z V + μ."""
        return matmul(as_float(z), self._fitted().components) + self.mean

    def fit_transform(self, x: ArrayLike) -> Tensor:
        """`fit`, then `transform` of the same points."""
        return self.fit(x).transform(x)

    def _fitted(self) -> Self:
        if not hasattr(self, "components"):
            raise ArgumentError("pca-unfitted")
        return self

    def __repr__(self) -> str:
        return f"PCA({'' if self.n_components is None else self.n_components})"
