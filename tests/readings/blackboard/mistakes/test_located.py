"""Every planted mistake is found at its step; no right derivation is refused."""

from collections.abc import Iterator

import pytest
from readings.blackboard.mistakes.derivations import (
    NETWORKS,
    Network,
    below,
    in_lines,
    in_one,
    mutations,
)

import tiza as tz
from tiza.readings.blackboard.mistakes.verdict import Verdict

WHOLLY = ["one neuron", "linear layers", "residual",
          pytest.param("MLP, regression", marks=pytest.mark.slow)]  # fmt: skip
BY_NAME = {net.name: net for net in NETWORKS}


def checked(net: Network, claim: str) -> Verdict:
    return tz.check(claim, net.loss, shapes=net.shapes, at=net.at, domain=net.domain)


def right_claims(net: Network) -> Iterator[str]:
    yield in_lines(net.steps, {})
    for step in net.steps:
        yield in_one(net.steps, {}, step.name)


def located(net: Network) -> tuple[list[str], int, int]:
    """(what went wrong, planted in lines, planted in final formulas)."""
    lost, lines, finals = [], 0, 0
    for k, wrong in mutations(net):
        step = net.steps[k]
        good = (step.line, *step.also)
        verdict = checked(net, in_lines(net.steps, {k: wrong}))
        lines += 1
        if verdict.line != k + 1 or verdict.step not in good:
            lost.append(f"{net.name}, line {step.name} = {wrong}: {verdict.line} {verdict.step}")
        for target in below(net.steps, k)[:1]:
            verdict = checked(net, in_one(net.steps, {k: wrong}, target))
            finals += 1
            if verdict.equal or verdict.step not in good:
                lost.append(f"{net.name}, {target} with {step.name} = {wrong}: {verdict.step}")
    return lost, lines, finals


def test_there_are_enough_networks_and_mistakes() -> None:
    assert len(NETWORKS) >= 10
    assert sum(len(list(mutations(net))) for net in NETWORKS) >= 200


@pytest.mark.parametrize("name", WHOLLY)
def test_mistakes_are_located(name: str) -> None:
    net = BY_NAME[name]
    for claim in right_claims(net):
        assert checked(net, claim), claim
    assert located(net)[0] == []


@pytest.mark.slow
def test_nearly_all_mistakes_of_all_networks_are_located() -> None:
    refused = [claim for net in NETWORKS for claim in right_claims(net) if not checked(net, claim)]
    assert refused == []
    lost, lines, finals = [], 0, 0
    for net in NETWORKS:
        found, a, b = located(net)
        lost, lines, finals = lost + found, lines + a, finals + b
    assert lines >= 200
    assert finals >= 200
    assert len(lost) <= 0.05 * (lines + finals), lost
    in_lines_lost = [text for text in lost if ", line " in text]
    assert in_lines_lost == []
