"""What the page for those who come from PyTorch says of defaults is what both systems do."""

import inspect
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tiza as tz
from tiza import nn, optim
from tiza.nn import functional as F
from tiza.nn import init
from tiza.optim import lr_scheduler

torch = pytest.importorskip("torch")
DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [DOCS / "coming-from.md", DOCS / "es" / "viniendo-de.md"]
SHARED = [
    (nn, torch.nn),
    (optim, torch.optim),
    (lr_scheduler, torch.optim.lr_scheduler),
    (F, torch.nn.functional),
    (init, torch.nn.init),
]
# Without a meaning here: where numbers live, how PyTorch computes, old spellings.
ELSEWHERE = {"device", "dtype", "size_average", "reduce", "foreach", "fused", "_stacklevel", "args",
             "kwargs", "capturable", "differentiable", "verbose"}  # fmt: skip
pytestmark = pytest.mark.peer


def defaults(thing: Callable[..., Any]) -> dict[str, Any]:
    """The arguments that may be left out, with what they are then."""
    try:
        found = inspect.signature(thing).parameters
    except (TypeError, ValueError):  # compiled, without a signature
        return {}
    return {
        name: p.default for name, p in found.items()
        if p.default is not p.empty and name not in ELSEWHERE
    }  # fmt: skip


def names(ours: ModuleType, theirs: ModuleType) -> Iterator[str]:
    for name in getattr(ours, "__all__", dir(ours)):
        if not name.startswith("_") and callable(getattr(theirs, name, None)):
            yield name


def same(one: object, other: object) -> bool:
    if callable(one) and callable(other):  # F.relu and its namesake
        return getattr(one, "__name__", 1) == getattr(other, "__name__", 2)
    if one in ((), None) and other in ((), None):  # no modules
        return True
    return one == other


@pytest.mark.parametrize(("ours", "theirs"), SHARED, ids=lambda module: module.__name__)
def test_every_default_is_pytorchs_or_listed(ours: ModuleType, theirs: ModuleType) -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    compared, wrong = 0, []
    for name in names(ours, theirs):
        whole = getattr(ours, name.rstrip("_") if ours is init else name)  # one formula for both
        mine, peer = defaults(whole), defaults(getattr(theirs, name))
        for argument in mine.keys() & peer.keys():
            compared += 1
            if not same(mine[argument], peer[argument]) and f"`{name}`" not in text:
                wrong.append(f"{name}({argument}): {mine[argument]!r}, not {peer[argument]!r}")
    assert wrong == []
    assert compared >= 10


def value(thing: object, argument: str) -> float:
    return inspect.signature(thing).parameters[argument].default  # type: ignore[arg-type]


def pair(name: str, argument: str, module: str = "optim") -> tuple[float, float]:
    """The default here and in PyTorch."""
    ours, theirs = (getattr(getattr(m, module), name) for m in (tz, torch))
    return value(ours, argument), value(theirs, argument)


# Both languages' rows, and the numbers that stand in them, in order: here and in PyTorch.
ROWS: list[tuple[tuple[str, str], list[tuple[float, float]]]] = [
    (("learning rate: SGD, Adam, AdamW", "tasa: SGD, Adam, AdamW"),
     [pair(name, "lr") for name in ("SGD", "Adam", "AdamW")]),
    (("learning rate: RMSprop, Adagrad, Adadelta", "tasa: RMSprop, Adagrad, Adadelta"),
     [pair(name, "lr") for name in ("RMSprop", "Adagrad", "Adadelta")]),
    (("learning rate: Adamax, NAdam", "tasa: Adamax, NAdam"),
     [pair(name, "lr") for name in ("Adamax", "NAdam")]),
    (("Adam's, AdamW's, Adamax's, NAdam's ε", "ε de Adam, AdamW, Adamax, NAdam"),
     [pair(name, "eps") for name in ("Adam",)]),
    (("AdamW: weight decay", "AdamW: decaimiento"), [pair("AdamW", "weight_decay")]),
    (("RMSprop: decay, ε", "RMSprop: decaimiento, ε"),
     [pair("RMSprop", "alpha"), pair("RMSprop", "eps")]),
    (("Adagrad: first accumulator, ε", "Adagrad: acumulador inicial, ε"),
     [pair("Adagrad", "initial_accumulator_value"), pair("Adagrad", "eps")]),
    (("Adadelta: decay, ε", "Adadelta: decaimiento, ε"),
     [pair("Adadelta", "rho"), pair("Adadelta", "eps")]),
    (("batch normalization: weight of the new batch, ε",
      "normalización por lote: peso del lote nuevo, ε"),
     [pair("BatchNorm2d", "momentum", "nn"), pair("BatchNorm2d", "eps", "nn")]),
    (("layer normalization: ε", "normalización por capa: ε"), [pair("LayerNorm", "eps", "nn")]),
    (("group normalization: ε", "normalización por grupos: ε"), [pair("GroupNorm", "eps", "nn")]),
    (("LeakyReLU: slope", "LeakyReLU: pendiente"), [pair("LeakyReLU", "negative_slope", "nn")]),
    (("PReLU: first slope", "PReLU: pendiente inicial"), [pair("PReLU", "init", "nn")]),
    (("dropout: probability", "dropout: probabilidad"), [pair("Dropout", "p", "nn")]),
    (("padding of a convolution", "relleno de una convolución"), [pair("Conv2d", "padding", "nn")]),
]  # fmt: skip


