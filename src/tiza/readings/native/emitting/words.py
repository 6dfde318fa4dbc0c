"""Factors of products rounded to bfloat16 and put in pairs; see `terms.words`.

Where pairs stand side by side in memory, 32 numbers become 16 words at once; where they stand one
below the other, two rows are woven into one. Words that are wanted as columns are turned in
registers, 16 rows of 16 words at a time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.emitting.corner import turned
from tiza.readings.native.emitting.vectors import shuffle
from tiza.readings.native.terms.memory import View
from tiza.readings.native.terms.text import Text

LANES = 16
FLOAT32 = np.dtype("float32")
WORDS, FLOATS, HALVES = f"<{LANES} x float>", f"<{2 * LANES} x float>", f"<{2 * LANES} x bfloat>"


def pairs_text(node: Node, source: View, out: View) -> tuple[str, int]:
    """The function that writes the words of `node`, and how many turns it takes."""
    text = Text()
    packing = _Packing(text, source, out)
    axis = node.attrs["axis"]
    if source.strides[1] != 1:
        trips = packing.one_by_one(axis, turned=node.attrs["turned"])
    elif axis == 0:
        trips = packing.woven()
    elif node.attrs["turned"]:
        trips = packing.columns()
    else:
        trips = packing.rows()
    head = "define internal void @@(ptr noalias %b0, ptr noalias %b1, i64 %from, i64 %to)"
    return text.function(head, "#0"), trips


class _Packing:
    """The loops of one such function.

    The words of a matrix (m, n) are (m, n/2), or (n/2, m) where they are turned, or (m/2, n).
    """

    def __init__(self, text: Text, source: View, out: View) -> None:
        self.text, self.source, self.out = text, source, out

    def rows(self) -> int:
        """Pairs side by side, words too."""
        many, count = self.out.shape
        with self.text.loop("%from", "%to") as row:

            def chunk(column: str, active: int) -> None:
                found = self._beside(self._place(self.source, row, column, 2), active)
                self._store(found, self._place(self.out, row, column), active)

            self._each(count, chunk)
        return many

    def woven(self) -> int:
        """Pairs one below the other, words side by side."""
        many, count = self.out.shape
        with self.text.loop("%from", "%to") as row:
            upper = self.text.set(f"mul nsw i64 {row}, 2")
            lower = self.text.set(f"add nsw i64 {upper}, 1")

            def chunk(column: str, active: int) -> None:
                places = [self._place(self.source, r, column) for r in (upper, lower)]
                found = self._woven(*(self._load(p, active) for p in places))
                self._store(found, self._place(self.out, row, column), active)

            self._each(count, chunk)
        return many

    def columns(self) -> int:
        """Pairs side by side, the words of a row one below the other."""
        many = self.out.shape[1]
        full, over = divmod(many, LANES)
        test = self.text.set(f"icmp slt i64 %to, {full}")
        stop = self.text.set(f"select i1 {test}, i64 %to, i64 {full}")
        with self.text.loop("%from", stop) as i:
            self._tiles(self.text.set(f"mul nsw i64 {i}, {LANES}"), LANES)
        if over:
            last = self.text.set(f"icmp sgt i64 %to, {full}")
            with self.text.when(last):
                self._tiles(str(full * LANES), over)
        return full + (over > 0)

    def _tiles(self, first: str, rows: int) -> None:
        """The words of so many rows, turned."""

        def tile(column: str, active: int) -> None:
            found = []
            for k in range(rows):
                row = self.text.set(f"add nsw i64 {first}, {k}")
                found.append(self._beside(self._place(self.source, row, column, 2), active))
            found += ["zeroinitializer"] * (LANES - rows)
            for k, words in enumerate(turned(self.text, found, FLOAT32)[:active]):
                below = self.text.set(f"add nsw i64 {column}, {k}")
                self._store(words, self._place(self.out, below, first), rows)

        self._each(self.out.shape[0], tile)

    def one_by_one(self, axis: int, *, turned: bool) -> int:
        """Numbers that stand anywhere."""
        rows, columns = self.out.shape
        with self.text.loop("%from", "%to") as row, self.text.loop("0", str(columns)) as column:
            at = [column, row] if turned else [row, column]
            at[axis] = self.text.set(f"mul nsw i64 {at[axis]}, 2")
            halves = []
            for k in range(2):
                here = list(at)
                here[axis] = self.text.set(f"add nsw i64 {at[axis]}, {k}")
                place = self._place(self.source, here[0], here[1])
                x = self.text.set(f"load float, ptr {place}, align 4")
                halves.append(self.text.set(f"fptrunc float {x} to bfloat"))
            word = "poison"
            for k, half in enumerate(halves):
                word = self.text.set(f"insertelement <2 x bfloat> {word}, bfloat {half}, i64 {k}")
            whole = self.text.set(f"bitcast <2 x bfloat> {word} to float")
            self.text.line(
                f"store float {whole}, ptr {self._place(self.out, row, column)}, align 4"
            )
        return rows

    # -- vectors ------------------------------------------------------------------------------

    def _each(self, count: int, chunk: Callable[[str, int], None]) -> None:
        """`chunk` where each vector of words begins, with how many of its lanes are in use."""
        full, over = divmod(count, LANES)
        if full:
            with self.text.loop("0", str(full)) as i:
                chunk(self.text.set(f"mul nsw i64 {i}, {LANES}"), LANES)
        if over:
            chunk(str(full * LANES), over)

    def _place(self, view: View, row: str, column: str, scale: int = 1) -> str:
        """The address of an entry; the column counts `scale` entries each."""
        name = "%b0" if view is self.source else "%b1"
        down = self.text.set(f"mul nsw i64 {row}, {view.strides[0]}")
        right = self.text.set(f"mul nsw i64 {column}, {view.strides[1] * scale}")
        both = self.text.set(f"add nsw i64 {down}, {right}")
        whole = self.text.set(f"add nsw i64 {both}, {view.offset}") if view.offset else both
        return self.text.set(f"getelementptr inbounds float, ptr {name}, i64 {whole}")

    def _load(self, place: str, active: int, lanes: int = LANES) -> str:
        kind = f"<{lanes} x float>"
        if active == lanes:
            return self.text.set(f"load {kind}, ptr {place}, align 4")
        return self.text.call(f"llvm.masked.load.v{lanes}f32.p0", kind, [
            ("ptr", place), (f"<{lanes} x i1>", _mask(active, lanes)), (kind, "zeroinitializer"),
        ])  # fmt: skip

    def _store(self, words: str, place: str, active: int) -> None:
        if active == LANES:
            self.text.line(f"store {WORDS} {words}, ptr {place}, align 4")
            return
        mask = (f"<{LANES} x i1>", _mask(active, LANES))
        self.text.do(f"llvm.masked.store.v{LANES}f32.p0", [(WORDS, words), ("ptr", place), mask],
                     [""] * 3)  # fmt: skip

    def _beside(self, place: str, active: int) -> str:
        """Words of numbers that stand side by side."""
        found = self._load(place, 2 * active, 2 * LANES)
        half = self.text.set(f"fptrunc {FLOATS} {found} to {HALVES}")
        return self.text.set(f"bitcast {HALVES} {half} to {WORDS}")

    def _woven(self, upper: str, lower: str) -> str:
        """Words of two rows."""
        weave = shuffle(k // 2 + LANES * (k % 2) for k in range(2 * LANES))
        both = self.text.set(f"shufflevector {WORDS} {upper}, {WORDS} {lower}, "
                             f"{shuffle(range(2 * LANES))}")  # fmt: skip
        half = self.text.set(f"fptrunc {FLOATS} {both} to {HALVES}")
        woven = self.text.set(f"shufflevector {HALVES} {half}, {HALVES} poison, {weave}")
        return self.text.set(f"bitcast {HALVES} {woven} to {WORDS}")


def _mask(active: int, lanes: int) -> str:
    return "<" + ", ".join(f"i1 {int(k < active)}" for k in range(lanes)) + ">"
