"""Values whose rows are too short to fill a vector stand in memory column by column.

A batch of 32 fills two vectors with examples, but a row of ten classes fills no vector of 16 lanes.
Laid out column by column, sums over the classes are taken of 16 examples at once, lane by lane, and
nothing is added up across lanes: a softmax takes a third of the time. What is computed from such a
value entry by entry is laid out as it is, see `Places`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from tiza.graph.node import Node
from tiza.readings.native.terms.tables import reduces

THROUGH = {"permute", "broadcast_to"}


def slim(order: Iterable[Node], users: Mapping[Node, Sequence[Node]], kept: Container[Node],
         bits: int) -> set[Node]:  # fmt: skip
    """Values of short rows that are read entry by entry, summed or multiplied.

    Not what is reshaped, whose rows must follow one another, nor what rows are picked from.
    """
    return {n for n in order if n in kept and _short(n, bits) and _plainly_read(n, users, kept)}


def turned(ndim: int) -> tuple[int, ...]:
    """The order of axes in which columns are laid out one after another."""
    return (*range(ndim - 2), ndim - 1, ndim - 2)


def _short(node: Node, bits: int) -> bool:
    """Whether the rows of a computed value are shorter than a vector, and enough for one."""
    if node.prim.family != "elementwise" and not reduces(node):
        return False
    if node.ndim < 2 or node.prim.several or node.dtype.kind != "f":
        return False
    rows, length = node.shape[-2:]
    return 1 < length < bits // 8 // node.dtype.itemsize <= rows


def _plainly_read(node: Node, users: Mapping[Node, Sequence[Node]], kept: Container[Node]) -> bool:
    """Whether no user needs rows; what is not stored is looked through."""
    stack, seen = list(users.get(node, ())), set[Node]()
    while stack:
        user = stack.pop()
        if user in seen:
            continue
        seen.add(user)
        if user.prim.name == "take_along" or reduces(user):
            continue
        if user.prim.family != "elementwise" and user.prim.name not in THROUGH:
            return False
        if user not in kept:
            stack += users.get(user, ())
    return True
