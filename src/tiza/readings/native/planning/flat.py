"""Stacks of rows computed as one matrix: what follows a product shares its shape and loops.

A layer multiplies x (n, t, d) as a matrix (n·t, d) and gives the result back its three axes.
Element-wise operations and sums over all axes but the last, or over the last, do not need them:

    f(reshape(a), reshape(b), c)  →  reshape(f(a, b, c))        with c (d)

What comes back through an activation is the product G times two or more terms of the derivative;
with G taken out, the rest depends on what was known on the way forth, and is computed there:

    G ⊙ a + G ⊙ b  →  G ⊙ (a + b)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.prims.families import reshaped
from tiza.graph.walk import walk

Shape = tuple[int, ...]
LATER = 16  # what an entry costs that is sooner stored than computed twice
FEW, MANY = 16, 512  # rows or columns of a product
TILES, SHORT = 64, 48  # rows that make several tiles; terms too few to fill lanes with
REDUCED = {"sum", "max", "min", "prod"}
DEAR, VAST = 8, 1 << 17  # a formula and entries that take longer than storing a product first
ROW = 16  # entries that fill a vector


def flattened(outputs: Sequence[Node]) -> list[Node]:
    """`outputs`, their reshapes moved behind what does not need them."""
    new: dict[Node, Node] = {}
    for node in walk(outputs, lambda n: () if n.value is not None else n.inputs):
        if node.value is not None or not node.inputs:
            new[node] = node
            continue
        inputs = tuple(new[i] for i in node.inputs)
        with made_at(node.place):
            better = None if node.prim.several else _flat(node, inputs)
            if better is None:
                better = node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
            new[node] = _factored(better)
    return [new[node] for node in outputs]


def _flat(node: Node, inputs: tuple[Node, ...]) -> Node | None:
    """A node in fewer axes, given them back; None where that does not apply."""
    lead = next((found for i in inputs if (found := _lead(i)) is not None), None)
    if lead is None:
        return None
    if node.prim.family == "elementwise" and node.shape[:-1] == lead and len(lead) == node.ndim - 1:
        flat = [_as_matrix(i, lead, node.shape[-1]) for i in inputs]
        if any(x is None for x in flat):
            return None
        made = node.prim(*(x for x in flat if x is not None), **node.attrs)
        return reshaped(_factored(made), node.shape)
    if node.prim.name in REDUCED:
        return _reduced(node, inputs[0], lead)
    return None


def _lead(x: Node) -> Shape | None:
    """The axes before the last, of a matrix that was given more of them."""
    if x.prim.name != "reshape" or x.value is not None or x.ndim < 3:
        return None
    rows = math.prod(x.shape[:-1])
    return x.shape[:-1] if x.inputs[0].shape == (rows, x.shape[-1]) and rows > 1 else None


def _as_matrix(x: Node, lead: Shape, wide: int) -> Node | None:
    """An operand with one axis for all in `lead`; None where it is repeated along some of them."""
    if x.ndim < 2:
        return x
    if x.shape[:-1] != lead or x.shape[-1] not in (1, wide):
        return None
    if _lead(x) is not None:
        return x.inputs[0]
    return reshaped(x, (math.prod(lead), x.shape[-1]))


def _reduced(node: Node, x: Node, lead: Shape) -> Node | None:
    axis = node.attrs["axis"]
    axes = axis if isinstance(axis, tuple) else (axis,)
    last = len(lead)
    if axes == (last,):
        one = 1
    elif axes == tuple(range(last)):
        one = 0
    else:
        return None
    whole = {**node.attrs, "axis": (one,), "keepdims": bool(one)}
    return reshaped(node.prim(x.inputs[0], **whole), node.shape)


def _factored(node: Node) -> Node:
    """A sum of two terms of which each has the same matrix product as a factor."""
    if node.prim.name != "add" or node.value is not None:
        return node
    one, two = (_factors(x) for x in node.inputs)
    both = [x for x in one if x in two and x.prim.name == "matmul" and x.shape == node.shape]
    if not both or len(one) == 1 or len(two) == 1:
        return node
    rest = []
    for factors in (one, two):
        factors.remove(both[0])
        term = factors[0]
        for x in factors[1:]:
            term = P["multiply"](term, x)
        rest.append(term)
    return P["multiply"](both[0], P["add"](*rest))


def _factors(x: Node) -> list[Node]:
    """What is multiplied, in order."""
    found, stack = [], [x]
    while stack:
        node = stack.pop()
        if node.prim.name == "multiply" and node.value is None:
            stack += reversed(node.inputs)
        else:
            found.append(node)
    return found


def at_once(node: Node, users: Mapping[Node, Sequence[Node]], own: int,
            reads: Callable[[Node], set[Node]]) -> set[Node]:  # fmt: skip
    """What is computed as soon as that is at hand of which `node` is made, and is stored then.

    reads: what a node is computed from that stands in memory; own: what an entry costs.
    """
    if _is_slope(node, set(users[node]), own, reads):
        return {node}
    return {node, node.inputs[0]} if _is_number(node, users) else set()


def _is_number(node: Node, users: Mapping[Node, Sequence[Node]]) -> bool:
    """The number of the greatest entry, in few bytes, where the entry is asked for too."""
    place = node.inputs[0]
    return (node.prim.name == "cast" and place.prim.name == "argmax" and place.value is None
            and any(u.prim.name == "max" for u in users[place.inputs[0]]))  # fmt: skip


def _is_slope(node: Node, users: set[Node], own: int, reads: Callable[[Node], set[Node]]) -> bool:
    """Whether its one user multiplies a product by `node`, which is made of another product alone.

    So it is with an activation's derivative, which is needed on the way back: it is stored on the
    way forth, while what it is made of is at hand, in the place of that.
    """
    if own < LATER or len(users) != 1 or node.ndim != 2:
        return False
    (user,) = users
    products = [x for x in user.inputs if x.prim.name == "matmul" and x.shape == node.shape]
    if user.prim.name != "multiply" or not products:
        return False
    made = reads(node)
    bases = {n for n in made if n.prim.name == "matmul"}
    return len(bases) == 1 and all(reads(n) <= bases for n in made - bases)


def pays_turned(x: Node, product: Node) -> bool:
    """Whether a product reads a matrix's columns so often that a turned copy of it pays."""
    if x is not product.inputs[1] or x.prim.name != "permute":
        return False
    if x.ndim != 2:  # a stack of them
        turned = x.attrs["axes"][-2] == x.ndim - 1
        return turned and min(x.shape[-2:]) >= FEW and product.shape[-2] >= 2 * FEW
    rows, size = math.prod(product.shape[:-1]), math.prod(x.shape)
    short = x.shape[0] <= SHORT and rows >= TILES  # columns are read for every tile of rows
    return rows >= MANY or (rows > FEW and size >= 128 and (short or size <= MANY))


def stands_apart(node: Node, cost: int) -> bool:
    """Whether a formula is better computed after a product than with its sums.

    So it is where the formula is long and its entries are many, or where they are those of a
    single row, whose sums come one at a time.
    """
    size = math.prod(node.shape)
    single = node.ndim > 0 and size == node.shape[-1] >= ROW
    return cost >= DEAR and (single or size >= VAST)
