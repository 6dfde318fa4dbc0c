"""Products with sums, distances, areas: what PyTorch makes one function of."""

from __future__ import annotations

import math

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.calls import ArrayLike, as_float, axis_of, binary, pair
from tiza.lang.creation import full
from tiza.lang.manipulation import broadcast_to, expand_dims, matrix_transpose, reshape
from tiza.lang.pieces import part
from tiza.lang.products import matmul, outer
from tiza.lang.searching import where
from tiza.lang.statistical import cumulative_sum
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor, make


def _plus(x: ArrayLike, product: Tensor, beta: float, alpha: float) -> Tensor:
    """β x + α product; where β is 0, x is not even looked at."""
    x = as_tensor(x)
    if product.dtype.kind in "biu":  # as PyTorch reads it
        whole = bool if product.dtype.kind == "b" else int
        beta, alpha = whole(beta), whole(alpha)
    if alpha != 1:
        product = binary("multiply", product, alpha)
    if beta == 0:
        return product
    y = binary("add", x if beta == 1 else binary("multiply", x, beta), product)
    if y.shape != product.shape:
        raise ShapeError("broadcast", shapes=f"{x.shape} , {product.shape}")
    return y


def _of_axes(op: str, x: ArrayLike, ndim: int) -> Tensor:
    given = as_tensor(x)
    if given.ndim != ndim:
        raise ShapeError("product-axes", op=op, want=ndim, shape=given.shape)
    return given


def mm(x: ArrayLike, mat2: ArrayLike) -> Tensor:
    """The product of two matrices, and of nothing else: `matmul` for those who want to be told.

    >>> import tiza as tz
    >>> tz.mm(tz.ones(2, 3), tz.ones(3, 1)).shape
    (2, 1)
    """
    return matmul(_of_axes("mm", x, 2), _of_axes("mm", mat2, 2))


def bmm(x: ArrayLike, mat2: ArrayLike) -> Tensor:
    """The products of two stacks of as many matrices.

    >>> import tiza as tz
    >>> tz.bmm(tz.ones(5, 2, 3), tz.ones(5, 3, 1)).shape
    (5, 2, 1)
    """
    a, b = _of_axes("bmm", x, 3), _of_axes("bmm", mat2, 3)
    if a.shape[0] != b.shape[0]:
        raise ShapeError("broadcast", shapes=f"{a.shape} , {b.shape}")
    return matmul(a, b)


def mv(x: ArrayLike, vec: ArrayLike) -> Tensor:
    """A matrix times a vector.

    >>> import tiza as tz
    >>> tz.mv(tz.ones(2, 3), tz.ones(3))
    tensor([3., 3.])
    """
    return matmul(_of_axes("mv", x, 2), _of_axes("mv", vec, 1))


def dot(x: ArrayLike, tensor: ArrayLike) -> Tensor:
    """The dot product of two vectors: Σᵢ aᵢ bᵢ.

    >>> import tiza as tz
    >>> tz.dot(tz.asarray([1, 2]), tz.asarray([3, 4]))
    tensor(11)
    """
    return matmul(_of_axes("dot", x, 1), _of_axes("dot", tensor, 1))


def inner(x: ArrayLike, other: ArrayLike) -> Tensor:
    """Σ over the last axes of both: yᵢⱼ = Σₖ aᵢₖ bⱼₖ; a number multiplies.

    >>> import tiza as tz
    >>> tz.inner(tz.ones(2, 3), tz.ones(4, 3)).shape
    (2, 4)
    """
    a, b = pair(x, other)
    if not a.ndim or not b.ndim:
        return binary("multiply", a, b)
    if a.shape[-1] != b.shape[-1]:
        raise ShapeError("broadcast", shapes=f"{a.shape} , {b.shape}")
    rows = [reshape(y, (math.prod(y.shape[:-1]), y.shape[-1])) for y in (a, b)]
    return reshape(matmul(rows[0], matrix_transpose(rows[1])), a.shape[:-1] + b.shape[:-1])


def addmm(x: ArrayLike, mat1: ArrayLike, mat2: ArrayLike, *, beta: float = 1,
          alpha: float = 1) -> Tensor:  # fmt: skip
    """β x + α A B.

    Shapes: x that broadcasts to (m, n); A (m, k), B (k, n).

    >>> import tiza as tz
    >>> tz.addmm(tz.ones(1), tz.ones(1, 2), tz.ones(2, 1))
    tensor([[3.]])
    """
    return _plus(x, mm(mat1, mat2), beta, alpha)


def addmv(x: ArrayLike, mat: ArrayLike, vec: ArrayLike, *, beta: float = 1,
          alpha: float = 1) -> Tensor:  # fmt: skip
    """β x + α A v.

    >>> import tiza as tz
    >>> tz.addmv(tz.ones(1), tz.ones(1, 2), tz.ones(2))
    tensor([3.])
    """
    return _plus(x, mv(mat, vec), beta, alpha)


