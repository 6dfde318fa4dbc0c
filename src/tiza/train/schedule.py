"""Learning rates that a callback sets: from a function, or from a schedule of `tiza.optim`."""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

from tiza.train.callbacks import Callback, Logs, check


class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch to `schedule(epoch, lr)` (or `schedule(epoch)`).

    A schedule of `tiza.optim` is stepped after each epoch, or, with every="batch", after each
    batch.

    >>> halving = LearningRateScheduler(lambda epoch, lr: lr if epoch == 0 else lr / 2)
    """

    def __init__(self, schedule: object, every: str = "epoch") -> None:
        check(self, "every", every, every in ("epoch", "batch"), '"epoch", "batch"')
        self.stepper: Any = _stepper(schedule)
        self.function: Callable[..., float] | None = schedule if callable(schedule) else None
        known = self.stepper is not None or self.function is not None
        check(self, "schedule", schedule, known, "callable, tiza.optim.LRScheduler")
        self.every, self.takes_rate, self.on_figure = every, False, False
        if self.stepper is not None:
            taken = inspect.signature(self.stepper.step).parameters.values()
            self.on_figure = any(p.default is p.empty for p in taken)
        elif self.function is not None:
            self.takes_rate = len(inspect.signature(self.function).parameters) > 1

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        """Set the rate of this epoch."""
        if self.stepper is not None or self.function is None:
            return
        rate = self.function(epoch, self.trainer.lr) if self.takes_rate else self.function(epoch)
        check(self, "schedule", rate, math.isfinite(rate) and rate >= 0, "finite, ≥ 0")
        self.trainer.lr = float(rate)

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Step a schedule of batches."""
        if self.stepper is not None and self.every == "batch":
            self.stepper.step()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Step a schedule of epochs; one that waits for a plateau is given the loss."""
        if self.stepper is None or self.every != "epoch":
            return
        if self.on_figure:
            self.stepper.step(logs.get("val_loss", logs["loss"]))
        else:
            self.stepper.step()

    def state_dict(self) -> dict[str, object]:
        """Where the schedule stands."""
        return {} if self.stepper is None else dict(self.stepper.state_dict())

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Go on where it stood."""
        if self.stepper is not None:
            self.stepper.load_state_dict(dict(state))


def _stepper(schedule: object) -> Any:
    return schedule if hasattr(schedule, "step") else None
