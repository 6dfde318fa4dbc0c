"""What happens beside training: callbacks with Keras's hook names.

Every callback that remembers something has `state_dict` and `load_state_dict`, so that a run
continued from a checkpoint stops, saves and schedules exactly as one never interrupted.
"""

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from tiza.errors import ArgumentError
from tiza.train.history import History, is_score
from tiza.train.words import word

Logs = Mapping[str, float]
Weights = dict[str, np.ndarray]


class Training(Protocol):
    """What a callback may ask of the trainer it watches."""

    history: History
    stop_training: bool
    lr: float

    @property
    def model(self) -> object:
        """The model being trained."""
        ...

    @property
    def steps_done(self) -> int:
        """The steps that the optimizer has made."""
        ...

    def get_weights(self) -> Weights:
        """A copy of all parameters and buffers by name."""
        ...

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Put parameters and buffers in place by name."""
        ...

    def say(self, text: str) -> None:
        """Show one line, above the progress bar if there is one."""
        ...


class Callback:
    """The base of callbacks: override the hooks you need.

    `self.trainer` and `self.model` are there from `on_train_begin` on. Epochs and batches are
    counted from 0, as in Keras. `logs` holds the figures of that moment.
    """

    trainer: Training
    reads_weights = (
        True  # False: hooks of epochs and batches leave the model and its weights alone;
    )
    # subclasses say so for themselves
    every_batch = True  # False: the hook after a batch may be left out for most of them

    @property
    def model(self) -> object:
        """The model being trained."""
        return self.trainer.model

    def set_trainer(self, trainer: Training) -> None:
        """Called once before training begins."""
        self.trainer = trainer

    def on_train_begin(self, logs: Logs) -> None:
        """Before the first epoch (also when a run continues)."""

    def on_train_end(self, logs: Logs) -> None:
        """After the last epoch, also when training ended early."""

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        """Before the first batch of an epoch."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """After validation; `logs` is the epoch's row of the history."""

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        """Before a step."""

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """After a step; `logs` holds the running means of this epoch."""

    def on_test_begin(self, logs: Logs) -> None:
        """Before `evaluate` or validation."""

    def on_test_end(self, logs: Logs) -> None:
        """After `evaluate` or validation."""

    def on_test_batch_begin(self, batch: int, logs: Logs) -> None:
        """Before a batch of `evaluate` or validation."""

    def on_test_batch_end(self, batch: int, logs: Logs) -> None:
        """After a batch of `evaluate` or validation."""

    def on_predict_begin(self, logs: Logs) -> None:
        """Before `predict`."""

    def on_predict_end(self, logs: Logs) -> None:
        """After `predict`."""

    @property
    def looks(self) -> bool:
        """Whether hooks of epochs need the model as it is: its class must say that they do not."""
        says = "reads_weights" in vars(type(self)) or "reads_weights" in vars(self)
        return self.reads_weights or not says

    def state_dict(self) -> dict[str, object]:
        """What must be kept for a continued run: arrays, numbers, strings, nested."""
        return {}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Take up what `state_dict` gave."""


class Callbacks:
    """Several callbacks as one; hooks that nobody overrides cost nothing."""

    def __init__(self, callbacks: Iterable[Callback]) -> None:
        self.items = list(callbacks)
        for item in self.items:
            if not isinstance(item, Callback):
                raise ArgumentError(
                    "callback-argument",
                    callback="callbacks",
                    name="callbacks",
                    got=item,
                    wanted="tiza.train.Callback",
                )
        self._listeners: dict[str, list[Callback]] = {}

    def listening(self, hook: str) -> list[Callback]:
        """The callbacks that override `hook`."""
        if hook not in self._listeners:
            base = getattr(Callback, hook)
            self._listeners[hook] = [
                c for c in self.items if getattr(getattr(c, hook), "__func__", None) is not base
            ]
        return self._listeners[hook]

    def call(self, hook: str, *arguments: object) -> None:
        """Call `hook` of every callback that overrides it, in order."""
        for callback in self.listening(hook):
            getattr(callback, hook)(*arguments)

    def state(self) -> list[dict[str, object]]:
        """The class, arguments and state of each, in order; arguments that are code are None."""
        from tiza.train.blueprint import arguments_of

        return [
            {"class": type(c).__name__, "arguments": arguments_of(c), "state": c.state_dict()}
            for c in self.items
        ]

    def restore(self, states: Iterable[Mapping[str, object]]) -> None:
        """Give each callback the state of its namesake: the first of a class to the first, …."""
        waiting = [dict(state) for state in states]
        for callback in self.items:
            for kept in waiting:
                if kept["class"] == type(callback).__name__:
                    state = kept["state"]
                    if isinstance(state, Mapping):
                        callback.load_state_dict(state)
                    waiting.remove(kept)
                    break


class Monitor(Callback):
    """What EarlyStopping and ModelCheckpoint share: one column and what is better in it."""

    def __init__(self, monitor: str, mode: str = "auto", min_delta: float = 0.0) -> None:
        wanted = '"auto", "min", "max"'
        check(self, "mode", mode, mode in ("auto", "min", "max"), wanted)
        check(self, "min_delta", min_delta, min_delta >= 0, "≥ 0")
        self.monitor, self.mode, self.min_delta = monitor, mode, min_delta
        largest = is_score(monitor) if mode == "auto" else mode == "max"
        self.sign = 1.0 if largest else -1.0
        self.best = -math.inf * self.sign
        self.best_epoch = -1

    def improved(self, epoch: int, logs: Logs) -> bool:
        """Whether this epoch's figure is better than all before; a NaN never is."""
        if self.monitor not in logs:
            near = difflib.get_close_matches(self.monitor, list(logs), n=1, cutoff=0.0)
            raise ArgumentError(
                "monitor-unknown",
                callback=type(self).__name__,
                monitor=self.monitor,
                known=", ".join(logs),
                suggestion=near[0] if near else "loss",
            )
        value = logs[self.monitor]
        if not self.sign * value > self.sign * self.best + self.min_delta:
            return False
        self.best, self.best_epoch = float(value), epoch
        return True

    def state_dict(self) -> dict[str, object]:
        """The best figure so far and its epoch."""
        return {"best": self.best, "best_epoch": self.best_epoch}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Take up the best figure so far and its epoch."""
        self.best = _number(state["best"])
        self.best_epoch = int(_number(state["best_epoch"]))


class EarlyStopping(Monitor):
    """Stop when `monitor` has not improved by `min_delta` for `patience` epochs.

    With `restore_best_weights` the weights of the best epoch are put back at the end. Weak side:
    needs data that are not trained on, and noise in the figure may stop it too soon.
    Source: Prechelt 1998, "Early stopping, but when?"; names as in Keras.

    >>> stopping = EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        mode: str = "auto",
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        check(self, "patience", patience, patience >= 0, "≥ 0")
        self.patience, self.restore_best_weights = patience, restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.stopped_epoch: int | None = None
        self.best_weights: Weights | None = None

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Compare, remember, stop."""
        if epoch < self.start_from_epoch:
            return
        if self.improved(epoch, logs):
            if self.restore_best_weights:
                self.best_weights = self.trainer.get_weights()
            return
        since = epoch - max(self.best_epoch, self.start_from_epoch - 1)
        if since >= max(self.patience, 1):
            self.stopped_epoch = epoch
            self.trainer.stop_training = True
            self.trainer.say(
                word(
                    "early-stop",
                    epoch=epoch + 1,
                    monitor=self.monitor,
                    patience=max(self.patience, 1),
                    best=self.best,
                    best_epoch=self.best_epoch + 1,
                )
            )

    def on_train_end(self, logs: Logs) -> None:
        """Put the best weights back."""
        if self.best_weights is not None:
            self.trainer.set_weights(self.best_weights)
            self.trainer.say(word("weights-restored", epoch=self.best_epoch + 1))

    def state_dict(self) -> dict[str, object]:
        """The best figure, and the best weights if they are to be restored."""
        return {
            **super().state_dict(),
            "stopped_epoch": self.stopped_epoch,
            "best_weights": self.best_weights,
        }

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Take up the best figure and weights."""
        super().load_state_dict(state)
        stopped, weights = state["stopped_epoch"], state["best_weights"]
        self.stopped_epoch = None if stopped is None else int(_number(stopped))
        self.best_weights = dict(weights) if isinstance(weights, Mapping) else None


