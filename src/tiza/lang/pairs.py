"""Functions of two entries each: y[i] = f(x1[i], x2[i]), with broadcasting.

Both arrays take the type that holds both; a Python number takes the type of the array. Names,
arguments and edge values are those of the Python array API standard 2024.12.
"""

from __future__ import annotations

from tiza.errors import ArgumentError
from tiza.lang.calls import ArrayLike, binary, floating_pair, pair, truth, unary
from tiza.lang.tensor import Tensor, as_tensor


def _times(x: ArrayLike, alpha: float) -> ArrayLike:
    return x if alpha == 1 else binary("multiply", x, alpha)


def add(x1: ArrayLike, x2: ArrayLike, /, *, alpha: float = 1) -> Tensor:
    """Sum: y = x₁ + α x₂; of truth values, or.

    >>> import tiza as tz
    >>> tz.add(tz.asarray([1, 2]), tz.asarray([3, 4]))
    tensor([4, 6])
    """
    return binary("add", x1, _times(x2, alpha))


def subtract(x1: ArrayLike, x2: ArrayLike, /, *, alpha: float = 1) -> Tensor:
    """Difference: y = x₁ − α x₂.

    >>> import tiza as tz
    >>> tz.subtract(tz.asarray([1, 2]), tz.asarray([3, 4]))
    tensor([-2, -2])
    """
    return binary("subtract", x1, _times(x2, alpha))


