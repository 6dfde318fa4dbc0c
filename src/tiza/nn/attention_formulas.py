"""Attention as composites: the weights that keys get from queries, and the mean of the values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ShapeError
from tiza.graph import Node, composite, constant, literal
from tiza.graph.primitive import Sample
from tiza.graph.prims import choose as c
from tiza.graph.prims import elementwise as e
from tiza.graph.prims import reductions as r
from tiza.graph.prims.contraction import transposed
from tiza.graph.prims.families import broadcast_shapes, same_type
from tiza.graph.prims.softmax import softmax
from tiza.graph.types import DType, Shape


def _total(x: Node) -> Node:
    return r.sum_(x, axis=(x.ndim - 1,), keepdims=True)


def _masked_softmax(x: Node) -> Node:
    zero, lowest = literal(0, x.dtype), literal(-math.inf, x.dtype)
    greatest = r.max_(x, axis=(x.ndim - 1,), keepdims=True)
    dead = e.equal(greatest, lowest)  # the whole row is masked
    powers = e.exp(x - c.where(dead, zero, greatest))
    return powers / c.where(dead, zero + 1, _total(powers))


def _softmax_samples(rng: Any) -> list[Sample]:
    return [((rng.normal(size=s),), {}) for s in [(3, 4), (2, 1), (0, 3), (2, 2, 5)]]


masked_softmax = composite(
    "masked_softmax", _masked_softmax, samples=_softmax_samples,
    infer=lambda x: (x.shape, same_type("masked_softmax", "f", (x,))),
    vjp=lambda g, y, x: [y * (g - _total(g * y))],
    latex=r"\operatorname{{softmax}}({0})",
    latex_vjp=(r"{y} \odot ({g} - \textstyle\sum {g} \odot {y})",),
    says="softmax over the last axis; a row of nothing but −∞ gives zeros",
)  # fmt: skip


def _scores(q: Node, k: Node, *mask: Node, scale: float, causal: bool) -> Node:
    s = (q * scale) @ transposed(k)
    lowest = literal(-math.inf, s.dtype)
    if causal:
        rows, columns = s.shape[-2:]
        s = c.where(constant(np.tri(rows, columns, dtype=bool)), s, lowest)
    if not mask:
        return s
    return c.where(mask[0], s, lowest) if mask[0].dtype.kind == "b" else s + mask[0]


def _weights(q: Node, k: Node, *mask: Node, scale: float, causal: bool, safe: bool) -> Node:
    s = _scores(q, k, *mask, scale=scale, causal=causal)
    if s.shape[-1] == 0:
        return s
    return masked_softmax(s) if safe else softmax(s, axis=s.ndim - 1)


def _weights_infer(q: Node, k: Node, *mask: Node, scale: float, causal: bool,
                   safe: bool) -> tuple[Shape, DType]:  # fmt: skip
    dtype = same_type("attention", "f", (q, k))
    if q.ndim < 2 or k.ndim < 2 or q.shape[-1] != k.shape[-1]:
        raise ShapeError("attention-shapes", query=q.shape, key=k.shape)
    lead = broadcast_shapes(q.shape[:-2], k.shape[:-2])
    shape = (*lead, q.shape[-2], k.shape[-2])
    for m in mask:
        if m.dtype.kind != "b":
            same_type("attention", "f", (q, m))
        if broadcast_shapes(shape, m.shape)[-2:] != shape[-2:]:
            raise ShapeError("attention-mask", got=m.shape, want=shape)
    return broadcast_shapes(shape, *(m.shape for m in mask)), dtype


def _attention(q: Node, k: Node, v: Node, *rest: Node, scale: float, causal: bool,
               masked: bool) -> Node:  # fmt: skip
    w = attention_weights(q, k, *rest[:masked], scale=scale, causal=causal, safe=True)
    for kept in rest[masked:]:
        w = w * kept
    return w @ v


def _attention_infer(q: Node, k: Node, v: Node, *rest: Node, scale: float, causal: bool,
                     masked: bool) -> tuple[Shape, DType]:  # fmt: skip
    shape, dtype = _weights_infer(q, k, *rest[:masked], scale=scale, causal=causal, safe=True)
    same_type("attention", "f", (q, v))
    if v.ndim < 2 or v.shape[-2] != k.shape[-2]:
        raise ShapeError("attention-values", key=k.shape, value=v.shape)
    lead = broadcast_shapes(shape[:-2], v.shape[:-2])
    return (*lead, shape[-2], v.shape[-1]), dtype


def _samples(weights: bool) -> Any:
    def samples(rng: Any) -> list[Sample]:
        def draw(*lead: int, rows: int = 3, width: int = 2) -> Any:
            return rng.normal(size=(*lead, rows, width))

        q, k, v = draw(2), draw(2, rows=4), draw(2, rows=4, width=3)
        bias, seen = rng.normal(size=(3, 4)), rng.random((2, 3, 4)) < 0.7
        seen[0, 1] = False  # a fully masked row
        kept = (rng.random((2, 3, 4)) < 0.5) * 2.0
        if weights:
            plain = {"scale": 0.7, "causal": False, "safe": True}
            return [((q, k), plain), ((q, k, bias), plain | {"causal": True}),
                    ((q, k, seen), plain), ((q, k, bias), plain | {"safe": False})]  # fmt: skip
        plain = {"scale": 0.7, "causal": False, "masked": False}
        masked = plain | {"masked": True}
        return [((q, k, v), plain | {"causal": True}), ((q, k, v, bias), masked),
                ((q, k, v, seen), masked), ((q, k, v, kept), plain),
                ((q, k, v, bias, kept), masked), ((draw(2, rows=0), k, v), plain)]  # fmt: skip

    return samples


attention_weights = composite(
    "attention_weights", _weights, infer=_weights_infer, samples=_samples(True),
    latex=r"\operatorname{{softmax}}(s\,{0}{1}^\top)",
    says="softmax(s Q Kᵀ + mask) over the keys; `causal`: no query sees a later key; `safe`: a "
    "row that sees nothing is 0 and not NaN",
)  # fmt: skip
attention = composite(
    "attention", _attention, infer=_attention_infer, samples=_samples(False),
    latex=r"\operatorname{{softmax}}(s\,{0}{1}^\top)\,{2}",
    says="softmax(s Q Kᵀ + mask) V, with dropout's factors on the weights where given; Vaswani "
    "et al. 2017, arXiv:1706.03762, eq. 1",
)  # fmt: skip
