"""The report of a run draws its model and derives its loss, whatever the model is."""

import re

import pytest

pytest.importorskip("fast_sugiyama")

import tiza as tz
from tests.models.catalogue import BY_RULE, CASES
from tiza import models, nn
from tiza.errors import UsageError
from tiza.recipes.example import example
from tiza.recipes.pictured import MOST_PARTS, SHORT, derivation, drawing

PARTS = {"Generator", "Discriminator", "MLPDenoiser", "UNet", "PatchUNet"}  # of other models
RULES = {"Perceptron": lambda: models.Perceptron(3), "SOM": lambda: models.SOM(2, 2, 3)}


def made(name: str) -> nn.Module:
    tz.manual_seed(0)
    return CASES[name].make() if name in CASES else RULES[name]()


@pytest.mark.parametrize("name", sorted((CASES.keys() | BY_RULE) - PARTS))
def test_every_model_has_a_derivation_and_a_drawing(name: str) -> None:
    model = made(name)
    page = derivation(model, None, {})
    assert "<math" in page
    assert "∂" in page
    assert ("<details>" in page) == (len(page) > SHORT + 200)
    assert model.training
    assert drawing(model).startswith("<svg")


def test_the_update_of_a_map_is_kohonens_rule() -> None:
    loss, names = example(made("SOM"))
    loss.backward()
    expected = -names["h"] * (names["x"] - names["W"])
    assert tz.allclose(names["W"].grad, expected)


def test_several_models_in_one_show_the_first() -> None:
    both = nn.ModuleDict({"first": models.GCN(3, 2, 4), "second": models.GAT(3, 2, 4, 2)})
    both.eval()
    loss, _ = example(both)
    alone, _ = example(both["first"])
    assert float(loss) == float(alone)


def test_a_model_of_ones_own_is_drawn_and_needs_a_board() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(2, 1)

        def forward(self, x):
            return self.part(x)

    model = Own()
    with pytest.raises(UsageError):
        example(model)
    assert derivation(model, None, {}) == ""
    assert derivation(None, None, {}) == drawing(None) == ""
    assert ">Own<" in drawing(model)

    def board(own, kept):
        x = tz.ones((1, 2))
        return own(x).sum() ** 2, {"x": x}

    assert "<math" in derivation(model, board, {})


def test_a_large_model_shows_its_outside_only() -> None:
    many = nn.Sequential(*[nn.ReLU() for _ in range(MOST_PARTS + 1)])
    svg = drawing(many)
    assert len(re.findall(r"<rect", svg)) <= 3