def multiply(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Product of entries: y = x₁ x₂.

    >>> import tiza as tz
    >>> tz.multiply(tz.asarray([1, 2]), tz.asarray([3, 4]))
    tensor([3, 8])
    """
    return binary("multiply", x1, x2)


def divide(x1: ArrayLike, x2: ArrayLike, /, *, rounding_mode: str | None = None) -> Tensor:
    """Quotient: y = x₁ / x₂, rounded down ("floor") or towards 0 ("trunc") where that is asked.

    >>> import tiza as tz
    >>> tz.divide(tz.asarray([1.0, 2.0]), 4.0)
    tensor([0.25, 0.5 ])
    """
    if rounding_mode not in (None, "floor", "trunc"):
        raise ArgumentError("choice-unknown", name="rounding_mode", got=rounding_mode,
                            known='None, "floor", "trunc"')  # fmt: skip
    if rounding_mode == "floor":
        return floor_divide(x1, x2)
    if rounding_mode is None:
        return floating_pair("divide", x1, x2)
    a, b = pair(x1, x2)
    if a.dtype.kind == "f":
        return unary("trunc", binary("divide", a, b))
    down = binary("floor_divide", a, b)
    inexact = binary("not_equal", binary("multiply", down, b), a)
    below = binary("less", binary("bitwise_xor", a, b), 0)  # signs differ
    return binary("add", down, as_tensor(logical_and(inexact, below), a.dtype))


def floor_divide(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The quotient rounded down: y = ⌊x₁ / x₂⌋.

    >>> import tiza as tz
    >>> tz.floor_divide(tz.asarray([7, -7]), 2)
    tensor([ 3, -4])
    """
    return binary("floor_divide", x1, x2)


def remainder(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """What division with ⌊·⌋ leaves, with the sign of x₂: y = x₁ − x₂⌊x₁ / x₂⌋.

    >>> import tiza as tz
    >>> tz.remainder(tz.asarray([7, -7]), 3)
    tensor([1, 2])
    """
    return binary("remainder", x1, x2)


def pow(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Power: y = x₁ to the x₂.

    >>> import tiza as tz
    >>> tz.pow(tz.asarray([2.0, 3.0]), 2)
    tensor([4., 9.])
    """
    return binary("pow", x1, x2)


def maximum(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The greater of both; NaN where one is NaN.

    >>> import tiza as tz
    >>> tz.maximum(tz.asarray([1.0, 5.0]), 3.0)
    tensor([3., 5.])
    """
    return binary("maximum", x1, x2)


def minimum(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The lesser of both; NaN where one is NaN.

    >>> import tiza as tz
    >>> tz.minimum(tz.asarray([1.0, 5.0]), 3.0)
    tensor([1., 3.])
    """
    return binary("minimum", x1, x2)


def atan2(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The angle of the point (x₂, x₁), in (−π, π].

    >>> import tiza as tz
    >>> tz.atan2(tz.asarray([0.0]), tz.asarray([1.0]))
    tensor([0.])
    """
    return floating_pair("atan2", x1, x2)


def hypot(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """√(x₁² + x₂²), without overflow.

    >>> import tiza as tz
    >>> tz.hypot(tz.asarray([3.0]), tz.asarray([4.0]))
    tensor([5.])
    """
    return floating_pair("hypot", x1, x2)


def logaddexp(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """ln(e^x₁ + e^x₂), without overflow.

    >>> import tiza as tz
    >>> tz.logaddexp(tz.asarray([1000.0]), tz.asarray([0.0]))
    tensor([1000.])
    """
    return floating_pair("logaddexp", x1, x2)


def copysign(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """|x₁| with the sign of x₂.

    >>> import tiza as tz
    >>> tz.copysign(tz.asarray([1.0, 2.0]), tz.asarray([-1.0, 1.0]))
    tensor([-1.,  2.])
    """
    return floating_pair("copysign", x1, x2)


def nextafter(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The next number after x₁ on the way to x₂.

    >>> import tiza as tz
    >>> tz.nextafter(tz.asarray([0.0]), tz.asarray([1.0]))
    tensor([1.e-45])
    """
    return floating_pair("nextafter", x1, x2)


def equal(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether x₁ = x₂.

    >>> import tiza as tz
    >>> tz.equal(tz.asarray([1, 2]), tz.asarray([1, 3]))
    tensor([ True, False])
    """
    return binary("equal", x1, x2)


def not_equal(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether x₁ ≠ x₂.

    >>> import tiza as tz
    >>> tz.not_equal(tz.asarray([1, 2]), tz.asarray([1, 3]))
    tensor([False,  True])
    """
    return binary("not_equal", x1, x2)


def less(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether x₁ < x₂.

    >>> import tiza as tz
    >>> tz.less(tz.asarray([1, 2]), 2)
    tensor([ True, False])
    """
    return binary("less", x1, x2)


def less_equal(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether x₁ <= x₂.

    >>> import tiza as tz
    >>> tz.less_equal(tz.asarray([1, 2]), 1)
    tensor([ True, False])
    """
    return binary("less_equal", x1, x2)


def greater(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether x₁ > x₂.

    >>> import tiza as tz
    >>> tz.greater(tz.asarray([1, 2]), 1)
    tensor([False,  True])
    """
    return binary("greater", x1, x2)


def greater_equal(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether x₁ >= x₂.

    >>> import tiza as tz
    >>> tz.greater_equal(tz.asarray([1, 2]), 2)
    tensor([False,  True])
    """
    return binary("greater_equal", x1, x2)


def logical_and(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether both are true; numbers are, unless they are 0.

    >>> import tiza as tz
    >>> tz.logical_and(tz.asarray([True, False]), tz.asarray([True, True]))
    tensor([ True, False])
    """
    return binary("bitwise_and", truth(x1), truth(x2))


def logical_or(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether at least one is true; numbers are, unless they are 0.

    >>> import tiza as tz
    >>> tz.logical_or(tz.asarray([True, False]), tz.asarray([True, False]))
    tensor([ True, False])
    """
    return binary("bitwise_or", truth(x1), truth(x2))


def logical_xor(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """Whether exactly one is true; numbers are, unless they are 0.

    >>> import tiza as tz
    >>> tz.logical_xor(tz.asarray([True, False]), tz.asarray([True, True]))
    tensor([False,  True])
    """
    return binary("bitwise_xor", truth(x1), truth(x2))


def bitwise_and(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The bits that both have.

    >>> import tiza as tz
    >>> tz.bitwise_and(tz.asarray([6]), tz.asarray([3]))
    tensor([2])
    """
    return binary("bitwise_and", x1, x2)


def bitwise_or(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The bits that at least one has.

    >>> import tiza as tz
    >>> tz.bitwise_or(tz.asarray([6]), tz.asarray([3]))
    tensor([7])
    """
    return binary("bitwise_or", x1, x2)


def bitwise_xor(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The bits that exactly one has.

    >>> import tiza as tz
    >>> tz.bitwise_xor(tz.asarray([6]), tz.asarray([3]))
    tensor([5])
    """
    return binary("bitwise_xor", x1, x2)


def bitwise_left_shift(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The bits of x₁ moved up by x₂ places: y = x₁ 2^x₂.

    >>> import tiza as tz
    >>> tz.bitwise_left_shift(tz.asarray([1, 3]), 2)
    tensor([ 4, 12])
    """
    return binary("bitwise_left_shift", x1, x2)


def bitwise_right_shift(x1: ArrayLike, x2: ArrayLike, /) -> Tensor:
    """The bits of x₁ moved down by x₂ places: y = ⌊x₁ / 2^x₂⌋.

    >>> import tiza as tz
    >>> tz.bitwise_right_shift(tz.asarray([4, 12]), 2)
    tensor([1, 3])
    """
    return binary("bitwise_right_shift", x1, x2)
