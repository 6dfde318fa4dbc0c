"""Runs side by side: how their settings differ, their figures with intervals, their curves."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from tiza.errors import CheckpointError
from tiza.recipes.replay import figures_of
from tiza.train.folder import RunFolder
from tiza.train.history import is_score

Interval = tuple[float, float]
# Of Student's t with 1, 2, ... degrees of freedom: 2.5 % lie beyond.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179,
           2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
           2.060, 2.056, 2.052, 2.048, 2.045, 2.042)  # fmt: skip
NORMAL = 1.96
ASIDE = ("lr", "seconds")  # measured, but no curves of learning


@dataclass(frozen=True)
class Side:
    """One run: its letter in the comparison, its settings, figures and curves."""

    letter: str
    folder: RunFolder
    settings: Mapping[str, Any]
    figures: Mapping[str, float]
    intervals: Mapping[str, Interval]
    curves: Mapping[str, list[float]]
    seconds: float | None

    @property
    def id(self) -> str:
        """The id of the run."""
        return self.folder.id


@dataclass(frozen=True)
class Group:
    """Runs that differ by their seed only: means, and intervals by Student's t."""

    sides: tuple[Side, ...]
    means: Mapping[str, float]
    intervals: Mapping[str, Interval]

    @property
    def letters(self) -> str:
        """The letters of its runs: A+B+C."""
        return "+".join(side.letter for side in self.sides)


@dataclass(frozen=True)
class Comparison:
    """Several runs, what differs in their settings, and those that differ by the seed only."""

    sides: tuple[Side, ...]
    differences: Mapping[str, list[Any]]  # setting → value of each run, None where it has none
    groups: tuple[Group, ...]

    @property
    def metrics(self) -> list[str]:
        """The figures, in the order of the runs."""
        return list(dict.fromkeys(name for side in self.sides for name in side.figures))

    @property
    def curves(self) -> list[str]:
        """The columns of the curves that more than one run has, training before validation."""
        names = dict.fromkeys(name for side in self.sides for name in side.curves)
        shared = [n for n in names if sum(n in side.curves for side in self.sides) > 1]
        return sorted(shared, key=lambda n: n.removeprefix("val_"))


def compare(folders: Sequence[RunFolder]) -> Comparison:
    """Put runs side by side.

    Errors: CheckpointError where a folder is damaged.
    """
    sides = tuple(_side(_letter(k), folder) for k, folder in enumerate(folders))
    names = dict.fromkeys(name for side in sides for name in side.settings)
    table = {name: [side.settings.get(name) for side in sides] for name in names}
    differ = {name: row for name, row in table.items() if any(v != row[0] for v in row[1:])}
    return Comparison(sides, differ, _groups(sides))


def _letter(k: int) -> str:
    """A, B, ... Z, then A2, B2, ..."""
    return chr(ord("A") + k % 26) + (str(k // 26 + 1) if k >= 26 else "")


def _side(letter: str, folder: RunFolder) -> Side:
    facts: Any = folder.facts()
    figures = {
        name: float(row["model"])
        for name, row in figures_of(facts).items()
        if isinstance(row, dict) and isinstance(row.get("model"), int | float)
    }
    kept = facts.get("intervals") or {}
    intervals = {name: (float(low), float(high)) for name, (low, high) in kept.items()}
    metric, values = facts.get("several") or ("", [])
    if metric in figures and len(values) > 1:
        intervals[metric] = student(values)
    return Side(letter, folder, settings_of(facts), figures, intervals, curves_of(folder),
                facts.get("seconds"))  # fmt: skip


def settings_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was set in a run, flat: of a recipe what it declares, else of the trainer.

    >>> settings_of({"recipe": "digits", "seed": 1, "settings": {"lr": 0.1}})
    {'recipe': 'digits', 'seed': 1, 'lr': 0.1}
    """
    base = {key: facts.get(key) for key in ("recipe", "seed") if key in facts}
    base |= {"quick": True} if facts.get("quick") else {}
    table = facts.get("table")
    if isinstance(table, dict):
        return {**base, "file": table.get("file"), **table.get("settings", {})}
    if isinstance(facts.get("settings"), dict):
        return {**base, **facts["settings"]}
    config = facts.get("config") if isinstance(facts.get("config"), dict) else {}
    return {**base, **trained_with(config)}


def trained_with(config: Any) -> dict[str, Any]:
    """Loss, optimizer and the arguments of fit, of a trainer's description."""
    optimizer = config.get("optimizer") or {}
    groups = optimizer.get("groups") or [{}]
    loss = config.get("loss") or {}
    model = config.get("model") or {}
    return {
        "model": model.get("class"),
        "loss": loss.get("function") or loss.get("class"),
        "optimizer": optimizer.get("class"),
        **{k: v for k, v in groups[0].items() if k != "params"},
        **(config.get("fit") or {}),
    }


def curves_of(folder: RunFolder) -> dict[str, list[float]]:
    """The columns of history.csv; nothing where there is none, or half of one."""
    path = folder.path / "history.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        return {}
    found: dict[str, list[float]] = {}
    for row in rows:
        for name, text in row.items():
            if name and name != "epoch" and name not in ASIDE:
                found.setdefault(name, []).append(_number(text))
    return found


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def student(values: Sequence[float]) -> Interval:
    """Where the mean of all such values lies with 95 %: mean ± t s/√n.

    Source: Student 1908, Biometrika 6.

    >>> [round(end, 3) for end in student([0.8, 0.9])]
    [0.215, 1.485]
    """
    n = len(values)
    t = STUDENT[n - 2] if n - 2 < len(STUDENT) else NORMAL
    half = t * stdev(values) / n**0.5
    return mean(values) - half, mean(values) + half


def _groups(sides: Sequence[Side]) -> tuple[Group, ...]:
    held: dict[str, list[Side]] = {}
    for side in sides:
        plain = {k: v for k, v in side.settings.items() if k != "seed"}
        held.setdefault(repr(sorted(plain.items(), key=str)), []).append(side)
    several = [tuple(group) for group in held.values() if _seeds(group) > 1]
    return tuple(_group(group) for group in several)


def _seeds(group: Sequence[Side]) -> int:
    return len({side.settings.get("seed") for side in group})


def _group(sides: tuple[Side, ...]) -> Group:
    names = [n for n in sides[0].figures if all(n in side.figures for side in sides)]
    values = {name: [side.figures[name] for side in sides] for name in names}
    return Group(
        sides,
        {name: mean(row) for name, row in values.items()},
        {name: _within(student(row), name, row) for name, row in values.items()},
    )


def _within(interval: Interval, name: str, values: Sequence[float]) -> Interval:
    """An interval of shares ends at 0 and at 1."""
    if is_score(name) and "r2" not in name and all(0 <= v <= 1 for v in values):
        return max(0.0, interval[0]), min(1.0, interval[1])
    return interval


def whole(folders: Sequence[RunFolder]) -> tuple[list[RunFolder], list[str]]:
    """The folders that can be read, and the ids of those that cannot."""
    good, bad = [], []
    for folder in folders:
        try:
            folder.facts()
            good.append(folder)
        except CheckpointError:
            bad.append(folder.id)
    return good, bad
