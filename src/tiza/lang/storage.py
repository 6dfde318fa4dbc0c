"""Functions of each entry that look at how it is stored: what it is, its bits, its parts.

Names, arguments and edge values are those of the Python array API standard 2024.12.
"""

from __future__ import annotations

from tiza.lang.calls import ArrayLike, as_number, binary, same, truth, unary
from tiza.lang.creation import zeros_like
from tiza.lang.tensor import Tensor, as_tensor


def isfinite(x: ArrayLike, /) -> Tensor:
    """Whether x is neither infinite nor NaN.

    >>> import tiza as tz
    >>> tz.isfinite(tz.asarray([1.0, float('inf')]))
    tensor([ True, False])
    """
    return _about_numbers("isfinite", x)


def isinf(x: ArrayLike, /) -> Tensor:
    """Whether x is infinite.

    >>> import tiza as tz
    >>> tz.isinf(tz.asarray([1.0, float('-inf')]))
    tensor([False,  True])
    """
    return _about_numbers("isinf", x)


def isnan(x: ArrayLike, /) -> Tensor:
    """Whether x is NaN (not a number).

    >>> import tiza as tz
    >>> tz.isnan(tz.asarray([1.0, float('nan')]))
    tensor([False,  True])
    """
    return _about_numbers("isnan", x)


def signbit(x: ArrayLike, /) -> Tensor:
    """Whether the sign bit is set: true of −0, too.

    >>> import tiza as tz
    >>> tz.signbit(tz.asarray([0.0, -0.0, -3.0]))
    tensor([False,  True,  True])
    """
    x = as_tensor(x)
    return unary("signbit", x) if x.dtype.kind == "f" else binary("less", as_number(x), 0)


def logical_not(x: ArrayLike, /) -> Tensor:
    """Not x; of numbers, whether x is 0.

    >>> import tiza as tz
    >>> tz.logical_not(tz.asarray([True, False]))
    tensor([False,  True])
    """
    return unary("logical_not", truth(x))


def bitwise_invert(x: ArrayLike, /) -> Tensor:
    """All bits turned; of booleans, not x.

    >>> import tiza as tz
    >>> tz.bitwise_invert(tz.asarray([0, 5]))
    tensor([-1, -6])
    """
    return unary("bitwise_invert", x)


def real(x: ArrayLike, /) -> Tensor:
    """The real part; x itself where x is real.

    >>> import tiza as tz
    >>> tz.real(tz.asarray([1+2j]))
    tensor([1.])
    """
    x = as_tensor(x)
    return unary("real", x) if x.dtype.kind == "c" else same(x)


def imag(x: ArrayLike, /) -> Tensor:
    """The imaginary part; zero where x is real.

    >>> import tiza as tz
    >>> tz.imag(tz.asarray([1+2j]))
    tensor([2.])
    """
    x = as_tensor(x)
    return unary("imag", x) if x.dtype.kind == "c" else zeros_like(x)


def conj(x: ArrayLike, /) -> Tensor:
    """The complex conjugate; x itself where x is real.

    >>> import tiza as tz
    >>> tz.conj(tz.asarray([1+2j]))
    tensor([1.-2.j], dtype=complex64)
    """
    x = as_tensor(x)
    return unary("conj", x) if x.dtype.kind == "c" else same(x)


def positive(x: ArrayLike, /) -> Tensor:
    """The same values: y = +x.

    >>> import tiza as tz
    >>> tz.positive(tz.asarray([1.0]))
    tensor([1.])
    """
    return same(as_tensor(x))


def _about_numbers(name: str, x: ArrayLike) -> Tensor:
    return unary(name, as_number(x))
