"""Formulas that are joined side by side: one kernel computes an entry of each, beside others alike.

On its way back a recurrent layer makes the slopes of all its gates from the same few values, and
stands them side by side for a product. Their loops are those of one gate.
"""

from __future__ import annotations

from collections.abc import Iterator

from tiza.graph.node import Node
from tiza.readings.native.planning.joins import ends_product
from tiza.readings.native.terms.index import Index

MOST = 4  # parts: an entry of each is stored at every turn
PICTURES = 4  # axes: these have layouts of their own


def even(node: Node) -> bool:
    """Whether a node joins a few formulas of one shape, none of a product (see `joins`)."""
    if node.prim.name != "concat" or node.value is not None or node.ndim >= PICTURES:
        return False
    first = node.inputs[0].shape
    return 2 <= len(node.inputs) <= MOST and all(
        x.shape == first
        and x.prim.family == "elementwise"
        and x.value is None
        and x.inputs
        and not ends_product(x)
        for x in node.inputs
    )


def span(node: Node) -> tuple[int, ...]:
    """The loops over which a node is computed, entry by entry: of a join, those of a part."""
    return node.inputs[0].shape if even(node) else node.shape


def entry_by_entry(node: Node) -> bool:
    """Whether a node reads operands of its span at the entry that it computes."""
    return node.prim.family == "elementwise" or even(node)


def places(root: Node, index: Index) -> Iterator[tuple[Node, Node, Index]]:
    """A root, what is computed for it at an index, and where in the root that stands."""
    if not even(root):
        yield root, root, index
        return
    axis, start = root.attrs["axis"], 0
    for part in root.inputs:
        yield root, part, tuple(i + start if a == axis else i for a, i in enumerate(index))
        start += part.shape[axis]
