"""A right derivative is accepted however it is written: rewritten by SymPy, or as matrices."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from readings.blackboard.mistakes.derivations import NETWORKS, in_one

import tiza as tz
from tiza.lang.grammar import parse
from tiza.lang.grammar.show import to_text
from tiza.lang.grammar.tree import Chain, Transpose, Tree, children, with_children

sympy = pytest.importorskip("sympy")

SCALARS = {
    "one neuron": "(y - 1/(1 + exp(-w1*x - b1)))**2/2",
    "tanh, sigmoid": "(y - 1/(1 + exp(-w2*tanh(w1*x + b1) - b2)))**2/2",
    "softplus": "(y - log(1 + exp(w1*x + b1)))**2",
    "products": "(w1*w2*x - y)**2 + w1**2/2",
    "sine": "sin(w1*x + b1)**2*exp(-w2*x)/2",
    "root": "sqrt(1 + (w1*x - y)**2)",
    "logistic": "log(1 + exp(-y*(w1*x + b1)))",
    "quotient": "(w1*x + b1)/(1 + w1**2*x**2)",
    "Gauss": "exp(-(w1*x - y)**2/2)*w2",
}
REWRITES: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda f: f,
    "expand": sympy.expand,
    "factor": sympy.factor,
    "together": sympy.together,
    "simplify": sympy.simplify,
    "in exponentials": lambda f: f.rewrite(sympy.exp),
    "in tanh": lambda f: f.rewrite(sympy.tanh) if not f.has(sympy.sin) else f,
    "expanded functions": lambda f: sympy.expand(f, func=True),
    "powers joined": sympy.powsimp,
    "trigonometry": lambda f: sympy.expand_trig(sympy.trigsimp(f)),
    "horner": lambda f: sympy.cancel(f) if not f.has(sympy.exp, sympy.tanh) else sympy.radsimp(f),
}


def rewritten(loss: str) -> Iterator[tuple[str, str, str]]:
    """(variable, rewrite, formula) of every derivative of a loss."""
    formula = sympy.sympify(loss)
    for symbol in sorted(formula.free_symbols, key=str):
        if str(symbol)[0] in "wb":
            slope = sympy.diff(formula, symbol)
            for name, rewrite in REWRITES.items():
                made = rewrite(slope)
                if not made.has(sympy.I):  # e^(ix) is no formula of real numbers
                    yield str(symbol), name, str(made)


@pytest.mark.parametrize("name", ["quotient", "products"])
def test_sympy_rewrites_are_right(name: str) -> None:
    for wrt, how, formula in rewritten(SCALARS[name]):
        assert tz.check(formula, SCALARS[name], wrt), (how, formula)


# matrices: the laws of the algebra, applied at random
MATRICES = {"MLP, regression", "MLP, softmax", "deep MLP", "square MLP", "attention"}


def flat(tree: Tree) -> bool:
    """A matrix product of two or more factors and nothing else."""
    return (
        isinstance(tree, Chain)
        and tree.kind == "product"
        and all(op in ("", "@") for op, _ in tree.rest)
    )


def is_scalar_free(tree: Tree) -> bool:
    text = to_text(tree)
    return "/" not in text and "𝟏" not in text and "1[" not in text


def laws(tree: Tree) -> Iterator[Tree]:
    """The same matrix, written in another way."""
    yield Transpose(Transpose(tree)) if not isinstance(tree, Transpose) else tree
    if isinstance(tree, Chain) and flat(tree) and is_scalar_free(tree):
        operands = list(children(tree))
        turned = [x.x if isinstance(x, Transpose) else Transpose(x) for x in operands[::-1]]
        yield Transpose(with_children(tree, turned))  # AB = (BᵀAᵀ)ᵀ
        if len(operands) > 2:  # (AB)C = A(BC)
            tail = Chain("product", operands[1], tree.rest[1:])
            yield Chain("product", operands[0], ((tree.rest[0][0], tail),))
    if isinstance(tree, Chain) and tree.kind == "entries":
        yield with_children(tree, list(children(tree))[::-1])  # A⊙B = B⊙A
    if isinstance(tree, Chain) and tree.kind == "sum" and tree.rest[-1][0] == "-":
        first, (_, second) = tree.first, tree.rest[-1]
        if len(tree.rest) == 1:
            yield parse(f"-({to_text(second)}) + {to_text(first)}").statements[0].values[0]


def shuffled(tree: Tree, rng: random.Random, steps: int = 4) -> Tree:
    for _ in range(steps):
        found = list(places(tree))
        if not found:
            break
        tree = rng.choice(found)
    return tree


def places(tree: Tree) -> Iterator[Tree]:
    """Every way to apply one law somewhere."""
    yield from laws(tree)
    parts = list(children(tree))
    for k, part in enumerate(parts):
        for new in places(part):
            yield with_children(tree, [*parts[:k], new, *parts[k + 1 :]])


def matrix_claims(seed: int, each: int) -> Iterator[tuple[Any, str]]:
    rng = random.Random(seed)
    for net in (n for n in NETWORKS if n.name in MATRICES):
        for step in net.steps:
            if not step.name.startswith(("dL/dW", "dL/dQ", "dL/dK", "dL/dV")):
                continue
            (line,) = parse(in_one(net.steps, {}, step.name)).statements
            for _ in range(each):
                tree = shuffled(line.values[0], rng)
                yield net, to_text(replace(line, values=(tree,)))


def refused(claims: Iterator[tuple[Any, str]]) -> list[str]:
    return [
        claim
        for net, claim in claims
        if not tz.check(claim, net.loss, shapes=net.shapes, at=net.at, domain=net.domain)
    ]


def test_matrix_rewrites_are_right() -> None:
    assert refused(matrix_claims(1, 1)) == []


@pytest.mark.slow
def test_not_one_of_more_than_two_hundred_rewritten_forms_is_refused() -> None:
    lost, count = [], 0
    for loss in SCALARS.values():
        for wrt, how, formula in rewritten(loss):
            count += 1
            if not tz.check(formula, loss, wrt):
                lost.append((loss, wrt, how, formula))
    claims = list(matrix_claims(2, 5))
    assert count >= 150
    assert len(claims) >= 50
    assert lost == []
    assert refused(iter(claims)) == []
