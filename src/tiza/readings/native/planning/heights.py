"""How high formulas grow: kernels are written down by recursion, which must not go too deep.

The height of a value is the most operations from it down to what stands in memory; in a kernel
that computes several values one from the other, their heights add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from tiza.graph.node import Node

HIGHEST = 128  # operations in a kernel, one upon the other: Python allows 1,000 calls in all


class Heights:
    """The heights of the nodes of a program, in the order in which they are met."""

    def __init__(self) -> None:
        self.own: dict[Node, int] = {}  # above what is materialised
        self.whole: dict[Node, int] = {}  # of what is materialised: above what its kernel reads

    def high(self, node: Node, kept: Set[Node], leaves: Set[Node]) -> bool:
        """Whether a value has to stand in memory, as high as it is above what does."""
        below = [self.own[i] for i in node.inputs if i not in kept and i not in leaves]
        self.own[node] = 1 + max(below, default=0)
        return self.own[node] >= HIGHEST // 2

    def fits(self, root: Node, below: Iterable[Node]) -> bool:
        """Whether a value may be computed in the kernel that computes those `below` it."""
        return self._upon(root, below) <= HIGHEST

    def placed(self, root: Node, below: Iterable[Node]) -> None:
        """It is computed in their kernel."""
        self.whole[root] = self._upon(root, below)

    def _upon(self, root: Node, below: Iterable[Node]) -> int:
        return self.own[root] + max((self.whole.get(n, 0) for n in below), default=0)
