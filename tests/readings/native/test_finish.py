"""The greatest entry is known from looking for its number: one comparison serves both."""

from __future__ import annotations

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F
from tiza.readings.native.emitting.emit import Kernel
from tiza.readings.native.machine.llvm import available

RANDOM = np.random.default_rng(0)
pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")


def learned(x: tz.Tensor) -> tuple[tz.Tensor, tz.Tensor]:
    """What windows keep of x, and a slope that goes to the places where it was."""
    loss = lambda x: tz.sum(tz.sin(F.max_pool2d(x, 2)))
    return F.max_pool2d(x, 2), tz.grad(loss)(x)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(16, 3, 6, 8), (33, 2, 4, 4), (3, 1, 8, 2)])
def test_windows_keep_what_numpy_keeps(shape: tuple[int, ...], dtype: str) -> None:
    x = RANDOM.normal(size=shape).astype(dtype)
    x[0, 0, 0, 1], x[1, 0, :2, :2], x[2, 0, 1, 1] = np.nan, -np.inf, np.inf
    x[1, 0, 2:4, :2] = -1.0  # all alike: the first of them counts
    want = [t.numpy() for t in learned(tz.tensor(x))]
    with np.errstate(invalid="ignore"):
        got = [[t.numpy() for t in tz.compile(learned, threads=n)(x)] for n in (1, 2)]
    for mine in got:
        np.testing.assert_array_equal(mine[0], want[0])
        np.testing.assert_allclose(mine[1], want[1], rtol=1e-5, atol=1e-6)


def test_one_comparison_serves_both() -> None:
    f = tz.compile(learned)
    f(RANDOM.normal(size=(16, 3, 6, 8)).astype("float32"))
    pairs = [(c.plan, c.nest) for c in f.last.builder.calls if c.nest and c.nest.reductions]
    ((plan, nest),) = [(p, n) for p, n in pairs if "argmax" in {r.op for r in n.reductions}]
    names = [r.op for r in nest.reductions]
    assert sorted(names) == ["argmax", "max"]
    assert Kernel(nest, plan, 16).beside == {names.index("max"): names.index("argmax")}
