"""Vectors of numbers in a function being written: Python's operators write LLVM IR."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np


class Kind(NamedTuple):
    """What the lanes hold: floats ("f"), integers ("i") or truths ("b"); bits each; how many."""

    letter: str
    bits: int
    width: int

    @property
    def lane(self) -> str:
        """The type of one lane in LLVM's spelling."""
        return {32: "float", 64: "double"}[self.bits] if self.letter == "f" else (
            f"i{self.bits}"
        )  # fmt: skip

    @property
    def text(self) -> str:
        """The type of all of them: a vector, or the lane's own type for width 1."""
        return self.lane if self.width == 1 else f"<{self.width} x {self.lane}>"

    @property
    def mangled(self) -> str:
        """The suffix that LLVM's intrinsics carry: f32, v16f32, v8i64."""
        lane = f"{'f' if self.letter == 'f' else 'i'}{self.bits}"
        return lane if self.width == 1 else f"v{self.width}{lane}"

    def constant(self, number: float) -> str:
        """A number in every lane; floats by their bits, so that nothing is rounded twice."""
        if self.letter == "f":
            rounded = float(np.float32(number)) if self.bits == 32 else float(number)
            text = f"0x{struct.pack('>d', rounded).hex().upper()}"
        else:
            text = str(int(number))
        return text if self.width == 1 else f"splat ({self.lane} {text})"


class Body:
    """The lines of one function, and what it needs from outside."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.declares: set[str] = set()
        self.helpers: dict[str, str] = {}

    def write(self, kind: Kind, line: str) -> Lanes:
        """Append `%n = line`; the lanes it defines."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"  {name} = {line}")
        return Lanes(self, kind, name)

    def intrinsic(self, name: str, *xs: Lanes) -> Lanes:
        """One of LLVM's portable intrinsics, all of whose inputs are of one kind."""
        kind = xs[0].kind
        full = f"@llvm.{name}.{kind.mangled}"
        self.declares.add(f"declare {kind.text} {full}({', '.join(kind.text for _ in xs)})")
        return self.write(kind, f"call {kind.text} {full}({', '.join(map(str, xs))})")


class Lanes:
    """One SSA value; `a * b + 1` writes two instructions and is the second's result."""

    __slots__ = ("body", "kind", "name")

    def __init__(self, body: Body, kind: Kind, name: str) -> None:
        self.body, self.kind, self.name = body, kind, name

    def __str__(self) -> str:
        return f"{self.kind.text} {self.name}"

    def like(self, x: Lanes | float) -> Lanes:
        """A number as lanes of this kind; lanes as they are."""
        return x if isinstance(x, Lanes) else Lanes(self.body, self.kind, self.kind.constant(x))

    def _binary(self, op: str, other: Lanes | float) -> Lanes:
        return self.body.write(self.kind, f"{op} {self}, {self.like(other).name}")

    def _arithmetic(self, op: str, other: Lanes | float) -> Lanes:
        return self._binary(f"f{op}" if self.kind.letter == "f" else op, other)

    def __add__(self, other: Lanes | float) -> Lanes:
        return self._arithmetic("add", other)

    def __sub__(self, other: Lanes | float) -> Lanes:
        return self._arithmetic("sub", other)

    def __mul__(self, other: Lanes | float) -> Lanes:
        return self._arithmetic("mul", other)

    def __radd__(self, other: float) -> Lanes:
        return self.like(other) + self

    def __rsub__(self, other: float) -> Lanes:
        return self.like(other) - self

    def __truediv__(self, other: Lanes | float) -> Lanes:
        return self._binary("fdiv", other)

    def __rtruediv__(self, other: float) -> Lanes:
        return self.like(other) / self

    def __neg__(self) -> Lanes:
        return self.body.write(self.kind, f"fneg {self}")

    def __and__(self, other: Lanes | float) -> Lanes:
        return self._binary("and", other)

    def __or__(self, other: Lanes | float) -> Lanes:
        return self._binary("or", other)

    def __xor__(self, other: Lanes | float) -> Lanes:
        return self._binary("xor", other)

    def __lshift__(self, count: int) -> Lanes:
        return self._binary("shl", count)

    def __rshift__(self, count: int) -> Lanes:
        """The arithmetic shift: the sign is drawn along."""
        return self._binary("ashr", count)

    def _compare(self, how: str, other: Lanes | float) -> Lanes:
        truths = Kind("b", 1, self.kind.width)
        op = "fcmp" if self.kind.letter == "f" else "icmp"
        return self.body.write(truths, f"{op} {how} {self}, {self.like(other).name}")

    def _order(self, how: str, other: Lanes | float) -> Lanes:
        return self._compare(("o" if self.kind.letter == "f" else "s") + how, other)

    def __lt__(self, other: Lanes | float) -> Lanes:
        return self._order("lt", other)

    def __le__(self, other: Lanes | float) -> Lanes:
        return self._order("le", other)

    def __gt__(self, other: Lanes | float) -> Lanes:
        return self._order("gt", other)

    def equals(self, other: Lanes | float) -> Lanes:
        """Lane by lane; NaN equals nothing."""
        return self._compare("oeq" if self.kind.letter == "f" else "eq", other)

    def differs(self, other: Lanes | float) -> Lanes:
        """Not `equals`: true where one is NaN."""
        return self._compare("une" if self.kind.letter == "f" else "ne", other)

    def is_nan(self) -> Lanes:
        """Where a lane is not a number."""
        return self._compare("uno", self)

    def bits(self) -> Lanes:
        """The same bits read as integers."""
        to = self.kind._replace(letter="i")
        return self.body.write(to, f"bitcast {self} to {to.text}")

    def floats(self) -> Lanes:
        """The same bits read as floats."""
        to = self.kind._replace(letter="f")
        return self.body.write(to, f"bitcast {self} to {to.text}")

    def number(self) -> Lanes:
        """Signed integers as floats of as many bits."""
        to = self.kind._replace(letter="f")
        return self.body.write(to, f"sitofp {self} to {to.text}")

    def widened(self) -> Lanes:
        """float32 as float64."""
        to = self.kind._replace(bits=64)
        return self.body.write(to, f"fpext {self} to {to.text}")

    def narrowed(self) -> Lanes:
        """float64 rounded to float32."""
        to = self.kind._replace(bits=32)
        return self.body.write(to, f"fptrunc {self} to {to.text}")


