"""What a short program keeps in registers from step to step: weights, and all that is in between.

A step of a network with a handful of weights is one chain of dependent operations. A value that is
stored and loaded again waits in it for several cycles; one on the stack becomes a register,
where every access is to a known place of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tiza.readings.native.terms.memory import Buffer

MOST = 128  # bytes of one value: more is no register


@dataclass
class Close:
    """Arguments (by number) and parts of the arena (by offset) that stand on the stack."""

    arguments: dict[int, int] = field(default_factory=dict)  # with their bytes
    parts: dict[tuple[int, int], list[int]] = field(default_factory=dict)  # from, to → offsets

    @classmethod
    def of(cls, buffers: Iterable[Buffer], replaced: Iterable[Buffer]) -> Close:
        """What is small among a program's buffers; `replaced`: arguments that results go into."""
        found, buffers = cls(), list(buffers)
        used = {b.argument for b in buffers}
        for b in replaced:
            if b.argument is not None and b.argument in used and 0 < b.bytes <= MOST:
                found.arguments[b.argument] = b.bytes
        places = sorted({(b.offset, b.offset + b.bytes) for b in buffers if b.offset is not None})
        for start, stop in _united(places):
            if stop - start <= MOST:
                found.parts[start, stop] = sorted({a for a, _ in places if start <= a < stop})
        return found

    @property
    def offsets(self) -> set[int]:
        """Where in the arena nothing is stored."""
        return {offset for offsets in self.parts.values() for offset in offsets}

    def begin(self) -> list[str]:
        """Before the first step."""
        lines = []
        for k, count in self.arguments.items():
            lines += [
                f"  %arg{k} = alloca [{count} x i8], align 64",
                copy_text(f"%arg{k}", f"%base{k}", count),
            ]
        for (start, stop), offsets in self.parts.items():
            lines.append(f"  %part{start} = alloca [{stop - start} x i8], align 64")
            lines += [
                f"  %m{o} = getelementptr i8, ptr %part{start}, i64 {o - start}" for o in offsets
            ]
        return lines

    def end(self) -> list[str]:
        """After the last."""
        return [copy_text(f"%base{k}", f"%arg{k}", count) for k, count in self.arguments.items()]


DECLARED = {"declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)"}


def copy_text(to: str, start: str, count: int | str) -> str:
    """So many bytes copied."""
    return f"  call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {start}, i64 {count}, i1 false)"


def _united(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches, in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, stop in places:
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(stop, found[-1][1])
        else:
            found.append((start, stop))
    return found
