"""Functions of entries that PyTorch has beyond the standard, out of those that there are."""

from __future__ import annotations

import math

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES
from tiza.lang.calls import (
    ArrayLike,
    as_float,
    as_number,
    binary,
    floating,
    floating_pair,
    pair,
    same,
)
from tiza.lang.creation import full
from tiza.lang.searching import where
from tiza.lang.storage import isinf, isnan
from tiza.lang.tensor import Tensor, as_tensor, make


def _number(value: float, like: Tensor) -> Tensor:
    return full((), value, dtype=like.dtype)


def rsqrt(x: ArrayLike) -> Tensor:
    """1 / √x.

    >>> import tiza as tz
    >>> tz.rsqrt(tz.asarray([4.0]))
    tensor([0.5])
    """
    x = as_float(x)
    return _number(1, x) / make(PRIMITIVES["sqrt"], x)


def exp2(x: ArrayLike) -> Tensor:
    """2ˣ.

    >>> import tiza as tz
    >>> tz.exp2(tz.asarray([3.0]))
    tensor([8.])
    """
    return binary("pow", 2.0, as_float(x))


def frac(x: ArrayLike) -> Tensor:
    """The fraction: x − trunc x.

    >>> import tiza as tz
    >>> tz.frac(tz.asarray([1.5, -1.5]))
    tensor([ 0.5, -0.5])
    """
    x = as_tensor(x)
    return make(PRIMITIVES["subtract"], x, make(PRIMITIVES["trunc"], x))


def erfc(x: ArrayLike) -> Tensor:
    """1 − erf x; of far x it keeps no more digits than that.

    >>> import tiza as tz
    >>> tz.erfc(tz.asarray([0.0]))
    tensor([1.])
    """
    x = as_float(x)
    return _number(1, x) - make(PRIMITIVES["erf"], x)


def ndtr(x: ArrayLike) -> Tensor:
    """Φ(x) = (1 + erf(x/√2)) / 2, the distribution function of N(0, 1).

    >>> import tiza as tz
    >>> tz.ndtr(tz.asarray([0.0]))
    tensor([0.5])
    """
    x = as_float(x)
    return (1 + make(PRIMITIVES["erf"], x * math.sqrt(0.5))) * 0.5


def logit(x: ArrayLike, eps: float | None = None) -> Tensor:
    """log(x / (1 − x)), the inverse of the sigmoid; with eps, x is first kept in [ε, 1 − ε].

    >>> import tiza as tz
    >>> tz.logit(tz.asarray([0.5]))
    tensor([0.])
    """
    x = as_float(x)
    if eps is not None:
        x = where(binary("less", x, eps), eps, where(binary("greater", x, 1 - eps), 1 - eps, x))
    return make(PRIMITIVES["log"], x / (1 - x))


def sinc(x: ArrayLike) -> Tensor:
    """sin(πx) / (πx), and 1 at 0.

    >>> import tiza as tz
    >>> tz.sinc(tz.asarray([0.0, 0.5])).numpy().round(4)
    array([1.    , 0.6366], dtype=float32)
    """
    x = as_float(x)
    angle = x * math.pi
    none = binary("equal", x, 0)
    safe = where(none, _number(1, x), angle)
    bowl = 1 - angle * angle / 6  # the start of its series, which has its slopes
    return where(none, bowl, make(PRIMITIVES["sin"], safe) / safe)


def deg2rad(x: ArrayLike) -> Tensor:
    """Degrees as radians.

    >>> import tiza as tz
    >>> tz.deg2rad(tz.asarray([180.0]))
    tensor([3.1415927])
    """
    return as_float(x) * (math.pi / 180)


def rad2deg(x: ArrayLike) -> Tensor:
    """Radians as degrees.

    >>> import math
    >>> import tiza as tz
    >>> tz.rad2deg(tz.asarray([math.pi]))
    tensor([180.])
    """
    return as_float(x) * (180 / math.pi)