def select(where: Lanes, a: Lanes | float, b: Lanes | float) -> Lanes:
    """Take a where true, else b."""
    like = a if isinstance(a, Lanes) else b
    assert isinstance(like, Lanes)
    line = f"select {where}, {like.like(a)}, {like.like(b)}"
    return where.body.write(like.kind, line)


def fma(a: Lanes, b: Lanes | float, c: Lanes | float) -> Lanes:
    """Write a·b + c, rounded once."""
    return a.body.intrinsic("fma", a, a.like(b), a.like(c))


def absolute(x: Lanes) -> Lanes:
    """|x|."""
    return x.body.intrinsic("fabs", x)


def copysign(size: Lanes, sign: Lanes) -> Lanes:
    """|size| with the sign of `sign`."""
    return size.body.intrinsic("copysign", size, sign)


def square_root(x: Lanes) -> Lanes:
    """√x, correctly rounded."""
    return x.body.intrinsic("sqrt", x)


def nearest(x: Lanes) -> Lanes:
    """The nearest integer, halves to the even one."""
    return x.body.intrinsic("rint", x)


def at_most(x: Lanes, limit: float) -> Lanes:
    """min(x, limit), but NaN stays NaN; one instruction on x86."""
    return select(x > limit, limit, x)


def at_least(x: Lanes, limit: float) -> Lanes:
    """max(x, limit), but NaN stays NaN."""
    return select(x < limit, limit, x)


def horner(x: Lanes, coefficients: Sequence[float]) -> Lanes:
    """c₀ + c₁x + c₂x² + …, from the highest coefficient inwards."""
    *rest, highest = coefficients
    total = x.like(highest)
    for c in reversed(rest):
        total = fma(total, x, c)
    return total


def pairs(x: Lanes, coefficients: Sequence[float]) -> list[Lanes]:
    """c₀ + c₁x, c₂ + c₃x, …"""
    twos = [coefficients[i : i + 2] for i in range(0, len(coefficients), 2)]
    return [fma(x, c[1], c[0]) if len(c) > 1 else x.like(c[0]) for c in twos]


def paired(x: Lanes, square: Lanes, coefficients: Sequence[float]) -> Lanes:
    """c₀ + c₁x + x²(c₂ + c₃x + …): as many operations as Horner's way, half the chain."""
    *rest, total = pairs(x, coefficients)
    for pair in reversed(rest):
        total = fma(total, square, pair)
    return total


def estrin(x: Lanes, terms: Sequence[Lanes]) -> Lanes:
    """c₀ + c₁x + c₂x² + …, neighbours first: the shortest chain (Estrin 1960)."""
    while len(terms) > 1:
        twos = [terms[i : i + 2] for i in range(0, len(terms), 2)]
        terms = [fma(c[1], x, c[0]) if len(c) > 1 else c[0] for c in twos]
        x = x * x if len(terms) > 1 else x
    return terms[0]


Function = Callable[..., Lanes]
