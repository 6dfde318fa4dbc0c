"""Data types: which there are, how they promote, which are the defaults."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

DType = np.dtype[Any]
Shape = tuple[int, ...]
Scalar = bool | int | float | complex

bool_ = np.dtype("bool")
int8, int16, int32, int64 = (np.dtype(f"int{n}") for n in (8, 16, 32, 64))
uint8, uint16, uint32, uint64 = (np.dtype(f"uint{n}") for n in (8, 16, 32, 64))
float32, float64 = np.dtype("float32"), np.dtype("float64")
complex64, complex128 = np.dtype("complex64"), np.dtype("complex128")

DTYPES: tuple[DType, ...] = (
    bool_, int8, int16, int32, int64, uint8, uint16, uint32, uint64,
    float32, float64, complex64, complex128,
)  # fmt: skip
DEFAULT_INT = int64


@cache
def promote(a: DType, b: DType) -> DType | None:
    """The type that holds both by the array API's table, or None across kinds.

    >>> promote(int8, uint8), promote(float32, float64), promote(int32, float32)
    (dtype('int16'), dtype('float64'), None)
    """
    if a == b:
        return a
    kinds = {a.kind, b.kind}
    if "b" in kinds or (kinds & set("iu") and kinds & set("fc")):
        return None
    both = np.promote_types(a, b)
    return both if both in DTYPES and both.kind in kinds | set("i") else None


def is_float(dtype: DType) -> bool:
    """Whether derivatives exist with respect to values of this type."""
    return dtype.kind == "f"
