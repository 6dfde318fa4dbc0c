"""aᵇ as e^(b log |a|), and its many edges: float32 in float64, float64 in pairs of numbers.

An error of log |a| is multiplied by b log |a|, which may be 700: its logarithm must be known to
ten more bits than a number has.
"""

from __future__ import annotations

import math

from tiza.readings.native.mathlib.coefficients import EXP, LOG_POWER, LOG_TAIL
from tiza.readings.native.mathlib.exponential import FORMATS, reduced
from tiza.readings.native.mathlib.lanes import (
    Lanes,
    absolute,
    at_least,
    at_most,
    copysign,
    fma,
    horner,
    nearest,
    select,
)
from tiza.readings.native.mathlib.logarithm import split, split_all

FAR = 2 * FORMATS[32].far  # beyond every float32, and within float64
Pair = tuple[Lanes, Lanes]  # an unrounded number: a number and what rounding took from it
LOG2 = FORMATS[64].log2  # n times the first is exact
TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)


def _edges(a: Lanes, b: Lanes, y: Lanes) -> Lanes:
    """aᵇ where |a|ᵇ is y, but for the edges.

    The sign of a negative a's power is that of (−1)ᵇ; it is NaN where b is no integer. a⁰ and 1ᵇ
    are 1, even for NaN.
    """
    size, whole, half = absolute(a), nearest(b), b * 0.5
    down = b < 0
    y = select(size.equals(0), select(down, y.like(math.inf), 0), y)
    y = select(size.equals(math.inf), select(down, y.like(0), math.inf), y)
    y = select(size.equals(1), y.like(1), y)  # (±1)^∞ too
    y = select(b.equals(whole) & nearest(half).differs(half), copysign(y, a), y)
    y = select((a < 0) & (size < math.inf) & whole.differs(b), y.like(math.nan), y)
    y = select(a.is_nan() | b.is_nan(), a + b, y)
    return select(b.equals(0) | a.equals(1), y.like(1), y)


def power_single(a: Lanes, b: Lanes) -> Lanes:
    """aᵇ of float32: log |a| to a relative 2⁻³⁷, e to a power to 2⁻³⁰; no subnormals."""
    n, m = split(absolute(a).widened())
    f = m - 1
    s = f / (f + 2)
    z = s * s
    odd = fma(s * z, horner(z, LOG_POWER["float64"]), s + s)
    x = b.widened() * fma(n.number(), math.log(2), odd)
    t, r = reduced(at_least(at_most(x, FAR), -FAR), FORMATS[64].bias)
    p = fma(r * r, horner(r, EXP["float32"]), r)
    scale = (t << FORMATS[64].fraction).floats()
    return _edges(a, b, fma(scale, p, scale).narrowed())


def _sum(a: Lanes, b: Lanes) -> Pair:
    """a + b, |a| ≥ |b| (Dekker 1971)."""
    total = a + b
    return total, b - (total - a)


def _product(a: Pair, b: Pair) -> Pair:
    """a·b but for the product of the small parts."""
    total = a[0] * b[0]
    return total, fma(a[0], b[0], -total) + fma(a[0], b[1], a[1] * b[0])


def _log_pair(size: Lanes) -> Pair:
    """log |a| to a relative 2⁻⁶⁴: 2s + ⅔s³ in pairs, the smaller terms as numbers."""
    n, m = split_all(size)
    f = m - 1
    below, lost = _sum(m.like(1), m)  # right for m > 1 too: the exponents are the same
    first = f / below
    s = first, fma(-first, lost, fma(-first, below, f)) / below
    z = _product(s, s)
    c, rest = _sum(m.like(TWO_THIRDS[0]), z[0] * horner(z[0], LOG_TAIL["float64"]))
    cube = _product(_product(s, z), (c, rest + TWO_THIRDS[1]))
    near, near_rest = _sum(s[0] + s[0], cube[0])
    near_rest = near_rest + (cube[1] + (s[1] + s[1]))
    far, far_rest = _sum(n * LOG2[0], near)
    return _sum(far, far_rest + fma(n, LOG2[1], near_rest))


def power_double(a: Lanes, b: Lanes) -> Lanes:
    """aᵇ of float64."""
    f = FORMATS[64]
    log, log_rest = _log_pair(absolute(a))
    x = b * log
    rest = fma(b, log_rest, fma(b, log, -x))
    rest = select(absolute(x) < f.far, rest, 0)
    x = at_least(at_most(x, f.far), -f.far)
    t, r = reduced(x, 2 * f.bias)
    r = r + rest
    half = (t << (f.fraction - 1)) & f.exponent
    other = (t << f.fraction) - half
    one, one_rest = _sum(r.like(1), r)
    p = one + fma(r * r, horner(r, EXP["float64"]), one_rest)
    return _edges(a, b, p * half.floats() * other.floats())
