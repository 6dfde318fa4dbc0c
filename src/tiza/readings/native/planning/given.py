"""Pictures that the caller gives, copied once with the examples of a batch side by side.

A convolution's lanes run along the batch. In an argument examples stand far apart, and every window
would gather its lanes again; a copy gathers them once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.walk import walk
from tiza.readings.native.planning.flattening import LANES

OFTEN = 2  # times that an entry is read, for a copy to pay


def beside(outputs: Sequence[Node]) -> list[Node]:
    """`outputs`, with windows that see an argument seeing a copy of it (padded by nothing)."""
    new: dict[Node, Node] = {}
    for node in walk(outputs, lambda n: () if n.value is not None else n.inputs):
        inputs = () if node.value is not None else tuple(new[i] for i in node.inputs)
        if node.prim.name == "windows" and _gathers(node):
            inputs = (_copy(node.inputs[0]),)
        with made_at(node.place):
            same = inputs in ((), node.inputs)
            new[node] = node if same else node.prim(*inputs, **node.attrs)
    return [new[node] for node in outputs]


def _gathers(windows: Node) -> bool:
    """Whether windows overlap in an argument with examples enough to fill lanes."""
    (x,) = windows.inputs
    given = not x.inputs and x.value is None and not x.prim.several
    pictures = x.ndim == 2 + len(windows.attrs["size"]) and x.shape[0] >= LANES
    return given and pictures and math.prod(windows.shape) >= OFTEN * math.prod(x.shape)


def _copy(x: Node) -> Node:
    none = (0,) * x.ndim
    return P["pad"](x, low=none, high=none, interior=none)