def addr(x: ArrayLike, vec1: ArrayLike, vec2: ArrayLike, *, beta: float = 1,
         alpha: float = 1) -> Tensor:  # fmt: skip
    """β x + α a bᵀ.

    >>> import tiza as tz
    >>> tz.addr(tz.ones(1, 1), tz.asarray([2.0]), tz.asarray([3.0]))
    tensor([[7.]])
    """
    return _plus(x, outer(vec1, vec2), beta, alpha)


def baddbmm(x: ArrayLike, batch1: ArrayLike, batch2: ArrayLike, *, beta: float = 1,
            alpha: float = 1) -> Tensor:  # fmt: skip
    """β x + α A B, for stacks of matrices.

    >>> import tiza as tz
    >>> tz.baddbmm(tz.ones(1), tz.ones(5, 1, 2), tz.ones(5, 2, 1)).shape
    (5, 1, 1)
    """
    return _plus(x, bmm(batch1, batch2), beta, alpha)


def addbmm(x: ArrayLike, batch1: ArrayLike, batch2: ArrayLike, *, beta: float = 1,
           alpha: float = 1) -> Tensor:  # fmt: skip
    """β x + α Σ A B, summed over a stack of matrices.

    >>> import tiza as tz
    >>> tz.addbmm(tz.ones(1), tz.ones(5, 1, 2), tz.ones(5, 2, 1))
    tensor([[11.]])
    """
    products = bmm(batch1, batch2)
    return _plus(x, sum_(products, axis=0, dtype=products.dtype), beta, alpha)


def _power_sum(gap: Tensor, p: float) -> Tensor:
    """The p-norm over the last axis, of slope 0 where it is 0."""
    size = make(PRIMITIVES["abs"], gap)
    if p == 0:
        return sum_(as_tensor(binary("not_equal", size, 0), gap.dtype), axis=-1)
    if p == 1 or not gap.shape[-1]:
        return sum_(size, axis=-1)
    if math.isinf(p):
        return make(PRIMITIVES["max"], size, axis=(gap.ndim - 1,), keepdims=False)
    one = full((), 1, dtype=gap.dtype)
    if p != 2:
        none = binary("equal", size, 0)
        size = where(none, size * 0, make(PRIMITIVES["pow"], *pair(where(none, one, size), p)))
    total = sum_(gap * gap if p == 2 else size, axis=-1)
    nothing = binary("equal", total, 0)
    safe = where(nothing, one, total)
    root = make(PRIMITIVES["sqrt"], safe) if p == 2 else binary("pow", safe, 1 / p)
    return where(nothing, total * 0, root)


def dist(x: ArrayLike, other: ArrayLike, p: float = 2) -> Tensor:
    """The p-norm of the difference: ‖x − y‖ₚ over all entries.

    >>> import tiza as tz
    >>> tz.dist(tz.asarray([0.0, 0.0]), tz.asarray([3.0, 4.0]))
    tensor(5.)
    """
    a, b = pair(as_float(x), as_float(other))
    gap = a - b
    return _power_sum(reshape(gap, (gap.size,)), p)


