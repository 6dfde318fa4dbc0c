"""How much work a kernel is, roughly: for what is worth sharing, and for people to read."""

from __future__ import annotations

import math

from tiza.readings.native import mathlib
from tiza.readings.native.emitting.ends import within
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.scheduling.schedule import cone, rows_of

LONG = mathlib.FUNCTIONS.keys() | mathlib.WITHIN.keys()


def work(nest: Nest) -> tuple[float, float]:
    """Floating-point operations and bytes of a nest, roughly."""
    inside: float = math.prod(i.extent for i in nest.reduced) * (
        nest.passes.extent if nest.passes else 1
    )
    outside = math.prod(i.extent for i in nest.kept)
    if nest.turns:  # all rows together have as many entries as one might have
        inside /= math.prod(loop.extent for loop in rows_of(nest))
    ops = {"number": 0, "load": 0, "result": 0, "index": 1, "multiply_pairs": 3}
    inner = cone([r.value for r in nest.reductions] + [s.value for s in nest.inner])
    outer = cone([s.value for s in nest.outer]) - inner
    dear = lambda v: ops.get(v.op, 8 if v.op in LONG else 1)
    flops = outside * (inside * within(nest) * (sum(map(dear, inner)) + len(nest.reductions))
                       + sum(map(dear, outer)))  # fmt: skip
    moved = sum(min(b.bytes, outside * inside * b.dtype.itemsize) for b in nest.buffers())
    return float(flops), float(moved)
