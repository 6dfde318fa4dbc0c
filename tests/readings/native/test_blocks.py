"""Long products summed piece by piece: what a convolution's weights learn from."""

from __future__ import annotations

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F
from tiza.readings.native.emitting.emit import Kernel
from tiza.readings.native.scheduling.blocks import _to_cut
from tiza.readings.native.terms.index import Loop

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(("batch", "size", "stride"), [(32, 24, 1), (64, 24, 2), (16, 34, 1)])
def test_pieces_add_up_to_the_whole(batch: int, size: int, stride: int) -> None:
    x = RANDOM.normal(size=(batch, 12, size, size)).astype("float32")
    w = RANDOM.normal(size=(16, 12, 3, 3)).astype("float32")

    def slope(w: tz.Tensor, x: tz.Tensor) -> tz.Tensor:
        return tz.grad(lambda w: tz.sum(F.conv2d(x, w, stride=stride, padding=1) ** 2))(w)

    compiled = [tz.compile(slope, threads=n) for n in (1, 2, 3)]
    first, *rest = [f(w, x).numpy() for f in compiled]
    want = slope(tz.tensor(w.astype("float64")), tz.tensor(x.astype("float64"))).numpy()
    np.testing.assert_allclose(first, want, rtol=1e-4, atol=1e-4 * np.abs(want).max())
    for other in rest:
        np.testing.assert_array_equal(first, other)
    nests = [c.nest for c in compiled[0].last.builder.calls if c.nest is not None]
    assert any(n.reductions and n.outer[0].add for n in nests)


def test_threads_share_pairs_of_loops_and_sums_stand_side_by_side() -> None:
    x = RANDOM.normal(size=(64, 6, 14, 14)).astype("float32")
    w = RANDOM.normal(size=(16, 6, 5, 5)).astype("float32")
    loss = lambda w, x: tz.sum(tz.tanh(F.conv2d(tz.sin(x), w)))
    f = tz.compile(lambda w, x: w - tz.grad(loss)(w, x))
    f(w, x)
    ((call, nest),) = [(c, c.nest) for c in f.last.builder.calls if c.nest and c.nest.serial]
    order = Kernel(nest, call.plan, 16).kept
    assert order.items[0][0] in nest.serial  # pieces first
    assert call.trips == order.trips == 25
    assert [loop.extent for loop in order.shared] == [5, 5]  # rows and columns of the kernel
    lanes = call.plan.columns or call.plan.lane
    assert (lanes.extent, nest.outer[0].place.coefficient(lanes)) == (16, 1)


def test_a_piece_is_what_the_nearest_cache_holds() -> None:
    rows, columns, lane = Loop(24), Loop(26), Loop(64)
    assert _to_cut([rows, lane], lane, 1024) == (rows, 12)  # 12 rows of 64 entries
    assert _to_cut([rows, columns, lane], lane, 1024) == (columns, 13)
    assert _to_cut([rows, Loop(2048)], None, 1024) is None
    assert _to_cut([lane, rows], lane, 1024) is None
