"""Inverses, determinants and decompositions of square and rectangular matrices, and stacks.

Derivatives: Giles 2008, "An extended collection of matrix derivative results", unless said
otherwise. In the comments a bar over a result is its cotangent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, GradientError
from tiza.graph.apply import constant
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample, parts
from tiza.graph.prims.choose import where
from tiza.graph.prims.contraction import transposed
from tiza.graph.prims.elementwise import equal
from tiza.graph.prims.families import FLOAT, broadcast_shapes, reshaped, same_type
from tiza.graph.types import DType, Shape

Array = Any


def _safe(op: str, function: Callable[..., Any], code: str = "linalg-fails") -> Callable[..., Any]:
    """`function`, its failures said in our words."""

    def value(*arrays: Array, **attrs: Any) -> Any:
        try:
            return function(*arrays, **attrs)
        except np.linalg.LinAlgError:
            raise ArgumentError(code, op=op) from None

    return value


def _real(dtype: DType) -> DType:
    return np.empty(0, dtype).real.dtype


def _batched(name: str) -> Callable[..., Any]:
    """Matrices already come in stacks: one more leading axis changes nothing."""

    def batch(xs: Sequence[Node], batched: Sequence[bool], **attrs: Any) -> Node:
        return RECORDS[name](*xs, **attrs)

    return batch


def _square(rng: Any, *lead: int, n: int = 3) -> Array:
    return rng.normal(size=(*lead, n, n)) * 0.3 + np.diag(np.arange(1.0, n + 1))


def _spd(rng: Any, *lead: int) -> Array:
    x = rng.normal(size=(*lead, 3, 3)) * 0.3
    return x @ np.swapaxes(x, -1, -2) + np.diag([1.0, 2.0, 3.0])


def _squares(rng: Any) -> list[Sample]:
    return [((_square(rng),), {}), ((_square(rng, 2),), {}), ((_square(rng, n=1),), {})]


def _lower(x: Node) -> Node:
    """The cotangent of a symmetric matrix of which only the lower triangle was read."""
    return (x + transposed(x)) * (_mask(x, 0) - _identity(x.shape[-1], x.dtype) * 0.5)


def _mask(x: Node, k: int) -> Node:
    """Ones on and below the k-th diagonal."""
    return constant(np.tri(x.shape[-2], x.shape[-1], k, dtype=x.dtype))


def _identity(n: int, dtype: DType) -> Node:
    return constant(np.eye(n, dtype=dtype))


def _row(x: Node) -> Node:
    """(*n, m) as (*n, 1, m)."""
    return reshaped(x, (*x.shape[:-1], 1, x.shape[-1]))


def _column(x: Node) -> Node:
    return reshaped(x, (*x.shape, 1))


def _diagonal(x: Node) -> Node:
    """(*n, m) as diagonal matrices (*n, m, m)."""
    return _column(x) * _identity(x.shape[-1], x.dtype)


def _over(differences: Node) -> Node:
    """1 / d, and 0 where d = 0: equal values share a space in which any basis will do."""
    none = differences * 0
    same = equal(differences, none)
    return where(same, none, 1 / where(same, none + 1, differences))


# inverse and its relatives
def _inv_vjp(g: Node, y: Node, x: Node) -> list[Node]:
    back = transposed(y)
    return [-(back @ g @ back)]


def _solve_infer(a: Node, b: Node) -> tuple[Shape, DType]:
    lead = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return (*lead, *b.shape[-2:]), same_type("solve", FLOAT, (a, b))


def _solve_vjp(g: Node, y: Node, a: Node, b: Node) -> list[Node]:
    back = solve(transposed(a), g)
    return [-(back @ transposed(y)), back]


def _solve_batch(xs: Sequence[Node], batched: Sequence[bool]) -> Node:
    """A batched operand gets axes of 1 behind its first one, until both have equally many."""
    ndim = max(x.ndim - b for x, b in zip(xs, batched, strict=True))
    lifted = [reshaped(x, (x.shape[0], *(1,) * (ndim - x.ndim + 1), *x.shape[1:])) if b else x
              for x, b in zip(xs, batched, strict=True)]  # fmt: skip
    return solve(*lifted)


def _solve_value(a: Array, b: Array) -> Array:
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return np.linalg.solve(a, np.broadcast_to(b, (*lead, *b.shape[-2:])))


inv: Primitive = Primitive(
    name="inv", family="linalg", value=_safe("inv", np.linalg.inv, "matrix-singular"), vjp=_inv_vjp,
    infer=lambda x: (x.shape, same_type("inv", FLOAT, (x,))), batch=_batched("inv"),
    latex="{0}^{{-1}}", latex_vjp=(r"-{y}^\top {g} {y}^\top",), samples=_squares,
)  # fmt: skip
solve: Primitive = Primitive(
    name="solve", family="linalg", value=_safe("solve", _solve_value, "matrix-singular"),
    infer=_solve_infer, vjp=_solve_vjp, batch=_solve_batch, latex=r"{0}^{{-1}} {1}",
    latex_vjp=(r"-{0}^{{-\top}} {g} {y}^\top", r"{0}^{{-\top}} {g}"),
    samples=lambda rng: [((_square(rng), rng.normal(size=(3, 2))), {}),
                         ((_square(rng, 2), rng.normal(size=(2, 3, 1))), {}),
                         ((_square(rng), rng.normal(size=(2, 3, 1))), {})],
    says="the X with A X = B",
)  # fmt: skip
det: Primitive = Primitive(
    name="det", family="linalg", value=np.linalg.det, batch=_batched("det"),
    infer=lambda x: (x.shape[:-2], same_type("det", FLOAT, (x,))),
    vjp=lambda g, y, x: [_column(_column(g * y)) * transposed(inv(x))],
    latex=r"\det {0}", latex_vjp=(r"{g}\, {y}\, {0}^{{-\top}}",), samples=_squares,
)  # fmt: skip


def _slogdet_infer(x: Node) -> list[tuple[Shape, DType]]:
    dtype = same_type("slogdet", FLOAT, (x,))
    return [(x.shape[:-2], dtype), (x.shape[:-2], _real(dtype))]


slogdet: Primitive = Primitive(
    name="slogdet", family="linalg", value=lambda x: tuple(np.linalg.slogdet(x)), several=True,
    infer=_slogdet_infer,
    vjp=lambda g, y, x: [_column(_column(g[1])) * transposed(inv(x))],
    latex=r"\log \lvert \det {0} \rvert", latex_vjp=(r"{g}\, {0}^{{-\top}}",), samples=_squares,
    says="the sign of the determinant, and the logarithm of its size",
)  # fmt: skip


# Cholesky: A = L Lᵀ. Murray 2016, arXiv:1602.07527, eq. 10
def _cholesky_vjp(g: Node, y: Node, x: Node) -> list[Node]:
    half = _mask(y, 0) - _identity(y.shape[-1], y.dtype) * 0.5
    middle = (transposed(y) @ g) * half  # Φ(Lᵀ L̄)
    back = inv(y)
    return [_lower(transposed(back) @ middle @ back)]


def _cholesky_value(x: Array) -> Array:
    """Of the lower triangle, as if it were mirrored."""
    low = np.tril(x)
    mirrored = low + np.conj(np.swapaxes(np.tril(x, -1), -1, -2))
    return np.linalg.cholesky(mirrored)


cholesky: Primitive = Primitive(
    name="cholesky", family="linalg", value=_safe("cholesky", _cholesky_value, "cholesky-fails"),
    vjp=_cholesky_vjp, batch=_batched("cholesky"),
    infer=lambda x: (x.shape, same_type("cholesky", FLOAT, (x,))),
    latex=r"\operatorname{{chol}}({0})",
    latex_vjp=(r"{y}^{{-\top}} \Phi({y}^\top {g}) {y}^{{-1}}",),
    samples=lambda rng: [((_spd(rng),), {}), ((_spd(rng, 2),), {})],
    says="the lower triangular L with A = L L^T, of the symmetric A",
)  # fmt: skip


# symmetric eigenvalues: A = V diag(w) Vᵀ
def _eigh_infer(x: Node) -> list[tuple[Shape, DType]]:
    dtype = same_type("eigh", FLOAT, (x,))
    return [(x.shape[:-1], _real(dtype)), (x.shape, dtype)]


def _eigh_vjp(g: Sequence[Node], y: Node, x: Node) -> list[Node]:
    w, v = parts(y)
    f = _over(_row(w) - _column(w))
    inner = _diagonal(g[0]) + (transposed(v) @ g[1]) * f
    return [_lower(v @ inner @ transposed(v))]


eigh: Primitive = Primitive(
    name="eigh", family="linalg", several=True, infer=_eigh_infer, vjp=_eigh_vjp,
    value=_safe("eigh", lambda x: tuple(np.linalg.eigh(x))),  # of the lower triangle
    latex=r"\operatorname{{eigh}}({0})",
    latex_vjp=(r"V (\operatorname{{diag}}(\bar w) + F \odot V^\top \bar V) V^\top",),
    samples=lambda rng: [((_spd(rng),), {}), ((_spd(rng, 2),), {})],
    says="eigenvalues, ascending, and eigenvectors of the symmetric A",
)  # fmt: skip


# QR. Walter & Lehmann 2018, arXiv:1009.6112; wide matrices: Roberts & Roberts 2020
def _qr_infer(x: Node, complete: bool) -> list[tuple[Shape, DType]]:
    dtype = same_type("qr", FLOAT, (x,))
    a, b = x.shape[-2:]
    k = a if complete else min(a, b)
    return [((*x.shape[:-2], a, k), dtype), ((*x.shape[:-2], k, b), dtype)]


def _first_columns(x: Node, n: int, *, rest: bool = False) -> Node:
    from tiza.graph.prims.movement import slice_

    start, stop = (n, x.shape[-1]) if rest else (0, n)
    return slice_(x, starts=(*(0,) * (x.ndim - 1), start), stops=(*x.shape[:-1], stop),
                  steps=(1,) * x.ndim)  # fmt: skip


def _qr_back(q: Node, r: Node, gq: Node, gr: Node) -> Node:
    m = r @ transposed(gr) - transposed(gq) @ q
    mirrored = m * _mask(m, 0) + transposed(m * _mask(m, -1))
    return (gq + q @ mirrored) @ transposed(inv(r))


def _qr_vjp(g: Sequence[Node], y: Node, x: Node, complete: bool) -> list[Node]:
    from tiza.graph.prims.movement import concat

    rows, columns = x.shape[-2:]
    if complete and rows > columns:
        raise GradientError("qr-complete", shape=x.shape)
    q, r = parts(y)
    if rows >= columns:
        return [_qr_back(q, r, *g)]
    rest = _first_columns(x, rows, rest=True)
    g_first, g_rest = _first_columns(g[1], rows), _first_columns(g[1], rows, rest=True)
    gq = g[0] + rest @ transposed(g_rest)
    left = _qr_back(q, _first_columns(r, rows), gq, g_first)
    return [concat(left, q @ g_rest, axis=x.ndim - 1)]


qr: Primitive = Primitive(
    name="qr", family="linalg", several=True, infer=_qr_infer, vjp=_qr_vjp,
    value=_safe("qr", lambda x, complete: tuple(
        np.linalg.qr(x, mode="complete" if complete else "reduced"))),
    latex=r"\operatorname{{qr}}({0})",
    latex_vjp=(r"(\bar Q + Q \operatorname{{copyltu}}(R \bar R^\top - \bar Q^\top Q)) R^{{-\top}}",
               ),
    samples=lambda rng: [((_square(rng),), {"complete": False}),
                         ((rng.normal(size=(2, 4, 2)),), {"complete": False}),
                         ((rng.normal(size=(2, 3)) + np.eye(2, 3),), {"complete": True})],
    says="Q with orthonormal columns and R upper triangular, A = Q R",
)  # fmt: skip


# singular values. Townsend 2016, "Differentiating the singular value decomposition"
def _svd_infer(x: Node, full: bool) -> list[tuple[Shape, DType]]:
    dtype = same_type("svd", FLOAT, (x,))
    lead, (a, b) = x.shape[:-2], x.shape[-2:]
    k = min(a, b)
    sides = (a, b) if full else (k, k)
    return [
        ((*lead, a, sides[0]), dtype),
        ((*lead, k), _real(dtype)),
        ((*lead, sides[1], b), dtype),
    ]


def _svd_vjp(g: Sequence[Node], y: Node, x: Node, full: bool) -> list[Node]:
    a, b = x.shape[-2:]
    if full and a != b:
        raise GradientError("svd-full", shape=x.shape)
    u, s, vh = parts(y)
    v, gv, ut = transposed(vh), transposed(g[2]), transposed(u)
    squares = s * s
    f = _over(_row(squares) - _column(squares))
    turn_u, turn_v = ut @ g[0], vh @ gv
    inner = ((turn_u - transposed(turn_u)) * f) * _row(s) + _column(s) * (
        (turn_v - transposed(turn_v)) * f
    )
    out = u @ (inner + _diagonal(g[1])) @ vh
    if a > b:  # the part of Ū outside the columns of U
        out = out + ((g[0] - u @ turn_u) * _row(_over(s))) @ vh
    if b > a:
        out = out + (u * _row(_over(s))) @ transposed(gv - v @ turn_v)
    return [out]


svd: Primitive = Primitive(
    name="svd", family="linalg", several=True, infer=_svd_infer, vjp=_svd_vjp,
    value=_safe("svd", lambda x, full: tuple(np.linalg.svd(x, full_matrices=full))),
    latex=r"\operatorname{{svd}}({0})", latex_vjp=(r"\bar A(\bar U, \bar S, \bar V)",),
    samples=lambda rng: [((_square(rng),), {"full": True}),
                         ((rng.normal(size=(2, 4, 2)) + np.eye(4, 2),), {"full": False})],
    says="A = U diag(S) V^T with singular values descending",
)  # fmt: skip


# pseudo-inverse. Golub & Pereyra 1973, SIAM J. Numer. Anal. 10(2), eq. 4.12
def _pinv_vjp(g: Node, y: Node, x: Node, rtol: Node) -> list[Node | None]:
    rows, columns = x.shape[-2:]
    gt, yt = transposed(g), transposed(y)
    out = -(yt @ g @ yt)
    left = _identity(rows, x.dtype) - x @ y
    right = _identity(columns, x.dtype) - y @ x
    return [out + left @ gt @ y @ yt + yt @ y @ gt @ right, None]


def _pinv_value(x: Array, rtol: Array) -> Array:
    if 0 in x.shape[-2:]:
        return np.zeros((*x.shape[:-2], x.shape[-1], x.shape[-2]), x.dtype)
    return np.linalg.pinv(x, rcond=rtol)


pinv: Primitive = Primitive(
    name="pinv", family="linalg", value=_safe("pinv", _pinv_value), vjp=_pinv_vjp,
    infer=lambda x, rtol: ((*x.shape[:-2], x.shape[-1], x.shape[-2]), x.dtype),
    latex="{0}^{{+}}", latex_vjp=(r"-{y}^\top {g} {y}^\top + \dots", ""),
    samples=lambda rng: [((rng.normal(size=(4, 2)), np.array(1e-10)), {}),
                         ((rng.normal(size=(2, 2, 3)), np.array(1e-10)), {})],
    says="the pseudo-inverse; singular values up to rtol times the greatest count as zero",
)  # fmt: skip

RECORDS = {"inv": inv, "det": det, "cholesky": cholesky}
