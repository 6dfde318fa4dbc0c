"""Large kernels stand in a list: what they are called with is data, and not compiled.

A program of a hundred large kernels calls each with pointers of its own and takes its pieces one
by one. Written as code that takes LLVM longer than any kernel; so it is written once, in
`tz_listed`, and each call has an entry in memory:

    ptr  the entry of the next call, if that has one
    ptr  the function that calls the kernel with its number of pointers     ptr  the kernel
    9 i64: how many pointers, the place of its word among a thread's, its number, how often parts
           are cut (−1: no thread takes of another's), its turns, at most so many at once, what is
           asked for ahead meanwhile, whether threads meet first
    for each pointer, 2 i64: its word in the book, and how many bytes behind that

The book holds for each thread where everything stands: its number and that of all threads, its
lines of words, how many kernels were taken before, rows that are asked for ahead, the team; then,
in pairs, addresses and how far they move on with each step: those of the arena, of the program's
arguments, of what the thread has to itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tiza.readings.native.driving.close import copy_text
from tiza.readings.native.emitting.ahead import MOST_PIECES, Asking

if TYPE_CHECKING:
    from tiza.readings.native.driving.apiece import Apiece
    from tiza.readings.native.driving.call import Call
    from tiza.readings.native.terms.memory import Buffer

ARENA, FIRST = 6, 8  # words of the book: the arena's, the first argument's


@dataclass(frozen=True)
class Listed:
    """The calls of a list: by number, with their word among a thread's and their cuts.

    meets: calls before which threads meet; own: what each thread makes by itself; context: words
    of it before the arguments.
    """

    calls: Mapping[int, tuple[Call, int, int]]
    meets: Collection[int]
    own: Apiece
    asking: Asking
    context: int

    @cached_property
    def arguments(self) -> set[int]:
        """The arguments that they use."""
        return {b.argument for call, _, _ in self.calls.values() for b in call.buffers
                if b.argument is not None}  # fmt: skip

    def begin(self) -> list[str]:
        """Before the first step: the book."""
        if not self.calls:
            return []
        count = max(self.arguments, default=-1) + 1
        lines = [
            f"  %book = alloca [{FIRST + 2 * (count + len(self.own.parts))} x i64], align 64",
            *_stored(0, "i64 %t"), *_stored(1, "i64 %n"), *_stored(2, "ptr %taken"),
            *_stored(3, "i64 %taken_before"),
            *_stored(4, "ptr %coming_rows" if self.asking.shares else "ptr null"),
            *_stored(5, "ptr %team"),
            *_stored(ARENA, "ptr %arena"), *_stored(ARENA + 1, "i64 0"),
            f"  %book_arguments = getelementptr i64, ptr %book, i64 {FIRST}",
            f"  %book_from = getelementptr i64, ptr %context, i64 {self.context}",
            copy_text("%book_arguments", "%book_from", 16 * count),
        ]  # fmt: skip
        pairs = {k: (f"%arg{k}", "0") for k in self.own.round}
        pairs |= {k: (f"%own_base{k}", f"%own_move{k}") for k in self.own.fresh}
        pairs = {k: pair for k, pair in pairs.items() if k < count}
        pairs |= {count + i: (f"%own{i}", "0") for i in range(len(self.own.parts))}
        for k, (where, move) in pairs.items():
            lines += _stored(FIRST + 2 * k, f"ptr {where}")
            lines += _stored(FIRST + 2 * k + 1, f"i64 {move}")
        return lines

    def call(self, i: int) -> list[str]:
        """Call `i`, piece by piece until none is left; nothing where it follows another."""
        if i - 1 in self.calls:
            return []
        return [f"  call void @tz_listed(ptr %book, ptr @entry{i}, i64 %step)"]

    def text(self) -> str:
        """The entries, and the functions that they are called with."""
        if not self.calls:
            return ""
        buffers = {len(call.buffers) for call, _, _ in self.calls.values()}
        taken = [i for i in sorted(self.calls) if self.calls[i][2] >= 0]
        numbers = {i: number for number, i in enumerate(taken, 1)}
        entries = [self._entry(i, numbers.get(i, 0)) for i in sorted(self.calls)]
        asked = ("call void @tz_ask(ptr %rows, i64 %part, i64 %n, i64 %done, i64 %then, "
                 "i64 %long, i64 %asks, i64 %asked)" if self.asking.shares else "")  # fmt: skip
        listed = LISTED.format(most=max(buffers), each=len(taken), asked=asked)
        return "\n".join([*map(_caller, sorted(buffers)), listed, *entries])

    def _entry(self, i: int, number: int) -> str:
        call, word, cuts = self.calls[i]
        shares = self.asking.shares.get(i)
        most = math.ceil(call.trips / (2 * MOST_PIECES)) if shares else call.trips
        facts = (
            len(call.buffers),
            word,
            number,
            cuts,
            call.trips,
            most,
            *(shares or (0, 0)),
            int(i in self.meets),
        )
        pairs = [x for b in call.buffers for x in self._place(b)]
        values = ", ".join(f"i64 {x}" for x in (*facts, *pairs))
        size = f"[{len(facts) + len(pairs)} x i64]"
        following = f"@entry{i + 1}" if i + 1 in self.calls else "null"
        functions = f"ptr {following}, ptr @tz_call{len(call.buffers)}, ptr @{call.name}"
        kind = f"{{ ptr, ptr, ptr, {size} }}"
        return f"@entry{i} = internal constant {kind} {{ {functions}, {size} [{values}] }}"

    def _place(self, buffer: Buffer) -> tuple[int, int]:
        if buffer in self.own.parts:
            count = max(self.arguments, default=-1) + 1
            return FIRST + 2 * (count + self.own.parts.index(buffer)), 0
        if buffer.argument is not None:
            return FIRST + 2 * buffer.argument, 0
        return ARENA, buffer.offset or 0


def _stored(word: int, value: str) -> list[str]:
    return [f"  %book{word} = getelementptr i64, ptr %book, i64 {word}",
            f"  store {value}, ptr %book{word}"]  # fmt: skip


def _caller(count: int) -> str:
    """A kernel called with so many pointers."""
    lines = [f"define internal void @tz_call{count}(ptr %kernel, ptr %places, i64 %from, "
             "i64 %to) nounwind {"]  # fmt: skip
    for k in range(count):
        lines += [f"  %at{k} = getelementptr ptr, ptr %places, i64 {k}",
                  f"  %p{k} = load ptr, ptr %at{k}"]  # fmt: skip
    pointers = "".join(f"ptr %p{k}, " for k in range(count))
    return "\n".join([*lines, f"  call void %kernel({pointers}i64 %from, i64 %to)",
                      "  ret void", "}"])  # fmt: skip


LISTED = """
define internal void @tz_listed(ptr %book, ptr %first, i64 %step) noinline nounwind {{
begin:
  %places = alloca [{most} x ptr]
  %t = load i64, ptr %book
  %n_at = getelementptr i64, ptr %book, i64 1
  %n = load i64, ptr %n_at
  %taken_at = getelementptr i64, ptr %book, i64 2
  %taken = load ptr, ptr %taken_at
  %before_at = getelementptr i64, ptr %book, i64 3
  %before = load i64, ptr %before_at
  %rows_at = getelementptr i64, ptr %book, i64 4
  %rows = load ptr, ptr %rows_at
  br label %next
next:
  %entry = phi ptr [ %first, %begin ], [ %following, %all ]
  %following = load ptr, ptr %entry
  %caller_at = getelementptr i64, ptr %entry, i64 1
  %caller = load ptr, ptr %caller_at
  %kernel_at = getelementptr i64, ptr %entry, i64 2
  %kernel = load ptr, ptr %kernel_at
  %count_at = getelementptr i64, ptr %entry, i64 3
  %count = load i64, ptr %count_at
  %word_at = getelementptr i64, ptr %entry, i64 4
  %word_by = load i64, ptr %word_at
  %word = getelementptr i64, ptr %taken, i64 %word_by
  %number_at = getelementptr i64, ptr %entry, i64 5
  %number = load i64, ptr %number_at
  %steps = mul i64 %step, {each}
  %since = add i64 %steps, %number
  %tag = add i64 %since, %before
  %cuts_at = getelementptr i64, ptr %entry, i64 6
  %cuts_most = load i64, ptr %cuts_at
  %alone = icmp eq i64 %n, 1
  %cuts = select i1 %alone, i64 0, i64 %cuts_most
  %trips_at = getelementptr i64, ptr %entry, i64 7
  %trips = load i64, ptr %trips_at
  %most_at = getelementptr i64, ptr %entry, i64 8
  %most = load i64, ptr %most_at
  %asks_at = getelementptr i64, ptr %entry, i64 9
  %asks = load i64, ptr %asks_at
  %asked_at = getelementptr i64, ptr %entry, i64 10
  %asked = load i64, ptr %asked_at
  %meets_at = getelementptr i64, ptr %entry, i64 11
  %meets = load i64, ptr %meets_at
  %pairs = getelementptr i64, ptr %entry, i64 12
  %own = icmp slt i64 %cuts_most, 0
  %meet = icmp ne i64 %meets, 0
  br i1 %meet, label %together, label %places_of
together:
  %team_at = getelementptr i64, ptr %book, i64 5
  %team = load ptr, ptr %team_at
  call void @tz_barrier(ptr %team)
  br label %places_of
places_of:
  br label %place
place:
  %k = phi i64 [ 0, %places_of ], [ %k1, %place ]
  %pair = getelementptr [2 x i64], ptr %pairs, i64 %k
  %which = load i64, ptr %pair
  %by_at = getelementptr i64, ptr %pair, i64 1
  %by = load i64, ptr %by_at
  %base_at = getelementptr i64, ptr %book, i64 %which
  %base = load ptr, ptr %base_at
  %move_at = getelementptr i64, ptr %base_at, i64 1
  %move = load i64, ptr %move_at
  %moved = mul i64 %move, %step
  %behind = add i64 %moved, %by
  %there = getelementptr i8, ptr %base, i64 %behind
  %here = getelementptr ptr, ptr %places, i64 %k
  store ptr %there, ptr %here
  %k1 = add i64 %k, 1
  %further = icmp ult i64 %k1, %count
  br i1 %further, label %place, label %begins
begins:
  br i1 %own, label %whose, label %take
take:
  %piece = call {{ i64, i64, i64 }} @tz_take(ptr %word, i64 %t, i64 %n, i64 %tag, i64 %cuts, i64 %trips)
  %from = extractvalue {{ i64, i64, i64 }} %piece, 0
  %end = extractvalue {{ i64, i64, i64 }} %piece, 1
  %thread = extractvalue {{ i64, i64, i64 }} %piece, 2
  %none = icmp slt i64 %end, 0
  br i1 %none, label %all, label %whose
whose:
  %part = phi i64 [ %t, %begins ], [ %thread, %take ]
  %lo_ = phi i64 [ 0, %begins ], [ %from, %take ]
  %hi_ = phi i64 [ 0, %begins ], [ %end, %take ]
  %start_ = mul i64 %part, %trips
  %start = udiv i64 %start_, %n
  %after = add i64 %part, 1
  %stop_ = mul i64 %after, %trips
  %stop = udiv i64 %stop_, %n
  %long = sub i64 %stop, %start
  %lo = select i1 %own, i64 %start, i64 %lo_
  %hi = select i1 %own, i64 %stop, i64 %hi_
  br label %some
some:
  %at = phi i64 [ %lo, %whose ], [ %to, %some ]
  %end_ = add i64 %at, %most
  %to = call i64 @llvm.umin.i64(i64 %end_, i64 %hi)
  call void %caller(ptr %kernel, ptr %places, i64 %at, i64 %to)
  %done = sub i64 %at, %start
  %then = sub i64 %to, %start
  {asked}
  %more = icmp slt i64 %to, %hi
  br i1 %more, label %some, label %again
again:
  br i1 %own, label %all, label %take
all:
  %more_calls = icmp ne ptr %following, null
  br i1 %more_calls, label %next, label %ended
ended:
  ret void
}}"""  # noqa: E501
DECLARED = {"declare i64 @llvm.umin.i64(i64, i64)",
            "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)"}  # fmt: skip
