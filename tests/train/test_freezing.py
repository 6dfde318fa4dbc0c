"""Parameters that are frozen and trained in turn make their own steps, as in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn, optim
from tiza.train import Callback, Trainer

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peer

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = (X @ np.ones((3, 1), np.float32) + 1).astype(np.float32)
EPOCHS, SIZE = 8, 8
WAYS = ["plain", "compiled", "fit", "fit, evaluated", "fit, resumed"]


def made(lib: Any) -> tuple[Any, Any]:
    model = lib.nn.Linear(3, 1)
    model.load_state_dict({"weight": lib.tensor([[0.1, 0.2, 0.3]]), "bias": lib.tensor([0.5])})
    model.bias.requires_grad_(False)
    return model, lib.optim.Adam(model.parameters(), lr=0.05)


def change(model: Any, epoch: int) -> None:
    if epoch == 1:
        model.bias.requires_grad_(True)
    if epoch in (3, 5):
        model.weight.requires_grad_(epoch == 5)


def by_hand(lib: Any, compiled: bool = False) -> list[Any]:
    model, optimizer = made(lib)

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss

    run = tz.compile(step) if compiled else step
    for epoch in range(EPOCHS):
        for k in range(0, len(X), SIZE):
            run(lib.tensor(X[k : k + SIZE]), lib.tensor(Y[k : k + SIZE]))
        change(model, epoch)
    return [p.detach().numpy() for p in (model.weight, model.bias)]


class Change(Callback):
    def on_epoch_end(self, epoch: int, logs: Any) -> None:
        change(self.model, epoch)


def fitted(compile: bool, ends: tuple[int, ...], tmp_path: Any) -> list[Any]:
    model, optimizer = made(tz)
    trainer = Trainer(model, nn.MSELoss(), optimizer, compile=compile)
    options = {"batch_size": SIZE, "shuffle": False}
    for k, end in enumerate(ends):
        if k:
            trainer.save(tmp_path / "kept")
            trainer = Trainer.resume(tmp_path / "kept")
        done = len(trainer.history)
        trainer.fit(X, Y, epochs=end - done, callbacks=[Change()], **options)
    return [p.numpy() for p in (trainer.model.weight, trainer.model.bias)]


@pytest.mark.parametrize("way", WAYS)
def test_it_goes_where_pytorch_goes(way, tmp_path, monkeypatch):
    monkeypatch.setattr(tz.train.traced, "COMPILE_SECONDS", 0.0)
    if way in ("plain", "compiled"):
        found = by_hand(tz, way == "compiled")
    else:
        ends = (3, 5, EPOCHS) if "resumed" in way else (EPOCHS,)
        found = fitted("evaluated" not in way, ends, tmp_path)
    for a, b in zip(found, by_hand(torch), strict=True):
        assert_allclose(a, b, rtol=1e-5)


def test_what_is_frozen_makes_no_steps():
    model, optimizer = made(tz)
    Trainer(model, nn.MSELoss(), optimizer).fit(X, Y, epochs=1, batch_size=SIZE)
    assert [optimizer.state[p]["step"] for p in (model.weight, model.bias)] == [8, 0]
    assert isinstance(optimizer, optim.Adam)
