"""Numbers to which the same is done stand side by side in one vector: weights and their moments.

A processor has one unit that divides and takes roots. Five weights that wait for it one after
another wait five times as long as one vector of five.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from tiza.readings.native.lowering.lower import Lowering, Value
from tiza.readings.native.unrolling.chain import moved, ordered, parts
from tiza.readings.native.unrolling.symbols import Cell, Step

Row = tuple[Value, ...]
Cells = tuple[Cell, ...]  # that stand in one register
LOOK = 3  # how deep two formulas are compared
DEEP = 30  # how deep they may be alike


@dataclass
class Registers:
    """A step whose kept entries stand in registers, alone or side by side.

    Ops of its own: `state` (lanes as they were before), `pack` (numbers put side by side) and
    `lane` (one of them); where a vector meets a number, the number stands in each lane.
    """

    kept: dict[Cells, Value]
    written: dict[Cell, Value]
    leaves: dict[Cells, Value]


def side_by_side(step: Step) -> Registers:
    """The step with alike formulas made one."""
    return _Abreast(step).registers()


def lanes(v: Value, of: dict[Value, int]) -> int:
    """How many numbers a value is, those of its arguments being known."""
    if v.op in ("lane", "load", "number"):
        return 1
    if v.op in ("state", "pack"):
        return int(v.extra["lanes"])
    return max((of[a] for a in v.args), default=1)


class _Abreast:
    def __init__(self, step: Step) -> None:
        self.step, self.low = step, Lowering({})
        self.cells = {leaf: cell for cell, leaf in step.leaves.items()}
        self.states: dict[Row, Value] = {}
        self.taken: set[Value] = set()  # leaves in one of them
        self.packs: dict[Value, frozenset[Row]] = {}  # that a value is made of
        self.made: dict[Row, Value | None] = {}

    def registers(self) -> Registers:
        for row in self._alike():
            self._found(row, 0)
        kept: dict[Cells, Value] = {}
        while len(kept) < len(self.states):  # what they become may have more of them in it
            for row in list(self.states):
                cells = tuple(self.cells[leaf] for leaf in row)
                after = tuple(self.step.kept[cell] for cell in cells)
                kept[cells] = self._found(after, 0) or self._pack(after)
        for cell, value in self.step.kept.items():
            if self.step.leaves.get(cell) not in self.taken:
                kept[cell,] = value
        return self._renewed(kept)

    def _alike(self) -> list[Row]:
        """What entries become by formulas that look the same, the longest formulas first."""
        left = [v for cell, v in self.step.kept.items()
                if cell in self.step.leaves and v is not self.step.leaves[cell]]  # fmt: skip
        found: list[Row] = []
        for depth in range(LOOK, 0, -1):
            rows: dict[Any, list[Value]] = defaultdict(list)
            for v in left:
                rows[_shape(v, depth)].append(v)
            found += [tuple(row) for row in rows.values() if len(row) > 1]
            left = [row[0] for row in rows.values() if len(row) == 1]
        return sorted(found, key=lambda row: -len(ordered(row[:1], ())))

    def _found(self, row: Row, depth: int) -> Value | None:
        """A row as one value; None where it must be put together from its numbers."""
        if row not in self.made:
            self.made[row] = self._row(row, depth)
        return self.made[row]

    def _row(self, row: Row, depth: int) -> Value | None:
        first = row[0]
        if all(v is first for v in row):
            return first
        if all(v in self.cells for v in row):
            return self._state(row)
        alike = {(v.op, v.dtype, repr(v.extra), len(v.args)) for v in row}
        plain = all(
            x.dtype == first.dtype and x.dtype.kind == "f" for v in row for x in (v, *v.args)
        )
        if depth > DEEP or len(alike) > 1 or not plain or first.op in ("load", "number"):
            return None
        args = []
        for column in zip(*(v.args for v in row), strict=True):
            args.append(self._found(column, depth + 1) or self._pack(column))
        packs = frozenset[Row]().union(*(self.packs.get(a, ()) for a in args))
        if len(packs) > 1:
            return None  # to put the results together is less work
        made = self.low.apply(first.op, *args, dtype=first.dtype, **(first.extra or {}))
        self.packs[made] = packs
        return made

    def _state(self, row: Row) -> Value | None:
        if row not in self.states:
            if len(set(row)) < len(row) or not self.taken.isdisjoint(row):
                return None
            self.taken.update(row)
            extra = {"lanes": len(row), "number": len(self.states)}
            self.states[row] = self.low.make("state", (), row[0].dtype, extra, repr(extra))
        return self.states[row]

    def _pack(self, row: Row) -> Value:
        made = self.low.make("pack", row, row[0].dtype, {"lanes": len(row)})
        self.packs[made] = frozenset([row])
        return made

    def _renewed(self, kept: dict[Cells, Value]) -> Registers:
        """Everything, each leaf that stands in a vector being one lane of it."""
        new: dict[Value, Value] = {}
        for row, state in self.states.items():
            for i, leaf in enumerate(row):
                extra = {"index": i}
                new[leaf] = self.low.make("lane", (state,), leaf.dtype, extra, repr(extra))
        written = self.step.written
        for v in ordered([*kept.values(), *written.values()], ()):
            if v not in new:
                new[v] = self._again(v, new)
        leaves = {tuple(self.cells[leaf] for leaf in row): s for row, s in self.states.items()}
        leaves |= {(cell,): leaf for cell, leaf in self.step.leaves.items()
                   if leaf not in self.taken}  # fmt: skip
        return Registers({c: new[v] for c, v in kept.items()},
                         {c: new[v] for c, v in written.items()}, leaves)  # fmt: skip

    def _again(self, v: Value, new: dict[Value, Value]) -> Value:
        if all(new[a] is a for a in parts(v)):
            return v
        if v.op == "load":
            return moved(self.low, v, new)
        key = tuple(sorted((k, str(x)) for k, x in (v.extra or {}).items()))
        return self.low.make(v.op, tuple(new[a] for a in v.args), v.dtype, v.extra, ("new", key))


def _shape(v: Value, depth: int) -> Any:
    """A formula without its numbers' names, so deep."""
    return v.op, v.dtype.str, tuple(_shape(a, depth - 1) for a in v.args) if depth else ()
