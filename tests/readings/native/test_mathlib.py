"""The vector mathematics of the native compiler against NumPy, mpmath and the primitives."""

import ctypes
from functools import cache
from itertools import product

import numpy as np
import pytest

from tiza.graph.node import PRIMITIVES
from tiza.readings.native import mathlib
from tiza.readings.native.mathlib.alone import Alone, Compiled, loop_text, ulps

UNARY = sorted(name for name, arity in mathlib.FUNCTIONS.items() if arity == 1)
BINARY = sorted(name for name, arity in mathlib.FUNCTIONS.items() if arity == 2)
TYPES = ["float32", "float64"]
LANES = {"float32": 16, "float64": 8}
alone = cache(Alone)


def specials(dtype):
    info = np.finfo(dtype)
    sizes = [0, info.smallest_subnormal, info.tiny, info.eps, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 88.5]
    sizes += [1e6, info.max, np.inf]
    return np.array([*sizes, *(-x for x in sizes[::-1]), np.nan], dtype)


def payloads(dtype):
    """NaNs of many kinds, whose low bits must not leak into a result; the last one signals."""
    bits = {"float32": [0x7FC00001, 0xFFC12345, 0xFFFFFFFF, 0x7F800001]}.get(
        dtype, [0x7FF8000000000001, 0xFFF8123456789ABC, 2**64 - 1, 0x7FF0000000000001]
    )
    return np.array(bits, f"u{np.dtype(dtype).itemsize}").view(dtype)


def assert_same(got, want, xs):
    with np.errstate(all="ignore"):
        wrong = (np.isnan(got) != np.isnan(want)) | (np.isinf(got) != np.isinf(want))
        wrong |= ((got == 0) | (want == 0)) & (np.signbit(got) != np.signbit(want))
        wrong &= ~(np.isnan(got) & np.isnan(want))
    rows = list(zip(*(x[wrong] for x in xs), got[wrong], want[wrong], strict=True))
    assert not rows, f"inputs, got, wanted: {rows}"
    few = np.isfinite(want)
    assert (np.abs(got[few] / 8 - want[few] / 8) <= np.spacing(np.abs(want[few] / 2))).all()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", UNARY)
def test_special_points_are_the_primitive_s(name, dtype):
    x = np.concatenate([specials(dtype), payloads(dtype)])
    with np.errstate(all="ignore"):
        want = PRIMITIVES[name].value(x)
    assert_same(alone(name, dtype, LANES[dtype])(x), want, [x])


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", BINARY)
def test_pairs_of_special_points_are_the_primitive_s(name, dtype):
    points = np.concatenate([specials(dtype), payloads(dtype)[:-1]])
    pairs = list(product(points, repeat=2))
    a, b = np.array(pairs, dtype).T.copy()
    with np.errstate(all="ignore"):
        want = PRIMITIVES[name].value(a, b)
    assert_same(alone(name, dtype, LANES[dtype])(a, b), want, [a, b])


# Greatest errors allowed, in units in the last place: float32, float64. What is not here is exact.
BOUNDS = {
    "sqrt": (0.5, 0.5), "exp": (1, 1), "expm1": (1.5, 2), "sigmoid": (1.7, 1.6), "tanh": (2.5, 3),
    "sinh": (1.8, 1.8), "cosh": (1.5, 1.5), "log": (0.9, 0.9), "log1p": (1.5, 1.5),
    "log2": (1, 1.1), "log10": (1, 1.2), "softplus": (1.8, 1.8), "asinh": (2, 2), "acosh": (2, 2),
    "atanh": (2, 2), "erf": (1.2, 1), "sin": (1.6, 1.6), "cos": (1.6, 1.6), "tan": (0.51, 2.5),
    "asin": (2, 2), "acos": (1.3, 1.3), "atan": (1.4, 1.6), "pow": (0.51, 1),
    "atan2": (1.6, 1.6), "hypot": (1.2, 1.3), "remainder": (0.5, 0.5),
}  # fmt: skip
EXACT = {"abs", "sign", "floor", "ceil", "trunc", "round", "relu", "maximum", "minimum",
         "copysign", "nextafter", "floor_divide"}  # fmt: skip


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


