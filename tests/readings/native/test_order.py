"""In which order loops run, and which of them threads share."""

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F
from tiza.readings.native.machine.llvm import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")


def test_a_short_loop_is_shared_with_the_tiles_of_the_next():
    rng = np.random.default_rng(0)
    x, w = (rng.normal(size=s).astype(np.float32) for s in ((32, 1, 24, 24), (32, 1, 3, 3)))

    @tz.compile
    def learn(x, w):
        return tz.grad(lambda w: tz.sum(F.conv2d(x, w) ** 2))(w)

    found = learn(x, w).numpy()
    sums = [c for c in learn.last.builder.calls if c.nest is not None and c.nest.serial]
    lanes = learn.last.builder.bits // 32
    assert [c.trips for c in sums] == [3 * (32 // lanes)]
    alike = [learn.last(x, w, threads=n)[0] for n in (1, 2, 3, 4)]
    assert all(np.array_equal(alike[0], other) for other in alike)
    want = tz.grad(lambda w: tz.sum(F.conv2d(tz.tensor(x), w) ** 2))(tz.tensor(w)).numpy()
    np.testing.assert_allclose(found, want, rtol=1e-4)
