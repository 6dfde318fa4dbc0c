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
    estrin,
    fma,
    horner,
    paired,
    pairs,
    select,
)


class Format(NamedTuple):
    """What the formulas must know of a data type."""

    name: str
    fraction: int  # bits after the point
    bias: int  # the exponent's zero
    log2: tuple[float, float]  # its first bits, and the rest
    rest: float  # log 2 less the number nearest to it
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
    32: Format("float32", 23, 127, (0.693145751953125, 1.428606765330187e-06),
               -1.904654299957768e-09, 105.0, 89.0, 20.0),
    64: Format("float64", 52, 1023, (0.6931471805598903, 5.497923018708371e-14),
               2.3190468138462996e-17, 750.0, 710.0, 44.0),
}  # fmt: skip


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


def growth_soon(r: Lanes) -> Lanes:
    """The same by a shorter chain: one more operation."""
    z = r * r
    return estrin(z, [r, *pairs(r, EXP[format_of(r).name])])


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


def exp_falling(x: Lanes) -> Lanes:
    """eˣ for x ≤ 0; 0 instead of a subnormal number."""
    f = format_of(x)
    return exp_normal(at_least(x, -math.log(2) * (f.bias + 0.25)))  # there 2ⁿ is written as 0


def sigmoid(x: Lanes) -> Lanes:
    """1/(1 + e) with e = e^-x = 2ⁿeʳ, made by a short chain.

    r = first + lost; first = n·(log 2, rounded) − x is exact. Left of -far/2 both terms are halved
    as often as `less` says, so that neither is infinite. What is left out of 1 + 2ⁿ comes back.
    """
    f = format_of(x)
    less = 2 * f.bias // 3
    a = at_least(at_most(x, math.log(2) * (f.bias - 1)), -f.far)
    t = fma(a, -math.log2(math.e), f.shifter + f.bias)
    n = t - (f.shifter + f.bias)
    first, lost = fma(n, -math.log(2), -a), n * -f.rest
    r = first if f.name == "float32" else first + lost  # lost·r² is nothing there
    z = r * r
    near, *more = pairs(r, EXP[f.name])
    y = fma(z, near, fma(lost, r, lost) if f.name == "float32" else lost)
    y = fma(z * z, estrin(z, more), y)  # eʳ − 1 − first
    far = a < -f.far / 2
    power = (select(far, t.bits() - less, t.bits()) << f.fraction).floats()
    one = select(far, a.like(0.5**less), 1)
    whole = power + one
    small = fma(power, first, one - (whole - power))
    return one / (whole + fma(power, y, small))


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
    power, y = (t.bits() << f.fraction).floats(), growth_soon(r)
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
