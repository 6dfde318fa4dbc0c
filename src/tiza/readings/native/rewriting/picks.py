"""A loop picks rows from a small table by itself: they are not written out for it to read.

A step of a network that reads letters begins with a row of a table for each example. What is made
of the rows alone is made of the table instead:

    scan(…, f(T[i]))  →  scan(…, f(T), i), whose step t reads f(T)[iₜ]

So what is as large as all steps together is neither stored nor read again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tiza.graph.apply import placeholder
from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.prims.body import Body
from tiza.graph.walk import rebuild
from tiza.readings.native.rewriting.gather import moved_index, picked, rowwise

NEAR = 1 << 19  # bytes of a table that stays in a near cache


@dataclass
class Picks:
    """The loops of a program; readers: how many nodes read each node."""

    order: Sequence[Node]
    readers: Mapping[Node, int] = field(init=False)

    def __post_init__(self) -> None:
        self.readers = Counter(i for node in self.order for i in node.inputs)

    def read(self, scan: Node, new: Mapping[Node, Node]) -> Node:
        """A scan that picks rows itself where that can be; new: what each operand has become."""
        body, consts, carry = scan.attrs["body"], scan.attrs["consts"], scan.attrs["carry"]
        first = consts + carry
        tables: dict[Node, Node] = {}  # what stands for it in the body → table
        rows: dict[Node, Node] = {}  # of the body: how they are picked
        ins, given = list(body.inputs), [new[x] for x in scan.inputs]
        for k in range(first, len(ins)):
            found = self._picked(scan.inputs[k], new)
            if found is None or _bytes(found[0]) > NEAR:
                continue
            table, index = found
            hole = placeholder(table.shape, table.dtype)
            number = placeholder(index.shape[1:], index.dtype)
            tables[hole] = table
            rows[ins[k]] = P["take"](hole, number, axis=0)
            ins[k], given[k] = number, index
        if not tables:
            return scan if scan.inputs == tuple(given) else scan.prim(*given, **scan.attrs)
        made = Body((*ins[:consts], *tables, *ins[consts:]), tuple(rebuild(body.outputs, rows)))
        attrs = {**scan.attrs, "body": made, "consts": consts + len(tables)}
        return scan.prim(*given[:consts], *tables.values(), *given[consts:], **attrs)

    def _picked(self, x: Node, new: Mapping[Node, Node]) -> tuple[Node, Node] | None:
        """A table and indices with x[...] = table[indices[...]], if nobody else reads x."""
        if self.readers[x] != 1 or x.value is not None or not x.inputs:
            return None
        if x.prim.name == "take":
            return picked(new[x])
        if x.prim.name in ("reshape", "permute"):
            found = self._picked(x.inputs[0], new) if rowwise(x) else None
            return None if found is None else (found[0], moved_index(found[1], x))
        if x.prim.family != "elementwise" or x.prim.several:
            return None
        lines = [_line(i, x.shape[-1:]) for i in x.inputs]
        if lines.count(None) != 1:
            return None
        found = self._picked(x.inputs[lines.index(None)], new)
        if found is None:
            return None
        table, index = found
        args = [table if line is None else new.get(line, line) for line in lines]
        return x.prim(*args, **x.attrs), index


def _line(x: Node, shape: tuple[int, ...]) -> Node | None:
    """What x repeats in every row: one row of this shape, or one number; None for other values."""
    if x.prim.name == "broadcast_to" and x.value is None:
        x = x.inputs[0]
    return x if x.shape in ((), shape) else None


def _bytes(x: Node) -> int:
    return math.prod(x.shape) * x.dtype.itemsize
