"""Typed formulas as printed ones: the trees of the grammar in the shape of the blackboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from tiza.graph import COMPOSITES, PRIMITIVES, Primitive
from tiza.lang.grammar.tree import (
    Call,
    Chain,
    Compare,
    Name,
    Neg,
    Num,
    Ones,
    Pow,
    Transpose,
    Tree,
)
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard import functions, matrices
from tiza.readings.blackboard.expr import _VALUES, Attrs, Expr, Shape
from tiza.readings.blackboard.notation import ATOM, POWER, SET, Set, inside

__all__ = ["Speller", "functions", "matrices"]  # the last two enter how operations look
ENTRYWISE = {"exp", "log", "sqrt", "sigmoid", "tanh", "relu", "abs", "sign", "softplus"}
COMPARISONS = {"<": "less", ">": "greater", "<=": "less_equal", ">=": "greater_equal"}


def _set_inverse(e: Expr, at: tuple[str, ...] | None) -> Set:
    power = bx.row(bx.Sign("−", "prefix"), bx.Numeral("1"))
    return bx.Script(inside(e.args[0], ATOM), sup=power), POWER


def _set_diagonal(e: Expr, at: tuple[str, ...] | None) -> Set:
    return bx.row(bx.Letter("diag"), bx.Fence("(", inside(e.args[0], 0), ")")), ATOM


SET |= {"inverse": _set_inverse, "diagonal": _set_diagonal}
_VALUES["inverse"] = lambda e, x: np.asarray(np.linalg.inv(x))
_VALUES["diagonal"] = lambda e, x: np.asarray(np.diag(x))


class Speller:
    """Spells trees over named values; `rows` are the vectors that were transposed."""

    def __init__(self, names: Mapping[str, Expr]) -> None:
        self.names = names
        self.rows: set[int] = set()  # ids of vectors that stand as rows
        self.kept: list[Expr] = []  # so that no id is used twice

    def spell(self, tree: Tree) -> Expr:
        """The printed formula of a tree."""
        match tree:
            case Num(value):
                return al.num(Fraction(value) if isinstance(value, int) else value)
            case Name(name):
                return self.names[name]
            case Neg(x):
                return al.neg(self.spell(x))
            case Transpose(x):
                return self._transposed(self.spell(x))
            case Pow(base, exponent):
                return self._power(self.spell(base), self.spell(exponent))
            case Chain():
                return self._chain(tree)
            case Call():
                return self._call(tree)
            case _:
                raise TypeError(type(tree).__name__)  # the classics use nothing else

    def _transposed(self, x: Expr) -> Expr:
        if x.ndim != 1:
            return al.transpose(x) if x.ndim > 1 else x
        if id(x) in self.rows:
            return x
        row = Expr(x.op, x.args, x.shape, x.data)
        self.rows.add(id(row))
        self.kept.append(row)
        return row

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if base.ndim == 2 and al.is_num(exponent, -1):
            return Expr("inverse", (base,), base.shape)
        shape = al.common(base.shape, exponent.shape)
        return al.power(al.rep(base, shape), al.rep(exponent, shape))

    def _chain(self, tree: Chain) -> Expr:
        if tree.kind == "sum":
            return self._sum(tree)
        found = self._operand(tree.first)
        for op, operand in tree.rest:
            found = self._product(op, found, self._operand(operand))
        return found if isinstance(found, Expr) else al.num(1)

    def _operand(self, tree: Tree) -> Expr | Ones:
        return tree if isinstance(tree, Ones) else self.spell(tree)

    def _sum(self, tree: Chain) -> Expr:
        parts = [self.spell(tree.first)]
        for op, operand in tree.rest:
            x = self.spell(operand)
            parts.append(al.neg(x) if op == "-" else x)
        shape = al.common(*(x.shape for x in parts))
        return al.add(*(al.rep(x, shape) for x in parts))

    def _product(self, op: str, a: Expr | Ones, b: Expr | Ones) -> Expr:
        if isinstance(b, Ones):
            assert isinstance(a, Expr)  # 𝟏𝟏 is not written
            return al.total(a, (a.ndim - 1,), False)
        if isinstance(a, Ones):
            return b
        shape = al.common(a.shape, b.shape)
        if op == "/":
            return self._as_row(al.div(al.rep(a, shape), al.rep(b, shape)), a, b)
        if op in ("*", "⊙") or 0 in (a.ndim, b.ndim):
            return self._as_row(al.mul(al.rep(a, shape), al.rep(b, shape)), a, b)
        if (a.ndim, b.ndim) == (1, 1):
            return self._of_vectors(a, b)
        if b.ndim == 1:
            return _applied(a, b)
        return al.matmul(a, b)

    def _as_row(self, made: Expr, *parts: Expr) -> Expr:
        """A multiple of a row is a row."""
        rows = any(id(part) in self.rows for part in parts)
        return self._transposed(made) if rows and made.ndim == 1 else made

    def _of_vectors(self, a: Expr, b: Expr) -> Expr:
        """aᵀ b is a number, a bᵀ a matrix; numbers stand in front."""
        (m, x), (n, y) = al.split_scalars(a), al.split_scalars(b)
        if id(a) in self.rows:
            return al.mul(m, n, Expr("dot", (x, y), ()))
        return al.mul(m, n, Expr("outer", (x, y), (*a.shape, *b.shape)))

    def _call(self, tree: Call) -> Expr:
        options = dict(tree.options)
        if tree.function == "indicator":
            return self._indicator(tree.args[0])
        args = [self.spell(a) for a in tree.args]
        x = args[0]
        simple: dict[str, Callable[[], Expr]] = {
            "sum": lambda: self._total(x, options),
            "diag": lambda: Expr("diagonal", (x,), (*x.shape, *x.shape)),
            "inv": lambda: Expr("inverse", (x,), x.shape),
            "max": lambda: self._maximum(args),
            "softmax": lambda: _function(COMPOSITES["softmax"], x, axis=x.ndim - 1),
        }
        make = simple.get(tree.function)
        return make() if make else _function(PRIMITIVES[tree.function], x)

    @staticmethod
    def _total(x: Expr, options: Mapping[str, int]) -> Expr:
        axes = (options["axis"],) if "axis" in options else tuple(range(x.ndim))
        return al.total(x, axes, bool(options.get("keepdims")))

    @staticmethod
    def _maximum(args: list[Expr]) -> Expr:
        shape = al.common(*(a.shape for a in args))
        attrs = Attrs(PRIMITIVES["maximum"], ())
        return Expr("fun", tuple(al.rep(a, shape) for a in args), shape, attrs)

    def _indicator(self, tree: Tree) -> Expr:
        assert isinstance(tree, Compare)  # 1[...] holds a comparison
        a, b = self.spell(tree.left), self.spell(tree.right)
        shape = al.common(a.shape, b.shape)
        attrs = Attrs(PRIMITIVES[COMPARISONS[tree.op]], ())
        return Expr(
            "ind", (Expr("fun", (al.rep(a, shape), al.rep(b, shape)), shape, attrs),), shape
        )


def _function(prim: Primitive, x: Expr, **attrs: int) -> Expr:
    if prim.name == "sqrt":
        return al.power(x, al.num(Fraction(1, 2)))
    return Expr("fun", (x,), x.shape, Attrs(prim, tuple(attrs.items())))


def _applied(a: Expr, x: Expr) -> Expr:
    """A x of a matrix and a vector."""
    column_shape: Shape = (*x.shape, 1)
    number, a = al.split_scalars(a)
    whole = x.op == "view" and x.args[0].shape == column_shape
    column = x.args[0] if whole else Expr("view", (x,), column_shape)
    if column.op == "matmul":
        product: Expr = Expr("matmul", (a, *column.args), (a.shape[0], 1))
    else:
        product = Expr("matmul", (a, column), (a.shape[0], 1))
    return al.mul(number, Expr("view", (product,), (a.shape[0],)))
