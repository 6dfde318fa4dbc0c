"""The schedule `turned`: square tiles read along their rows and written along their columns.

A tile is as many vectors as a vector has lanes. It is turned in registers: at each step vectors
that stand 1, 2, 4, ... apart exchange groups of as many lanes.

    a b        a c
    c d   →    b d

A whole tile that is only copied is turned by a function that all kernels share.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.readings.native.emitting.finish import Results
from tiza.readings.native.emitting.spell import ir, short
from tiza.readings.native.emitting.vectors import shuffle
from tiza.readings.native.lowering.nest import Store
from tiza.readings.native.terms.index import Loop
from tiza.readings.native.terms.text import Text

DType = np.dtype[Any]


class Corner(Results):
    """Writes tiles that are turned."""

    def turn_tile(self, many: dict[Loop, int]) -> None:
        """One tile of each value that is stored."""
        rows, lane = self.plan.row, self.plan.lane
        assert rows is not None
        assert lane is not None
        for store in self.nest.inner:
            self._turn_one(store, rows, lane, many)
        self.lane, self.active = lane, self.width

    def _turn_one(self, store: Store, rows: Loop, lane: Loop, many: dict[Loop, int]) -> None:
        dtype = store.value.dtype
        self.lane, self.active = rows, many[rows]
        if many[rows] == many[lane] == self.width and self._copies_tile(store):
            self._turn_whole(store, rows, lane)
            return
        found = []
        for i in range(many[lane]):
            found.append(self.wide(store.value, ((lane, i),)))
        found += ["zeroinitializer"] * (self.width - len(found))
        turned = self._turned(found, dtype)
        self.lane, self.active = lane, many[lane]
        for k in range(many[rows]):
            copy = ((rows, k),)
            self.cache[store.value, self._relevant(store.value, copy)] = turned[k], self.width
            self._store(store, copy)

    def _copies_tile(self, store: Store) -> bool:
        """Whether what is stored is what was loaded."""
        return store.value.op == "load" and store.value.extra[0].dtype == store.buffer.dtype

    def _turn_whole(self, store: Store, rows: Loop, lane: Loop) -> None:
        """Let the shared function copy a tile."""
        source, read, _ = store.value.extra
        ends = []
        read_apart, write_apart = read.coefficient(lane), store.place.coefficient(rows)
        for buffer, place, apart in (
            (source, read, read_apart),
            (store.buffer, store.place, write_apart),
        ):
            scalar, _, _ = self._parts(place, (), const=False)
            ends.append(f"ptr {self._address(buffer, scalar, place, ())}, i64 {apart}")
        self.text.tiles.add((store.buffer.dtype, self.width))
        name = tile_name(store.buffer.dtype, self.width)
        self.text.line(f"call void @{name}({', '.join(ends)})")

    def _turned(self, vectors: list[str], dtype: DType) -> list[str]:
        return turned(self.text, vectors, dtype)


def turned(text: Text, vectors: list[str], dtype: DType) -> list[str]:
    """Lane i of vector k becomes lane k of vector i."""
    width, step = len(vectors), 1
    kind, lanes = ir(dtype, width), range(width)
    while step < width:
        low = [k + (width - step if k & step else 0) for k in lanes]
        high = [k + (width if k & step else step) for k in lanes]
        new = list(vectors)
        for i in lanes:
            if i & step:
                continue
            a, b = vectors[i], vectors[i + step]
            for at, order in ((i, low), (i + step, high)):
                new[at] = text.set(f"shufflevector {kind} {a}, {kind} {b}, {shuffle(order)}")
        vectors, step = new, 2 * step
    return vectors


def tile_name(dtype: DType, width: int) -> str:
    """The name of the function that copies a tile, turned."""
    return f"tz_turn_v{width}{short(dtype)}"


def tile_text(dtype: DType, width: int) -> str:
    """That function: where a tile is read and how far apart its rows are, where it is written."""
    text = Text()
    one, whole, size = ir(dtype, stored=True), ir(dtype, width), dtype.itemsize

    def place(base: str, step: str, k: int) -> str:
        far = text.set(f"mul nsw i64 {step}, {k}")
        return text.set(f"getelementptr inbounds {one}, ptr {base}, i64 {far}")

    rows = [text.set(f"load {whole}, ptr {place('%a', '%da', k)}, align {size}")
            for k in range(width)]  # fmt: skip
    for k, column in enumerate(turned(text, rows, dtype)):
        text.line(f"store {whole} {column}, ptr {place('%b', '%db', k)}, align {size}")
    name = tile_name(dtype, width)
    return text.function(f"define internal void @{name}(ptr %a, i64 %da, ptr %b, i64 %db)", "#0")
