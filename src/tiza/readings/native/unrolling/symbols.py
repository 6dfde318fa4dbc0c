"""A program of a handful of numbers written out: one formula for each number of a step.

Every kernel's loops are run here, while compiling, with symbols for numbers. What one kernel
stores and another loads is then one value, so that `chain.py` sees the whole step at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiza.readings.native.driving.close import MOST
from tiza.readings.native.lowering.lower import Lowering, Value
from tiza.readings.native.terms.index import Affine, Loop
from tiza.readings.native.terms.memory import Buffer
from tiza.readings.native.unrolling.chain import ordered

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call
    from tiza.readings.native.lowering.nest import Nest, Reduction, Store

Cell = tuple[Buffer, int]  # one entry of a buffer
Turn = Mapping[object, int]  # where each loop is
LIMIT = 600  # values of one step: a processor looks a few hundred ahead
COMBINE = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum"}


class Unsuited(Exception):
    """The program is too long, or has more in it than numbers at known places."""


@dataclass
class Step:
    """What one step reads and writes.

    kept: entries that go round in registers, each with what it becomes; written: what is stored
    in memory at every step.
    """

    kept: dict[Cell, Value] = field(default_factory=dict)
    written: dict[Cell, Value] = field(default_factory=dict)
    leaves: dict[Cell, Value] = field(default_factory=dict)  # the kept entries as they were


def written_out(calls: Sequence[Call], replaced: Iterable[Buffer]) -> Step | None:
    """The step that these calls make; None where nothing goes round or it is not a short one."""
    round_ = {b for b in replaced if b.argument is not None and b.size}
    if not round_ or any(b.bytes > MOST or b.dtype.kind != "f" for b in round_):
        return None
    if any(call.nest is None for call in calls):
        return None
    try:
        return _Writing(round_).step([call.nest for call in calls if call.nest is not None])
    except Unsuited:
        return None


class _Writing:
    """Runs the loops; `now` is what stands in memory."""

    def __init__(self, round_: set[Buffer]) -> None:
        self.arguments = {b.argument for b in round_}
        self.low = Lowering({})
        self.now: dict[tuple[Any, int], Value] = {}
        self.found = Step()
        self.cells: dict[tuple[Any, int], Cell] = {}
        self.known: dict[Value, Value] = {}  # at this turn of the loops
        self.results: list[Value] = []

    def step(self, nests: Sequence[Nest]) -> Step:
        for nest in nests:
            self._nest(nest)
        for key, value in self.now.items():
            cell = self.cells[key]
            if cell[0].argument in self.arguments:
                self.found.kept[cell] = value
            elif cell[0].argument is not None:
                self.found.written[cell] = value
        for key, leaf in list(self.found.leaves.items()):  # what is only read stays as it is
            self.found.kept.setdefault(key, leaf)
        return self.found

    def _nest(self, nest: Nest) -> None:
        if nest.serial or nest.passes or any(r.carried for r in nest.reductions):
            raise Unsuited
        for kept in _turns(nest.kept):
            sums: list[list[Value]] = [[] for _ in nest.reductions]
            for reduced in _turns(nest.reduced):
                self._at({**kept, **reduced}, nest.inner, sums, nest.reductions)
            self.results = [
                self._together(r, s) for r, s in zip(nest.reductions, sums, strict=True)
            ]
            self._at(kept, nest.outer, [], [])

    def _at(self, turn: Turn, stores: Sequence[Store], sums: Sequence[list[Value]],
            reductions: Sequence[Reduction]) -> None:  # fmt: skip
        """Everything at one turn of the loops."""
        self.known = {}
        for total, reduction in zip(sums, reductions, strict=True):
            total.append(self._value(reduction.value, turn))
        for store in stores:
            if store.checks or store.add:
                raise Unsuited
            value = self._value(store.value, turn)
            key = self._cell(store.buffer, self._place(store.place, turn))
            self.now[key] = value
            if len(self.low.made) > LIMIT:
                raise Unsuited

    def _together(self, reduction: Reduction, values: Sequence[Value]) -> Value:
        op = COMBINE.get(reduction.op)
        if op is None or reduction.value.dtype.kind != "f":
            raise Unsuited
        total = values[0]
        for value in values[1:]:
            total = self.low.apply(op, total, value)
        return total

    def _cell(self, buffer: Buffer, place: Affine) -> tuple[Any, int]:
        if place.terms or buffer.dtype.kind not in "fiu":
            raise Unsuited
        whole = buffer.argument if buffer.argument is not None else ("arena", buffer.offset)
        key = whole, place.const
        self.cells.setdefault(key, (buffer, place.const))
        return key

    def _place(self, place: Affine, turn: Turn) -> Affine:
        total = Affine(place.const)
        for atom, c in place.terms.items():
            if isinstance(atom, Value):
                total = total + Affine(0, [(self._value(atom, turn), c)])
            else:
                total = total + c * turn[atom]
        return total

    def _value(self, value: Value, turn: Turn) -> Value:
        for x in ordered([value], self.known):
            self.known[x] = self._one(x, turn)
        return self.known[value]

    def _one(self, x: Value, turn: Turn) -> Value:
        if x.op == "number":
            return self.low.number(x.extra, x.dtype)
        if x.op == "result":
            number: int = x.extra
            return self.results[number]
        if x.op == "load":
            return self._load(x, turn)
        if x.op in ("index", "inside"):
            raise Unsuited
        attrs = x.extra if isinstance(x.extra, dict) else {}
        if not isinstance(x.extra, dict) and x.extra is not None:
            raise Unsuited  # an index that must be checked
        return self.low.apply(x.op, *(self.known[a] for a in x.args), dtype=x.dtype, **attrs)

    def _load(self, x: Value, turn: Turn) -> Value:
        buffer, where, checks = x.extra
        if checks:
            raise Unsuited
        place = self._place(where, turn)
        if place.terms:
            if buffer.argument is None or buffer.argument in self.arguments:
                raise Unsuited
            return self.low.load(buffer, place)
        key = self._cell(buffer, place)
        if key in self.now:
            return self.now[key]
        if buffer.argument is None:
            raise Unsuited
        leaf = self.low.make("load", (), buffer.dtype, (buffer, place, ()), ("cell", key))
        if buffer.argument in self.arguments:
            self.found.leaves[self.cells[key]] = leaf
        return leaf


def _turns(loops: Sequence[Loop]) -> Iterator[dict[object, int]]:
    for place in itertools.product(*(range(loop.extent) for loop in loops)):
        yield dict(zip(loops, place, strict=True))
