"""Small changes of a student's own formula that make it right: a transpose, a sign, an order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from tiza.errors import TizaError
from tiza.graph import Node
from tiza.lang.grammar.build import Builder
from tiza.lang.grammar.show import to_text
from tiza.lang.grammar.tree import (
    Call,
    Chain,
    Index,
    Name,
    Neg,
    Statement,
    Transpose,
    Tree,
    children,
    names_in,
    with_children,
)
from tiza.lang.tensor import Tensor
from tiza.readings.blackboard.mistakes.claims import Claim, compute_on
from tiza.readings.blackboard.mistakes.compare import compared
from tiza.readings.blackboard.mistakes.truths import Truth

if TYPE_CHECKING:
    from tiza.readings.blackboard.mistakes.engine import Engine

MOST = 300  # changes that are tried


@dataclass(frozen=True)
class Repair:
    """A changed formula that is right, and what was changed."""

    kind: str
    text: str
    part: str = ""  # the part of the student's formula that is concerned
    names: tuple[str, ...] = ()  # the variables of that part


def repair(engine: Engine, claim: Claim, truth: Truth) -> Repair | None:
    """The first small change that gives the truth; None where there is none."""
    statement = claim.statement
    assert statement is not None  # callers have looked
    (tree,) = statement.values[:1]
    for kind, part, changed in islice(changes(tree), MOST):
        if _is_right(engine, claim, truth, replace(statement, values=(changed,))):
            return Repair(kind, to_text(changed), to_text(part), tuple(names_in(part)))
    return None


def _is_right(engine: Engine, claim: Claim, truth: Truth, statement: Statement) -> bool:
    assert claim.known is not None  # claims of text know their names
    builder = Builder({}, names=False)
    holes: dict[str, Node] = {}
    for name, node in claim.known.items():
        holes[name] = claim.holes[name]
        builder.give(name, Tensor(holes[name]))
        assert node.shape == holes[name].shape  # a hole has the shape of what it stands for
    for name, value in claim.helpers.items():
        builder.give(name, value)
    try:
        made = builder.statement(statement)
    except TizaError:
        return False
    if made.shape != truth.node.shape:
        return False
    return compared(compute_on(made.node, holes), engine.samples(claim, truth, engine.few())).equal


def changes(tree: Tree) -> Iterator[tuple[str, Tree, Tree]]:
    """(kind, the part concerned, the whole changed), one change at a time."""
    yield "transpose", tree, Transpose(tree)
    yield "sign", tree, Neg(tree)
    yield from _inside(tree)
    for name in dict.fromkeys(names_in(tree)):
        yield "transpose-everywhere", Name(name), _everywhere(tree, name)
    for over in (0, 1):
        yield "sum-forgotten", tree, Call("sum", (tree,), (("axis", over),))
    yield "sum-forgotten", tree, Call("sum", (tree,))


def _everywhere(tree: Tree, name: str) -> Tree:
    """Every occurrence of a variable turned."""
    if tree == Name(name) or tree == Transpose(Name(name)):
        return _turned(tree)
    if isinstance(tree, Index):
        return tree
    return with_children(tree, [_everywhere(x, name) for x in children(tree)])


def _inside(tree: Tree) -> Iterator[tuple[str, Tree, Tree]]:
    """Changes of each part inside, then of the whole."""
    if isinstance(tree, Index):
        return  # an entry has no transpose
    parts = children(tree)
    for k, inner in enumerate(parts):
        for kind, part, new in _inside(inner):
            if isinstance(tree, Transpose) and isinstance(new, Transpose):
                continue  # Xᵀᵀ
            yield kind, part, with_children(tree, [*parts[:k], new, *parts[k + 1 :]])
    yield from _here(tree)


def _here(tree: Tree) -> Iterator[tuple[str, Tree, Tree]]:
    match tree:
        case Transpose(x):
            yield "transpose-too-many", tree, x
        case Neg(x):
            yield "sign", tree, x
        case Name() | Chain("entries"):
            yield "transpose", tree, Transpose(tree)
        case Call():
            yield "transpose", tree, Transpose(tree)
            yield from _of_call(tree)
        case Chain("product"):
            yield from _of_product(tree)
        case Chain("sum"):
            yield "transpose", tree, Transpose(tree)
            yield from _of_sum(tree)


def _of_call(tree: Call) -> Iterator[tuple[str, Tree, Tree]]:
    if tree.function in ("sigmoid", "tanh", "relu", "softplus", "exp", "log"):
        kind = "prime-too-many" if tree.primes else "prime"
        yield kind, tree, replace(tree, primes=0 if tree.primes else 1)
    if tree.function == "mean":
        yield "sum-for-mean", tree, replace(tree, function="sum")
    if tree.function == "sum":
        yield "mean-for-sum", tree, replace(tree, function="mean")


def _of_product(tree: Chain) -> Iterator[tuple[str, Tree, Tree]]:
    operands, ops = list(children(tree)), [op for op, _ in tree.rest]
    for k, op in enumerate(ops):
        if op == "*":
            yield "matrix-product", tree, _chain(tree, operands, k, "@")
        elif op != "/":
            yield from _swapped(tree, operands, k)
            yield "entries", tree, _chain(tree, operands, k, "*")


def _swapped(tree: Chain, operands: list[Tree], k: int) -> Iterator[tuple[str, Tree, Tree]]:
    """Two neighbours exchanged, with and without transposes."""
    a, b = operands[k + 1], operands[k]
    for left in (a, _turned(a)):
        for right in (b, _turned(b)):
            both = [*operands[:k], left, right, *operands[k + 2 :]]
            yield "order", tree, with_children(tree, both)


def _turned(tree: Tree) -> Tree:
    return tree.x if isinstance(tree, Transpose) else Transpose(tree)


def _of_sum(tree: Chain) -> Iterator[tuple[str, Tree, Tree]]:
    operands = list(children(tree))
    for k, (op, operand) in enumerate(tree.rest):
        yield "sign", operand, _chain(tree, operands, k, {"+": "-", "-": "+"}[op])


def _chain(tree: Chain, operands: list[Tree], k: int, op: str) -> Chain:
    """The chain with another k-th operator."""
    ops = [op if j == k else other for j, (other, _) in enumerate(tree.rest)]
    return Chain(tree.kind, operands[0], tuple(zip(ops, operands[1:], strict=True)))
