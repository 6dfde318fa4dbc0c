"""Compiled training: the numbers of NumPy's, the same bits after an interruption."""

from __future__ import annotations

import signal
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import IndexingError, NonFiniteError
from tiza.nn import functional as F
from tiza.optim import lr_scheduler
from tiza.readings.native.machine.llvm import available
from tiza.train import (
    Callback,
    EarlyStopping,
    LearningRateScheduler,
    TerminateOnNaN,
    Trainer,
)
from tiza.train.swift import Swift
from tiza.train.traced import Traced

from .test_trainer import X, Y, assert_same_weights, figures

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Compile however short the run; note how many steps each call of machine code makes."""
    monkeypatch.setattr(Traced, "worth", lambda self, runs: True)
    made: list[int] = []
    run = Swift.run

    def noted(self: Swift, state: Any, where: Any, *given: Any) -> Any:
        made.append(len(where) // self.batch)
        return run(self, state, where, *given)

    monkeypatch.setattr(Swift, "run", noted)
    return made


def network(dropout: float = 0.0) -> nn.Sequential:
    tz.manual_seed(0)
    return nn.Sequential(
        nn.Linear(2, 8, bias=False), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(dropout),
        nn.Linear(8, 3),
    )  # fmt: skip


def trainer(dropout: float = 0.0, name: str = "Adam", **options: Any) -> Trainer:
    model = network(dropout)
    options.setdefault("metrics", ["accuracy"])
    optimizer = getattr(optim, name)(model.parameters(), lr=0.05)
    return Trainer(model, F.cross_entropy, optimizer, **options)


def assert_near(one: Trainer, other: Trainer, rtol: float = 2e-3) -> None:
    a, b = one.get_weights(), other.get_weights()
    assert a.keys() == b.keys()
    for name, value in a.items():
        np.testing.assert_allclose(value, b[name], rtol=rtol, atol=1e-4, err_msg=name)


def assert_both(make: Callable[[], Trainer], *data: Any, **options: Any) -> tuple[Trainer, Trainer]:
    """Compiled or not: the same figures and weights."""
    fast, slow = make(), make()
    options = {"epochs": 3, "batch_size": 16, "verbose": 0, **options}
    mine = fast.fit(*data, compile=True, **options)
    plain = slow.fit(*data, compile=False, **options)
    assert len(mine) == len(plain)
    for one, other in zip(figures(mine), figures(plain), strict=True):
        assert one.keys() == other.keys()
        for name, value in one.items():
            assert value == pytest.approx(other[name], rel=1e-3, abs=1e-4), name
    assert_near(fast, slow)
    return fast, slow


# -- the same numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "batch_size"),
    [("SGD", 16), ("Adam", 7), ("Adam", 90), ("Adam", 200), ("RMSprop", 16), ("Lion", 16)],
)
def test_over_epochs(name: str, batch_size: int, calls: list[int]) -> None:
    lr = {"Lion": 0.001}.get(name)

    def make() -> Trainer:
        made = trainer(name=name)
        if lr:
            made.optimizer.param_groups[0]["lr"] = lr
        return made

    assert_both(make, X, Y, batch_size=batch_size)
    whole = len(X) // batch_size
    assert sum(calls) == 3 * whole  # the last, smaller batch goes by itself


def test_with_validation_and_metrics() -> None:
    assert_both(trainer, X, Y, validation_split=0.2)
    assert_both(lambda: trainer(metrics=["accuracy", "f1"]), X, Y, validation_data=(X, Y))


def test_dropout_has_the_same_masks() -> None:
    assert_both(lambda: trainer(dropout=0.4), X, Y)


def test_weights_of_rows_and_classes() -> None:
    weight = np.linspace(0, 2, 90)
    assert_both(trainer, X, Y, sample_weight=weight, class_weight={0: 1.0, 1: 2.0, 2: 0.5})


def test_parts_of_a_batch_added_up(calls: list[int]) -> None:
    assert_both(trainer, X, Y, accumulate=3, batch_size=7)
    assert not calls  # several programs: one call for each


@pytest.mark.parametrize("name", ["SparseAdam", "Adam"])
def test_rows_of_tables(name: str, calls: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    words = np.random.default_rng(0).integers(0, 40, (90, 3)) * 9  # repeated in a batch

    def make() -> Trainer:
        tz.manual_seed(0)
        model = nn.Sequential(nn.Embedding(400, 4, sparse=True), nn.Flatten(), nn.Linear(12, 3))
        parameters = model[0].parameters() if name == "SparseAdam" else model.parameters()
        return Trainer(model, F.cross_entropy, getattr(optim, name)(parameters, lr=0.05))

    fast, _ = assert_both(make, words, Y)
    assert sum(calls) == 3 * 5
    rest = np.setdiff1d(np.arange(400), words)
    start = make().get_weights()["0.weight"]
    np.testing.assert_array_equal(fast.get_weights()["0.weight"][rest], start[rest])
    calls.clear()
    monkeypatch.setattr("tiza.train.swift.MOST_COPIED", 400)
    assert_both(make, words, Y)
    assert bool(calls) == (name == "Adam")  # large tables are not copied for a few steps


def test_without_shuffling() -> None:
    assert_both(trainer, X, Y, shuffle=False)


@pytest.mark.parametrize("every", ["epoch", "batch"])
def test_a_schedule(every: str) -> None:
    made = []
    for compiled in (True, False):
        one = trainer(name="SGD")
        rate = LearningRateScheduler(lr_scheduler.StepLR(one.optimizer, 1, gamma=0.8), every=every)
        one.fit(X, Y, epochs=3, batch_size=16, callbacks=[rate], compile=compiled, verbose=0)
        made.append(one)
    assert made[0].history["lr"] == made[1].history["lr"]
    assert made[0].history["lr"][-1] < 0.05
    assert_near(*made)


def test_targets_that_are_numbers() -> None:
    def make() -> Trainer:
        tz.manual_seed(1)
        model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
        return Trainer(model, F.mse_loss, optim.SGD(model.parameters(), lr=0.01), metrics=["mae"])

    assert_both(make, X, (X @ [[1.0], [2.0]]).astype("float32"))
    assert_both(make, X.astype("float64"), (X @ [[1.0], [2.0]]))


def test_images_that_are_changed_on_the_way() -> None:
    x = np.random.default_rng(0).normal(size=(40, 1, 8, 8)).astype("float32")
    y = np.arange(40) % 2

    def make() -> Trainer:
        tz.manual_seed(1)
        model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                              nn.Linear(27, 2))  # fmt: skip
        return Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.05))

    assert_both(make, x, y, augment=[nn.RandomFlip(), nn.RandomShift(1)])


def test_rows_in_a_file(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    one, other = trainer(), trainer()
    for made, x in ((one, mapped), (other, X)):
        made.fit(x, Y, epochs=2, batch_size=16, verbose=0)
    assert_same_weights(one, other)


def test_rows_of_any_layout() -> None:
    one, other = trainer(), trainer()
    for made, x in ((one, np.asfortranarray(X)), (other, X)):
        made.fit(x, Y, epochs=2, batch_size=16, verbose=0)
    assert_same_weights(one, other)


def test_evaluate_and_predict() -> None:
    made = trainer()
    made.fit(X, Y, epochs=1, verbose=0)
    fast, slow = (made.evaluate(X, Y, compile=c) for c in (True, False))
    assert fast == pytest.approx(dict(slow), rel=1e-5)
    np.testing.assert_allclose(made.predict(X, compile=True), made.predict(X, compile=False),
                               rtol=1e-4, atol=1e-6)  # fmt: skip


def test_a_second_fit_goes_on() -> None:
    one, other = trainer(), trainer()
    one.fit(X, Y, epochs=4, batch_size=16, verbose=0)
    for _ in range(2):
        other.fit(X, Y, epochs=2, batch_size=16, verbose=0)
    assert_same_weights(one, other)


def test_it_learns(calls: list[int]) -> None:
    made = trainer()
    history = made.fit(X, Y, epochs=15, batch_size=16, verbose=0)
    assert history["accuracy"][-1] > 0.95
    assert sum(calls) == 15 * 5
    assert max(calls) > 1


# -- callbacks ------------------------------------------------------------------------------


class Watch(Callback):
    """Notes every batch, with the newest weights."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, float, float]] = []

    def on_train_batch_end(self, batch: int, logs: Any) -> None:
        weight = next(iter(self.trainer.model.parameters()))
        self.seen.append((batch, logs["loss"], float(weight.numpy().sum())))


