"""Stores of a loop's body, written for one entry or for a vector of them."""

from __future__ import annotations

from collections.abc import Sequence

from tiza.readings.native.emitting.spell import ir, short
from tiza.readings.native.emitting.values import Copy, Values
from tiza.readings.native.lowering.nest import Store


class Stores(Values):
    """Writes stores at the current place of the loops."""

    def _stores(self, stores: Sequence[Store], copy: Copy) -> None:
        for store in stores:
            self._store(store, copy)

    def _store(self, store: Store, copy: Copy) -> None:
        buffer, place, dtype = store.buffer, store.place, store.buffer.dtype
        scalar, lane, vector = self._parts(place, copy, const=False)
        if self.lane is None or not (lane or vector):
            assert self.lane is None or not any(self.lane in c[0].terms for c in store.checks)
            self._store_one(store, scalar, copy)
            return
        value = self.wide(store.value, copy)
        kind = ir(dtype, self.width, stored=True)
        if dtype.kind == "b":
            value = self.text.set(f"zext <{self.width} x i1> {value} to {kind}")
        if lane == 1 and not vector:
            address = self._address(buffer, scalar, place, copy)
            mask = self._mask(store.checks, copy)
            align = f"align {dtype.itemsize}"
            if store.add:
                old = self._old(kind, dtype, address, mask)
                value = self.combine("sum", dtype, self.width, old, value)
            if mask is None:
                self.text.line(f"store {kind} {value}, ptr {address}, {align}")
            else:
                self._masked("store", dtype, address, mask, value)
            return
        pointers = self._pointers(buffer, place, copy, lane, vector)
        mask = self._mask(store.checks, copy) or self._constant_mask()
        if store.add:
            old = self._masked_gather(dtype, pointers, mask)
            value = self.combine("sum", dtype, self.width, old, value)
        self.text.do(f"llvm.masked.scatter.v{self.width}{short(dtype)}.v{self.width}p0",
                     [(kind, value), (f"<{self.width} x ptr>", pointers),
                      (f"<{self.width} x i1>", mask)],
                     ["", f"align {dtype.itemsize}", ""])  # fmt: skip

    def _store_one(self, store: Store, scalar: str, copy: Copy) -> None:
        dtype = store.buffer.dtype
        name, width = self.emit(store.value, copy)
        if width > 1:  # the lanes agree on where it goes: the last of them counts
            name = self.text.set(f"extractelement {ir(dtype, width)} {name}, i64 {self.active - 1}")
        kind, align = ir(dtype, stored=True), f"align {dtype.itemsize}"
        if dtype.kind == "b":
            name = self.text.set(f"zext i1 {name} to i8")
        address = self._address(store.buffer, scalar, store.place, copy)

        def put() -> None:
            new = name
            if store.add:
                old = self.text.set(f"load {kind}, ptr {address}, {align}")
                new = self.combine("sum", dtype, 1, old, name)
            self.text.line(f"store {kind} {new}, ptr {address}, {align}")

        if store.checks:
            test, _ = self._inside(store.checks, copy)
            with self.text.when(test):
                put()
        else:
            put()
