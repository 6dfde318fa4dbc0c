"""A long product summed piece by piece: what a tile reads side by side stays in the nearest cache.

The weights of a convolution learn from such products: rows of gradients by rows of pictures, each
as long as all pictures together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tiza.readings.native.lowering.lower import Value
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.scheduling.schedule import product
from tiza.readings.native.terms.index import Affine, Loop

NEAR = 1 << 19  # bytes that are read again and again from a near cache
NEAREST = 1 << 15  # bytes of the nearest one
SIDE_BY_SIDE = 8  # rows of both factors in a tile


def blocked(nest: Nest, lane: Loop | None) -> bool:
    """Sum a product in pieces: some of the reduced loops go around the tiles.

    Each piece is added to what stands in memory, which must begin as zeros. lane: the loop that
    fills the lanes.
    """
    pair = product(nest)
    plain = len(nest.outer) == 1 and nest.outer[0].value is nest.reductions[0].result
    if pair is None or not plain or len(nest.reduced) < 2:
        return False
    if nest.outer[0].buffer.size != math.prod(loop.extent for loop in nest.kept):
        return False  # a part of something: what stands beside it must not become zeros
    if sum(x.extra[0].bytes for x in pair) < NEAR:
        return False
    around = [nest.reduced[0]]
    room = NEAREST // SIDE_BY_SIDE // pair[0].dtype.itemsize
    if (found := _to_cut(nest.reduced, lane, room)) is not None:
        outer = _cut(nest, *found)
        if outer is not None:
            around = [outer] if found[0] is around[0] else [*around, outer]
    nest.reduced = [loop for loop in nest.reduced if loop not in around]
    nest.kept += around
    nest.serial += around
    nest.outer[0].add = True
    return True


def until_last(nest: Nest) -> None:
    """Store the sums of a product, which nobody else reads, only between its passes."""
    sums = nest.outer[0]  # what is made of them comes after
    assert sums.value is nest.reductions[0].result
    if nest.passes is None:
        nest.outer = nest.outer[1:]
    else:
        sums.passing = True


def _to_cut(loops: Sequence[Loop], lane: Loop | None, room: int) -> tuple[Loop, int] | None:
    """A loop to be cut in two, and how long its inner part is, for about `room` terms a piece."""
    first, *rest = loops
    terms = math.prod(loop.extent for loop in rest)
    if terms > room and len(rest) > 1:
        first, *rest = rest
        terms //= first.extent
    fits = [n for n in range(2, first.extent) if first.extent % n == 0 and n * terms <= room]
    return (first, fits[-1]) if fits and first is not lane else None


def _cut(nest: Nest, loop: Loop, inner: int) -> Loop | None:
    """Put two loops in the place of one that is summed over; gives the outer one.

    None where a place is not linear in the loop.
    """
    factors = nest.reductions[0].value.args
    places = [x.extra[1] for x in factors]
    looked_up = any(isinstance(a, Value) for p in places for a in p.terms)
    if looked_up or any(x.extra[2] for x in factors):
        return None
    outer, rest = Loop(loop.extent // inner), Loop(inner)
    both = Affine(0, [(outer, inner), (rest, 1)])
    new = tuple(Value("load", (), x.dtype, (x.extra[0], x.extra[1].put(loop, both), ()))
                for x in factors)  # fmt: skip
    value = nest.reductions[0].value
    nest.reductions[0].value = Value(value.op, new, value.dtype, value.extra)
    at = nest.reduced.index(loop)
    nest.reduced[at : at + 1] = [outer, rest]
    return outer
