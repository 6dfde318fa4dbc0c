"""What two threads change column by column, held aside by each in memory of its own.

A wide layer's weights and moments are read and written in two halves of their columns, one a
thread's own. In common memory the rows lie one behind another, so that a half's row ends where the
other's begins: a core that reads on, as cores do, takes the first lines away from its partner, who
must ask for them again before each of its writes. Where a program makes many steps, each thread
copies these arguments before the first step and puts its columns back after the last. Numbers
that the other thread would have to send, at the edge, are computed by both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiza.readings.native.driving.close import copy_text
from tiza.readings.native.emitting.emit import Kernel
from tiza.readings.native.scheduling.schedule import lanes_of
from tiza.readings.native.terms.index import Affine, Loop
from tiza.readings.native.terms.memory import Buffer

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call

PAIR = 2  # threads
ROOM = 1 << 17  # bytes of a thread's stack
MANY = 64  # steps of a run that copying is small beside
FEWER = 8  # of a thread's turns, one may be made by both

Ends = tuple[int, int]  # the first and the one after the last


@dataclass(frozen=True)
class Held:
    """An argument: its bytes, those of a row, and of each thread's columns in a row."""

    bytes: int
    pitch: int
    columns: tuple[Ends, Ends]


@dataclass(frozen=True)
class Aside:
    """Arguments held aside, and the turns that each thread makes of the calls that change them."""

    arguments: Mapping[int, Held] = field(default_factory=dict)
    turns: Mapping[int, tuple[Ends, Ends]] = field(default_factory=dict)

    @classmethod
    def of(cls, calls: Sequence[Call], replaced: Iterable[Buffer], bits: int) -> Aside:
        """What can be held aside; nothing where Python or a loop takes part."""
        if any(call.nest is None or call.plan is None for call in calls):
            return cls()
        sights = [Sight.of(call, bits) for call in calls]
        again = {b.argument: b for b in replaced if b.argument is not None}
        arguments: dict[int, Held] = {}
        turns: dict[int, tuple[Ends, Ends]] = {}
        for i in range(len(sights)):
            held = _held(i, sights, again)
            if held is not None:
                turns[i], found = held
                arguments |= found
        if sum(held.bytes for held in arguments.values()) > ROOM:
            return cls()
        return cls(arguments, turns)

    def begin(self) -> list[str]:
        """Before the first step; `%aside` says whether anything is held aside."""
        if not self.arguments:
            return []
        lines = [f"  %aside_long = icmp uge i64 %steps, {MANY}",
                 f"  %aside_pair = icmp eq i64 %n, {PAIR}",
                 "  %aside = and i1 %aside_long, %aside_pair"]  # fmt: skip
        for k, held in self.arguments.items():
            lines += [f"  %aside_room{k} = select i1 %aside, i64 {held.bytes}, i64 0",
                      f"  %aside_copy{k} = alloca i8, i64 %aside_room{k}, align 64",
                      copy_text(f"%aside_copy{k}", f"%base{k}", f"%aside_room{k}"),
                      f"  %aside_base{k} = select i1 %aside, ptr %aside_copy{k}, ptr %base{k}",
                      f"  %aside_move{k} = select i1 %aside, i64 0, i64 %move{k}"]  # fmt: skip
        return lines

    def share(self, i: int) -> list[str]:
        """A thread's turns of call `i`, %lo and %hi, from its turns in common memory, ..._."""
        lines = []
        for name, which in (("lo", 0), ("hi", 1)):
            one, two = (turns[which] for turns in self.turns[i])
            lines += [
                f"  %{name}{i}w = select i1 %first, i64 {one}, i64 {two}",
                f"  %{name}{i} = select i1 %aside, i64 %{name}{i}w, i64 %{name}{i}c",
            ]
        return lines

    def end(self) -> list[str]:
        """After the last step each thread puts back what is its own."""
        lines = []
        for k, held in self.arguments.items():
            (a, b), (c, d) = held.columns
            lines += [f"  %aside_from{k} = select i1 %first, i64 {a}, i64 {c}",
                      f"  %aside_size{k} = select i1 %first, i64 {b - a}, i64 {d - c}",
                      f"  %aside_rows{k} = select i1 %aside, i64 {held.bytes // held.pitch}, i64 0",
                      f"  call void @tz_back(ptr %base{k}, ptr %aside_copy{k}, "
                      f"i64 %aside_rows{k}, i64 {held.pitch}, i64 %aside_from{k}, "
                      f"i64 %aside_size{k})"]  # fmt: skip
        return lines

    @property
    def text(self) -> str:
        """The function that puts back."""
        return BACK_TEXT if self.arguments else ""


