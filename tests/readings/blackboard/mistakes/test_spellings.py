"""The same derivations in LaTeX, with decimal commas and as NumPy functions are judged alike."""

import inspect

import pytest
from readings.blackboard.mistakes.derivations import NETWORKS, Network, below, in_one, mutations

import tiza as tz
from tiza.api.check import with_points
from tiza.errors import ArgumentError
from tiza.lang.grammar import parse

TRIED = [n for n in NETWORKS if n.name in {"one neuron", "MLP, regression", "logistic regression"}]


def finals(net: Network):
    """(wrong final formula, number of the wrong step)."""
    for k, wrong in mutations(net):
        for target in below(net.steps, k)[:1]:
            yield in_one(net.steps, {k: wrong}, target), k


def checked(net: Network, claim, **more):
    return tz.check(claim, net.loss, shapes=net.shapes, at=net.at, domain=net.domain, **more)


def as_latex(claim: str) -> str:
    return parse(claim).to_latex()


def as_function(claim: str, net: Network):
    """A function of NumPy arrays that computes what the text says."""
    parsed = parse(net.loss + "\n" + claim.partition("=")[2])
    names = list(parse(net.loss).variables)

    def function(**values):
        return parsed.build({k: tz.tensor(v) for k, v in values.items()}).numpy()

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    function.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in names])
    return function


@pytest.mark.parametrize("net", TRIED, ids=lambda n: n.name)
def test_latex_is_judged_as_python_is(net: Network) -> None:
    for step in net.steps:
        assert checked(net, as_latex(in_one(net.steps, {}, step.name))), step.name
    for claim, k in finals(net):
        verdict = checked(net, as_latex(claim))
        assert not verdict.equal, claim
        assert verdict.step in (net.steps[k].line, *net.steps[k].also), claim


@pytest.mark.parametrize("net", TRIED[:1], ids=lambda n: n.name)
def test_functions_are_judged_as_texts_are(net: Network) -> None:
    right = [s for s in net.steps if s.name in ("dL/dw1", "dL/db1")]
    assert right
    for step in right:
        claim = in_one(net.steps, {}, step.name)
        assert checked(net, as_function(claim, net), wrt=step.name.rpartition("/d")[2])
    tried = 0
    for claim, k in finals(net):
        target = claim.partition(" =")[0].rpartition("/d")[2]
        if target not in ("w1", "b1"):
            continue
        verdict = checked(net, as_function(claim, net), wrt=target)
        assert not verdict.equal, claim
        assert verdict.step in (net.steps[k].line, *net.steps[k].also), claim
        tried += 1
    assert tried >= 3


def test_decimal_commas() -> None:
    loss = "f = 0,5 w x + 1,25; e = (y - f)^2/2"
    assert tz.check("de/dw = -0,5 (y - f) x", loss, decimal=",")
    assert tz.check(r"\frac{\partial e}{\partial w} = -0{,}5 (y - f) x", loss, decimal=",")
    wrong = tz.check("de/dw = 0,5 (y - f) x", loss, decimal=",", lang="es")
    assert not wrong
    assert wrong.mistake == "sign"
    assert "el valor verdadero es -1,75" in str(wrong)
    assert tz.check("de/dw = -max(0; x)", "e = -w max(0; x)", decimal=",")
    assert tz.check("de/dw = max(0, x)", "e = w max(0, x)")


def test_what_a_comma_means_is_said() -> None:
    assert with_points("a = 0,5 f(1; 2,5); b = 3") == "a = 0.5 f(1, 2.5); b = 3"
    with pytest.raises(ArgumentError, match="decimal sign is a point or a comma"):
        tz.check("de/dw = 1", "e = w", decimal="x")
