"""What short programs keep in registers: many steps in one call are the steps one by one."""

import numpy as np
import pytest

import tiza as tz
from tiza.readings.native import Compiled
from tiza.readings.native.driving.close import MOST, Close
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.terms.memory import Buffer

made = pytest.mark.skipif(available() is not None, reason="no machine code here")
FLOAT = np.dtype("float32")


def buffer(count, offset=None, argument=None):
    found = Buffer((count,), FLOAT, argument)
    found.offset = offset
    return found


def test_small_places_are_kept_and_those_that_overlap_are_one():
    parts = [buffer(4, 0), buffer(1, 64), buffer(20, 64), buffer(MOST, 192), buffer(2, 1024)]
    replaced = [buffer(3, argument=2), buffer(MOST, argument=5)]
    found = Close.of([*parts, *replaced], [*replaced, buffer(3, argument=7)])  # 7: nobody reads it
    assert found.arguments == {2: 12}
    assert found.parts == {(0, 16): [0], (64, 144): [64], (1024, 1032): [1024]}
    assert found.offsets == {0, 64, 1024}


def step(weight, slot, x):
    """One of gradient descent with momentum, and the loss before it."""
    miss = tz.tanh(x @ weight) - 0.5
    slot = 0.9 * slot + x * miss
    return tz.sum(miss * miss), weight - 0.1 * slot, slot


@made
@pytest.mark.parametrize("size", [1, 2, 7, 40])  # the last is too large for a register
def test_many_steps_in_one_call_are_the_steps_one_by_one(size):
    rng = np.random.default_rng(size)
    xs = rng.normal(size=(50, size)).astype(FLOAT)
    weight, slot = rng.normal(size=(2, size)).astype(FLOAT) / size
    inputs = [tz.tensor(a) for a in (weight, slot, xs[0])]
    nodes = [t.node for t in inputs]
    program = Compiled(nodes, [t.node for t in step(*inputs)], {1: 0, 2: 1})
    given, losses = [weight.copy(), slot.copy(), xs], np.zeros(50, FLOAT)
    program.run(given, steps=50, moves={2: xs[0].nbytes}, into={0: (losses, 4)})
    one_by_one = []
    for x in xs:
        loss, weight, slot = program(weight, slot, x)
        one_by_one.append(float(loss))
    assert np.array_equal(losses, np.float32(one_by_one))
    assert np.array_equal(given[0], weight)
    assert np.array_equal(given[1], slot)


@made
def test_registers_are_not_stored_between_steps():
    inputs = [tz.tensor(np.ones(2, FLOAT)) for _ in range(3)]
    program = Compiled([t.node for t in inputs], [t.node for t in step(*inputs)], {1: 0, 2: 1})
    loop = program.library.optimized().split("body:")[1].split("done:")[0]
    assert loop.count("store ") == 1  # the loss
