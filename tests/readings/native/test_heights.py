"""Long chains of operations are cut into kernels: none is too high to be written down."""

import sys
from collections.abc import Callable

import numpy as np
import pytest

import tiza as tz
from tiza.lang.tensor import Tensor
from tiza.readings.native.machine.llvm import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")


def one_after_the_other(x: Tensor, count: int) -> Tensor:
    """Steps of Euler's method."""
    for _ in range(count):
        x = x + 0.001 * (1 - x)
    return x


def read_twice(x: Tensor, count: int) -> Tensor:
    """Each value is read by two that follow."""
    for _ in range(count):
        x = tz.tanh(x) * x * 0.01 + 0.99 * x
    return x


def with_sums(x: Tensor, count: int) -> Tensor:
    """Each step needs the sum of the last."""
    for _ in range(count):
        x = x * 0.5 + 0.001 * x.sum()
    return x


def turned(x: Tensor, count: int) -> Tensor:
    """Moved about again and again."""
    x = tz.reshape(x, (7, 3))
    for _ in range(count):
        x = tz.flip(tz.permute_dims(x, (1, 0)), axis=0)
    return x


@pytest.mark.parametrize("chain", [one_after_the_other, read_twice, with_sums, turned])
@pytest.mark.parametrize("count", [30, 300])
def test_a_long_chain_is_what_its_steps_are(chain: Callable[..., Tensor], count: int) -> None:
    x = np.linspace(0.1, 0.9, 21)
    got = tz.compile(lambda x: chain(x, count))(x)
    np.testing.assert_allclose(got.numpy(), chain(tz.tensor(x), count).numpy(), rtol=1e-9)


def test_the_slope_of_a_long_chain() -> None:
    x = np.linspace(-0.4, 0.4, 21)
    slope = tz.compile(tz.grad(lambda x: one_after_the_other(x, 800).sum()))(x)
    np.testing.assert_allclose(slope.numpy(), np.full(21, 0.999**800), rtol=1e-9)


def test_there_is_room_for_who_calls() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(700)
    try:
        got = tz.compile(lambda x: one_after_the_other(x, 400))(np.zeros(3))
    finally:
        sys.setrecursionlimit(before)
    np.testing.assert_allclose(got.numpy(), np.full(3, 1 - 0.999**400), rtol=1e-9)
