"""Which kernels are worth several threads: also those that wait for rows from far away."""

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder
from tiza.readings.native import Compiled
from tiza.readings.native.machine.llvm import available, host
from tiza.readings.native.scheduling.sharing import LATE, waiting

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")
ROWS, WIDE = 200, 8


def picking(table_rows):
    """The call of a kernel that works on picked rows, a little for each."""
    kinds = [((table_rows, WIDE), np.float32), ((ROWS,), np.int64)]
    table, where = (tz.Tensor(placeholder(shape, np.dtype(kind))) for shape, kind in kinds)
    made = tz.tanh(tz.take(table, where, axis=0)) * 2
    program = Compiled([table.node, where.node], [made.node], fresh=True)
    (call,) = [c for c in program.builder.calls if c.trips > 1]
    return program, call


def test_rows_from_far_away_are_waited_for_by_all_threads():
    many = host().l2 // (4 * WIDE)
    _, near = picking(many)
    program, far = picking(many + 1)
    assert waiting(near.nest, host().l2) == 0
    assert waiting(far.nest, host().l2) == ROWS * LATE
    assert not near.shared
    assert far.shared
    rng = np.random.default_rng(0)
    table = rng.normal(size=(many + 1, WIDE)).astype(np.float32)
    where = rng.integers(0, len(table), ROWS)
    (alone,), (both,) = (program(table, where, threads=n) for n in (1, 2))
    assert np.array_equal(alone, both)
    np.testing.assert_allclose(alone, 2 * np.tanh(table[where]), rtol=1e-6)
