"""Functions of each entry: y[i] = f(x[i]).

They keep the shape, and the type unless said otherwise. Functions without integer values
(sin, exp ...) turn integers into the default float. Names, arguments and edge values are those
of the Python array API standard 2024.12; `erf` is ours.
"""

from __future__ import annotations

from tiza.graph import PRIMITIVES
from tiza.graph.types import int64
from tiza.lang.calls import ArrayLike, as_float, floating, floating_pair, same, unary
from tiza.lang.tensor import Tensor, as_tensor, make

abs_ = abs  # Python's


def abs(x: ArrayLike, /) -> Tensor:
    """Absolute value |x|; of a complex number, its modulus.

    >>> import tiza as tz
    >>> tz.abs(tz.asarray([-2.0, 3.0]))
    tensor([2., 3.])
    """
    return unary("abs", x)


def negative(x: ArrayLike, /) -> Tensor:
    """The opposite: y = −x.

    >>> import tiza as tz
    >>> tz.negative(tz.asarray([1.0, -2.0]))
    tensor([-1.,  2.])
    """
    return unary("negative", x)


def sign(x: ArrayLike, /) -> Tensor:
    """−1, 0 or 1, as x is below, at or above zero; of a complex number z, z/|z|.

    >>> import tiza as tz
    >>> tz.sign(tz.asarray([-2.0, 0.0, 5.0]))
    tensor([-1.,  0.,  1.])
    """
    x = as_tensor(x)
    return same(x) if x.dtype.kind == "b" else unary("sign", x)


def square(x: ArrayLike, /) -> Tensor:
    """The square: y = x².

    >>> import tiza as tz
    >>> tz.square(tz.asarray([1.0, -3.0]))
    tensor([1., 9.])
    """
    x = as_tensor(x)
    if x.dtype.kind == "b":
        x = as_tensor(x, int64)
    return make(PRIMITIVES["multiply"], x, x)


def sqrt(x: ArrayLike, /) -> Tensor:
    """Square root: y = √x; NaN below zero.

    >>> import tiza as tz
    >>> tz.sqrt(tz.asarray([4.0, 9.0]))
    tensor([2., 3.])
    """
    return floating("sqrt", x)


def reciprocal(x: ArrayLike, /) -> Tensor:
    """The reciprocal: y = 1/x.

    >>> import tiza as tz
    >>> tz.reciprocal(tz.asarray([2.0, 4.0]))
    tensor([0.5 , 0.25])
    """
    return floating_pair("divide", 1, as_float(x))


def exp(x: ArrayLike, /) -> Tensor:
    """Exponential: y = eˣ.

    >>> import tiza as tz
    >>> tz.exp(tz.asarray([0.0]))
    tensor([1.])
    """
    return floating("exp", x)


