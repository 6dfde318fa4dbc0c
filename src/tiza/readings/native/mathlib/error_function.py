"""The error function: an odd polynomial near 0, then 1 less what is left.

That is e^(−x²) times a polynomial in single precision: beside erf the derivative of GELU needs
the same power of e, which is then computed once. In double precision it is e^q(x) with a
polynomial q.
"""

from __future__ import annotations

from tiza.readings.native.mathlib.coefficients import (
    ERF_BESIDE_SINGLE,
    ERF_LARGE_DOUBLE,
    ERF_SMALL_DOUBLE,
    ERF_SMALL_SINGLE,
)
from tiza.readings.native.mathlib.exponential import exp, exp_normal
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
