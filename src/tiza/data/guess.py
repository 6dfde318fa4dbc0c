"""Guess of what kind each column of a table is."""

import numpy as np
from numpy.typing import NDArray

from tiza.data.cells import BOOLEANS, DATES, NUMBERS, Column, Guess, Kind, is_id_name, missing

TOLERANCE = 0.9  # this share of the cells must fit a kind; the rest then counts as missing
FEW = 20  # so few different words are categories, in a table of any length
SAMPLE = 200  # cells on which the formats of dates are tried before all are read


def guess_column(name: str, column: Column, delimiter: str = ",") -> Guess:
    """The kind of one column, by what its cells can be read as.

    Numbers and dates need nine tenths of the cells to fit; few different words are categories; an
    unbroken list of different words, or a counter named like one, is an identifier; the rest is
    text.

    >>> guess_column("price", ["3,5", "4,25", "10,0", None], delimiter=";")
    Guess(kind='number', format='decimal-comma')
    >>> guess_column("sold", ["yes", "no", "yes"])
    Guess(kind='boolean', format='no|yes')
    """
    if isinstance(column, np.ndarray):
        return _guess_array(name, column)
    said = [cell for cell in column if cell is not None]
    different = {cell.lower() for cell in set(said)}
    if not different:
        return Guess("empty")
    if len(different) == 1 and len(said) == len(column):
        return Guess("constant")
    for words in BOOLEANS:
        if different == set(words.split("|")):
            return Guess("boolean", words)
    numbers = _best(said, _number_formats(delimiter), "number")
    if numbers is not None:
        return _counter(name, numbers.parse(column)) or numbers
    dates = _best(said, DATES, "date")
    return dates or Guess(_kind_of_words(said, different))


def _guess_array(name: str, column: NDArray[np.generic]) -> Guess:
    there = column[~missing(column)]
    different = np.unique(there)
    if not len(there):
        return Guess("empty")
    if len(different) == 1 and len(there) == len(column):
        return Guess("constant")
    if column.dtype.kind == "M":
        return Guess("date", "iso")
    if set(different.tolist()) == {0, 1}:
        return Guess("boolean", "0|1")
    return _counter(name, column) or Guess("number", "plain")


def _number_formats(delimiter: str) -> tuple[str, ...]:
    """With ";" between the columns, the comma is the decimal mark, as in most of Latin America."""
    return ("plain", "decimal-comma", "thousands") if delimiter == ";" else tuple(NUMBERS)


def _best(said: list[str], formats: tuple[str, ...], kind: Kind) -> Guess | None:
    """The first format that reads the most cells, if it reads enough of them."""
    sample: Column = list(said[:SAMPLE])

    def read(form: str) -> int:
        return len(sample) - len(Guess(kind, form).bad(sample))

    form = max(formats, key=read)  # the first of equals
    guess = Guess(kind, form)
    if read(form) < TOLERANCE * len(sample):
        return None
    cells: Column = list(said)
    return guess if len(cells) - len(guess.bad(cells)) >= TOLERANCE * len(cells) else None


def _counter(name: str, values: NDArray[np.generic]) -> Guess | None:
    """An identifier, where whole numbers that never repeat stand under the name of a counter."""
    if not is_id_name(name):
        return None
    there = values[~missing(values)].astype(np.float64)
    whole = bool((there == np.floor(there)).all())
    if whole and len(np.unique(there)) == len(there):
        return Guess("identifier")
    return None


def _kind_of_words(said: list[str], different: set[str]) -> Kind:
    share = len(different) / len(said)
    length = sum(map(len, said)) / len(said)
    spaced = sum(" " in cell for cell in said) / len(said)
    if len(different) == len(said) and len(said) > FEW and spaced < 0.1 and length < 40:
        return "identifier"
    if length > 60 or (share > 0.5 and len(different) > FEW):
        return "text"
    return "category"
