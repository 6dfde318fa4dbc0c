"""The registry of data sets: one card each, saying what it is, whose it is, and how to check it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from tiza.data.words import say
from tiza.errors import ArgumentError, pick

Pair = tuple[str, str]  # English, Spanish


@dataclass(frozen=True)
class File:
    """One file of a data set: its place below the data folder, and what it must contain.

    `sha256` is of the file as stored; `plain_sha256` of its content uncompressed, where it is
    compressed. Each URL serves one of the two.
    """

    path: str
    bytes: int
    sha256: str
    plain_bytes: int = 0
    plain_sha256: str = ""
    urls: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def limit(self) -> int:
        """The size of the content, beyond which nothing is read."""
        return self.plain_bytes or self.bytes


@dataclass(frozen=True)
class Card:
    """What one must know of a data set before using it.

    `loader` takes the card and the verified path of each file, by the file's name.
    """

    name: str
    about: Pair
    size: Pair
    files: tuple[File, ...]
    licence: Pair
    citation: str
    homepage: str
    loader: Callable[["Card", Mapping[str, Path]], Any]
    notes: tuple[Pair, ...] = ()
    shipped: bool = False  # its files lie inside the package

    @property
    def bytes(self) -> int:
        """Size of all files together, as stored."""
        return sum(file.bytes for file in self.files)

    @property
    def downloadable(self) -> bool:
        """Whether every file has an address from which that very file comes."""
        return self.shipped or all(file.urls for file in self.files)

    def describe(self) -> str:
        """The card as text, in the language in force."""
        lines = [
            f"{self.name}: {pick(self.about)}",
            f"  {say('card-size')}: {pick(self.size)}",
            f"  {say('card-licence')}: {pick(self.licence)}",
            f"  {say('card-citation')}: {self.citation}",
            f"  {say('card-home')}: {self.homepage}",
        ]
        lines += [f"  {say('card-note')}: {pick(note)}" for note in self.notes]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, object]:
        """The card as JSON-able data, in the language in force."""
        return {
            "name": self.name,
            "about": pick(self.about),
            "size": pick(self.size),
            "bytes": self.bytes,
            "licence": pick(self.licence),
            "citation": self.citation,
            "homepage": self.homepage,
            "notes": [pick(note) for note in self.notes],
            "shipped": self.shipped,
            "downloadable": self.downloadable,
            "files": [
                {"path": f.path, "bytes": f.bytes, "sha256": f.sha256, "urls": list(f.urls)}
                for f in self.files
            ],
        }


ALIASES = {
    "digits_8x8": "digits",
    "breast_cancer_wdbc": "breast_cancer",
    "cifar10": "cifar10_subset",
    "shakespeare": "tiny_shakespeare",
    "movielens": "movielens_100k",
    "fashion": "fashion_mnist",
    "housing": "california_housing",
    "beijing": "beijing_pm25",
    "airline": "airline_passengers",
    "melbourne": "melbourne_daily_min_temp",
}


@cache
def cards() -> dict[str, Card]:
    """Every card by its name, in the order of the kinds of data."""
    from tiza.data.sets import CARDS

    return {card.name: card for card in CARDS}


def names() -> list[str]:
    """The names of all data sets.

    >>> "digits" in names()
    True
    """
    return list(cards())


def card(name: str) -> Card:
    """The card of one data set; "-" and upper case do not matter.

    Errors: ArgumentError where there is no such set, with the nearest name.

    >>> card("Fashion-MNIST").name
    'fashion_mnist'
    """
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    plain = ALIASES.get(plain, plain)
    if plain in cards():
        return cards()[plain]
    near = get_close_matches(plain, [*cards(), *ALIASES], n=1, cutoff=0.5)
    known = ", ".join(cards())
    if near:
        raise ArgumentError("data-unknown-near", name=name, near=near[0], known=known)
    raise ArgumentError("data-unknown", name=name, known=known)
