"""Where in one block of memory each buffer stands, so that those needed at the same time part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tiza.readings.native.terms.memory import Buffer

ALIGN = 64  # bytes: a cache line
PAGE = 64  # lines, after which the places of a near cache come round again
APART = 9  # lines; values side by side, row by row, would else all want the same few places


@dataclass
class Stay:
    """A buffer, its room in whole lines, and from when to when it is needed."""

    buffer: Buffer
    room: int
    start: int
    stop: int


class Arena:
    """One block of memory, parts of which are taken and given back; `settle` says where they are.

    >>> import numpy as np
    >>> arena, kind = Arena(), np.dtype("float32")
    >>> a, b, c = (Buffer((16 * n,), kind) for n in (2, 1, 3))
    >>> arena.take(a)
    >>> arena.take(b)
    >>> arena.give(a)
    >>> arena.take(c)  # b and c are needed at the same time
    >>> arena.settle()
    >>> [x.offset for x in (a, b, c)], arena.size
    ([0, 192, 0], 256)
    """

    def __init__(self) -> None:
        self.size = 0
        self.stays: list[Stay] = []
        self.open: dict[Buffer, Stay] = {}
        self.now = 0

    def take(self, buffer: Buffer) -> None:
        """From now on a buffer is needed."""
        self.now += 1
        lines = max(1, -(-buffer.bytes // ALIGN))
        lines += APART * (lines % PAGE == 0)
        self.open[buffer] = stay = Stay(buffer, lines * ALIGN, self.now, 0)
        self.stays.append(stay)

    def give(self, buffer: Buffer) -> None:
        """From now on it is not."""
        self.now += 1
        self.open.pop(buffer).stop = self.now

    def settle(self) -> None:
        """Give each buffer its offset: one after another, or the largest first if that is less."""
        for stay in self.open.values():
            stay.stop = self.now + 1
        offsets, self.size = in_order(self.stays)
        if self.size > most_at_once(self.stays):
            others, size = largest_first(self.stays)
            if size < self.size:
                offsets, self.size = others, size
        for stay, offset in zip(self.stays, offsets, strict=True):
            stay.buffer.offset = offset


def _events(stays: Sequence[Stay]) -> list[tuple[int, int, bool]]:
    """When which of them begins (or ends)."""
    return sorted([*((s.start, k, True) for k, s in enumerate(stays)),
                   *((s.stop, k, False) for k, s in enumerate(stays))])  # fmt: skip


def most_at_once(stays: Sequence[Stay]) -> int:
    """The bytes that are needed at the same time: nothing can do with less."""
    most = now = 0
    for _, k, begins in _events(stays):
        now += stays[k].room if begins else -stays[k].room
        most = max(most, now)
    return most


def in_order(stays: Sequence[Stay]) -> tuple[list[int], int]:
    """As they come, each into the smallest gap that will do, or behind all others."""
    offsets, size = [0] * len(stays), 0
    free: list[tuple[int, int]] = []  # (offset, bytes), in order, never adjacent
    for _, k, begins in _events(stays):
        room = stays[k].room
        if not begins:
            free = _joined(sorted([*free, (offsets[k], room)]))
            continue
        gaps = [gap for gap in free if gap[1] >= room]
        if gaps:
            offset, wide = gap = min(gaps, key=lambda gap: gap[1])
            free.remove(gap)
            free = sorted([*free, (offset + room, wide - room)] if wide > room else free)
        elif free and sum(free[-1]) == size:  # the last gap, made larger
            offset, _ = free.pop()
        else:
            offset = size
        offsets[k] = offset
        size = max(size, offset + room)
    return offsets, size


def _joined(free: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Gaps in order, neighbours made one."""
    found: list[tuple[int, int]] = []
    for start, room in free:
        if found and sum(found[-1]) == start:
            found[-1] = found[-1][0], found[-1][1] + room
        else:
            found.append((start, room))
    return found


def largest_first(stays: Sequence[Stay]) -> tuple[list[int], int]:
    """The largest first, each as low as those before it allow that are needed meanwhile.

    Source: Pisarchyk & Lee 2020, arXiv:2001.03288, "greedy by size".
    """
    offsets = [0] * len(stays)
    placed: list[int] = []
    for k in sorted(range(len(stays)), key=lambda k: (-stays[k].room, stays[k].start)):
        here = stays[k]
        beside = sorted((offsets[i], stays[i].room) for i in placed
                        if stays[i].start < here.stop and here.start < stays[i].stop)  # fmt: skip
        low = 0
        for offset, room in beside:
            if offset - low >= here.room:
                break
            low = max(low, offset + room)
        offsets[k] = low
        placed.append(k)
    return offsets, max((offsets[k] + s.room for k, s in enumerate(stays)), default=0)