class ModelCheckpoint(Monitor):
    """Write the weights (safetensors) after each epoch, or after each better one.

    `path` may hold `{epoch}` and any column: "best-{epoch:03d}-{val_loss:.3f}.safetensors".
    """

    def __init__(
        self,
        path: Path | str,
        monitor: str = "val_loss",
        mode: str = "auto",
        save_best_only: bool = False,
    ) -> None:
        super().__init__(monitor, mode)
        self.path, self.save_best_only = str(path), save_best_only

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Write the weights if this epoch deserves it."""
        from tiza.train.folder import save_weights

        if self.save_best_only and not self.improved(epoch, logs):
            return
        path = Path(self.path.format(**{**logs, "epoch": epoch + 1}))
        path.parent.mkdir(parents=True, exist_ok=True)
        save_weights(path, self.trainer.get_weights())


class CSVLogger(Callback):
    """Keep the history as a CSV file, rewritten whole after each epoch.

    Being rewritten from the history, it never holds an epoch twice after a continued run.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Write all epochs so far."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.trainer.history.to_csv(self.path)


class TerminateOnNaN(Callback):
    """End training quietly when the loss is not finite (without it, that is an error)."""

    reads_weights = False

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Look at the loss."""
        loss = logs.get("loss", 0.0)
        if not math.isfinite(loss):
            self.trainer.stop_training = True
            self.trainer.say(
                word("nan-stop", value=loss, epoch=len(self.trainer.history) + 1, batch=batch + 1)
            )


class LambdaCallback(Callback):
    """A callback from functions given by hook name.

    >>> shout = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    """

    def __init__(self, **hooks: Callable[..., None]) -> None:
        for name, hook in hooks.items():
            check(self, name, hook, name.startswith("on_") and hasattr(Callback, name), "on_…")
            setattr(self, name, hook)


def check(callback: Callback, name: str, got: object, good: bool, wanted: str) -> None:
    """Refuse an argument of a callback unless it is `good`.

    Errors: ArgumentError.
    """
    if not good:
        raise ArgumentError(
            "callback-argument", callback=type(callback).__name__, name=name, got=got, wanted=wanted
        )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | np.ndarray) else math.nan
