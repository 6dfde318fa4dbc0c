"""Values that NumPy rounds or signs otherwise than the array API standard asks for."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import DTypeError

Array = Any


def floor_divide(a: Array, b: Array) -> Array:
    """⌊a / b⌋; where one is infinite, the floor of the quotient, as the standard has it."""
    out = np.floor_divide(a, b)
    if np.asarray(out).dtype.kind != "f":
        return out
    edge = np.isinf(a) | np.isinf(b)
    return np.where(edge, np.floor(np.divide(a, b)), out) if edge.any() else out


def power(a: Array, b: Array) -> Array:
    """a to the b; an integer to a negative power is no integer."""
    try:
        return np.power(a, b)
    except ValueError:
        raise DTypeError("integer-power") from None


def sign(x: Array) -> Array:
    """np.sign, but +0 of every complex zero."""
    return np.sign(x) + 0 if np.asarray(x).dtype.kind == "c" else np.sign(x)


def _parts(real: Array, imag: Array, dtype: Any) -> Array:
    out = np.empty(np.shape(real), dtype)
    out.real, out.imag = real, imag
    return out


def expm1(x: Array) -> Array:
    """np.expm1; of a complex number that is not finite, or is real, e^z − 1 part by part."""
    x = np.asarray(x)
    if x.dtype.kind != "c":
        return np.expm1(x)
    direct = np.exp(x)
    whole = _parts(direct.real - 1, direct.imag, x.dtype)
    flat = _parts(np.expm1(x.real) + 0, x.imag, x.dtype)  # + 0: no negative zero
    return np.where(x.imag == 0, flat, np.where(np.isfinite(x), np.expm1(x), whole))


def tanh(x: Array) -> Array:
    """np.tanh, but 1 + 0j at +infinity with any finite imaginary part."""
    x = np.asarray(x)
    if x.dtype.kind != "c":
        return np.tanh(x)
    far = np.isposinf(x.real) & np.isfinite(x.imag) & (x.imag > 0)
    return np.where(far, x.dtype.type(1), np.tanh(x))
