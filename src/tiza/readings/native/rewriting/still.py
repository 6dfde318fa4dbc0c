"""What stands still in a loop is computed once, before it.

Values that depend on a scan's constants alone become constants themselves: formulas, and the
second factor of a product turned so that its rows stand as the product reads them. Where registers
are few, tiles are small and rows of the factor are read again for each: these then begin in
different places of the nearest cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_

from tiza.graph.apply import placeholder
from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.prims.body import Body
from tiza.graph.walk import rebuild, walk
from tiza.readings.native.rewriting.picks import Picks
from tiza.readings.native.rewriting.rewrite import swaps
from tiza.readings.native.terms.memory import padding
from tiza.readings.native.terms.tables import AMPLE

Opened = Callable[[Sequence[Node], dict[Node, Node], int], list[Node]]
SPREAD = {"broadcast_to", "reshape"}  # larger, or no other, than what they are made of
VIEWS = {"permute", "slice", "flip", "part", "input"}


def settled(outputs: Sequence[Node], opened: Opened, registers: int = AMPLE) -> list[Node]:
    """`outputs`, their loops relieved of what stands still in them."""
    order = walk(outputs, lambda n: () if n.value is not None else n.inputs)
    new: dict[Node, Node] = {}
    picks = Picks(order)
    for node in order:
        inputs = node.inputs if node.value is not None else tuple(new[i] for i in node.inputs)
        with made_at(node.place):
            if node.prim.name == "scan" and node.value is None:
                new[node] = _relieved(picks.read(node, new), opened, registers)
            else:
                new[node] = node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
    return [new[node] for node in outputs]


def _relieved(scan: Node, opened: Opened, registers: int) -> Node:
    """One loop, with more constants and a shorter body."""
    attrs, inputs = scan.attrs, scan.inputs
    body, consts = attrs["body"], attrs["consts"]
    fixed = body.inputs[:consts]
    outs = opened(body.outputs, {i: i for i in body.inputs}, registers)
    found = _still(outs, fixed)
    again = _factors(outs) if registers < AMPLE else set()
    given = [_odd(x) if i in again else x for i, x in zip(fixed, inputs, strict=False)]
    if not found and all(map(is_, given, inputs)):
        return scan
    made = [_odd(node) if node in again else node for node in found]
    ready = rebuild(made, dict(zip(body.inputs, inputs, strict=True)))
    old = [*fixed, *found]
    new = [node if node in fixed and x.shape == node.shape else placeholder(x.shape, x.dtype)
           for node, x in zip(old, (*given, *made), strict=True)]  # fmt: skip
    holes = {node: _part(hole, node) for node, hole in zip(old, new, strict=True)}
    ins = (*new, *body.inputs[consts:])
    attrs = {**attrs, "body": Body(ins, tuple(rebuild(outs, holes))), "consts": len(new)}
    return scan.prim(*given, *ready, *inputs[consts:], **attrs)


def _factors(outputs: Sequence[Node]) -> set[Node]:
    """The second factors of products: what each tile of rows reads again."""
    return {node.inputs[1] for node in walk(outputs) if node.prim.name == "matmul"}


def _odd(matrix: Node) -> Node:
    """A matrix whose rows would fall into the same few places of a cache, a line longer."""
    more = padding(matrix.shape, matrix.dtype, None) if matrix.ndim == 2 else 0
    if not more:
        return matrix
    if swaps(matrix):
        return P["permute"](_longer(matrix.inputs[0], (more, 0)), **matrix.attrs)
    return _longer(matrix, (0, more))


def _longer(x: Node, more: tuple[int, int]) -> Node:
    return P["pad"](x, low=(0, 0), high=more, interior=(0, 0))


def _part(x: Node, node: Node) -> Node:
    """The entries of x that are those of `node`."""
    if x.shape == node.shape:
        return x
    return P["slice"](x, starts=(0, 0), stops=node.shape, steps=(1, 1))


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
