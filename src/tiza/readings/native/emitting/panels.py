"""Columns of a product's factor, copied side by side before all rows take them up.

Where registers are few, a tile is small, and soon wants the next row of its columns. Rows of a
large matrix lie in many pages, and those that are a power of 2 apart drive each other out of the
nearest cache; the copy, a *panel*, is read through from its beginning to its end. It stands on the
stack of the kernel, which is never put into its caller: the panels of many would add up there.
"""

from __future__ import annotations

from tiza.readings.native.emitting.ends import Ends
from tiza.readings.native.emitting.spell import ir
from tiza.readings.native.emitting.values import Copy
from tiza.readings.native.lowering.lower import Value
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.scheduling.schedule import Schedule, in_lanes
from tiza.readings.native.terms.index import Affine, Loop, at


class Panels(Ends):
    """Writes panels and what is read from them; `packed`: the factor that stands in one."""

    def __init__(self, nest: Nest, plan: Schedule, width: int) -> None:
        super().__init__(nest, plan, width)
        self.packed: Value | None = None
        self.panel = ""
        side, terms, apart = plan.vectors * width, [], 1
        for loop in reversed(nest.reduced):
            terms.append((loop, apart * side))
            apart *= loop.extent
        self.within, self.size = Affine(0, terms), apart * side  # of a panel

    def pack(self, many: dict[Loop, int]) -> None:
        """Copy the columns of the tile at hand."""
        factor, lane = in_lanes(self.nest, self.plan.lane), self.plan.lane
        assert factor is not None
        assert lane is not None
        if not self.panel:
            self.panel = self.text.room(f"[{self.size} x {ir(factor.dtype)}], align 64")
        self.packed = None
        with self._reduced_loops(self.nest.reduced):
            for start in range(0, many[lane], self.width):
                copy: Copy = ((lane, start),)
                self._use(copy, many)
                name = self.wide(factor, copy)
                kind, place = ir(factor.dtype, self.width), self._in_panel(copy)
                self.text.line(f"store {kind} {name}, ptr {place}, {self._aligned(factor)}")
        self.active = self.width
        self.packed = factor

    def _in_panel(self, copy: Copy) -> str:
        """Where the panel holds the entries of a copy."""
        assert self.plan.lane is not None
        scalar, _, _ = self._parts(self.within, ())
        shift = self._shift(self.within + at(self.plan.lane), copy)
        key = ("panel", scalar)
        if key not in self.cache:
            self.cache[key] = self._entry(self.panel, scalar), 1
        return self._entry(self.cache[key][0], str(shift)) if shift else self.cache[key][0]

    def _entry(self, base: str, number: str) -> str:
        kind = ir(self.nest.reductions[0].value.dtype)
        return self.text.set(f"getelementptr inbounds {kind}, ptr {base}, i64 {number}")

    def _load(self, value: Value, copy: Copy) -> tuple[str, int]:
        if value is not self.packed:
            return super()._load(value, copy)
        kind, place = ir(value.dtype, self.width), self._in_panel(copy)
        return self.text.set(f"load {kind}, ptr {place}, {self._aligned(value)}"), self.width

    def _aligned(self, factor: Value) -> str:
        """Where a panel's vectors begin: each at a whole number of vectors."""
        return f"align {factor.dtype.itemsize * self.width}"
