"""An elliptic curve from its coefficients: its minimal model, and its points counted mod p."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tiza.models.elliptic import primes
from tiza.recipes.asking import Asked

Curve = tuple[int, int, int, int, int]  # a1, a2, a3, a4, a6
MOST = 10**12  # the largest coefficient that is read
WANTED = (
    "the whole numbers a1,a2,a3,a4,a6 of a smooth curve, or a4,a6 alone",
    "los enteros a1,a2,a3,a4,a6 de una curva sin singularidades, o solo a4,a6",
)


def invariants(curve: Curve) -> tuple[int, int, int]:
    """c₄, c₆ and the discriminant Δ of y² + a₁xy + a₃y = x³ + a₂x² + a₄x + a₆.

    Source: Silverman 2009, The Arithmetic of Elliptic Curves, section III.1.

    >>> invariants((0, -1, 1, -10, -20))
    (496, 20008, -161051)
    """
    b2, b4, b6 = _halves(curve)
    c4, c6 = b2 * b2 - 24 * b4, -(b2**3) + 36 * b2 * b4 - 216 * b6
    return c4, c6, (c4**3 - c6**2) // 1728


def _halves(curve: Curve) -> tuple[int, int, int]:
    """b₂, b₄, b₆ of (2y + a₁x + a₃)² = 4x³ + b₂x² + 2b₄x + b₆."""
    a1, a2, a3, a4, a6 = curve
    return a1 * a1 + 4 * a2, a1 * a3 + 2 * a4, a3 * a3 + 4 * a6


def minimal(curve: Curve, count: int = 100) -> Curve:
    """The reduced model of the curve that is minimal at the first `count` primes.

    Source: Laska 1982, Math. Comp. 38; Cremona 1997, Algorithms for Modular Elliptic Curves,
    section 3.2 (the algorithm of Laska, Kraus and Connell).

    >>> minimal((0, -4, 8, -160, -1280))
    (0, -1, 1, -10, -20)
    """
    c4, c6, disc = invariants(curve)
    scale = 1
    for p in primes(count):
        depth = min(_times(p, c6 * c6), _times(p, disc)) // 12
        if depth and not _integral(p, c4, c6, depth):
            depth -= 1
        scale *= p**depth
    c4, c6 = c4 // scale**4, c6 // scale**6
    b2 = -c6 % 12
    b2 -= 12 if b2 > 6 else 0
    b4 = (b2 * b2 - c4) // 24
    b6 = (-(b2**3) + 36 * b2 * b4 - c6) // 216
    a1, a3 = b2 % 2, b6 % 2
    return a1, (b2 - a1) // 4, a3, (b4 - a1 * a3) // 2, (b6 - a3) // 4


def _times(p: int, number: int) -> int:
    """How often p divides a number; often enough for 0."""
    found = 0
    while number % p == 0 and found < 1000:
        number, found = number // p, found + 1
    return found


def _integral(p: int, c4: int, c6: int, depth: int) -> bool:
    """Kraus's conditions at 2 and 3: whether c₄/p^4d, c₆/p^6d are those of an integral model."""
    if p == 2:
        low, high = c4 // 16**depth % 16, c6 // 64**depth % 32
        return high % 4 == 3 or (low == 0 and high in (0, 8))
    return p != 3 or _times(3, c6) != 6 * depth + 2


def traces(curve: Curve, count: int = 100) -> NDArray[np.int64]:
    """a_p = p + 1 − #E(F_p) at the first primes, every point counted.

    For odd p, a_p = −Σ_x (4x³ + b₂x² + 2b₄x + b₆ | p), Legendre's symbols; at 2 by trying all.

    Shapes: → (count).
    Source: Silverman 2009, section V.1.

    >>> traces((0, -1, 1, -10, -20), 5).tolist()
    [-2, -1, 1, -2, 1]
    """
    a1, a2, a3, a4, a6 = (a % 2 for a in curve)
    plane = [(x, y) for x in (0, 1) for y in (0, 1)]
    sides = [(y * (y + a1 * x + a3), x**3 + a2 * x * x + a4 * x + a6) for x, y in plane]
    on_curve = [left for left, right in sides if (left - right) % 2 == 0]
    made = [2 - len(on_curve)]
    for p in primes(count)[1:]:
        b2, b4, b6 = (b % p for b in _halves(curve))
        x = np.arange(p)
        value = (((4 * x + b2) * x % p + 2 * b4) * x + b6) % p
        symbol = np.full(p, -1)
        symbol[x * x % p] = 1
        symbol[0] = 0
        made.append(-int(symbol[value].sum()))
    return np.array(made, np.int64)


def asked_curve(asked: Asked) -> Curve:
    """The minimal model of the curve that is asked about.

    Errors: UsageError where the words are no curve.
    """
    numbers = asked.numbers()
    if len(numbers) == 2:
        numbers = [0.0, 0.0, 0.0, *numbers]
    whole = [round(n) for n in numbers]
    if len(whole) != 5 or whole != numbers or max(map(abs, whole)) > MOST:
        raise asked.unread(WANTED)
    curve: Curve = (whole[0], whole[1], whole[2], whole[3], whole[4])
    if invariants(curve)[2] == 0:
        raise asked.unread(WANTED)
    return minimal(curve)


def equation(curve: Sequence[int]) -> str:
    """The curve as it is written.

    >>> equation((0, -1, 1, -10, -20))
    'y² + y = x³ - x² - 10x - 20'
    """
    a1, a2, a3, a4, a6 = curve
    left, right = [(a1, "xy"), (a3, "y")], [(a2, "x²"), (a4, "x"), (a6, "")]

    def side(first: str, terms: list[tuple[int, str]]) -> str:
        for a, name in terms:
            if a:
                size = "" if abs(a) == 1 and name else str(abs(a))
                first += f" {'-' if a < 0 else '+'} {size}{name}"
        return first

    return f"{side('y²', left)} = {side('x³', right)}"
