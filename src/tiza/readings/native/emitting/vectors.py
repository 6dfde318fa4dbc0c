"""Vectors: masks, loads and stores of lanes, and how lanes are combined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tiza.readings.native.emitting.spell import Spelling, ir, number, short
from tiza.readings.native.terms.memory import Buffer
from tiza.readings.native.terms.text import Text

DType = np.dtype[Any]
COMBINE = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum",
           "all": "bitwise_and", "any": "bitwise_or"}  # fmt: skip


class Vectors:
    """Writes instructions on vectors of `width` lanes, of which the first `active` are in use."""

    def __init__(self, width: int) -> None:
        self.width = self.active = width
        self.text = Text()
        self.spell = Spelling(self.text)

    def combine(self, op: str, dtype: DType, width: int, a: str, b: str) -> str:
        """Two partial results as one."""
        name = COMBINE[op]
        if dtype.kind == "b" and op in ("sum", "prod"):
            name = "bitwise_or" if op == "sum" else "bitwise_and"
        return self.spell(name, dtype, width, {}, [(a, dtype), (b, dtype)])

    def splat(self, x: str, dtype: DType, width: int) -> str:
        """One value in every lane."""
        if width == 1:
            return x
        scalar, vector = ir(dtype), ir(dtype, width)
        one = self.text.set(f"insertelement {vector} poison, {scalar} {x}, i64 0")
        return self.text.set(f"shufflevector {vector} {one}, {vector} poison, "
                             f"<{width} x i32> zeroinitializer")  # fmt: skip

    def inverse(self, divisor: str, dtype: DType, *, turn: bool) -> str:
        """s/d, or 1/s (turn=False), where s, a power of 2, is chosen by the size of d."""
        half, kind = float(2 ** (64 if dtype.itemsize == 4 else 512)), ir(dtype)
        size = self.spell.intrinsic("fabs", dtype, 1, (divisor, dtype))
        scale = number(1, dtype)
        for test, end in (("oge", half), ("ole", 1 / half)):
            far = self.text.set(f"fcmp {test} {kind} {size}, {number(end, dtype)}")
            power = number(end if turn else 1 / end, dtype)
            scale = self.text.set(f"select i1 {far}, {kind} {power}, {kind} {scale}")
        return self.text.set(f"fdiv {kind} {scale}, {divisor}") if turn else scale

    def _constant_mask(self) -> str:
        return "<" + ", ".join(f"i1 {int(k < self.active)}" for k in range(self.width)) + ">"

    def splat_pointer(self, address: str) -> str:
        """One address in every lane."""
        kind = f"<{self.width} x ptr>"
        one = self.text.set(f"insertelement {kind} poison, ptr {address}, i64 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.text.set(f"shufflevector {kind} {one}, {kind} poison, {zeros}")

    def _read(self, name: str, dtype: DType, width: int) -> str:
        """Truth values stand in memory as bytes."""
        if dtype.kind != "b":
            return name
        kind = ir(dtype, width, stored=True)
        zero = "0" if width == 1 else "zeroinitializer"
        return self.text.set(f"icmp ne {kind} {name}, {zero}")

    def prefetch(self, address: str, *, write: int = 0, near: int = 2) -> None:
        """Ask for a cache line, to be read or written; near: 3 for the nearest cache."""
        how = [("i32", str(k)) for k in (write, near, 1)]
        self.text.do("llvm.prefetch.p0", [("ptr", address), *how], [""] * 4)

    def _masked(self, verb: str, dtype: DType, address: str, mask: str, value: str) -> str:
        width, kind = self.width, ir(dtype, self.width, stored=True)
        suffix = f"v{width}{short(dtype)}.p0"
        bits = f"<{width} x i1>"
        align = f"align {dtype.itemsize}"
        if verb == "load" and (mask, value) == (self._constant_mask(), "zeroinitializer"):
            few = self._short(dtype, address)
            if few:
                return few
        if verb == "load":
            self.text.declared.add(
                f"declare {kind} @llvm.masked.load.{suffix}(ptr, {bits}, {kind})"
            )
            return self.text.set(f"call {kind} @llvm.masked.load.{suffix}(ptr {align} {address}, "
                                 f"{bits} {mask}, {kind} {value})")  # fmt: skip
        self.text.do(f"llvm.masked.store.{suffix}",
                     [(kind, value), ("ptr", address), (bits, mask)], ["", align, ""])  # fmt: skip
        return ""

    def _short(self, dtype: DType, address: str) -> str | None:
        """The lanes in use loaded as a shorter vector, 0 in the others; None for odd numbers.

        A masked load goes to memory for the line that its unused lanes reach into, too.
        """
        count, kind = self.active, ir(dtype, self.active, stored=True)
        if count < 2 or count & (count - 1):
            return None
        few = self.text.set(f"load {kind}, ptr {address}, align {dtype.itemsize}")
        lanes = shuffle(min(k, count) for k in range(self.width))
        return self.text.set(f"shufflevector {kind} {few}, {kind} zeroinitializer, {lanes}")

    def _reversed(self, buffer: Buffer, address: str, mask: str | None) -> str:
        """Lanes that run backwards: loaded forwards and turned round."""
        width, kind = self.width, ir(buffer.dtype, self.width, stored=True)
        stored = ir(buffer.dtype, stored=True)
        first = self.text.set(f"getelementptr inbounds {stored}, ptr {address}, i64 {1 - width}")
        turn = shuffle(range(width - 1, -1, -1))
        if mask is None:
            name = self.text.set(f"load {kind}, ptr {first}, align {buffer.dtype.itemsize}")
        else:
            bits = f"<{width} x i1>"
            mask = self.text.set(f"shufflevector {bits} {mask}, {bits} poison, {turn}")
            name = self._masked("load", buffer.dtype, first, mask, "zeroinitializer")
        return self.text.set(f"shufflevector {kind} {name}, {kind} poison, {turn}")

    def _masked_gather(self, dtype: DType, pointers: str, mask: str) -> str:
        width, kind = self.width, ir(dtype, self.width, stored=True)
        name = f"llvm.masked.gather.v{width}{short(dtype)}.v{width}p0"
        bits = f"<{width} x i1>"
        many = f"<{width} x ptr>"
        self.text.declared.add(f"declare {kind} @{name}({many}, {bits}, {kind})")
        return self.text.set(f"call {kind} @{name}({many} align {dtype.itemsize} {pointers}, "
                             f"{bits} {mask}, {kind} zeroinitializer)")  # fmt: skip

    def _old(self, kind: str, dtype: DType, address: str, mask: str | None) -> str:
        if mask is None:
            return self.text.set(f"load {kind}, ptr {address}, align {dtype.itemsize}")
        return self._masked("load", dtype, address, mask, "zeroinitializer")

    def horizontal(self, op: str, dtype: DType, vector: str) -> str:
        """All lanes of a vector combined, always in the same order."""
        width = self.width
        while width > 1:
            half, kind = width // 2, ir(dtype, width)
            low, high = (
                self.text.set(f"shufflevector {kind} {vector}, {kind} poison, "
                              f"{shuffle(range(start, start + half))}")
                for start in (0, half)
            )  # fmt: skip
            if half == 1:
                low, high = (
                    self.text.set(f"extractelement {ir(dtype, 1).join(['<1 x ', '>'])} {v}, i32 0")
                    for v in (low, high)
                )
            vector = self.combine(op, dtype, half, low, high)
            width = half
        return vector

    def together(self, op: str, dtype: DType, vectors: Sequence[str]) -> str:
        """`horizontal` of several vectors, side by side and over again; in the same order.

        Each vector becomes a group of lanes. Two vectors of groups give one of groups half as
        wide; the last of them is halved by itself.
        """
        count, group, names = len(vectors), self.width, list(vectors)
        while group > 1:
            half, now = group // 2, self.width if len(names) > 1 else count * group
            pairs = list(zip(names[::2], names[1::2] or names, strict=True))
            lanes = range(2 * now if len(names) > 1 else now)
            low = shuffle(k for k in lanes if k % group < half)
            high = shuffle(k for k in lanes if k % group >= half)
            kind, names = ir(dtype, now), []
            for a, b in pairs:
                both = [self.text.set(f"shufflevector {kind} {a}, {kind} {b}, {side}")
                        for side in (low, high)]  # fmt: skip
                names.append(self.combine(op, dtype, len(lanes) // 2, *both))
            group = half
        whole = shuffle(k % count for k in range(self.width))
        kind = ir(dtype, count)
        return self.text.set(f"shufflevector {kind} {names[0]}, {kind} poison, {whole}")

    def _fold(self, vectors: list[str], dtype: DType, group: int) -> str:
        """Neighbouring groups of lanes added, the vectors' results side by side.

        After it lane j·g + i of the result (g the new group) holds what vector j had in its
        lanes; begun with groups of 1 and all `width` vectors, lane j is the sum of vector j.
        """
        kind = ir(dtype, self.width)
        while len(vectors) > 1:
            folded = []
            for a, b in zip(vectors[::2], vectors[1::2], strict=True):
                if a == b == "zeroinitializer":
                    folded.append(a)
                    continue
                first, second = [], []
                for start in range(0, self.width, 2 * group):
                    first += [*range(start, start + group),
                              *range(self.width + start, self.width + start + group)]  # fmt: skip
                    second += [*range(start + group, start + 2 * group),
                               *range(self.width + start + group,
                                      self.width + start + 2 * group)]  # fmt: skip
                low, high = (
                    self.text.set(f"shufflevector {kind} {a}, {kind} {b}, {shuffle(order)}")
                    for order in (first, second)
                )
                folded.append(self.text.set(f"fadd {kind} {low}, {high}"))
            vectors, group = folded, group * 2
        return vectors[0]


def shuffle(lanes: Iterable[int]) -> str:
    """Which lanes a shuffle takes, in order."""
    lanes = list(lanes)
    return f"<{len(lanes)} x i32> <" + ", ".join(f"i32 {k}" for k in lanes) + ">"
