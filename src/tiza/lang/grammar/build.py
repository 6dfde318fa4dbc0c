"""Trees to tensors: scalars, vectors and matrices, entries under a sum by broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES
from tiza.graph.types import bool_, float64
from tiza.lang import array_api as xp
from tiza.lang import linalg
from tiza.lang.autodiff import named
from tiza.lang.grammar.apply import Applier
from tiza.lang.grammar.pieces import OnesPiece, Piece, Value, as_number
from tiza.lang.grammar.tree import (
    Call,
    Chain,
    Compare,
    Index,
    Name,
    Neg,
    Num,
    Ones,
    Pow,
    Statement,
    Total,
    Transpose,
    Tree,
    target_name,
)
from tiza.lang.tensor import Tensor, as_tensor, make

PI = 3.141592653589793


class Builder(Applier):
    """Builds statements one after the other; each may use the names that those before gave."""

    def __init__(self, values: dict[str, Any], *, names: bool) -> None:
        super().__init__()
        self.pieces: dict[str, Value] = {}
        for name, value in values.items():
            tensor = as_tensor(value)
            self.pieces[name] = Piece(
                xp.astype(tensor, float64) if tensor.dtype == bool_ else tensor
            )
        self.name_results = names

    def give(self, name: str, value: Tensor) -> None:
        """Let a name stand for a value from here on."""
        self.pieces[name] = Piece(value)

    def statement(self, statement: Statement) -> Tensor:
        """The value of a line, kept under each name that the line gives it."""
        letters = self._letters(statement)
        self.scope, self.sizes = list(letters), {}
        found = self.tree(statement.values[0])
        if letters:
            found = self._entries(found, letters)
        self.scope = []
        value = self.whole(found)
        if self.name_results and statement.name:
            value = named(statement.name, value)
        row = isinstance(found, Piece) and found.row
        for target in statement.targets:
            self.pieces[target_name(target)] = Piece(value, row)
        return value

    def other(self, statement: Statement, k: int) -> Tensor:
        """What the k-th formula of a line stands for, where it says the same several times."""
        self.scope, self.sizes = list(self._letters(statement)), {}
        found = self.tree(statement.values[k])
        if self.scope:
            found = self._entries(found, tuple(self.scope))
        self.scope = []
        return self.whole(found)

    @staticmethod
    def _letters(statement: Statement) -> tuple[str, ...]:
        for target in statement.targets:
            if isinstance(target, Index):
                return tuple(str(i) for i in target.at)
        return ()

    def _entries(self, found: Value, letters: tuple[str, ...]) -> Piece:
        """The array whose entries were written, one axis for each letter."""
        for letter in letters:
            if letter not in self.sizes:
                raise ArgumentError("grammar-index-unused", index=letter)
        piece = self.piece(found)
        if self.rank(piece.tensor):
            raise ArgumentError("grammar-index-rest", shape=piece.tensor.shape[len(letters) :])
        return Piece(xp.broadcast_to(piece.tensor, tuple(self.sizes[c] for c in letters)))

    def whole(self, found: Value) -> Tensor:
        """A value as a tensor."""
        if isinstance(found, Piece):
            return found.tensor
        return xp.asarray(1.0 if isinstance(found, OnesPiece) else float(found), dtype=float64)

    # trees
    def tree(self, tree: Tree) -> Value:
        """What a tree stands for."""
        build: Callable[[Any], Value] = getattr(self, f"_{type(tree).__name__.lower()}")
        return build(tree)

    def _num(self, tree: Num) -> Value:
        return Fraction(tree.value) if isinstance(tree.value, int) else tree.value

    def _ones(self, tree: Ones) -> Value:
        return OnesPiece()

    def _name(self, tree: Name) -> Value:
        found = self.pieces.get(tree.name)
        if found is None:
            if tree.name == "pi":
                return PI
            raise self.unknown(tree.name)
        if not isinstance(found, Piece) or not self.scope:
            return found
        shape = (*(1,) * len(self.scope), *found.tensor.shape)
        return Piece(xp.reshape(found.tensor, shape), found.row)

    def unknown(self, name: str) -> ArgumentError:
        """A name that stands for nothing."""
        known = ", ".join(sorted(self.pieces)) or "-"
        return ArgumentError("grammar-name", name=name, known=known)

    def _neg(self, tree: Neg) -> Value:
        found = self.tree(tree.x)
        if isinstance(found, Piece):
            return Piece(-found.tensor, found.row)
        return -self.number(found)

    def _transpose(self, tree: Transpose) -> Value:
        found = self.tree(tree.x)
        if isinstance(found, OnesPiece):
            return OnesPiece(row=not found.row)
        if not isinstance(found, Piece) or not self.rank(found.tensor):
            return found
        if self.rank(found.tensor) == 1:
            return Piece(found.tensor, not found.row)
        return Piece(linalg.matrix_transpose(found.tensor))

    def _pow(self, tree: Pow) -> Value:
        base, exponent = self.tree(tree.base), self.tree(tree.exponent)
        if isinstance(base, Piece) and self.rank(base.tensor) == 2 and exponent == Fraction(-1):
            return Piece(linalg.inv(base.tensor))
        if isinstance(base, Piece) or isinstance(exponent, Piece):
            return self.entrywise(base, exponent, lambda x, y: x**y)
        try:
            found = float(self.number(base)) ** float(self.number(exponent))
        except (OverflowError, ZeroDivisionError):
            raise ArgumentError("grammar-outside") from None
        if isinstance(found, complex):
            raise ArgumentError("grammar-outside")
        whole = found == int(found) if abs(found) < 2**53 else False
        return Fraction(int(found)) if whole else found

    def _compare(self, tree: Compare) -> Value:
        left, right = self.tree(tree.left), self.tree(tree.right)
        return self.compared(tree.op, left, right)

    def _chain(self, tree: Chain) -> Value:
        found = self.tree(tree.first)
        for op, operand in tree.rest:
            found = self._operate(op, found, self.tree(operand))
        return found

    def _operate(self, op: str, a: Value, b: Value) -> Value:
        if op in ("", "@", "·"):
            return self.product(op, a, b)
        if isinstance(a, Piece) or isinstance(b, Piece):
            if op in "*⊙/":
                return self.scaled(a, b, divide=op == "/")
            return self.entrywise(a, b, (lambda x, y: x + y) if op == "+" else lambda x, y: x - y)
        x, y = self.number(a), self.number(b)
        return as_number(op, x, y)

    def _call(self, tree: Call) -> Value:
        args = [self.tree(arg) for arg in tree.args]
        return self.called(tree.function, args, dict(tree.options), tree.primes)

    # entries
    def _index(self, tree: Index) -> Value:
        """x[i, j, 0] with the axes of i and j moved to where their letters stand in the scope."""
        assert isinstance(tree.x, Name)  # the parser indexes nothing else
        found = self.pieces.get(tree.x.name)
        if found is None:
            raise self.unknown(tree.x.name)
        tensor = self.piece(found).tensor
        letters = [i for i in tree.at if isinstance(i, str)]
        if len(tree.at) > tensor.ndim:
            raise ArgumentError("grammar-index-many", name=tree.x.name, got=len(tree.at),
                                shape=tensor.shape)  # fmt: skip
        if len(set(letters)) < len(letters):
            raise ArgumentError("grammar-index-twice", index=letters[0])
        for axis, i in enumerate(tree.at):
            self._size(tree.x.name, i, tensor.shape[axis])
        tensor = _entries(tensor, tree.at)
        order = sorted(range(len(letters)), key=lambda k: self.scope.index(letters[k]))
        rest = range(len(letters), tensor.ndim)
        lead = tuple(self.sizes[c] if c in letters else 1 for c in self.scope)
        if order != list(range(len(letters))):
            tensor = xp.permute_dims(tensor, (*order, *rest))
        shape = (*lead, *(tensor.shape[k] for k in rest))
        return Piece(tensor if tensor.shape == shape else xp.reshape(tensor, shape))

    def _size(self, name: str, index: int | str, n: int) -> None:
        if isinstance(index, int):
            if index >= n:
                raise ArgumentError("grammar-index-outside", name=name, index=index, size=n)
            return
        if index not in self.scope:
            raise ArgumentError("grammar-index-free", index=index, name=name)
        if self.sizes.setdefault(index, n) != n:
            raise ArgumentError("grammar-index-size", index=index, one=self.sizes[index], two=n)

    def _total(self, tree: Total) -> Value:
        """The body with one more leading axis for each letter, summed over them."""
        if set(tree.over) & set(self.scope) or len(set(tree.over)) < len(tree.over):
            raise ArgumentError("grammar-index-twice", index=tree.over[0])
        outer = len(self.scope)
        self.scope += tree.over
        found = self.piece(self.tree(tree.body))
        for letter in tree.over:
            if letter not in self.sizes:
                raise ArgumentError("grammar-index-unused", index=letter)
        sizes = [self.sizes.pop(letter) for letter in tree.over]
        if tree.upto is not None and sizes != [tree.upto]:
            raise ArgumentError("grammar-sum-upto", index=tree.over[0], got=tree.upto,
                                want=sizes[0])  # fmt: skip
        tensor = found.tensor
        wide = [*tensor.shape[:outer], *sizes, *tensor.shape[len(self.scope) :]]
        del self.scope[outer:]
        tensor = xp.broadcast_to(tensor, tuple(wide)) if tensor.shape != tuple(wide) else tensor
        axes = tuple(range(outer, outer + len(sizes)))
        summary = xp.mean if tree.mean else xp.sum
        return Piece(summary(tensor, axis=axes))


def _entries(x: Tensor, at: tuple[int | str, ...]) -> Tensor:
    """x at the whole numbers among the indices; the axes of letters stay."""
    if all(isinstance(i, str) for i in at):
        return x
    fixed = {axis: i for axis, i in enumerate(at) if isinstance(i, int)}
    starts = tuple(fixed.get(k, 0) for k in range(x.ndim))
    stops = tuple(fixed[k] + 1 if k in fixed else n for k, n in enumerate(x.shape))
    cut = make(PRIMITIVES["slice"], x, starts=starts, stops=stops, steps=(1,) * x.ndim)
    return xp.reshape(cut, tuple(n for k, n in enumerate(x.shape) if k not in fixed))
