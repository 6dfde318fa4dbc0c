"""Small kernels that every thread computes for itself, on memory of its own.

Between two large kernels that threads share stand small ones: a softmax, the loss, the update of a
few weights. Were they left to one thread, all would wait for it and then fetch what it has
written, from another core's cache. Where each makes them, the same numbers are there without a
message. Weights that only such kernels write go round in memory of each thread, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiza.readings.native.driving.close import copy_text
from tiza.readings.native.terms.memory import Buffer

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call

LONG = 3e-6  # seconds of a kernel that is no small one
ROOM = 1 << 16  # bytes of a thread's stack


@dataclass(frozen=True)
class Apiece:
    """The numbers of the calls that each thread makes, and what they write.

    parts: of the arena; round: arguments, with their bytes, that are read before they are written
    and go round; fresh: arguments that are only written, of which thread 0's are kept.
    """

    calls: frozenset[int] = frozenset()
    parts: tuple[Buffer, ...] = ()
    round: dict[int, int] = field(default_factory=dict)
    fresh: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, calls: Sequence[Call], replaced: Iterable[Buffer]) -> Apiece:
        """What each thread can make by itself; nothing where Python or a loop takes part."""
        if any(call.nest is None for call in calls) or not any(call.shared for call in calls):
            return cls()
        writers: dict[Buffer | int, set[int]] = defaultdict(set)
        written: dict[int, list[Buffer]] = {}
        for i, call in enumerate(calls):
            written[i] = [s.buffer for s in call.nest.stores] if call.nest is not None else []
            for b in written[i]:
                writers[_key(b)].add(i)
        found = {i for i, call in enumerate(calls) if not call.shared and call.seconds < LONG}
        while True:
            mixed = {i for i in found if any(writers[_key(b)] - found for b in written[i])}
            if not mixed:
                break
            found -= mixed
        own = {_key(b): b for i in sorted(found) for b in written[i]}
        if sum(b.bytes for b in own.values()) > ROOM:
            return cls()
        again = {b.argument for b in replaced}
        arguments = {b.argument: b.bytes for b in own.values() if b.argument is not None}
        return cls(frozenset(found), tuple(b for b in own.values() if b.argument is None),
                   {k: n for k, n in arguments.items() if k in again},
                   {k: n for k, n in arguments.items() if k not in again})  # fmt: skip

    @property
    def arguments(self) -> set[int]:
        """The arguments that stand elsewhere for each thread."""
        return {*self.round, *self.fresh}

    def has(self, buffer: Buffer) -> bool:
        """Whether each thread has this memory for itself."""
        if buffer.argument is None:
            return buffer in self.parts
        return buffer.argument in self.round or buffer.argument in self.fresh

    def name(self, buffer: Buffer) -> str | None:
        """The name of the address of a part of the arena; None where it is common."""
        return f"%own{self.parts.index(buffer)}" if buffer in self.parts else None

    def begin(self) -> list[str]:
        """Before the first step."""
        lines = [f"  %own{i} = alloca [{max(1, b.bytes)} x i8], align 64"
                 for i, b in enumerate(self.parts)]  # fmt: skip
        for k, count in self.round.items():
            lines += [f"  %arg{k} = alloca [{max(1, count)} x i8], align 64",
                      copy_text(f"%arg{k}", f"%base{k}", count)]  # fmt: skip
        for k, count in self.fresh.items():
            lines += [f"  %away{k} = alloca [{max(1, count)} x i8], align 64",
                      f"  %own_base{k} = select i1 %first, ptr %base{k}, ptr %away{k}",
                      f"  %own_move{k} = select i1 %first, i64 %move{k}, i64 0"]  # fmt: skip
        return lines

    def end(self) -> list[str]:
        """After the last: all have the same, thread 0 puts it back."""
        if not self.round:
            return []
        copies = [copy_text(f"%base{k}", f"%arg{k}", count) for k, count in self.round.items()]
        return ["  br i1 %first, label %back, label %end", "back:", *copies, "  br label %end",
                "end:"]  # fmt: skip


def _key(b: Buffer) -> Buffer | int:
    return b if b.argument is None else b.argument
