"""Sums of several rows side by side: the bits of one row after another."""

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder
from tiza.readings.native import Compiled
from tiza.readings.native.emitting.finish import Results
from tiza.readings.native.machine.llvm import available, host

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")


def summaries(rows, columns, dtype):
    """Some summaries of each row of a matrix, and a matrix with a NaN, zeros and infinities."""
    x = tz.Tensor(placeholder((rows, columns), np.dtype(dtype)))
    made = [tz.log(tz.sum(tz.exp(x), dim=1)), tz.max(x, axis=1), -tz.min(x, axis=1, keepdims=True),
            tz.sqrt(tz.mean(x * x, axis=1)), tz.prod(x, axis=1), tz.any(x > 1, axis=1)]  # fmt: skip
    values = np.random.default_rng(rows).normal(size=(rows, columns)).astype(dtype)
    values[0, :2], values[rows // 2, -1], values[-1, 0] = (0, -0.0), np.nan, np.inf
    return x, made, values


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("columns", [2, 10, 16, 33, 100])
@pytest.mark.parametrize("rows", [4, 6, 9, 32])
def test_the_bits_are_those_of_one_row_after_another(rows, columns, dtype, monkeypatch):
    x, made, values = summaries(rows, columns, dtype)
    together = Compiled([x.node], [t.node for t in made], fresh=True)(values)
    monkeypatch.setattr(Results, "_side_by_side", lambda self, rows: False)
    apart = Compiled([x.node], [t.node for t in made], fresh=True)(values)
    for a, b in zip(together, apart, strict=True):
        assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    assert np.array_equal(together[1], values.max(axis=1), equal_nan=True)


def test_logarithms_of_four_rows_are_one():
    x = tz.Tensor(placeholder((32, 10), np.dtype("float32")))
    loss = tz.log(tz.sum(tz.exp(x), dim=1))
    builder = Compiled([x.node], [loss.node]).builder
    found = {(name, width) for name, _, width in builder.module.mathematics}
    assert ("log", 1) not in found
    assert "log" in {name for name, _ in found}


@pytest.mark.parametrize(("columns", "rows"), [(10, 8), (32, 8), (100, 1)])
def test_short_rows_are_summed_eight_at_once(columns, rows):
    x = tz.Tensor(placeholder((20, columns), np.dtype("float32")))
    made = tz.sqrt(tz.sum(tz.abs(x), axis=1))
    program = Compiled([x.node], [made.node], fresh=True)
    (plan,) = [call.plan for call in program.builder.calls]
    if host().vector_bits == 512:
        assert (plan.kind, plan.rows) == ("along", rows)
    values = np.random.default_rng(0).normal(size=(20, columns)).astype("float32")
    want = np.sqrt(np.abs(values).sum(axis=1))
    np.testing.assert_allclose(program(values)[0], want, rtol=1e-6)