def test_a_callback_that_watches_sees_each_batch(calls: list[int]) -> None:
    fast, slow, alone = trainer(), trainer(), trainer()
    one, other = Watch(), Watch()
    options = {"epochs": 2, "batch_size": 16, "verbose": 0}
    fast.fit(X, Y, callbacks=[one], compile=True, **options)
    assert not calls
    slow.fit(X, Y, callbacks=[other], compile=False, **options)
    np.testing.assert_allclose(one.seen, other.seen, rtol=1e-3, atol=1e-5)
    assert [b for b, _, _ in one.seen] == [0, 1, 2, 3, 4, 5] * 2
    alone.fit(X, Y, **options)
    assert calls
    assert_same_weights(fast, alone)  # watching changes nothing


def test_stopping_early() -> None:
    def make() -> Trainer:
        return trainer(name="SGD")

    stop = {"callbacks": [EarlyStopping(monitor="loss", min_delta=0.05, patience=1)]}
    fast, slow = assert_both(make, X, Y, epochs=40, **stop)
    assert len(fast.history) == len(slow.history) < 40


# -- interruptions --------------------------------------------------------------------------


@pytest.mark.parametrize("every", [4, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 7))])
def test_a_run_continued_from_the_middle_has_the_same_bits(every: int, tmp_path: Path) -> None:
    options = {"epochs": 4, "batch_size": 16, "verbose": 0}
    whole = trainer(0.3)
    whole.fit(X, Y, **options)
    cut = trainer(0.3, run_dir=tmp_path / "run", checkpoint_every=every)
    stop = StopAfter(13)
    with pytest.raises(RuntimeError, match="stop here"):
        cut.fit(X, Y, callbacks=[stop], **options)
    again = Trainer.resume(tmp_path / "run")
    again.fit(X, Y, callbacks=[], verbose=0)
    assert_same_weights(whole, again)
    assert figures(whole.history) == figures(again.history)


