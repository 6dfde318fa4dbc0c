"""Weights held aside by each of two threads: the same bits as in common memory."""

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder
from tiza.readings.native import Compiled
from tiza.readings.native.driving.aside import MANY, Aside
from tiza.readings.native.machine.llvm import available
from tiza.transforms import differentiate

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")
ROWS, POOL = 32, 200


def training(steps, size, out, decay=0.0):
    """Steps of a narrow layer with momentum, on rows of its own each: program and inputs."""
    rng = np.random.default_rng(size)
    x = rng.normal(size=(POOL, size)).astype(np.float32)
    y = np.tanh(x[:, :out] * 2)
    w = rng.normal(size=(out, size)).astype(np.float32) / 28
    where = rng.integers(0, POOL, (steps + 1) * ROWS)
    arrays = [w, np.zeros_like(w), x, y, where]
    inputs = [tz.Tensor(placeholder(a.shape, a.dtype)) for a in [*arrays[:4], where[:ROWS]]]
    weight, speed, rows, wanted, at = inputs
    miss = tz.tanh(tz.take(rows, at, axis=0) @ weight.T) - tz.take(wanted, at, axis=0)
    loss = tz.sum(miss * miss) / ROWS
    loss = loss + decay * tz.sum(weight * weight) if decay else loss
    slopes = differentiate([loss.node], [weight.node], [tz.tensor(np.float32(1)).node])
    later = 0.9 * speed + tz.Tensor(slopes[0])
    outputs = [loss.node, (weight - 0.01 * later).node, later.node]
    return Compiled([t.node for t in inputs], outputs, {1: 0, 2: 1}), arrays


def run(program, arrays, steps, threads):
    given = [a.copy() for a in arrays]
    losses = np.zeros(steps, np.float32)
    program.run(given, steps=steps, moves={4: 8 * ROWS}, into={0: (losses, 4)}, threads=threads)
    return [losses, *given[:2]]


def aside(program):
    builder = program.builder
    return Aside.of(builder.calls, builder._replaced(), builder.bits)


@pytest.mark.parametrize(("size", "out"), [(784, 8), (1000, 5), (1058, 3), (520, 12)])
@pytest.mark.parametrize("steps", [MANY - 1, MANY, 2 * MANY])
def test_the_bits_are_those_of_common_memory(size, out, steps):
    program, arrays = training(steps, size, out)
    alone = run(program, arrays, steps, 1)
    assert not np.array_equal(alone[1], arrays[0])
    for threads in (2, 3, 4):
        for _ in range(3):
            found = run(program, arrays, steps, threads)
            assert all(np.array_equal(a, b) for a, b in zip(alone, found, strict=True))


def test_both_threads_make_what_one_would_have_to_send():
    program, _ = training(MANY, 784, 8)
    found = aside(program)
    assert set(found.arguments) == {0, 1}
    ((one, two),) = found.turns.values()
    assert one[0] == 0 < two[0] < one[1] <= two[0] + 2
    for held in found.arguments.values():
        (a, b), (c, d) = held.columns
        assert a == 0 < b == c < d == held.pitch == held.bytes // 8


@pytest.mark.parametrize(("size", "out", "decay"), [(784, 8, 0.1), (256, 8, 0), (4096, 16, 0)])
def test_what_is_read_whole_is_small_or_does_not_fit_stays_common(size, out, decay):
    program, _ = training(MANY, size, out, decay)
    assert aside(program) == Aside()
