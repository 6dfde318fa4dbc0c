"""Products that are joined side by side: each is written where it belongs, and none is copied.

    concat(permute(a b), permute(c d) · s)

A join's parts, moved about and scaled, lie in its memory as views of it; the kernels that compute
them store there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.terms.memory import Buffer, View, reshaped_strides
from tiza.readings.native.terms.tables import supported

if TYPE_CHECKING:
    from tiza.readings.native.placing.places import Places

MOVED = ("reshape", "permute")  # what loses and repeats nothing
STEPS = 4


def source(x: Node, users: Mapping[Node, Sequence[Node]]) -> Node | None:
    """The product, scaled or not, that an operand of a join is a moved form of; only that.

    Its users move it, and the join is the last of them.
    """
    while x.prim.name in MOVED and x.value is None:
        if len(users.get(x, ())) != 1:
            return None
        x = x.inputs[0]
    if len(users.get(x, ())) != 1 or x.value is not None:
        return None
    return x if supported(x) and ends_product(x) else None


def sources(join: Node, users: Mapping[Node, Sequence[Node]]) -> dict[Node, int]:
    """What is computed within a join, with the number of its operand."""
    if join.prim.name != "concat" or join.value is not None:
        return {}
    found = ((source(x, users), number) for number, x in enumerate(join.inputs))
    return {base: number for base, number in found if base is not None}


class Joins:
    """The joins of a program; `there`: which operands of each are computed in its memory."""

    def __init__(self, order: Sequence[Node], kept: Set[Node],
                 users: Mapping[Node, Sequence[Node]]) -> None:  # fmt: skip
        self.there: dict[Node, set[int]] = {}
        self.memory: dict[Node, Buffer] = {}
        self.parts = {part: (join, number) for join in order if join in kept
                      for part, number in sources(join, users).items()}  # fmt: skip

    def buffers(self, nodes: Sequence[Node]) -> list[Buffer]:
        """Those of the joins among `nodes` that have been given one."""
        return [self.memory[n] for n in nodes if n in self.memory]

    def placed(self, part: Node, places: Places) -> bool:
        """Give an operand of a join its place in the join's memory, where that can be."""
        join, number = self.parts.get(part, (part, 0))
        memory = places.memory
        if join is part or part in places.straight or (join in memory and join not in self.there):
            return False
        if join not in self.there:
            buffer = Buffer(join.shape, join.dtype)
            if place_of(join, number, buffer.view(), part) is None:
                return False
            places.arena.take(buffer)
            memory[join], self.there[join], self.memory[join] = buffer.view(), set(), buffer
        found = place_of(join, number, memory[join], part)
        if found is not None:
            memory[part] = found
            self.there[join].add(number)
        return found is not None


def ends_product(x: Node) -> bool:
    """Whether a value is a product, or made of one entry by entry in a few steps."""
    near = {x}
    for _ in range(STEPS):
        if any(n.prim.name == "matmul" and n.value is None for n in near):
            return True
        near = {i for n in near if n.prim.family == "elementwise" for i in n.inputs
                if i.shape == x.shape}  # fmt: skip
    return False


def place_of(join: Node, number: int, whole: View, base: Node) -> View | None:
    """Where in the memory of a join `base` stands, of which operand `number` is a moved form."""
    axis = join.attrs["axis"]
    start = sum(x.shape[axis] for x in join.inputs[:number])
    view = View(whole.buffer, join.inputs[number].shape, whole.strides,
                whole.offset + start * whole.strides[axis])  # fmt: skip
    x = join.inputs[number]
    while x is not base:
        before = x.inputs[0]
        if x.prim.name == "permute":
            back = np.argsort(x.attrs["axes"])
            strides: tuple[int, ...] | None = tuple(view.strides[i] for i in back)
        else:
            strides = reshaped_strides(view.shape, view.strides, before.shape)
        if strides is None:
            return None
        view, x = View(view.buffer, before.shape, strides, view.offset), before
    return view