def erf(x):
    from scipy import special

    return special.erf(x)


TRUTH = {"softplus": softplus, "sigmoid": sigmoid, "erf": erf, "asin": np.arcsin,
         "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh, "acosh": np.arccosh,
         "atanh": np.arctanh}  # fmt: skip
BOUNDED = sorted(name for name in BOUNDS if mathlib.FUNCTIONS[name] == 1)


def single_errors(name, x, f=None):
    truth = TRUTH.get(name) or getattr(np, name)
    with np.errstate(all="ignore"):
        return ulps((f or alone(name, "float32", 16))(x), truth(x.astype(np.float64)))


def test_every_function_has_a_bound_or_is_exact():
    # logaddexp cancels near 0, as every formula for it does: it has a test of its own
    assert set(BOUNDS) | EXACT | {"logaddexp"} == set(mathlib.FUNCTIONS)


@pytest.mark.parametrize("name", BOUNDED)
def test_every_exponent_of_float32_stays_within_its_bound(name):
    pytest.importorskip("scipy")
    x = np.arange(0, 1 << 32, 9973).astype(np.uint32).view(np.float32)
    errors = single_errors(name, x)
    assert errors.max() <= BOUNDS[name][0], x[np.argmax(errors)]


@pytest.mark.slow  # about a minute each
@pytest.mark.parametrize("name", ["exp", "log", "tanh", "sigmoid", "erf"])
def test_every_float32_number_stays_within_its_bound(name):
    pytest.importorskip("scipy")
    truth, f, bound = TRUTH.get(name) or getattr(np, name), alone(name, "float32", 16), BOUNDS[name]
    for start in range(0, 1 << 32, 1 << 18):
        x = np.arange(start, start + (1 << 18), dtype=np.uint32).view(np.float32)
        with np.errstate(all="ignore"):
            y, t = f(x), truth(x.astype(np.float64))
            surely = np.abs(y - t) <= np.abs(t) * (bound[0] * 2.0**-24)  # an ulp is no less
            surely |= (y == t) & (y != 0) | np.isnan(y) & np.isnan(t)
            assert ulps(y[~surely], t[~surely]).max(initial=0) <= bound[0], start


def double_points(name, rng, count):
    sizes = np.ldexp(rng.uniform(1, 2, count), rng.integers(-1074, 1024, count))
    ordinary = [rng.normal(size=count) * scale for scale in (0.1, 1, 10, 100)]
    x = np.concatenate([sizes, *ordinary]) * rng.choice([-1.0, 1.0], 5 * count)
    inside = {"log": x > 0, "log2": x > 0, "log10": x > 0, "sqrt": x > 0, "log1p": x > -1,
              "acosh": x > 1, "atanh": np.abs(x) < 1, "asin": np.abs(x) < 1,
              "acos": np.abs(x) < 1}  # fmt: skip
    return x[inside.get(name, np.full(x.shape, True))]


def worst_in_float64(name, points):
    """The greatest error against 40 digits, where the result is a normal number."""
    mpmath = pytest.importorskip("mpmath")
    own = {"softplus": lambda x: mpmath.log1p(mpmath.exp(x)), "log10": lambda x: mpmath.log(x, 10),
           "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "log2": lambda x: mpmath.log(x, 2),
           "pow": mpmath.power}  # fmt: skip
    truth = own.get(name) or getattr(mpmath, name)
    got = alone(name, "float64", 8)(*points)
    worst = 0.0
    with mpmath.workdps(40):
        for y, *xs in zip(got.tolist(), *(x.tolist() for x in points), strict=True):
            if abs(y) > 1e-300 and np.isfinite(y):
                error = truth(*map(mpmath.mpf, xs)) - y
                worst = max(worst, float(abs(error) / mpmath.mpf(np.spacing(abs(y)))))
    return worst


@pytest.mark.parametrize("name", BOUNDED)
def test_float64_stays_within_its_bound(name):
    x = double_points(name, np.random.default_rng(0), 60)
    assert worst_in_float64(name, [x]) <= BOUNDS[name][1] + 0.01


