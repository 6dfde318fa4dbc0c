"""aᵇ of float32, as e^(b log |a|) in float64, and its many edges."""

from __future__ import annotations

import math

from tiza.readings.native.mathlib.coefficients import EXP, LOG_POWER
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
from tiza.readings.native.mathlib.logarithm import split

FAR = 2 * FORMATS[32].far  # beyond every float32, and within float64


def _log(size: Lanes) -> Lanes:
    """log |a| to a relative 2⁻⁴⁰; no float32 is subnormal in float64."""
    n, m = split(size)
    f = m - 1
    s = f / (f + 2)
    z = s * s
    y = fma(n.number(), math.log(2), fma(s * z, horner(z, LOG_POWER["float64"]), s + s))
    y = select(size < math.inf, y, size)
    return select(size.equals(0), y.like(-math.inf), y)


def _exp(x: Lanes) -> Lanes:
    """eˣ to a relative 2⁻³⁰, beyond the range of float32."""
    t, r = reduced(at_least(at_most(x, FAR), -FAR), FORMATS[64].bias)
    p = fma(r * r, horner(r, EXP["float32"]), r)
    scale = (t << FORMATS[64].fraction).floats()
    return fma(scale, p, scale)


def power(a: Lanes, b: Lanes) -> Lanes:
    """aᵇ of float32.

    The sign of a negative a's power is that of (−1)ᵇ; it is NaN where b is no integer. a⁰ and 1ᵇ
    are 1, even for NaN.
    """
    a, b = a.widened(), b.widened()
    size = absolute(a)
    y = _exp(b * _log(size))
    y = select(size.equals(1) & b.equals(b), a.like(1), y)  # (±1)^∞ too
    integer, half = nearest(b).equals(b), b * 0.5
    y = select(integer & nearest(half).differs(half), copysign(y, a), y)
    no_number = (a < 0) & (size < math.inf) & nearest(b).differs(b)
    y = select(no_number, a.like(math.nan), y)
    return select(b.equals(0) | a.equals(1), a.like(1), y).narrowed()
