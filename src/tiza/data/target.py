"""The column to predict: a number, or one of a few classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tiza.data.cells import Guess, missing, text_of_number
from tiza.data.notes import Note
from tiza.data.table import Table, missing_column
from tiza.data.words import say
from tiza.errors import ArgumentError, DataError

Task = Literal["regression", "classification"]
TASKS: tuple[Task, ...] = ("regression", "classification")
FAR = 1e9  # standard deviations, beyond which float32 is not asked to go
FEW = 20  # so few different whole numbers are taken as classes
Y = NDArray[np.float32] | NDArray[np.int64]


@dataclass(frozen=True)
class Target:
    """What is predicted, and how its values are written as numbers and back.

    Regression: y = (value − mean) / std. Classification: y is the position in `classes`.
    """

    column: str
    task: Task
    guess: Guess
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    std: float = 1.0
    why: Note | None = None

    @classmethod
    def fit(cls, table: Table, column: str, task: str = "auto") -> "Target":
        """Guess the task from the column, and learn its constants; rows without a target count not.

        Errors: DataError where there is no such column, it is empty, always the same, or neither a
        number nor a class; ArgumentError for an unknown task.
        """
        if column not in table.columns:
            raise missing_column(column, table.names, "target-unknown")
        if task not in ("auto", *TASKS):
            raise ArgumentError("task-unknown", got=task)
        guess = table.guesses[column]
        labels = spelled(table, column)
        said = sorted({str(label) for label in labels if label is not None})
        if not said:
            raise DataError("target-empty", name=column)
        if len(said) == 1:
            raise DataError("target-constant", name=column, value=said[0])
        chosen, why = _task(table, column, said) if task == "auto" else (cast(Task, task), None)
        if chosen == "regression":
            values = _numbers(table, column)
            std = float(np.nanstd(values)) or 1.0
            number = Guess("number", guess.format if guess.kind == "number" else "")
            return cls(column, chosen, number, (), float(np.nanmean(values)), std, why)
        if guess.kind == "number":
            numbers = guess.parse(list(said)).astype(np.float64)  # NaN, sorted last: other words
            said = [said[i] for i in np.argsort(numbers, kind="stable")]
        if guess.kind == "boolean" and guess.format not in ("0|1", "0.0|1.0"):
            said.sort(key=lambda name: guess.format.split("|").index(name.lower()))
        return cls(column, chosen, guess, tuple(said), why=why)

    def encode(self, table: Table) -> Y:
        """The targets as numbers.

        Shapes: table of n rows → (n), float32 for regression, int64 for classification.
        Errors: DataError for a row without a target, or with a class that training did not show.
        """
        gaps = missing(table.columns[table.find(self.column)])
        if gaps.any():
            first = int(table.lines[int(np.argmax(gaps))])
            raise DataError("target-gap", name=self.column, count=int(gaps.sum()), line=first)
        if self.task == "regression":
            values = table.read(self.column, self.guess).astype(np.float64)
            return ((values - self.mean) / self.std).clip(-FAR, FAR).astype(np.float32)
        place = {name: code for code, name in enumerate(self.classes)}
        labels = [str(label) for label in spelled(table, self.column, self.guess)]
        new = next((label for label in labels if label not in place), None)
        if new is not None:
            raise DataError("target-new-class", value=new, known=", ".join(self.classes))
        return np.array([place[label] for label in labels], np.int64)

    def decode(self, y: ArrayLike) -> NDArray[np.float64] | NDArray[np.str_]:
        """Back from numbers: values for regression; for classification the names of classes.

        Shapes: (n) or (n, 1) for regression; (n) codes, or (n, classes) scores of which the largest
        wins, for classification → (n).
        """
        values = np.asarray(y)
        if self.task == "regression":
            return values.reshape(len(values)).astype(np.float64) * self.std + self.mean
        codes = values.argmax(axis=-1) if values.ndim > 1 else values.astype(np.int64)
        names: NDArray[np.str_] = np.array(self.classes)[codes]
        return names

    def to_config(self) -> dict[str, object]:
        """The constants, as JSON-able data."""
        return {
            "column": self.column, "task": self.task, "kind": self.guess.kind,
            "format": self.guess.format, "classes": list(self.classes), "mean": self.mean,
            "std": self.std,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> "Target":
        """The inverse of `to_config`."""
        guess = Guess(cast("Literal['number']", config["kind"]), str(config["format"]))
        classes = tuple(str(name) for name in cast("list[str]", config["classes"]))
        mean, std = float(cast(float, config["mean"])), float(cast(float, config["std"]))
        return cls(str(config["column"]), cast(Task, config["task"]), guess, classes, mean, std)


def spelled(table: Table, column: str, guess: Guess | None = None) -> NDArray[np.object_]:
    """The values of a column as the names of classes, one spelling for each; None where missing.

    Numbers lose their ".0"; yes/no words agree on the capitals that are most frequent.
    """
    guess = guess or table.guesses[column]
    texts = table.texts(column)
    if guess.kind == "number":
        values = table.read(column, guess).astype(np.float64)
        texts[:] = [
            text_of_number(value) or text for value, text in zip(values, texts, strict=True)
        ]
    elif guess.kind == "boolean":
        values = table.read(column, guess).astype(np.float64)
        for value in (0.0, 1.0):
            names, counts = np.unique(
                [str(text) for text in texts[values == value]], return_counts=True
            )
            if len(names):
                texts[values == value] = names[int(counts.argmax())]
    return texts


def _task(table: Table, column: str, said: list[str]) -> tuple[Task, Note]:
    """Few whole numbers, few words, yes or no: classes; otherwise a number."""
    kind, count = table.guesses[column].kind, {"count": len(said)}
    if kind == "boolean":
        return "classification", Note("why-two")
    if kind in ("category", "constant"):
        return "classification", Note("why-words", count)
    if kind != "number":
        raise DataError("target-unusable", name=column, kind=say(kind), count=len(said))
    values = _numbers(table, column)
    there = values[~np.isnan(values)]
    whole = bool((there == np.floor(there)).all())
    if whole and len(said) <= FEW and len(there) >= 5 * len(said):
        return "classification", Note("why-few", count)
    return "regression", Note("why-many", count)


def _numbers(table: Table, column: str) -> NDArray[np.float64]:
    """The target as numbers.

    Errors: DataError where a cell says something that is not a number.
    """
    guess = table.guesses[column]
    number = guess if guess.kind == "number" else Guess("number", "plain")
    wrong = table.bad(column, number)
    if len(wrong):
        first = int(wrong[0])
        raise DataError(
            "target-not-number", name=column, count=len(wrong), line=int(table.lines[first]),
            value=table.cell(column, first),
        )  # fmt: skip
    return table.read(column, number).astype(np.float64)
