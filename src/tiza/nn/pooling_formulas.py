"""Max-unpooling as a composite, with the derivative that PyTorch gives it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import DTypeError
from tiza.graph import Node, Primitive, composite, constant
from tiza.graph.primitive import Sample
from tiza.graph.prims.families import reshaped, same_type
from tiza.graph.prims.indexing import put, take_along
from tiza.graph.types import DType, Shape


def _unpool(x: Node, places: Node, size: int) -> Node:
    rows = math.prod(x.shape[:-1])
    start = constant((np.arange(rows) * size).reshape(*x.shape[:-1], 1))
    blank = constant(np.zeros(rows * size, x.dtype))
    flat = (math.prod(x.shape),)
    return reshaped(put(blank, reshaped(places + start, flat), reshaped(x, flat)),
                    (*x.shape[:-1], size))  # fmt: skip


def _infer(x: Node, places: Node, size: int) -> tuple[Shape, DType]:
    if places.dtype.kind not in "iu":
        raise DTypeError("index-type", got=places.dtype)
    return (*x.shape[:-1], size), same_type("max_unpool", "f", (x,))


def _samples(rng: Any) -> list[Sample]:
    def places(*shape: int) -> Any:
        return np.argsort(rng.random(shape), -1)

    return [
        ((rng.normal(size=(2, 3)), places(2, 3)), {"size": 5}),
        ((rng.normal(size=(2, 1, 2)), places(2, 1, 2)), {"size": 2}),
        ((rng.normal(size=(0, 2)), places(0, 2)), {"size": 4}),
    ]


max_unpool: Primitive = composite(
    "max_unpool", _unpool, infer=_infer, samples=_samples,
    vjp=lambda g, y, x, places, size: [take_along(g, places, axis=x.ndim - 1), None],
    latex=r"\operatorname{{unpool}}({0})", latex_vjp=(r"{g}[{1}]", ""),
    says="each line of x written at its places in a line of zeros",
)  # fmt: skip