class StopAfter(Callback):
    """Fails after so many batches, as a machine may."""

    def __init__(self, left: int) -> None:
        self.left = left

    def on_train_batch_end(self, batch: int, logs: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise RuntimeError("stop here")


def test_ctrl_c_during_a_call(tmp_path: Path) -> None:
    """It ends soon, cleanly, and goes on to the same bits."""
    x, y = np.tile(X, (200, 1)), np.tile(Y, 200)
    options = {"epochs": 3, "batch_size": 16, "verbose": 0}
    whole = trainer(0.3)
    whole.fit(x, y, **options)
    cut = trainer(0.3, run_dir=tmp_path / "run")
    timer = threading.Timer(0.0, lambda: None)

    class Press(Callback):
        def on_epoch_begin(self, epoch: int, logs: Any) -> None:
            nonlocal timer
            if epoch == 1:
                timer = threading.Timer(0.01, signal.raise_signal, (signal.SIGINT,))
                timer.start()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cut.fit(x, y, callbacks=[Press()], **options)
        timer.join()
    assert cut.interrupted
    again = Trainer.resume(tmp_path / "run")
    again.fit(x, y, callbacks=[], verbose=0)
    assert_same_weights(whole, again)


# -- what is not finite ---------------------------------------------------------------------


class Logarithm(nn.Module):
    def forward(self, x: Any) -> Any:
        return tz.log(x)


def poisoned() -> tuple[np.ndarray, np.ndarray]:
    x = np.abs(X) + 1
    x[50] = -1
    return x, Y


def test_the_first_nan_stops_and_is_named() -> None:
    x, y = poisoned()
    texts = []
    for compiled in (True, False):
        tz.manual_seed(0)
        model = nn.Sequential(Logarithm(), nn.Linear(2, 3))
        made = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1))
        with pytest.raises(NonFiniteError) as caught:
            made.fit(x, y, epochs=2, batch_size=8, verbose=0, compile=compiled)
        texts.append(str(caught.value))
        assert "log" in texts[-1]
    assert texts[0] == texts[1]


