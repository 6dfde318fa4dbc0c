"""Callbacks alone, driven by hand; with the trainer in test_trainer."""

import io
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tiza.errors import ArgumentError, use_language
from tiza.train import (
    Callback,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ProgressBar,
    TerminateOnNaN,
    load_weights,
)
from tiza.train.callbacks import Callbacks


class Pretend:
    """A trainer whose weights count its epochs."""

    def __init__(self) -> None:
        self.model: object = None
        self.history = History()
        self.stop_training = False
        self.lr = 1.0
        self.said: list[str] = []
        self.weights = {"w": np.zeros(1)}

    def get_weights(self) -> dict[str, np.ndarray]:
        return {name: array.copy() for name, array in self.weights.items()}

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        self.weights = dict(weights)

    def say(self, text: str) -> None:
        self.said.append(text)


def run(callback: Callback, losses: list[float], trainer: Pretend | None = None) -> Pretend:
    """As many epochs as the callback allows."""
    trainer = trainer or Pretend()
    callback.set_trainer(trainer)
    callback.on_train_begin({})
    for loss in losses:
        epoch = len(trainer.history)
        trainer.weights = {"w": np.array([float(epoch)])}
        callback.on_epoch_begin(epoch, {})
        callback.on_train_batch_end(0, {"loss": loss})
        trainer.history.append({"loss": loss, "val_accuracy": 1 - loss})
        callback.on_epoch_end(epoch, trainer.history.rows[-1])
        if trainer.stop_training:
            break
    callback.on_train_end({})
    return trainer


def test_early_stopping_stops_and_restores() -> None:
    trainer = run(
        EarlyStopping("loss", patience=2, restore_best_weights=True), [5, 3, 4, math.nan, 1]
    )
    assert len(trainer.history) == 4
    assert trainer.weights["w"][0] == 1
    assert trainer.said == [
        "stopped after epoch 4: loss has not improved for 2 epochs (best 3 in epoch 2)",
        "the weights of epoch 2 are back in place",
    ]


@pytest.mark.parametrize(
    ("arguments", "losses", "epochs"),
    [
        ({"patience": 0}, [3, 3, 3], 2),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.8, 2.7], 2),
        ({"patience": 1, "mode": "max"}, [3, 4, 5, 5], 4),
        ({"patience": 1, "start_from_epoch": 3}, [1, 2, 3, 4, 5, 6], 5),
        ({"patience": 5}, [1, 2, 3], 3),
    ],
)
def test_early_stopping_counts(arguments: dict, losses: list[float], epochs: int) -> None:
    assert len(run(EarlyStopping("loss", **arguments), losses).history) == epochs


def test_early_stopping_direction_follows_the_metric() -> None:
    assert len(run(EarlyStopping("val_accuracy", patience=1), [0.5, 0.4, 0.3]).history) == 3


def test_early_stopping_continued_is_early_stopping() -> None:
    losses = [5, 3, 4, 4, 4, 1]
    whole = run(EarlyStopping("loss", patience=3, restore_best_weights=True), losses)
    for cut in range(1, 5):
        first = EarlyStopping("loss", patience=3, restore_best_weights=True)
        first.set_trainer(trainer := Pretend())
        for epoch, loss in enumerate(losses[:cut]):
            trainer.weights = {"w": np.array([float(epoch)])}
            trainer.history.append({"loss": loss})
            first.on_epoch_end(epoch, {"loss": loss})
        second = EarlyStopping("loss", patience=3, restore_best_weights=True)
        second.load_state_dict(first.state_dict())
        trainer = run(second, losses[cut:], trainer)
        assert trainer.weights["w"] == whole.weights["w"]
        assert len(trainer.history) == len(whole.history)


def test_unknown_monitor_says_what_there_is() -> None:
    with pytest.raises(ArgumentError) as error:
        run(EarlyStopping("val_acuracy"), [1.0])
    assert str(error.value) == (
        "EarlyStopping watches 'val_acuracy', which this run does not measure; "
        "it measures loss, val_accuracy\n    fix: monitor='val_accuracy'"
    )


