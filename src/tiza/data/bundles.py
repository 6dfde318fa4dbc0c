"""What the loaders return: frozen records of NumPy arrays, with their card."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tiza.data.split import train_test_split
from tiza.data.table import Table

if TYPE_CHECKING:
    from tiza.data.registry import Card

Array = NDArray[np.generic]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def _shown(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, tuple) and len(value) > 12:
        return f"tuple ({len(value)})"
    return f"str ({len(value)})" if isinstance(value, str) and len(value) > 40 else repr(value)


class Bundle:
    """A record that prints shapes instead of numbers."""

    def __repr__(self) -> str:
        parts = [
            f"{field.name}={_shown(getattr(self, field.name))}"
            for field in fields(self)  # type: ignore[arg-type]
            if field.name != "card"
        ]
        return f"{type(self).__name__}({', '.join(parts)})"


@dataclass(frozen=True, repr=False)
class Part(Bundle):
    """Inputs and targets of equal length, e.g. the training part."""

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, repr=False)
class Split(Bundle):
    """A training and a test part; class k is called classes[k]."""

    train: Part
    test: Part
    classes: tuple[str, ...]
    card: Card


@dataclass(frozen=True, repr=False)
class Whole(Bundle):
    """Examples that come without an official division; `split` makes one."""

    x: Array
    y: Array
    classes: tuple[str, ...]
    card: Card

    def __len__(self) -> int:
        return len(self.y)

    def split(self, test_size: float = 0.2, seed: int = 0) -> Split:
        """A training and a test part with equal shares of each class."""
        x_train, x_test, y_train, y_test = train_test_split(
            self.x, self.y, test_size=test_size, stratify=self.y, seed=seed
        )
        return Split(Part(x_train, y_train), Part(x_test, y_test), self.classes, self.card)


@dataclass(frozen=True, repr=False)
class Tabular(Bundle):
    """A table with a target column.

    `x` holds the number columns (rows, k), NaN where missing; `y` classes as int64, or numbers as
    float64. `Preparation.fit(table, target)` makes all columns ready for a network.
    """

    table: Table
    target: str
    classes: tuple[str, ...]  # empty for regression
    card: Card

    @property
    def features(self) -> list[str]:
        """The names of the columns of `x`."""
        kinds = self.table.guesses
        return [n for n in self.table.names if n != self.target and kinds[n].kind == "number"]

    @property
    def x(self) -> Floats:
        """The number columns."""
        return self.table.matrix(self.features)

    @property
    def y(self) -> Ints | Floats:
        """The targets."""
        if not self.classes:
            return self.table[self.target].astype(np.float64)
        index = {name: k for k, name in enumerate(self.classes)}
        return np.array([index[str(text)] for text in self.table.texts(self.target)], np.int64)


@dataclass(frozen=True, repr=False)
class Text(Bundle):
    """One long text, and the characters that occur in it, sorted."""

    text: str
    alphabet: tuple[str, ...]
    card: Card

    def codes(self) -> Ints:
        """Each character as its place in the alphabet.

        Shapes: → (characters), int64.
        """
        points = np.frombuffer(self.text.encode("utf-32-le"), "<u4")
        return np.searchsorted([ord(c) for c in self.alphabet], points).astype(np.int64)


@dataclass(frozen=True, repr=False)
class Words(Bundle):
    """Many short texts, and the characters that occur in them, sorted."""

    words: tuple[str, ...]
    alphabet: tuple[str, ...]
    card: Card

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, repr=False)
class Reviews(Bundle):
    """Labelled texts: x holds texts (objects), y 0 or 1; ratings and titles by the same rows."""

    train: Part
    test: Part
    classes: tuple[str, ...]
    train_rating: Ints
    test_rating: Ints
    train_title: NDArray[np.str_]
    test_title: NDArray[np.str_]
    card: Card


@dataclass(frozen=True, repr=False)
class Graph(Bundle):
    """Nodes with features, classes and undirected edges.

    Shapes: x (nodes, features) float32; edges (edges, 2) int64, each once with u < v; y (nodes);
    train, val, test: positions of nodes.
    """

    x: NDArray[np.float32]
    y: Ints
    edges: Ints
    train: Ints
    val: Ints
    test: Ints
    classes: tuple[str, ...]
    card: Card

    def both_ways(self) -> Ints:
        """The edges in both directions.

        Shapes: → (2, 2·edges): senders, receivers.
        """
        u, v = self.edges.T
        return np.stack([np.concatenate([u, v]), np.concatenate([v, u])])


@dataclass(frozen=True, repr=False)
class Ratings(Bundle):
    """Who rated what, how, and when: four columns of equal length; users and items from 0.

    Shapes: user, item, time (ratings) int64; rating (ratings) float32; genres (items, 19) bool.
    """

    user: Ints
    item: Ints
    rating: NDArray[np.float32]
    time: Ints
    titles: tuple[str, ...]
    genres: NDArray[np.bool_]
    genre_names: tuple[str, ...]
    users: Table
    card: Card


@dataclass(frozen=True, repr=False)
class Curves(Bundle):
    """Elliptic curves over Q: one row of `table` a curve, one row of `ap` an isogeny class.

    Shapes: ap (classes, 100) int8; primes (100); class_id (curves) says which row of `ap` is a
    curve's. Divide by class with `group_split(curves.class_id)`: the curves of a class share rank,
    traces and L-function.
    """

    table: Table
    class_id: Ints
    ap: NDArray[np.int8]
    primes: Ints
    card: Card

    def traces(self) -> NDArray[np.int8]:
        """The traces of Frobenius of each curve.

        Shapes: → (curves, 100).
        """
        return self.ap[self.class_id]


@dataclass(frozen=True, repr=False)
class Pairs(Bundle):
    """For each prompt a chosen and a rejected answer; `train` and `test` are positions."""

    prompt: tuple[str, ...]
    chosen: tuple[str, ...]
    rejected: tuple[str, ...]
    train: Ints
    test: Ints
    card: Card

    def __len__(self) -> int:
        return len(self.prompt)


@dataclass(frozen=True, repr=False)
class Series(Bundle):
    """Numbers in time, in equal steps.

    Shapes: time (n) datetime64[s]; values (n, k) float64, NaN where missing, columns by `names`;
    y (n) is the column `target`. `table` keeps the columns that are not numbers.
    """

    time: NDArray[np.datetime64]
    values: Floats
    names: tuple[str, ...]
    target: str
    table: Table
    card: Card

    def __len__(self) -> int:
        return len(self.time)

    @property
    def y(self) -> Floats:
        """The column to forecast."""
        return self.values[:, self.names.index(self.target)]
