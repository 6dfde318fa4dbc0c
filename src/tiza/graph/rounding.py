"""Matrix products of rounded factors: graph → graph.

    a b  →  r(a) r(b)      r: to the nearest bfloat16, which keeps 8 of 24 binary digits

for every product of float32 matrices, inside composites, loops and branches too. What a
convolution slides over a picture stays as it is, forward and back. It is done when an expression
is computed, not when it is written: derivatives are products like others by then.

Source: Intel 2018, "BFLOAT16 – hardware numerics definition", sections 3 and 4 (halves go to the
even neighbour; sums in float32; subnormal numbers count as 0).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.precision import precision
from tiza.graph.primitive import Primitive
from tiza.graph.prims.body import Body
from tiza.graph.types import DType, Shape
from tiza.graph.walk import opened, walk

Array = np.ndarray[Any, Any]
FLOAT32, BITS = np.dtype("float32"), np.dtype("uint32")
SLIDING = {"conv", "conv_transpose"}  # composites that stay as they are
VIEWS = {"reshape", "permute", "broadcast_to"}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Made(Primitive):
    """A primitive that only a transform makes: users neither write nor read it."""

    def __post_init__(self) -> None:
        """It is in no table."""


def nearest(x: Array) -> Array:
    """The nearest numbers that bfloat16 has, as float32; NaN stays NaN, subnormals become 0.

    >>> nearest(np.array([1.0, 1.00390625, 1.01171875, 1e-3], "float32")).tolist()
    [1.0, 1.0, 1.015625, 0.00099945068359375]
    """
    bits = np.ascontiguousarray(x).view(BITS)
    kept = bits + (BITS.type(0x7FFF) + ((bits >> BITS.type(16)) & BITS.type(1)))
    kept = np.where(np.isnan(x), bits | BITS.type(0x400000), kept) & BITS.type(0xFFFF0000)
    tiny = (bits & BITS.type(0x7F800000)) == 0
    kept = np.where(tiny, bits & BITS.type(0x80000000), kept)
    return kept.view(FLOAT32).reshape(np.shape(x))


def _infer(x: Node) -> tuple[Shape, DType]:
    return x.shape, x.dtype


bfloat16 = Made(name="bfloat16", family="elementwise", value=nearest, infer=_infer, latex=r"{0}")


def rounded(outputs: Sequence[Node], given: Collection[Node] = ()) -> list[Node]:
    """`outputs` as this thread's precision asks for them; `given` nodes are taken as they are.

    >>> from tiza.graph import placeholder
    >>> x = placeholder((2, 2), np.dtype("float32"))
    >>> rounded([x @ x]) == [x @ x]
    True
    """
    return _Rounding(given).of(outputs) if precision.rounds else list(outputs)


class _Rounding:
    def __init__(self, given: Collection[Node] = ()) -> None:
        self.given = set(given)
        self.new: dict[Node, Node] = {}
        self.bodies: dict[Body, Body] = {}

    def of(self, outputs: Sequence[Node]) -> list[Node]:
        for node in walk(outputs, self._edges):
            if node not in self.new:
                with made_at(node.place):
                    self.new[node] = self._made(node)
        return [self.new[node] for node in outputs]

    def _edges(self, node: Node) -> Sequence[Node]:
        if node.value is not None or node in self.given or node in self.new:
            return ()
        return (opened(node),) if self._opens(node) else node.inputs

    def _opens(self, node: Node) -> bool:
        return bool(node.prim.body) and node.prim.name not in SLIDING and _multiplies(node)

    def _made(self, node: Node) -> Node:
        if node.value is not None or node in self.given:
            return node
        if self._opens(node):
            return self.new[opened(node)]
        inputs = tuple([self.new[i] for i in node.inputs])
        if node.prim.name == "matmul" and node.dtype == FLOAT32 and not any(map(slides, inputs)):
            return node.prim(*map(_once, inputs))
        attrs = {k: self._body(v) if isinstance(v, Body) else v for k, v in node.attrs.items()}
        same = inputs == node.inputs and all(attrs[k] is v for k, v in node.attrs.items())
        return node if same else node.prim(*inputs, **attrs)

    def _body(self, body: Body) -> Body:
        if body not in self.bodies:
            made = tuple(_Rounding(body.inputs).of(body.outputs))
            self.bodies[body] = body if made == body.outputs else Body(body.inputs, made)
        return self.bodies[body]


def _once(x: Node) -> Node:
    """x rounded, if it is not so already; what is only moved about is rounded where it stands."""
    moves: list[Node] = []
    base = x
    while base.prim.name in VIEWS and base.value is None:
        moves.append(base)
        base = base.inputs[0]
    if base.prim is bfloat16:
        return x
    made = bfloat16(base)
    for move in reversed(moves):
        made = move.prim(made, **move.attrs)
    return made


def slides(x: Node) -> bool:
    """Whether a factor is what windows of a picture see."""
    while x.prim.name in VIEWS:
        x = x.inputs[0]
    return x.prim.name == "windows"


def _multiplies(node: Node) -> bool:
    """Whether there is a product, or a loop, in the body of a composite."""
    edges: Callable[[Node], Sequence[Node]] = lambda n: (
        () if n in outside or n.value is not None
        else (opened(n),) if n.prim.body and n.prim.name not in SLIDING else n.inputs
    )  # fmt: skip
    outside = set(node.inputs)
    return any(n.prim.name == "matmul" or n.prim.family == "control"
               for n in walk([opened(node)], edges) if n not in outside)  # fmt: skip
