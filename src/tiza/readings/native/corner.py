"""The schedule `turned`: square tiles read along their rows and written along their columns.

A tile is as many vectors as a vector has lanes. It is turned in registers: at each step vectors
that stand 1, 2, 4, ... apart exchange groups of as many lanes.

    a b        a c
    c d   →    b d
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.readings.native.finish import Results
from tiza.readings.native.index import Loop
from tiza.readings.native.nest import Store
from tiza.readings.native.spell import ir
from tiza.readings.native.vectors import shuffle

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

    def _turned(self, vectors: list[str], dtype: DType) -> list[str]:
        """Lane i of vector k becomes lane k of vector i."""
        kind, width, step = ir(dtype, self.width), self.width, 1
        while step < width:
            lanes = range(width)
            low = [k + (width - step if k & step else 0) for k in lanes]
            high = [k + (width if k & step else step) for k in lanes]
            new = list(vectors)
            for i in lanes:
                if i & step:
                    continue
                a, b = vectors[i], vectors[i + step]
                for at, order in ((i, low), (i + step, high)):
                    new[at] = self.text.set(
                        f"shufflevector {kind} {a}, {kind} {b}, {shuffle(order)}"
                    )
            vectors, step = new, 2 * step
        return vectors
