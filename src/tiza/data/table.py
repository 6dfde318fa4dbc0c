"""A table of a user's own data: read from anything, its column types guessed and reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tiza.data import frames
from tiza.data.cells import BOOLEANS, DATES, KINDS, NUMBERS, Column, Guess, Kind, as_objects
from tiza.data.csvfile import Sheet, parse_csv
from tiza.data.guess import guess_column
from tiza.data.notes import Note
from tiza.data.storage import read_plain
from tiza.errors import ArgumentError, DataError

LIMIT = 1 << 31  # bytes of uncompressed text that a file may hold


@dataclass(frozen=True, repr=False)
class Table:
    """Named columns of equal length, as written, with a guess of what each of them is.

    `table["age"]` parses a column by its guess: float64 with NaN, datetime64[s] with NaT, or texts
    with None. `lines` says where in its file each row stood.
    """

    columns: dict[str, Column]
    guesses: dict[str, Guess]
    lines: NDArray[np.int64]
    name: str = "table"
    notes: tuple[Note, ...] = field(default=())
    known: dict[tuple[str, Guess], NDArray[np.generic]] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        return len(self.lines)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{name}: {guess.kind}" for name, guess in self.guesses.items())
        return f"Table({self.name}, {len(self)} rows; {kinds})"

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self.columns)

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self.read(self.find(name), self.guesses[name])

    def read(self, name: str, guess: Guess) -> NDArray[np.generic]:
        """The values of a column by any guess; parsed once, and not to be changed."""
        values = self.known.get((name, guess))
        if values is None:
            values = self.known[name, guess] = guess.parse(self.columns[name])
            values.flags.writeable = False
        return values

    def cell(self, name: str, row: int) -> object:
        """One cell as it stands in the source."""
        value = self.columns[name][row]
        return value.item() if isinstance(value, np.generic) else value

    def bad(self, name: str, guess: Guess) -> NDArray[np.int64]:
        """The positions of the cells of a column that say something, but nothing of that kind."""
        return guess.bad(self.columns[name], self.read(name, guess))

    def find(self, name: str) -> str:
        """The name itself, if it is a column's.

        Errors: DataError where there is no such column, with the nearest name.
        """
        if name in self.columns:
            return name
        raise missing_column(name, self.names, "column-unknown")

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "Table":
        """The table of some rows only, by their positions or by a mask."""
        where = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        columns: dict[str, Column] = {
            name: c[where] if isinstance(c, np.ndarray) else [c[i] for i in where.tolist()]
            for name, c in self.columns.items()
        }
        known = {key: values[where] for key, values in self.known.items()}
        return replace(self, columns=columns, lines=self.lines[where], known=known)

    def matrix(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Number columns side by side.

        Shapes: k names → (rows, k), float64; NaN where a value is missing.
        """
        return np.stack([self[name].astype(np.float64) for name in names], axis=1)

    def texts(self, name: str) -> NDArray[np.object_]:
        """A column as texts, whatever its kind, and None where it is missing."""
        return as_objects(self.columns[self.find(name)])

    def remarks(self) -> list[Note]:
        """What a reader should know of how the cells were read."""
        styles = {"decimal-comma": "note-decimal-comma", "thousands": "note-thousands"}
        found = []
        for name, guess in self.guesses.items():
            if guess.kind == "number" and guess.format in styles:
                found.append(Note(styles[guess.format], {"column": name}))
            other = Guess("date", guess.format.replace("%d/%m", "%m/%d"))
            if guess.kind == "date" and other != guess and not len(self.bad(name, other)):
                found.append(Note("note-day-first", {"column": name}))
        return found + self.bad_cells()

    def bad_cells(self) -> list[Note]:
        """One remark for each column that holds cells of another kind than its own."""
        found = []
        for name, guess in self.guesses.items():
            wrong = self.bad(name, guess)
            if len(wrong):
                first = int(wrong[0])
                found.append(
                    Note(
                        "note-bad-cells",
                        {
                            "column": name,
                            "count": len(wrong),
                            "kind": guess.kind,
                            "value": self.cell(name, first),
                            "line": int(self.lines[first]),
                        },
                    )
                )
        return found

    def repeats(self) -> int:
        """How many rows equal an earlier one in every column."""
        keys = zip(*(as_objects(column).tolist() for column in self.columns.values()), strict=True)
        return len(self) - len(set(keys))


def missing_column(name: str, known: Sequence[str], code: str) -> DataError:
    """The error for a column that is not there, naming the nearest one that is."""
    lower = {other.lower(): other for other in known}
    near = get_close_matches(name.lower(), list(lower), n=1, cutoff=0.5)
    listed = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
    if near:
        return DataError(f"{code}-near", name=name, near=lower[near[0]], known=listed)
    return DataError(code, name=name, known=listed)


def read_table(
    source: object,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    kinds: Mapping[str, str] | None = None,
    limit: int = LIMIT,
) -> Table:
    r"""Read a table and guess what its columns are.

    `source` is the path of a CSV file (also .gz, .xz, .bz2) or of a Parquet file, the content of a
    CSV file as bytes, a DataFrame of pandas or polars, a mapping of columns, or a list of rows as
    mappings. `kinds` overrules the guess for some columns, e.g. {"zip": "category"}.

    Errors: DataError where it cannot be read as a table, naming lines; ArgumentError for an unknown
    kind; MissingExtraError for Parquet without a library that reads it.

    >>> table = read_table(b"name,age\nAna,31\nLuis,\n")
    >>> table["age"]
    array([31., nan])
    """
    if isinstance(source, Table):
        return source
    name = Path(source).name if isinstance(source, str | Path) else "table"
    if isinstance(source, str | Path):
        path = Path(source)
        parquet = path.suffix.lower() in (".parquet", ".pq")
        source = frames.read_parquet(path) if parquet else read_plain(path, limit)
    if isinstance(source, bytes):
        sheet = parse_csv(source, name=name, delimiter=delimiter, encoding=encoding, header=header)
    else:
        sheet = Sheet(frames.columns_of(source))
    kinds = kinds or {}
    guesses = {
        title: Guess("text") if title in kinds else guess_column(title, column, sheet.delimiter)
        for title, column in sheet.columns.items()
    }
    rows = len(next(iter(sheet.columns.values())))
    lines = np.array(sheet.lines or range(1, rows + 1), np.int64)
    return with_kinds(Table(sheet.columns, guesses, lines, name, sheet.notes), kinds)


def with_kinds(table: Table, kinds: Mapping[str, str]) -> Table:
    """The same table with some columns read as another kind than guessed.

    Errors: DataError for an unknown column, ArgumentError for an unknown kind.
    """
    guesses = dict(table.guesses)
    for name, wanted in kinds.items():
        known = next((kind for kind in KINDS if kind == wanted), None)
        if known is None:
            raise ArgumentError("column-kind-unknown", got=wanted, known=", ".join(KINDS))
        if guesses[table.find(name)].kind != known:
            guesses[name] = _forced(table.columns[name], known)
    return replace(table, guesses=guesses)


def _forced(column: Column, kind: Kind) -> Guess:
    """The best format for a kind that the user insists on."""
    formats: dict[Kind, Sequence[str]] = {
        "number": tuple(NUMBERS),
        "date": DATES,
        "boolean": BOOLEANS,
    }
    tries = [Guess(kind, form) for form in formats.get(kind, ("",))]
    perfect = (guess for guess in tries if not len(guess.bad(column)))
    return next(perfect, None) or min(tries, key=lambda guess: len(guess.bad(column)))
