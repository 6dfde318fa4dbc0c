"""From nodes to printed formulas: one row for each primitive whose look is more than its name.

Whatever has no row is written as a function of its inputs; its value is the primitive's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tiza.graph import COMPOSITES, PRIMITIVES, Node, opened, walk
from tiza.graph.place import made_at
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.expr import Attrs, Expr
from tiza.readings.blackboard.known import HALF, known_number
from tiza.readings.blackboard.long_sums import long_sums

Row = Callable[..., Expr]
ROWS: dict[str, Row] = {}
NOT = PRIMITIVES["logical_not"]


def spells(*names: str) -> Callable[[Row], Row]:
    """Enter a row: a function of (node, *inputs as formulas)."""

    def enter(row: Row) -> Row:
        ROWS.update(dict.fromkeys(names, row))
        return row

    return enter


def function(node: Node, *xs: Expr) -> Expr:
    """A primitive written as a function."""
    attrs = Attrs(node.prim, tuple(node.attrs.items()))
    return Expr("fun", xs, node.shape, attrs)


def _wide(node: Node, *xs: Expr) -> list[Expr]:
    """The inputs repeated to the shape of the answer."""
    return [al.rep(x, node.shape) for x in xs]


def _as(node: Node, x: Expr) -> Expr:
    """A number where an array is expected is repeated."""
    return x if x.shape == node.shape else al.fill(x, node.shape)


ROWS["literal"] = lambda node: literal(node)
ROWS["take_along"] = lambda n, x, i: _gathered(n, x, i)
ROWS["add"] = lambda n, a, b: _as(n, al.add(*_wide(n, a, b)))
ROWS["subtract"] = lambda n, a, b: _as(n, al.sub(*_wide(n, a, b)))
ROWS["multiply"] = lambda n, a, b: _as(n, al.mul(*_wide(n, a, b)))
ROWS["divide"] = lambda n, a, b: _as(n, al.div(*_wide(n, a, b)))
ROWS["negative"] = lambda n, x: al.neg(x)
ROWS["alias"] = lambda n, x: x
ROWS["matmul"] = lambda n, a, b: _matmul(n, a, b)
ROWS["sum"] = lambda n, x: al.total(x, n.attrs["axis"], n.attrs["keepdims"])
ROWS["broadcast_to"] = lambda n, x: _broadcast(n, x)
ROWS["reshape"] = lambda n, x: _reshaped(n, x)
ROWS["sqrt"] = lambda n, x: _root_of(x)


def _root_of(x: Expr) -> Expr:
    """√x; √(Σ xᵢ²) is ‖x‖, √x² is |x|."""
    if x.op == "tot" and x.shape == () and x.args[0].ndim == len(x.data[0]):
        base = _halved(x.args[0])
        if base is not None:
            return Expr("norm", (base,), ())
    if x.op == "pow" and al.is_num(x.args[1], 2):
        return Expr("fun", x.args[:1], x.shape, Attrs(PRIMITIVES["abs"], ()))
    return al.power(x, HALF)


def _halved(x: Expr) -> Expr | None:
    """y of y², up to its sign: every factor must be an even power."""
    if x.op == "pow" and al.is_num(x.args[1]) and isinstance(x.args[1].data, Fraction):
        half = x.args[1].data / 2
        return al.power(x.args[0], al.num(half)) if half.denominator == 1 else None
    if x.op in {"prod", "frac"}:
        parts = [_halved(a) for a in x.args]
        if all(p is not None for p in parts):
            found = [p for p in parts if p is not None]
            return al.mul(*found) if x.op == "prod" else al.div(*found)
    return None


def literal(node: Node) -> Expr:
    """A number written in the program; a hyperparameter knows its own formula."""
    value = node.attrs["value"]
    formula = getattr(value, "formula", None)
    return formula if isinstance(formula, Expr) else known_number(float(value))


def _gathered(node: Node, x: Expr, i: Expr) -> Expr:
    """One entry of each row, p[i, tᵢ], where that is what is looked up."""
    n, axis = i.ndim, node.attrs["axis"]
    if n == 2 and axis == 1 and i.shape[1] == 1 and i.op in {"sym", "view"}:
        return al.view(Expr("picked", (x, al.view(i, i.shape[:1])), i.shape[:1]), i.shape)
    return function(node, x, i)


@spells("bitwise_or", "logical_or")
def _either(node: Node, a: Expr, b: Expr) -> Expr:
    """What is never so is not said."""
    for x, other in ((a, b), (b, a)):
        never = x.args[0] if x.op == "rep" else x
        if node.dtype.kind == "b" and al.is_num(never, 0) and other.shape == node.shape:
            return other
    return function(node, a, b)


@spells("cast")
def _cast(node: Node, x: Expr) -> Expr:
    hot = _one_hot(node.inputs[0], x) if node.dtype.kind == "f" else None
    if hot is not None:
        return hot
    if node.dtype.kind == "f" and x.op == "fun" and node.inputs[0].dtype.kind == "b":
        return Expr("ind", (x,), node.shape)
    return x


def _one_hot(node: Node, x: Expr) -> Expr | None:
    """targets = 0, 1, 2, ... along axis 1 is how the losses write one-hot targets."""
    if node.prim.name != "equal" or node.ndim < 2 or x.op != "fun":
        return None
    left, right = node.inputs
    row = right.value if right.prim.name == "constant" else None
    if row is None or left.shape[1] != 1 or not np.array_equal(row.ravel(), np.arange(row.size)):
        return None
    targets = x.args[0]
    while targets.op in {"rep", "view"}:
        targets = targets.args[0]
    return Expr("onehot", (targets,), node.shape)


@spells("pow")
def _pow(node: Node, a: Expr, b: Expr) -> Expr:
    a, b = al.rep(a, node.shape), al.rep(b, node.shape)
    return _as(node, al.power(a, b))


def _matmul(node: Node, a: Expr, b: Expr) -> Expr:
    if any(x.op == "rep" and al.is_num(x.args[0], 0) for x in (a, b)):
        return al.fill(al.num(0), node.shape)
    if a.op == "t" and a.args[0].op == "view" and b.op == "view":
        lead = b.args[0].shape[:-1]
        left = al.view(a.args[0].args[0], (*lead, a.shape[0]))
        if len(lead) > 1 and b.args[0].shape[-1] == b.shape[-1]:
            return Expr("gram", (left, b.args[0]), node.shape)
    if a.shape[-1] == 1 and b.shape[-2] == 1 and a.ndim == b.ndim == 2:
        column, row = _vector(a), _vector(b)
        if column is not None and row is not None:
            return Expr("outer", (column, row), node.shape)
    if a.op == "view" and a.ndim == b.ndim == 2 and a.args[0].shape[-1] == a.shape[-1]:
        inner = a.args[0]  # rows of a stack: the stack itself times the matrix
        if inner.ndim > 2 and 0 not in a.shape:
            return al.view(al.matmul(inner, b), node.shape)
    for x in (a, b):
        if x.op == "rep" and not x.args[0].shape:
            return function(node, a, b)
    return al.matmul(a, b)


def _vector(x: Expr) -> Expr | None:
    """The vector that a matrix of one row or one column is."""
    n = math.prod(x.shape)
    if x.op == "t":
        return _vector(x.args[0])
    if x.op == "view" and x.args[0].shape == (n,):
        return x.args[0]
    return None


def _broadcast(node: Node, x: Expr) -> Expr:
    return al.fill(x, node.shape)


def _reshaped(node: Node, x: Expr) -> Expr:
    """x in another shape; x[k] where one row was cut out of x."""
    if x.op == "fun" and x.data.prim.name == "slice" and x.shape == (1, *node.shape):
        starts, steps = x.data.get("starts"), x.data.get("steps")
        inner = x.args[0]
        if not any(starts[1:]) and inner.shape[1:] == node.shape and set(steps) == {1}:
            return Expr("row", (inner,), node.shape, starts[0])
    return al.view(x, node.shape)


@spells("concat")
def _concat(node: Node, *xs: Expr) -> Expr:
    if node.attrs["axis"] == 0 and all(x.op == "view" and x.shape[0] == 1 for x in xs):
        inner = [x.args[0] for x in xs]
        if all(x.shape == node.shape[1:] for x in inner):
            return Expr("stack", tuple(inner), node.shape)
    return Expr("blocks", xs, node.shape, node.attrs["axis"]) if len(xs) > 1 else xs[0]


@spells("permute")
def _permute(node: Node, x: Expr) -> Expr:
    axes, n = node.attrs["axes"], node.ndim
    if axes == tuple(range(n)):
        return x
    if n >= 2 and axes == (*range(n - 2), n - 1, n - 2):
        return al.transpose(x)
    return function(node, x)


@spells("linear")
def _linear(node: Node, x: Expr, w: Expr, *bias: Expr) -> Expr:
    product = al.matmul(x, al.transpose(w)) if x.ndim >= 2 else _apply(w, x)
    return al.add(product, *(al.rep(b, node.shape) for b in bias))


def _apply(w: Expr, x: Expr) -> Expr:
    """W x of a matrix and a vector."""
    column = Expr("view", (x,), (*x.shape, 1))
    return Expr("view", (Expr("matmul", (w, column), (w.shape[0], 1)),), (w.shape[0],))


@spells("where")
def _where(node: Node, c: Expr, a: Expr, b: Expr) -> Expr:
    shape = node.shape
    plain = _decided(a, c, 1), _decided(b, c, 2)
    if plain != (a, b):  # what is guarded has no value elsewhere: no factor 0 makes it 0
        return function(node, c, *(al.rep(x, shape) for x in plain))
    indicator = al.rep(Expr("ind", (c,), c.shape), shape)
    a, b = al.rep(a, shape), al.rep(b, shape)
    finite = all(not (x.op == "num" and not math.isfinite(x.data)) for x in (a, b))
    if al.is_num(b, 0) or (b.op == "rep" and al.is_num(b.args[0], 0)):
        return _as(node, al.mul(a, indicator))
    if finite and (al.is_num(a, 0) or (a.op == "rep" and al.is_num(a.args[0], 0))):
        opposite = al.rep(
            Expr("ind", (Expr("fun", (c,), c.shape, Attrs(NOT, ())),), c.shape), shape
        )
        return _as(node, al.mul(b, opposite))
    return function(node, c, a, b)


def _decided(e: Expr, c: Expr, branch: int) -> Expr:
    """A case inside a case of the same condition is decided there, entry by entry."""
    if c.shape and (e.shape != c.shape or not _entrywise(e)):
        return e
    if e.op == "fun" and e.data.prim.name == "where" and e.args[0] == c:
        return al.rep(_decided(e.args[branch], c, branch), e.shape)
    args = tuple(_decided(x, c, branch) for x in e.args)
    return e if args == e.args else Expr(e.op, args, e.shape, e.data)


def _entrywise(e: Expr) -> bool:
    plain = e.op in {"sum", "prod", "frac", "pow"}
    return plain or (e.op == "fun" and e.data.prim.family == "elementwise")


@spells("expm1")
def _expm1(node: Node, x: Expr) -> Expr:
    """eˣ − 1; e^(t log β) − 1 is βᵗ − 1 where β is a hyperparameter (`optim.unbias`)."""
    number, t = al.split_number(x)
    base = BASES.get(round(float(number), 12))
    if base is not None:
        return al.add(Expr("pow", (base, t), t.shape), al.num(-1))
    return _as(node, al.add(Expr("fun", (x,), x.shape, Attrs(PRIMITIVES["exp"], ())), al.num(-1)))


@spells("log1p")
def _log1p(node: Node, x: Expr) -> Expr:
    return _log(_as(node, al.add(al.num(1), x)))


@spells("exp")
def _exp(node: Node, x: Expr) -> Expr:
    """e^(t log β) is βᵗ where β is a hyperparameter, or a number that a rule writes so."""
    number, t = al.split_number(x)
    base = BASES.get(round(float(number), 12))
    return Expr("pow", (base, t), t.shape) if base is not None else function(node, x)


BASES: dict[float, Expr] = {}  # log β → β, while an optimizer's formula is being read


def translate(outputs: Sequence[Node], known: Mapping[Node, Expr]) -> list[Expr]:
    """The formulas of nodes, those in `known` being written as given."""
    made: dict[Node, Expr] = dict(known)
    order = walk(outputs, lambda n: () if n in made else n.inputs)
    chains = long_sums(order, {*outputs, *known})
    for node in order:
        if node in chains:
            if chains[node]:
                made[node] = _as(node, al.add(*(al.rep(made[i], node.shape) for i in chains[node])))
        elif node not in made:
            made[node] = _with_companion(node, made) or spell(node, [made[i] for i in node.inputs])
    return [made[n] for n in outputs]


def _with_companion(node: Node, made: Mapping[Node, Expr]) -> Expr | None:
    """A loss of logits in terms of its probabilities, a standardization in terms of μ and σ."""
    make = COMPANIONS.get(node.prim.name)
    if make is None:
        return None
    found = [made.get(n) for n in make(node)]
    names = [x for x in found if x is not None and _is_symbol(x)]
    if len(names) != len(found):
        return None
    return WRITTEN[node.prim.name](node, [made[i] for i in node.inputs], *names)


def _is_symbol(x: Expr) -> bool:
    return x.op == "sym" or (x.op == "t" and x.args[0].op == "sym")


def _log(x: Expr) -> Expr:
    return Expr("fun", (x,), x.shape, Attrs(PRIMITIVES["log"], ()))


def _yes_or_no(t: Expr, p: Expr) -> Expr:
    q, s = (al.sub(al.num(1), x) for x in (p, t))
    return al.neg(al.add(al.mul(t, _log(p)), al.mul(s, _log(q))))


def _standard(node: Node, x: Expr, mean: Expr, spread: Expr) -> Expr:
    return al.div(al.sub(x, al.rep(mean, x.shape)), al.rep(spread, x.shape))


WRITTEN: dict[str, Callable[..., Expr]] = {
    "cross_entropy": lambda n, xs, p: al.neg(_log(Expr("picked", (p, xs[1]), n.shape))),
    "soft_cross_entropy": lambda n, xs, p: al.neg(
        al.total(al.mul(xs[1], _log(p)), (1,), False)),
    "bce_with_logits": lambda n, xs, p: _yes_or_no(xs[1], p),
    "standardize": lambda n, xs, mean, spread: _standard(n, xs[0], mean, spread),
}  # fmt: skip


def _moments(node: Node) -> tuple[Node, Node]:
    """μ and σ of a standardization, which its derivative speaks of, too."""
    body = opened(node)
    return body.inputs[0].inputs[1], body.inputs[1]


def companions(node: Node) -> tuple[Node, ...]:
    """What an operation speaks of on the blackboard: probabilities of logits, mean and spread."""
    make = COMPANIONS.get(node.prim.name)
    if make is None:
        return ()
    with made_at(node.place):
        return make(node)


COMPANIONS: dict[str, Callable[[Node], tuple[Node, ...]]] = {
    "cross_entropy": lambda n: (COMPOSITES["softmax"](n.inputs[0], axis=1),),
    "soft_cross_entropy": lambda n: (COMPOSITES["softmax"](n.inputs[0], axis=1),),
    "bce_with_logits": lambda n: (PRIMITIVES["sigmoid"](n.inputs[0]),),
    "standardize": _moments,
}


@spells("part")
def _part(node: Node, several: Expr) -> Expr:
    return Expr("parts", several.args, node.shape, (several.data, node.attrs["index"]))


def spell(node: Node, xs: list[Expr]) -> Expr:
    """The formula of one node on formulas of its inputs."""
    if node.prim.name == "constant":
        return constant(node)
    row = ROWS.get(node.prim.name)
    made = row(node, *xs) if row else function(node, *xs)
    assert node.prim.several or made.shape == node.shape, (node, made)
    return made


def constant(node: Node) -> Expr:
    """Data without a name: a number, or an array written out as itself."""
    if node.shape == ():
        return al.num(float(node.value))
    entries = np.unique(np.asarray(node.value, float))
    if entries.size == 1:
        return al.fill(al.num(float(entries[0])), node.shape)
    return Expr("array", (), node.shape, Data(node))


@dataclass(frozen=True, eq=False)
class Data:
    """An array inside a formula, equal only to itself."""

    node: Node
