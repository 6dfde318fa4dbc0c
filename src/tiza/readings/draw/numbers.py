"""Numbers as they stand beside an arrow: short, with a true minus sign."""

from __future__ import annotations

from typing import Any

import numpy as np

FEW = 3  # entries that are shown rather than counted


def number(value: float, digits: int = 4) -> str:
    """Four digits.

    >>> number(-0.300000012), number(2.0), number(1.23456e-9)
    ('−0.3', '2', '1.235e−09')
    """
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    return f"{value:.{digits}g}".replace("-", "−")


def shape_text(shape: tuple[int, ...]) -> str:
    """`32 × 8`; the length of a vector.

    >>> shape_text((32, 8)), shape_text((5,)), shape_text(())
    ('32 × 8', '5', '')
    """
    return " × ".join(map(str, shape))


def value_text(value: Any) -> str:
    """A number, a few numbers, or the shape."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        return shape_text(array.shape)
    if array.ndim == 0:
        return _entry(array)
    if array.ndim == 1 and array.size <= FEW:
        return f"[{', '.join(_entry(v) for v in array)}]"
    return shape_text(array.shape)


def adjoint_text(value: Any) -> str:
    """A number, a few numbers, or the norm."""
    array = np.asarray(value, float)
    if array.ndim == 0 or (array.ndim == 1 and array.size <= FEW):
        return value_text(array)
    return f"‖{number(float(np.linalg.norm(array)), 3)}‖"


def full_text(value: Any) -> str:
    """What a box says when the pointer rests on it."""
    array = np.asarray(value)
    rows = array.reshape(-1, array.shape[-1]) if array.ndim > 2 and array.size else array
    return np.array2string(rows, precision=6, threshold=20, edgeitems=2, max_line_width=90)


def _entry(value: Any) -> str:
    return str(value) if value.dtype.kind in "biu" else number(float(value))
