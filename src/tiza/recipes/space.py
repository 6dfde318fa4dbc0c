"""What a sweep varies: ranges, powers of ten and choices among a recipe's own settings."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_origin

from tiza.errors import UsageError
from tiza.recipes.setting import Declared, as_text

MOST = 10_000  # points of a grid


@dataclass(frozen=True)
class Range:
    """One setting that is varied: between two numbers, or among a few values (as texts)."""

    name: str
    kind: str  # "int", "float", "choice"
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    values: tuple[str, ...] = ()

    def suggest(self, trial: Any) -> Any:
        """A value for a trial of Optuna."""
        if self.kind == "choice":
            return trial.suggest_categorical(self.name, list(self.values))
        if self.kind == "int":
            return trial.suggest_int(self.name, int(self.low), int(self.high), log=self.log)
        return trial.suggest_float(self.name, self.low, self.high, log=self.log)

    def grid(self) -> list[Any]:
        """Every value.

        Errors: UsageError where there are too many.
        """
        if self.kind == "choice":
            return list(self.values)
        if self.kind == "float" or self.high - self.low >= MOST:
            raise UsageError("sweep-grid", name=self.name)
        return list(range(int(self.low), int(self.high) + 1))

    def __str__(self) -> str:
        """As it was typed."""
        if self.kind == "choice":
            return f"{self.name}={'|'.join(self.values)}"
        ends = f"{self.low:g}..{self.high:g}"
        return f"{self.name}={'log:' if self.log else ''}{ends}"


def read(known: Sequence[Declared], recipe: str,
         given: Mapping[str, str]) -> tuple[list[Range], dict[str, str]]:  # fmt: skip
    """What is varied, and what stays fixed, of `name=text` pairs.

    Errors: UsageError for a name that the recipe does not declare, or a text that is no range.

    >>> from tiza.recipes import find
    >>> ranges, fixed = read(find("digits").declared, "digits",
    ...                      {"lr": "log:1e-4..0.1", "epochs": "5"})
    >>> str(ranges[0]), fixed
    ('lr=log:0.0001..0.1', {'epochs': '5'})
    """
    by_name = {one.name: one for one in known}
    ranges, fixed = [], {}
    for name, text in given.items():
        at = name.replace("-", "_")
        if at not in by_name:
            near = difflib.get_close_matches(at, list(by_name), n=1, cutoff=0.5)
            shown = near[0] if near else ", ".join(by_name)
            raise UsageError("setting-unknown", recipe=recipe, got=name, names=shown)
        found = _range(by_name[at], text)
        if found is None:
            by_name[at].read(text)  # or an error that says what is wanted
            fixed[at] = text
        else:
            ranges.append(found)
    if not ranges:
        first = next((one for one in known if one.kind is float), None)
        example = (
            f"{first.name}=log:{first.default / 10:g}..{first.default * 10:g}" if first else ""
        )
        raise UsageError("sweep-nothing", example=example or "lr=log:1e-4..1e-1")
    return ranges, fixed


def _range(one: Declared, text: str) -> Range | None:
    """The range that a text states; None where it is one value."""
    if "|" in text:
        values = tuple(as_text(one.read(part.strip())) for part in text.split("|"))
        return Range(one.name, "choice", values=tuple(dict.fromkeys(values)))
    if ".." not in text or one.kind is str:
        return None
    ends = text.removeprefix("log:").split("..")
    log = text.startswith("log:")
    if len(ends) != 2 or one.kind not in (int, float) or get_origin(one.kind) is tuple:
        raise UsageError("sweep-space", name=one.name, got=text, wanted=one.wanted)
    low, high = (one.read(end) for end in ends)
    if not low < high or (log and low <= 0):
        raise UsageError("sweep-space", name=one.name, got=text, wanted=one.wanted)
    return Range(one.name, "int" if one.kind is int else "float", low, high, log)
