"""Which runs a command is about: by recipe, figures and dates; and in which order."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tiza.errors import UsageError

if TYPE_CHECKING:
    from tiza.train.store import Run

SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
WHERE = re.compile(r"^\s*([^<>=]+?)\s*(>=|<=|>|<|=)\s*(\S+)\s*$")


@dataclass(frozen=True)
class Where:
    """A condition on a figure of a run: `accuracy>=0.97`; `*` in a name stands for anything."""

    name: str
    sign: str
    value: float

    @classmethod
    def read(cls, text: str) -> "Where":
        """The condition that a text states.

        Errors: UsageError where it states none.

        >>> Where.read("accuracy >= 97%")
        Where(name='accuracy', sign='>=', value=0.97)
        """
        found = WHERE.match(text)
        try:
            assert found is not None
            share = found[3].endswith("%")
            value = float(found[3].rstrip("%")) / (100 if share else 1)
        except (AssertionError, ValueError) as error:
            raise UsageError("runs-where", got=text) from error
        return cls(found[1], found[2], value)

    def holds(self, run: "Run") -> bool:
        """Whether the run has this figure, and it is so."""
        value = run.summary.get(self.name)
        return isinstance(value, int | float) and SIGNS[self.sign](value, self.value)


def day(text: str) -> date:
    """A day: 2026-11-21, today, yesterday, or 7d for seven days ago.

    Errors: UsageError for anything else.

    >>> day("2026-11-21")
    datetime.date(2026, 11, 21)
    """
    words = {"today": 0, "hoy": 0, "yesterday": 1, "ayer": 1}
    if text in words:
        return date.today() - timedelta(days=words[text])
    if re.fullmatch(r"\d{1,4}d", text):
        return date.today() - timedelta(days=int(text[:-1]))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("runs-day", got=text) from error


def started(run: "Run") -> date:
    """The day on which a run began, by the clock on the wall."""
    return datetime.fromisoformat(run.started).astimezone().date()


def chosen(runs: Sequence["Run"], *, recipe: str | None = None, where: Sequence[str] = (),
           since: str | None = None, until: str | None = None) -> list["Run"]:  # fmt: skip
    """The runs that fulfil all conditions.

    Errors: UsageError where a condition cannot be read.
    """
    conditions = [Where.read(text) for text in where]
    first, last = since and day(since), until and day(until)
    return [
        run
        for run in runs
        if (recipe is None or run.config.get("recipe", run.name) == recipe)
        and all(condition.holds(run) for condition in conditions)
        and (not first or started(run) >= first)
        and (not last or started(run) <= last)
    ]


def ordered(runs: Sequence["Run"], by: str, reverse: bool = False) -> list["Run"]:
    """The runs in the order of a column or of a figure, the best first; those without it last.

    Errors: UsageError where no run has such a figure.
    """
    from tiza.train.history import is_score

    downwards = by == "started"
    if by not in COLUMNS:
        known = dict.fromkeys(name for run in runs for name in run.summary)
        if by not in known and runs:
            raise UsageError("runs-sort", got=by, names=", ".join([*COLUMNS, *list(known)[:12]]))
        downwards = is_score(by)

    def key(run: "Run") -> Any:
        return COLUMNS[by](run) if by in COLUMNS else run.summary.get(by)

    have = [run for run in runs if _orderable(key(run))]
    rest = [run for run in runs if not _orderable(key(run))]
    return sorted(have, key=key, reverse=downwards != reverse) + rest


def _orderable(value: object) -> bool:
    return isinstance(value, int | float | str) and value == value


def _seconds(run: "Run") -> float | None:
    if run.finished is None:
        return None
    end, start = datetime.fromisoformat(run.finished), datetime.fromisoformat(run.started)
    return (end - start).total_seconds()


COLUMNS: Mapping[str, Callable[["Run"], Any]] = {
    "started": lambda run: run.started,
    "name": lambda run: run.name,
    "state": lambda run: run.status,
    "took": _seconds,
}
