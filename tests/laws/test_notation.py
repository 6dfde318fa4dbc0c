"""Every record can be read aloud: notation of the operation and of its derivative."""

import pytest
from laws.cases import ALL, leaves, results, samples

from tiza.graph import Primitive
from tiza.graph.types import is_float

SYMBOLS = ["a", "b", "c", "d", "e", "f"]


def braces_balance(text: str) -> bool:
    depth = 0
    for char in text.replace(r"\{", "").replace(r"\}", ""):
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0


@pytest.mark.parametrize("prim", ALL, ids=str)
def test_the_operation_has_a_notation(prim: Primitive) -> None:
    text = prim.latex.format(*SYMBOLS, index=0)
    assert text
    assert braces_balance(text), text
    assert "0" not in prim.latex or "a" in text


@pytest.mark.parametrize("prim", [p for p in ALL if p.vjp and p.name != "while"], ids=str)
def test_each_derivative_that_exists_has_a_notation(prim: Primitive) -> None:
    for xs, attrs in samples(prim)[:1]:
        nodes = leaves(xs)
        outs = results(prim, nodes, attrs)
        if prim.several:
            assert prim.latex_vjp
            continue
        shares = prim.vjp(outs[0], outs[0], *nodes, **attrs) if is_float(outs[0].dtype) else []
        for k, share in enumerate(shares[:2]):
            if share is not None:
                text = prim.latex_vjp[k].format(*SYMBOLS, y="y", g="g")
                assert text
                assert braces_balance(text), text


def test_a_broken_notation_is_caught() -> None:
    assert not braces_balance(r"\frac{1}{x")
    assert not braces_balance("}{")
    assert braces_balance(r"\{1\} \frac{1}{x}")
