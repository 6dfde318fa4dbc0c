"""Small kernels that each thread computes for itself: fewer meetings, the same bits."""

import numpy as np
import pytest

import tiza as tz
from tiza.readings.native import Compiled
from tiza.readings.native.driving import driver
from tiza.readings.native.driving.apiece import ROOM, Apiece
from tiza.readings.native.driving.meeting import meetings
from tiza.readings.native.machine.llvm import available
from tiza.transforms import differentiate

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")
STEPS, ROWS, LONG = 12, 32, 784


def training():
    """A step of a narrow network on rows of its own at each step: program and inputs."""
    rng = np.random.default_rng(0)
    xs = rng.normal(size=(STEPS * ROWS, LONG)).astype(np.float32)
    ys = np.tanh(xs[:, :10] * 2).astype(np.float32)
    where = rng.permutation(STEPS * ROWS)
    first = rng.normal(size=(8, LONG)).astype(np.float32) / 28
    rest = [rng.normal(size=s).astype(np.float32) / 3 for s in ((8,), (10, 8), (10,))]
    arrays = [first, *rest, xs, ys, np.append(where, where[:ROWS])]
    inputs = [tz.tensor(a) for a in [*arrays[:6], where[:ROWS]]]
    w, b, v, c, x, y, at = inputs
    hidden = tz.relu(tz.take(x, at, axis=0) @ w.T + b)
    miss = tz.nn.functional.softmax(hidden @ v.T + c, dim=1) - tz.take(y, at, axis=0)
    loss = tz.sum(miss * miss) / ROWS
    params = [t.node for t in (w, b, v, c)]
    slopes = differentiate([loss.node], params, [tz.tensor(np.float32(1)).node])
    new = [(tz.Tensor(p) - 0.05 * tz.Tensor(g)).node for p, g in zip(params, slopes, strict=True)]
    aliased = {1 + i: i for i in range(4)}
    return Compiled([t.node for t in inputs], [loss.node, *new], aliased), arrays


def run(program, arrays, threads):
    given = [a.copy() for a in arrays]
    losses = np.zeros(STEPS, np.float32)
    program.run(given, steps=STEPS, moves={6: 8 * ROWS}, into={0: (losses, 4)}, threads=threads)
    return [losses, *given[:4]]


@pytest.fixture(scope="module")
def made():
    return training()


def test_the_bits_are_those_of_one_thread(made):
    program, arrays = made
    builder = program.builder
    own = driver._apiece(builder.calls, builder._replaced())
    assert own.calls
    assert set(own.round) == {1, 2, 3}  # not the first weights, which threads share
    alone = run(program, arrays, 1)
    assert not any(np.array_equal(a, b) for a, b in zip(alone[1:], arrays, strict=False))
    for threads in (2, 3, 4):
        for _ in range(5):
            for a, b in zip(alone, run(program, arrays, threads), strict=True):
                assert np.array_equal(a, b)


def test_one_step_at_a_time_is_the_same(made):
    program, arrays = made
    together = run(program, arrays, 2)
    given, losses = [a.copy() for a in arrays], []
    for k in range(STEPS):
        given[6] = arrays[6][k * ROWS :].copy()
        losses.append(program.run(given, threads=2)[0].item())
    assert np.array_equal(together[0], np.float32(losses))
    assert all(np.array_equal(a, b) for a, b in zip(together[1:], given[:4], strict=True))


def test_threads_meet_less_often(made):
    builder = made[0].builder
    own = Apiece.of(builder.calls, builder._replaced())
    before, after = (meetings(builder.calls, chained=False, own=o) for o in (None, own))
    assert 0 < len(after) < len(before)
    assert not own.calls & {i for i, call in enumerate(builder.calls) if call.shared}
    assert sum(b.bytes for b in own.parts) <= ROOM


def test_what_a_shared_kernel_writes_is_nobody_s_own(made):
    builder = made[0].builder
    own = Apiece.of(builder.calls, builder._replaced())
    for call in builder.calls:
        if call.shared:
            assert not any(own.has(store.buffer) for store in call.nest.stores)
    shared = next(i for i, call in enumerate(builder.calls) if call.shared)
    other = min(own.calls)
    mixed = [builder.calls[shared], builder.calls[other]]
    store, before = mixed[1].nest.stores[0], mixed[1].nest.stores[0].buffer
    store.buffer = mixed[0].nest.stores[0].buffer
    try:
        assert 1 not in Apiece.of(mixed, []).calls
    finally:
        store.buffer = before


def test_one_thread_needs_nothing_of_its_own():
    x = tz.tensor(np.ones(5, np.float32))
    calls = Compiled([x.node], [(x + 1).node]).builder.calls
    assert Apiece.of(calls, []) == Apiece()
