"""Numbers that have a formula: 0.7071… is 1/√2, 0.3989… is 1/√(2π)."""

from __future__ import annotations

import math
from fractions import Fraction

from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.expr import Expr

HALF = al.num(Fraction(1, 2))
LARGEST_ROOT = 10_000  # √d for the widths d of attention


def known_number(value: float) -> Expr:
    """0.7071… is 1/√2, 0.3989… is 1/√(2π): numbers that have a formula."""
    plain = al.num(value)
    if isinstance(plain.data, Fraction) or not math.isfinite(value) or value == 0:
        return plain
    made = _root(value * value) or _root_of_pi(value * value)
    if made is None:
        return plain
    return al.neg(made) if value < 0 else made


def _root(square: float) -> Expr | None:
    """√n or 1/√n, where n is no square."""
    for ratio, turned in ((square, False), (1 / square, True)):
        n = _whole(ratio)
        if n is not None and math.isqrt(n) ** 2 != n:
            root = al.power(al.num(n), HALF)
            return al.div(al.num(1), root) if turned else root
    return None


def _root_of_pi(square: float) -> Expr | None:
    """√(n/π) or 1/√(nπ)."""
    for ratio, turned in ((square * math.pi, False), (1 / (square * math.pi), True)):
        n = _whole(ratio)
        if n is None:
            continue
        exact = math.isqrt(n) ** 2 == n
        root = al.num(math.isqrt(n)) if exact else al.power(al.num(n), HALF)
        pi = al.power(Expr("const", (), (), "π"), HALF)
        return al.div(al.num(1), al.mul(root, pi)) if turned else al.div(root, pi)
    return None


def _whole(ratio: float) -> int | None:
    n = round(ratio)
    return n if 1 <= n < LARGEST_ROOT and abs(ratio / n - 1) < 8e-15 else None
