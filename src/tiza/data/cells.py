"""What a column of written cells means: numbers, yes/no, dates, categories, names, or text."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Kind = Literal["number", "boolean", "category", "date", "identifier", "text", "constant", "empty"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Cells = list[str | None]  # None where the value is missing
Column = Cells | NDArray[np.generic]  # arrays hold numbers (NaN: missing) or dates (NaT)

MISSING = frozenset(
    [
        "",
        "na",
        "n/a",
        "#n/a",
        "<na>",
        "nan",
        "nat",
        "null",
        "none",
        "nil",
        "?",
        "-",
        "--",
        ".",
        "missing",
        "n.d.",
        "nd",
        "s/d",
        "faltante",
    ]
)
BOOLEANS = (
    "false|true",
    "no|yes",
    "no|sí",
    "no|si",
    "n|y",
    "n|s",
    "f|t",
    "falso|verdadero",
    "f|v",
    "off|on",
    "0|1",
    "0.0|1.0",
)
HUGE = 1e100  # beyond this a cell is no number: its square would overflow
_SIGN = r"([+-]?)(?:US\$|[$€£])?\s*"
_UNIT = r"\s*[%€]?"
_PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
NUMBERS = {  # format → a number without its sign and unit
    "plain": _PLAIN,
    "thousands": rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d*)?|{_PLAIN}",
    "decimal-comma": r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d*)?(?:[eE][+-]?\d+)?|,\d+",
}
PATTERNS = {name: re.compile(f"{_SIGN}({body}){_UNIT}", re.ASCII) for name, body in NUMBERS.items()}
DATES = (
    "iso",
    "%Y-%m",
    *(
        day + time
        for day in (
            "%Y/%m/%d",
            "%d/%m/%Y",
            "%m/%d/%Y",
            "%d-%m-%Y",
            "%d.%m.%Y",
            "%d-%b-%Y",
            "%d %b %Y",
        )
        for time in ("", " %H:%M", " %H:%M:%S")
    ),
)
ID_NAME = re.compile(
    r"|id|ids|index|índice|indice|row|fila|no|nro|num|n°|nº|\#|clave|folio|uuid|guid|rowid"
    r"|unnamed: ?\d+|.*[ _.-]id|id[ _.-].*",
)
ID_CAMEL = re.compile(r".*[a-z](?:Id|ID)")


@dataclass(frozen=True)
class Guess:
    """How a column is read: its kind, and the format of its numbers, dates or words."""

    kind: Kind
    format: str = ""

    def parse(self, column: Column) -> NDArray[np.generic]:
        """The values: float64 (NaN: missing), datetime64[s] (NaT), or objects (None: missing).

        Cells that do not fit the kind come out as missing.

        >>> Guess("number", "decimal-comma").parse(["1.200,5", None, "x"])
        array([1200.5,    nan,    nan])
        """
        if self.kind == "number":
            return self._numbers(column)
        if self.kind == "boolean":
            return self._booleans(column)
        if self.kind == "date":
            return self._dates(column)
        return as_objects(column)

    def _numbers(self, column: Column) -> NDArray[np.float64]:
        if isinstance(column, np.ndarray):
            return as_floats(column)
        form = self.format or "plain"
        if form == "plain" and (quick := _quick(column)) is not None:
            return quick
        return np.array([_number(cell, form) for cell in column], np.float64)

    def _booleans(self, column: Column) -> NDArray[np.float64]:
        if isinstance(column, np.ndarray):
            values = as_floats(column)
            return np.where(np.isin(values, (0.0, 1.0)), values, np.nan)
        no, yes = (self.format or "0|1").split("|")
        meaning = {"0": 0.0, "1": 1.0, "false": 0.0, "true": 1.0, no: 0.0, yes: 1.0}
        return np.array([meaning.get((cell or "").strip().lower(), np.nan) for cell in column])

    def _dates(self, column: Column) -> NDArray[np.datetime64]:
        if isinstance(column, np.ndarray):
            known = column.dtype.kind == "M"
            return column.astype("M8[s]") if known else np.full(len(column), "NaT", "M8[s]")
        return np.array([_date(cell, self.format or "iso") for cell in column], "M8[s]")

    def bad(self, column: Column, values: NDArray[np.generic] | None = None) -> NDArray[np.int64]:
        """The positions of the cells that say something, but nothing of this kind.

        `values` is what the column was parsed to, where that is known.
        """
        if self.kind not in ("number", "boolean", "date"):
            return np.empty(0, np.int64)
        values = self.parse(column) if values is None else values
        lost = np.isnat(values) if self.kind == "date" else np.isnan(values.astype(np.float64))
        return np.flatnonzero(lost & ~missing(column))


def _quick(column: Cells) -> NDArray[np.float64] | None:
    """Plain numbers only, read at the speed of C; None where any cell is something else."""
    cells = ["nan" if cell is None else cell for cell in column]
    joined = "".join(cells)
    if "_" in joined or not joined.isascii():  # float() would take 1_000 and other alphabets
        return None
    try:
        values = np.array(list(map(float, cells)), np.float64)
    except ValueError:
        return None
    said = len(column) - column.count(None)
    return values if int((np.abs(values) < HUGE).sum()) == said else None


def _number(cell: str | None, form: str) -> float:
    if cell is None or (match := PATTERNS[form].fullmatch(cell.strip())) is None:
        return np.nan
    digits = match[2]
    if form == "decimal-comma":
        digits = digits.replace(".", "").replace(",", ".")
    value = float(match[1] + digits.replace(",", ""))
    return value if abs(value) < HUGE else np.nan


def _date(cell: str | None, form: str) -> np.datetime64:
    text = (cell or "").strip()
    try:
        if form == "iso":
            if len(text) < 8 or text[4:5] != "-":
                return np.datetime64("NaT")
            when = datetime.fromisoformat(text)
        else:
            when = datetime.strptime(text, form)
    except ValueError:
        return np.datetime64("NaT")
    if when.tzinfo is not None:
        when = when.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(when, "s")


def as_floats(column: NDArray[np.generic]) -> NDArray[np.float64]:
    """An array of numbers as float64; huge ones become NaN; other kinds are all NaN."""
    if column.dtype.kind not in "biuf":
        return np.full(len(column), np.nan)
    values = column.astype(np.float64)
    return np.where(np.abs(values) < HUGE, values, np.nan)


def as_objects(column: Column) -> NDArray[np.object_]:
    """A column as an array of texts and None; whole numbers are written without a point."""
    values = np.empty(len(column), object)
    if not isinstance(column, np.ndarray):
        values[:] = column
    elif column.dtype.kind == "M":
        values[:] = [None if np.isnat(v) else str(v) for v in column]
    else:
        values[:] = [text_of_number(float(v)) for v in column.astype(np.float64)]
    return values


def text_of_number(value: float) -> str | None:
    """The way a number is written in a table: 3.0 is "3", NaN is missing."""
    if np.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else repr(float(value))


def missing(column: Column) -> NDArray[np.bool_]:
    """Where a column has no value."""
    if not isinstance(column, np.ndarray):
        return np.array([cell is None for cell in column], bool)
    if column.dtype.kind == "M":
        return np.isnat(column)
    return np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), bool)


def is_id_name(name: str) -> bool:
    """Whether a column's name says that it only counts or names the rows.

    >>> [is_id_name(name) for name in ("PassengerId", "row", "width")]
    [True, True, False]
    """
    plain = name.strip()
    return bool(ID_NAME.fullmatch(plain.lower()) or ID_CAMEL.fullmatch(plain))
