"""Logarithms and what is made of them: log, log1p, log2, log10, softplus, artanh, arsinh, arcosh.

x = 2ⁿ m with √½ ≤ m < √2, so log x = n log 2 + log m. The integer n is read off the bits; log m
is a polynomial in f = m − 1 (float32) or in s = f/(2 + f) (float64: half as many terms).
"""

from __future__ import annotations

import math

from tiza.readings.native.mathlib.coefficients import LOG, LOG_ODD
from tiza.readings.native.mathlib.exponential import exp_within, format_of
from tiza.readings.native.mathlib.lanes import (
    Lanes,
    absolute,
    at_least,
    copysign,
    fma,
    horner,
    select,
    square_root,
)

ROOT_HALF = {32: 0x3F3504F3, 64: 0x3FE6A09E667F3BCD}  # the bits of √½


def log_near_one(f: Lanes) -> tuple[Lanes, Lanes]:
    """log(1 + f) for √½ ≤ 1 + f ≤ √2 as f + rest."""
    half_square = f * f * 0.5
    if f.kind.bits == 32:
        return f, fma(f * f * f, horner(f, LOG["float32"]), -half_square)
    s = f / (f + 2)
    z = s * s
    return f, fma(s, fma(z, horner(z, LOG_ODD["float64"]), half_square), -half_square)


def split(x: Lanes) -> tuple[Lanes, Lanes]:
    """N, as integers, and m: x = 2ⁿ m, √½ ≤ m < √2, for normal x."""
    bits = x.bits()
    root = ROOT_HALF[x.kind.bits]
    n = (bits - root) >> format_of(x).fraction
    return n, (bits - (n << format_of(x).fraction)).floats()


def split_all(x: Lanes) -> tuple[Lanes, Lanes]:
    """The same for subnormal x too; n as floats."""
    f = format_of(x)
    small = x < 2.0 ** (1 - f.bias)
    n, m = split(select(small, x * 2.0 ** (f.fraction + 1), x))
    return n.number() - select(small, x.like(f.fraction + 1), 0), m


def edges(x: Lanes, y: Lanes) -> Lanes:
    """The logarithm y, set right where x is ∞, NaN, 0 or negative."""
    y = select(x < math.inf, y, x)
    return select(x <= 0, select(x.equals(0), x.like(-math.inf), math.nan), y)


def log(x: Lanes) -> Lanes:
    """The natural logarithm."""
    n, m = split_all(x)
    f, rest = log_near_one(m - 1)
    high, low = format_of(x).log2
    return edges(x, fma(n, high, f + fma(n, low, rest)))


def _scaled(x: Lanes, unit: float, high: float, low: float) -> Lanes:
    """n·(high + low) + unit·log m."""
    n, m = split_all(x)
    f, rest = log_near_one(m - 1)
    kind = f.kind.bits
    first = _leading(unit, kind)
    return edges(x, fma(n, high, fma(f, first, fma(rest, unit, fma(f, unit - first, n * low)))))


def _leading(number: float, bits: int) -> float:
    """The number to half the bits of the format: its product with 2^k is exact."""
    scale = 2.0 ** (11 if bits == 32 else 26)
    return math.floor(number * scale) / scale


def log2(x: Lanes) -> Lanes:
    """The logarithm to base 2, exact at powers of 2."""
    return _scaled(x, math.log2(math.e), 1.0, 0.0)


def log10(x: Lanes) -> Lanes:
    """The logarithm to base 10."""
    high = _leading(math.log10(2), x.kind.bits)
    return _scaled(x, math.log10(math.e), high, math.log10(2) - high)


def log1p_within(x: Lanes) -> Lanes:
    """log(1 + x) for −1 < x < ∞; with u = 1 + x = 2ⁿ m, m − 1 is 2⁻ⁿ x + (2⁻ⁿ − 1)."""
    f = format_of(x)
    u = x + 1
    n, m = split(u)
    scale = ((f.bias - n) << f.fraction).floats()
    exact = fma(x, scale, scale - 1)
    fraction = select(x > 2.0 ** (2 * f.fraction), m - 1, exact)  # NaN: exact
    first, rest = log_near_one(fraction)
    count = n.number()
    return fma(count, f.log2[0], first + fma(count, f.log2[1], rest))


def log1p(x: Lanes) -> Lanes:
    """log(1 + x), exact to the last bits near 0."""
    y = edges(x + 1, log1p_within(x))
    return select(absolute(x) < 2.0 ** -(format_of(x).fraction + 2), x, y)


def log1p_unit(e: Lanes) -> Lanes:
    """log(1 + e) for 0 ≤ e ≤ 1; beyond √2, log 2 + log(1 + (e − 1)/2)."""
    high, low = format_of(e).log2
    beyond = e > math.sqrt(2) - 1
    first, rest = log_near_one(select(beyond, fma(e, 0.5, -0.5), e))
    return select(beyond, high + (first + (rest + low)), first + rest)


def softplus(x: Lanes) -> Lanes:
    """max(x, 0) + log(1 + e^-|x|)."""
    e = exp_within(at_least(-absolute(x), -format_of(x).far))
    return select(x < 0, x.like(0), x) + log1p_unit(e)


def logaddexp(a: Lanes, b: Lanes) -> Lanes:
    """log(eᵃ + eᵇ) = max + log(1 + e^-|a − b|); equal infinities have no difference."""
    e = exp_within(at_least(-absolute(a - b), -format_of(a).far))
    y = select(a > b, a, b) + log1p_unit(e)
    return select(a.equals(b), a + math.log(2), y)


def atanh(x: Lanes) -> Lanes:
    """log(1 + t + tq) / 2, t = 2|x|, q = |x|/(1 − |x|): for small x, errors of q vanish."""
    size = absolute(x)
    twice = size + size
    y = log1p(fma(twice, size / (1 - size), twice)) * 0.5
    return copysign(select(size > 1, x.like(math.nan), y), x)


def _from_far(size: Lanes, near: Lanes) -> Lanes:
    """log(1 + near), but log 2 + log size where squares would overflow."""
    far = size > 2.0 ** (format_of(size).bias // 2)
    return log1p(select(far, size, near)) + select(far, size.like(math.log(2)), 0)


def asinh(x: Lanes) -> Lanes:
    """log(1 + |x| + x²/(1 + √(1 + x²)))."""
    size = absolute(x)
    square = size * size
    return copysign(_from_far(size, size + square / (square_root(square + 1) + 1)), x)


def acosh(x: Lanes) -> Lanes:
    """log(1 + t + √(2t + t²)), t = x − 1."""
    t = x - 1
    y = _from_far(x, t + square_root(fma(t, t, t + t)))
    return select(x < 1, x.like(math.nan), y)
