"""What stands still in a loop is computed once, before it.

Values that depend on a scan's constants alone become constants themselves: formulas, and the
second factor of a product turned so that its rows stand as the product reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tiza.graph.apply import placeholder
from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.prims.body import Body
from tiza.graph.walk import rebuild, walk
from tiza.readings.native.rewriting.picks import Picks
from tiza.readings.native.rewriting.rewrite import swaps

Opened = Callable[[Sequence[Node], dict[Node, Node]], list[Node]]
SPREAD = {"broadcast_to", "reshape"}  # larger, or no other, than what they are made of
VIEWS = {"permute", "slice", "flip", "part", "input"}


def settled(outputs: Sequence[Node], opened: Opened) -> list[Node]:
    """`outputs`, their loops relieved of what stands still in them."""
    order = walk(outputs, lambda n: () if n.value is not None else n.inputs)
    new: dict[Node, Node] = {}
    picks = Picks(order)
    for node in order:
        inputs = node.inputs if node.value is not None else tuple(new[i] for i in node.inputs)
        with made_at(node.place):
            if node.prim.name == "scan" and node.value is None:
                new[node] = _relieved(picks.read(node, new), opened)
            else:
                new[node] = node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
    return [new[node] for node in outputs]


def _relieved(scan: Node, opened: Opened) -> Node:
    """One loop, with more constants and a shorter body."""
    attrs, inputs = scan.attrs, scan.inputs
    body, consts = attrs["body"], attrs["consts"]
    outs = opened(body.outputs, {i: i for i in body.inputs})
    found = _still(outs, body.inputs[:consts])
    if not found:
        return scan
    ready = rebuild(found, dict(zip(body.inputs, inputs, strict=True)))
    holes = {node: placeholder(node.shape, node.dtype) for node in found}
    ins = (*body.inputs[:consts], *holes.values(), *body.inputs[consts:])
    attrs = {**attrs, "body": Body(ins, tuple(rebuild(outs, holes))), "consts": consts + len(found)}
    return scan.prim(*inputs[:consts], *ready, *inputs[consts:], **attrs)


def _still(outputs: Sequence[Node], fixed: Sequence[Node]) -> list[Node]:
    """What of a body to compute before the loop."""
    order = walk(outputs)
    rigid = set(fixed)
    for node in order:
        if node.inputs and all(i in rigid or i.prim.name == "literal" for i in node.inputs):
            rigid.add(node)
    found: dict[Node, None] = {}
    for user in order:
        if user in rigid:
            continue
        for node in user.inputs:
            turned = user.prim.name == "matmul" and node is user.inputs[1] and swaps(node)
            while node in rigid and node.prim.name in SPREAD:
                node = node.inputs[0]
            if node in rigid and (turned or node.prim.name not in VIEWS):
                found[node] = None
    return [n for n in found if n not in fixed]
