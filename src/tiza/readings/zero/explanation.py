"""What `tz.explain_zero` gives: reasons with their numbers, readable as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

from tiza.errors import use_language
from tiza.readings.zero.words import say, told


@dataclass(frozen=True)
class Reason:
    """One place where the chain rule meets the factor 0."""

    kind: str  # a key of words.KINDS
    place: str  # source line and layer
    numbers: dict[str, Any] = field(default_factory=dict)
    complete: bool = True  # False: only some entries end here
    units: tuple[tuple[int, float, float], ...] = ()  # index, least and greatest z

    def words(self) -> tuple[str, str, str]:
        """Name, fact and cure in the language in force."""
        values = {k: v() if callable(v) else v for k, v in self.numbers.items()}
        return told(self.kind, **values)


@dataclass(frozen=True)
class Explanation:
    """Why the gradient of one parameter is zero; `print` it, or show it in a notebook."""

    name: str
    shape: tuple[int, ...]
    zeros: int
    size: int
    reasons: tuple[Reason, ...]
    lang: str

    @property
    def zero(self) -> bool:
        """Whether every entry of the gradient is 0."""
        return self.zeros == self.size

    @property
    def kinds(self) -> list[str]:
        """The kinds of the reasons, nearest to the loss first."""
        return [r.kind for r in self.reasons]

    def __str__(self) -> str:
        with use_language(self.lang):
            lines = [self._head()]
            for n, reason in enumerate(self.reasons, 1):
                name, fact, cure = reason.words()
                part = "" if reason.complete else f" ({say('partial')})"
                where = f" [{reason.place}]" if reason.place else ""
                lines += [f"{n}. {name}{part}{where}", f"   {fact}"]
                lines += [f"     {text}" for text in _units(reason)]
                lines.append(f"   {say('fix')}: {cure}")
            return "\n".join(lines)

    __repr__ = __str__

    def _head(self) -> str:
        key = "zero" if self.zero else "partly" if self.zeros else "nonzero"
        shape = f"({' × '.join(map(str, self.shape))})" if self.shape else ""
        head = say(key, name=self.name, shape=shape, count=self.zeros, size=self.size)
        return head.replace("  ", " ")

    def _repr_html_(self) -> str:
        with use_language(self.lang):
            items = []
            for reason in self.reasons:
                name, fact, cure = reason.words()
                part = "" if reason.complete else f" ({say('partial')})"
                where = f" <code>{escape(reason.place)}</code>" if reason.place else ""
                rows = "".join(f"<li>{escape(text)}</li>" for text in _units(reason))
                rows = f"<ul>{rows}</ul>" if rows else ""
                items.append(
                    f"<li><b>{escape(name)}</b>{escape(part)}{where}<br>{escape(fact)}{rows}<br>"
                    f"<i>{escape(say('fix'))}:</i> {escape(cure)}</li>"
                )
            return f"<div><p>{escape(self._head())}</p><ol>{''.join(items)}</ol></div>"


def figure(value: float) -> str:
    """Three digits, with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")


def _units(reason: Reason) -> list[str]:
    return [say("unit", i=i, low=figure(low), high=figure(high)) for i, low, high in reason.units]