def cdist(x1: ArrayLike, x2: ArrayLike, p: float = 2.0,
          compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:  # fmt: skip
    """The p-norms of all differences of a row of one and a row of the other.

    dᵢⱼ = ‖aᵢ − bⱼ‖ₚ, always from the differences, which loses no digits (`compute_mode` is for
    PyTorch's quicker ways to do so).

    Shapes: (*n, p, d), (*n, r, d) → (*n, p, r).

    >>> import tiza as tz
    >>> tz.cdist(tz.asarray([[0.0, 0.0]]), tz.asarray([[3.0, 4.0], [0.0, 1.0]]))
    tensor([[5., 1.]])
    """
    if p < 0:
        raise ArgumentError("distance-p", got=p)
    a, b = pair(as_float(x1), as_float(x2))
    if min(a.ndim, b.ndim) < 2 or a.shape[-1] != b.shape[-1]:
        raise ShapeError("broadcast", shapes=f"{a.shape} , {b.shape}")
    return _power_sum(expand_dims(a, axis=-2) - expand_dims(b, axis=-3), p)


def pdist(x: ArrayLike, p: float = 2.0) -> Tensor:
    """The p-norms of the differences of all pairs of rows i < j, in one row.

    Shapes: (n, d) → (n (n − 1) / 2).

    >>> import tiza as tz
    >>> tz.pdist(tz.asarray([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])).numpy().round(3)
    array([5.   , 1.   , 4.243], dtype=float32)
    """
    if p < 0:
        raise ArgumentError("distance-p", got=p)
    x = _of_axes("pdist", as_float(x), 2)
    first, second = (as_tensor(i) for i in np.triu_indices(x.shape[0], 1))
    take = PRIMITIVES["take"]
    return _power_sum(make(take, x, first, axis=0) - make(take, x, second, axis=0), p)


def _between(y: Tensor, x: ArrayLike | None, dx: float, dim: int) -> tuple[Tensor, int]:
    """The areas of the trapezia between neighbours along an axis."""
    k = axis_of(dim, y.ndim)
    n = y.shape[k]
    width: ArrayLike = dx
    if x is not None:
        places = as_tensor(x)
        if places.ndim == 1 and y.ndim > 1:
            places = reshape(places, tuple(-1 if i == k else 1 for i in range(y.ndim)))
        j = places.ndim - (y.ndim - k)
        m = places.shape[j]
        width = part(places, j, 1, m) - part(places, j, 0, max(m - 1, 0))
    sums = part(y, k, min(1, n), n) + part(y, k, 0, max(n - 1, 0))
    return binary("multiply", as_float(sums) * 0.5, width), k - y.ndim


def trapezoid(y: ArrayLike, x: ArrayLike | None = None, *, dx: float = 1,
              dim: int = -1) -> Tensor:  # fmt: skip
    """The area under points by trapezia: Σ (xᵢ₊₁ − xᵢ) (yᵢ + yᵢ₊₁) / 2.

    >>> import tiza as tz
    >>> tz.trapezoid(tz.asarray([1.0, 3.0, 5.0]))
    tensor(6.)
    """
    areas, k = _between(as_tensor(y), x, dx, dim)
    return sum_(areas, axis=k)


def cumulative_trapezoid(y: ArrayLike, x: ArrayLike | None = None, *, dx: float = 1,
                         dim: int = -1) -> Tensor:  # fmt: skip
    """The areas under points so far, by trapezia.

    >>> import tiza as tz
    >>> tz.cumulative_trapezoid(tz.asarray([1.0, 3.0, 5.0]))
    tensor([2., 6.])
    """
    areas, k = _between(as_tensor(y), x, dx, dim)
    return cumulative_sum(areas, axis=k)


def cov(x: ArrayLike, *, correction: int = 1, fweights: ArrayLike | None = None,
        aweights: ArrayLike | None = None) -> Tensor:  # fmt: skip
    """The covariances of the rows: Σ wᵢ (xᵢ − μ)(xᵢ − μ)ᵀ / (Σw − c Σ w a / Σw).

    Columns are observations, f of them each and of weight a; w = f a.

    Shapes: (m, n) → (m, m); (n) or (1, n) → ().

    >>> import tiza as tz
    >>> tz.cov(tz.asarray([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    x = as_float(x)
    rows = reshape(x, (1, x.size)) if x.ndim < 2 else x
    n = rows.shape[1]
    weights = [as_tensor(w, x.dtype) for w in (fweights, aweights) if w is not None]
    w = weights[0] if weights else full((n,), 1, dtype=x.dtype)
    w = w * weights[1] if len(weights) > 1 else w
    total = sum_(w)
    middle = sum_(rows * w, axis=1, keepdims=True) / total
    rest = rows - middle
    share = total
    if aweights is not None:
        share = sum_(w * as_tensor(aweights, x.dtype))
        norm = total - correction * share / total
    else:
        norm = total - correction
    norm = where(binary("less", norm, 0), norm * 0, norm)
    out = matmul(rest * w, matrix_transpose(rest)) / norm
    return reshape(out, ()) if rows.shape[0] == 1 else out


def corrcoef(x: ArrayLike) -> Tensor:
    """The correlations of the rows: cᵢⱼ / √(cᵢᵢ cⱼⱼ), kept in [−1, 1].

    >>> import tiza as tz
    >>> tz.corrcoef(tz.asarray([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    from tiza.lang.entrywise import clamp
    from tiza.lang.picking import diagonal

    c = cov(x)
    if c.ndim == 0:
        return c / c
    spread = make(PRIMITIVES["sqrt"], diagonal(c))
    return clamp(c / expand_dims(spread, axis=1) / expand_dims(spread, axis=0), -1, 1)


def vander(x: ArrayLike, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of a vector as columns, the greatest first: yᵢⱼ = xᵢ^(N − 1 − j).

    >>> import tiza as tz
    >>> tz.vander(tz.asarray([2, 3]), 3)
    tensor([[4, 2, 1],
            [9, 3, 1]])
    """
    x = _of_axes("vander", x, 1)
    n = x.size if N is None else N
    exponents = np.arange(n) if increasing else np.arange(n)[::-1]
    wide = broadcast_to(expand_dims(x, axis=1), (x.size, n))
    return binary("pow", wide, as_tensor(exponents.astype(x.dtype)))


def renorm(x: ArrayLike, p: float, dim: int, maxnorm: float) -> Tensor:
    """Each part along an axis shortened to the p-norm `maxnorm` where it is longer.

    >>> import tiza as tz
    >>> tz.renorm(tz.asarray([[3.0, 4.0]]), 2, 0, 5.0)
    tensor([[3., 4.]])
    """
    from tiza.lang.extras import norm

    x = as_float(x)
    axis = axis_of(dim, x.ndim)
    rest = tuple(k for k in range(x.ndim) if k != axis)
    size = norm(x, p, axis=rest, keepdims=True)
    factor = where(binary("greater", size, maxnorm), maxnorm / (size + 1e-7), 1.0)
    return binary("multiply", x, factor)
