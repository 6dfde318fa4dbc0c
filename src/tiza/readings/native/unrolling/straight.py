"""A step that was written out, as one function: no loops, no memory, one line of scalars.

What goes round from step to step stays in registers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.readings.native import mathlib
from tiza.readings.native.driving.driver import addresses
from tiza.readings.native.emitting import ahead
from tiza.readings.native.emitting.ahead import Ahead, Asking
from tiza.readings.native.emitting.spell import Spelling, ir, number
from tiza.readings.native.lowering.lower import INT64, Value
from tiza.readings.native.terms.text import Text
from tiza.readings.native.unrolling.abreast import Cells, lanes, side_by_side
from tiza.readings.native.unrolling.chain import Chain, ordered
from tiza.readings.native.unrolling.symbols import Cell, Step

DType = np.dtype[Any]


class Straight:
    """Writes `run` for a step that was written out."""

    def __init__(self, step: Step, ahead: Sequence[Ahead] = ()) -> None:
        self.ahead, self.text = ahead, Text()
        self.spell = Spelling(self.text)
        registers = side_by_side(step)
        self.leaves = registers.leaves
        self.chain = Chain(registers.leaves, registers.kept, registers.written)
        self.names: dict[Value, str] = {}
        self.lanes: dict[Value, int] = {}
        self.spread: dict[tuple[Value, int], str] = {}  # numbers that stand in every lane

    def module(self, attributes: str) -> str:
        """The whole module; `attributes` of its function."""
        run = self.run()
        declared, mathematics = mathlib.definitions(sorted(self.text.functions, key=str))
        declared |= self.text.declared | (ahead.DECLARED if self.ahead else set())
        return "\n".join(["@outside = global i32 0", *sorted(declared), mathematics,
                          *([ahead.TEXT] if self.ahead else []), run, attributes])  # fmt: skip

    def run(self) -> str:
        """The function."""
        kept, written = self.chain.kept, self.chain.written
        everything = ordered([*kept.values(), *written.values()], ())
        inside = {cell[0].argument for cells in kept for cell in cells}
        buffers = [v.extra[0] for v in everything if v.op == "load"] + [b for b, _ in written]
        outside = {b.argument for b in buffers} | {k for a in self.ahead for k in (a.data, a.where)}
        moving = sorted(outside - inside)
        first = [self._gathered(cells) for cells in kept]
        beginning, self.text.lines = self.text.lines, []
        self.names = {self.leaves[cells]: f"%c{i}" for i, cells in enumerate(kept)
                      if cells in self.leaves}  # fmt: skip
        for v in everything:
            self.lanes[v] = lanes(v, self.lanes)
            if v not in self.names:
                self.names[v] = self._one(v)
        for cell, v in written.items():
            self._store(f"%arg{cell[0].argument}", cell, self.names[v])
        body, self.text.lines = self.text.lines, []
        for i, cells in enumerate(kept):
            self._scattered(cells, f"%c{i}")
        phis = []
        for i, (cells, v) in enumerate(kept.items()):
            kind = ir(v.dtype, wide(len(cells)))
            phis.append(f"  %c{i} = phi {kind} [ {first[i]}, %entry ], [ {self.names[v]}, %tail ]")
        return "\n".join([
            "define void @run(ptr %context, i32 %thread, i32 %threads, ptr %team) #0 {",
            "entry:",
            "  %steps_at = getelementptr i64, ptr %context, i64 1",
            "  %steps = load i64, ptr %steps_at",
            "  %first = icmp eq i32 %thread, 0",
            *addresses(sorted(outside | inside)), *beginning, "  br label %head", "head:",
            "  %step = phi i64 [ 0, %entry ], [ %next, %tail ]", *phis,
            *(f"  %arg{k} = phi ptr [ %base{k}, %entry ], [ %later{k}, %tail ]" for k in moving),
            "  %going = icmp slt i64 %step, %steps",
            "  br i1 %going, label %body, label %done",
            "body:", *Asking((), self.ahead).begin(), *body,
            "  br label %tail", "tail:", "  %next = add i64 %step, 1",
            *(f"  %later{k} = getelementptr i8, ptr %arg{k}, i64 %move{k}" for k in moving),
            "  br label %head", "done:", *self.text.lines, "  ret void", "}",
        ])  # fmt: skip

    # -- memory, before and after all steps -----------------------------------------------------

    def _gathered(self, cells: Cells) -> str:
        dtype = cells[0][0].dtype
        found = [self._load(f"%base{b.argument}", dtype, str(place)) for b, place in cells]
        return found[0] if len(found) == 1 else self._pack(found, dtype)

    def _scattered(self, cells: Cells, name: str) -> None:
        for i, cell in enumerate(cells):
            one = name if len(cells) == 1 else self._lane(name, cell[0].dtype, len(cells), i)
            self._store(f"%base{cell[0].argument}", cell, one)

    def _load(self, base: str, dtype: DType, place: str) -> str:
        kind = ir(dtype)
        at = self.text.set(f"getelementptr {kind}, ptr {base}, i64 {place}")
        return self.text.set(f"load {kind}, ptr {at}, align {dtype.itemsize}")

    def _store(self, base: str, cell: Cell, name: str) -> None:
        kind = ir(cell[0].dtype)
        at = self.text.set(f"getelementptr {kind}, ptr {base}, i64 {cell[1]}")
        self.text.line(f"store {kind} {name}, ptr {at}, align {cell[0].dtype.itemsize}")

    # -- one value ------------------------------------------------------------------------------

    def _one(self, v: Value) -> str:
        if v.op == "number":
            return number(v.extra, v.dtype)
        if v.op == "load":
            return self._read(v)
        if v.op == "pack":
            return self._pack([self.names[a] for a in v.args], v.dtype)
        if v.op == "lane":
            return self._lane(self.names[v.args[0]], v.dtype, self.lanes[v.args[0]],
                              v.extra["index"])  # fmt: skip
        width = wide(self.lanes[v])
        args = [(self._in_lanes(a, width), a.dtype) for a in v.args]
        if v.op == "fma":
            return self.spell.intrinsic("fma", v.dtype, width, *args)
        return self.spell(v.op, v.dtype, width, v.extra or {}, args)

    def _read(self, v: Value) -> str:
        buffer, place, _ = v.extra
        at = str(place.const)
        for atom, c in place.terms.items():
            index = self.names[atom]
            if atom.dtype != INT64:
                index = self.spell("cast", INT64, 1, {}, [(index, atom.dtype)])
            moved = self.text.set(f"mul nsw i64 {index}, {c}")
            at = self.text.set(f"add nsw i64 {moved}, {at}")
        return self._load(f"%arg{buffer.argument}", buffer.dtype, at)

    def _in_lanes(self, v: Value, width: int) -> str:
        """A value as an operand of so many lanes."""
        name = self.names[v]
        if width == 1 or self.lanes[v] > 1:
            return name
        if v.op == "number":
            return self.spell.same(v.extra, v.dtype, width)
        if (v, width) not in self.spread:
            kind = ir(v.dtype, width)
            one = self.text.set(f"insertelement {kind} poison, {ir(v.dtype)} {name}, i64 0")
            self.spread[v, width] = self.text.set(
                f"shufflevector {kind} {one}, {kind} poison, <{width} x i32> zeroinitializer"
            )
        return self.spread[v, width]

    def _pack(self, names: Sequence[str], dtype: DType) -> str:
        kind = ir(dtype, wide(len(names)))
        found = "zeroinitializer"
        for i, name in enumerate(names):
            found = self.text.set(f"insertelement {kind} {found}, {ir(dtype)} {name}, i64 {i}")
        return found

    def _lane(self, name: str, dtype: DType, count: int, i: int) -> str:
        return self.text.set(f"extractelement {ir(dtype, wide(count))} {name}, i64 {i}")


def wide(count: int) -> int:
    """Lanes of the vector that holds so many numbers."""
    return 1 << (count - 1).bit_length()