def test_bad_arguments_are_refused_at_once() -> None:
    for make in (
        lambda: EarlyStopping(patience=-1),
        lambda: EarlyStopping(mode="up"),
        lambda: EarlyStopping(min_delta=-1),
        lambda: LearningRateScheduler(0.1),
        lambda: LambdaCallback(on_epoch=print),
        lambda: Callbacks(["no"]),
    ):
        with pytest.raises(ArgumentError):
            make()
    with pytest.raises(ArgumentError, match=r"schedule=-1 must be finite"):
        run(LearningRateScheduler(lambda epoch: -1), [1.0])


def test_model_checkpoint(tmp_path: Path) -> None:
    run(ModelCheckpoint(tmp_path / "all" / "{epoch:02d}.safetensors"), [3, 2, 4])
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == [
        f"0{i}.safetensors" for i in (1, 2, 3)
    ]
    run(ModelCheckpoint(tmp_path / "best.st", "loss", save_best_only=True), [3, 2, 4])
    assert load_weights(tmp_path / "best.st")["w"] == [1.0]


def test_csv_logger(tmp_path: Path) -> None:
    run(CSVLogger(tmp_path / "log" / "h.csv"), [3, 2])
    assert (tmp_path / "log" / "h.csv").read_text().splitlines() == [
        "epoch,loss,val_accuracy",
        "1,3.0,-2.0",
        "2,2.0,-1.0",
    ]


def test_schedules_of_one_and_two_arguments() -> None:
    assert run(LearningRateScheduler(lambda epoch, lr: lr / 2), [1, 1, 1]).lr == 0.125
    assert run(LearningRateScheduler(lambda epoch: 10.0**-epoch), [1, 1, 1]).lr == 0.01


def test_terminate_on_nan() -> None:
    trainer = run(TerminateOnNaN(), [1, math.inf, 1])
    assert len(trainer.history) == 2
    assert trainer.said == ["stopped: the loss is inf in epoch 2, batch 1"]


def test_only_overridden_hooks_are_called() -> None:
    seen: list[object] = []
    quiet, loud = Callback(), LambdaCallback(on_epoch_end=lambda *a: seen.append(a))
    both = Callbacks([quiet, loud])
    assert both.listening("on_epoch_end") == [loud]
    assert both.listening("on_train_batch_end") == []
    both.call("on_epoch_end", 0, {})
    assert seen == [(0, {})]


def test_states_go_to_namesakes_in_order() -> None:
    def pair() -> Callbacks:
        return Callbacks([EarlyStopping("a"), CSVLogger("x"), EarlyStopping("b")])

    old, new = pair(), pair()
    old.items[0].best, old.items[2].best = 1.0, 2.0
    new.restore(old.state())
    assert (new.items[0].best, new.items[2].best) == (1.0, 2.0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("verbose", ["auto", 2])
def test_plain_lines(verbose: str | int) -> None:
    out = io.StringIO()
    run(ProgressBar(10, 3, verbose, out), [0.5, 0.25])
    lines = [line.replace("0.00 s", "S") for line in out.getvalue().splitlines()]
    assert lines == [
        "epoch  1/10   S  loss 0.5000  validation accuracy 50.00%",
        "epoch  2/10   S  loss 0.2500  validation accuracy 75.00%",
    ]


def test_quiet_is_silent() -> None:
    out = Terminal()
    run(bar := ProgressBar(2, 3, 0, out), [0.5])
    bar.say("hello")
    assert out.getvalue() == ""


def test_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    with use_language("es"):
        run(bar := ProgressBar(2, 1, "auto", out), [0.5, 0.25])
    text = out.getvalue()
    assert "época 2/2" in text
    assert "exactitud de validación 75.00%" in text
    assert "\x1b[?25h" in text[-8:]  # the cursor is back
    bar.close()
    assert out.getvalue() == text
