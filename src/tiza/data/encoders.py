"""How one column becomes numbers: constants learned from training rows, applied to all rows."""

from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tiza.data.cells import Guess
from tiza.data.notes import Note

Floats = NDArray[np.float64]
Config = dict[str, object]
DAY = 86400.0
MOST = 50  # categories of one column that get a place of their own


class Encoder(Protocol):
    """Columns in, numbers out."""

    @property
    def column(self) -> str:
        """The name of the column."""
        ...

    @property
    def guess(self) -> Guess:
        """How its cells are read."""
        ...

    @property
    def names(self) -> list[str]:
        """What each column of numbers is called."""
        ...

    def apply(self, values: NDArray[np.generic], notes: list[Note]) -> Floats:
        """The numbers. Shapes: values (n) → (n, len(names)), without NaN."""
        ...

    def to_config(self) -> Config:
        """The constants, as JSON-able data."""
        ...

    def use(self) -> Note:
        """What is done with the column, in words."""
        ...


def _gap(values: Floats, marked: bool) -> list[Floats]:
    return [np.isnan(values).astype(np.float64)] if marked else []


@dataclass(frozen=True)
class NumberEncoder:
    """z = (x − mean) / std; a gap gets the median, and a second column marks it.

    Source: the median and the population standard deviation, as SimpleImputer and StandardScaler of
    scikit-learn.
    """

    column: str
    guess: Guess
    median: float
    mean: float
    std: float
    marked: bool  # there were gaps in training

    @classmethod
    def fit(cls, column: str, guess: Guess, values: Floats) -> "NumberEncoder":
        """Learn the constants from training rows; at least one value must be there."""
        median = float(np.nanmedian(values))
        filled = np.where(np.isnan(values), median, values)
        std = float(filled.std())
        if std <= 1e-12 * max(1.0, abs(median)):
            std = 1.0  # only gaps tell these rows apart
        return cls(column, guess, median, float(filled.mean()), std, bool(np.isnan(values).any()))

    @property
    def names(self) -> list[str]:
        """The column, and the mark of its gaps."""
        return [self.column, f"{self.column}?"] if self.marked else [self.column]

    def apply(self, values: NDArray[np.generic], notes: list[Note]) -> Floats:
        """Shapes: values (n) → (n, 1 | 2)."""
        x = values.astype(np.float64)
        filled = np.where(np.isnan(x), self.median, x)
        parts = [(filled - self.mean) / self.std, *_gap(x, self.marked)]
        return np.stack(parts, axis=1)

    def to_config(self) -> Config:
        """The constants."""
        return {"type": "number", **asdict(self)}

    def use(self) -> Note:
        """What is done."""
        if not self.marked:
            return Note("use-number")
        return Note("use-number-missing", {"fill": f"{self.median:g}"})


@dataclass(frozen=True)
class BooleanEncoder:
    """0 or 1; a gap gets the more frequent of the two, and a second column marks it."""

    column: str
    guess: Guess
    fill: float
    marked: bool

    @classmethod
    def fit(cls, column: str, guess: Guess, values: Floats) -> "BooleanEncoder":
        """Learn what fills a gap."""
        fill = float(np.nanmean(values) > 0.5)
        return cls(column, guess, fill, bool(np.isnan(values).any()))

    @property
    def names(self) -> list[str]:
        """The column, and the mark of its gaps."""
        return [self.column, f"{self.column}?"] if self.marked else [self.column]

    def apply(self, values: NDArray[np.generic], notes: list[Note]) -> Floats:
        """Shapes: values (n) → (n, 1 | 2)."""
        x = values.astype(np.float64)
        filled = np.where(np.isnan(x), self.fill, x)
        return np.stack([filled, *_gap(x, self.marked)], axis=1)

    def to_config(self) -> Config:
        """The constants."""
        return {"type": "boolean", **asdict(self)}

    def use(self) -> Note:
        """What is done."""
        return Note("use-boolean-missing" if self.marked else "use-boolean")


