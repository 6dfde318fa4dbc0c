"""Rows that a loop goes through stand where they were computed: cutting them apart copies nothing.

A layer above another multiplies all rows of all steps at once; the loop takes them step by step.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from tiza.graph.node import Node

Users = Mapping[Node, Sequence[Node]]


def read_whole(node: Node, users: Users) -> list[Node]:
    """What must stand in memory for a node that reads its operands there."""
    return [_uncut(x, users) if node.prim.name == "scan" else x for x in node.inputs]


def _uncut(x: Node, users: Users) -> Node:
    """The value that x cuts into rows of another number, if that has no other reader; else x."""
    base = x
    while base.prim.name == "reshape" and base.value is None and len(users[base]) == 1:
        base = base.inputs[0]
    computed = base.prim.name == "matmul" or base.prim.family == "elementwise"
    alone = base.value is None and len(users[base]) == 1 and not base.prim.several
    return base if computed and alone else x


def read_by_loop(node: Node, users: Users, kept: Container[Node]) -> bool:
    """Whether a loop reads a value as it is, or cut into rows."""
    readers = users.get(node, ())
    while len(readers) == 1 and readers[0].prim.name == "reshape" and readers[0] not in kept:
        readers = users.get(readers[0], ())
    return any(user.prim.several for user in readers)
