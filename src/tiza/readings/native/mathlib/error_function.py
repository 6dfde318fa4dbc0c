"""The error function: an odd polynomial near 0, then 1 less what is left.

That is e^(−x²) times a polynomial in single precision: beside erf the derivative of GELU needs
the same power of e, which is then computed once. In double precision it is e^q(x) with a
polynomial q.

GELU asks for 1 + erf x: left of 0 that is what is left of 1 beyond |x|, on the right 2 less that.
Such a sum needs no more than the same error everywhere, so that one polynomial serves all x.
"""

from __future__ import annotations

from tiza.readings.native.mathlib.coefficients import (
    ERF_ABOVE_SINGLE,
    ERF_BESIDE_SINGLE,
    ERF_LARGE_DOUBLE,
    ERF_SMALL_DOUBLE,
    ERF_SMALL_SINGLE,
)
from tiza.readings.native.mathlib.exponential import exp, exp_falling, exp_normal
from tiza.readings.native.mathlib.lanes import (
    Lanes,
    absolute,
    at_most,
    copysign,
    fma,
    horner,
    select,
)


def erf(x: Lanes) -> Lanes:
    """2/√π ∫₀ˣ e^(−t²) dt."""
    size = absolute(x)
    if x.kind.bits == 32:
        end, near = 1.0625, ERF_SMALL_SINGLE["float32"]
        left = horner(at_most(size, 4.0), ERF_BESIDE_SINGLE["float32"])
        outer = fma(exp(-x * x), -left, 1)
    else:
        end, near, t = 1.0, ERF_SMALL_DOUBLE["float64"], at_most(size, 6.0)
        outer = 1 - exp_normal(horner(t, ERF_LARGE_DOUBLE["float64"]) * t)
    inner = fma(x, horner(x * x, near), x)
    return select(size < end, inner, copysign(outer, x))


def erf_above(x: Lanes) -> Lanes:
    """1 + erf x, within 2⁻²³."""
    if x.kind.bits == 64:
        return erf(x) + 1
    left = exp_falling(-x * x) * horner(at_most(absolute(x), 4.0), ERF_ABOVE_SINGLE["float32"])
    return select(x < 0, left, 2 - left)