@pytest.mark.parametrize("name", ["pow", "atan2", "hypot"])
def test_float64_of_two_stays_within_its_bound(name):
    rng = np.random.default_rng(0)
    a, b = np.abs(rng.normal(size=200)) + 0.01, rng.normal(size=200) * 3
    assert worst_in_float64(name, [a, b]) <= BOUNDS[name][1] + 0.01


def test_powers_stay_within_their_bound_up_to_the_largest_numbers():
    rng = np.random.default_rng(0)
    a = np.exp(np.concatenate([rng.uniform(-700, 700, 200), rng.normal(size=200) * 1e-2]))
    b = rng.uniform(-1, 1, 400) * 700 / np.log(a)
    assert worst_in_float64("pow", [a, b]) <= BOUNDS["pow"][1]


@pytest.mark.parametrize("dtype", TYPES)
def test_powers_of_integers_are_integers(dtype):
    for base in range(-9, 10):
        exponents = np.arange(8, dtype=dtype)  # 9⁷ < 2²⁴
        got = alone("pow", dtype, LANES[dtype])(np.full(8, base, dtype), exponents)
        np.testing.assert_array_equal(got, [base**n for n in range(8)])


@pytest.mark.parametrize("dtype", TYPES)
def test_hypot_is_as_exact_for_numbers_of_any_size(dtype):
    exponents = np.arange(np.finfo(dtype).minexp, np.finfo(dtype).maxexp - 1)
    a = np.ldexp(np.array(1.2345678901234567, dtype), exponents)
    b = np.ldexp(np.array(1.1111111111111112, dtype), exponents - 1)
    truth = np.hypot(a.astype(np.longdouble), b.astype(np.longdouble))
    assert ulps(alone("hypot", dtype, LANES[dtype])(a, b), truth).max() <= BOUNDS["hypot"][0]


@pytest.mark.parametrize("name", ["pow", "atan2", "hypot", "remainder"])
def test_float32_of_two_stays_within_its_bound(name):
    rng = np.random.default_rng(0)
    a, b = (np.abs(rng.normal(size=5000) * 4).astype(np.float32) for _ in range(2))
    truth = getattr(np, {"atan2": "arctan2"}.get(name, name))
    errors = ulps(alone(name, "float32", 16)(a, b), truth(a.astype(float), b.astype(float)))
    assert errors.max() <= BOUNDS[name][0]


@pytest.mark.parametrize("dtype", TYPES)
def test_logaddexp_is_off_by_no_more_than_its_terms_roundings(dtype):
    a, b = np.random.default_rng(0).normal(size=(2, 5000)).astype(dtype) * 20
    truth = np.logaddexp(a.astype(np.longdouble), b.astype(np.longdouble))
    error = np.abs(alone("logaddexp", dtype, LANES[dtype])(a, b) - truth)
    assert (error <= 1.5 * np.finfo(dtype).eps * (np.abs(truth) + np.log(2))).all()


def test_a_wrong_coefficient_is_seen():
    text = loop_text("exp", "float32", 16)
    half = "0x3FE0000000000000"
    assert half in text
    wrong = text.replace(half, "0x3FE0000100000000")
    loop = Compiled(wrong).function("loop", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)
    x = np.linspace(-5, 5, 1600, dtype=np.float32)
    y = np.empty_like(x)
    loop(x.ctypes.data, y.ctypes.data, x.size)
    assert ulps(y, np.exp(x.astype(float))).max() > BOUNDS["exp"][0]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", sorted(mathlib.FUNCTIONS))
def test_the_width_does_not_change_a_bit(name, dtype):
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.integers(-3, 12, 103)  # some beyond the reach of the fast formulas
    xs = [(rng.normal(size=103) * sizes).astype(dtype) for _ in range(mathlib.FUNCTIONS[name])]
    whole = alone(name, dtype, LANES[dtype])(*xs)
    for width in (1, 2, 4):
        np.testing.assert_array_equal(Alone(name, dtype, width)(*xs), whole)
