"""Columns out of other people's tables: DataFrames, mappings, lists of rows, Parquet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tiza.data.cells import MISSING, Column, text_of_number
from tiza.errors import DataError, MissingExtraError

NUMERIC = (int, float, np.number, np.bool_)


@runtime_checkable
class Frame(Protocol):
    """What the DataFrames of pandas and polars share."""

    columns: Iterable[object]

    def __getitem__(self, name: object, /) -> Iterable[object]: ...


def read_parquet(path: Path) -> object:
    """A Parquet file as a DataFrame of pandas or polars, whichever is there.

    Errors: MissingExtraError where neither can read it; DataError where the file is damaged.
    """
    if not path.is_file():
        raise DataError("data-file-missing", path=path)
    for name in ("pandas", "polars"):
        try:
            return import_module(name).read_parquet(path)
        except ImportError:
            continue
        except (OSError, ValueError) as error:
            raise DataError("data-file-damaged", path=path, why=error) from error
    raise MissingExtraError("extra-missing", feature="Parquet", extra="data")


def columns_of(source: object) -> dict[str, Column]:
    """Named columns out of a DataFrame, a mapping of columns, or rows as mappings.

    Errors: DataError where it is none of these, is empty, or the columns differ in length.

    >>> columns_of([{"a": 1, "b": "x"}, {"a": 2}])
    {'a': array([1., 2.]), 'b': ['x', None]}
    """
    if isinstance(source, Mapping):
        named: Mapping[object, Iterable[object]] = source
        columns = {str(name): to_column(values) for name, values in named.items()}
    elif isinstance(source, Sequence) and source and all(isinstance(r, Mapping) for r in source):
        names = dict.fromkeys(name for row in source for name in row)
        columns = {str(n): to_column([row.get(n) for row in source]) for n in names}
    elif isinstance(source, Frame):
        columns = {str(name): to_column(source[name]) for name in source.columns}
    else:
        raise DataError("table-unreadable", kind=type(source).__name__)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(
            "lengths-differ", lengths=", ".join(f"{n}: {k}" for n, k in lengths.items())
        )
    if not columns or not next(iter(lengths.values())):
        raise DataError("csv-empty", name="table")
    return columns


def to_column(values: Iterable[object]) -> Column:
    """One column: an array where all values are numbers or dates, otherwise texts and None.

    >>> to_column([1, None, 2.5])
    array([1. , nan, 2.5])
    >>> to_column(["x", 3, "NA"])
    ['x', '3', None]
    """
    if isinstance(values, (str, bytes)):
        raise DataError("table-unreadable", kind=type(values).__name__)
    array = np.asarray(values) if hasattr(values, "dtype") else None
    if array is not None and array.ndim == 1 and array.dtype.kind in "biuf":
        return array.astype(np.float64)
    if array is not None and array.ndim == 1 and array.dtype.kind == "M":
        return array.astype("M8[s]")
    items = list(values)
    if all(item is None or isinstance(item, NUMERIC) for item in items):
        return np.array([float(i) if isinstance(i, NUMERIC) else np.nan for i in items])
    if all(item is None or isinstance(item, date | np.datetime64) for item in items):
        return _dates(items)
    return [_cell(item) for item in items]


def _dates(items: list[object]) -> NDArray[np.datetime64]:
    return np.array([_second(item) for item in items], "M8[s]")


def _second(item: object) -> np.datetime64:
    """A date or time, in UTC where it says its zone; pandas's NaT differs from itself."""
    if item is None or item != item:
        return np.datetime64("NaT")
    if isinstance(item, datetime) and item.tzinfo is not None:
        item = item.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(str(item), "s")


def _cell(item: object) -> str | None:
    if isinstance(item, (bool, np.bool_)):
        return str(bool(item)).lower()
    if isinstance(item, NUMERIC):
        return text_of_number(float(item))
    text = str(item).strip()
    return None if item is None or text.lower() in MISSING else text
