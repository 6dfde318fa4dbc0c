"""Memory is shared by what is never needed at the same time, and by nothing else."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tiza.readings.native.placing.arena import ALIGN, Arena, in_order, largest_first, most_at_once
from tiza.readings.native.terms.memory import Buffer


def filled(seed: int, count: int) -> Arena:
    """An arena that buffers of many sizes were taken from and given back to, by chance."""
    draw, arena = random.Random(seed), Arena()
    here: list[Buffer] = []
    for _ in range(count):
        if here and draw.random() < 0.45:
            arena.give(here.pop(draw.randrange(len(here))))
        else:
            buffer = Buffer((draw.choice((0, 1, 16, 17, 100, 1000, 5000)),), np.dtype("float32"))
            arena.take(buffer)
            here.append(buffer)
    arena.settle()
    return arena


@pytest.mark.parametrize("seed", range(40))
def test_what_is_needed_at_the_same_time_stands_apart(seed: int) -> None:
    arena = filled(seed, 5 + 3 * seed)
    for k, one in enumerate(arena.stays):
        assert one.buffer.offset is not None
        assert one.buffer.offset % ALIGN == 0
        assert one.buffer.offset + one.buffer.bytes <= arena.size
        for other in arena.stays[:k]:
            if one.start < other.stop and other.start < one.stop:
                first, second = sorted((one, other), key=lambda s: s.buffer.offset)
                assert first.buffer.offset + first.room <= second.buffer.offset


@pytest.mark.parametrize("seed", range(20))
def test_the_smaller_of_two_ways_is_taken(seed: int) -> None:
    arena = filled(seed, 120)
    sizes = in_order(arena.stays)[1], largest_first(arena.stays)[1]
    assert most_at_once(arena.stays) <= arena.size == min(sizes)


def test_an_empty_arena_takes_nothing() -> None:
    arena = Arena()
    arena.settle()
    assert arena.size == 0


def test_values_of_whole_pages_begin_at_different_places() -> None:
    """Row by row, several of them would else want the same places of a cache."""
    arena = Arena()
    many = [Buffer((64, 1024), np.dtype("float32")) for _ in range(8)]
    for buffer in many:
        arena.take(buffer)
    arena.settle()
    assert len({buffer.offset % 4096 for buffer in many if buffer.offset is not None}) == 8
