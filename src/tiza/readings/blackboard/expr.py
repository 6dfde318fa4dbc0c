"""Printed mathematics as a small tree that can be printed, simplified and evaluated.

An `Expr` is an operation on expressions, with the shape that the engine gives its value. Its
meaning is NumPy's (`evaluate`), its look is `notation`'s, and both read the same tree: what is
printed is what was compared with the engine.

    op       args           data                      value
    num      -              Fraction | float          the number
    sym      -              Symbol | Partial          looked up in the table of values
    sum      terms          -                         entrywise, scalars broadcast
    series   terms          letter, from, to, any     a sum written with Σ
    stack    terms          -                         one after the other on a new first axis
    prod     factors        -                         entrywise
    frac     over, under    -                         entrywise
    pow      base, exponent -                         entrywise
    matmul   factors        -                         matrix product
    t        x              -                         the last two axes exchanged
    outer    a, b           -                         a bᵀ
    dot      a, b           -                         aᵀ b
    norm     x              -                         √ of the sum of all squares
    rep      x              -                         x repeated to `shape`
    tot      x              axes, keepdims            sum over axes
    view     x              -                         x in another `shape`
    gram     a, b           -                         Σ over leading axes of aᵀ b
    ind      condition      -                         1 where it holds, else 0
    fun      args           Attrs                     the primitive's own value
    picked   p, t           -                         p[i, tᵢ] along axis 1
    onehot   t              -                         1 at the class tᵢ along axis 1
    blocks   matrices       axis                      one beside the other
    pull     g, inputs      (Attrs, index)            the cotangent g carried back to one input
    row      x              k                         x[k] along the first axis
    parts    inputs         (Attrs, index)            one result of a primitive of several
    eye      -              -                         the identity
    diag     v              -                         the matrix with v on its diagonal; of a
                                                      matrix: its diagonal alone
    kron     a, b           -                         Kronecker's product a ⊗ b
    commute  -              shape of X                K with K vec(X) = vec(Xᵀ)
    const    -              "π"                       π
    array    -              Data                      an array without a name
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from tiza.graph import Primitive, parts, placeholder
from tiza.lang.trace import Program
from tiza.transforms import differentiate

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Number = Fraction | float


@dataclass(frozen=True)
class Symbol:
    """A letter with its scripts and accent: W⁽¹⁾ is Symbol("W", sup="1"), ŷ is ("y", hat)."""

    base: str
    sub: str = ""
    sup: str = ""
    accent: str = ""
    new: bool = False  # after an assignment: looks the same, has another value

    def __str__(self) -> str:
        parts = [
            self.base,
            f"_{self.sub}" if self.sub else "",
            f"^({self.sup})" if self.sup else "",
        ]
        return "".join(parts) + (f" {self.accent}" if self.accent else "")


@dataclass(frozen=True)
class Partial:
    """∂of/∂wrt as a name; its value is that derivative."""

    of: Symbol
    wrt: Symbol

    def __str__(self) -> str:
        return f"∂{self.of}/∂{self.wrt}"


@dataclass(frozen=True)
class Differential:
    """d of, the change of a variable to first order; its value is that along one direction."""

    of: Symbol | Partial

    def __str__(self) -> str:
        return f"d{self.of}"


@dataclass(frozen=True)
class Second:
    """∂²of/∂first∂second as a name: a second derivative, or a Hessian."""

    of: Symbol
    first: Symbol
    second: Symbol

    def __str__(self) -> str:
        return f"∂²{self.of}/∂{self.first}∂{self.second}"


Name = Symbol | Partial | Differential | Second


@dataclass(frozen=True)
class Attrs:
    """The attributes of a primitive, compared by identity of the record and by their text."""

    prim: Primitive
    items: tuple[tuple[str, Any], ...]

    def get(self, name: str) -> Any:
        """One attribute."""
        return dict(self.items).get(name)

    def exchanged(self, **new: Any) -> Attrs:
        """The same primitive with some attributes exchanged."""
        return Attrs(self.prim, tuple({**dict(self.items), **new}.items()))


@dataclass(frozen=True)
class Expr:
    """One operation of a printed formula; see the table at the top of this file."""

    op: str
    args: tuple[Expr, ...]
    shape: Shape
    data: Any = None

    @property
    def ndim(self) -> int:
        """How many axes the value has."""
        return len(self.shape)

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.args))
        return f"{self.op}({inside})" if self.data is None else f"{self.op}[{self.data}]({inside})"


Values = Mapping[Name, Any]


def evaluate(expr: Expr, values: Values) -> Array:
    """The value of a printed formula, in float64, from the values of its symbols."""
    with np.errstate(all="ignore"):
        return _value(expr, values, {})


def _value(expr: Expr, values: Values, memo: dict[Expr, Array]) -> Array:
    found = memo.get(expr)
    if found is None:
        if expr.op == "sym":
            found = np.asarray(values[expr.data])
        else:
            found = _VALUES[expr.op](expr, *(_value(a, values, memo) for a in expr.args))
        memo[expr] = found
    return found


def _total(expr: Expr, x: Array) -> Array:
    axes, keepdims = expr.data
    return np.asarray(np.sum(x, axis=axes, keepdims=keepdims))


def _sum(expr: Expr, *xs: Array) -> Array:
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    return np.asarray(total)


def _prod(expr: Expr, *xs: Array) -> Array:
    total = xs[0]
    for x in xs[1:]:
        total = total * x
    return np.asarray(total)


def _matmul(expr: Expr, *xs: Array) -> Array:
    total = xs[0]
    for x in xs[1:]:
        total = total @ x
    return np.asarray(total)


def _gram(expr: Expr, a: Array, b: Array) -> Array:
    rows_a, rows_b = a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1])
    return np.asarray(rows_a.T @ rows_b)


def run(prim: Primitive, attrs: Mapping[str, Any], *xs: Array) -> Array:
    """The value of one primitive or composite on arrays."""
    if prim.value is not None and prim.family != "control":
        return np.asarray(prim.value(*xs, **attrs))
    holes = [placeholder(x.shape, x.dtype) for x in xs]
    return np.asarray(Program(holes, [prim(*holes, **attrs)])(*xs)[0])


def _fun(expr: Expr, *xs: Array) -> Array:
    attrs: Attrs = expr.data
    return run(attrs.prim, dict(attrs.items), *xs)


def _picked(expr: Expr, p: Array, t: Array) -> Array:
    return np.take_along_axis(p, np.expand_dims(t, 1), 1)[:, 0]


def _several(expr: Expr, *xs: Array) -> Array:
    attrs, index = expr.data
    holes = [placeholder(x.shape, x.dtype) for x in xs]
    node = attrs.prim(*holes, **dict(attrs.items))
    return np.asarray(Program(holes, [parts(node)[index]])(*xs)[0])


def _pull(expr: Expr, g: Array, *xs: Array) -> Array:
    attrs, index = expr.data
    holes = [placeholder(x.shape, x.dtype) for x in xs]
    seed = placeholder(g.shape, g.dtype)
    node = attrs.prim(*holes, **dict(attrs.items))
    (found,) = differentiate([node], [holes[index]], [seed])
    assert found is not None  # only asked for inputs that the answer depends on
    return np.asarray(Program([*holes, seed], [found])(*xs, g)[0])


def _plain(array: Array) -> Array:
    return array.astype(float) if array.dtype.kind == "f" else array


def _onehot(expr: Expr, t: Array) -> Array:
    classes = np.arange(expr.shape[1]).reshape((-1,) + (1,) * (t.ndim - 1))
    return np.asarray(np.expand_dims(t, 1) == classes, float)


_VALUES: dict[str, Callable[..., Array]] = {
    "num": lambda e: np.asarray(float(e.data)),
    "sum": _sum,
    "series": _sum,
    "stack": lambda e, *xs: np.stack(xs),
    "prod": _prod,
    "frac": lambda e, a, b: np.asarray(a / b),
    "pow": lambda e, a, b: np.asarray(np.power(a, b)),
    "matmul": _matmul,
    "t": lambda e, x: np.swapaxes(x, -1, -2),
    "outer": lambda e, a, b: np.asarray(a[..., :, None] * b[..., None, :]),
    "dot": lambda e, a, b: np.asarray((a * b).sum(-1)),
    "norm": lambda e, x: np.sqrt((x * x).sum()),
    "rep": lambda e, x: np.broadcast_to(x, e.shape),
    "tot": _total,
    "view": lambda e, x: x.reshape(e.shape),
    "gram": _gram,
    "ind": lambda e, x: x.astype(float),
    "fun": _fun,
    "picked": _picked,
    "onehot": _onehot,
    "eye": lambda e: np.eye(e.shape[0]),
    "diag": lambda e, x: np.diag(x if x.ndim == 1 else np.diag(x)),
    "kron": lambda e, a, b: np.kron(a, b),
    "commute": lambda e: np.eye(e.shape[0])[np.arange(e.shape[0]).reshape(e.data).T.ravel()],
    "const": lambda e: np.asarray(math.pi),
    "pull": lambda e, *xs: _pull(e, *xs),
    "row": lambda e, x: x[e.data],
    "blocks": lambda e, *xs: np.concatenate(xs, axis=e.data),
    "parts": lambda e, *xs: _several(e, *xs),
    "array": lambda e: _plain(np.asarray(e.data.node.value)),
}


def symbols_of(expr: Expr) -> list[Name]:
    """The names that occur in a formula, in the order of reading, each once."""
    found: dict[Name, None] = {}

    def visit(e: Expr) -> None:
        if e.op == "sym":
            found[e.data] = None
        for a in e.args:
            visit(a)

    visit(expr)
    return list(found)


def replaced(expr: Expr, table: Mapping[Expr, Expr]) -> Expr:
    """The formula with some of its parts exchanged; nothing is simplified."""
    if expr in table:
        return table[expr]
    args = tuple(replaced(a, table) for a in expr.args)
    return expr if args == expr.args else Expr(expr.op, args, expr.shape, expr.data)
