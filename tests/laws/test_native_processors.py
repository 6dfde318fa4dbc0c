"""Whole steps for processors with narrower vectors and fewer registers, and for another kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from laws.native_steps import _compared, drawn, square  # noqa: F401

import tiza as tz
from tiza import nn, optim
from tiza.lang.tensor import Tensor
from tiza.readings.native.machine.llvm import Machine, available, host, object_code
from tiza.readings.native.recalling import graphs
from tiza.readings.native.running.compiled import Compiled

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")

NARROW = {"AVX2": (256, 16), "SSE": (128, 16)}  # bits of a vector, registers


class Residual(nn.Module):
    """A block of convolutions with batch norm, its input added."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16),
                                    nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1))  # fmt: skip

    def forward(self, x: Any) -> Any:
        return nn.functional.relu(x + self.inside(x))


STEPS: dict[str, tuple[Callable[[], Any], list[Any]]] = {
    "one number": (lambda: nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()), [(1, 2)]),
    "perceptron": (lambda: nn.Sequential(nn.Linear(40, 33), nn.ReLU(), nn.Linear(33, 10)),
                   [(17, 40)]),
    "long rows": (lambda: nn.Sequential(nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 10)),
                  [(32, 784)]),
    "large products": (lambda: nn.Sequential(nn.Linear(300, 256), nn.Tanh(), nn.Linear(256, 130)),
                       [(128, 300)]),
    "few channels": (lambda: nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
        nn.AvgPool2d(2), nn.Flatten(), nn.Linear(64, 10)), [(32, 1, 16, 16)]),
    "tiles": (lambda: nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 24, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24 * 64, 10)), [(16, 3, 16, 16)]),
    "residual": (Residual, [(8, 16, 12, 12)]),
    "letters": (lambda: nn.Sequential(nn.Embedding(65, 32), nn.LayerNorm(32), nn.GELU(),
                                      nn.Linear(32, 65)), [(65, (12, 16))]),
    "memory": (lambda: nn.LSTM(32, 32), [(9, 17, 32)]),
    "attention": (lambda: nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True),
                  [(3, 40, 32)]),
}  # fmt: skip


def stepped(name: str) -> Any:
    """A compiled step, having run twice."""
    tz.manual_seed(1)
    make, given = STEPS[name]
    model, rng = make(), np.random.default_rng(0)
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    @tz.compile
    def step(*xs: Tensor) -> Any:
        optimizer.zero_grad()
        loss = square(model(*xs))
        loss.backward()
        optimizer.step()
        return loss

    arrays = [tz.tensor(drawn(spec, "float32", rng)) for spec in given]
    for _ in range(2):
        step(*arrays)
    return step


@pytest.mark.parametrize("vectors", NARROW)
@pytest.mark.parametrize("name", STEPS)
def test_narrower_vectors(
    name: str, vectors: str, compared: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bits, registers = NARROW[vectors]
    narrow = replace(host(), vector_bits=bits, registers=registers)
    monkeypatch.setattr(graphs, "host", lambda: narrow)
    assert f'"prefer-vector-width"="{bits}"' in stepped(name).last.graph.text()
    assert compared


class Traced(Exception):
    """The graph of a step, in the place of what this processor would be given to run."""


@pytest.mark.parametrize("name", STEPS)
def test_another_processor(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def instead(self: Compiled) -> None:
        raise Traced(self.graph)

    monkeypatch.setattr(Compiled, "_recalled", instead)
    with pytest.raises(Traced) as traced:
        stepped(name)
    neon = Machine.named("NEON")
    text = traced.value.args[0].planned(neon).text()
    assert object_code(text, neon)[:4] == b"\x7fELF"
