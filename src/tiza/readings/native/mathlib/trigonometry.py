"""Circular functions and their inverses.

x = n π/2 + r with |r| ≤ π/4; sin r and cos r are polynomials, and n mod 4 says which of them with
which sign. π/2 is taken in three parts (Cody & Waite 1980, chapter 8), enough while n is small;
where a lane is larger than that, or not finite, the C library computes all of them.
"""

from __future__ import annotations

import math

from tiza.readings.native.mathlib.coefficients import ASIN, ATAN, COS, SIN
from tiza.readings.native.mathlib.exponential import format_of
from tiza.readings.native.mathlib.lanes import (
    Lanes,
    absolute,
    copysign,
    fma,
    horner,
    select,
    square_root,
)

# π/2 in parts; x − n·(the first) needs no more bits than a number has: fma makes it exactly
HALF_PI = {
    32: (1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15),
    64: (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33),
}
LIMIT = {32: 3e4, 64: 1e7}


def moderate(x: Lanes) -> Lanes:
    """Where π/2 is known to enough bits."""
    return absolute(x) <= LIMIT[x.kind.bits]


def _quarters(x: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """n, as bits and as a number, and x − n·(π/2's first part), which is exact."""
    shifter = format_of(x).shifter
    shifted = fma(x, 2 / math.pi, shifter)
    n = shifted - shifter
    return shifted.bits(), n, fma(n, -HALF_PI[x.kind.bits][0], x)


def _waves(r: Lanes, lost: Lanes | None = None) -> tuple[Lanes, Lanes]:
    """sin and cos of r + lost."""
    name, z = format_of(r).name, r * r
    s, c = horner(z, SIN[name]), horner(z, COS[name])
    if lost is None:
        return fma(r * z, s, r), fma(z * z, c, fma(z, -0.5, 1))
    return r + fma(r * z, s, lost), 1 + fma(z * z, c, fma(z, -0.5, -(r * lost)))


def _circular(x: Lanes, quarters: int) -> Lanes:
    """sin(x + quarters · π/2)."""
    turns, n, r = _quarters(x)
    _, second, third = HALF_PI[x.kind.bits]
    sine, cosine = _waves(fma(n, -third, fma(n, -second, r)))
    turns = turns + quarters
    y = select((turns & 1).equals(0), sine, cosine)
    sign = (turns & 2) << (x.kind.bits - 2)
    return (y.bits() ^ sign).floats()


def sin(x: Lanes) -> Lanes:
    """The sine, |x| ≤ LIMIT."""
    y = _circular(x, 0)
    return select(x.equals(0), x, y)


def cos(x: Lanes) -> Lanes:
    """The cosine, |x| ≤ LIMIT."""
    return _circular(x, 1)


def tan(x: Lanes) -> Lanes:
    """sin/cos, or −cos/sin after an odd number of quarter turns; |x| ≤ LIMIT.

    As both errors and the division's add up, r is carried in two numbers.
    """
    turns, n, first = _quarters(x)
    _, second, third = HALF_PI[x.kind.bits]
    p = n * second
    r = first - p
    sine, cosine = _waves(r, fma(n, -third, ((first - r) - p) - fma(n, second, -p)))
    even = (turns & 1).equals(0)
    return select(x.equals(0), x, select(even, sine, -cosine) / select(even, cosine, sine))


def _arc(z: Lanes) -> Lanes:
    """atan z for 0 ≤ z ≤ 1."""
    square = z * z
    return fma(z * square, horner(square, ATAN[format_of(z).name]), z)


def atan(x: Lanes) -> Lanes:
    """The arctangent; beyond 1, π/2 less that of 1/|x|."""
    size = absolute(x)
    far = size > 1
    y = _arc(select(far, 1 / size, size))
    high, low, _ = HALF_PI[x.kind.bits]
    return copysign(select(far, high - (y - low), y), x)


def atan2(a: Lanes, b: Lanes) -> Lanes:
    """The angle of the point (b, a), by octants."""
    high, low, _ = HALF_PI[a.kind.bits]
    up, along = absolute(a), absolute(b)
    steep = up > along
    least, most = select(steep, along, up), select(steep, up, along)
    ratio = select(least.equals(most), a.like(1), least / most)
    y = _arc(select(most.equals(0), a.like(0), ratio))
    y = select(steep, high - (y - low), y)
    left = copysign(a.like(1), b) < 0
    y = copysign(select(left, 2 * high - (y - 2 * low), y), a)
    return select(a.is_nan() | b.is_nan(), a + b, y)


def _arcsine(x: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """Where |x| > ½, and the root √((1 − |x|)/2) there, |x| elsewhere, with the rest of its arc."""
    size = absolute(x)
    far = size > 0.5
    z = select(far, (1 - size) * 0.5, size * size)
    root = select(far, square_root(z), size)
    return far, root, root * z * horner(z, ASIN[format_of(x).name])


def asin(x: Lanes) -> Lanes:
    """The arcsine: π/2 − 2 asin √((1 − |x|)/2) beyond ½."""
    far, root, rest = _arcsine(x)
    high, low, _ = HALF_PI[x.kind.bits]
    beyond = (high / 2 - root) - (rest - low / 2)  # root last would be rounded twice
    return copysign(select(far, beyond + beyond, root + rest), x)


def acos(x: Lanes) -> Lanes:
    """The arccosine: 2 asin √((1 − x)/2) above ½, π minus that below −½, else π/2 − asin x."""
    far, root, rest = _arcsine(x)
    high, low, _ = HALF_PI[x.kind.bits]
    y = root + rest
    near = high - (copysign(y, x) - low)
    return select(far, select(x > 0, y + y, 2 * high - (y + y - 2 * low)), near)
