"""Large kernels in pieces that threads take as they finish: no thread waits for a slower one.

Cores are never quite even: another program or the system takes one away for some microseconds,
loops do not divide by the number of threads. So each thread's part of a large kernel is cut: its
first half, a quarter, an eighth ... A thread takes the pieces of its own part, the first first,
so that its rows stay in its caches; then what is left of the others' parts, the last first. Who
computes a piece changes no bit of it.

Each thread has a line of words behind the team's block. A word tells of one kernel at a time:

    bits 24 to 63  which kernel of which step, so that the next one begins without being told to
    bits 12 to 23  how many pieces were taken from behind     0 to 11  ... from the front

Kernels between two meetings have words of their own, since threads may be at any of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiza.readings.native.driving.listed import DECLARED as LISTED
from tiza.readings.native.driving.listed import Listed
from tiza.readings.native.machine.team import COUNTED, LINE, SIZE

if TYPE_CHECKING:
    from tiza.readings.native.driving.apiece import Apiece
    from tiza.readings.native.driving.aside import Aside
    from tiza.readings.native.driving.call import Call
    from tiza.readings.native.emitting.ahead import Asking

WORTH = 20e-6  # seconds of a kernel that is taken piece by piece
PIECE = 3e-6  # seconds of its smallest piece, if two threads take part
FEW = 2  # cuts of a part: fewer are not worth it
MOST = 7
PASSING = 3  # where all tiles are gone through again and again
WORD = 8  # bytes


@dataclass(frozen=True)
class Taking:
    """The calls that are taken piece by piece: which word of a thread's line each has."""

    words: Mapping[int, int] = field(default_factory=dict)
    apart: Collection[int] = ()

    @classmethod
    def of(cls, calls: Sequence[Call], meets: Collection[int],
           own: Apiece, aside: Aside, apart: Collection[int] = ()) -> Taking:  # fmt: skip
        """What is worth it; nothing where threads never meet.

        own, aside: what is shared otherwise, or stands in memory of each thread; apart: the calls
        of strips.
        """
        words: dict[int, int] = {}
        first = min(meets, default=len(calls)) % max(1, len(calls))
        word = 0
        for i in (*range(first, len(calls)), *range(first)) if meets else ():
            if i in meets or (i == 0 and len(calls) in meets):
                word = 0
            free = i not in apart and not bound(i, calls[i], own, aside)
            if free and _worth(calls[i]) and word < LINE // WORD:
                words[i], word = word, word + 1
        return cls(words, apart)

    def begin(self) -> list[str]:
        """Before the first step; one thread alone takes all at once, and notes it on its stack."""
        if not self.words:
            return []
        return [
            f"  %taken_own = alloca [{LINE} x i8], align {LINE}",
            f"  call void @llvm.memset.p0.i64(ptr %taken_own, i8 0, i64 {LINE}, i1 false)",
            "  %taken_alone = icmp eq i64 %n, 1",
            f"  %taken_lines = getelementptr i8, ptr %team, i64 {SIZE}",
            "  %taken = select i1 %taken_alone, ptr %taken_own, ptr %taken_lines",
            f"  %taken_at = getelementptr i8, ptr %team, i64 {COUNTED}",
            "  %taken_before = load i64, ptr %taken_at, align 8",
        ]

    def end(self) -> list[str]:
        """After the last step: the next run's kernels have other numbers."""
        if not self.words:
            return []
        return [
            f"  %taken_more = mul i64 %steps, {len(self.words)}",
            "  %taken_after = add i64 %taken_before, %taken_more",
            "  %taken_team = xor i1 %taken_alone, true",
            "  %taken_says = and i1 %first, %taken_team",
            "  %taken_to = select i1 %taken_says, ptr %taken_at, ptr %taken_own",
            "  store i64 %taken_after, ptr %taken_to, align 8",
        ]

    def listed(self, calls: Sequence[Call], meets: Collection[int], own: Apiece, aside: Aside,
               asking: Asking, context: int) -> Listed:  # fmt: skip
        """How these calls are made, with others that threads share beside them.

        context: words of it before the arguments.
        """
        found = {i: (calls[i], word, _cuts(calls[i])) for i, word in self.words.items()}
        for i, call in enumerate(calls if found else ()):
            free = i not in found and i not in self.apart
            if free and _alike(call) and not bound(i, call, own, aside):
                found[i] = call, 0, -1
        return Listed(found, meets, own, asking, context)


