"""Formulas that are shorter than their operations one by one."""

from __future__ import annotations

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.mathlib.alone import Alone, ulps

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")


def all_exponents() -> np.ndarray:
    x = np.arange(0, 1 << 32, 9973).astype(np.uint32).view(np.float32)
    return x[~np.isnan(x)]


def test_one_and_the_error_function_are_as_near_everywhere() -> None:
    special = pytest.importorskip("scipy.special")
    x = all_exponents()
    got = Alone("erf_above", "float32", 16)(x)
    assert np.abs(got - special.erfc(-x.astype(float))).max() <= 2.0**-22.5
    assert (got >= 0).all()
    ends = Alone("erf_above", "float32", 16)(np.array([0, -0.0, np.inf, -np.inf, np.nan] * 4, "f4"))
    np.testing.assert_array_equal(ends[:5], [1, 1, 2, 0, np.nan])
    wide = Alone("erf_above", "float64", 8)(x.astype(float))
    np.testing.assert_allclose(wide, special.erfc(-x.astype(float)), rtol=0, atol=5e-16)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_falling_powers_of_e(dtype: str) -> None:
    x = -np.abs(all_exponents()).astype(dtype)
    got, want = Alone("exp_falling", dtype, 16 if dtype == "float32" else 8)(x), np.exp(x)
    normal = want >= np.finfo(dtype).tiny
    assert ulps(got[normal], np.exp(x[normal].astype(np.longdouble)).astype(float)).max() <= 1.5
    assert (got[~normal] <= 1.1 * np.finfo(dtype).tiny).all()
    assert np.isnan(Alone("exp_falling", dtype, 16)(np.full(16, np.nan, dtype))).all()


def test_gelu_and_its_slope() -> None:
    special = pytest.importorskip("scipy.special")
    x = np.linspace(-12, 12, 4001, dtype=np.float32)
    f = tz.compile(lambda v: (F.gelu(v), tz.grad(lambda u: tz.sum(F.gelu(u)))(v)))
    value, slope = (y.numpy() for y in f(tz.tensor(x)))
    wide = x.astype(float)
    half = special.erfc(-wide / np.sqrt(2)) / 2
    bell = np.exp(-wide * wide / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(value, wide * half, rtol=0, atol=6e-7)
    np.testing.assert_allclose(slope, half + wide * bell, rtol=0, atol=4e-7)
    assert "tz_erf_above" in f.last.builder.text()
    assert "tz_exp_falling" in f.last.builder.text()


def test_other_exponentials_stay() -> None:
    f = tz.compile(lambda v, w: tz.exp(-v * w))
    got = f(tz.tensor([[-2.0, 100.0]]), tz.tensor([[50.0, -0.5]])).numpy()
    np.testing.assert_allclose(got, [[np.inf, np.exp(50.0)]], rtol=1e-6)
