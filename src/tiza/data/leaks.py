"""Columns that give the answer away."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tiza.data.notes import Note
from tiza.data.table import Table
from tiza.data.target import Target, spelled

CORRELATION = 0.9999  # beyond this, two columns of numbers say the same
FEWEST = 10  # rows; below, chance alone makes columns agree


def find_leaks(table: Table, target: Target, names: Sequence[str]) -> list[Note]:
    """A remark on each column that determines the target almost exactly."""
    if len(table) < FEWEST:
        return []
    told = {"target": target.column}
    test = _same_line if target.task == "regression" else _same_classes
    return [Note("note-leak", {"column": n, **told}) for n in names if test(table, target, n)]


def _same_line(table: Table, target: Target, name: str) -> bool:
    if table.guesses[name].kind != "number":
        return False
    x, y = table[name].astype(np.float64), target.encode(table).astype(np.float64)
    both = ~np.isnan(x)
    x, y = x[both], y[both]
    if len(x) < FEWEST or x.std() == 0 or y.std() == 0:
        return False
    return bool(abs(np.corrcoef(x, y)[0, 1]) > CORRELATION)


def _same_classes(table: Table, target: Target, name: str) -> bool:
    """Whether few values of a column, each with one class, cover all rows."""
    if table.guesses[name].kind in ("identifier", "text", "constant", "empty"):
        return False
    values = _codes(table, name)
    classes = target.encode(table).astype(np.int64)
    count = int(values.max()) + 1
    if count > 2 * len(target.classes):
        return False
    pairs = np.unique(values * len(target.classes) + classes)
    return len(pairs) == count and len(np.unique(classes)) > 1


def _codes(table: Table, name: str) -> NDArray[np.int64]:
    texts = [str(value) for value in spelled(table, name)]
    return np.unique(texts, return_inverse=True)[1].astype(np.int64)
