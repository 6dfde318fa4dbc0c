"""Whatever stands for an array, as a NumPy array of a type that tensors have."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import DTypeError
from tiza.graph.types import DType, float32, is_float

Array = np.ndarray[Any, Any]


def default_dtype() -> DType:
    """The type that Python floats take: float32, as in PyTorch."""
    return _default[0]


_default: list[DType] = [float32]


def set_default_dtype(dtype: Any) -> None:
    """Let Python floats become `dtype` (float32 or float64) from now on."""
    new = np.dtype(dtype)
    if not is_float(new):
        raise DTypeError("default-dtype", got=new)
    _default[0] = new


def to_array(value: Any, dtype: DType | None = None) -> Array:
    """A private copy of `value` as an array; Python floats get the default type."""
    if isinstance(value, (list, tuple)):
        value = _nested(value)
    native = not hasattr(value, "dtype") and not hasattr(value, "__array__")
    if hasattr(value, "detach") and hasattr(value, "cpu"):  # PyTorch, without importing it
        value = value.detach().cpu().numpy()
    try:
        with np.errstate(all="ignore"):  # what is too large for float32 is infinite there
            array = np.array(value, dtype=dtype)
    except (ValueError, TypeError, OverflowError) as error:
        raise DTypeError("not-an-array", why=str(error)) from None
    if array.dtype.kind not in "biufc" or array.dtype.name in {"float16", "longdouble"}:
        if array.dtype.name == "float16":
            return array.astype(float32)
        raise DTypeError("not-numbers", got=array.dtype)
    if native and dtype is None and array.dtype.kind in "fc":
        wide = {"f": default_dtype(), "c": np.result_type(default_dtype(), np.complex64)}
        with np.errstate(over="ignore"):  # a number beyond float32 becomes infinite
            array = array.astype(wide[array.dtype.kind])
    if array.dtype.byteorder not in "=|":
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def _nested(value: Any) -> Any:
    """Lists in which tensors may stand."""
    if hasattr(value, "__array__"):
        return np.asarray(value)
    return [_nested(v) for v in value] if isinstance(value, (list, tuple)) else value
