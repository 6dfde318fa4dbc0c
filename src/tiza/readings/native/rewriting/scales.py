"""A factor of a product that is one number times something: the number goes where there is less.

Pixels are kept as bytes and divided by 255 where they are used. (X/255) W is (X W)/255: a handful
of divisions instead of one for every pixel, and X is read as the bytes that it is.

A part of something larger is read where it lies: the queries of attention, say, stand beside keys
and values. Were they multiplied by 1/√d first, they would have to be copied for it.
"""

from __future__ import annotations

import math

from tiza.graph.apply import literal
from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node

REACH = 2.0**20  # of the number and its inverse: products stay far from overflow
WORTH = 4  # times as many entries
TERMS = 16  # of a sum that one more multiplication is little beside
PARTS = {"permute", "reshape", "slice"}


def without_scale(node: Node) -> tuple[Node, Node | None]:
    """A product without the number of one factor, and the scaling that is left to be done to it.

    The second is None where nothing is left, because the number went to the other factor.
    """
    for k in (0, 1):
        found = _scaled(node.inputs[k])
        if found is None:
            continue
        inner, scaling = found
        other, size = node.inputs[1 - k], math.prod(inner.shape)
        least = min(math.prod(other.shape), math.prod(node.shape))
        part = _is_part(inner) and node.inputs[0].shape[-1] >= TERMS
        if size < WORTH * least and not part:
            continue
        if size >= WORTH * least and math.prod(other.shape) == least:
            factors = [inner, again(scaling, other)]
            return P["matmul"](*(factors if k == 0 else factors[::-1])), None
        factors = [inner, other]
        return P["matmul"](*(factors if k == 0 else factors[::-1])), scaling
    return node, None


def _is_part(x: Node) -> bool:
    """Whether it is a slice of something larger, its axes in any order."""
    parts = False
    while x.prim.name in PARTS and x.value is None:
        parts |= x.prim.name == "slice"
        x = x.inputs[0]
    return parts


def again(scaling: Node, x: Node) -> Node:
    """The same done to x."""
    by = _number(scaling)
    assert by is not None  # that is what a scaling is
    number = literal(by, x.dtype)
    number = P["broadcast_to"](number, shape=x.shape) if x.shape else number
    return P[scaling.prim.name](x, number)


def _scaled(x: Node) -> tuple[Node, Node] | None:
    """What stands beside the number, and the node that multiplies or divides by it."""
    if x.prim.name == "permute":
        found = _scaled(x.inputs[0])
        return found and (P["permute"](found[0], axes=x.attrs["axes"]), found[1])
    number = _number(x)
    if number is None or not 1 / REACH <= abs(number) <= REACH or x.dtype.kind != "f":
        return None
    return x.inputs[0], x


def _number(x: Node) -> float | None:
    """The one number by which a node multiplies or divides its first input."""
    if x.prim.name not in ("multiply", "divide"):
        return None
    by = x.inputs[1]
    by = by.inputs[0] if by.prim.name == "broadcast_to" else by
    if by.value is None or by.value.size != 1 or x.inputs[0].shape != x.shape:
        return None
    return float(by.value.reshape(()))
