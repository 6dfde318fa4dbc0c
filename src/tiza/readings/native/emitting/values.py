"""Values of a loop's body, written for one entry or for a vector of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from tiza.readings.native.emitting.ahead import LINE
from tiza.readings.native.emitting.spell import ir, number
from tiza.readings.native.emitting.vectors import Vectors
from tiza.readings.native.lowering.lower import BOOL, Check, Value
from tiza.readings.native.terms.index import Affine, Loop
from tiza.readings.native.terms.memory import Buffer

DType = np.dtype[Any]
Copy = tuple[tuple[Loop, int], ...]  # which of the unrolled copies: an offset for each loop
INT = np.dtype("int64")
SHARED = 8  # divisions by one number, for which dividing once and multiplying pays


class Values(Vectors):
    """Writes values, loads and stores at the current place of the loops.

    counter: the counter of each running loop; lane: the loop whose entries fill the lanes;
    active: how many of them are in use.
    """

    def __init__(self, width: int, buffers: Sequence[Buffer]) -> None:
        super().__init__(width)
        self.pointer = {b: f"%b{i}" for i, b in enumerate(buffers)}
        self.counter: dict[Loop, str] = {}
        self.cache: dict[Any, tuple[str, int]] = {}
        self.lane: Loop | None = None
        self.order: list[Loop] = []  # the loops, outermost first
        self.steady: dict[Any, tuple[str, int]] = {}  # what no loop changes, computed on entry
        self.written: frozenset[Buffer] = frozenset()
        self.entries = 0  # of the kept loops
        self.coming: dict[Value, Affine] = {}  # where the next step will read, for some loads
        self.met: frozenset[Check] = frozenset()  # checks that the ends of loops take care of

    # -- values -----------------------------------------------------------------------------

    def wide(self, value: Value, copy: Copy) -> str:
        """The value with all lanes, also where it is the same in each."""
        name, width = self.emit(value, copy)
        full = self.width if self.lane is not None else 1
        if width == full:
            return name
        if value.op == "number":
            return self.spell.same(value.extra, value.dtype, full)
        return self._kept(("splat", value, self._relevant(value, copy), full), value,
                          lambda: self.splat(name, value.dtype, full), full)  # fmt: skip

    def _kept(self, key: Any, value: Value, make: Callable[[], str], width: int) -> str:
        """What is made of a value, made once: on entry where the value is the same throughout."""
        steady = self._is_steady(value)
        known = self.steady if steady else self.cache
        if key not in known:
            with self.text.on_entry() if steady else nullcontext():
                known[key] = make(), width
        return known[key][0]

    def _is_steady(self, value: Value) -> bool:
        """Whether all loops see the same: known numbers and what is computed from them."""
        key = "steady", value
        if key not in self.steady:
            plain = value.op not in ("result", "index", "inside", "wrap") and not value.atoms
            if plain and value.op == "load":
                buffer, place, checks = value.extra
                plain = not (place.terms or checks or buffer in self.written)
            self.steady[key] = "", int(plain and all(map(self._is_steady, value.args)))
        return bool(self.steady[key][1])

    def _relevant(self, value: Value, copy: Copy) -> Copy:
        return tuple(c for c in copy if c[0] in value.atoms)

    def emit(self, value: Value, copy: Copy) -> tuple[str, int]:
        """The name of a value and its lanes: 1 where all would hold the same."""
        if self._is_steady(value):
            if value not in self.steady:
                with self.text.on_entry():
                    self.steady[value] = self._emit(value, ())
            return self.steady[value]
        mine = copy if value.op == "result" else self._relevant(value, copy)
        key = (value, mine)
        found = self.cache.get(key)
        if found is None:
            found = self.cache[key] = self._emit(value, mine)
        return found

    def _emit(self, value: Value, copy: Copy) -> tuple[str, int]:
        if value.op == "number":
            return number(value.extra, value.dtype), 1
        if value.op == "load":
            return self._load(value, copy)
        if value.op == "index":
            return self._integer(value.extra, copy)
        if value.op == "inside":
            return self._inside(value.extra, copy)
        if value.op == "wrap":
            return self._wrap(value, copy)
        names = [self.emit(a, copy) for a in value.args]
        width = max(w for _, w in names)
        if width > 1:
            args = [(self.wide(a, copy), a.dtype) for a in value.args]
        else:
            args = [(n, a.dtype) for (n, _), a in zip(names, value.args, strict=True)]
        if (value.op == "divide" and value.dtype.kind == "f" and names[1][1] < width
                and self.entries >= SHARED * width):  # fmt: skip
            return self._shared_quotient(value, args[0][0], names[1][0], copy), width
        name = self._small_power(value, args, width) or self.spell(
            value.op, value.dtype, width, value.extra or {}, args)  # fmt: skip
        return name, width

    def _shared_quotient(self, value: Value, x: str, divisor: str, copy: Copy) -> str:
        """x/d where d is the same in all lanes: (x · s/d) · 1/s, so that one division serves all.

        s, a power of 2, keeps s/d a normal number where d is very large or very small.
        """
        dtype, d = value.dtype, value.args[1]

        def factor(turn: bool) -> str:
            return self.splat(self.inverse(divisor, dtype, turn=turn), dtype, self.width)

        for turn in (True, False):
            key = "quotient", turn, d, self._relevant(d, copy)
            name = self._kept(key, d, partial(factor, turn), self.width)
            x = self._times(x, name, dtype, self.width)
        return x

    def _small_power(self, value: Value, args: list[tuple[str, DType]], width: int) -> str | None:
        """x², x³ and their like without logarithms."""
        if value.op != "pow" or value.args[1].op != "number":
            return None
        n, dtype, x = value.args[1].extra, value.dtype, args[0][0]
        if n == -1 and dtype.kind == "f":
            one = self.spell.same(1, dtype, width)
            return self.spell("divide", dtype, width, {}, [(one, dtype), (x, dtype)])
        if n not in (1, 2, 3, 4):
            return None
        square = self._times(x, x, dtype, width)
        fourth = {3: x, 4: square}.get(n)
        return {1: x, 2: square}.get(n) or self._times(square, fourth or x, dtype, width)

    def _times(self, a: str, b: str, dtype: DType, width: int) -> str:
        return self.spell("multiply", dtype, width, {}, [(a, dtype), (b, dtype)])

    def _wrap(self, value: Value, copy: Copy) -> tuple[str, int]:
        """An index from memory: negative ones count from the end; none leaves the axis."""
        x, width = self.emit(value.args[0], copy)
        size, kind = value.extra, ir(INT, width)
        none, whole = self.spell.same(0, INT, width), self.spell.same(size, INT, width)
        below = self.text.set(f"icmp slt {kind} {x}, {none}")
        turned = self.text.set(f"add {kind} {x}, {whole}")
        place = self.text.set(f"select {ir(BOOL, width)} {below}, {kind} {turned}, {kind} {x}")
        bad = self.text.set(f"icmp uge {kind} {place}, {whole}")
        safe = self.text.set(f"select {ir(BOOL, width)} {bad}, {kind} {none}, {kind} {place}")
        flag = bad
        if width > 1:
            lanes = self._constant_mask()
            flag = self.text.set(f"and <{width} x i1> {bad}, {lanes}")
            flag = self.text.call(f"llvm.vector.reduce.or.v{width}i1", "i1",
                                  [(f"<{width} x i1>", flag)])  # fmt: skip
        with self.text.when(flag):
            self.text.line("store atomic i32 1, ptr @outside monotonic, align 4")
        return safe, width

    def _integer(self, place: Affine, copy: Copy) -> tuple[str, int]:
        """An index expression as a number."""
        scalar, lane, vector = self._parts(place, copy)
        if not lane and not vector:
            return scalar, 1
        return self._vector_integer(scalar, lane, vector), self.width

    def _vector_integer(self, scalar: str, lane: int, vector: list[tuple[str, int]]) -> str:
        total = self.splat(scalar, INT, self.width)
        kind = ir(INT, self.width)
        if lane:
            steps = ", ".join(f"i64 {lane * k}" for k in range(self.width))
            total = self.text.set(f"add {kind} {total}, <{steps}>")
        for name, c in vector:
            if c != 1:
                name = self.text.set(f"mul {kind} {name}, {self.spell.same(c, INT, self.width)}")
            total = self.text.set(f"add {kind} {total}, {name}")
        return total

    def _parts(self, place: Affine, copy: Copy, *,
               const: bool = True) -> tuple[str, int, list[tuple[str, int]]]:  # fmt: skip
        """An index as a scalar, a step from lane to lane, and vectors with their factors."""
        vector: list[tuple[str, int]] = []
        terms: list[tuple[int, str, int]] = []
        for atom, c in place.terms.items():
            if isinstance(atom, Value):
                name, width = self.emit(atom, copy)
                if width > 1:
                    vector.append((name, c))
                else:
                    terms.append((len(self.order), name, c))
            elif isinstance(atom, Loop) and atom in self.counter:
                terms.append((self._depth(atom), self.counter[atom], c))
        lane = 0 if self.lane is None else place.coefficient(self.lane)
        shift = place.const + self._shift(place, copy)
        terms.sort(key=lambda t: t[0])
        key = ("sum", tuple((n, c) for _, n, c in terms))
        if key not in self.cache:
            total = "0"
            for _, name, c in terms:
                if name == "0":
                    continue
                scaled = name if c == 1 else self.text.set(f"mul nsw i64 {name}, {c}")
                total = scaled if total == "0" else self.text.set(f"add nsw i64 {total}, {scaled}")
            self.cache[key] = total, 1
        scalar = self.cache[key][0]
        if const and shift:
            scalar = str(shift) if scalar == "0" else self.text.set(
                f"add nsw i64 {scalar}, {shift}")  # fmt: skip
        return scalar, lane, vector

    def _shift(self, place: Affine, copy: Copy) -> int:
        return sum(place.coefficient(loop) * k for loop, k in copy)

    def _depth(self, loop: Loop) -> int:
        return self.order.index(loop) if loop in self.order else 0

    def _inside(self, checks: Sequence[Check], copy: Copy) -> tuple[str, int]:
        """Whether every check holds."""
        found: str | None = None
        parts = [(self._integer(place, copy), n) for place, n in checks]
        width = max(w for (_, w), _ in parts)
        for (name, w), n in parts:
            whole = name if w == width else self.splat(name, INT, width)
            kind = ir(INT, width)
            test = self.text.set(f"icmp ult {kind} {whole}, {self.spell.same(n, INT, width)}")
            found = (
                test if found is None else self.text.set(f"and {ir(BOOL, width)} {found}, {test}")
            )
        assert found is not None  # there is a check
        return found, width

    # -- memory -----------------------------------------------------------------------------

    def _mask(self, checks: Sequence[Check], copy: Copy) -> str | None:
        """The lanes that may be touched; None for all."""
        mask = None if self.active == self.width else self._constant_mask()
        if checks:
            test, width = self._inside(checks, copy)
            whole = test if width > 1 else self.splat(test, BOOL, self.width)
            mask = whole if mask is None else self.text.set(
                f"and <{self.width} x i1> {whole}, {mask}")  # fmt: skip
        return mask

    def _address(self, buffer: Buffer, scalar: str, place: Affine, copy: Copy) -> str:
        """The address of an entry; constant offsets are added last, so that the rest is shared."""
        kind = ir(buffer.dtype, stored=True)
        key = ("address", buffer.number, scalar)
        if key not in self.cache:
            name = self.pointer[buffer]
            if scalar != "0":
                name = self.text.set(f"getelementptr inbounds {kind}, ptr {name}, i64 {scalar}")
            self.cache[key] = name, 1
        name = self.cache[key][0]
        shift = place.const + self._shift(place, copy)
        return (
            self.text.set(f"getelementptr inbounds {kind}, ptr {name}, i64 {shift}")
            if shift
            else name
        )

    def _load(self, value: Value, copy: Copy) -> tuple[str, int]:
        buffer, place, checks = value.extra
        checks = tuple(c for c in checks if c not in self.met)
        scalar, lane, vector = self._parts(place, copy, const=False)
        varying = bool(lane or vector) or self.lane in value.atoms
        if not varying:
            return self._load_one(buffer, scalar, place, checks, copy), 1
        width, kind = self.width, ir(buffer.dtype, self.width, stored=True)
        mask = self._mask(checks, copy)
        if lane in (1, -1) and not vector:
            address = self._address(buffer, scalar, place, copy)
            self._ask(value, copy)
            if lane == -1:
                name = self._reversed(buffer, address, mask)
            elif mask is None:
                name = self.text.set(f"load {kind}, ptr {address}, align {buffer.dtype.itemsize}")
            else:
                name = self._masked("load", buffer.dtype, address, mask, "zeroinitializer")
        elif not lane and not vector:
            name = self._load_one(buffer, scalar, place, (), copy, mask)
        else:
            name = self._gathered(buffer, place, copy, lane, vector, mask)
        return self._read(name, buffer.dtype, width), width

    def _ask(self, value: Value, copy: Copy) -> None:
        """Ask for what the next step will load, once for each cache line."""
        buffer, place = value.extra[0], self.coming.get(value)
        if place is None or self._shift(place, copy) * buffer.dtype.itemsize % LINE:
            return
        self.ask(buffer, place, copy)

    def ask(self, buffer: Buffer, place: Affine, copy: Copy, *, write: int = 0) -> None:
        """Ask memory for what stands at a place."""
        scalar, _, _ = self._parts(place, copy, const=False)
        self.prefetch(self._address(buffer, scalar, place, copy), write=write)

    def _load_one(self, buffer: Buffer, scalar: str, place: Affine, checks: Sequence[Check],
                  copy: Copy, mask: str | None = None) -> str:  # fmt: skip
        """One entry for all lanes."""
        kind = ir(buffer.dtype, stored=True)
        address = self._address(buffer, scalar, place, copy)
        if mask is not None:  # the same entry, but only in some lanes
            pointers = self.splat_pointer(address)
            return self._masked_gather(buffer.dtype, pointers, mask)
        if checks:
            test, _ = self._inside(checks, copy)
            safe = self.text.set(f"select i1 {test}, ptr {address}, ptr @nothing")
            name = self.text.set(f"load {kind}, ptr {safe}, align {buffer.dtype.itemsize}")
        else:
            name = self.text.set(f"load {kind}, ptr {address}, align {buffer.dtype.itemsize}")
        return self._read(name, buffer.dtype, 1)

    def _pointers(self, buffer: Buffer, place: Affine, copy: Copy, lane: int,
                  vector: list[tuple[str, int]]) -> str:  # fmt: skip
        scalar, _, _ = self._parts(place, copy)
        steps = self._vector_integer(scalar, lane, vector)
        kind = ir(buffer.dtype, stored=True)
        return self.text.set(f"getelementptr inbounds {kind}, ptr {self.pointer[buffer]}, "
                             f"<{self.width} x i64> {steps}")  # fmt: skip

    def _gathered(self, buffer: Buffer, place: Affine, copy: Copy, lane: int,
                  vector: list[tuple[str, int]], mask: str | None) -> str:  # fmt: skip
        """Lanes that stand apart."""
        pointers = self._pointers(buffer, place, copy, lane, vector)
        return self._masked_gather(buffer.dtype, pointers, mask or self._constant_mask())
