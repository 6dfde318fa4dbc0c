"""Columns that give the answer away."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tiza.data.notes import Note
from tiza.data.table import Table
from tiza.data.target import Target, Y, spelled

CORRELATION = 0.9999  # beyond this, two columns of numbers say the same
FEWEST = 10  # rows; below, chance alone makes columns agree


def find_leaks(table: Table, target: Target, names: Sequence[str]) -> list[Note]:
    """A remark on each column that determines the target almost exactly."""
    if len(table) < FEWEST:
        return []
    told = {"target": target.column}
    y = target.encode(table)
    test = _same_line if target.task == "regression" else _same_classes
    return [Note("note-leak", {"column": n, **told}) for n in names if test(table, y, n)]


def _same_line(table: Table, y: Y, name: str) -> bool:
    if table.guesses[name].kind != "number":
        return False
    x = table[name].astype(np.float64)
    there = ~np.isnan(x)
    x, z = x[there], y[there].astype(np.float64)
    if len(x) < FEWEST or x.std() == 0 or z.std() == 0:
        return False
    return bool(abs(np.corrcoef(x, z)[0, 1]) > CORRELATION)


def _same_classes(table: Table, y: Y, name: str) -> bool:
    """Whether few values of a column, each with one class, cover all rows."""
    if table.guesses[name].kind in ("identifier", "text", "constant", "empty"):
        return False
    classes = y.astype(np.int64)
    most = 2 * len(np.unique(classes))  # different values that may still stand for classes
    if table.guesses[name].kind == "number" and len(np.unique(table[name])) > most:
        return False
    values = _codes(table, name)
    count = int(values.max()) + 1
    pairs = np.unique(np.stack([values, classes]), axis=1)
    return count <= most and pairs.shape[1] == count and len(np.unique(classes)) > 1


def _codes(table: Table, name: str) -> NDArray[np.int64]:
    texts = [str(value) for value in spelled(table, name)]
    return np.unique(texts, return_inverse=True)[1].astype(np.int64)
