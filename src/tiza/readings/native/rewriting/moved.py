"""Element-wise operations made before their operands are moved, where a product is made.

A convolution is a matrix product z that is given back its axes, M z. What is done with each of its
entries does not need them; made before, it happens to the product's sums while these are in
registers:

    f(M z, 2)  →  M f(z, 2)        for moves M that keep every entry: reshape, permute, flip

The slope of ReLU asks for the result, which is kept anyway, instead of the argument:

    z > 0  →  relu(z) > 0          where relu(z) is computed
"""

from __future__ import annotations

from collections.abc import Sequence

from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.walk import walk

KEEPING = {"reshape", "permute", "flip"}


def moved_last(outputs: Sequence[Node]) -> list[Node]:
    """`outputs` in these forms."""
    order = walk(outputs, lambda n: () if n.value is not None else n.inputs)
    results = {n.inputs[0]: n for n in order if n.prim.name == "relu" and n.value is None}
    new: dict[Node, Node] = {}
    for node in order:
        if node.value is not None or not node.inputs:
            new[node] = node
            continue
        inputs = tuple(new[i] for i in node.inputs)
        with made_at(node.place):
            if node.inputs[0] in results and _asks_sign(node):
                inputs = (_made(results[node.inputs[0]], inputs[:1]), inputs[1])
            new[node] = _made(node, inputs)
    return [new[node] for node in outputs]


def _asks_sign(node: Node) -> bool:
    """z > 0."""
    zero = _single(node.inputs[-1])
    return node.prim.name == "greater" and zero is not None and zero.attrs.get("value") == 0


def _single(x: Node) -> Node | None:
    """The number that stands in every entry of x, where that is written."""
    while x.prim.name == "broadcast_to":
        x = x.inputs[0]
    return x if x.ndim == 0 else None


def _made(node: Node, inputs: tuple[Node, ...]) -> Node:
    """`node` on these inputs; on what its one full input moves, where that is of a product."""
    singles = [_single(x) for x in inputs]
    if node.prim.family == "elementwise" and not node.prim.several and singles.count(None) == 1:
        base, moves = inputs[singles.index(None)], []
        while base.prim.name in KEEPING and base.value is None:
            moves.append(base)
            base = base.inputs[0]
        if moves and _of_product(base):
            made = node.prim(*(base if s is None else s for s in singles), **node.attrs)
            for move in reversed(moves):
                made = move.prim(made, **move.attrs)
            return made
    return node if inputs == node.inputs else node.prim(*inputs, **node.attrs)


def _of_product(x: Node) -> bool:
    """Whether x is made of the sums of a product, entry by entry."""
    seen, stack = {x}, [x]
    while stack:
        node = stack.pop()
        if node.prim.name == "matmul":
            return True
        if node.prim.family == "elementwise" and node.value is None:
            new = [i for i in node.inputs if i.shape == x.shape and i not in seen]
            seen.update(new)
            stack += new
    return False
