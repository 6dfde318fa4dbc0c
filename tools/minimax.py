"""Fit the polynomials of the native compiler's vector mathematics; prints coefficients.py.

    python tools/minimax.py > src/tiza/readings/native/mathlib/coefficients.py

Each row of `FITS` asks for the polynomial P of a degree with the least greatest weight(t)·|P − f|
on an interval (Remez's exchange, in 150 digits). Coefficients are rounded to the data type one by
one, lowest first, and the rest fitted again, so that rounding costs next to nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import mpmath as mp
import numpy as np

mp.mp.dps = 150
Real = Callable[[mp.mpf], mp.mpf]


class Fit(NamedTuple):
    """What is approximated where, and how many coefficients each data type gets."""

    name: str
    says: str
    f: Real
    weight: Real
    low: mp.mpf
    high: mp.mpf
    single: int
    double: int


def residues(f: Real, fixed: list[mp.mpf], grid: list[mp.mpf]) -> list[mp.mpf]:
    """What is left of f after its fixed lowest terms, divided by the next power."""
    k = len(fixed)
    return [(f(t) - mp.polyval(fixed[::-1] or [0], t)) / t**k for t in grid]


def extremes(error: list[mp.mpf], wanted: int) -> list[int]:
    """The greatest error of each run of one sign; the `wanted` neighbouring ones that are best."""
    runs: list[int] = []
    for i, e in enumerate(error):
        if runs and mp.sign(error[runs[-1]]) == mp.sign(e):
            if abs(e) > abs(error[runs[-1]]):
                runs[-1] = i
        else:
            runs.append(i)
    while len(runs) > wanted:
        runs.pop(0 if abs(error[runs[0]]) < abs(error[runs[-1]]) else -1)
    return runs


def remez(y: list[mp.mpf], w: list[mp.mpf], grid: list[mp.mpf], n: int) -> list[mp.mpf]:
    """The n coefficients whose weighted error on the grid alternates between equal extremes."""
    last = len(grid) - 1
    nodes = [round(last * (1 - np.cos(np.pi * i / n)) / 2) for i in range(n + 1)]
    best: list[mp.mpf] = []
    least = mp.inf
    for _ in range(12):
        rows = [[grid[i] ** k for k in range(n)] + [(-1) ** j / w[i]] for j, i in enumerate(nodes)]
        found = list(mp.lu_solve(mp.matrix(rows), mp.matrix([y[i] for i in nodes])))[:n]
        error = [(mp.polyval(found[::-1], t) - a) * b for t, a, b in zip(grid, y, w, strict=True)]
        greatest = max(map(abs, error))
        if greatest < least:
            least, best = greatest, found
        nodes = extremes(error, n + 1)
        if len(nodes) < n + 1:
            break
    return best


def fit(job: Fit, n: int, kind: type[np.floating]) -> tuple[list[float], mp.mpf]:
    """Rounded coefficients, lowest first, and the weighted error they leave."""
    count = 24 * n  # an even number of points of a Chebyshev grid: 0 is never one of them
    angles = [mp.pi * (2 * i + 1) / (2 * count) for i in range(count)]
    middle, half = (job.low + job.high) / 2, (job.high - job.low) / 2
    grid = [t for t in (middle - half * mp.cos(a) for a in angles) if t != 0]
    weights = [job.weight(t) for t in grid]
    fixed: list[mp.mpf] = []
    while len(fixed) < n:
        k = len(fixed)
        scaled = [w * abs(t) ** k for w, t in zip(weights, grid, strict=True)]
        rest = remez(residues(job.f, fixed, grid), scaled, grid, n - k)
        fixed.append(mp.mpf(float(kind(float(rest[0])))))
    error = max(
        abs(mp.polyval(fixed[::-1], t) - job.f(t)) * w for t, w in zip(grid, weights, strict=True)
    )
    return [float(c) for c in fixed], error


def even(f: Real) -> Real:
    """F as a function of z = x²."""
    return lambda z: f(mp.sqrt(z))


HALF_LOG2 = mp.log(2) / 2 * mp.mpf("1.0005")
SPLIT = mp.tan(mp.pi / 8)
FITS = [
    Fit("EXP", "(eʳ − 1 − r) / r², |r| ≤ log(2)/2",
        lambda r: (mp.expm1(r) - r) / r**2, lambda r: r**2 / abs(mp.expm1(r)),
        -HALF_LOG2, HALF_LOG2, 6, 11),
    Fit("LOG_TAIL", "(2 artanh(s) − 2s − ⅔s³) / s⁵ in z = s², s = f/(2 + f)",
        even(lambda s: (2 * mp.atanh(s) - 2 * s - 2 * s**3 / 3) / s**5), lambda z: z * z,
        mp.mpf(0), (3 - 2 * mp.sqrt(2)) ** 2, 0, 7),
    Fit("SINH", "(sinh x − x) / x³ in z = x², |x| ≤ 1",
        even(lambda x: (mp.sinh(x) - x) / x**3), even(lambda x: x**3 / mp.sinh(x)),
        mp.mpf(0), mp.mpf(1), 4, 7),
    Fit("LOG", "(log(1 + f) − f + f²/2) / f³, √½ ≤ 1 + f ≤ √2",
        lambda f: (mp.log1p(f) - f + f * f / 2) / f**3, lambda f: abs(f**3 / mp.log1p(f)),
        mp.sqrt(0.5) - 1, mp.sqrt(2) - 1, 8, 0),
    Fit("LOG_ODD", "(2 artanh(s) − 2s) / s³ in z = s², s = f/(2 + f)",
        even(lambda s: (2 * mp.atanh(s) - 2 * s) / s**3), lambda z: z,
        mp.mpf(0), (3 - 2 * mp.sqrt(2)) ** 2, 0, 7),
    Fit("LOG_POWER", "the same, as exactly as a power of float32 asks for",
        even(lambda s: (2 * mp.atanh(s) - 2 * s) / s**3), lambda z: z,
        mp.mpf(0), (3 - 2 * mp.sqrt(2)) ** 2, 0, 4),
    Fit("SIN", "(sin r − r) / r³ in z = r², |r| ≤ π/4",
        even(lambda r: (mp.sin(r) - r) / r**3), even(lambda r: r**3 / mp.sin(r)),
        mp.mpf(0), (mp.pi / 4 * mp.mpf("1.001")) ** 2, 4, 6),
    Fit("COS", "(cos r − 1 + r²/2) / r⁴ in z = r², |r| ≤ π/4",
        even(lambda r: (mp.cos(r) - 1 + r * r / 2) / r**4), even(lambda r: r**4 / mp.cos(r)),
        mp.mpf(0), (mp.pi / 4 * mp.mpf("1.001")) ** 2, 3, 6),
    Fit("ATAN", "(atan x − x) / x³ in z = x², |x| ≤ 1",
        even(lambda x: (mp.atan(x) - x) / x**3), even(lambda x: x**3 / mp.atan(x)),
        mp.mpf(0), mp.mpf(1), 9, 20),
    Fit("ASIN", "(asin x − x) / x³ in z = x², |x| ≤ ½",
        even(lambda x: (mp.asin(x) - x) / x**3), even(lambda x: x**3 / mp.asin(x)),
        mp.mpf(0), mp.mpf("0.25"), 5, 12),
    Fit("ERF_SMALL_SINGLE", "erf(x)/x − 1 in z = x², |x| ≤ 1.0625",
        even(lambda x: mp.erf(x) / x - 1), even(lambda x: x / mp.erf(x)),
        mp.mpf(0), mp.mpf("1.0625") ** 2, 7, 0),
    Fit("ERF_SMALL_DOUBLE", "erf(x)/x − 1 in z = x², |x| ≤ 1",
        even(lambda x: mp.erf(x) / x - 1), even(lambda x: x / mp.erf(x)),
        mp.mpf(0), mp.mpf(1), 0, 13),
    Fit("ERF_BESIDE_SINGLE", "e^x² (1 − erf x), 1.0625 ≤ x ≤ 4",
        lambda x: mp.exp(x * x) * mp.erfc(x), lambda x: mp.exp(-x * x) / mp.erf(x),
        mp.mpf("1.0625"), mp.mpf(4), 9, 0),
    Fit("ERF_ABOVE_SINGLE", "e^x² (1 − erf x), 0 ≤ x ≤ 4",
        lambda x: mp.exp(x * x) * mp.erfc(x), lambda x: mp.exp(-x * x),
        mp.mpf(0), mp.mpf(4), 13, 0),
    Fit("ERF_LARGE_DOUBLE", "log(1 − erf x) / x, 1 ≤ x ≤ 6",
        lambda x: mp.log(mp.erfc(x)) / x, lambda x: x * mp.erfc(x) / mp.erf(x),
        mp.mpf(1), mp.mpf(6), 0, 18),
]  # fmt: skip
KINDS: list[tuple[str, type[np.floating], str]] = [
    ("single", np.float32, "float32"),
    ("double", np.float64, "float64"),
]


HEAD = "Polynomials of the vector mathematics, lowest coefficient first; made by tools/minimax.py."


def main(names: list[str]) -> None:
    """Print the table of the named fits, or of all."""
    print(f'"""{HEAD}"""\n')
    for job in FITS:
        if names and job.name not in names:
            continue
        print(f"{job.name} = {{  # {job.says}")
        for field, kind, label in KINDS:
            n = getattr(job, field)
            if n:
                numbers, error = fit(job, n, kind)
                print(f"    # {label}: leaves 2^{float(mp.log(error, 2)):.1f}")
                print(f'    "{label}": [{", ".join(map(repr, numbers))}],')
        print("}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
