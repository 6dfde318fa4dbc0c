"""Runs as the command line shows them: found by name, and in one line."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tiza.cli.out import figure
from tiza.cli.speak import as_usage
from tiza.errors import ArgumentError

if TYPE_CHECKING:
    from tiza.train.store import Run

STATUSES = {
    "running": ("running", "en marcha"),
    "finished": ("finished", "terminada"),
    "interrupted": ("interrupted", "interrumpida"),
    "failed": ("failed", "fallida"),
    "killed": ("killed", "matada"),
}


@dataclass(frozen=True)
class Row:
    """One line of `tiza runs`."""

    id: str
    name: str
    status: str
    started: str
    took: str
    result: str
    folder: str
    summary: dict[str, object]

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return asdict(self)


def row_of(run: "Run") -> Row:
    """The line of a run."""
    return Row(
        run.id,
        run.name,
        run.status,
        local_time(run.started),
        duration(run.started, run.finished),
        ", ".join(figures(run.summary)),
        str(run.folder),
        dict(run.summary),
    )


def figures(summary: Mapping[str, object], most: int = 2) -> list[str]:
    """The first few numbers of a summary, `accuracy 0.9722`."""
    numbers = [
        (k, v)
        for k, v in summary.items()
        if isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v)
    ]
    return [f"{name} {figure(float(value))}" for name, value in numbers[:most]]


def local_time(stamp: str) -> str:
    """A moment in UTC, ISO 8601, as the clock on the wall shows it."""
    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")


def duration(start: str, end: str | None) -> str:
    """How long it took, for people.

    >>> duration("2026-01-01T10:00:00+00:00", "2026-01-01T10:02:05+00:00")
    '2 min 5 s'
    """
    if end is None:
        return "-"
    seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def find_run(name: str) -> "Run":
    """The run that the user names; a name that fits none is a wrong usage."""
    from tiza.train.store import Store

    try:
        return Store().find(name)
    except ArgumentError as error:
        raise as_usage(error) from error


def run_names() -> Sequence[str]:
    """What may be completed where a run is wanted."""
    from tiza.train.store import Store

    return ["last", *(run.id for run in Store().runs(limit=50))]
