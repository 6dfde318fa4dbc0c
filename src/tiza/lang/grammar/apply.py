"""Operations on what the parts of a formula stand for: products of every rank, functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from tiza.errors import ArgumentError
from tiza.graph.types import float64
from tiza.lang import array_api as xp
from tiza.lang.calls import pair
from tiza.lang.grammar.functions import (
    ALONG,
    ENTRYWISE,
    OF_MATRICES,
    OF_TWO,
    PAIRWISE,
    SUMMARIES,
    Function,
    derived,
    holds,
)
from tiza.lang.grammar.pieces import Number, OnesPiece, Piece, Value, as_number, plain
from tiza.lang.tensor import Tensor


def _expand(x: Tensor, axis: int) -> Tensor:
    return xp.expand_dims(x, axis=axis)


def _squeeze(x: Tensor, axis: int) -> Tensor:
    return xp.squeeze(x, axis=axis)


class Applier:
    """Operations in a scope: one leading axis for each index letter in force."""

    def __init__(self) -> None:
        self.scope: list[str] = []  # index letters in force, outermost first
        self.sizes: dict[str, int] = {}  # how far each of them runs

    def rank(self, x: Tensor) -> int:
        """How many axes x has besides those of the index letters."""
        return x.ndim - len(self.scope)

    @staticmethod
    def number(x: Value) -> Number:
        """A value that is no tensor, as a number."""
        assert not isinstance(x, Piece)  # callers have looked
        return Fraction(1) if isinstance(x, OnesPiece) else x

    def piece(self, x: Value) -> Piece:
        """A value as a tensor."""
        if isinstance(x, Piece):
            return x
        array = xp.asarray(float(self.number(x)), dtype=float64)
        return Piece(xp.reshape(array, (1,) * len(self.scope)))

    def _ranked(self, x: Tensor, rank: int) -> Tensor:
        """x with axes of size 1 before its own, so that it has `rank` among index letters."""
        if not self.scope:
            return x  # broadcasting does it
        k, missing = len(self.scope), rank - self.rank(x)
        return xp.reshape(x, (*x.shape[:k], *(1,) * missing, *x.shape[k:])) if missing else x

    def _aligned(self, a: Value, b: Value) -> tuple[Tensor, Tensor, bool]:
        """Both as tensors of one rank and one type, and whether the result is a row."""
        x = a.tensor if isinstance(a, Piece) else None
        y = b.tensor if isinstance(b, Piece) else None
        if x is None and y is None:
            x = self.piece(a).tensor
        if x is None or y is None:
            one, two = pair(plain(self.number(a)) if x is None else x,
                            plain(self.number(b)) if y is None else y)  # fmt: skip
        else:
            rank = max(self.rank(x), self.rank(y))
            one, two = pair(self._ranked(x, rank), self._ranked(y, rank))
        row = any(isinstance(v, Piece) and v.row for v in (a, b))
        return one, two, row and max(one.ndim, two.ndim) == len(self.scope) + 1

    def entrywise(self, a: Value, b: Value, f: Callable[[Tensor, Tensor], Tensor]) -> Piece:
        """An operation entry by entry."""
        x, y, row = self._aligned(a, b)
        return Piece(f(x, y), row)

    def scaled(self, a: Value, b: Value, *, divide: bool) -> Piece:
        """a ⊙ b or a / b; a fraction multiplies by its numerator and divides by the other."""
        if divide:
            return self.entrywise(a, b, lambda x, y: x / y)
        if isinstance(a, Fraction):
            a, b = b, a
        if isinstance(b, Fraction) and b.denominator > 1:
            if abs(b.numerator) != 1:
                a = self.entrywise(a, Fraction(b.numerator), lambda x, y: x * y)
            elif b.numerator < 0 and isinstance(a, Piece):
                a = Piece(-a.tensor, a.row)
            return self.entrywise(a, Fraction(b.denominator), lambda x, y: x / y)
        return self.entrywise(a, b, lambda x, y: x * y)

    def compared(self, op: str, a: Value, b: Value) -> Piece:
        """1 where a comparison holds."""
        return self.entrywise(a, b, lambda x, y: holds(op, x, y))

    # products
    def product(self, op: str, a: Value, b: Value) -> Value:
        """a b: of matrices and vectors as in linear algebra, of numbers as ever."""
        if isinstance(a, OnesPiece) or isinstance(b, OnesPiece):
            return self._with_ones(a, b)
        if not isinstance(a, Piece) and not isinstance(b, Piece):
            return as_number("*", self.number(a), self.number(b))
        if not isinstance(a, Piece) or not isinstance(b, Piece):
            if a == 1 or b == 1:  # the 1 of 1 bᵀ
                return a if isinstance(a, Piece) else b
            return self.scaled(a, b, divide=False)
        ranks = self.rank(a.tensor), self.rank(b.tensor)
        if 0 in ranks:
            return self.scaled(a, b, divide=False)
        if ranks == (1, 1):
            return self._of_vectors(op, a, b)
        x, y = pair(a.tensor, b.tensor)
        if ranks[0] == 1:
            return Piece(_squeeze(_expand(x, -2) @ y, -2), a.row)
        if ranks[1] == 1 and not b.row:
            return Piece(_squeeze(x @ _expand(y, -1), -1))
        return Piece(x @ (_expand(y, -2) if ranks[1] == 1 else y))

    def _of_vectors(self, op: str, a: Piece, b: Piece) -> Piece:
        x, y = pair(a.tensor, b.tensor)
        if b.row and not a.row and op != "·":
            return Piece(_expand(x, -1) @ _expand(y, -2))
        if op or (a.row and not b.row):
            return Piece(_squeeze(_squeeze(_expand(x, -2) @ _expand(y, -1), -1), -1))  # fmt: skip
        raise ArgumentError("grammar-two-vectors", left=a.tensor.shape, right=b.tensor.shape)

    def _with_ones(self, a: Value, b: Value) -> Value:
        """𝟏ᵀA sums the rows, A𝟏 the columns, 𝟏bᵀ repeats the row b."""
        if isinstance(a, OnesPiece) and isinstance(b, Piece):
            rank = self.rank(b.tensor)
            if a.row and rank:
                return Piece(xp.sum(b.tensor, axis=-min(rank, 2)), rank > 1)
            if rank == 1 and b.row:
                return b
        if isinstance(b, OnesPiece) and isinstance(a, Piece) and not b.row:
            rank = self.rank(a.tensor)
            if rank > 1 or a.row:
                return Piece(xp.sum(a.tensor, axis=-1))
        if isinstance(a, Piece) and self.rank(a.tensor):
            raise ArgumentError("grammar-ones")
        if isinstance(b, Piece) and self.rank(b.tensor):
            raise ArgumentError("grammar-ones")
        other = b if isinstance(a, OnesPiece) else a
        return Fraction(1) if isinstance(other, OnesPiece) else other

    # functions
    def called(self, name: str, args: Sequence[Value], options: dict[str, int],
               primes: int) -> Value:  # fmt: skip
        """A function of the table on its arguments."""
        self._count(name, len(args), options, primes)
        numbers = not any(isinstance(a, Piece) for a in args)
        found = self._called(name, args, options, primes)
        if numbers and not self.scope and found.tensor.ndim == 0:
            number = float(found.tensor.item())
            if not math.isfinite(number):
                raise ArgumentError("grammar-outside")
            return number
        return found

    def _count(self, name: str, got: int, options: dict[str, int], primes: int) -> None:
        several = name in PAIRWISE and name in SUMMARIES
        want = 2 if name in PAIRWISE or name in OF_TWO else 1
        if name == "concat":
            return
        if got != want and not (several and got == 1):
            raise ArgumentError("grammar-arguments", name=name, got=got, want=want)
        takes = name in SUMMARIES or name in ALONG
        if options and not (takes and got == 1):
            raise ArgumentError("grammar-no-option", name=name, option=next(iter(options)))
        if primes and name not in ENTRYWISE:
            raise ArgumentError("grammar-prime-of", name=name)

    def _called(self, name: str, args: Sequence[Value], options: dict[str, int],
                primes: int) -> Piece:  # fmt: skip
        first = self.piece(args[0])
        if name in ENTRYWISE:
            return Piece(derived(ENTRYWISE[name], primes)(first.tensor), first.row)
        if name in PAIRWISE and len(args) == 2:
            if name == "multiply":
                return self.scaled(args[0], args[1], divide=False)
            return self.entrywise(args[0], args[1], PAIRWISE[name])
        if name in SUMMARIES:
            return self._summary(SUMMARIES[name], first, options)
        if name in ALONG:
            axis = self._axis(options.get("axis", -1), first.tensor)
            return Piece(ALONG[name](first.tensor, axis=axis), first.row)
        return self._of_arrays(name, args)

    def _summary(self, function: Function, x: Piece, options: dict[str, int]) -> Piece:
        axes: int | tuple[int, ...] = tuple(range(len(self.scope), x.tensor.ndim))
        if "axis" in options:
            axes = self._axis(options["axis"], x.tensor)
        if axes == ():
            return x
        keepdims = bool(options.get("keepdims", 0))
        return Piece(function(x.tensor, axis=axes, keepdims=keepdims))

    def _axis(self, axis: int, x: Tensor) -> int:
        """An axis counted among those that the formula sees."""
        rank = self.rank(x)
        if not -rank <= axis < rank:
            raise ArgumentError("grammar-axis", axis=axis, rank=rank)
        return axis % rank + len(self.scope)

    def _of_arrays(self, name: str, args: Sequence[Value]) -> Piece:
        """Functions of whole vectors and matrices."""
        tensors = [self.piece(a).tensor for a in args]
        if self.scope:
            raise ArgumentError("grammar-index-function", name=name)
        if name in OF_TWO:
            x, y = pair(tensors[0], tensors[1])
            if x.ndim == 0 or y.ndim == 0:
                return Piece(x * y)
            if name == "dot" and max(x.ndim, y.ndim) > 1:
                return self._dot(args[0], args[1])
            return Piece(OF_TWO[name](x, y))
        if name == "concat":
            return Piece(xp.concat(tensors, axis=-1))
        if name == "transpose":
            return Piece(OF_MATRICES[name](tensors[0]), tensors[0].ndim == 1)
        return Piece(OF_MATRICES[name](tensors[0]))

    def _dot(self, a: Value, b: Value) -> Piece:
        found = self.product("@", a, b)
        return self.piece(found)
