"""Where an entry stands: integer expressions that are linear in loop counters.

The index of an entry is one such expression for each axis. Operations that only move entries
about (reshape, permute, slice, windows ...) change the index and copy nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import TypeVar

Made = TypeVar("Made")
_numbers = count()


class Loop:
    """A counter that runs from 0 to `extent` - 1."""

    __slots__ = ("extent", "number")

    def __init__(self, extent: int) -> None:
        self.extent, self.number = extent, next(_numbers)

    def __repr__(self) -> str:
        return f"i{self.number}<{self.extent}"


class NeedSplit(Exception):
    """A loop must be two loops, the inner one of this extent, for an index to be linear."""

    def __init__(self, loop: Loop, inner: int) -> None:
        super().__init__(loop, inner)
        self.loop, self.inner = loop, inner


class Opaque(Exception):
    """The value of a node must stand in memory before it can be read at this index."""


class Affine:
    """const + sum of coefficient · atom, an atom being a loop or a value read from memory.

    `extent` of an atom bounds it: 0 <= atom < extent.
    """

    __slots__ = ("const", "key", "terms")

    def __init__(self, const: int = 0, terms: Iterable[tuple[object, int]] = ()) -> None:
        self.const = const
        self.terms: dict[object, int] = {a: c for a, c in terms if c}
        self.key = (const, frozenset((id(a), c) for a, c in self.terms.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Affine) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return " + ".join([str(self.const), *(f"{c}·{a}" for a, c in self.terms.items())])

    def __add__(self, other: Affine | int) -> Affine:
        if isinstance(other, int):
            return Affine(self.const + other, self.terms.items()) if other else self
        terms = dict(self.terms)
        for a, c in other.terms.items():
            terms[a] = terms.get(a, 0) + c
        return Affine(self.const + other.const, terms.items())

    def __mul__(self, factor: int) -> Affine:
        return Affine(self.const * factor, ((a, c * factor) for a, c in self.terms.items()))

    def coefficient(self, atom: object) -> int:
        """What the atom is multiplied by."""
        return self.terms.get(atom, 0)

    def put(self, atom: object, value: Affine) -> Affine:
        """The expression with an atom replaced."""
        factor = self.terms.get(atom, 0)
        if not factor:
            return self
        rest = Affine(self.const, ((a, c) for a, c in self.terms.items() if a is not atom))
        return rest + value * factor

    def bounds(self) -> tuple[int, int]:
        """The least and the greatest value."""
        low = high = self.const
        for atom, c in self.terms.items():
            reach = c * (atom.extent - 1)  # type: ignore[attr-defined]
            low, high = low + min(reach, 0), high + max(reach, 0)
        return low, high


ZERO = Affine()
Index = tuple[Affine, ...]


def at(loop: Loop) -> Affine:
    """The counter itself; nothing where it can only be 0."""
    return Affine(0, [(loop, 1)]) if loop.extent > 1 else ZERO


def joined(loops: list[Loop]) -> Affine:
    """The index along an axis that several loops run through, the last one fastest."""
    total, step = ZERO, 1
    for loop in reversed(loops):
        total, step = total + at(loop) * step, step * loop.extent
    return total


def split(axes: list[list[Loop]], need: NeedSplit) -> None:
    """Put two loops in the place of the one that is too long."""
    for loops in axes:
        if need.loop in loops:
            i = loops.index(need.loop)
            loops[i : i + 1] = [Loop(need.loop.extent // need.inner), Loop(need.inner)]
            return
    raise AssertionError("a loop of another kernel")


def linear(axes: list[list[Loop]], make: Callable[[], Made]) -> Made:
    """What is made with loops along these axes, which are split as often as its indices need."""
    while True:
        try:
            return make()
        except NeedSplit as need:
            split(axes, need)


def flat(index: Sequence[Affine], shape: Sequence[int]) -> Affine:
    """The place in the array laid out row by row."""
    total, step = ZERO, 1
    for i, n in zip(reversed(index), reversed(shape), strict=True):
        total, step = total + i * step, step * n
    return total


def divided(x: Affine, d: int) -> tuple[Affine, Affine]:
    """x // d and x % d, where both are linear.

    Raises NeedSplit where splitting a loop makes them so, Opaque where nothing does.
    """
    if d == 1:
        return x, ZERO
    above: list[tuple[object, int]] = []
    below: list[tuple[object, int]] = []
    for atom, c in x.terms.items():
        if c % d == 0:
            above.append((atom, c // d))
        elif c > 0 and d % c == 0 and atom.extent > d // c:  # type: ignore[attr-defined]
            inner = d // c
            if isinstance(atom, Loop) and atom.extent % inner == 0:
                raise NeedSplit(atom, inner)
            raise Opaque
        else:
            below.append((atom, c))
    quotient, rest = Affine(x.const // d, above), Affine(x.const % d, below)
    low, high = rest.bounds()
    if low < 0 or high >= d:
        shifted = Affine(x.const, below)
        low, high = shifted.bounds()
        if low // d != high // d:
            raise Opaque
        quotient, rest = Affine(low // d, above), shifted + -(low // d) * d
    return quotient, rest


def reshaped(index: Sequence[Affine], new: Sequence[int], old: Sequence[int]) -> Index:
    """The index into the shape `old` of the entry that stands at `index` of the shape `new`."""
    if tuple(new) == tuple(old):
        return tuple(index)
    groups = _groups(tuple(new), tuple(old))
    out: list[Affine] = []
    for (a, b), (c, d) in groups:
        place = flat(index[a:b], new[a:b])
        parts: list[Affine] = []
        for n in reversed(old[c + 1 : d]):
            place, rest = divided(place, n)
            parts.append(rest)
        if d > c:
            parts.append(place)
        out += reversed(parts)
    return tuple(out)


def _groups(
    new: tuple[int, ...], old: tuple[int, ...]
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Runs of axes of both shapes that hold equally many entries: each is reshaped by itself."""
    groups = []
    i = j = 0
    while i < len(new) or j < len(old):
        a, c, left, right = i, j, 1, 1
        while True:
            if left == right and (i > a or j > c):
                break
            if (left <= right and i < len(new)) or j >= len(old):
                left *= new[i]
                i += 1
            else:
                right *= old[j]
                j += 1
        groups.append(((a, i), (c, j)))
    return groups
