"""A graph as somebody asks for it to be compiled, with all that was said about it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tiza.graph.node import Node
from tiza.graph.rounding import rounded
from tiza.graph.unswept import unswept
from tiza.readings.native.emitting.ahead import Ahead
from tiza.readings.native.emitting.segments import segmented
from tiza.readings.native.machine.llvm import Machine, host
from tiza.readings.native.planning.plan import opened
from tiza.readings.native.program import Builder, build
from tiza.readings.native.recalling.keys import Leaf, key_of_graph


@dataclass(frozen=True, eq=False)
class Graph:
    """`outputs` in terms of `inputs`; for the others see `Compiled`.

    key: what it is kept under, and its data with their nodes; None where it cannot be kept.
    """

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    aliased: Mapping[int, int]
    known: Mapping[Node, Node]
    gathers: Sequence[Node]

    key: tuple[str, list[Leaf]] | None = None

    def keyed(self) -> Graph:
        """The same, products as exact as asked for; under what it is kept, and its data."""
        outputs = tuple(rounded(self.outputs, {*self.inputs, *self.known}))
        key = key_of_graph(self.inputs, outputs, self.aliased, self.known, self.gathers, host())
        return replace(self, outputs=outputs, key=key)

    def planned(self, machine: Machine | None = None) -> Builder:
        """The graph planned and written down as a program, for this machine or another."""
        whole = {**{node: node for node in self.inputs}, **self.known}
        ahead = [self._ahead(node) for node in self.gathers]
        machine = machine or host()
        with unswept():
            outputs = segmented(opened(self.outputs, whole, machine.registers))
            return build(self.inputs, outputs, machine, self.aliased, ahead=ahead)

    def text(self) -> str:
        """The text of that program."""
        return self.planned().text()

    def _ahead(self, node: Node) -> Ahead:
        data, where = (self.inputs.index(x) for x in node.inputs)
        row = math.prod(node.inputs[0].shape[1:]) * node.dtype.itemsize
        return Ahead(data, where, node.inputs[1].shape[0], row, _far(node))


def _far(node: Node) -> bool:
    """Whether rows come from an array too large for a near cache."""
    x = node.inputs[0]
    return math.prod(x.shape) * x.dtype.itemsize > host().l2
