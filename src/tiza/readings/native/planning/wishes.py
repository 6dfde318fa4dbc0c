"""What a plan must heed after lowering failed: values that have to stand in memory after all."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from tiza.graph.node import Node
from tiza.readings.native.planning.plan import Group


@dataclass
class Wishes:
    """What earlier attempts have taught.

    kept: nodes that must stand in memory; alone: that need a kernel of their own; straight:
    whose entries must be laid out row by row.
    """

    kept: set[Node] = field(default_factory=set)
    alone: set[Node] = field(default_factory=set)
    straight: set[Node] = field(default_factory=set)


class Failed(Exception):
    """Kernels cannot be lowered as they were planned."""

    def __init__(self, groups: list[Group]) -> None:
        super().__init__(groups)
        self.roots = [root for group in groups for root in group.roots]


def under(roots: Sequence[Node], kept: Container[Node],
          memory: Container[Node]) -> tuple[set[Node], set[Node]]:  # fmt: skip
    """What is reshaped or padded where it is used, and so could not be indexed.

    Such values must stand in memory, laid out row by row.
    """
    found: set[Node] = set()
    straight: set[Node] = set()
    for root in roots:
        stack, seen = [root], set()
        while stack:
            node = stack.pop()
            if node in seen or (node is not root and (node in kept or node in memory)):
                continue
            seen.add(node)
            stack += node.inputs
            if node.prim.name in ("reshape", "pad", "windows", "take", "take_along"):
                x = node.inputs[0]
                straight.add(x)
                if x not in kept and x not in memory and x.value is None:
                    found.add(x)
    return found, straight
