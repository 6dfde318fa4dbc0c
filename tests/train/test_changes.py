"""What is changed in a fit, or between two, counts from then on, as in a loop written by hand."""

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


def last_step(trainer: Trainer) -> Any:
    return [t for key, t in trainer.steps.made.items() if key[0] == "train"][-1]


def fitted_in_turn(change: Any) -> tuple[list[Any], int]:
    """An epoch a fit; what comes out, and how many steps were traced."""
    s = Setting()
    trainer, count = Trainer(s.model, s.loss, s.optimizer), 0
    known: Any = None
    for epoch in range(EPOCHS):
        trainer.fit(X, Y, epochs=1, batch_size=SIZE, shuffle=False, verbose=0)
        traced = last_step(trainer)
        count, known = count + (traced is not known), traced
        if epoch == 1:
            change(s)
            trainer.loss = s.loss
    return [p.numpy() for p in s.model.parameters()], count


@pytest.mark.parametrize("change", CHANGES)
def test_it_counts_in_the_next_fit(change, monkeypatch):
    monkeypatch.setattr(tz.train.traced, "COMPILE_SECONDS", 0.0)
    found, traced = fitted_in_turn(CHANGES[change])
    for a, b in zip(found, by_hand(CHANGES[change]), strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    assert traced == (1 if change == "a rate" else 2)


def test_a_fit_goes_on_with_the_steps_of_the_one_before(monkeypatch):
    monkeypatch.setattr(tz.train.traced, "COMPILE_SECONDS", 0.0)
    found, traced = fitted_in_turn(lambda _: None)
    assert traced == 1
    for a, b in zip(found, fitted(lambda _: None, compile=True), strict=True):
        assert_allclose(a, b, rtol=0, atol=0)


def test_a_model_that_became_wider_is_trained_so():
    model = nn.Sequential(nn.Linear(3, 1), nn.BatchNorm1d(1))
    trainer = Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.05))
    trainer.fit(X, Y, epochs=1, batch_size=SIZE, verbose=0)
    model.double()
    trainer.fit(X.astype("d"), Y.astype("d"), epochs=1, batch_size=SIZE, verbose=0)
    assert {p.dtype for p in model.parameters()} == {np.dtype("float64")}


def test_what_is_done_to_batches_and_gradients_belongs_to_a_fit():
    s = Setting()
    s.optimizer = optim.SGD(s.model.parameters(), lr=0.05)
    trainer = Trainer(s.model, s.loss, s.optimizer)
    options: list[dict[str, Any]] = [{}, {"clip_norm": 1e-3}, {"augment": lambda x: x * 0}, {}]
    shifts = []
    for option in options:
        before = s.model.line.weight.numpy().copy()
        trainer.fit(X, Y, epochs=1, batch_size=SIZE, shuffle=False, verbose=0, **option)
        shifts.append(float(np.abs(s.model.line.weight.numpy() - before).max()))
    assert shifts[1] < 1e-2 * shifts[0]
    assert shifts[2] == 0
    assert shifts[3] > 0
    assert len(trainer.history) == len(options)


def test_many_short_fits_are_compiled_in_the_end():
    """Whether machine code pays is decided by all epochs so far, not by those of one call."""
    s = Setting()
    trainer, seen = Trainer(s.model, s.loss, s.optimizer), []
    for _ in range(400):
        trainer.fit(X, Y, epochs=1, batch_size=SIZE, verbose=0)
        traced = last_step(trainer)
        seen.append(bool(traced.gathering))
    first = seen.index(True)
    assert first > 2
    assert all(seen[first:])


def test_it_counts_for_a_prediction():
    s = Setting()
    trainer = Trainer(s.model, s.loss, s.optimizer)
    before = trainer.predict(X)
    s.model.steep = 3.0
    assert_allclose(trainer.predict(X), 3 * before, rtol=1e-5)
