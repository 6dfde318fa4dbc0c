"""Where threads must wait for each other: before a call touches what another thread may be using.

Calls that are shared run on all threads, the others on thread 0 alone. Between two meetings no
call may write what a call of another thread reads or writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiza.readings.native.driving.apiece import Apiece
from tiza.readings.native.terms.memory import Buffer

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call

Span = tuple[int, int, int]  # which memory (the arena is -1), from which byte to which


@dataclass(frozen=True)
class Use:
    """The memory that a call reads and writes; None: perhaps any."""

    shared: bool
    reads: tuple[Span, ...] | None
    writes: tuple[Span, ...]

    @classmethod
    def of(cls, call: Call, own: Apiece, *, apiece: bool) -> Use:
        """What a call uses that is common; apiece: all threads make it."""
        if call.nest is None:
            stored = call.loop.written if call.loop is not None else None
            reads = None if stored is None else _spans(call.buffers)
            return cls(call.shared, reads, _spans(stored or ()))
        common = [b for b in call.buffers if not own.has(b)]
        written = {s.buffer for s in call.nest.stores}
        return cls(call.shared or apiece, _spans(common), _spans(b for b in common if b in written))

    def beside(self, other: Use) -> Use:
        """Both, made as one."""
        if self.reads is None or other.reads is None:
            return Use(True, None, ())
        return Use(True, self.reads + other.reads, self.writes + other.writes)

    def disturbs(self, other: Use) -> bool:
        """Whether the two must not run side by side, or one thread may be ahead of the other."""
        if not (self.shared or other.shared):
            return False  # both on thread 0
        if self.reads is None or other.reads is None:
            return True
        return _touch(self.writes, other.reads) or _touch(other.writes, self.reads)


def _spans(buffers: Iterable[Buffer]) -> tuple[Span, ...]:
    return tuple(map(_span, buffers))


def _span(b: Buffer) -> Span:
    if b.offset is not None:
        return -1, b.offset, b.offset + b.bytes
    return -2 if b.argument is None else b.argument, 0, 1


def _touch(some: Iterable[Span], others: Sequence[Span]) -> bool:
    return any(a == b and start < end and begin < stop
               for a, start, stop in some for b, begin, end in others)  # fmt: skip


def meetings(calls: Sequence[Call], *, chained: bool, own: Apiece | None = None,
             strips: Mapping[int, int] | None = None) -> set[int]:  # fmt: skip
    """The calls before which all threads meet; `len(calls)`: at the end of each step.

    What is read by a call includes what it writes. chained: a step may read under one argument
    what the step before has written under another. strips: for each call of a strip the strip's
    first; within one nobody meets.
    """
    own, strips = own or Apiece(), strips or {}
    uses: dict[int, Use] = {}
    for i, call in enumerate(calls):
        use, first = Use.of(call, own, apiece=i in own.calls), strips.get(i, i)
        uses[first] = uses[first].beside(use) if first in uses else use
    found = {len(calls)} if chained else set()
    pending: list[Use] = []
    for turn in range(1 if chained else 2):  # the second time after the end of a step
        for i, use in uses.items():
            if i in found or any(use.disturbs(p) for p in pending):
                if turn and i not in found:
                    return found | {len(calls)}
                found.add(i)
                pending = []
            pending.append(use)
    return found
