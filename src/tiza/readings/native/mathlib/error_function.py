"""The error function: an odd polynomial up to 1, then 1 − e^q(x) with a polynomial q."""

from __future__ import annotations

from tiza.readings.native.mathlib.coefficients import (
    ERF_LARGE_DOUBLE,
    ERF_LARGE_SINGLE,
    ERF_SMALL,
)
from tiza.readings.native.mathlib.exponential import exp_normal, format_of
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
    single = x.kind.bits == 32
    size = absolute(x)
    inner = fma(x, horner(x * x, ERF_SMALL[format_of(x).name]), x)
    t = at_most(size, 4.0 if single else 6.0)
    q = horner(t, ERF_LARGE_SINGLE["float32"] if single else ERF_LARGE_DOUBLE["float64"])
    outer = copysign(1 - exp_normal(q * t), x)
    return select(size < 1, inner, outer)
