"""A kernel lowered: its loops, and what is computed, reduced and stored within them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tiza.graph.node import Node
from tiza.readings.native.lowering.band import Bands, Limits
from tiza.readings.native.lowering.lower import (
    BOOL,
    INT64,
    Check,
    Lowering,
    Value,
    places_of,
    reached,
    wrapped,
)
from tiza.readings.native.planning.plan import Group
from tiza.readings.native.planning.sides import places
from tiza.readings.native.terms.index import ZERO, Affine, Index, Loop, Opaque, flat, joined, linear
from tiza.readings.native.terms.memory import Buffer, View
from tiza.readings.native.terms.tables import RUNNING, TIMES, unpadded


@dataclass
class Store:
    """`value` goes to `place` of `buffer`, where the checks hold.

    add: to what stands there; passing: until the last of several passes.
    """

    buffer: Buffer
    place: Affine
    value: Value
    checks: tuple[Check, ...] = ()
    add: bool = False
    passing: bool = False


@dataclass
class Reduction:
    """All values of the reduced loops, combined; `factors` where they are products to be summed."""

    op: str
    value: Value
    result: Value
    carried: bool = False  # every partial result is stored as well
    last_nan: bool = False  # of several NaN the number of the last one is wanted


@dataclass
class Nest:
    """Loops over `kept`, within them loops over `reduced`.

    serial: loops that must run in order on one thread; coming: for each of some loads, where the
    next step will read. passes: the outermost loop that is summed over, if it runs around the
    kept ones; between its turns the sums stand in memory. last: how often the first reduced loop
    runs in the last of those turns, where that is less often. limits: where a product's factors
    are 0, or nobody looks at its entries. turns: how often the reduced loop runs, as memory says.
    """

    kept: list[Loop]
    reduced: list[Loop]
    inner: list[Store] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)
    outer: list[Store] = field(default_factory=list)
    serial: list[Loop] = field(default_factory=list)
    coming: dict[Value, Affine] = field(default_factory=dict)
    passes: Loop | None = None
    last: int | None = None
    limits: Limits | None = None
    turns: Affine | None = None
    checked: bool = False  # reads indices from memory, which may be out of bounds
    known: tuple[list[Value], list[Value]] = field(default=([], []), compare=False)  # see `values`

    @property
    def stores(self) -> list[Store]:
        """Everything that is written."""
        return [*self.inner, *self.outer]

    def values(self) -> list[Value]:
        """Every value that occurs."""
        places = [p for s in self.stores for p in (s.place, *(c[0] for c in s.checks))]
        places += [self.turns] if self.turns else []
        roots = [r.value for r in self.reductions] + [s.value for s in self.stores]
        roots += [a for p in places for a in p.terms if isinstance(a, Value)]
        if roots != self.known[0]:
            self.known = roots, reached(roots)
        return list(self.known[1])

    def places(self) -> list[Affine]:
        """Every index expression that occurs."""
        found = [p for s in self.stores for p in (s.place, *(c[0] for c in s.checks))]
        for value in self.values():
            found += places_of(value.op, value.extra)
        return found + ([self.limits.row, self.limits.column] if self.limits else [])

    def buffers(self) -> list[Buffer]:
        """What is read or written, each once."""
        seen = {s.buffer: None for s in self.stores}
        for value in self.values():
            if value.op == "load":
                seen.setdefault(value.extra[0], None)
        return sorted(seen, key=lambda b: b.number)


class Signature:
    """What the text of a kernel depends on: loops and buffers by their order, not their names."""

    def __init__(self, nest: Nest) -> None:
        self.nest = nest
        self.loops: dict[object, int] = {
            loop: i for i, loop in enumerate([*nest.kept, *nest.reduced, nest.passes])
        }
        self.buffers = {b: i for i, b in enumerate(nest.buffers())}
        self.values: dict[Value, int] = {}  # numbers of the distinct ones, in order
        self.rows: dict[Any, int] = {}

    def key(self) -> Any:
        """Equal for nests that are written alike."""
        nest = self.nest
        stores = [(i, self.buffers[s.buffer], self._place(s.place), self._value(s.value),
                   self._checks(s.checks), s.add, s.passing)
                  for i, part in enumerate((nest.inner, nest.outer)) for s in part]  # fmt: skip
        reductions = [(r.op, self._value(r.value), r.carried) for r in nest.reductions]
        extents = [loop.extent for loop in (*nest.kept, *nest.reduced)]
        extents += [nest.passes.extent, nest.last or 0] if nest.passes else []
        serial = [self.loops[loop] for loop in nest.serial if loop in self.loops]
        kinds = [b.dtype.str for b in self.buffers]
        coming = [(self._value(v), self._place(p)) for v, p in nest.coming.items()]
        turns = nest.turns and self._place(nest.turns)
        return (tuple(stores), tuple(reductions), tuple(extents), len(nest.kept), tuple(serial),
                tuple(kinds), tuple(coming), tuple(self.rows), self._limits(), turns)  # fmt: skip

    def _limits(self) -> Any:
        limits = self.nest.limits
        return limits and (self.loops[limits.loop], self._place(limits.row),
                           self._place(limits.column), limits.bands)  # fmt: skip

    def _value(self, value: Value) -> int:
        """The number of a value; equal ones have the same."""
        known = self.values.get(value)
        if known is not None:
            return known
        extra = value.extra
        if value.op == "load":
            extra = self.buffers[extra[0]], self._place(extra[1]), self._checks(extra[2])
        elif value.op == "index":
            extra = self._place(extra)
        elif value.op == "inside":
            extra = self._checks(extra)
        else:
            extra = repr(extra)
        row = value.op, value.dtype.str, tuple(self._value(a) for a in value.args), extra
        found = self.values[value] = self.rows.setdefault(row, len(self.rows))
        return found

    def _place(self, place: Affine) -> Any:
        terms = [(1, self._value(a), c) if isinstance(a, Value) else (0, self.loops[a], c)
                 for a, c in place.terms.items()
                 if isinstance(a, Value) or a in self.loops]  # fmt: skip
        return place.const, tuple(terms)

    def _checks(self, checks: tuple[Check, ...]) -> Any:
        return tuple((self._place(p), n) for p, n in checks)


class Lowerer:
    """Lowers the kernels of a plan; `memory` says where materialised nodes stand."""

    def __init__(self, memory: Mapping[Node, View], elided: set[Node],
                 trusted: Collection[Node] = (), bands: Bands | None = None) -> None:  # fmt: skip
        self.memory, self.elided, self.trusted = memory, elided, trusted
        self.bands = bands or Bands((), ())

    def nest(self, group: Group, passes: int = 1) -> Nest:
        """The loops of one kernel, split as often as its indices need.

        passes: in how many turns around the others the first reduced axis is summed over.
        Errors: Opaque where the last turn would be shorter, and its end lie within a loop.
        """
        axes = [[Loop(n)] for n in group.shape]
        last = 0
        if passes > 1 and group.axes:
            around = axes[group.axes[0]]
            terms = around[0].extent
            each = math.ceil(terms / passes)
            around[:] = [Loop(passes), Loop(each)]
            last = terms - (passes - 1) * each if terms % passes else 0
        nest = linear(axes, lambda: self._nest(group, axes))
        if passes > 1:
            turns = nest.reduced.pop(0)
            if last and (len(nest.reduced) != 1 or turns.extent != passes):
                raise Opaque
            nest.passes, nest.last = turns, last or None
        merge(nest)
        return nest

    def _nest(self, group: Group, axes: list[list[Loop]]) -> Nest:
        low = Lowering(self.memory, group.roots, self.trusted)
        index = tuple(joined(loops) for loops in axes)
        if group.kind == "scatter":
            return self._scatter(group.outer[0], low, index, axes)
        if group.kind == "running":
            return self._running(group.outer[0], low, index, axes)
        gone = set(group.axes or ())
        nest = Nest([i for a, loops in enumerate(axes) if a not in gone for i in loops],
                    [i for a, loops in enumerate(axes) if a in gone for i in loops])  # fmt: skip
        for root, part, place in (x for r in group.inner for x in places(r, index)):
            value = low.value(part, index)
            if part is root:
                low.own[root] = (index, value)
            self._store(nest.inner, root, place, value)
        for root in group.reduced:
            self._reduce(root, group, low, index, nest)
        self._outer(group, low, index, nest)
        nest.checked = low.checked
        return nest

    def _outer(self, group: Group, low: Lowering, index: Index, nest: Nest) -> None:
        for root in group.outer:
            kept = self._kept(root, group, index)
            value = low.value(root, kept)
            low.own[root] = (kept, value)
            self._store(nest.outer, root, kept, value)

    def _store(self, stores: list[Store], root: Node, index: Index, value: Value) -> None:
        if root not in self.elided:
            view = self.memory[root]
            stores.append(Store(view.buffer, view.at(index), value))

    @staticmethod
    def _kept(root: Node, group: Group, index: Index) -> Index:
        """The index of a result: without the reduced axes, or with zeros in their place."""
        gone = set(group.axes or ())
        if root.ndim == len(index):
            return tuple(ZERO if a in gone or root.shape[a] == 1 else i
                         for a, i in enumerate(index))  # fmt: skip
        return tuple(i for a, i in enumerate(index) if a not in gone)

    def _reduce(self, root: Node, group: Group, low: Lowering, index: Index, nest: Nest) -> None:
        op = root.prim.name
        if op == "matmul":
            a, b = root.inputs
            *lead, m, n, k = index
            one = low.value(a, _stacked(lead, a, m, k))
            two = low.value(b, _stacked(lead, b, k, n))
            value, op = low.apply(TIMES.get(unpadded(a).prim.name, "multiply"), one, two), "sum"
            bands = self.bands.product(root)
            if bands is not None and list(k.terms.values()) == [1]:
                nest.limits = Limits(nest.reduced[0], m, n, bands)
        else:
            value = low.value(root.inputs[0], index)
        self._result(root, op, value, group, low, index, nest)

    def _result(self, root: Node, op: str, value: Value, group: Group, low: Lowering,
                index: Index, nest: Nest) -> None:  # fmt: skip
        kept, number = self._kept(root, group, index), len(nest.reductions)
        result = low.make("result", (), root.dtype, number, ("result", number))
        result.atoms = frozenset(nest.kept)
        nest.reductions.append(Reduction(op, value, result, False, "last_nan" in root.attrs))
        low.own[root] = (kept, result)
        self._store(nest.outer, root, kept, result)

    def _running(self, root: Node, low: Lowering, index: Index, axes: list[list[Loop]]) -> Nest:
        """Sums or products carried along an axis, each stored on the way."""
        axis = root.attrs["axis"]
        nest = Nest([i for a, loops in enumerate(axes) if a != axis for i in loops], axes[axis])
        value = low.value(root.inputs[0], index)
        result = low.make("result", (), root.dtype, 0, ("result", 0))
        result.atoms = frozenset(i for loops in axes for i in loops)
        nest.reductions.append(Reduction(RUNNING[root.prim.name], value, result, carried=True))
        self._store(nest.inner, root, index, result)
        nest.checked = low.checked
        return nest

    def _scatter(self, root: Node, low: Lowering, index: Index, axes: list[list[Loop]]) -> Nest:
        """Each entry put, or added, where it belongs; all else was made zero before."""
        place, value, serial = _SCATTER[root.prim.name](low, root, index)
        view = self.memory[root]
        checks, add = outside(place, view.shape), root.prim.name != "pad"
        nest = Nest([i for loops in axes for i in loops], [])
        nest.inner.append(Store(view.buffer, view.at(place), value, checks, add))
        nest.serial = [i for a in serial for i in axes[a]]
        nest.checked = low.checked
        return nest


def outside(place: Index, shape: tuple[int, ...]) -> tuple[Check, ...]:
    """What must be checked for `place` to lie within `shape`."""
    bounds = [(i, n, *i.bounds()) for i, n in zip(place, shape, strict=True)]
    return tuple((i, n) for i, n, low, high in bounds if low < 0 or high >= n)


Scattered = tuple[Index, Value, range]


def _take_add(low: Lowering, root: Node, index: Index) -> Scattered:
    g, i = root.inputs
    axis, last = root.attrs["axis"], root.attrs["axis"] + i.ndim
    place = wrapped(low, i, index[axis:last], root.attrs["size"])
    return (*index[:axis], place, *index[last:]), low.value(g, index), range(axis, last)


def _take_along_add(low: Lowering, root: Node, index: Index) -> Scattered:
    g, i = root.inputs
    axis = root.attrs["axis"]
    place = wrapped(low, i, index, root.attrs["size"])
    return (*index[:axis], place, *index[axis + 1 :]), low.value(g, index), range(axis, axis + 1)


def _pad(low: Lowering, root: Node, index: Index) -> Scattered:
    sides = zip(index, root.attrs["low"], root.attrs["interior"], strict=True)
    return tuple(i * (k + 1) + a for i, a, k in sides), low.value(root.inputs[0], index), range(0)


def _window_place(root: Node, index: Index) -> tuple[Index, int]:
    w, k = root.attrs, len(root.attrs["size"])
    lead = len(index) - 2 * k
    rows = zip(index[lead : lead + k], w["stride"], index[lead + k :], w["dilation"], w["low"],
               strict=True)  # fmt: skip
    return (*index[:lead], *(i * s + j * d + -a for i, s, j, d, a in rows)), lead


def _windows_add(low: Lowering, root: Node, index: Index) -> Scattered:
    place, lead = _window_place(root, index)
    return place, low.value(root.inputs[0], index), range(lead, len(index))


def _window_put(low: Lowering, root: Node, index: Index) -> Scattered:
    g, k = root.inputs
    place, lead = _window_place(root, index)
    size = root.attrs["size"]
    window = index[: len(index) - len(size)]
    entry = low.make("index", (), INT64, f := flat(index[len(window) :], size), f)
    which = low.apply("cast", low.value(k, window), dtype=INT64)
    here = low.apply("equal", which, entry, dtype=BOOL)
    share = low.apply("where", here, low.value(g, window), low.number(0, g.dtype), dtype=g.dtype)
    return place, share, range(lead, len(index))


_SCATTER = {
    "take_add": _take_add,
    "take_along_add": _take_along_add,
    "pad": _pad,
    "windows_add": _windows_add,
    "window_put": _window_put,
}


def _stacked(lead: list[Affine], x: Node, *last: Affine) -> Index:
    """The index into a stack of matrices that is broadcast."""
    front = lead[len(lead) - (x.ndim - 2) :]
    whole = (*front, *last)
    return tuple(ZERO if n == 1 else i for i, n in zip(whole, x.shape, strict=True))


def merge(nest: Nest) -> None:
    """Neighbouring loops that every place runs through as if they were one become one."""
    places = nest.places()
    weight = places[0].coefficient if nest.stores else (lambda loop: 0)
    nest.kept = sorted((i for i in nest.kept if i.extent != 1), key=lambda i: -abs(weight(i)))
    nest.reduced = [i for i in nest.reduced if i.extent != 1]
    for loops in (nest.kept, nest.reduced):
        i = 0
        while i + 1 < len(loops):
            a, b = loops[i], loops[i + 1]
            alike = a not in nest.serial and b not in nest.serial and all(
                p.coefficient(a) == p.coefficient(b) * b.extent for p in places
            )  # fmt: skip
            if alike:
                b.extent *= a.extent
                del loops[i]
            else:
                i += 1
