"""From where to where a reduced loop runs: of a product with known zeros, only between them.

Of a row's own sum, as often as the row has entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tiza.readings.native.emitting.corner import Corner
from tiza.readings.native.emitting.values import Copy
from tiza.readings.native.lowering.band import FAR
from tiza.readings.native.lowering.lower import Check, Value
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.scheduling.schedule import Schedule, product
from tiza.readings.native.terms.index import ZERO, Affine, Loop


class Ends(Corner):
    """Writes the bounds of loops; `tile`: how many entries of each tiled loop are at hand."""

    def __init__(self, nest: Nest, plan: Schedule, width: int) -> None:
        super().__init__(nest, plan, width)
        self.tile: dict[Loop, int] = {}
        self.rims = met(nest, plan)
        self.met = frozenset(check for checks in self.rims.values() for check in checks)

    def _ask(self, value: Value, copy: Copy) -> None:
        """Of a tile's last vector its end, too: where rows begin within a line, that is another."""
        super()._ask(value, copy)
        place, lane = self.coming.get(value), self.lane
        if place is None or lane not in self.tile or place.coefficient(lane) != 1:
            return
        left = self.tile[lane] - sum(start for loop, start in copy if loop is lane)
        if left <= self.width:
            self.ask(value.extra[0], place + (left - 1), copy)

    def ends(self, loop: Loop) -> tuple[str, str]:
        """The first turn of a reduced loop and the one after the last."""
        if self.nest.turns is not None:
            return "0", self._parts(self.nest.turns, ())[0]
        start, stop = self._rim(loop, "0", self._turns(loop))
        limits = self.nest.limits
        if limits is None or loop is not limits.loop or self.nest.passes is not None:
            return start, stop
        a, b, result = limits.bands
        row, column = self._reach(limits.row), self._reach(limits.column)
        starts = [(row[0], a.low), (column[0], -b.high)]
        stops = [(row[1], a.high + 1), (column[1], 1 - b.low)]
        for place, shift in starts:
            if shift > -FAR:
                start = self._further("smax", start, self._sum(place, shift))
        for place, shift in stops:
            if shift < FAR:
                stop = self._further("smin", stop, self._sum(place, shift))
        for far, near, shift in (
            (column[0], row[1], result.high),
            (row[0], column[1], -result.low),
        ):
            if abs(shift) < FAR:  # all of the tile is beyond the band
                end = self._sum(near, shift)
                test = self.text.set(f"icmp sgt i64 {far}, {end}")
                stop = self.text.set(f"select i1 {test}, i64 0, i64 {stop}")
        return start, stop

    def _several(self, loop: Loop, terms: int) -> list[tuple[str, str, int]]:
        """The loops in the place of a reduced one that takes so many terms a turn, and the rest."""
        start, stop = self.ends(loop)
        whole = loop.extent // terms * terms
        if terms == 1 or (start, stop) != ("0", str(loop.extent)) or not whole:
            return [(start, stop, 1)]
        rest = [(str(whole), stop, 1)] if whole < loop.extent else []
        return [(start, str(whole), terms), *rest]

    @contextmanager
    def _reduced_loops(self, loops: Sequence[Loop]) -> Iterator[None]:
        """Inside, one turn of these loops."""
        if not loops:
            self.cache.clear()
            yield
            self.cache.clear()
            return
        with self.text.loop(*self.ends(loops[0])) as i:
            self.counter[loops[0]] = i
            self.cache.clear()
            with self._reduced_loops(loops[1:]):
                yield
        self.cache.clear()

    def _rim(self, loop: Loop, start: str, stop: str) -> tuple[str, str]:
        """The ends drawn in to where the factors are in memory."""
        for place, n in self.rims.get(loop, ()):
            here, _, _ = self._parts(place.put(loop, ZERO), ())
            if place.coefficient(loop) > 0:
                first = self.text.set(f"sub nsw i64 0, {here}")
                end = self.text.set(f"sub nsw i64 {n}, {here}")
            else:
                first, end = self._sum(here, 1 - n), self._sum(here, 1)
            start = self._further("smax", start, first)
            stop = self._further("smin", stop, end)
        return start, stop

    def _reach(self, place: Affine) -> tuple[str, str]:
        """The least and the greatest value of an index in the tile at hand."""
        least, _, _ = self._parts(place, ())
        more = sum(c * (self.tile[loop] - 1) for loop, c in place.terms.items()
                   if isinstance(loop, Loop) and loop in self.tile)  # fmt: skip
        return least, self._sum(least, more)

    def _sum(self, name: str, more: int) -> str:
        if name.isdecimal():
            return str(int(name) + more)
        return self.text.set(f"add nsw i64 {name}, {more}") if more else name

    def _further(self, which: str, a: str, b: str) -> str:
        return self.text.call(f"llvm.{which}.i64", "i64", [("i64", a), ("i64", b)])

    def _turns(self, loop: Loop) -> str:
        """How often a reduced loop runs: less often in the last pass, where that is shorter."""
        passes, last = self.nest.passes, self.nest.last
        if passes is None or last is None or loop is not self.nest.reduced[0]:
            return str(loop.extent)
        final = self.text.set(f"icmp eq i64 {self.counter[passes]}, {passes.extent - 1}")
        return self.text.set(f"select i1 {final}, i64 {last}, i64 {loop.extent}")


def met(nest: Nest, way: Schedule) -> dict[Loop, list[Check]]:
    """What the ends of reduced loops take care of: what is checked of a product's factors.

    Such a check depends on one of them, and otherwise on loops that run around the tile.
    """
    found: dict[Loop, list[Check]] = {}
    tiled = (way.lane, way.row, way.columns)
    for factor in product(nest) or ():
        for check in factor.extra[2]:
            place = check[0]
            inner = [loop for loop in nest.reduced if loop in place.terms]
            plain = all(isinstance(a, Loop) and a not in tiled for a in place.terms)
            if plain and len(inner) == 1 and abs(place.coefficient(inner[0])) == 1:
                found.setdefault(inner[0], []).append(check)
    return found


def within(nest: Nest) -> float:
    """The share of a product's terms whose factors are in memory."""
    share = 1.0
    for check in {c for factor in product(nest) or () for c in factor.extra[2]}:
        place, n = check
        sums = {place.const: 1}
        for atom, c in place.terms.items():
            more: dict[int, int] = {}
            for s, often in sums.items():
                for i in range(atom.extent if isinstance(atom, Loop) else 1):
                    more[s + c * i] = more.get(s + c * i, 0) + often
            sums = more
        share *= sum(k for s, k in sums.items() if 0 <= s < n) / sum(sums.values())
    return share
