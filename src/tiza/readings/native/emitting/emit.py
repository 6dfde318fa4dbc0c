"""A nest under a schedule, as one LLVM function: `void k(buffers ..., i64 from, i64 to)`.

`from` and `to` bound the outermost loop or tile, so that several threads can share it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from tiza.readings.native.emitting.around import Around
from tiza.readings.native.emitting.spell import ir
from tiza.readings.native.emitting.values import INT, Copy
from tiza.readings.native.lowering.lower import BOOL
from tiza.readings.native.lowering.nest import Reduction
from tiza.readings.native.scheduling.schedule import product
from tiza.readings.native.terms.index import Loop

DType = np.dtype[Any]
IDENTITY: dict[str, Callable[[DType], Any]] = {
    "sum": lambda t: 0,
    "prod": lambda t: 1,
    "max": lambda t: -math.inf if t.kind == "f" else (False if t.kind == "b" else np.iinfo(t).min),
    "min": lambda t: math.inf if t.kind == "f" else (True if t.kind == "b" else np.iinfo(t).max),
    "all": lambda t: True,
    "any": lambda t: False,
    "argmax": lambda t: 0,
    "argmin": lambda t: 0,
}


class Kernel(Around):
    """Writes one nest."""

    def write(self, name: str) -> str:
        """The function under this name."""
        with self._passes():
            self._run(self.items, ())
        args = ", ".join(f"ptr noalias {p}" for p in self.pointer.values())
        head = f"define internal void @{name}({args}{', ' if args else ''}i64 %from, i64 %to)"
        return self.text.function(head, "noinline #0" if self.panel else "#0")

    def _body(self, many: dict[Loop, int]) -> None:
        """Everything inside the kept loops."""
        plan, self.tile = self.plan, many
        if plan.columns is not None or plan.kind == "turned":
            (self._dots if plan.columns else self.turn_tile)(many)
            return
        copies = self._copies(many)
        if not self.nest.reductions:
            for copy in copies:
                with self._lanes(copy, many):
                    self._stores(self.nest.inner, copy)
            return
        if plan.kind == "along":
            self._sums(many)
            return
        self._begin(copies)
        if product(self.nest) is not None and self.nest.reduced:
            self._products(copies, many)
        else:
            self._reductions(copies, many)
        if self.nest.passes is None:
            self.finish(copies, many)
        else:
            self.finish_pass(self.nest.passes, copies, many)

    def _reductions(self, copies: Sequence[Copy], many: dict[Loop, int]) -> None:
        with self._reduced_loops(self.nest.reduced):
            for copy in copies:
                with self._lanes(copy, many):
                    for k, reduction in enumerate(self.nest.reductions):
                        if k not in self.beside:
                            self._accumulate(k, reduction, copy)
                    self._stores(self.nest.inner, copy)

    def _products(self, copies: Sequence[Copy], many: dict[Loop, int]) -> None:
        """The sums of a product's tile, with questions to memory once a turn."""
        *outer, inner = self.nest.reduced
        if self.plan.terms > 1:  # row by row: few numbers wait in registers
            copies = sorted(copies, key=self._number)
        with self._reduced_loops(outer):
            for start, stop, terms in self._several(inner, self.plan.terms):
                with self.text.loop(start, stop, terms) as i:
                    self.counter[inner] = i
                    self.cache.clear()
                    if terms == self.plan.terms:
                        self.look_ahead(many)
                        self.ask_next(many)
                        self.ask_first(many)
                    for term in range(terms):
                        for copy in copies:
                            with self._lanes(copy, many):
                                self._accumulate(
                                    0, self.nest.reductions[0], copy, term=((inner, term),)
                                )
        self.cache.clear()

    def _number(self, copy: Copy) -> int:
        """Of its row."""
        return sum(k for loop, k in copy if loop is self.plan.row)

    def _copies(self, many: dict[Loop, int]) -> list[Copy]:
        """The unrolled copies of a tile."""
        ranges = []
        for loop, n in many.items():
            step = self.width if loop is self.lane else 1
            ranges.append([(loop, k) for k in range(0, n, step)])
        return [tuple(c) for c in itertools.product(*ranges)]

    @contextmanager
    def _lanes(self, copy: Copy, many: dict[Loop, int]) -> Iterator[None]:
        """Inside, only as many lanes are active as the tile has entries for."""
        before = self.active
        for loop, start in copy:
            if loop is self.lane:
                self.active = min(self.width, many[loop] - start)
        yield
        self.active = before

    def _begin(self, copies: Sequence[Copy]) -> None:
        for copy in copies:
            for k, reduction in enumerate(self.nest.reductions):
                if k not in self.beside:
                    place = self._room(k, reduction, copy, self.width if self.lane else 1)
                    self.accumulated[k, copy] = place

    def _room(self, k: int, reduction: Reduction, copy: Copy, width: int) -> str:
        """A place on the stack that holds the reduction of nothing."""
        dtype = reduction.value.dtype
        kind = ir(dtype, width)
        place = self.text.room(kind)
        start = IDENTITY[reduction.op](dtype)
        self.text.line(f"store {kind} {self.spell.same(start, dtype, width)}, ptr {place}")
        if reduction.op in ("argmax", "argmin"):
            where = self.text.room(ir(self.number, width))
            none = self.spell.same(-1, self.number, width)
            self.text.line(f"store {ir(self.number, width)} {none}, ptr {where}")
            self.accumulated[-1 - k, copy] = where
        return place

    def _accumulate(self, k: int, reduction: Reduction, copy: Copy, keep: str | None = None,
                    term: Copy = ()) -> None:  # fmt: skip
        """Combine the value at hand with what there is; `keep`: only in these lanes.

        term: which of a product's terms of this turn.
        """
        value, place = reduction.value, self.accumulated[k, copy]
        width = self.width if self.lane else 1
        kind = ir(value.dtype, width)
        before = self.text.set(f"load {kind}, ptr {place}")
        if reduction.op in ("argmax", "argmin"):
            self._position(k, reduction, copy, before, place, width)
            return
        pair = product(self.nest)
        if pair is not None and keep is None:
            a, b = (self.wide(x, (*copy, *term)) for x in pair)
            new = self.spell.and_product(value.op, value.dtype, width, a, b, before)
        else:
            new = self.combine(reduction.op, value.dtype, width, before, self.wide(value, copy))
            if keep is not None:
                new = self.text.set(
                    f"select {ir(BOOL, width)} {keep}, {kind} {new}, {kind} {before}"
                )
        self.text.line(f"store {kind} {new}, ptr {place}")
        if reduction.carried:
            self.cache[reduction.result, copy] = new, width

    def _position(self, k: int, reduction: Reduction, copy: Copy, before: str, place: str,
                  width: int) -> None:  # fmt: skip
        """The first greatest (or least): the first NaN, or the last one, where there is one."""
        dtype, where = reduction.value.dtype, self.accumulated[-1 - k, copy]
        kind, whole, bits = ir(dtype, width), ir(self.number, width), ir(BOOL, width)
        held = self.text.set(f"load {whole}, ptr {where}")
        x = self.wide(reduction.value, copy)
        none = self.text.set(f"icmp slt {whole} {held}, {self.spell.same(0, self.number, width)}")
        name = "greater" if reduction.op == "argmax" else "less"
        better = self.spell(name, BOOL, width, {}, [(x, dtype), (before, dtype)])
        if dtype.kind == "f":
            fresh = self.text.set(f"fcmp uno {kind} {x}, {x}")
            if not reduction.last_nan:
                old = self.text.set(f"fcmp ord {kind} {before}, {before}")
                fresh = self.text.set(f"and {bits} {fresh}, {old}")
            better = self.text.set(f"or {bits} {better}, {fresh}")
        better = self.text.set(f"or {bits} {better}, {none}")
        place_now = "0"
        for loop in self.nest.reduced:
            place_now = self.text.set(f"mul nsw i64 {place_now}, {loop.extent}")
            place_now = self.text.set(f"add nsw i64 {place_now}, {self.counter[loop]}")
        if self.number != INT:
            place_now = self.text.set(f"trunc i64 {place_now} to i32")
        spread = self.splat(place_now, self.number, width)
        new = self.text.set(f"select {bits} {better}, {kind} {x}, {kind} {before}")
        at = self.text.set(f"select {bits} {better}, {whole} {spread}, {whole} {held}")
        self.text.line(f"store {kind} {new}, ptr {place}")
        self.text.line(f"store {whole} {at}, ptr {where}")

    # -- lanes along a reduced loop ---------------------------------------------------------

    def _sums(self, many: dict[Loop, int]) -> None:
        """Reductions whose lanes run along a reduced loop: vectors of partial results."""
        lane, nest, row = self.plan.lane, self.nest, self.plan.row
        assert lane is not None
        step = self.plan.vectors * self.width
        rows: list[Copy] = [()]
        if row is not None and row in many:
            rows = [((row, r),) for r in range(many[row])]
        parts = [((lane, v * self.width),) for v in range(self.plan.vectors)]
        self._begin([(*r, *v) for r in rows for v in parts])
        outer = [r for r in nest.reduced if r is not lane]
        full, over = divmod(lane.extent, step)
        with self._reduced_loops(outer):
            if full:
                with self.text.loop("0", str(full)) as i:
                    self.counter[lane] = self.text.set(f"mul nsw i64 {i}, {step}")
                    self.cache.clear()
                    self._row_of(rows, parts, step)
            if over:
                self.counter[lane] = str(full * step)
                self.cache.clear()
                self._row_of(rows, parts, over)
        self.cache.clear()
        self.sum_up(rows, parts)

    def _row_of(self, rows: Sequence[Copy], parts: Sequence[Copy], entries: int) -> None:
        """So many entries of each row taken up, a vector at a time."""
        for v, part in enumerate(parts):
            self.active = min(self.width, entries - v * self.width)
            if self.active > 0:
                for copy in rows:
                    self._partial((*copy, *part))
        self.active = self.width

    def _partial(self, copy: Copy) -> None:
        for k, reduction in enumerate(self.nest.reductions):
            keep = None if self.active == self.width else self._constant_mask()
            pair = product(self.nest)
            if pair is not None and all(self.lane in x.atoms for x in pair):
                keep = None  # loads beyond the end give 0
            self._accumulate(k, reduction, copy, keep)
        self._stores(self.nest.inner, copy)

    # -- products whose lanes run along the summed loop ---------------------------------------

    def _dots(self, many: dict[Loop, int]) -> None:
        """Tiles of rows by columns, four columns at a time; their sums as lanes of vectors."""
        plan, nest = self.plan, self.nest
        assert plan.row is not None
        assert plan.columns is not None
        row, columns, lane = plan.row, plan.columns, plan.lane
        assert lane is not None
        rows, wide = many[row], many[columns]
        at_once = min(4, self.width)
        dtype = nest.reductions[0].value.dtype
        kind = ir(dtype, self.width)
        parts: list[list[str]] = [[] for _ in range(rows)]
        for start in range(0, wide, at_once):
            here = range(start, min(start + at_once, wide))
            copies = [((row, r), (columns, c)) for r in range(rows) for c in here]
            if rows < at_once:  # the shorter side waits in registers
                copies.sort(key=lambda copy: copy[1][1])
            self._begin(copies)
            self._dot_loops(nest.reduced, copies)
            for r in range(rows):
                mine = [self.accumulated[0, ((row, r), (columns, c))] for c in here]
                sums = [self.text.set(f"load {kind}, ptr {place}") for place in mine]
                sums += ["zeroinitializer"] * (at_once - len(sums))
                parts[r].append(self._fold(sums, dtype, 1))
        need = self.width // at_once
        self.cache.clear()
        self.lane = columns
        whole = [p + ["zeroinitializer"] * (need - len(p)) for p in parts]
        first: Copy = ((columns, 0),)
        self.row_by_row(row, [[(first, self._fold(w, dtype, at_once))] for w in whole], many)
        self.lane = lane

    def _dot_loops(self, reduced: Sequence[Loop], copies: Sequence[Copy]) -> None:
        lane = self.plan.lane
        assert lane is not None
        with self._reduced_loops([r for r in reduced if r is not lane]):
            full, over = divmod(lane.extent, self.width)
            if full:
                with self.text.loop("0", str(full)) as i:
                    self.counter[lane] = self.text.set(f"mul nsw i64 {i}, {self.width}")
                    self.cache.clear()
                    for copy in copies:
                        self._accumulate(0, self.nest.reductions[0], copy)
            if over:
                self.counter[lane] = str(full * self.width)
                self.cache.clear()
                self.active = over
                for copy in copies:
                    self._accumulate(0, self.nest.reductions[0], copy)
                self.active = self.width
        self.cache.clear()