def bound(i: int, call: Call, own: Apiece, aside: Aside) -> bool:
    """Whether a call is shared otherwise, or reads what stands aside."""
    return i in own.calls or any(b.argument in aside.arguments for b in call.buffers)


def _alike(call: Call) -> bool:
    """Whether any thread can compute any part of a call."""
    alike = call.nest is not None and not any(b.shares > 1 for b in call.buffers)
    return call.shared and alike


def _worth(call: Call) -> bool:
    return _alike(call) and call.seconds >= WORTH and _cuts(call) >= FEW


def _cuts(call: Call) -> int:
    """How often the part of one of two threads is halved."""
    again = call.nest is not None and (call.nest.passes is not None or call.nest.serial)
    pieces = min(call.trips, int(call.seconds / PIECE))
    return min(PASSING if again else MOST, max(1, pieces).bit_length() - 1)


DECLARED = {"declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)"} | LISTED
TEXT = f"""
define internal {{ i64, i64, i64 }} @tz_take(ptr %word, i64 %t, i64 %n, i64 %tag, i64 %cuts, i64 %trips) noinline nounwind {{
entry:
  %tagged = shl i64 %tag, 24
  br label %look
look:
  %k = phi i64 [ 0, %entry ], [ %k1, %next ], [ %k, %found ]
  %v = phi i64 [ %t, %entry ], [ %v2, %next ], [ %v, %found ]
  %line = mul i64 %v, {LINE}
  %at = getelementptr i8, ptr %word, i64 %line
  %first = load atomic i64, ptr %at monotonic, align 8
  br label %try
try:
  %seen = phi i64 [ %first, %look ], [ %now, %take ]
  %differs = xor i64 %seen, %tagged
  %of = lshr i64 %differs, 24
  %same = icmp eq i64 %of, 0
  %low = and i64 %seen, 16777215
  %counts = select i1 %same, i64 %low, i64 0
  %front = and i64 %counts, 4095
  %back = lshr i64 %counts, 12
  %gone = add i64 %front, %back
  %some = icmp ule i64 %gone, %cuts
  br i1 %some, label %take, label %next
take:
  %own = icmp eq i64 %k, 0
  %one = select i1 %own, i64 1, i64 4096
  %more = add i64 %counts, %one
  %new = or i64 %more, %tagged
  %pair = cmpxchg ptr %at, i64 %seen, i64 %new monotonic monotonic
  %now = extractvalue {{ i64, i1 }} %pair, 0
  %done = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %done, label %found, label %try
found:
  %a = mul i64 %v, %trips
  %start = udiv i64 %a, %n
  %v1 = add i64 %v, 1
  %b = mul i64 %v1, %trips
  %stop = udiv i64 %b, %n
  %long = sub i64 %stop, %start
  %behind = sub i64 %cuts, %back
  %piece = select i1 %own, i64 %front, i64 %behind
  %piece1 = add i64 %piece, 1
  %rest = lshr i64 %long, %piece
  %rest1 = lshr i64 %long, %piece1
  %from = sub i64 %stop, %rest
  %cut = sub i64 %stop, %rest1
  %last = icmp eq i64 %piece, %cuts
  %to = select i1 %last, i64 %stop, i64 %cut
  %nothing = icmp eq i64 %from, %to
  br i1 %nothing, label %look, label %give
give:
  %r0 = insertvalue {{ i64, i64, i64 }} undef, i64 %from, 0
  %r1 = insertvalue {{ i64, i64, i64 }} %r0, i64 %to, 1
  %r2 = insertvalue {{ i64, i64, i64 }} %r1, i64 %v, 2
  ret {{ i64, i64, i64 }} %r2
next:
  %k1 = add i64 %k, 1
  %w = add i64 %v, 1
  %over = icmp eq i64 %w, %n
  %v2 = select i1 %over, i64 0, i64 %w
  %others = icmp ult i64 %k1, %n
  br i1 %others, label %look, label %none
none:
  ret {{ i64, i64, i64 }} {{ i64 0, i64 -1, i64 0 }}
}}
"""  # noqa: E501
