"""A value written over an operand that nobody needs any more.

    u ← g(u, ...)        entry by entry, in the kernel that reads u last

So what is written stands in near caches already, and the arena is smaller: memory that a core has
not read lately must be fetched before a part of it can be written.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from tiza.graph.node import Node
from tiza.readings.native.planning.plan import Group
from tiza.readings.native.planning.sides import entry_by_entry, span
from tiza.readings.native.terms.memory import Buffer


def upon(root: Node, group: Group, kept: Container[Node], free: Mapping[Node, Buffer],
         like: Buffer) -> Node | None:  # fmt: skip
    """The operand in whose memory `root` may be written; None where there is none.

    free: the values whose memory is theirs alone, and that no later kernel reads; like: memory as
    `root` would be given it.
    """
    part = group.inner if root in group.inner else group.outer if group.axes is not None else []
    if group.kind != "loops" or root not in part or not free:
        return None
    before = part[: part.index(root)]  # computed and written before it, at each entry
    others = {x: entrywise(x, kept) for x in group.roots if x is not root}
    for x, same in entrywise(root, kept).items():
        buffer = free.get(x)
        if buffer is None or x.shape != root.shape or x.dtype != root.dtype:
            continue
        alike = same and all(reads.get(x, True) for reads in others.values())
        late = any(x in reads for other, reads in others.items() if other not in before)
        if alike and not late and buffer.strides == like.strides:
            return x
    return None


def entrywise(root: Node, kept: Container[Node]) -> dict[Node, bool]:
    """What a value reads from memory; whether at the entry that is being computed alone."""
    found: dict[Node, bool] = {}
    stack = [(x, entry_by_entry(root) and x.shape == span(root)) for x in root.inputs]
    seen: set[tuple[Node, bool]] = set()
    while stack:
        node, same = stack.pop()
        if (node, same) in seen:
            continue
        seen.add((node, same))
        if node in kept or not node.inputs:
            found[node] = found.get(node, True) and same
            continue
        same = same and node.prim.family == "elementwise"
        stack += [(x, same and x.shape == node.shape) for x in node.inputs]
    return found
