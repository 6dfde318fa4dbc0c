"""Rows put over others: a `put` writes into the memory of what it changes, if nobody needs that.

x with the rows i replaced by v is x's own memory with these rows written, where nothing reads x
afterwards: a cache of keys and values, a table of which a step changes a few rows. Else x is
copied first. Puts that follow one another share one memory.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiza.graph.node import Node

if TYPE_CHECKING:
    from tiza.readings.native.planning.plan import Plan


@dataclass
class Chain:
    """Puts that share one memory, in order; base: the input whose memory that may be."""

    base: Node | None
    puts: list[Node] = field(default_factory=list)


def chains(plan: Plan) -> list[Chain]:
    """The puts of a plan, those together of which each changes the last one's rows in place."""
    last: dict[Node, int] = {}
    for k, group in enumerate(plan.groups):
        for node in group.reads:
            last[node] = k
    found: dict[Node, Chain] = {}
    for k, group in enumerate(plan.groups):
        if group.kind != "put":
            continue
        root = group.roots[0]
        under = changed(root, plan.kept)
        free = under not in plan.outputs and last.get(under, k) <= k
        if free and under in found:
            chain = found[under]
        else:
            chain = Chain(under if free and under in plan.inputs else None)
        chain.puts.append(root)
        found[root] = chain
    return [chain for root, chain in found.items() if chain.puts[-1] is root]


def bare(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, those that are puts in another shape as the puts themselves."""
    found = []
    for node in outputs:
        inner = node
        while inner.prim.name == "reshape" and inner.value is None:
            inner = inner.inputs[0]
        found.append(inner if inner.prim.name == "put" else node)
    return [new if found.count(new) == 1 else old
            for new, old in zip(found, outputs, strict=True)]  # fmt: skip


def changed(root: Node, kept: Collection[Node]) -> Node:
    """What stands in memory, and whose rows a put changes."""
    x = root.inputs[0]
    while x.prim.name == "reshape" and x not in kept:
        x = x.inputs[0]
    return x


def entangled(root: Node, kept: Collection[Node]) -> list[Node]:
    """Places and new rows of a put made of what it changes: computed before one is written."""
    if root.prim.name != "put":
        return []
    base = changed(root, kept)
    return [x for x in root.inputs[1:] if x is not base and _reads(x, base, kept)]


def _reads(x: Node, base: Node, kept: Collection[Node]) -> bool:
    stack, seen = [x], set()
    while stack:
        node = stack.pop()
        if node is base:
            return True
        if node not in seen and node not in kept:
            seen.add(node)
            stack += node.inputs
    return False
