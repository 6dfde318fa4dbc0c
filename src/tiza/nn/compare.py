"""How two vectors compare: a bilinear form, the cosine of their angle, their distance."""

from __future__ import annotations

import math
from typing import Any

from tiza.errors import ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, composite
from tiza.graph.primitive import Sample
from tiza.graph.prims.families import broadcast_shapes, reshaped, same_type
from tiza.graph.types import DType, Shape
from tiza.lang.calls import axis_of
from tiza.lang.norms import vector_norm
from tiza.lang.tensor import Tensor, as_tensor, make


def _bilinear_infer(a: Node, b: Node, w: Node, *bias: Node) -> tuple[Shape, DType]:
    dtype = same_type("bilinear", "f", (a, b, w, *bias))
    if w.ndim != 3:
        raise ShapeError("bilinear-weight", got=w.shape)
    out, i, j = w.shape
    if a.shape[:-1] != b.shape[:-1] or a.shape[-1:] != (i,) or b.shape[-1:] != (j,):
        raise ShapeError("bilinear-inputs", left=a.shape, right=b.shape, i=i, j=j)
    if bias and bias[0].shape != (out,):
        raise ShapeError("linear-bias", got=bias[0].shape, out=out)
    return (*a.shape[:-1], out), dtype


def _bilinear(a: Node, b: Node, w: Node, *bias: Node) -> Node:
    out, i, j = w.shape
    n = math.prod(a.shape[:-1])
    flat = P["permute"](w, axes=(1, 0, 2))  # (i, out, j)
    rows = reshaped(a, (n, i)) @ reshaped(flat, (i, out * j))
    y = reshaped(rows, (n, out, j)) @ reshaped(b, (n, j, 1))
    y = reshaped(y, (*a.shape[:-1], out))
    return y + bias[0] if bias else y


def _bilinear_samples(rng: Any) -> list[Sample]:
    cases: list[tuple[Shape, ...]] = [
        ((4, 3), (4, 2), (5, 3, 2), (5,)),
        ((2, 2, 3), (2, 2, 1), (2, 3, 1)),
        ((3,), (2,), (1, 3, 2)),
    ]  # fmt: skip
    return [(tuple(rng.normal(size=s) for s in shapes), {}) for shapes in cases]


_bilinear_form = composite(
    "bilinear", _bilinear, infer=_bilinear_infer, samples=_bilinear_samples,
    latex=r"{0}^\top {2}\,{1}", says="x₁ᵀ W_k x₂ + b_k for each output k; the weight is "
    "(out, in1, in2), as in PyTorch",
)  # fmt: skip


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """y_k = x₁ᵀ W_k x₂ + b_k.

    Shapes: x₁ (*n, i), x₂ (*n, j), weight (out, i, j), bias (out) → (*n, out).

    >>> bilinear([[2.0]], [[3.0]], [[[5.0]]], [1.0]).tolist()
    [[31.0]]
    """
    rest = [as_tensor(input2), as_tensor(weight)] + ([] if bias is None else [as_tensor(bias)])
    return make(_bilinear_form, as_tensor(input1), *rest)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """x₁·x₂ / (max(‖x₁‖, ε) max(‖x₂‖, ε)) along an axis.

    Shapes: two that broadcast → theirs without the axis.
    Source: PyTorch, which bounds each length by itself.

    >>> [round(c, 4) for c in cosine_similarity([[3.0, 4.0]], [[4.0, 3.0]]).tolist()]
    [0.96]
    """
    a, b = as_tensor(x1), as_tensor(x2)
    if not a.ndim and not b.ndim:  # numbers are vectors of one entry
        a, b = (make(P["reshape"], x, shape=(1,)) for x in (a, b))
    shape = broadcast_shapes(a.shape, b.shape)
    axis = axis_of(dim, len(shape))
    a, b = (make(P["broadcast_to"], x, shape=shape) for x in (a, b))
    lengths = []
    for x in (a, b):
        squares = make(P["sum"], x * x, axis=(axis,), keepdims=True)
        bounded = make(P["maximum"], squares, as_tensor(eps**2, x.dtype))
        lengths.append(make(P["sqrt"], bounded))  # bounded first: the root's slope at 0
    return make(P["sum"], (a / lengths[0]) * (b / lengths[1]), axis=(axis,), keepdims=False)


def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6,
                      keepdim: bool = False) -> Tensor:  # fmt: skip
    """‖x₁ − x₂ + ε‖ₚ over the last axis.

    Shapes: (*n, d), (*n, d) → (*n), or (*n, 1) with `keepdim`.
    Source: PyTorch, with ε added so that the slope at equal points is finite.

    >>> [round(d, 4) for d in pairwise_distance([[0.0, 0.0]], [[3.0, 4.0]]).tolist()]
    [5.0]
    """
    difference = as_tensor(x1) - as_tensor(x2) + eps
    return vector_norm(difference, axis=-1, ord=p, keepdims=keepdim)
