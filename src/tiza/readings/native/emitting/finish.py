"""What is made of the results of reductions, once for each entry that is left."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from tiza.readings.native.emitting.ahead import LINE
from tiza.readings.native.emitting.spell import ir
from tiza.readings.native.emitting.stores import Stores
from tiza.readings.native.emitting.values import INT, Copy
from tiza.readings.native.lowering.lower import Value
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.scheduling.schedule import Schedule, cone, product
from tiza.readings.native.terms.index import Affine, Loop
from tiza.readings.native.terms.memory import Buffer

FAR = 1 << 18  # bytes that near caches do not hold besides the factors
APART = 1 << 16  # bytes that the nearest cache does not hold
LONG = 10  # operations after a reduction that are written as a loop over rows, to keep code short


class Results(Stores):
    """Writes what comes after the reduced loops of a nest.

    accumulated: the place on the stack of each reduction and copy.
    """

    def __init__(self, nest: Nest, plan: Schedule, width: int) -> None:
        super().__init__(width, nest.buffers())
        self.nest, self.plan = nest, plan
        self.written = frozenset(s.buffer for s in nest.stores)
        self.last = [s for s in nest.outer if not s.passing]
        self.coming = nest.coming
        self.entries = math.prod(loop.extent for loop in nest.kept)
        self.accumulated: dict[tuple[int, Copy], str] = {}
        self.beside = _beside(nest)
        few = math.prod(loop.extent for loop in nest.reduced) < 1 << 31
        self.number = np.dtype("int32") if few else INT  # of the greatest entry

    def look_ahead(self, many: dict[Loop, int]) -> None:
        """Ask memory for what comes after a product's sums, while these are being made.

        Each turn of the innermost loop asks for a line of each buffer, so that what the product
        itself reads need not wait behind them.
        """
        row, lane = self.plan.row, self.lane
        if row not in many or lane not in many or not self.nest.reduced:
            return
        wanted = self._wanted(row, lane)
        inner, each = self.nest.reduced[-1], LINE // self.nest.reductions[0].value.dtype.itemsize
        wide = math.ceil(many[lane] / each)  # lines of a row
        if inner.extent < many[row] * wide * self.plan.terms or not wanted:
            return
        passes = self.nest.passes
        if passes is None:
            self._lines(wanted, many[row], wide, each)
            return
        with self._aside(f"icmp eq i64 {self.counter[passes]}, {passes.extent - 1}"):
            self._lines(wanted, many[row], wide, each)

    def _lines(self, wanted: Sequence[tuple[Buffer, Affine, int]], rows: int, wide: int,
               each: int) -> None:  # fmt: skip
        """A line of each buffer, another one at each turn of the innermost loop."""
        row, lane, inner = self.plan.row, self.lane, self.nest.reduced[-1]
        assert row is not None
        assert lane is not None
        lines = rows * wide
        turn, before = self.counter[inner], dict(self.counter)
        turn = self.text.set(f"mul nsw i64 {turn}, {lines}")
        turn = self.text.set(f"udiv i64 {turn}, {inner.extent}")
        down = self.text.set(f"udiv i64 {turn}, {wide}")
        along = self.text.set(f"urem i64 {turn}, {wide}")
        along = self.text.set(f"mul nsw i64 {along}, {each}")
        self.counter[row] = self.text.set(f"add nsw i64 {before[row]}, {down}")
        self.counter[lane] = self.text.set(f"add nsw i64 {before[lane]}, {along}")
        for buffer, place, write in wanted:
            self.ask(buffer, place, (), write=write)
        self.counter = before

    def _wanted(self, row: Loop, lane: Loop) -> list[tuple[Buffer, Affine, int]]:
        """What is read and written after the sums, along the lanes of each row."""
        made = cone([s.value for s in self.last])
        loads = [v.extra for v in made if v.op == "load"]
        read = {b: p for b, p, checks in sorted(loads, key=lambda x: (x[0].number, x[1].const))
                if not checks}  # fmt: skip
        written = {s.buffer: s.place for s in self.last if s.buffer not in read}
        if sum(b.bytes for b in (*read, *written)) < FAR:
            return []
        changed = {s.buffer for s in self.last}
        both = [(b, p, int(b in changed)) for b, p in read.items()]
        both += [(b, p, 1) for b, p in written.items()]
        return [(b, p, write) for b, p, write in both
                if p.coefficient(lane) == 1 and p.coefficient(row) and _fixed(p)]  # fmt: skip

    def finish(self, copies: Sequence[Copy], many: dict[Loop, int]) -> None:
        """Every copy of a tile."""
        row = self.plan.row
        if row in many and len(self.nest.reductions) == 1 and self.lane is not None:
            rows: list[list[tuple[Copy, str]]] = [[] for _ in range(many[row])]
            for copy in copies:
                self._results(copy)
                name = self.cache[self.nest.reductions[0].result, copy][0]
                number = next(k for loop, k in copy if loop is row)
                rows[number].append((tuple(c for c in copy if c[0] is not row), name))
            self.row_by_row(row, rows, many)
            return
        for copy in copies:
            self._use(copy, many)
            self._results(copy)
            self._stores(self.last, copy)
        self.active = self.width

    def ask_next(self, many: dict[Loop, int]) -> None:
        """Ask for the next tile's part of the factor that changes with the outer of the two loops.

        Each turn of the innermost loop asks for one line; there are turns enough for all of them.
        """
        row, lane = self.plan.row, self.lane
        if row not in many or lane not in many or not self.nest.reduced or self.plan.packed:
            return
        inner, outer = self.nest.reduced[-1], row if self.plan.row_outside else lane
        moving = [x.extra[:2] for x in product(self.nest) or () if outer in x.atoms]
        if len(moving) != 1 or moving[0][0].bytes < APART or not _fixed(moving[0][1]):
            return
        buffer, place = moving[0]
        turn, before = self.counter[inner], dict(self.counter)
        beside = place.coefficient(outer) == 1
        if outer is lane and beside:
            tile = self.text.set(f"udiv i64 {before[row]}, {self.plan.rows}")
            part = self.text.set(f"urem i64 {tile}, {self.plan.vectors}")
            part = self.text.set(f"mul nsw i64 {part}, {self.width}")
            last = (
                LINE // buffer.dtype.itemsize - 1
            )  # rows may begin within a line: ask for its end
            part = self.text.set(f"add nsw i64 {part}, {self.plan.vectors * self.width + last}")
        elif outer is row and beside:
            part = str(self.plan.rows)
        elif outer is row and place.coefficient(inner) == 1:
            part = self.text.set(f"urem i64 {turn}, {self.plan.rows}")
            part = self.text.set(f"add nsw i64 {part}, {self.plan.rows}")
        else:
            return
        self.counter[outer] = self.text.set(f"add nsw i64 {before[outer]}, {part}")
        scalar, _, _ = self._parts(place, ())
        self.counter = before
        kind, name = ir(buffer.dtype, stored=True), self.pointer[buffer]
        self.prefetch(self.text.set(f"getelementptr {kind}, ptr {name}, i64 {scalar}"), near=3)

    def ask_first(self, many: dict[Loop, int]) -> None:
        """Ask for the next tile's part of the factor that every outer turn reads, in the first one.

        Its rows go on beside the tile, so that a processor does not foresee by itself what is next.
        """
        row, lane = self.plan.row, self.lane
        if row not in many or lane not in many or not (self.nest.reduced and self.plan.row_outside):
            return
        inner, side = self.nest.reduced[-1], self.plan.vectors * self.width
        for x in product(self.nest) or ():
            buffer, place = x.extra[:2]
            apart = place.coefficient(inner)
            if row in x.atoms or place.coefficient(lane) != 1 or apart <= side:
                continue
            if buffer.bytes < APART or not _fixed(place):
                continue
            start = self.text.set(f"mul nsw i64 %from, {self.plan.rows}")
            with self._aside(f"icmp eq i64 {self.counter[row]}, {start}"):
                scalar, _, _ = self._parts(place + side, ())
                kind, name = ir(buffer.dtype, stored=True), self.pointer[buffer]
                for k in range(self.plan.vectors):
                    at = self.text.set(f"add i64 {scalar}, {k * self.width}")
                    self.prefetch(self.text.set(f"getelementptr {kind}, ptr {name}, i64 {at}"))

    def finish_pass(self, passes: Loop, copies: Sequence[Copy], many: dict[Loop, int]) -> None:
        """Add the sums to those of the passes before; only the last pass makes use of them."""
        partial = next(s for s in self.nest.outer if s.value is self.nest.reductions[0].result)
        before = Value("load", (), partial.value.dtype, (partial.buffer, partial.place, ()))
        kind, turn = ir(before.dtype, self.width), self.counter[passes]
        with self._when(f"icmp ne i64 {turn}, 0"):
            for copy in copies:
                self._use(copy, many)
                place = self.accumulated[0, copy]
                now = self.text.set(f"load {kind}, ptr {place}")
                both = self.text.set(f"fadd {kind} {self.wide(before, copy)}, {now}")
                self.text.line(f"store {kind} {both}, ptr {place}")
        with self._when(f"icmp ne i64 {turn}, {passes.extent - 1}"):
            for copy in copies:
                self._use(copy, many)
                self._results(copy)
                self._stores([partial], copy)
        with self._when(f"icmp eq i64 {turn}, {passes.extent - 1}"):
            self.finish(copies, many)
        self.active = self.width

    @contextmanager
    def _aside(self, test: str) -> Iterator[None]:
        """Instructions for one case, beside others that go on from what is known before."""
        before = dict(self.cache)
        with self.text.when(self.text.set(test)):
            yield
        self.cache.clear()
        self.cache.update(before)

    @contextmanager
    def _when(self, test: str) -> Iterator[None]:
        """Instructions for one case; nothing computed there is known elsewhere."""
        self.cache.clear()
        with self.text.when(self.text.set(test)):
            yield
        self.cache.clear()

    def _use(self, copy: Copy, many: dict[Loop, int]) -> None:
        """As many lanes as the tile has entries for."""
        starts = [start for loop, start in copy if loop is self.lane]
        self.active = min(self.width, many[self.lane] - starts[0]) if starts and self.lane else (
            self.width)  # fmt: skip

    def sum_up(self, rows: Sequence[Copy], parts: Sequence[Copy]) -> None:
        """Vectors of partial results as one number for each row, and what is made of these.

        The numbers of several rows stand side by side in a vector where that serves what follows.
        """
        self.lane, lane = None, self.lane
        whole = [[self._partials(k, row, parts) for row in rows]
                 for k in range(len(self.nest.reductions))]  # fmt: skip
        if self._side_by_side(rows):
            self.lane, self.active = self.plan.row, len(rows)
            for reduction, vectors in zip(self.nest.reductions, whole, strict=True):
                name = self.together(reduction.op, reduction.value.dtype, vectors)
                self.cache[reduction.result, rows[0]] = name, self.width
            self._stores(self.nest.outer, rows[0])
        else:
            for number, copy in enumerate(rows):
                for reduction, vectors in zip(self.nest.reductions, whole, strict=True):
                    name = self.horizontal(reduction.op, reduction.value.dtype, vectors[number])
                    self.cache[reduction.result, copy] = name, 1
                self._stores(self.nest.outer, copy)
        self.lane, self.active = lane, self.width

    def _side_by_side(self, rows: Sequence[Copy]) -> bool:
        """Whether rows are a power of 2, and all that is read and written stands side by side."""
        count, row = len(rows), self.plan.row
        if row is None or count < 2 or count & (count - 1) or count > self.width:
            return False
        stores = self.nest.outer
        places = [s.place for s in stores]
        loads = [v for v in cone([s.value for s in stores]) if v.op == "load" and row in v.atoms]
        places += [v.extra[1] for v in loads]
        plain = all(_fixed(p) and p.coefficient(row) == 1 for p in places)
        return (
            plain
            and not any(v.extra[2] for v in loads)
            and not any(s.checks or s.add for s in stores)
        )

    def _partials(self, k: int, row: Copy, parts: Sequence[Copy]) -> str:
        """A row's vectors of partial results as one vector."""
        reduction = self.nest.reductions[k]
        dtype = reduction.value.dtype
        kind = ir(dtype, self.width)
        found = [self.text.set(f"load {kind}, ptr {self.accumulated[k, (*row, *p)]}")
                 for p in parts]  # fmt: skip
        while len(found) > 1:
            pairs = zip(found[::2], found[1::2], strict=False)
            rest = found[-1:] if len(found) % 2 else []
            found = [self.combine(reduction.op, dtype, self.width, a, b) for a, b in pairs] + rest
        return found[0]

    def _results(self, copy: Copy) -> None:
        width = self.width if self.lane else 1
        for k, reduction in enumerate(self.nest.reductions):
            if reduction.carried:
                continue
            index = reduction.op in ("argmax", "argmin")
            dtype = self.number if index else reduction.value.dtype
            place = self.accumulated[-1 - k if index else self.beside.get(k, k), copy]
            name = self.text.set(f"load {ir(dtype, width)}, ptr {place}")
            if index and dtype != INT:
                name = self.text.set(f"sext {ir(dtype, width)} {name} to {ir(INT, width)}")
            self.cache[reduction.result, copy] = name, width

    def row_by_row(self, row: Loop, rows: Sequence[Sequence[tuple[Copy, str]]],
                   many: dict[Loop, int]) -> None:  # fmt: skip
        """The one reduction's vectors of each row put to use: a loop where that is long."""
        result = self.nest.reductions[0].result
        if len(rows) == 1 or len(cone([s.value for s in self.last])) <= LONG:
            for number, parts in enumerate(rows):
                for part, name in parts:
                    copy = ((row, number), *part)
                    self._use(copy, many)
                    self.cache[result, copy] = name, self.width
                    self._stores(self.last, copy)
            self.active = self.width
            return
        kind, side = ir(result.dtype, self.width), len(rows[0])
        room = self.text.room(f"[{len(rows) * side} x {kind}], align 64")
        for number, (_, name) in enumerate(p for parts in rows for p in parts):
            place = self.text.set(f"getelementptr {kind}, ptr {room}, i64 {number}")
            self.text.line(f"store {kind} {name}, ptr {place}")
        before = self.counter[row]
        with self.text.loop("0", str(len(rows))) as i:
            self.counter[row] = self.text.set(f"add nsw i64 {before}, {i}")
            self.cache.clear()
            first = self.text.set(f"mul nsw i64 {i}, {side}")
            for k, (part, _) in enumerate(rows[0]):
                at = self.text.set(f"add nsw i64 {first}, {k}")
                place = self.text.set(f"getelementptr {kind}, ptr {room}, i64 {at}")
                name = self.text.set(f"load {kind}, ptr {place}")
                self._use(part, many)
                self.cache[result, part] = name, self.width
                self._stores(self.last, part)
        self.counter[row] = before
        self.active = self.width
        self.cache.clear()


def _beside(nest: Nest) -> dict[int, int]:
    """The greatest (or least) entries that are known from looking for their numbers: from which."""
    asked = {(r.op, r.value): k for k, r in enumerate(nest.reductions) if not r.carried}
    number = {"max": "argmax", "min": "argmin"}
    same = {k: asked.get((number.get(op, ""), value)) for (op, value), k in asked.items()}
    return {k: other for k, other in same.items() if other is not None}


def _fixed(place: Affine) -> bool:
    """Whether a place is known without looking anything up."""
    return all(isinstance(a, Loop) for a in place.terms)
