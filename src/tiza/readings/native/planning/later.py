"""A turned copy is made for its first reader, where what it is a copy of stays in memory anyway.

On the way forth attention reads values as they are, on the way back it reads them turned. A copy
made beside the first would take memory until the second, and have left the caches by then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from tiza.graph.node import Node

if TYPE_CHECKING:
    from tiza.readings.native.planning.plan import Planner

Missing = dict[Node, set[Node]]  # what must be computed before a node


def copies_late(planner: Planner, missing: Missing,
                reads: Mapping[Node, Collection[Node]]) -> Missing:  # fmt: skip
    """`missing`, copies waiting for whatever else their first readers wait for, in own kernels.

    reads: what each node in memory is made of, in the order of the program.
    """
    copies = planner.turned & missing.keys() - set(planner.outputs)
    if not copies:
        return missing
    first: dict[Node, Node] = {}
    last: dict[Node, int] = {}
    place = {node: i for i, node in enumerate(reads)}
    for node, found in reads.items():
        for x in found:
            first.setdefault(x, node)
            last[x] = place[node]
    late = dict(missing)
    for copy in copies & first.keys():
        reader = first[copy]
        if all(x in planner.leaves or last[x] >= place[reader] for x in reads[copy]):
            planner.alone.add(copy)
            late[copy] = missing[copy] | (missing.get(reader, set()) - copies)
    return late
