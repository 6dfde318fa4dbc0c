"""Light kernels that go through the same rows: made a few rows at a time, without meetings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F
from tiza.readings.native.driving.meeting import meetings
from tiza.readings.native.driving.strips import neighbours, strips
from tiza.readings.native.machine.llvm import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")
RANDOM = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype("float32")


def found(f: Any) -> Any:
    builder = f.last.builder
    return strips(builder.calls, builder.bits, ())


def test_the_rows_of_a_normalisation_stay_with_a_thread() -> None:
    x, g, b = normal(501, 128), normal(128), normal(128)
    answers = []
    for threads in (1, 2, 3, 4):
        f = tz.compile(lambda x, g, b: F.layer_norm(tz.sin(x), (128,), g, b), threads=threads)
        answers.append(f(x, g, b).numpy())
    (strip,) = found(f)
    calls = f.last.builder.calls
    assert len(strip.turns) >= 2
    assert strip.units == 501
    assert 1 < strip.many < 501
    alone = meetings(calls, chained=False)
    assert len(meetings(calls, chained=False, strips=neighbours([strip]))) < len(alone)
    y = np.sin(x.astype(float))
    y = (y - y.mean(axis=1, keepdims=True)) / np.sqrt(y.var(axis=1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(answers[0], y * g + b, rtol=1e-4, atol=1e-5)
    assert all(a.tobytes() == answers[0].tobytes() for a in answers)


def test_kernels_of_several_turns_for_a_row_keep_step() -> None:
    x = normal(48, 64, 64)
    f = tz.compile(lambda x: F.softmax(tz.sin(x), dim=-1), threads=2)
    got = f(x).numpy()
    e = np.exp(np.sin(x.astype(float)))
    np.testing.assert_allclose(got, e / e.sum(axis=-1, keepdims=True), rtol=1e-5)
    one = tz.compile(lambda x: F.softmax(tz.sin(x), dim=-1), threads=1)(x).numpy()
    assert one.tobytes() == got.tobytes()


def test_what_reads_other_rows_ends_a_strip() -> None:
    """A maximum of each column, and of each row of what it is taken from."""
    x = normal(400, 400)

    def f(x: Any) -> Any:
        y = tz.exp(x - tz.max(x, axis=0))
        return y / tz.max(y, axis=1, keepdims=True)

    made = tz.compile(f, threads=2)
    got = made(x).numpy()
    y = np.exp(x.astype(float) - x.max(axis=0))
    np.testing.assert_allclose(got, y / y.max(axis=1, keepdims=True), rtol=1e-5)
    for strip in found(made):
        for i in strip.calls:
            assert all(r.prim.name != "max" or r.attrs["axis"] != (0,)
                       for r in made.last.builder.calls[i].group.roots)  # fmt: skip


def test_products_and_few_rows_take_no_part() -> None:
    x = normal(128, 128)
    f = tz.compile(lambda x: F.softmax(x @ x.T, dim=-1), threads=2)
    f(x)
    calls = f.last.builder.calls
    for strip in found(f):
        for i in strip.calls:
            assert all(r.prim.name != "matmul" for r in calls[i].group.roots)
    few = tz.compile(lambda x: F.softmax(tz.sin(x), dim=-1), threads=2)
    few(normal(4, 9000))
    assert found(few) == []
