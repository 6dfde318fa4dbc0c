"""What a trained network shows of itself on the blackboard is what it computes."""

from dataclasses import replace

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.errors import use_language
from tiza.nn import functional as F
from tiza.recipes import board
from tiza.recipes.networks import mlp
from tiza.recipes.problem import Part, Plan, Problem


def small(task="classification", classes=("a", "<b>", "c")):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 6)).astype(np.float32)
    y = rng.integers(0, 3, 20) if classes else rng.normal(size=(20, 1)).astype(np.float32)
    part = Part(x, y)
    return Problem(
        name="p", title=("p", "p"), task=task, train=part, valid=part, test=part,
        network=lambda i, o: mlp(i, [8], o, dropout=0.5), plan=Plan(), classes=classes,
    )  # fmt: skip


def answered(problem):
    tz.manual_seed(0)
    model = problem.network(problem.inputs, problem.outputs)
    model.eval()
    with tz.no_grad():
        outputs = model(tz.asarray(problem.test.x)).numpy()
    model.train()
    return model, outputs


def test_the_example_is_the_one_it_is_in_doubt_about():
    problem = small()
    outputs = np.full((20, 3), -9.0)
    outputs[np.arange(20), problem.test.y] = 9.0
    outputs[7] = 0.0
    assert board.example(problem, outputs) == 7
    assert board.example(small("regression", ()), np.zeros((20, 1))) == 0


def test_the_gradients_of_the_neuron_are_those_of_the_network():
    problem = small()
    model, outputs = answered(problem)
    row = board.example(problem, outputs)
    made = board.neuron(problem, model, outputs)
    assert model.training
    assert max(made.derivation.check().values()) < 1e-8
    model.eval()
    x, y = tz.asarray(problem.test.x[row : row + 1]), tz.asarray(problem.test.y[row : row + 1])
    F.cross_entropy(model(x), y).backward()
    k, last = int(problem.test.y[row]), list(model.children())[-1]
    gradients = {s.text.split(" ")[0]: float(s.value) for s in made.derivation.part("gradients")}
    assert len(gradients) == board.TERMS + 1
    assert gradients.pop("∂L/∂b") == pytest.approx(float(last.bias.grad.numpy()[k]), rel=1e-5)
    subscripts = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
    for name, value in gradients.items():
        unit = int(name.removeprefix("∂L/∂w").translate(subscripts))
        assert value == pytest.approx(float(last.weight.grad.numpy()[k, unit]), rel=1e-5)


@pytest.mark.parametrize(("language", "words"), [("en", "Test example"), ("es", "Ejemplo de")])
def test_the_whole_network_without_dropout_in_both_languages(language, words):
    problem = small()
    model, outputs = answered(problem)
    with use_language(language):
        page = board.network(problem, model, outputs)
    assert model.training
    assert page.startswith(f"<details><summary>{words}")
    assert "<b>" not in page
    assert page.count("<math") > 10
    numbers = small("regression", ())
    assert "<math" in board.network(numbers, *answered(numbers))


def test_a_network_that_is_too_large_or_has_no_derivation_is_left_out(monkeypatch):
    problem = small()
    model, outputs = answered(problem)
    stranger = replace(problem, network=lambda i, o: mlp(i, [], o))
    unused = nn.Sequential(*model.children())
    unused.never_used = nn.Linear(2, 2)
    unused.forward = model.forward
    assert board.network(stranger, unused, outputs) == ""
    monkeypatch.setattr(board, "MOST_PARAMETERS", 3)
    assert board.network(problem, model, outputs) == ""