@dataclass(frozen=True)
class CategoryEncoder:
    """One column of 0 and 1 for each category; one more for rare ones, one for gaps.

    A category that did not occur in training counts as rare, or is all zeros where there were no
    rare ones.

    Source: OneHotEncoder(handle_unknown="infrequent_if_exist") of scikit-learn.
    """

    column: str
    guess: Guess
    categories: tuple[str, ...]
    rare: tuple[str, ...]
    marked: bool

    @classmethod
    def fit(
        cls, column: str, guess: Guess, values: NDArray[np.object_], least: int | None = None
    ) -> "CategoryEncoder":
        """Learn the categories; rare are those of fewer than `least` rows, by default 0.5 %."""
        said = [str(value) for value in values if value is not None]
        names, counts = np.unique(said, return_counts=True)
        least = max(2, -(-len(said) // 200)) if least is None else least
        frequent = names[np.argsort(-counts, kind="stable")][:MOST]
        kept = set(frequent.tolist()) & set(names[counts >= least].tolist())
        if not kept:  # every category is rare: then rareness says nothing
            kept = set(frequent.tolist())
        categories = tuple(name for name in names.tolist() if name in kept)
        rare = tuple(name for name in names.tolist() if name not in kept)
        return cls(column, guess, categories, rare, len(said) < len(values))

    @property
    def names(self) -> list[str]:
        """column=category, for each of them."""
        extra = [f"{self.column}=…"] if self.rare else []
        gap = [f"{self.column}?"] if self.marked else []
        return [*(f"{self.column}={name}" for name in self.categories), *extra, *gap]

    def apply(self, values: NDArray[np.generic], notes: list[Note]) -> Floats:
        """Shapes: values (n) → (n, categories (+1 rare) (+1 gaps))."""
        place = {name: i for i, name in enumerate(self.categories)}
        other = len(place) if self.rare else -1
        place |= dict.fromkeys(self.rare, other)
        gap = len(self.names) - 1 if self.marked else -1
        codes = np.array([gap if v is None else place.get(v, -2) for v in values], np.int64)
        self._tell(values, codes, notes)
        codes[codes == -2] = other
        encoded = np.zeros((len(codes), len(self.names)))
        rows = np.flatnonzero(codes >= 0)
        encoded[rows, codes[rows]] = 1
        return encoded

    def _tell(
        self, values: NDArray[np.generic], codes: NDArray[np.int64], notes: list[Note]
    ) -> None:
        new, counts = np.unique([str(v) for v in values[codes == -2]], return_counts=True)
        notes.extend(
            Note("note-unknown-category", {"column": self.column, "value": value, "count": count})
            for value, count in zip(new.tolist(), counts.tolist(), strict=True)
        )

    def to_config(self) -> Config:
        """The constants."""
        return {"type": "category", **asdict(self)}

    def use(self) -> Note:
        """What is done."""
        count = len(self.categories)
        if self.rare:
            return Note("use-category-rare", {"count": count, "rare": len(self.rare)})
        return Note("use-category", {"count": count})


@dataclass(frozen=True)
class DateEncoder:
    """Days since the first date, standardised; month, weekday and hour as points on a circle.

    sin and cos of 2π month/12, 2π weekday/7, 2π hour/24, so that December is beside January.
    """

    column: str
    guess: Guess
    first: str
    middle: float
    scale: float
    hours: bool
    marked: bool

    @classmethod
    def fit(cls, column: str, guess: Guess, values: NDArray[np.datetime64]) -> "DateEncoder":
        """Learn where time begins and how long it lasts."""
        there = values[~np.isnat(values)]
        first = there.min()
        days = _days(values, first)
        hours = bool((there.astype(np.int64) % int(DAY) != 0).any())
        scale = float(np.nanstd(days)) or 1.0
        return cls(
            column,
            guess,
            str(first),
            float(np.nanmean(days)),
            scale,
            hours,
            bool(np.isnat(values).any()),
        )

    @property
    def names(self) -> list[str]:
        """column.part, for each of them."""
        parts = ["day", "month.sin", "month.cos", "weekday.sin", "weekday.cos"]
        parts += ["hour.sin", "hour.cos"] if self.hours else []
        gap = [f"{self.column}?"] if self.marked else []
        return [*(f"{self.column}.{part}" for part in parts), *gap]

    def apply(self, values: NDArray[np.generic], notes: list[Note]) -> Floats:
        """Shapes: values (n) → (n, 5 | 7 (+1 gaps))."""
        times = values.astype("M8[s]")
        days = _days(times, np.datetime64(self.first))
        safe = np.where(np.isnat(times), np.datetime64(self.first), times)
        month = safe.astype("M8[M]").astype(np.int64) % 12
        weekday = (safe.astype("M8[D]").astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        turns = [month / 12, weekday / 7]
        if self.hours:
            turns.append(safe.astype(np.int64) % int(DAY) / DAY)
        circle = [f(2 * np.pi * turn) for turn in turns for f in (np.sin, np.cos)]
        parts = [(days - self.middle) / self.scale, *circle]
        filled = [np.where(np.isnat(times), 0.0, part) for part in parts]
        return np.stack([*filled, *_gap(days, self.marked)], axis=1)

    def to_config(self) -> Config:
        """The constants."""
        return {"type": "date", **asdict(self)}

    def use(self) -> Note:
        """What is done."""
        return Note("use-date")


def _days(times: NDArray[np.datetime64], first: np.datetime64) -> Floats:
    seconds = (times - first) / np.timedelta64(1, "s")
    return np.asarray(seconds, np.float64) / DAY  # NaT becomes NaN


ENCODERS: dict[str, type[NumberEncoder | BooleanEncoder | CategoryEncoder | DateEncoder]] = {
    "number": NumberEncoder,
    "boolean": BooleanEncoder,
    "category": CategoryEncoder,
    "date": DateEncoder,
}


def fit_encoder(column: str, guess: Guess, values: NDArray[np.generic]) -> Encoder:
    """The encoder of a column of kind number, boolean, category or date, fitted on its values."""
    if guess.kind == "number":
        return NumberEncoder.fit(column, guess, values.astype(np.float64))
    if guess.kind == "boolean":
        return BooleanEncoder.fit(column, guess, values.astype(np.float64))
    if guess.kind == "date":
        return DateEncoder.fit(column, guess, values.astype("M8[s]"))
    return CategoryEncoder.fit(column, guess, values.astype(object))
