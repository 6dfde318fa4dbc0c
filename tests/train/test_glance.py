"""Answers by the shortest way are those of the long one, and every change is noticed."""

import copy

import numpy as np
import pytest
from crowd import at_once

import tiza as tz
from tiza import nn
from tiza.data import Standardize
from tiza.readings.native.machine.llvm import available
from tiza.train.callbacks import Callback

if available() is not None:
    pytest.skip("no llvmlite", allow_module_level=True)

X = np.random.default_rng(0).normal(size=(64, 6)).astype(np.float32)
Y = X[:, :1] * X[:, 1:2]
ONE = X[:1]


def trainer() -> tz.Trainer:
    tz.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
    return tz.Trainer(model, nn.MSELoss())


def asked(made: tz.Trainer, x: np.ndarray = ONE) -> np.ndarray:
    """Asked so often that it is compiled, and then by the shortest way."""
    while (x.shape, x.dtype) not in made.glances.known:
        made.predict(x)
    answers = made.predict(x)
    assert (x.shape, x.dtype) in made.glances.known
    return answers


def right(made: tz.Trainer, x: np.ndarray = ONE) -> None:
    """The same as without machine code."""
    np.testing.assert_allclose(made.predict(x), made.predict(x, compile=False), rtol=1e-5)


def test_answers_are_the_same_and_ones_own():
    made = trainer()
    want = made.predict(ONE, compile=False)
    first, second = asked(made), made.predict(ONE)
    np.testing.assert_allclose(first, want, rtol=1e-5)
    first[:] = 0.0
    np.testing.assert_allclose(second, want, rtol=1e-5)
    np.testing.assert_allclose(made.predict(X[1:2]), made.predict(X)[1:2], rtol=1e-5)
    turned = np.asfortranarray(X[:4])
    asked(made, X[:4])
    np.testing.assert_allclose(made.predict(turned), made.predict(X)[:4], rtol=1e-5)


def test_without_machine_code_it_is_not_used():
    made = trainer()
    asked(made)
    known = made.glances.known.copy()
    made.compile = False
    made.glances.known = dict.fromkeys(known)  # would fail if it were called
    np.testing.assert_array_equal(made.predict(ONE), made.predict(ONE, compile=False))


CHANGES = {
    "a weight": lambda t: nn.init.zeros_(t.model[0].weight),
    "a layer": lambda t: setattr(t.model, "1", nn.ReLU()),
    "weights by name": lambda t: t.set_weights({"0.weight": np.ones((8, 6), np.float32)}),
    "a fit": lambda t: t.fit(X, Y, epochs=2, verbose=0),
    "a transform": lambda t: setattr(t.model, "preparation", Standardize().fit(X)),
    "a frozen layer and a fit": lambda t: (
        t.model[0].requires_grad_(False), t.fit(X, Y, epochs=1, verbose=0)
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(change):
    made = trainer()
    before = asked(made)
    CHANGES[change](made)
    after = made.predict(ONE)
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, made.predict(ONE, compile=False), rtol=1e-5)
    right(made)


def test_asked_during_a_fit_it_answers_as_the_model_then_does():
    made, seen = trainer(), []
    asked(made)

    class Asks(Callback):
        def on_epoch_end(self, *_: object) -> None:
            right(made)
            seen.append(made.predict(ONE).item())

    made.fit(X, Y, epochs=4, verbose=0, callbacks=[Asks()])
    assert len(set(seen)) == 4
    right(made)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_missing_is_told(bad):
    made = trainer()
    asked(made)
    x = ONE.copy()
    x[0, 3] = bad
    with pytest.raises(tz.errors.DataError):
        made.predict(x)
    huge = np.full_like(ONE, 1e30)  # its square is infinite, it is not
    np.testing.assert_allclose(made.predict(huge), made.predict(huge, compile=False), rtol=1e-5)


def test_several_threads_ask_at_once():
    made, wrong = trainer(), []
    asked(made)
    want = made.predict(X)

    def work(k: int) -> None:
        for i in range(150):
            j = (7 * k + i) % 64
            if not np.allclose(made.predict(X[j : j + 1]), want[j], rtol=1e-4, atol=1e-6):
                wrong.append(j)

    at_once(work)
    assert not wrong


def test_a_copied_model_learns_for_itself():
    model = nn.Sequential(nn.Linear(6, 3), nn.Tanh(), nn.Linear(3, 1))
    model.fit(X, Y, epochs=1, verbose=0)
    before = [model.predict(ONE) for _ in range(300)][-1]
    other = copy.deepcopy(model)
    np.testing.assert_allclose(other.predict(ONE), before, rtol=1e-5)
    other.fit(X, Y, epochs=3, verbose=0)
    assert not np.allclose(other.predict(ONE), before)
    np.testing.assert_allclose(model.predict(ONE), before, rtol=1e-5)


def test_a_model_that_was_never_trained_answers_as_quickly():
    model = nn.Sequential(nn.Linear(6, 3), nn.Tanh(), nn.Linear(3, 1))
    before = [model.predict(ONE) for _ in range(2000)][-1]
    asked = model.__dict__["_asked"].trainer
    assert asked.glances.known
    assert asked.optimizer.slot_arrays() == [()] * 4
    np.testing.assert_allclose(before, model(ONE).numpy(), rtol=1e-5)
    nn.init.zeros_(model[2].weight)
    np.testing.assert_allclose(model.predict(ONE)[0], model[2].bias.numpy())
    model.fit(X, Y, epochs=2, verbose=0)
    np.testing.assert_allclose(model.predict(ONE), model(ONE).numpy(), rtol=1e-5)
    assert set(model.state_dict()) == {"0.weight", "0.bias", "2.weight", "2.bias"}
