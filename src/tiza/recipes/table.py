"""A user's own table: predict one of its columns from the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tiza.data.preparation import Preparation, with_target
from tiza.data.report import TableReport
from tiza.data.split import split_rows
from tiza.data.table import Table
from tiza.data.target import Target
from tiza.errors import DataError
from tiza.recipes.networks import mlp
from tiza.recipes.problem import Part, Plan, Problem
from tiza.recipes.words import WORDS
from tiza.train.folder import checksum

Rows = NDArray[np.int64]
LEAST = 10  # rows
PER_CLASS = 4  # rows that a class needs to have its share of every part


@dataclass(frozen=True)
class TableSettings:
    """What a user may choose; None leaves the choice to the number of rows."""

    target: str
    task: str = "auto"
    hidden: Sequence[int] = (64, 64)  # with 0.1 the best mean over the tables of tiza.data
    dropout: float = 0.1
    epochs: int | None = None
    batch_size: int | None = None
    lr: float = 2e-3
    test_fraction: float = 0.2
    drop: Sequence[str] = field(default=())


def problem(source: Table, settings: TableSettings, seed: int) -> tuple[Problem, TableReport]:
    """The table made ready, and the report of what was found in it and done with it.

    A fifth of the rows (`test_fraction`) is kept for the test and 15 % of the rest to decide
    when to stop; every constant of the preparation comes from the remaining rows.

    Errors: DataError where the table or its target cannot be used.
    """
    table = with_target(source, settings.target)
    if len(table) < LEAST:
        raise DataError("recipe-few-rows", rows=len(table), least=LEAST)
    train, valid, test = _parts(table, settings, seed)
    ready = Preparation.fit(
        table, settings.target, task=settings.task, rows=train, drop=settings.drop
    )
    x, y = ready.features(table), ready.targets(table)
    if ready.task == "regression":
        y = y.reshape(-1, 1)
    made = Problem(
        name=table.name.split(".")[0],
        title=_title(settings.target, table.name),
        task=ready.task,
        train=Part(x[train], y[train]),
        valid=Part(x[valid], y[valid]),
        test=Part(x[test], y[test]),
        network=lambda inputs, outputs: mlp(inputs, settings.hidden, outputs, settings.dropout),
        plan=_plan(len(train), settings),
        classes=ready.classes,
        preparation=ready,
        scale=ready.target.std,
        examples=_examples(table, ready, test[:8]),
        facts={"file": table.name, "rows": len(table), "sha256": checksum(x, y)},
    )
    return made, TableReport.of(table, ready)


def _title(target: str, file: str) -> tuple[str, str]:
    english, spanish = WORDS["table"]
    return english.format(target=target, file=file), spanish.format(target=target, file=file)


def _parts(table: Table, settings: TableSettings, seed: int) -> tuple[Rows, Rows, Rows]:
    """Positions of the training, validation and test rows; classes have equal shares."""
    aim = Target.fit(table, settings.target, settings.task)
    classes = aim.encode(table) if aim.task == "classification" else None
    if classes is not None and np.unique(classes, return_counts=True)[1].min() < PER_CLASS:
        classes = None  # a class too rare to be in every part: its rows fall where they fall
    rest, test = split_rows(
        len(table), test_size=settings.test_fraction, stratify=classes, seed=seed
    )
    strata = None if classes is None else classes[rest]
    inner, watched = split_rows(len(rest), test_size=0.15, stratify=strata, seed=seed + 1)
    return rest[inner], rest[watched], test


def _plan(rows: int, settings: TableSettings) -> Plan:
    many = rows > 10_000
    return Plan(
        epochs=settings.epochs or (60 if many else 200),
        batch_size=settings.batch_size or (256 if many else 32),
        lr=settings.lr,
        weight_decay=1e-2,
        patience=10 if many else 25,
    )


def _examples(table: Table, ready: Preparation, rows: Rows) -> list[dict[str, str]]:
    """Some rows as they stand in the file, to show how to ask the model; gaps are empty."""
    texts = {e.column: table.texts(e.column) for e in ready.encoders}
    return [{name: str(column[k] or "") for name, column in texts.items()} for k in rows.tolist()]
