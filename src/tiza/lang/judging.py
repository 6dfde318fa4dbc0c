"""Comparisons, remainders and divisors that PyTorch has beyond the standard."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.graph import PRIMITIVES
from tiza.lang.calls import ArrayLike, as_float, as_number, binary, pair
from tiza.lang.creation import full
from tiza.lang.searching import where
from tiza.lang.storage import isfinite, isinf, isnan, signbit
from tiza.lang.tensor import Tensor, as_tensor, make


def isposinf(x: ArrayLike) -> Tensor:
    """Whether x is +∞.

    >>> import tiza as tz
    >>> tz.isposinf(tz.asarray([float("-inf"), float("inf")]))
    tensor([False,  True])
    """
    x = as_number(x)
    return binary("bitwise_and", isinf(x), binary("greater", x, 0))


def isneginf(x: ArrayLike) -> Tensor:
    """Whether x is −∞.

    >>> import tiza as tz
    >>> tz.isneginf(tz.asarray([float("-inf"), float("inf")]))
    tensor([ True, False])
    """
    x = as_number(x)
    return binary("bitwise_and", isinf(x), signbit(x))


def isreal(x: ArrayLike) -> Tensor:
    """Whether x has no imaginary part.

    >>> import tiza as tz
    >>> tz.isreal(tz.asarray([1.0]))
    tensor([ True])
    """
    x = as_tensor(x)
    if x.dtype.kind != "c":
        return full(x.shape, True)
    return binary("equal", make(PRIMITIVES["imag"], x), 0)


def isclose(x1: ArrayLike, x2: ArrayLike, rtol: float = 1e-5, atol: float = 1e-8,
            equal_nan: bool = False) -> Tensor:  # fmt: skip
    """Whether |x₁ − x₂| <= atol + rtol |x₂|.

    >>> import tiza as tz
    >>> tz.isclose(tz.asarray([1.0, 2.0]), tz.asarray([1.0, 2.1]))
    tensor([ True, False])
    """
    a, b = pair(x1, x2)
    same = binary("equal", a, b)
    if equal_nan and a.dtype.kind == "f":
        same = binary("bitwise_or", same, binary("bitwise_and", isnan(a), isnan(b)))
    if not rtol and not atol:
        return same
    p, q = (as_float(y) if y.dtype.kind == "f" else as_tensor(y, np.dtype("float64"))
            for y in (a, b))  # fmt: skip
    gap = make(PRIMITIVES["abs"], p - q)
    near = binary("less_equal", gap, atol + rtol * make(PRIMITIVES["abs"], q))
    finite = binary("bitwise_and", isfinite(gap), isfinite(q))
    return binary("bitwise_or", same, binary("bitwise_and", near, finite))


def allclose(x1: ArrayLike, x2: ArrayLike, rtol: float = 1e-5, atol: float = 1e-8,
             equal_nan: bool = False) -> bool:  # fmt: skip
    """Whether every |x₁ − x₂| <= atol + rtol |x₂|; computes at once.

    >>> import tiza as tz
    >>> tz.allclose(tz.asarray([1.0]), tz.asarray([1.0 + 1e-9]))
    True
    """
    return bool(isclose(x1, x2, rtol, atol, equal_nan).numpy().all())


def heaviside(x: ArrayLike, values: ArrayLike) -> Tensor:
    """0 below zero, 1 above, `values` at zero.

    >>> import tiza as tz
    >>> tz.heaviside(tz.asarray([-1.0, 0.0, 2.0]), tz.asarray(0.5))
    tensor([0. , 0.5, 1. ])
    """
    a, b = pair(x, values)
    step = as_tensor(binary("greater", as_number(a), 0), a.dtype)
    return where(binary("equal", as_number(a), 0), b, step)


def fmod(x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """What division rounded towards 0 leaves, with the sign of x₁: x₁ − x₂ trunc(x₁ / x₂).

    >>> import tiza as tz
    >>> tz.fmod(tz.asarray([-7.0, 7.0]), 3)
    tensor([-1.,  1.])
    """
    a, b = pair(x1, x2)
    if a.dtype.kind == "u":
        return binary("remainder", a, b)
    rest = binary("remainder", a, b)  # of the sign of b
    fix = binary("bitwise_and", binary("not_equal", rest, 0),
                 binary("not_equal", binary("less", a, 0), binary("less", b, 0)))  # fmt: skip
    return where(fix, rest - b, rest)


def fmax(x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """The greater of both; where one is NaN, the other.

    >>> import tiza as tz
    >>> tz.fmax(tz.asarray([1.0, float("nan")]), tz.asarray([2.0, 3.0]))
    tensor([2., 3.])
    """
    return _unless_nan("maximum", x1, x2)


def fmin(x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """The lesser of both; where one is NaN, the other.

    >>> import tiza as tz
    >>> tz.fmin(tz.asarray([1.0, float("nan")]), tz.asarray([2.0, 3.0]))
    tensor([1., 3.])
    """
    return _unless_nan("minimum", x1, x2)


def _unless_nan(name: str, x1: ArrayLike, x2: ArrayLike) -> Tensor:
    a, b = pair(x1, x2)
    if a.dtype.kind != "f":
        return binary(name, a, b)
    first, second = where(isnan(a), b, a), where(isnan(b), a, b)
    wins = binary("greater_equal" if name == "maximum" else "less_equal", first, second)
    return where(wins, first, second)


def gcd(x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """The greatest common divisor of integers; computes at once.

    >>> import tiza as tz
    >>> tz.gcd(tz.asarray([12]), tz.asarray([18]))
    tensor([6])
    """
    return _of_integers(np.gcd, x1, x2)


def lcm(x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """The least common multiple of integers; computes at once.

    >>> import tiza as tz
    >>> tz.lcm(tz.asarray([4]), tz.asarray([6]))
    tensor([12])
    """
    return _of_integers(np.lcm, x1, x2)


def _of_integers(function: Any, x1: ArrayLike, x2: ArrayLike) -> Tensor:
    a, b = pair(x1, x2)
    return as_tensor(np.asarray(function(a.numpy(), b.numpy()), a.dtype))
