"""What a callback changes counts from the next epoch on, as in a loop written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn, optim
from tiza.train import Callback, Trainer

X = np.random.default_rng(0).normal(size=(32, 3)).astype(np.float32)
Y = (X @ np.ones((3, 1), np.float32) + 1).astype(np.float32)
EPOCHS, SIZE = 4, 8


class Net(nn.Module):
    """A line, steeper by a number, through a part that may be replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.line, self.part, self.steep = nn.Linear(3, 1), nn.Identity(), 1.0

    def forward(self, x: Any) -> Any:
        return self.part(self.line(x)) * self.steep


class Setting:
    """A model, its optimizer and loss."""

    def __init__(self) -> None:
        tz.manual_seed(0)
        self.model = Net()
        self.loss: Any = nn.MSELoss()
        weight, bias = self.model.parameters()
        self.spare = [bias]
        self.optimizer = optim.SGD([weight], lr=0.05, momentum=0.5)


def set_loss(s: Setting) -> None:
    s.loss = nn.L1Loss()


CHANGES = {
    "a number": lambda s: setattr(s.model, "steep", s.model.steep * 0.5),
    "a part": lambda s: setattr(s.model, "part", nn.Tanh()),
    "a hook": lambda s: s.model.line.register_forward_hook(lambda _m, _i, out: out * 0.5),
    "the loss": set_loss,
    "an option": lambda s: s.optimizer.param_groups[0].update(weight_decay=0.1),
    "a rate": lambda s: s.optimizer.param_groups[0].update(lr=0.01),
    "what is trained": lambda s: s.optimizer.add_param_group({"params": s.spare, "lr": 0.02}),
}


def by_hand(change: Any) -> list[Any]:
    s = Setting()
    for epoch in range(EPOCHS):
        for k in range(0, len(X), SIZE):
            s.optimizer.zero_grad()
            s.loss(s.model(tz.tensor(X[k : k + SIZE])), tz.tensor(Y[k : k + SIZE])).backward()
            s.optimizer.step()
        if epoch == 1:
            change(s)
    return [p.numpy() for p in s.model.parameters()]


def fitted(change: Any, compile: bool) -> list[Any]:
    s = Setting()
    trainer = Trainer(s.model, s.loss, s.optimizer, compile=compile)

    class Change(Callback):
        def on_epoch_end(self, epoch: int, logs: Any) -> None:
            if epoch == 1:
                change(s)
                trainer.loss = s.loss

    trainer.fit(X, Y, epochs=EPOCHS, batch_size=SIZE, shuffle=False, callbacks=[Change()])
    return [p.numpy() for p in s.model.parameters()]


@pytest.mark.parametrize("compile", [True, False], ids=["compiled", "evaluated"])
@pytest.mark.parametrize("change", CHANGES)
def test_it_counts_from_the_next_epoch_on(change, compile, monkeypatch):
    monkeypatch.setattr(tz.train.traced, "COMPILE_SECONDS", 0.0)
    found = fitted(CHANGES[change], compile)
    for a, b in zip(found, by_hand(CHANGES[change]), strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    unchanged = by_hand(lambda _: None)
    assert any(not np.allclose(a, b, rtol=1e-3) for a, b in zip(found, unchanged, strict=True))


def test_it_counts_for_a_prediction():
    s = Setting()
    trainer = Trainer(s.model, s.loss, s.optimizer)
    before = trainer.predict(X)
    s.model.steep = 3.0
    assert_allclose(trainer.predict(X), 3 * before, rtol=1e-5)
