"""Sums over many rows, as those of a bias's gradient: rows in parts, then the sums of the parts.

    Σᵢ xᵢⱼ = Σₚ (Σᵣ xₚᵣⱼ)

A loop that is summed over is never divided among threads. If threads shared the columns instead,
each would fetch half of every row, which another thread has written, and write its half beside that
of others. Parts have rows of their own; how many there are does not depend on the threads.
"""

from __future__ import annotations

from collections.abc import Sequence

from tiza.readings.native.lowering.lower import Lowering
from tiza.readings.native.lowering.nest import Lowerer, Nest, Store, merge
from tiza.readings.native.placing.sums import parts_of
from tiza.readings.native.planning.plan import Group
from tiza.readings.native.terms.index import Loop, Opaque, at, joined, linear
from tiza.readings.native.terms.memory import Buffer


class Parts(Lowerer):
    """Lowers such a kernel as two: what each part sums, what is made of all of them."""

    def parts(self, group: Group, rooms: Sequence[Buffer]) -> list[Nest]:
        """Both; none where it has no such rooms, or its rows cannot be divided so."""
        if not rooms:
            return []
        (rows, columns), count = group.shape, parts_of(group)
        part = Loop(count)
        axes = [[part, Loop(rows // count)], [Loop(columns)]]
        try:
            each = linear(axes, lambda: self._nest(group, axes))
        except Opaque:
            return []
        if each.reduced[0] is not part:
            return []
        each.reduced.pop(0)
        each.kept.insert(0, part)
        place = at(part), joined(axes[1])
        each.outer = []
        for room, reduction in zip(rooms, each.reductions, strict=True):
            reduction.result.atoms = frozenset(each.kept)
            each.outer.append(Store(room, room.view().at(place), reduction.result))
        few = [[Loop(count)], [Loop(columns)]]
        nests = [each, linear(few, lambda: self._sums(group, rooms, few))]
        for nest in nests:
            merge(nest)
        return nests

    def _sums(self, group: Group, rooms: Sequence[Buffer], axes: list[list[Loop]]) -> Nest:
        """The sums of all parts, and what is made of them."""
        low = Lowering(self.memory, group.roots, self.trusted)
        index = tuple(joined(loops) for loops in axes)
        nest = Nest(list(axes[1]), list(axes[0]))
        for room, root in zip(rooms, group.reduced, strict=True):
            part = low.load(room, room.view().at(index))
            self._result(root, "sum", part, group, low, index, nest)
        self._outer(group, low, index, nest)
        nest.checked = low.checked
        return nest
