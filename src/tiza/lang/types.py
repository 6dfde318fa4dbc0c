"""Which data type several arrays have together, and which casts keep every value."""

from __future__ import annotations

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph.types import DType, promote
from tiza.lang.calls import ArrayLike
from tiza.lang.operators import type_of_both, type_with_number
from tiza.lang.tensor import Tensor


def _dtype(x: ArrayLike | DType) -> DType:
    return np.dtype(getattr(x, "dtype", x))


def result_type(*arrays_and_dtypes: ArrayLike | DType) -> DType:
    """The type of an operation on all of these arrays, types and Python numbers.

    Types of one kind take the smallest one that holds both. Across kinds the standard leaves it
    open; here, as in PyTorch, an integer takes the type of the float beside it.

    Errors: types that nothing holds, such as uint64 with int64.
    Source: Python array API standard 2024.12, type promotion.

    >>> import tiza as tz
    >>> tz.result_type(tz.int8, tz.uint8), tz.result_type(tz.float32, tz.ones(2, dtype=tz.float64))
    (dtype('int16'), dtype('float64'))
    """
    numbers = [x for x in arrays_and_dtypes if isinstance(x, bool | int | float | complex)]
    dtypes = [
        _dtype(x) for x in arrays_and_dtypes if not isinstance(x, bool | int | float | complex)
    ]
    if not dtypes:
        raise ArgumentError("result-type-nothing")
    out = dtypes[0]
    for dtype in dtypes[1:]:
        out = type_of_both(out, dtype)
    for number in numbers:
        out = type_with_number(out, number)
    return out


def can_cast(from_: DType | Tensor, to: DType, /) -> bool:
    """Whether every value of the one type is a value of the other, by the promotion table.

    Source: Python array API standard 2024.12.

    >>> import tiza as tz
    >>> tz.can_cast(tz.int8, tz.int16), tz.can_cast(tz.float64, tz.float32)
    (True, False)
    """
    return promote(_dtype(from_), np.dtype(to)) == np.dtype(to)