BACK_TEXT = """
define internal void @tz_back(ptr %to, ptr %from, i64 %rows, i64 %pitch, i64 %start, i64 %size) noinline nounwind {
entry:
  br label %head
head:
  %row = phi i64 [ 0, %entry ], [ %next, %body ]
  %more = icmp ult i64 %row, %rows
  br i1 %more, label %body, label %done
body:
  %line = mul i64 %row, %pitch
  %at = add i64 %line, %start
  %there = getelementptr i8, ptr %to, i64 %at
  %here = getelementptr i8, ptr %from, i64 %at
  call void @llvm.memcpy.p0.p0.i64(ptr %there, ptr %here, i64 %size, i1 false)
  %next = add i64 %row, 1
  br label %head
done:
  ret void
}
"""  # noqa: E501


@dataclass(frozen=True)
class Sight:
    """A call as far as it is of interest: its shared loop, the loop's step, where it looks.

    places: of arguments; outer is None where the call is not shared.
    """

    outer: Loop | None
    step: int
    trips: int
    places: Mapping[int, tuple[Affine, ...]]
    stores: Mapping[int, tuple[Affine, ...]]
    written: frozenset[Buffer]

    @classmethod
    def of(cls, call: Call, bits: int) -> Sight:
        """What a call does with arguments."""
        nest, plan = call.nest, call.plan
        assert nest is not None
        assert plan is not None
        stores = [(s.buffer, s.place) for s in nest.stores]
        loads = [v.extra[:2] for v in nest.values() if v.op == "load"]
        items = Kernel(nest, plan, lanes_of(nest, bits)).items if call.shared else []
        outer, step = items[0] if items else (None, 1)
        return cls(outer, step, call.trips, _by_argument([*stores, *loads]),
                   _by_argument(stores), frozenset(b for b, _ in stores))  # fmt: skip

    def ends(self, thread: int) -> Ends:
        """A thread's turns in common memory."""
        return self.trips * thread // PAIR, self.trips * (thread + 1) // PAIR

    def columns(self, place: Affine, pitch: int, turns: Ends) -> Ends | None:
        """The columns that are reached in these turns; None where that is not known."""
        if self.outer is None or not all(isinstance(a, Loop) for a in place.terms):
            return None
        turn = place.coefficient(self.outer)
        rest = Affine(place.const, [(a, c) for a, c in place.terms.items()
                                    if a is not self.outer and c % pitch])  # fmt: skip
        low, high = rest.bounds()
        last = min(turns[1] * self.step, self.outer.extent) - 1
        first, end = low + turn * turns[0] * self.step, high + turn * last + 1
        return (first, end) if turn > 0 and first >= 0 and end <= pitch else None


def _by_argument(uses: Iterable[tuple[Buffer, Affine]]) -> dict[int, tuple[Affine, ...]]:
    found: dict[int, tuple[Affine, ...]] = {}
    for buffer, place in uses:
        if buffer.argument is not None:
            found[buffer.argument] = (*found.get(buffer.argument, ()), place)
    return found


def _held(i: int, sights: Sequence[Sight], again: Mapping[int, Buffer],
          ) -> tuple[tuple[Ends, Ends], dict[int, Held]] | None:  # fmt: skip
    """What call `i` changes, and the turns that each thread makes of it; None where it cannot."""
    sight, pitches = sights[i], _pitches(sights[i])
    arguments = {b.argument for b in sight.written}
    if not pitches or not arguments <= again.keys() or sight.trips < PAIR * FEWER:
        return None
    if any(k in other.stores for other in sights if other is not sight for k in pitches):
        return None
    turns = _turns(sight, sights, pitches)
    if turns is None:
        return None
    held = {}
    for k, pitch in pitches.items():
        own = [sight.columns(sight.stores[k][0], pitch, sight.ends(t)) for t in range(PAIR)]
        size = again[k].dtype.itemsize
        columns = [(a * size, b * size) for a, b in filter(None, own)]
        held[k] = Held(again[k].bytes, pitch * size, (columns[0], columns[1]))
    return turns, held


def _pitches(sight: Sight) -> dict[int, int]:
    """For each argument that a call changes, how far its rows are apart."""
    found = {}
    for k, places in sight.stores.items():
        outer = sight.outer
        if outer is None or len(set(places)) > 1 or places[0].coefficient(outer) != 1:
            return {}
        wide = [c for a, c in places[0].terms.items() if a is not outer]
        found[k] = min(wide, default=0)
        if found[k] < outer.extent or any(c % found[k] for c in wide):
            return {}
    return found


def _turns(sight: Sight, sights: Sequence[Sight],
           pitches: Mapping[int, int]) -> tuple[Ends, Ends] | None:  # fmt: skip
    """A thread's turns, with those that make what it reads elsewhere; None where they are many."""
    found = []
    for thread in range(PAIR):
        first, last = sight.ends(thread)
        for k, pitch in pitches.items():
            for other in sights:
                for place in other.places.get(k, ()):
                    reach = other.columns(place, pitch, other.ends(thread))
                    if reach is None:
                        return None
                    if other is not sight:
                        first = min(first, reach[0] // sight.step)
                        last = max(last, -(-reach[1] // sight.step))
        if last - first > -(-sight.trips // PAIR) + 1:
            return None
        found.append((first, last))
    if any(set(sight.places[k]) != set(sight.stores[k]) for k in pitches):
        return None
    return found[0], found[1]
