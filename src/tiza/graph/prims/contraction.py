"""The matrix product."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tiza.errors import ShapeError
from tiza.graph.blas import product
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims.families import NUMERIC, broadcast_shapes, lift, reshaped, same_type
from tiza.graph.prims.movement import permute
from tiza.graph.types import DType, Shape


def _infer(a: Node, b: Node) -> tuple[Shape, DType]:
    dtype = same_type("matmul", NUMERIC, (a, b))
    if a.ndim < 2 or b.ndim < 2:
        raise ShapeError("matmul-rank", left=a.shape, right=b.shape)
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError("matmul-inner", left=a.shape, right=b.shape, k=a.shape[-1], m=b.shape[-2])
    lead = (
        a.shape[:-2]
        if a.shape[:-2] == b.shape[:-2]
        else broadcast_shapes(a.shape[:-2], b.shape[:-2])
    )
    return (*lead, a.shape[-2], b.shape[-1]), dtype


def transposed(x: Node) -> Node:
    """The last two axes exchanged."""
    return permute(x, axes=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def _vjp(g: Node, y: Node, a: Node, b: Node) -> list[Node]:
    if b.ndim == 2 and a.ndim > 2:  # one matrix for the whole stack: one large product
        rows = math.prod(a.shape[:-1])
        flat_a, flat_g = reshaped(a, (rows, a.shape[-1])), reshaped(g, (rows, g.shape[-1]))
        return [g @ transposed(b), transposed(flat_a) @ flat_g]
    return [g @ transposed(b), transposed(a) @ g]


def _batch(xs: Sequence[Node], batched: Sequence[bool]) -> Node:
    ndim = max(x.ndim - b for x, b in zip(xs, batched, strict=True))
    return matmul(*(lift(x, b, ndim) for x, b in zip(xs, batched, strict=True)))


def _samples(rng: Any) -> list[Sample]:
    shapes = [((2, 3), (3, 4)), ((1, 1), (1, 1)), ((5, 2, 3), (3, 2)), ((4, 1, 2, 3), (2, 3, 1)),
              ((2, 0), (0, 3))]  # fmt: skip
    return [((rng.normal(size=a), rng.normal(size=b)), {}) for a, b in shapes]


matmul: Primitive = Primitive(
    name="matmul", family="contraction", value=product, infer=_infer, vjp=_vjp, batch=_batch,
    latex=r"{0}\,{1}", latex_vjp=(r"{g}\,{1}^\top", r"{0}^\top {g}"), samples=_samples,
    says="y[i, k] = sum over j of a[i, j] b[j, k]; stacks of matrices broadcast",
)  # fmt: skip
