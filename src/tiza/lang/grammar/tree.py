"""What a formula is once it has been read: a small tree, whose chains are flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True)
class Num:
    """A number as it was written."""

    value: int | float


@dataclass(frozen=True)
class Name:
    """A variable, by its canonical name (`w_{20}` and w₂₀ are both w20)."""

    name: str


@dataclass(frozen=True)
class Ones:
    """The vector of ones, as long as what stands beside it asks for."""


@dataclass(frozen=True)
class Neg:
    """−x."""

    x: Tree


@dataclass(frozen=True)
class Chain:
    """Operands of one precedence, worked from left to right: `first op x op x ...`.

    kind is "sum" (+ −), "entries" (⊙) or "product" (* / @ · and, for two operands that
    only stand side by side, the empty operator).
    """

    kind: str
    first: Tree
    rest: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True)
class Pow:
    """base ^ exponent."""

    base: Tree
    exponent: Tree


@dataclass(frozen=True)
class Transpose:
    """xᵀ."""

    x: Tree


@dataclass(frozen=True)
class Call:
    """A function of the table in words.py; `primes` counts its derivatives (σ′)."""

    function: str
    args: tuple[Tree, ...]
    options: tuple[tuple[str, int], ...] = ()
    primes: int = 0


@dataclass(frozen=True)
class Index:
    """x[i, j]: an index is a letter that a sum or the left side binds, or a number from 0."""

    x: Tree
    at: tuple[int | str, ...]


@dataclass(frozen=True)
class Total:
    """The sum (or the mean) of `body` over index letters."""

    over: tuple[str, ...]
    body: Tree
    mean: bool = False
    upto: int | None = None  # the number above the sign, where one was written


@dataclass(frozen=True)
class Compare:
    """1 where the comparison holds, else 0."""

    op: str
    left: Tree
    right: Tree


Tree: TypeAlias = Num | Name | Ones | Neg | Chain | Pow | Transpose | Call | Index | Total | Compare


@dataclass(frozen=True)
class Statement:
    """One line: names = value = (perhaps) the same value once more."""

    targets: tuple[Tree, ...]  # Name or Index
    values: tuple[Tree, ...]
    line: int
    source: str

    @property
    def name(self) -> str:
        """The first name that the line gives, or "" where it gives none."""
        return target_name(self.targets[0]) if self.targets else ""


def target_name(target: Tree) -> str:
    """The variable that a left side names."""
    inner = target.x if isinstance(target, Index) else target
    assert isinstance(inner, Name)  # the parser takes nothing else for a left side
    return inner.name


def children(tree: Tree) -> tuple[Tree, ...]:
    """The parts of a tree, from left to right."""
    match tree:
        case Neg(x) | Transpose(x) | Index(x, _):
            return (x,)
        case Chain(_, first, rest):
            return (first, *(x for _, x in rest))
        case Pow(a, b) | Compare(_, a, b):
            return (a, b)
        case Call(_, args):
            return args
        case Total(_, body):
            return (body,)
        case _:
            return ()


def with_children(tree: Tree, new: Sequence[Tree]) -> Tree:
    """The same tree with other parts, in the order of `children`."""
    match tree:
        case Neg() | Transpose() | Index():
            return replace(tree, x=new[0])
        case Chain(kind, _, rest):
            ops = [op for op, _ in rest]
            return Chain(kind, new[0], tuple(zip(ops, new[1:], strict=True)))
        case Pow():
            return Pow(new[0], new[1])
        case Compare(op):
            return Compare(op, new[0], new[1])
        case Call():
            return replace(tree, args=tuple(new))
        case Total():
            return replace(tree, body=new[0])
        case _:
            return tree


def names_in(tree: Tree) -> Iterator[str]:
    """The variables of a tree in the order of their occurrence, repetitions included."""
    stack = [tree]
    while stack:
        found = stack.pop()
        if isinstance(found, Name):
            yield found.name
        stack.extend(reversed(children(found)))