def numbers(cell: str) -> list[float]:
    found = []
    for word in cell.replace(",", " ").split():
        try:
            found.append(float(word))
        except ValueError:
            continue
    return found


@pytest.mark.parametrize("language", [0, 1], ids=["en", "es"])
@pytest.mark.parametrize(("labels", "wanted"), ROWS, ids=[labels[0] for labels, _ in ROWS])
def test_the_numbers_of_a_row(
    labels: tuple[str, str], wanted: list[tuple[float, float]], language: int
) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    rows = [line.split("|")[2] for line in text.splitlines()
            if line.startswith(f"| {labels[language]} |")]  # fmt: skip
    assert len(rows) == 1
    assert [(n, n) for n in numbers(rows[0])] == wanted


def test_both_pages_have_the_same_rows() -> None:
    tables = [[line for line in page.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
              for page in PAGES]  # fmt: skip
    assert len(tables[0]) == len(tables[1])


def test_what_is_said_of_first_weights() -> None:
    for framework in (tz, torch):
        framework.manual_seed(0)
        bound = 1 / math.sqrt(400)
        linear, table = framework.nn.Linear(400, 300), framework.nn.Embedding(300, 400)
        weight = linear.weight.detach().numpy()
        assert 0.99 * bound < abs(weight).max() <= bound
        assert abs(linear.bias.detach().numpy()).max() <= bound
        assert abs(table.weight.detach().numpy().std() - 1) < 0.01
        lstm = framework.nn.LSTM(3, 64)
        assert {n for n, _ in lstm.named_parameters()} == {
            "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"
        }  # fmt: skip
        for p in lstm.parameters():
            assert 0.9 / 8 < abs(p.detach().numpy()).max() <= 1 / 8


def test_what_is_said_of_running_statistics() -> None:
    x = [[1.0], [2.0], [6.0]]
    for framework in (tz, torch):
        norm = framework.nn.BatchNorm1d(1)
        norm(framework.tensor(x))
        assert abs(norm.running_var.item() - (0.9 + 0.1 * 7.0)) < 1e-6  # Σ (x − 3)²/2 = 7
    epsilon = float(tz.finfo(tz.float32).eps)
    assert abs(epsilon - 1.2e-7) < 1e-8
    one, other = nn.RMSNorm(1)(tz.tensor([1e-4])), torch.nn.RMSNorm(1)(torch.tensor([1e-4]))
    assert abs(one.item() - other.item()) < 1e-6


def test_what_is_said_of_extremes_and_spreads() -> None:
    x = tz.tensor([[1.0, 2.0], [4.0, 3.0]])
    assert x.max(axis=1).tolist() == [2.0, 4.0]
    values, places = x.max(dim=1)
    assert (values.tolist(), places.tolist()) == ([2.0, 4.0], [1, 0])
    assert x.size == 4
    assert abs(x.var().item() - 1.25) < 1e-6
    assert abs(x.var(unbiased=True).item() - 5 / 3) < 1e-6
    assert abs(x.var(correction=1).item() - 5 / 3) < 1e-6
    row = x[0]
    row[:] = 9.0
    assert x.tolist() == [[1.0, 2.0], [4.0, 3.0]]
