"""What only results are made of comes as soon as it can: its operands are still near, then free.

What a weight learns is computed behind the last kernel that reads the weight, and updates it there;
not at the end of a step, when all that it is made of has left the caches and has taken memory
until then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tiza.graph.node import Node
from tiza.readings.native.planning.later import copies_late

if TYPE_CHECKING:
    from tiza.readings.native.planning.plan import Planner


class Waiting:
    """Nodes that are computed once others are: `missing` says which, for each."""

    def __init__(self, missing: Mapping[Node, set[Node]]) -> None:
        self.missing = {node: set(others) for node, others in missing.items() if others}
        self.behind: dict[Node, list[Node]] = defaultdict(list)
        for node, others in self.missing.items():
            for other in others:
                self.behind[other].append(node)

    def after(self, placed: Node) -> Iterator[Node]:
        """Those that wait for nothing more once a node is computed, and they are."""
        done = [placed]
        for node in done:
            for other in self.behind.pop(node, ()):
                self.missing[other].discard(node)
                if not self.missing[other]:
                    del self.missing[other]
                    done.append(other)
                    yield other


def results(planner: Planner, early: Mapping[Node, None]) -> dict[Node, set[Node]]:
    """What only results are made of, with what must be computed before.

    That is what a value is made of, and whatever else reads the inputs that the results behind it
    read: these may be written over.
    """
    order, kept, leaves = planner.order, planner.kept, planner.leaves
    if any(node.prim.several or node.prim.name == "put" for node in order):
        return {}  # states, and rows that are put in place, have an order of their own
    last: set[Node] = set()
    for node in reversed(order):
        if node not in leaves and all(user in last for user in planner.users[node]):
            last.add(node)
    reads = {node: planner.reads(node) for node in order if node in kept}
    readers: dict[Node, set[Node]] = defaultdict(set)
    for node, found in reads.items():
        if node not in last:
            for x in found.keys() & leaves:
                readers[x].add(node)
    needs: dict[Node, set[Node]] = defaultdict(set)
    for node in reversed([n for n in reads if n in last]):
        needs[node] |= reads[node].keys() & leaves
        for x in reads[node].keys() - leaves:
            needs[x] |= needs[node]
    missing = {node: (reads[node].keys() - leaves).union(*(readers[x] for x in needs[node]))
               for node in reads if node in last and node not in early}  # fmt: skip
    return copies_late(planner, missing, reads)
