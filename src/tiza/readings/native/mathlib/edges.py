"""Rounding, signs, choices and remainders, with NumPy's answers at zeros, infinities and NaN."""

from __future__ import annotations

import math

from tiza.readings.native.mathlib.exponential import format_of
from tiza.readings.native.mathlib.lanes import (
    Function,
    Lanes,
    absolute,
    copysign,
    fma,
    nearest,
    select,
    square_root,
)


def sign(x: Lanes) -> Lanes:
    """−1, 0 or 1; NaN of NaN, and 0 of both zeros."""
    y = select(x > 0, x.like(1), select(x < 0, x.like(-1), 0))
    return select(x.is_nan(), x, y)


def abs_(x: Lanes) -> Lanes:
    """|x|."""
    return absolute(x)


def sqrt(x: Lanes) -> Lanes:
    """√x, correctly rounded."""
    return square_root(x)


def floor(x: Lanes) -> Lanes:
    """⌊x⌋."""
    return x.body.intrinsic("floor", x)


def ceil(x: Lanes) -> Lanes:
    """⌈x⌉."""
    return x.body.intrinsic("ceil", x)


def trunc(x: Lanes) -> Lanes:
    """The integer part."""
    return x.body.intrinsic("trunc", x)


def round_(x: Lanes) -> Lanes:
    """The nearest integer, halves to the even one."""
    return nearest(x)


def relu(x: Lanes) -> Lanes:
    """max(x, 0); NaN stays, −0 becomes 0."""
    return select(x <= 0, x.like(0), x)


def maximum(a: Lanes, b: Lanes) -> Lanes:
    """The larger; NaN where one is NaN, and 0 of both zeros."""
    return a.body.intrinsic("maximum", a, b)


def minimum(a: Lanes, b: Lanes) -> Lanes:
    """The smaller; NaN where one is NaN, and −0 of both zeros."""
    return a.body.intrinsic("minimum", a, b)


def few_times(a: Lanes, b: Lanes) -> Lanes:
    """Where a/b is small enough for a − ⌊a/b⌋b to be found at once."""
    few = absolute(a / b) < 2.0 ** (format_of(a).fraction - 1)
    return few & (absolute(b) < math.inf)


def _floored(a: Lanes, b: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """k = ⌊a/b⌋ or, where the quotient was rounded up to it, one more; a − kb; and where that is.

    a − kb is a number, so fma makes it exactly.
    """
    k = floor(a / b)
    rest = fma(-k, b, a)
    return k, rest, ((rest < 0) ^ (b < 0)) & rest.differs(0)


def remainder_near(a: Lanes, b: Lanes) -> Lanes:
    """a − b⌊a/b⌋, with the sign of b, for few times."""
    _, rest, over = _floored(a, b)
    return select(rest.equals(0), copysign(rest, b), select(over, rest + b, rest))


def floor_divide_near(a: Lanes, b: Lanes) -> Lanes:
    """⌊a/b⌋ for few times."""
    k, _, over = _floored(a, b)
    return select(over, k - 1, k)


def remainder_far(fmod: Function) -> Function:
    """a − b⌊a/b⌋ of any numbers, from the remainder of the truncated quotient."""

    def far(a: Lanes, b: Lanes) -> Lanes:
        rest = fmod(a, b)
        crossed = (rest < 0) ^ (b < 0)
        y = select(crossed, rest + b, rest)
        return select(rest.equals(0), copysign(rest, b), y)

    return far


def floor_divide_far(fmod: Function) -> Function:
    """⌊a/b⌋ of any numbers, as NumPy finds it; of infinities, the quotient's floor."""

    def far(a: Lanes, b: Lanes) -> Lanes:
        rest = fmod(a, b)
        quotient = (a - rest) / b
        crossed = ((rest < 0) ^ (b < 0)) & rest.differs(0)
        quotient = select(crossed, quotient - 1, quotient)
        whole = floor(quotient)
        whole = select((quotient - whole) > 0.5, whole + 1, whole)
        direct = a / b
        y = select(quotient.equals(0), copysign(a.like(0), direct), whole)
        infinite = absolute(a).equals(math.inf) | absolute(b).equals(math.inf)
        return select(infinite, floor(direct), select(b.equals(0), direct, y))

    return far


def hypot(a: Lanes, b: Lanes) -> Lanes:
    """√(a² + b²), both scaled by a power of 2 so that no square overflows or vanishes."""
    f = format_of(a)
    a, b = absolute(a), absolute(b)
    most = select(a > b, a, b)
    up = most < 2.0 ** (f.fraction - f.bias // 2)  # no square that counts is subnormal
    down = most > 2.0 ** (f.bias // 2)
    half = 2.0 ** (f.bias // 2 + f.fraction)
    scale = select(up, a.like(half), select(down, a.like(1 / half), 1))
    back = select(up, a.like(1 / half), select(down, a.like(half), 1))
    a, b = a * scale, b * scale
    y = square_root(fma(a, a, b * b)) * back
    return select(a.equals(math.inf) | b.equals(math.inf), a.like(math.inf), y)


def nextafter(a: Lanes, b: Lanes) -> Lanes:
    """The neighbour of a towards b: one more or less in its bits."""
    smallest = copysign(a.bits().like(1).floats(), b)
    away = (a < b) ^ (a < 0)
    bits = a.bits()
    step = select(away, bits.like(1), -1)
    y = select(a.equals(0), smallest, (bits + step).floats())
    return select(a.is_nan() | b.is_nan(), a + b, select(a.equals(b), b, y))
