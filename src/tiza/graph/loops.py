"""Loops tidied up: equal ones are run once, and what nobody reads is not computed.

The derivative of a scan asks for a scan that gives out more than the original does; here the
two become one. States, rows and results without readers go, and what they alone need. Rows
that are all the same number become that number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.prims.body import Body
from tiza.graph.walk import opened, rebuild, walk


def joined(outputs: Sequence[Node]) -> list[Node]:
    """`outputs` with their loops tidied up; the same nodes where there is nothing to do."""
    order = walk(outputs, _edges)
    if not any(node.prim.name == "scan" for node in order) or any(n.prim.several for n in outputs):
        return list(outputs)
    loops = _read(outputs, order)
    new: dict[Node, Node] = {}
    for node in order:
        loop = loops.get(node.inputs[0]) if _is_part(node) else None
        if loop is not None and loop.reads(node):
            new[node] = loop.part(node, new)
        elif loop is None and node not in loops and all(i in new for i in _edges(node)):
            inputs = tuple(new[i] for i in _edges(node))
            with made_at(node.place):
                same = node.value is not None or inputs == node.inputs
                new[node] = node if same else node.prim(*inputs, **node.attrs)
    return [new[node] for node in outputs]


def _edges(node: Node) -> Sequence[Node]:
    return () if node.value is not None else node.inputs


def _is_part(node: Node) -> bool:
    return node.prim.name == "part" and node.value is None


def _read(outputs: Sequence[Node], order: Sequence[Node]) -> dict[Node, _Loop]:
    """The loop of each scan, with what of it is read in the end."""
    groups: dict[Any, _Loop] = {}
    loops: dict[Node, _Loop] = {}
    for node in order:
        if node.prim.name == "scan" and node.value is None:
            loops[node] = groups.setdefault(alike(node), _Loop(node))
    alive = set(outputs)
    for node in reversed(order):
        loop = loops.get(node)
        if loop is not None:
            if loop.first is node:  # whoever reads any of its scans has been seen by now
                alive.update(loop.needed())
        elif node in alive:
            if _is_part(node) and node.inputs[0] in loops:
                loops[node.inputs[0]].wanted[node] = None
            else:
                alive.update(_edges(node))
    return loops


def alike(node: Node) -> Any:
    """Equal for scans that differ only in what they give out row by row."""
    a = node.attrs
    body, carry = a["body"], a["carry"]
    return (node.inputs, a["consts"], carry, a["length"], a["reverse"], body.inputs,
            body.outputs[:carry])  # fmt: skip


def _bare(node: Node) -> Node:
    while node.prim.body:
        node = opened(node)
    return node


@dataclass(eq=False)
class _Loop:
    """Scans that run as one: `first`, and all that differ from it only in what they give out.

    wanted: their parts that are read. states, rows: what the joint scan keeps of the carry and
    gives out row by row.
    """

    first: Node
    wanted: dict[Node, None] = field(default_factory=dict)
    states: list[int] = field(default_factory=list)
    rows: dict[Node, Node] = field(default_factory=dict)
    used: set[Node] = field(default_factory=set)  # inputs of the body that stay
    numbers: dict[Node, Node] = field(default_factory=dict)
    scan: Node | None = None

    def reads(self, part: Node) -> bool:
        """Whether anybody reads a part."""
        return part in self.wanted

    def needed(self) -> list[Node]:
        """The inputs that what is wanted is made of."""
        attrs = self.first.attrs
        body, consts, carry = attrs["body"], attrs["consts"], attrs["carry"]
        for part in self.wanted:
            kind, i = self._place(part)
            if kind == "row":
                node = part.inputs[0].attrs["body"].outputs[i]
                self.rows.setdefault(_bare(node), node)
            elif i not in self.states:
                self.states.append(i)
        old = body.inputs[consts : consts + carry]
        while True:
            outputs = [*(body.outputs[i] for i in self.states), *self.rows.values()]
            self.used = set(walk(outputs))
            more = [i for i, x in enumerate(old) if x in self.used and i not in self.states]
            if not more:
                break
            self.states += more
        self.states.sort()
        found = []
        for k, (inner, x) in enumerate(zip(body.inputs, self.first.inputs, strict=True)):
            state = consts <= k < consts + carry
            number = None if state else _number(x)
            if number is not None and inner in self.used:
                spread = P["broadcast_to"](number, shape=inner.shape) if inner.shape else number
                self.numbers[inner] = spread
            elif inner in self.used or (state and k - consts in self.states):
                found.append(x)
        return found

    def _place(self, part: Node) -> tuple[str, int]:
        """What a part is: the last value of a state, all its values, or a row of results."""
        scan, i = part.inputs[0], part.attrs["index"]
        carry, several = scan.attrs["carry"], len(scan.shape)
        if i < carry:
            return "last", i
        if i >= several - carry:
            return "past", i - (several - carry)
        body, consts = scan.attrs["body"], scan.attrs["consts"]
        states = body.inputs[consts : consts + carry]
        row = _bare(body.outputs[i])
        return ("past", states.index(row)) if row in states else ("row", i)

    def part(self, part: Node, new: Mapping[Node, Node]) -> Node:
        """A part of the joint scan."""
        if self.scan is None:
            with made_at(self.first.place):
                self.scan = self._made(new)
        kind, i = self._place(part)
        if kind == "row":
            row = _bare(part.inputs[0].attrs["body"].outputs[i])
            place = len(self.states) + list(self.rows).index(row)
        else:
            place = self.states.index(i) + (len(self.states) + len(self.rows)) * (kind == "past")
        return P["part"](self.scan, index=place)

    def _made(self, new: Mapping[Node, Node]) -> Node:
        first, attrs = self.first, self.first.attrs
        body, consts, carry = attrs["body"], attrs["consts"], attrs["carry"]
        stays = [k for k, i in enumerate(body.inputs) if i in self.used and i not in self.numbers]
        fixed, rows = [k for k in stays if k < consts], [k for k in stays if k >= consts + carry]
        kept = [*fixed, *(consts + i for i in self.states), *rows]
        outputs = [*(body.outputs[i] for i in self.states), *self.rows.values()]
        if self.numbers:
            outputs = rebuild(outputs, self.numbers)
        ins = tuple(body.inputs[k] for k in kept)
        if ins != body.inputs or tuple(outputs) != body.outputs:
            body = Body(ins, tuple(outputs))
        return P["scan"](
            *(new[first.inputs[k]] for k in kept), body=body, consts=len(fixed),
            carry=len(self.states), length=attrs["length"], reverse=attrs["reverse"],
        )  # fmt: skip


def _number(node: Node) -> Node | None:
    """The number that fills a node, where it is written as one."""
    if node.prim.name == "broadcast_to":
        node = node.inputs[0]
    return node if node.prim.name == "literal" else None
