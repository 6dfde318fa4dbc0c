"""Pictures that become rows of a matrix, and rows that become pictures again.

Lanes run along the batch where convolutions slide, along the rows where matrices are multiplied.
Turning a value once, in registers, is quicker than storing or loading lanes that stand far apart.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from tiza.graph.node import Node
from tiza.readings.native.terms.tables import TILES, reduces

LANES = 16  # examples, or outputs, that fill them
LAST = (1, 2, 3, 0)  # the axes of pictures, the batch innermost


def worth_turning(node: Node) -> list[Node]:
    """The operands of `node` that should stand in memory in the order in which it reads them."""
    if node.prim.name == "matmul":
        return [x for x in node.inputs if _pooled(x)]
    back = ("window_put", "broadcast_to")
    return [x for x in node.inputs[:1] if node.prim.name in back and _spread(x)]


def _pooled(x: Node) -> bool:
    """Whether the examples of a window's summary become rows."""
    y = x.inputs[0] if x.prim.name == "reshape" else x
    rows = x.ndim == 2 and y.ndim >= 4 and x.shape[0] == y.shape[0] >= LANES
    if not (rows and reduces(y)):
        return False
    seen = y.inputs[0]
    return "windows" in (seen.prim.name, *(i.prim.name for i in seen.inputs))


def _spread(x: Node) -> bool:
    """Whether rows become examples that go to a window's places."""
    y = x.inputs[0] if x.prim.name == "reshape" else x
    return y.ndim == 2 and x.ndim >= 4 and x.shape[0] == y.shape[0] >= LANES


def slid_over(order: Sequence[Node], kept: Container[Node]) -> set[Node]:
    """What convolutions slide over."""
    found = set()
    for node in order:
        if node.prim.name == "windows" and node.ndim - 2 * len(node.attrs["size"]) == 2:
            x = node.inputs[0]
            while x not in kept and x.inputs and x.prim.name in (
                    "reshape", "broadcast_to", "slice", "flip", "pad"):  # fmt: skip
                x = x.inputs[0]
            found.add(x)
        elif node.prim.name in TILES:
            found |= {x.inputs[0] for x in node.inputs if x.attrs.get("axes") == LAST}
    return found


def learns(node: Node) -> bool:
    """Whether it is what a convolution's weights learn: outputs' gradients by what windows see.

    Where outputs fill lanes best, their sums are to stand side by side in memory.
    """
    if node.prim.name != "matmul" or node.ndim != 2:
        return False
    x = node.inputs[1]
    if x.prim.name != "permute" or x.attrs["axes"] != (1, 0):
        return False
    while x.prim.name in ("permute", "reshape"):
        x = x.inputs[0]
    if x.prim.name != "windows":
        return False
    others: int = max(x.inputs[0].shape[1], *x.attrs["size"])
    return min(node.shape[0], LANES) >= min(others, LANES)
