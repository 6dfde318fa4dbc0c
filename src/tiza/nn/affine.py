"""The affine map as a composite, with the shape rule that most mistakes run into."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import DTypeError, ShapeError
from tiza.graph import Node, composite
from tiza.graph.blas import product
from tiza.graph.primitive import Sample
from tiza.graph.prims.contraction import transposed
from tiza.graph.prims.families import reshaped, same_type
from tiza.graph.types import DType, Shape


def _infer(x: Node, weight: Node, *bias: Node) -> tuple[Shape, DType]:
    if x.dtype != weight.dtype:
        raise DTypeError("linear-type", x=x.dtype, weight=weight.dtype)
    dtype = same_type("linear", "f", (x, weight, *bias))
    if weight.ndim != 2:
        raise ShapeError("linear-weight", got=weight.shape)
    out, inner = weight.shape
    if x.ndim == 0 or x.shape[-1] != inner:
        last = x.shape[-1] if x.ndim else "-"
        raise ShapeError("linear-inner", last=last, inner=inner, out=out)
    if bias and bias[0].shape != (out,):
        raise ShapeError("linear-bias", got=bias[0].shape, out=out)
    return (*x.shape[:-1], out), dtype


def _body(x: Node, weight: Node, *bias: Node) -> Node:
    rows = x if x.ndim == 2 else reshaped(x, (math.prod(x.shape[:-1]), x.shape[-1]))
    y = reshaped(rows @ transposed(weight), (*x.shape[:-1], weight.shape[0]))
    return y + bias[0] if bias else y


def _value(x: Any, weight: Any, *bias: Any) -> Any:
    y = product(x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), weight.shape[1]), weight.T)
    y = y if x.ndim == 2 else y.reshape(*x.shape[:-1], weight.shape[0])
    return np.add(y, bias[0]) if bias else y


def _samples(rng: Any) -> list[Sample]:
    return [
        (tuple(rng.normal(size=s) for s in shapes), {})
        for shapes in [((4, 3), (2, 3), (2,)), ((2, 5, 3), (2, 3)), ((3,), (1, 3), (1,)),
                       ((0, 3), (2, 3), (2,))]
    ]  # fmt: skip


linear = composite(
    "linear", _body, infer=_infer, value=_value, samples=_samples,
    latex=r"{0}\,{1}^\top + b", latex_vjp=(r"{g}\,{1}", r"{g}^\top {0}", r"\mathbf{{1}}^\top {g}"),
    says="x Wᵀ + b over the last axis; the weight is (out, in), as in PyTorch",
)  # fmt: skip
