"""One training step through every layer, loss and optimizer: native = evaluate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.native_steps import FIRST_ALONE, LAYERS, LOSSES, _compared, drawn, square  # noqa: F401

import tiza as tz
from tiza import nn, optim
from tiza.lang import hot
from tiza.lang.tensor import Tensor
from tiza.readings.native.machine.llvm import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
FLOATS = ["float32", "float64"]
EXACT = [name for name in LAYERS if name not in ("CutMix", "Mixup")]  # their labels are float32


def cast(layer: Any, dtype: str) -> Any:
    return layer.double() if dtype == "float64" else layer


def assert_layer(name: str, dtype: str, training: bool) -> None:
    tz.manual_seed(1)
    make, given = LAYERS[name]
    layer = cast(make(), dtype).train(training)
    rng = np.random.default_rng(0)
    arrays = [tz.tensor(drawn(spec, dtype, rng)) for spec in given]
    with tz.no_grad():
        layer(*arrays)  # lazy sizes, first kernels
    params = list(layer.parameters())
    optimizer = optim.SGD(params, lr=0.1) if params else None

    @tz.compile
    def step(*xs: Tensor) -> Any:
        answer = layer(*xs)
        loss = square(answer)
        if optimizer is not None and loss.requires_grad:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return answer, loss

    for _ in range(2):
        step(*arrays)


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str, compared: list[Any]) -> None:
    assert_layer(name, "float32", training=True)
    assert compared


@pytest.mark.slow
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", EXACT)
def test_layers_in_float64(name: str, training: bool, compared: list[Any]) -> None:
    assert_layer(name, "float64", training)
    assert compared


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str, dtype: str, compared: list[Any]) -> None:
    f, given = LOSSES[name]
    rng = np.random.default_rng(0)
    arrays = [tz.tensor(drawn(spec, dtype, rng)) for spec in given]
    smooth = tuple(k for k, a in enumerate(arrays) if a.dtype.kind == "f")
    smooth = (0,) if name in FIRST_ALONE else smooth
    tz.manual_seed(0)
    tz.compile(tz.value_and_grad(f, argnums=smooth))(*arrays)
    assert compared


OPTIMIZERS: dict[str, dict[str, Any]] = {
    "SGD": {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}, "ASGD": {},
    "Adadelta": {}, "Adafactor": {}, "Adagrad": {}, "Adam": {}, "AdamW": {}, "AMSGrad": {},
    "Adamax": {}, "LAMB": {}, "LARS": {"lr": 0.1}, "Lion": {}, "Muon": {}, "NAdam": {},
    "RAdam": {}, "RMSprop": {"momentum": 0.5, "centered": True}, "Rprop": {},
}  # fmt: skip
OTHERWISE = {"Optimizer", "ExponentialMovingAverage", "LBFGS", "LevenbergMarquardt", "Newton",
             "SparseAdam"}  # fmt: skip


def trained(name: str, dtype: str, *, compiled: bool) -> tuple[list[float], list[Any]]:
    """The losses of six steps, and the weights after them."""
    tz.manual_seed(0)
    bias = name != "Muon"  # which takes matrices alone
    model = cast(nn.Sequential(nn.Linear(5, 8, bias=bias), nn.Tanh(),
                               nn.Linear(8, 3, bias=bias)), dtype)  # fmt: skip
    optimizer = getattr(optim, name)(model.parameters(), **OPTIMIZERS[name])
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 5)).astype(dtype), rng.integers(0, 3, 7)

    def step(x: Any, y: Any) -> Tensor:
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model(tz.asarray(x)), tz.asarray(y))
        loss.backward()
        optimizer.step()
        return loss

    run = tz.compile(step) if compiled else step
    losses = [run(x, y).item() for _ in range(6)]
    return losses, [p.numpy() for p in model.parameters()]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name: str, dtype: str, compared: list[Any],
                    monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The first step beside evaluate, output by output; all six by what comes of them."""
    losses, weights = trained(name, dtype, compiled=True)
    assert compared
    assert losses[-1] < losses[0]
    monkeypatch.setattr(hot, "COMPILE", None)
    plain, wanted = trained(name, dtype, compiled=False)
    close = {"rtol": 1e-9, "atol": 1e-11} if dtype == "float64" else {"rtol": 2e-5, "atol": 2e-6}
    np.testing.assert_allclose(losses, plain, **close)
    for a, b in zip(weights, wanted, strict=True):
        np.testing.assert_allclose(a, b, **close)


def test_nothing_is_left_out() -> None:
    layers = {n.split()[0] for n in LAYERS} | {n.split()[0] for n in LOSSES}
    public = {n for n in vars(nn) if isinstance(getattr(nn, n), type) and n[0].isupper()}
    held = {"Any", "Buffer", "ElasticNet", "L1", "L2", "MaxNorm", "Module", "ModuleDict",
            "ModuleList", "Parameter", "ParameterDict", "ParameterList", "Penalty",
            "Sequential"}  # fmt: skip
    lazy = {n for n in public if n.startswith("Lazy")}
    assert public - layers - held - lazy == set()
    optimizers = {n for n in vars(optim) if isinstance(getattr(optim, n), type)}
    assert optimizers - set(OPTIMIZERS) - OTHERWISE == set()