def expm1(x: ArrayLike, /) -> Tensor:
    """y = eˣ − 1, accurate near zero.

    >>> import tiza as tz
    >>> tz.expm1(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("expm1", x)


def log(x: ArrayLike, /) -> Tensor:
    """Natural logarithm: y = ln x; NaN below zero.

    >>> import tiza as tz
    >>> tz.log(tz.asarray([1.0]))
    tensor([0.])
    """
    return floating("log", x)


def log1p(x: ArrayLike, /) -> Tensor:
    """y = ln(1 + x), accurate near zero.

    >>> import tiza as tz
    >>> tz.log1p(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("log1p", x)


def log2(x: ArrayLike, /) -> Tensor:
    """Logarithm to base 2.

    >>> import tiza as tz
    >>> tz.log2(tz.asarray([8.0]))
    tensor([3.])
    """
    return _log(x, 2)


def log10(x: ArrayLike, /) -> Tensor:
    """Logarithm to base 10.

    >>> import tiza as tz
    >>> tz.log10(tz.asarray([100.0], dtype="float64"))
    tensor([2.], dtype=float64)
    """
    return _log(x, 10)


def sin(x: ArrayLike, /) -> Tensor:
    """Sine of an angle in radians.

    >>> import tiza as tz
    >>> tz.sin(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("sin", x)


def cos(x: ArrayLike, /) -> Tensor:
    """Cosine of an angle in radians.

    >>> import tiza as tz
    >>> tz.cos(tz.asarray([0.0]))
    tensor([1.])
    """
    return floating("cos", x)


def tan(x: ArrayLike, /) -> Tensor:
    """Tangent of an angle in radians.

    >>> import tiza as tz
    >>> tz.tan(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("tan", x)


def asin(x: ArrayLike, /) -> Tensor:
    """The angle in [−π/2, π/2] whose sine is x.

    >>> import tiza as tz
    >>> tz.asin(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("asin", x)


def acos(x: ArrayLike, /) -> Tensor:
    """The angle in [0, π] whose cosine is x.

    >>> import tiza as tz
    >>> tz.acos(tz.asarray([1.0]))
    tensor([0.])
    """
    return floating("acos", x)


def atan(x: ArrayLike, /) -> Tensor:
    """The angle in (−π/2, π/2) whose tangent is x.

    >>> import tiza as tz
    >>> tz.atan(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("atan", x)


def sinh(x: ArrayLike, /) -> Tensor:
    """Hyperbolic sine: y = (eˣ − e⁻ˣ)/2.

    >>> import tiza as tz
    >>> tz.sinh(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("sinh", x)


def cosh(x: ArrayLike, /) -> Tensor:
    """Hyperbolic cosine: y = (eˣ + e⁻ˣ)/2.

    >>> import tiza as tz
    >>> tz.cosh(tz.asarray([0.0]))
    tensor([1.])
    """
    return floating("cosh", x)


def tanh(x: ArrayLike, /) -> Tensor:
    """Hyperbolic tangent: y = sinh x / cosh x.

    >>> import tiza as tz
    >>> tz.tanh(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("tanh", x)


def asinh(x: ArrayLike, /) -> Tensor:
    """The number whose hyperbolic sine is x.

    >>> import tiza as tz
    >>> tz.asinh(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("asinh", x)


def acosh(x: ArrayLike, /) -> Tensor:
    """The number >= 0 whose hyperbolic cosine is x.

    >>> import tiza as tz
    >>> tz.acosh(tz.asarray([1.0]))
    tensor([0.])
    """
    return floating("acosh", x)


def atanh(x: ArrayLike, /) -> Tensor:
    """The number whose hyperbolic tangent is x.

    >>> import tiza as tz
    >>> tz.atanh(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("atanh", x)


def erf(x: ArrayLike, /) -> Tensor:
    """Error function: y = 2/√π ∫₀ˣ e^(−t²) dt.

    >>> import tiza as tz
    >>> tz.erf(tz.asarray([0.0]))
    tensor([0.])
    """
    return floating("erf", x)


def floor(x: ArrayLike, /) -> Tensor:
    """The greatest integer not above x.

    >>> import tiza as tz
    >>> tz.floor(tz.asarray([1.7, -1.2]))
    tensor([ 1., -2.])
    """
    return unary("floor", x)


def ceil(x: ArrayLike, /) -> Tensor:
    """The least integer not below x.

    >>> import tiza as tz
    >>> tz.ceil(tz.asarray([1.2, -1.7]))
    tensor([ 2., -1.])
    """
    return unary("ceil", x)


def trunc(x: ArrayLike, /) -> Tensor:
    """x without its fraction.

    >>> import tiza as tz
    >>> tz.trunc(tz.asarray([1.7, -1.7]))
    tensor([ 1., -1.])
    """
    return unary("trunc", x)


def round(x: ArrayLike, /, *, decimals: int = 0) -> Tensor:
    """The nearest integer; halves go to the even one. `decimals` more digits, or fewer.

    >>> import tiza as tz
    >>> tz.round(tz.asarray([0.5, 1.5, 2.6]))
    tensor([0., 2., 3.])
    """
    x = as_tensor(x)
    if not decimals:
        return unary("round", x)
    ten = 10.0 ** abs_(decimals)
    scaled = x * ten if decimals > 0 else x / ten
    whole = make(PRIMITIVES["round"], scaled)
    return whole / ten if decimals > 0 else whole * ten


def _log(x: ArrayLike, base: int) -> Tensor:
    """Exact at powers of the base; its derivative is that of ln x / ln base."""
    return floating(f"log{base}", x)
