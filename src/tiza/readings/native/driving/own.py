"""Rows that are a thread's own: the steps of a loop then need no meetings.

The examples of a batch know nothing of each other. Where every kernel of a loop's body goes through
the same rows, and what it reads of what the body writes stands in the row at hand, a thread takes
its rows through all steps by itself; they stay in its caches.

A *unit* is the least number of rows that every kernel takes in whole turns of its outermost loop.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from tiza.readings.native.emitting.emit import Kernel
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.scheduling.schedule import lanes_of
from tiza.readings.native.terms.index import Affine, Loop
from tiza.readings.native.terms.memory import Buffer

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call
    from tiza.readings.native.driving.recurrence import Binding

Place = tuple[str, int]  # the arena and an offset, or what an argument is bound to


@dataclass
class Rows:
    """What a call does with memory that the body writes: bytes by which a turn goes on, and all."""

    turns: int
    places: dict[Place, int] = field(default_factory=dict)
    whole: dict[Place, int] = field(default_factory=dict)


def units(calls: Sequence[Call], bindings: Sequence[Binding], bits: int) -> list[int] | None:
    """How many turns of each call make a unit; None where threads must meet."""
    bound = {b.argument: b for b in bindings}
    if any(call.nest is None or call.plan is None for call in calls):
        return None
    spaces = {b: _place(b, bound) for call in calls for b in call.buffers}
    written = {spaces[s.buffer] for call in calls if call.nest for s in call.nest.stores}
    rows = [_rows(call, spaces, written, bits) for call in calls]
    if _overlap(spaces, written) or None in rows:
        return None
    known = [r for r in rows if r is not None]
    turns = _turns(known)
    return turns if turns and _apart(known, written, bindings) else None


def _place(b: Buffer, bound: Mapping[int, Binding]) -> Place:
    if b.argument is None:
        return "arena", b.offset or 0
    if b.argument not in bound:
        return "argument", b.argument
    return "bound", bound[b.argument].buffer.number


def _overlap(spaces: Mapping[Buffer, Place], written: set[Place]) -> bool:
    """Whether memory that is written is used under two addresses."""
    spans: dict[int, int] = {}
    for b, (where, offset) in spaces.items():
        if where == "arena":
            spans[offset] = max(spans.get(offset, 0), offset + b.bytes)
    return any(start < offset < stop and {("arena", start), ("arena", offset)} & written
               for start, stop in spans.items() for offset in spans)  # fmt: skip


def _rows(call: Call, spaces: Mapping[Buffer, Place], written: set[Place],
          bits: int) -> Rows | None:  # fmt: skip
    """How a call goes through its rows; None where it reads or writes others."""
    nest, plan = call.nest, call.plan
    assert nest is not None
    assert plan is not None
    kernel = Kernel(nest, plan, lanes_of(nest, bits))
    if not kernel.divisible or kernel.shared != [kernel.items[0][0]]:
        return None
    outer, step = kernel.items[0]
    rows = Rows(call.trips)
    uses = [(s.buffer, s.place) for s in nest.stores]
    uses += [v.extra[:2] for v in nest.values() if v.op == "load"]
    for buffer, place in uses:
        where = spaces[buffer]
        if where not in written:
            continue
        apart = place.coefficient(outer)
        if apart <= 0 or not _within(place, nest, outer):
            return None
        turn = apart * step * buffer.dtype.itemsize
        if rows.places.setdefault(where, turn) != turn:
            return None
        rows.whole[where] = apart * outer.extent * buffer.dtype.itemsize
    return rows


def _within(place: Affine, nest: Nest, outer: Loop) -> bool:
    """Whether all that is reached beside the outermost loop stands in the row at hand."""
    if not all(isinstance(a, Loop) for a in place.terms):
        return False
    inside = [x for x in (*nest.kept, *nest.reduced) if x is not outer]  # others were merged
    row = Affine(place.const, [(x, place.coefficient(x)) for x in inside])
    low, high = row.bounds()
    return low >= 0 and high < place.coefficient(outer)


def _turns(rows: Sequence[Rows]) -> list[int] | None:
    """Turns of each call for one unit, such that all go on by the same rows."""
    share: dict[int, Fraction] = {}
    known: dict[Place, Fraction] = {}  # bytes of a unit
    for start in sorted(range(len(rows)), key=lambda k: rows[k].turns):
        todo = [start]
        while todo:
            k = todo.pop()
            if k in share:
                continue
            ready = [known[p] / turn for p, turn in rows[k].places.items() if p in known]
            mine = share[k] = ready[0] if ready else Fraction(1)
            for place, turn in rows[k].places.items():
                if known.setdefault(place, mine * turn) != mine * turn:
                    return None
            todo += [i for i, r in enumerate(rows) if r.places.keys() & rows[k].places.keys()]
    more = math.lcm(*(s.denominator for s in share.values()))
    turns = [int(share[k] * more) for k in range(len(rows))]
    counts = {math.ceil(r.turns / n) for r, n in zip(rows, turns, strict=True)}
    return turns if len(counts) == 1 and counts.pop() > 1 else None


def _apart(rows: Sequence[Rows], written: Iterable[Place], bindings: Sequence[Binding]) -> bool:
    """Whether arguments in the same memory are whole states apart."""
    for where, number in written:
        if where == "arena":
            continue
        same = [b for b in bindings if b.buffer.number == number]
        moves = {b.move for b in same}
        if len(same) <= 1:
            continue
        (move, *others) = moves
        whole = max(r.whole.get((where, number), 0) for r in rows)
        if others or whole > abs(move):
            return False
        if any((b.start - same[0].start) % move for b in same):
            return False
    return True
