"""What a part of a formula stands for while it is built: a number, a tensor, the ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from tiza.errors import ArgumentError
from tiza.lang.tensor import Tensor

Number: TypeAlias = Fraction | float


@dataclass(frozen=True, eq=False)
class Piece:
    """A tensor; `row` says that a vector was transposed, so that xᵀy and xyᵀ differ."""

    tensor: Tensor
    row: bool = False


@dataclass(frozen=True)
class OnesPiece:
    """The vector of ones, whose length its neighbour decides."""

    row: bool = False


Value: TypeAlias = Number | Piece | OnesPiece
LARGEST = 2**53  # whole numbers up to here are exact as floats


def as_number(op: str, x: Number, y: Number) -> Number:
    """x op y: exact while both are fractions of moderate size."""
    found: Fraction | float
    try:
        if op == "+":
            found = x + y
        elif op == "-":
            found = x - y
        elif op == "/":
            found = x / y
        else:
            found = x * y
    except (ZeroDivisionError, OverflowError):
        raise ArgumentError("grammar-outside") from None
    if isinstance(found, Fraction):
        large = abs(found.numerator) > LARGEST or found.denominator > LARGEST
        return float(found) if large else found
    if not math.isfinite(found):
        raise ArgumentError("grammar-outside")
    return found


def plain(number: Number) -> int | float:
    """A number as a tensor's neighbour: an integer where it is one."""
    return int(number) if number == int(number) and -LARGEST < number < LARGEST else float(number)
