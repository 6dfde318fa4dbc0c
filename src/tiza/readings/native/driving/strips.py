"""Light kernels one after another that go through the same rows: a thread takes few at once.

A normalisation finds the mean of each row, then the deviation, then divides; a softmax its
greatest entry, then sums, then divides. Where such kernels follow each other, each thread takes a
few rows through all of them: they stay in the nearest cache, and nobody waits in between.

Products have tiles of their own: they take no part.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiza.readings.native.driving.own import units
from tiza.readings.native.scheduling.schedule import product

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call

NEAREST = 1 << 15  # bytes of the nearest cache
FEW = 8  # units that threads share unevenly


@dataclass(frozen=True)
class Strip:
    """Calls from `first` on. turns: of each, that make a unit; units: how many there are.

    many: how many units are taken at once.
    """

    first: int
    turns: tuple[int, ...]
    units: int
    many: int

    @property
    def calls(self) -> range:
        """Their numbers."""
        return range(self.first, self.first + len(self.turns))

    def lines(self, calls: Sequence[Call]) -> Iterator[str | tuple[int, str, str]]:
        """The instructions; a call, from a turn to another, stands as a triple."""
        s = f"strip{self.first}"
        yield from (f"  %{s}t = add i64 %t, 1",
                    f"  %{s}a = mul i64 %t, {self.units}",
                    f"  %{s}b = mul i64 %{s}t, {self.units}",
                    f"  %{s}lo = udiv i64 %{s}a, %n",
                    f"  %{s}hi = udiv i64 %{s}b, %n",
                    f"  br label %{s}begin", f"{s}begin:", f"  br label %{s}head", f"{s}head:",
                    f"  %{s}u = phi i64 [ %{s}lo, %{s}begin ], [ %{s}v, %{s}body ]",
                    f"  %{s}more = icmp ult i64 %{s}u, %{s}hi",
                    f"  br i1 %{s}more, label %{s}body, label %{s}end", f"{s}body:",
                    f"  %{s}w = add i64 %{s}u, {self.many}",
                    f"  %{s}v = call i64 @llvm.umin.i64(i64 %{s}w, i64 %{s}hi)")  # fmt: skip
        for i, turns in zip(self.calls, self.turns, strict=True):
            for end, unit in (("lo", "u"), ("hi", "v")):
                name = f"%{end}{i}"
                yield from (f"  {name}_ = mul i64 %{s}{unit}, {turns}",
                            f"  {name} = call i64 @llvm.umin.i64(i64 {name}_, "
                            f"i64 {calls[i].trips})")  # fmt: skip
            yield i, f"%lo{i}", f"%hi{i}"
        yield from (f"  br label %{s}head", f"{s}end:")


def strips(calls: Sequence[Call], bits: int, apart: Collection[int]) -> list[Strip]:
    """All strips of a step. apart: calls that take no part."""
    light = [_is_light(call) and i not in apart for i, call in enumerate(calls)]
    found: list[Strip] = []
    first = 0
    while first < len(calls):
        best = _longest(calls, light, first, bits)
        if best is not None:
            found.append(best)
        first = best.calls.stop if best else first + 1
    return found


def _is_light(call: Call) -> bool:
    alike = call.nest is not None and not any(b.shares > 1 for b in call.buffers)
    loops = call.plan is not None and call.plan.kind in ("across", "along")
    return alike and loops and call.shared and call.nest is not None and product(call.nest) is None


def _longest(calls: Sequence[Call], light: Sequence[bool], first: int, bits: int) -> Strip | None:
    """As many calls as go through the same rows."""
    best = None
    for stop in range(first + 1, len(calls) + 1):
        if not light[stop - 1]:
            break
        some = calls[first:stop]
        turns = units(some, (), bits) if len(some) > 1 else [1]
        if turns is None:
            break
        count = -(-some[0].trips // turns[0])
        if count < FEW:
            break
        best = Strip(first, tuple(turns), count, _at_once(some, count)) if len(some) > 1 else None
    return best


def _at_once(calls: Sequence[Call], count: int) -> int:
    """How many units the nearest cache has room for."""
    some = {b: b.bytes for call in calls for b in call.buffers if b.bytes >= count * 4}
    return min(count, max(1, math.floor(NEAREST * count / max(1, sum(some.values())))))


def neighbours(found: Sequence[Strip]) -> Mapping[int, int]:
    """For each call of a strip, the strip's first."""
    return {i: strip.first for strip in found for i in strip.calls}