def test_a_nan_may_be_skipped() -> None:
    x, y = poisoned()

    def make() -> Trainer:
        tz.manual_seed(0)
        model = nn.Sequential(Logarithm(), nn.Linear(2, 3))
        return Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1))

    one, other = make(), make()
    for made, compiled in ((one, True), (other, False)):
        made.fit(x, y, epochs=2, batch_size=8, verbose=0, compile=compiled,
                 callbacks=[TerminateOnNaN()])  # fmt: skip
    assert_near(one, other)


def test_a_target_that_does_not_exist_is_named() -> None:
    tz.manual_seed(0)
    model = nn.Sequential(nn.Embedding(4, 2), nn.Flatten(), nn.Linear(2, 3))
    made = Trainer(model, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1))
    words = np.zeros((30, 1), "int64")
    words[20] = 4
    with pytest.raises(IndexingError):
        made.fit(words, np.zeros(30, "int64"), batch_size=8, verbose=0)


def test_what_somebody_holds_does_not_change() -> None:
    """The arrays that steps leave change places; one that is held is left alone."""

    class Keeping(Callback):
        def __init__(self) -> None:
            self.held: list[tuple[np.ndarray, np.ndarray]] = []

        def on_epoch_end(self, epoch: int, logs: Any) -> None:
            model, optimizer = self.trainer.model, self.trainer.optimizer
            arrays = [t.numpy() for t in model.state_dict().values()]
            arrays += [slot for group in optimizer.slot_arrays() for slot in group]
            parts = [*arrays, *(a[1:] for a in arrays if a.ndim)]
            self.held += [(part, part.copy()) for part in parts]

    kept = Keeping()
    made = trainer()
    before = {name: t.numpy() for name, t in made.model.state_dict().items()}
    first = {name: a.copy() for name, a in before.items()}
    made.fit(X, Y, epochs=5, batch_size=16, verbose=0, callbacks=[kept])
    assert len(kept.held) > 50
    for array, then in kept.held:
        np.testing.assert_array_equal(array, then)
    for name, array in before.items():
        np.testing.assert_array_equal(array, first[name])


def test_calls_use_the_same_memory_again() -> None:
    """Two sets of arrays serve all calls of an epoch."""
    seen: set[int] = set()
    run = Swift.run

    def watched(self: Swift, *given: Any) -> Any:
        answers = run(self, *given)
        seen.add(answers.state.tables[0].__array_interface__["data"][0])
        return answers

    made = trainer(metrics=[])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Swift, "run", watched)
        patch.setattr(Swift, "most", lambda self: 1)
        made.fit(X, Y, epochs=1, batch_size=4, verbose=0)
    assert len(seen) <= 3


@pytest.mark.parametrize("batch_size", [2, 4, 7])
def test_the_losses_are_added_as_one_by_one(batch_size: int) -> None:
    """The program's sum is the sum of its losses in their order, to the last bit."""
    seen: list[tuple[float, float]] = []
    run = Swift.run

    def watched(self: Swift, state: Any, where: Any, rates: Any, total: float) -> Any:
        answers = run(self, state, where, rates, total)
        for loss in answers.losses.tolist():
            total += loss * self.batch
        seen.append((total, answers.total))
        return answers

    made = trainer(metrics=[])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Swift, "run", watched)
        patch.setattr(Swift, "most", lambda self: 3)
        made.fit(X, Y, epochs=3, batch_size=batch_size, verbose=0)
    assert len(seen) > 3
    assert all(one == other for one, other in seen)


@pytest.mark.parametrize("name", ["Adam", "SGD"])
def test_steps_are_counted_on_from_call_to_call(name: str) -> None:
    """However many steps a call makes, Adam's corrections are those of the whole run."""
    found = []
    for most in (1, 3, 1000):
        made = trainer(name=name, metrics=[])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Swift, "most", lambda self, most=most: most)
            history = made.fit(X, Y, epochs=2, batch_size=4, verbose=0)
        found.append((figures(history), made.get_weights()))
    for loss, weights in found[1:]:
        assert loss == found[0][0]
        for key, array in weights.items():
            np.testing.assert_array_equal(array, found[0][1][key])