def nan_to_num(x: ArrayLike, nan: float | None = 0.0, posinf: float | None = None,
               neginf: float | None = None) -> Tensor:  # fmt: skip
    """x with numbers in the places of NaN and ±∞ (the greatest and least ones, by default).

    >>> import tiza as tz
    >>> tz.nan_to_num(tz.asarray([1.0, float("nan")]))
    tensor([1., 0.])
    """
    x = as_tensor(x)
    if x.dtype.kind != "f":
        return same(as_tensor(x))
    most = float(np.finfo(x.dtype).max)
    high, low = (most if posinf is None else posinf), (-most if neginf is None else neginf)
    out = where(isnan(x), _number(nan or 0.0, x), x)
    ends = where(binary("greater", x, 0), _number(high, x), _number(low, x))
    return where(isinf(x), ends, out)


def xlogy(x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """x₁ log x₂, and 0 where x₁ = 0 (unless x₂ is NaN).

    >>> import tiza as tz
    >>> tz.xlogy(tz.asarray([0.0, 1.0]), tz.asarray([0.0, 1.0]))
    tensor([0., 0.])
    """
    return _times_log("log", x1, x2, -0.0)


def xlog1py(x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """x₁ log(1 + x₂), and 0 where x₁ = 0 (unless x₂ is NaN).

    >>> import tiza as tz
    >>> tz.xlog1py(tz.asarray([0.0]), tz.asarray([-1.0]))
    tensor([0.])
    """
    return _times_log("log1p", x1, x2, -1.0)


def _times_log(log: str, x1: ArrayLike, x2: ArrayLike, pole: float) -> Tensor:
    a, b = (as_float(x) for x in pair(x1, x2))
    none = binary("bitwise_and", binary("equal", a, 0), binary("not_equal", isnan(b), True))
    outside = binary("bitwise_and", none, binary("less_equal", b, pole))
    safe = where(outside, _number(1.0, b), b)  # so that no slope is infinite
    return where(none, a * make(PRIMITIVES[log], where(isinf(safe), _number(1.0, b), safe)),
                 a * make(PRIMITIVES[log], safe))  # fmt: skip


def entr(x: ArrayLike) -> Tensor:
    """−x log x: 0 at 0, −∞ below.

    >>> import tiza as tz
    >>> tz.entr(tz.asarray([0.0, 1.0]))
    tensor([ 0., -0.])
    """
    x = as_float(x)
    inside = binary("greater", x, 0)
    safe = where(inside, x, _number(1.0, x))
    rest = where(binary("less", x, 0), _number(-math.inf, x), x * 0)
    return where(binary("bitwise_or", inside, isnan(x)), -x * make(PRIMITIVES["log"], safe), rest)


def ldexp(x: ArrayLike, other: ArrayLike) -> Tensor:
    """x · 2^other.

    >>> import tiza as tz
    >>> tz.ldexp(tz.asarray([3.0]), tz.asarray([2]))
    tensor([12.])
    """
    a, b = pair(as_float(x), as_float(other))
    return a * exp2(b)


def float_power(x: ArrayLike, exponent: ArrayLike) -> Tensor:
    """x to a power, in float64.

    >>> import tiza as tz
    >>> tz.float_power(tz.asarray([2]), 3)
    tensor([8.], dtype=float64)
    """
    double = np.dtype("float64")
    return binary("pow", as_tensor(x, double), exponent if isinstance(exponent, int | float)
                  else as_tensor(exponent, double))  # fmt: skip


def logaddexp2(x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """log₂(2^x₁ + 2^x₂), without overflow.

    >>> import tiza as tz
    >>> tz.logaddexp2(tz.asarray([3.0]), tz.asarray([3.0]))
    tensor([4.])
    """
    two = math.log(2)
    return floating_pair("logaddexp", as_float(x1) * two, as_float(x2) * two) * (1 / two)


def clamp_min(x: ArrayLike, min: ArrayLike) -> Tensor:
    """x, but never below `min`.

    >>> import tiza as tz
    >>> tz.clamp_min(tz.asarray([-1.0, 2.0]), 0)
    tensor([0., 2.])
    """
    return clamp(x, min=min)


def clamp_max(x: ArrayLike, max: ArrayLike) -> Tensor:
    """x, but never above `max`.

    >>> import tiza as tz
    >>> tz.clamp_max(tz.asarray([-1.0, 2.0]), 0)
    tensor([-1.,  0.])
    """
    return clamp(x, max=max)


def clamp(x: ArrayLike, min: ArrayLike | None = None, max: ArrayLike | None = None) -> Tensor:
    """x kept between two bounds; slope 1 on the bounds, as in PyTorch (½ in `clip`).

    Unlike `clip` it takes the type that holds x and the bounds.
    Errors: ArgumentError without any bound.

    >>> import tiza as tz
    >>> tz.clamp(tz.asarray([-1.0, 0.5, 2.0]), 0, 1)
    tensor([0. , 0.5, 1. ])
    """
    if min is None and max is None:
        raise ArgumentError("clamp-bounds")
    out = as_tensor(x)
    for beyond, bound in (("less", min), ("greater", max)):
        if bound is not None:
            a, b = pair(out, bound)
            outside = binary(beyond, as_number(a), as_number(b))
            if b.dtype.kind == "f":
                outside = binary("bitwise_or", outside, isnan(b))
            out = where(outside, b, a)
    return out


def lerp(start: ArrayLike, end: ArrayLike, weight: ArrayLike) -> Tensor:
    """start + w (end − start).

    >>> import tiza as tz
    >>> tz.lerp(tz.asarray([0.0]), tz.asarray([10.0]), 0.25)
    tensor([2.5])
    """
    a, b = pair(start, end)
    return a + binary("multiply", weight, b - a)


def addcmul(x: ArrayLike, tensor1: ArrayLike, tensor2: ArrayLike, *, value: float = 1) -> Tensor:
    """x + v a b.

    >>> import tiza as tz
    >>> tz.addcmul(tz.asarray([1.0]), tz.asarray([2.0]), tz.asarray([3.0]), value=10)
    tensor([61.])
    """
    product = binary("multiply", tensor1, tensor2)
    return binary("add", x, product if value == 1 else binary("multiply", product, value))


def addcdiv(x: ArrayLike, tensor1: ArrayLike, tensor2: ArrayLike, *, value: float = 1) -> Tensor:
    """x + v a / b.

    >>> import tiza as tz
    >>> tz.addcdiv(tz.asarray([1.0]), tz.asarray([6.0]), tz.asarray([3.0]), value=10)
    tensor([21.])
    """
    quotient = floating_pair("divide", tensor1, tensor2)
    return binary("add", x, quotient if value == 1 else quotient * value)


def rsub(x: ArrayLike, other: ArrayLike, *, alpha: float = 1) -> Tensor:
    """other − α x.

    >>> import tiza as tz
    >>> tz.rsub(tz.asarray([1.0]), 3.0)
    tensor([2.])
    """
    return binary("subtract", other, x if alpha == 1 else binary("multiply", x, alpha))


def fill(x: ArrayLike, value: ArrayLike) -> Tensor:
    """`value` everywhere, in the shape and type of x.

    >>> import tiza as tz
    >>> tz.fill(tz.zeros(2), 7)
    tensor([7., 7.])
    """
    x = as_tensor(x)
    return make(PRIMITIVES["broadcast_to"], as_tensor(value, x.dtype), shape=x.shape)


def expit(x: ArrayLike) -> Tensor:
    """The logistic function, under the name that SciPy has for it; see `sigmoid`.

    >>> import tiza as tz
    >>> tz.expit(tz.asarray([0.0]))
    tensor([0.5])
    """
    return floating("sigmoid", x)
