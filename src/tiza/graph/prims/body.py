"""What loops and branches are made of: a function as a graph, and the number 0 in every entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tiza.graph.apply import literal
from tiza.graph.node import Node
from tiza.graph.prims.movement import broadcast_to
from tiza.graph.types import DType, Shape

# The chain rule, handed to the rules of this family: (outputs, wrt, seeds) -> cotangents
Chain = Callable[[Sequence[Node], Sequence[Node], Sequence[Node | None]], list[Node]]


@dataclass(frozen=True, eq=False)
class Body:
    """A function as a graph: `outputs` in terms of `inputs` (placeholders), closed."""

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]


def zeros(shape: Shape, dtype: DType) -> Node:
    """The number 0 in every entry."""
    return broadcast_to(literal(0, dtype), shape=shape) if shape else literal(0, dtype)


def is_zero(node: Node) -> bool:
    """Whether a node is written as the number 0, or as its repetition."""
    if node.prim.name == "broadcast_to":
        node = node.inputs[0]
    return node.prim.name == "literal" and not node.attrs["value"]
