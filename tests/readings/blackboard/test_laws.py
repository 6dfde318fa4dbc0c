"""Laws of the blackboard over all primitives and composites: what is printed is true."""

from xml.etree import ElementTree

import numpy as np
import pytest
from laws.cases import ALL, floats, leaves, results, samples, values

from tiza.graph import Primitive, placeholder
from tiza.graph.types import is_float
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.chain import opened_line, shares, written
from tiza.readings.blackboard.expr import Symbol, evaluate
from tiza.readings.blackboard.latex import latex
from tiza.readings.blackboard.mathml import mathml
from tiza.readings.blackboard.notation import formula
from tiza.readings.blackboard.printed import distance
from tiza.readings.blackboard.proofs import proof_of
from tiza.readings.blackboard.unicode import unicode
from tiza.readings.evaluate import Program
from tiza.transforms import differentiate

NAMES = "ABCDEFGH"
LOOPS = {"while", "cond", "scan"}
SINGLE = [p for p in ALL if p.name not in LOOPS]  # loops are derived step by step
SMOOTH = [p for p in SINGLE if p.vjp or p.body]


def boards(prim: Primitive, xs, attrs):
    """For each result the line of the operation on symbols, and the values of the symbols."""
    nodes = leaves(xs)
    names = [Symbol(NAMES[i]) for i in range(len(nodes))]
    symbols = {n: al.sym(name, n.shape) for n, name in zip(nodes, names, strict=True)}
    numbers = dict(zip(names, xs, strict=True))
    inputs = list(dict.fromkeys(nodes))
    for out in results(prim, nodes, attrs):
        yield nodes, out, opened_line(out, inputs), symbols, numbers


def assert_sets(expr) -> None:
    """The formula can be printed in each medium."""
    box = formula(expr)
    text = latex(box)
    assert unicode(box).strip()
    assert text.isascii()
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert "_" not in text.replace("_{", "") or r"\_" in text
    ElementTree.fromstring(mathml(box))


@pytest.mark.parametrize("prim", SINGLE, ids=str)
def test_the_printed_value_is_the_value(prim: Primitive) -> None:
    for xs, attrs in samples(prim):
        for _, out, line, symbols, numbers in boards(prim, xs, attrs):
            expr = written(line, symbols)
            (want,) = values([out])
            assert_sets(expr)
            if want.dtype.kind in "fiub":
                assert distance(np.broadcast_to(evaluate(expr, numbers), want.shape), want) < 1e-9


@pytest.mark.parametrize("prim", SMOOTH, ids=str)
def test_the_printed_derivative_is_the_derivative(prim: Primitive) -> None:
    rng = np.random.default_rng(1)
    for xs, attrs in samples(prim):
        if any(x.dtype.kind == "c" for x in xs):
            continue
        for parts in boards(prim, xs, attrs):
            assert_slopes(rng, *parts)


def assert_slopes(rng, nodes, out, line, symbols, numbers) -> None:
    """Each share of the derivative as printed is what the engine carries back."""
    if not is_float(out.dtype) or out.dtype.kind != "f":
        return
    wanted = [nodes[i] for i in floats(nodes)]
    seed = placeholder(out.shape, out.dtype)
    g = rng.normal(size=out.shape)
    found = differentiate([out], wanted, [seed])
    answers = iter(Program([seed], [n for n in found if n is not None])(g))
    exprs = shares(line, wanted, symbols, al.sym(Symbol("G"), out.shape))
    for expr, node in zip(exprs, found, strict=True):
        assert (expr is None) == (node is None)
        if expr is not None:
            assert_sets(expr)
            want = next(answers)
            got = evaluate(expr, {**numbers, Symbol("G"): g})
            assert distance(np.broadcast_to(got, want.shape), want) < 1e-9, unicode(formula(expr))


@pytest.mark.parametrize("prim", ALL, ids=str)
def test_every_rule_has_a_proof(prim: Primitive) -> None:
    proof = proof_of(prim.name)
    assert any(isinstance(p, str) for p in proof)
    assert all(isinstance(p, str) or (p[0] == "") == (p[1] == "") for p in proof)


def test_a_wrong_derivative_is_caught() -> None:
    x, g = al.sym(Symbol("x"), (3,)), al.sym(Symbol("G"), (3,))
    numbers = {Symbol("x"): np.array([0.1, 0.2, 0.3]), Symbol("G"): np.ones(3)}
    wrong = al.mul(g, al.sub(al.num(1), x))
    assert distance(evaluate(wrong, numbers), 1 - numbers[Symbol("x")] ** 2) > 1e-9
