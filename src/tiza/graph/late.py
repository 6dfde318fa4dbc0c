"""A gradient that is known by where it comes from, and written down when somebody looks."""

from __future__ import annotations

from typing import Any, Protocol

from tiza.graph.node import Node
from tiza.graph.prims.leaves import stop_gradient


class Source(Protocol):
    """What can write down gradients: of one expression, each by its number."""

    leaves: list[Node]

    @property
    def effort(self) -> Any:
        """What all of them take, see `graph.effort`."""
        ...

    def gradient(self, index: int) -> Node:
        """The expression of gradient number `index`."""
        ...


class Late(Node):
    """Gradient number `index` of `source`, held constant. Its input is made on first sight.

    Source: Friedman & Wise 1976, "CONS should not evaluate its arguments".
    """

    __slots__ = ("index", "source")
    source: Any
    index: int

    def __init__(self, source: Source, index: int, like: Node, depth: int) -> None:
        self.source, self.index = source, index
        self.prim, self.attrs, self.depth = stop_gradient, {}, depth
        self.shape, self.dtype = like.shape, like.dtype
        self.place = self.value = self.name = self.opened = self.owner = None

    def __getattr__(self, name: str) -> Any:
        if name != "inputs":
            raise AttributeError(name)
        made = self.inputs = (self.source.gradient(self.index),)
        return made
