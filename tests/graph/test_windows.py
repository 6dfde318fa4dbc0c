"""Windows keep the memory order of what they see, so that layer after layer copies in long runs."""

import numpy as np
import pytest

from tiza.graph import PRIMITIVES, constant
from tiza.graph.prims.window import window
from tiza.readings.evaluate import Program

rng = np.random.default_rng(0)


def channels_first(*shape: int) -> np.ndarray:
    """(N, C, H, W) whose entries lie in the order (C, H, W, N)."""
    return np.moveaxis(rng.normal(size=(*shape[1:], shape[0])), -1, 0)


def value(name, *arrays, **attrs):
    return Program((), [PRIMITIVES[name](*(constant(a) for a in arrays), **attrs)])()[0]


X = channels_first(40, 3, 6, 6)
W = window((2, 2), (2, 2), None, (1, 0), (1, 0))


@pytest.mark.parametrize("y", [
    value("window_max", X, **W), value("window_sum", X, **W), value("window_argmax", X, **W),
    value("windows_add", value("windows", X, **W), shape=(6, 6), **W),
    value("window_put", value("window_max", X, **W), value("window_argmax", X, **W),
          shape=(6, 6), **W),
    value("where", X > 0, X, np.zeros(())), value("where", X > 0, X, -X),
], ids=["max", "sum", "argmax", "add", "put", "where", "where3"])  # fmt: skip
def test_memory_order_is_kept(y):
    assert np.moveaxis(y, 0, -1).flags.c_contiguous


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "uint32", "int8",
                                   "complex128", "bool"])  # fmt: skip
def test_where_is_numpys_bit_by_bit(dtype):
    """Large arrays are chosen by their bits; NaN, infinities and signed zeros pass unchanged."""
    a = rng.normal(size=(60, 40)) * 50
    a[:5, :5] = [[np.nan, np.inf, -np.inf, -0.0, 0.0]] * 5
    with np.errstate(all="ignore"):
        a, b = a.astype(dtype), a[::-1].astype(dtype)
    c = rng.random((60, 40)) < 0.5
    zero, row, one = np.zeros((), dtype), b[0], np.ones((), dtype)
    for x, y in [(a, b), (a.T.copy().T, b), (a, zero), (a, -zero if dtype != "bool" else zero),
                 (zero, b), (a, row), (row, one), (one, one)]:  # fmt: skip
        got = value("where", c, x, y)
        want = np.where(c, x, y)
        assert got.dtype == want.dtype
        assert got.tobytes() == want.tobytes()
    assert value("where", np.broadcast_to(c[0], c.shape), a, b).tobytes() == np.where(
        c[0], a, b).tobytes()  # fmt: skip


def test_windows_are_views():
    inner = window((3, 3), (1, 1))
    assert np.shares_memory(value("windows", X, **inner), X)
