"""Boxes: mathematics as it is set on paper, before it is spelled for one medium.

`notation` turns an expression into boxes; `unicode`, `latex` and `mathml` each spell boxes,
so that how a formula looks is decided in one place.
"""

from __future__ import annotations

from dataclasses import dataclass


class Box:
    """Anything that can be set."""


@dataclass(frozen=True)
class Row(Box):
    """Boxes side by side."""

    items: tuple[Box, ...]


@dataclass(frozen=True)
class Letter(Box):
    """A name: one letter is italic, a word (tanh, softmax) upright."""

    text: str
    bold: bool = False
    upright: bool = False


@dataclass(frozen=True)
class Numeral(Box):
    """A number."""

    text: str


@dataclass(frozen=True)
class Sign(Box):
    """An operator: "binary" has spaces around it, "relation" wider ones, "plain" none."""

    text: str
    kind: str = "binary"


@dataclass(frozen=True)
class Words(Box):
    """Running text inside a formula."""

    text: str


@dataclass(frozen=True)
class Script(Box):
    """A base with what stands below and above at its right."""

    base: Box
    sub: Box | None = None
    sup: Box | None = None


@dataclass(frozen=True)
class Fraction(Box):
    """One box over another."""

    over: Box
    under: Box


@dataclass(frozen=True)
class Root(Box):
    """A square root."""

    inside: Box


@dataclass(frozen=True)
class Fence(Box):
    """Brackets around a box."""

    left: str
    inside: Box
    right: str


@dataclass(frozen=True)
class Accent(Box):
    """A letter under a hat ("hat"), a bar ("bar") or a tilde ("tilde")."""

    mark: str
    base: Box


@dataclass(frozen=True)
class Big(Box):
    """A large operator with what stands below and above it: Σ over i, max over a window."""

    sign: str
    under: Box | None = None
    over: Box | None = None


@dataclass(frozen=True)
class Cases(Box):
    """Alternatives: (what, when) a row."""

    rows: tuple[tuple[Box, Box], ...]


@dataclass(frozen=True)
class Grid(Box):
    """A matrix of boxes in square brackets."""

    rows: tuple[tuple[Box, ...], ...]


SPACE = Sign(" ", "space")
EQUALS = Sign("=", "relation")


def row(*items: Box) -> Box:
    """Boxes side by side; nested rows flattened, a row of one taken out."""
    flat: list[Box] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Row) else (item,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))
