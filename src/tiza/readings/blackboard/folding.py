"""Equal layers, and equal steps in time, written once: "for ℓ = 1, …, 12"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.expr import (
    Differential,
    Expr,
    Name,
    Partial,
    Second,
    Shape,
    Symbol,
    symbols_of,
)
from tiza.readings.blackboard.words import say

if TYPE_CHECKING:
    from tiza.readings.blackboard.result import Derivation
    from tiza.readings.blackboard.steps import Introduced, Step

LAYER, TIME = "ℓ", "t"


@dataclass(frozen=True)
class Fold:
    """Which letter runs, from where to where."""

    letter: str
    first: int
    last: int

    @property
    def span(self) -> str:
        """ℓ = 1, …, 12."""
        middle = ", …, " if abs(self.last - self.first) > 1 else ", "
        return f"{self.letter} = {self.first}{middle}{self.last}"

    def __str__(self) -> str:
        return say("folded", span=self.span)


@dataclass(frozen=True)
class Shown:
    """A step as it is shown: once for all of a fold, or by itself."""

    step: Step
    fold: Fold | None = None


def index_of(name: Name, timed: Collection[Symbol]) -> tuple[str, int] | None:
    """The layer, or the step in time, that a name belongs to."""
    symbol: object = name
    while isinstance(symbol, Partial | Differential | Second):
        symbol = (
            symbol.of
            if isinstance(symbol, Differential)
            else symbol.wrt
            if isinstance(symbol, Partial)
            else symbol.first
        )
    assert isinstance(symbol, Symbol)
    if base(symbol) in timed:
        return TIME, int(symbol.sub.rpartition(",")[2])
    if symbol.sup.isdigit():
        return LAYER, int(symbol.sup)
    return None


def base(symbol: Symbol) -> Symbol:
    """The symbol without its being new."""
    return replace(symbol, new=False)


def general(name: Name, letter: str, k: int, timed: Collection[Symbol]) -> Name:
    """The name with its index written relative to k: ℓ, ℓ−1, t+1."""
    if isinstance(name, Partial):
        of, wrt = (general(n, letter, k, timed) for n in (name.of, name.wrt))
        assert isinstance(of, Symbol)
        assert isinstance(wrt, Symbol)
        return Partial(of, wrt)
    if isinstance(name, Second):
        return name
    if isinstance(name, Differential):
        of = general(name.of, letter, k, timed)
        assert isinstance(of, Symbol | Partial)
        return Differential(of)
    found = index_of(name, timed)
    if found is None or found[0] != letter:
        return name
    away = found[1] - k
    text = letter + (f"{away:+d}" if away else "")
    if letter == TIME:
        front = name.sub.rpartition(",")[0]
        return replace(name, sub=f"{front},{text}" if front else text)
    return replace(name, sup=text)


def general_formula(e: Expr, letter: str, k: int, timed: Collection[Symbol]) -> Expr:
    """A formula with the indices of its symbols relative to k."""
    if e.op == "sym":
        return al.sym(general(e.data, letter, k, timed), e.shape)
    data = e.data
    if e.op == "row" and letter == TIME:
        away = int(e.data) + 1 - k
        data = letter + (f"{away:+d}" if away else "")
    args = tuple(general_formula(a, letter, k, timed) for a in e.args)
    return Expr(e.op, args, e.shape, data)


def general_step(step: Step, letter: str, k: int, timed: Collection[Symbol]) -> Step:
    """A step written for any index."""
    return replace(
        step,
        name=general(step.name, letter, k, timed),
        formula=general_formula(step.formula, letter, k, timed),
        between=tuple(general_formula(b, letter, k, timed) for b in step.between),
    )


def series(e: Expr, timed: Collection[Symbol]) -> Expr:
    """A sum of like terms over the steps of a loop as one sum over t; any other as it is."""
    if not timed or e.op != "sum":
        return e
    found: dict[Expr, list[tuple[int, Expr]]] = {}
    rest: list[Expr] = []
    for term in e.args:
        times = [index_of(name, timed) for name in symbols_of(term)]
        steps = [t[1] for t in times if t is not None and t[0] == TIME]
        if steps:
            pattern = general_formula(term, TIME, max(steps), timed)
            found.setdefault(pattern, []).append((max(steps), term))
        else:
            rest.append(term)
    made: list[Expr] = list(rest)
    for pattern, terms in found.items():
        numbers = sorted(k for k, _ in terms)
        if len(terms) < 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            made += [term for _, term in terms]
        else:
            data = (TIME, numbers[0], numbers[-1], pattern)
            made.append(Expr("series", tuple(t for _, t in terms), e.shape, data))
    return made[0] if len(made) == 1 else Expr("sum", tuple(made), e.shape)


Skeleton = tuple[str, Name, Expr, tuple[Expr, ...]]
LONGEST = 80  # lines of one layer


class _Folder:
    """Finds windows of steps that repeat with their index moved by one."""

    def __init__(self, steps: Sequence[Step], timed: Collection[Symbol]) -> None:
        self.steps, self.timed = steps, timed
        self.index = [index_of(s.name, timed) for s in steps]
        self.cache: dict[tuple[int, int], Skeleton] = {}
        self.heads = [self._head(i) for i in range(len(steps))]

    def _head(self, i: int) -> tuple[str, Name, str] | None:
        """What a step defines, its own index left open."""
        found = self.index[i]
        if found is None:
            return None
        name = general(self.steps[i].name, found[0], found[1], self.timed)
        return found[0], name, self.steps[i].sign

    def _skeleton(self, i: int, letter: str, k: int) -> Skeleton:
        key = (i, k)
        if key not in self.cache:
            s = general_step(self.steps[i], letter, k, self.timed)
            self.cache[key] = (s.sign, s.name, s.formula, s.between)
        return self.cache[key]

    def window(self, i: int) -> tuple[int, int]:
        """(length of the window that begins at i and repeats, how often), or (1, 1)."""
        found = self.index[i]
        if found is None:
            return 1, 1
        for j in range(i + 1, min(i + 1 + LONGEST, len(self.steps))):
            other = self.index[j]
            if self.heads[j] != self.heads[i] or other is None or abs(other[1] - found[1]) != 1:
                continue
            times = self._repeats(i, j - i, found[0], found[1], other[1] - found[1])
            if times >= (2 if j - i > 2 else 3):
                return j - i, times
        return 1, 1

    def _repeats(self, i: int, length: int, letter: str, k: int, step: int) -> int:
        times = 1
        while i + (times + 1) * length <= len(self.steps):
            start = i + times * length
            same = all(
                self._skeleton(i + n, letter, k)
                == self._skeleton(start + n, letter, k + times * step)
                for n in range(length)
            )
            if not same:
                break
            times += 1
        return times


def shown(d: Derivation, part: str) -> list[Shown]:
    """The steps of one part, equal layers and equal steps in time folded."""
    steps = d.part(part)
    folder = _Folder(steps, d.board.timed)
    made: list[Shown] = []
    at = 0
    while at < len(steps):
        length, times = folder.window(at)
        if times == 1:
            made.append(Shown(steps[at]))
            at += 1
            continue
        first, last = folder.index[at], folder.index[at + (times - 1) * length]
        assert first is not None  # only indexed steps begin a window
        assert last is not None
        fold = Fold(first[0], first[1], last[1])
        window = steps[at : at + length]
        made += [Shown(general_step(s, *first, d.board.timed), fold) for s in window]
        at += times * length
    return made


Key = tuple[Name, str, Shape]


@dataclass(frozen=True)
class Given:
    """A symbol at the start, or one for each layer."""

    symbol: Introduced
    fold: Fold | None = None


def shown_symbols(d: Derivation) -> list[Given]:
    """The symbols that the formulas begin with, those of equal layers once."""
    timed = d.board.timed
    groups: dict[Key, list[tuple[int, Introduced]]] = {}
    order: list[Introduced | tuple[str, Key]] = []
    for i in d.symbols:
        index = index_of(i.name, timed)
        if index is None or i.shape == ():
            order.append(i)
            continue
        key = (general(i.name, index[0], index[1], timed), i.kind, i.shape)
        if key not in groups:
            order.append((index[0], key))
        groups.setdefault(key, []).append((index[1], i))
    made: list[Given] = []
    for item in order:
        if not isinstance(item, tuple):
            made.append(Given(item))
            continue
        letter, key = item
        members = groups[key]
        numbers = [k for k, _ in members]
        if len(members) < 3 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            made += [Given(i) for _, i in members]
        else:
            where = _starred(members[0][1].where)
            symbol = replace(members[0][1], name=key[0], where=where)
            made.append(Given(symbol, Fold(letter, numbers[0], numbers[-1])))
    return made


def _starred(path: str) -> str:
    """blocks.0.norm → blocks.*.norm."""
    parts = path.split(".")
    at = next((i for i, p in enumerate(parts) if p.isdigit()), None)
    if at is not None:
        parts[at] = "*"
    return ".".join(parts)
