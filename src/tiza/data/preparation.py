"""From a table to what a network takes: learned on the training rows, kept with the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tiza.data.cells import Column, Guess, missing
from tiza.data.encoders import ENCODERS, Encoder, fit_encoder
from tiza.data.leaks import find_leaks
from tiza.data.notes import Note
from tiza.data.table import Table, missing_column, read_table, with_kinds
from tiza.data.target import FAR, Target, Task, Y
from tiza.data.words import say
from tiza.errors import DataError

LEAST = 2  # training rows


@dataclass(frozen=True)
class Preparation:
    """The constants that turn raw rows into numbers, and the network's answers back into words.

    Numbers are standardised, gaps filled with the median and marked; categories become columns of 0
    and 1; dates become days, and points on a circle; identifiers, free texts and constants are left
    out. `uses` says for each column what is done, `notes` what a reader should know.

    >>> table = read_table([{"size": s, "price": 2 * s + 1} for s in range(30)])
    >>> ready = Preparation.fit(table, "price")
    >>> ready.task, ready.features(table).shape, ready.targets(table).shape
    ('regression', (30, 1), (30,))
    """

    target: Target
    encoders: tuple[Encoder, ...]
    uses: dict[str, Note]
    notes: tuple[Note, ...] = ()

    @classmethod
    def fit(
        cls,
        source: object,
        target: str,
        *,
        task: str = "auto",
        rows: NDArray[np.int64] | None = None,
        drop: Sequence[str] = (),
        kinds: Mapping[str, str] | None = None,
    ) -> "Preparation":
        """Learn the constants from the training `rows` of a table (all rows, unless given).

        Rows without a target are left out. The kind of each column is taken from the whole table,
        or from `kinds`; every other constant from the training rows alone.

        Errors: DataError where the target cannot be used, a column to drop is not there, or no
        column is left; ArgumentError for an unknown task or kind.
        """
        table = with_kinds(read_table(source), kinds or {})
        aim = Target.fit(table, target, task)
        dropped = {table.find(name) for name in drop}
        train = with_target(table if rows is None else table.take(rows), target)
        if len(train) < LEAST:
            raise DataError("table-too-few", count=len(train), least=LEAST)
        aim = _on_training_rows(aim, train)
        encoders, uses = [], {}
        for name in table.names:
            guess = _seen(train.guesses[name], train.columns[name])
            if name == target:
                uses[name] = Note("use-target")
            elif name in dropped:
                uses[name] = Note("use-dropped")
            elif guess.kind in ENCODERS:
                encoders.append(fit_encoder(name, guess, train.read(name, guess)))
                uses[name] = encoders[-1].use()
            else:
                uses[name] = Note(f"use-{guess.kind}")
        if not encoders:
            raise DataError("table-no-features", target=target)
        leaks = find_leaks(
            train, aim, [n for n in uses if uses[n].key[4:] not in ("target", "dropped")]
        )
        return cls(aim, tuple(encoders), uses, (*_why(aim), *leaks))

    @property
    def task(self) -> Task:
        """Regression or classification."""
        return self.target.task

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, by their codes; empty for regression."""
        return self.target.classes

    @property
    def feature_names(self) -> list[str]:
        """What each column of the features is called."""
        return [name for encoder in self.encoders for name in encoder.names]

    def features(self, source: object, notes: list[Note] | None = None) -> NDArray[np.float32]:
        """Rows as numbers, in the order of `feature_names`.

        `source` is a `Table`, one row or rows as mappings, a DataFrame, or the path of a CSV file;
        of columns that the model does not use, and of new categories, a remark is added to `notes`.
        In a `Table` cells of the wrong kind count as missing; elsewhere they are an error.

        Shapes: n rows → (n, len(feature_names)), without NaN.
        Errors: DataError where a column is missing, or a cell is not of its kind.
        """
        told: list[Note] = []
        if isinstance(source, Mapping) and all(_is_single(value) for value in source.values()):
            source = [source]
        table = read_table(source)
        for encoder in self.encoders:
            if encoder.column not in table.columns:
                raise missing_column(encoder.column, table.names, "row-column-missing")
            if not isinstance(source, Table):
                _refuse_bad(table, encoder.column, encoder.guess)
        parts = [e.apply(table.read(e.column, e.guess), told) for e in self.encoders]
        extra = [name for name in table.names if name not in self.uses]
        told += [Note("note-extra", {"column": name}) for name in extra]
        if notes is not None:
            notes += told
        return np.concatenate(parts, axis=1).clip(-FAR, FAR).astype(np.float32)

    def targets(self, source: object) -> Y:
        """The targets of rows as numbers: standardised float32, or codes of classes as int64.

        Shapes: n rows → (n). Errors: DataError as `Target.encode`.
        """
        return self.target.encode(read_table(source))

    def decode(self, outputs: ArrayLike) -> NDArray[np.float64] | NDArray[np.str_]:
        """A network's outputs as values of the target, or as names of classes."""
        return self.target.decode(outputs)

    def to_config(self) -> dict[str, object]:
        """All constants, as JSON-able data."""
        return {
            "target": self.target.to_config(),
            "encoders": [encoder.to_config() for encoder in self.encoders],
            "uses": {name: note.key for name, note in self.uses.items()},
        }

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> "Preparation":
        """The inverse of `to_config`, without running any code.

        Errors: DataError where the data are not those of a preparation.
        """
        try:
            rows = cast("list[dict[str, object]]", config["encoders"])
            encoders = tuple(_revived(row) for row in rows)
            uses = {name: Note(key) for name, key in cast("dict[str, str]", config["uses"]).items()}
            uses |= {encoder.column: encoder.use() for encoder in encoders}
            target = Target.from_config(cast("dict[str, object]", config["target"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError("preparation-broken", why=repr(error)) from error
        return cls(target, encoders, uses)


def with_target(table: Table, target: str) -> Table:
    """The rows that have a target, and a remark on how many had none.

    Errors: DataError where there is no such column.
    """
    if target not in table.columns:
        raise missing_column(target, table.names, "target-unknown")
    gaps = missing(table.columns[target])
    if not gaps.any():
        return table
    note = Note("note-target-missing", {"count": int(gaps.sum())})
    return replace(table.take(~gaps), notes=(*table.notes, note))


def _on_training_rows(aim: Target, train: Table) -> Target:
    """Mean and deviation of the training rows; classes stay those of the whole table."""
    if aim.task == "classification":
        return aim
    values = train.read(aim.column, aim.guess).astype(np.float64)
    if values.std() == 0:
        raise DataError("target-constant", name=aim.column, value=f"{values[0]:g}")
    return replace(aim, mean=float(values.mean()), std=float(values.std()))


def _why(aim: Target) -> list[Note]:
    if aim.why is None:
        return []
    return [Note("note-task", {"target": aim.column, "task": aim.task, "why": aim.why})]


def _seen(guess: Guess, column: Column) -> Guess:
    """The guess, unless the training rows say nothing, or always the same."""
    gaps = missing(column)
    if gaps.all():
        return Guess("empty")
    if guess.kind not in ENCODERS or gaps.any():
        return guess
    first = column[0]
    return Guess("constant") if all(value == first for value in column) else guess


def _is_single(value: object) -> bool:
    return isinstance(value, str) or not hasattr(value, "__len__")


def _refuse_bad(table: Table, name: str, guess: Guess) -> None:
    wrong = table.bad(name, guess)
    if len(wrong):
        first = int(wrong[0])
        raise DataError(
            "cell-not-kind", name=name, line=int(table.lines[first]), kind=say(guess.kind),
            value=table.cell(name, first),
        )  # fmt: skip


def _revived(row: Mapping[str, object]) -> Encoder:
    """An encoder from its configuration; only the four known types can come out."""
    fields = dict(row)
    kind = ENCODERS[str(fields.pop("type"))]
    guess = cast("dict[str, str]", fields.pop("guess"))
    listed = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return kind(guess=Guess(**guess), **listed)  # type: ignore[arg-type]
