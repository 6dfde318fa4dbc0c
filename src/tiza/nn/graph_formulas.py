"""What flows along the edges of a graph, as composites of node features and edge lists."""

from __future__ import annotations

import math
from typing import Any

from tiza.errors import DTypeError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, composite, literal
from tiza.graph.primitive import Sample
from tiza.graph.prims import choose as c
from tiza.graph.prims import elementwise as e
from tiza.graph.prims.families import reshaped, same_type
from tiza.graph.types import DType, Shape


def _edges(name: str, source: Node, target: Node) -> None:
    for i in (source, target):
        if i.dtype.kind not in "iu":
            raise DTypeError("segments-type", got=i.dtype)
        if i.ndim != 1 or i.shape != source.shape:
            raise ShapeError("edge-lists", op=name, source=source.shape, target=target.shape)


def _propagate_infer(x: Node, source: Node, target: Node, w: Node) -> tuple[Shape, DType]:
    dtype = same_type("propagate", "f", (x, w))
    _edges("propagate", source, target)
    if x.ndim < 2 or w.shape not in (source.shape, (*source.shape, *x.shape[1:-1])):
        raise ShapeError("edge-weights", x=x.shape, weights=w.shape, edges=source.shape)
    return x.shape, dtype


def _propagate(x: Node, source: Node, target: Node, w: Node) -> Node:
    w = reshaped(w, (*w.shape, *(1,) * (x.ndim - w.ndim)))
    return P["take_add"](P["take"](x, source, axis=0) * w, target, axis=0, size=x.shape[0])


def _propagate_samples(rng: Any) -> list[Sample]:
    source, target = rng.integers(0, 4, 6), rng.integers(0, 4, 6)
    none = source[:0]
    return [
        ((rng.normal(size=(4, 3)), source, target, rng.normal(size=6)), {}),
        ((rng.normal(size=(4, 2, 3)), source, target, rng.normal(size=(6, 2))), {}),
        ((rng.normal(size=(4, 3)), none, none, rng.normal(size=0)), {}),
    ]


propagate = composite(
    "propagate", _propagate, infer=_propagate_infer, samples=_propagate_samples,
    latex=r"\textstyle\sum_{{j \to i}} {3}_{{ji}}\,{0}_j",
    says="each node gets the sum of its neighbours' features, weighted edge by edge",
)  # fmt: skip


def _symmetric_infer(w: Node, source: Node, target: Node, size: int) -> tuple[Shape, DType]:
    _edges("symmetric_norm", source, target)
    if w.shape != source.shape:
        raise ShapeError("edge-weights", x=(size,), weights=w.shape, edges=source.shape)
    return w.shape, same_type("symmetric_norm", "f", (w,))


def _symmetric(w: Node, source: Node, target: Node, size: int) -> Node:
    degree = P["take_add"](w, target, axis=0, size=size)
    zero, one = literal(0, w.dtype), literal(1, w.dtype)
    some = e.greater(degree, zero)
    root = c.where(some, e.sqrt(c.where(some, degree, one)), literal(math.inf, w.dtype))
    scale = one / root  # a node without edges sends and gets nothing
    return P["take"](scale, source, axis=0) * w * P["take"](scale, target, axis=0)


def _symmetric_samples(rng: Any) -> list[Sample]:
    source, target = rng.integers(0, 4, 6), rng.integers(0, 4, 6)
    return [((rng.uniform(0.5, 2, 6), source, target), {"size": 5})]


symmetric_norm = composite(
    "symmetric_norm", _symmetric, infer=_symmetric_infer, samples=_symmetric_samples,
    latex=r"{0}_{{ji}} / \sqrt{{d_j d_i}}",
    says="edge weights over the roots of the degrees of both ends: D^(−1/2) A D^(−1/2)",
)  # fmt: skip
