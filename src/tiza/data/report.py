"""What was found in a table, and what is done with it, for people to read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tiza.data.cells import as_objects, missing
from tiza.data.notes import Note
from tiza.data.preparation import Preparation
from tiza.data.table import Table
from tiza.data.words import say

if TYPE_CHECKING:
    from rich.console import RenderableType

EXAMPLES = 2
MOST = 40  # columns shown one by one
WIDEST = 18  # characters of an example


@dataclass(frozen=True)
class ColumnReport:
    """One column: what it holds."""

    name: str
    kind: str
    missing: int
    distinct: int
    examples: tuple[str, ...]
    use: Note | None

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """The row of the printed table."""
        shown = ", ".join(e if len(e) <= WIDEST else e[: WIDEST - 1] + "…" for e in self.examples)
        gaps = str(self.missing) if self.missing else ""
        use = str(self.use) if self.use else ""
        return self.name, say(self.kind), gaps, str(self.distinct), shown, use


@dataclass(frozen=True)
class TableReport:
    """What the columns of a table are, what is done with each, and what a reader should know.

    Prints as a rich table (`rich.print(report)`) or as plain text (`str(report)`); `to_dict` is for
    machines. The words are those of the language in force when it is printed.
    """

    name: str
    rows: int
    columns: tuple[ColumnReport, ...]
    notes: tuple[Note, ...]

    @classmethod
    def of(cls, table: Table, preparation: Preparation | None = None) -> "TableReport":
        """The report of a table, with the uses and notes of a preparation where there is one."""
        columns = tuple(_column(table, name, preparation) for name in table.names)
        notes = [*table.notes, *table.remarks()]
        repeats = table.repeats()
        if repeats:
            notes.append(Note("note-duplicates", {"count": repeats}))
        notes += preparation.notes if preparation else ()
        return cls(table.name, len(table), columns, tuple(notes))

    def to_dict(self) -> dict[str, object]:
        """The report as JSON-able data."""
        return {
            "name": self.name,
            "rows": self.rows,
            "columns": [
                {
                    "name": c.name, "kind": c.kind, "missing": c.missing, "distinct": c.distinct,
                    "examples": list(c.examples), "use": c.use.to_dict() if c.use else None,
                }
                for c in self.columns
            ],
            "notes": [note.to_dict() for note in self.notes],
        }  # fmt: skip

    def _title(self) -> str:
        return say("table-title", name=self.name, rows=self.rows, columns=len(self.columns))

    @staticmethod
    def _heads() -> list[str]:
        return [say(k) for k in ("column", "kind", "missing", "distinct", "examples", "use")]

    def __str__(self) -> str:
        rows = [tuple(self._heads()), *(column.cells() for column in self.columns[:MOST])]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([self._title(), *lines, *self._remarks()])

    def _remarks(self) -> list[str]:
        left = len(self.columns) - MOST
        more = [say("more-columns", count=left)] if left > 0 else []
        return more + [f"• {note}" for note in self.notes]

    def __rich__(self) -> "RenderableType":
        from rich.box import SIMPLE_HEAD
        from rich.console import Group
        from rich.table import Table as RichTable
        from rich.text import Text

        grid = RichTable(
            title=Text(self._title()), title_justify="left", box=SIMPLE_HEAD, pad_edge=False
        )
        for head, justify in zip(self._heads(), "llrrll", strict=True):
            align: Literal["left", "right"] = "right" if justify == "r" else "left"
            grid.add_column(head, justify=align, overflow="fold")
        for column in self.columns[:MOST]:
            grid.add_row(*(Text(cell) for cell in column.cells()))
        return Group(grid, *(Text(remark) for remark in self._remarks()))


def _column(table: Table, name: str, preparation: Preparation | None) -> ColumnReport:
    column = table.columns[name]
    said = as_objects(column)[~missing(column)]
    return ColumnReport(
        name, table.guesses[name].kind, len(column) - len(said), len(set(said)),
        tuple(_first_different(said)), preparation.uses.get(name) if preparation else None,
    )  # fmt: skip


def _first_different(said: "np.ndarray[tuple[int, ...], np.dtype[np.object_]]") -> Iterator[str]:
    seen: set[str] = set()
    for value in said:
        if value not in seen:
            seen.add(value)
            yield str(value)
        if len(seen) == EXAMPLES:
            return
