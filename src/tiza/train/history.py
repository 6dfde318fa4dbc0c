"""What each epoch measured, as a table."""

import csv
import html
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tiza.errors import ArgumentError
from tiza.train.plain import write_atomically
from tiza.train.words import word

LAST = ("lr", "seconds")


class History:
    """One row per epoch: loss, metrics, the same of the validation part, lr, seconds.

    `history["loss"]` is a column, `history.epochs` counts the rows from 1, and
    `history.history` is Keras's dict of columns.

    >>> history = History()
    >>> history.append({"loss": 0.9, "val_loss": 1.0, "lr": 0.1, "seconds": 0.5})
    >>> history.append({"loss": 0.7, "val_loss": 0.8, "lr": 0.1, "seconds": 0.5})
    >>> history.epochs, history["loss"], history.best("val_loss")
    ([1, 2], [0.9, 0.7], (2, 0.8))
    >>> print(history)
    epoch    loss  validation loss  learning rate  seconds
        1  0.9000           1.0000         0.1000    0.500
        2  0.7000           0.8000         0.1000    0.500
    """

    def __init__(self, rows: Iterable[Mapping[str, float]] = ()) -> None:
        self.rows: list[dict[str, float]] = []
        for row in rows:
            self.append(row)

    def append(self, row: Mapping[str, float]) -> None:
        """Add the next epoch."""
        self.rows.append({name: float(value) for name, value in row.items()})

    @property
    def epochs(self) -> list[int]:
        """The numbers of the epochs, from 1."""
        return list(range(1, len(self.rows) + 1))

    @property
    def columns(self) -> list[str]:
        """The names of the columns: what was measured, then lr and seconds."""
        seen = dict.fromkeys(name for row in self.rows for name in row)
        return [n for n in seen if n not in LAST] + [n for n in LAST if n in seen]

    @property
    def history(self) -> dict[str, list[float]]:
        """All columns, as Keras's `History.history`."""
        return {name: self[name] for name in self.columns}

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.columns:
            raise ArgumentError(
                "history-unknown", name=name, known=", ".join(self.columns) or word("no-epochs")
            )
        return [row.get(name, float("nan")) for row in self.rows]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __iter__(self) -> Iterator[dict[str, float]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def best(self, name: str, *, largest: bool | None = None) -> tuple[int, float]:
        """The epoch and value at which `name` was best.

        Best is the least for losses and errors, the largest for scores such as accuracy.
        """
        sign = -1.0 if (is_score(name) if largest is None else largest) else 1.0
        return min(
            zip(self.epochs, self[name], strict=True),
            key=lambda pair: (pair[1] != pair[1], sign * pair[1]),
        )

    def to_csv(self, path: Path | str) -> None:
        """Write the table with its header; numbers read back exactly."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["epoch", *self.columns])
        for epoch, row in zip(self.epochs, self.rows, strict=True):
            table.writerow([epoch, *(repr(row[n]) if n in row else "" for n in self.columns)])
        write_atomically(Path(path), text.getvalue().encode())

    def _cells(self) -> list[list[str]]:
        head = [word("epoch"), *(title(name) for name in self.columns)]
        body = [
            [str(epoch), *(figure(name, row[name]) if name in row else "" for name in self.columns)]
            for epoch, row in zip(self.epochs, self.rows, strict=True)
        ]
        return [head, *body]

    def __str__(self) -> str:
        if not self.rows:
            return word("no-epochs")
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return "\n".join(
            "  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells
        )

    def __repr__(self) -> str:
        if not self.rows:
            return f"History({word('no-epochs')})"
        last = ", ".join(f"{n}={figure(n, v)}" for n, v in self.rows[-1].items() if n not in LAST)
        return f"History({word('epoch')} {len(self)}: {last})"

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{html.escape(word('no-epochs'))}</p>"
        head, *body = ([html.escape(cell) for cell in row] for row in self._cells())
        rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in body)
        titles = "".join(f"<th>{cell}</th>" for cell in head)
        return f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"


def is_score(name: str) -> bool:
    """Whether more is better: accuracy, precision, recall, F1, R², AUC.

    >>> is_score("val_accuracy"), is_score("val_loss"), is_score("mse")
    (True, False, False)
    """
    return any(sign in name.lower() for sign in ("acc", "precision", "recall", "f1", "r2", "auc"))


def title(name: str) -> str:
    """The heading of a column: a known word, or the metric's own name.

    >>> title("val_loss"), title("val_accuracy"), title("my_metric")
    ('validation loss', 'validation accuracy', 'my_metric')
    """
    if name.startswith("val_") and word(name) == name:
        return word("val_metric", name=word(name[4:]))
    return word(name)


def figure(name: str, value: float) -> str:
    """A number as a table shows it.

    >>> figure("loss", 0.12345), figure("loss", 123456.0), figure("lr", 1e-5)
    ('0.1235', '1.235e+05', '1e-05')
    """
    if name == "seconds":
        return f"{value:.3f}" if value < 100 else f"{value:.0f}"
    if value != value or abs(value) == float("inf"):
        return str(value)
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.4f}"
    return f"{value:.4g}"
