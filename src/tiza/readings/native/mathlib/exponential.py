"""Powers of e and what is made of them: exp, expm1, sigmoid, tanh, sinh, cosh.

x = n log 2 + r with an integer n and |r| ≤ log(2)/2, so eˣ = 2ⁿ eʳ; eʳ is a polynomial (Cody &
Waite 1980, chapter 6). n is found by adding a number so large that its last bit counts ones: the
sum's low bits *are* n, and shifting them to the place of the exponent makes 2ⁿ.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tiza.readings.native.mathlib.coefficients import EXP, SINH
from tiza.readings.native.mathlib.lanes import (
    Lanes,
    absolute,
    at_least,
    at_most,
    copysign,
    fma,
    horner,
    paired,
    select,
)


class Format(NamedTuple):
    """What the formulas must know of a data type."""

    name: str
    fraction: int  # bits after the point
    bias: int  # the exponent's zero
    log2: tuple[float, float]  # its first bits, and the rest
    far: float  # e^far is beyond all numbers, e^-far below the smallest
    top: float  # so is e^top, and top / log 2 rounds to bias + 1
    one: float  # 1 − e^-one rounds to 1; so does tanh(one/2 + 1)

    @property
    def shifter(self) -> float:
        """1.5 · 2^fraction: adding it leaves an integer in the low bits."""
        return 1.5 * 2.0**self.fraction

    @property
    def exponent(self) -> int:
        """The mask of the exponent's bits."""
        return (2 * self.bias + 1) << self.fraction


FORMATS = {
    32: Format("float32", 23, 127, (0.693145751953125, 1.428606765330187e-06), 105.0, 89.0, 20.0),
    64: Format(
        "float64", 52, 1023, (0.6931471805598903, 5.497923018708371e-14), 750.0, 710.0, 44.0
    ),
}


def format_of(x: Lanes) -> Format:
    """The format of the lanes."""
    return FORMATS[x.kind.bits]


def reduced(x: Lanes, extra: int) -> tuple[Lanes, Lanes]:
    """Bits that end in n + extra, and r: x = n log 2 + r."""
    f = format_of(x)
    t = fma(x, math.log2(math.e), f.shifter + extra)
    n = t - (f.shifter + extra)
    r = fma(n, -f.log2[1], fma(n, -f.log2[0], x))
    return t.bits(), r


def growth(r: Lanes) -> Lanes:
    """eʳ − 1 for |r| ≤ log(2)/2."""
    z = r * r
    return fma(z, paired(r, z, EXP[format_of(r).name]), r)


def exp_within(x: Lanes, halvings: int = 0) -> Lanes:
    """eˣ / 2^halvings for |x| ≤ far; 2ⁿ in two factors, so that subnormals are rounded once."""
    f = format_of(x)
    t, r = reduced(x, 2 * f.bias - halvings)
    half, rest = split(t, f)
    return (growth(r) + 1) * half * rest


def split(t: Lanes, f: Format) -> tuple[Lanes, Lanes]:
    """2ⁿ in two factors; t ends in n + 2 · bias."""
    half = (t << (f.fraction - 1)) & f.exponent  # ⌊n/2⌋ + bias in the exponent's place
    return half.floats(), ((t << f.fraction) - half).floats()


def exp_normal(x: Lanes) -> Lanes:
    """eˣ where neither it nor 2ⁿ is subnormal or infinite: one factor is enough."""
    f = format_of(x)
    t, r = reduced(x, f.bias)
    return (growth(r) + 1) * (t << f.fraction).floats()


def exp(x: Lanes) -> Lanes:
    """eˣ."""
    f = format_of(x)
    return exp_within(at_least(at_most(x, f.far), -f.far))


def sigmoid(x: Lanes) -> Lanes:
    """1 − q, or e(1 − q) for x < 0, with q = e/(1 + e), e = e^-|x|: no overflow, few roundings."""
    f = format_of(x)
    t, r = reduced(at_least(-absolute(x), -f.far), 2 * f.bias)
    half, rest = split(t, f)
    y = growth(r)
    power = half * rest  # 2ⁿ, which may be subnormal: e is then rounded twice, but not `first`
    first = select(x < 0, fma(half, y, half) * rest, 1)
    q = fma(power, y, power) / fma(power, y, power + 1)
    return fma(-first, q, first)


def grown(x: Lanes, halvings: int = 0) -> Lanes:
    """(eˣ − 1) / 2^halvings for −one ≤ x with n ≥ −fraction − 60."""
    f = format_of(x)
    t, r = reduced(x, f.bias - halvings)
    scale = (t << f.fraction).floats()  # 2^(n − halvings)
    return fma(scale, growth(r), scale - 0.5**halvings)


def expm1(x: Lanes) -> Lanes:
    """eˣ − 1, exact to the last bits near 0."""
    f = format_of(x)
    half = grown(at_least(at_most(x, f.top), -f.one - 2), halvings=1)  # 2¹²⁸ is no number
    tiny = absolute(x) < 2.0 ** -(f.fraction + 2)
    return select(tiny, x, half + half)


def tanh(x: Lanes) -> Lanes:
    """(1 − e)/(1 + e) with e = e^-2|x|.

    Numerator and denominator are made side by side: short chains are what small networks wait
    for. log 2 in one number is exact enough: where n is large, the quotient hardly depends on e.
    """
    f = format_of(x)
    size = at_most(absolute(x), f.one / 2)
    t = fma(size, -2 * math.log2(math.e), f.shifter + f.bias)
    r = fma(t - (f.shifter + f.bias), -math.log(2), size * -2)
    power, y = (t.bits() << f.fraction).floats(), growth(r)
    return copysign(fma(power, y, power - 1) / fma(power, y, power + 1), x)


def sinh(x: Lanes) -> Lanes:
    """x and an odd polynomial up to 1, then h − 1/(4h) with h = e^|x|/2."""
    z = x * x
    inner = fma(x * z, horner(z, SINH[format_of(x).name]), x)
    size = absolute(x)
    h = exp_within(at_most(size, format_of(x).far), halvings=1)
    outer = copysign(h - 0.25 / h, x)
    return select(size < 1, select(x.equals(0), x, inner), outer)


def cosh(x: Lanes) -> Lanes:
    """h + 1/(4h) with h = e^|x|/2."""
    h = exp_within(at_most(absolute(x), format_of(x).far), halvings=1)
    return h + 0.25 / h
