"""Numbers and arrays as they stand beside a formula: six digits, large arrays cut short."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.boxes import Box, row

MOST_ROWS, MOST_COLUMNS = 4, 5


def figure(value: float, decimal: str = ".", digits: int = 6) -> str:
    """−0.300000; 1.2 · 10⁻⁷ as 1.20000e-07."""
    size = abs(value)
    if not np.isfinite(value):
        text = {np.inf: "∞", -np.inf: "-∞"}.get(value, "NaN")
    elif size == 0 or 1e-4 <= size < 1e6:
        text = f"{value:.{digits}f}"
        if float(text) == 0:
            text = text.lstrip("-")
    else:
        text = f"{value:.{digits - 1}e}"
    return text.replace(".", decimal)


def plain_figure(value: float, decimal: str = ".") -> str:
    """A given number as its author wrote it: 0.1, not 0.100000."""
    rounded = float(f"{value:.6g}")
    text = str(int(rounded)) if rounded.is_integer() and abs(rounded) < 1e9 else repr(rounded)
    return text.replace(".", decimal)


def given_box(value: float, decimal: str = ".") -> Box:
    """A given number as boxes."""
    return _scientific(plain_figure(value, decimal))


def figure_box(value: float, decimal: str = ".", digits: int = 6) -> Box:
    """The same as boxes."""
    return _scientific(figure(value, decimal, digits))


def _scientific(text: str) -> Box:
    if "e" not in text:
        return _signed(text)
    mantissa, exponent = text.split("e")
    power = bx.Script(bx.Numeral("10"), sup=_signed(str(int(exponent))))
    if mantissa == "1":
        return power
    return row(_signed(mantissa), bx.Sign("·"), power)


def _signed(text: str) -> Box:
    if text.startswith("-"):
        return row(bx.Sign("−", "prefix"), bx.Numeral(text[1:]))
    return bx.Numeral(text)


def array_box(value: Any, decimal: str = ".", digits: int = 4) -> Box:
    """A number, or a matrix in square brackets; long ones with dots."""
    array = np.asarray(value, float)
    if array.ndim == 0:
        return figure_box(float(array), decimal)
    table = array.reshape(-1, 1) if array.ndim == 1 else array.reshape(-1, array.shape[-1])
    rows = [_line(line, decimal, digits) for line in table[:MOST_ROWS]]
    if len(table) > MOST_ROWS:
        rows[-1] = tuple(bx.Sign("⋮", "plain") for _ in rows[0])
    return bx.Grid(tuple(rows))


def _line(line: Any, decimal: str, digits: int) -> tuple[Box, ...]:
    cells = [figure_box(float(x), decimal, digits) for x in line[:MOST_COLUMNS]]
    if len(line) > MOST_COLUMNS:
        cells[-1] = bx.Sign("…", "plain")
    return tuple(cells)


def small_text(value: Any, decimal: str = ".") -> str:
    """A vector as (1.0, 2.0), a matrix as [1.0 2.0; 3.0 4.0], with six digits."""
    array = np.asarray(value, float)
    between = "; " if decimal == "," else ", "
    if array.ndim == 1:
        return f"({between.join(figure(float(x), decimal) for x in array)})"
    rows = (" ".join(figure(float(x), decimal) for x in line) for line in array)
    return f"[{'; '.join(rows)}]"


def shape_text(shape: tuple[int, ...]) -> str:
    """4 × 3; the length of a vector."""
    return " × ".join(map(str, shape))
