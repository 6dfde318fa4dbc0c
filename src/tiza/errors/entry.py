"""One row of the catalogue of messages: the same fact in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A message: (fact, fix) in each language, and the longer explanation of `tiza explain`.

    Facts and fixes are templates for `str.format`; an empty fix prints no fix line.
    """

    en: tuple[str, str]
    es: tuple[str, str]
    more: tuple[str, str] = ("", "")
