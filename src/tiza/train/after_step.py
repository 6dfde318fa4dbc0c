"""Callbacks that act on the weights after every step: limits, masks, averages.

All of them keep what they remember in the checkpoint, so that a continued run has the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tiza.nn.module import Module
from tiza.nn.utils import Masks, prune
from tiza.optim import ExponentialMovingAverage
from tiza.train.callbacks import Callback, Logs, Training, Weights, check

Rule = Callable[[Module], object]


class StepCallback(Callback):
    """A callback with one more hook, `after_step`: once for each step of the optimizer.

    Where gradients are accumulated, a step comes only after several batches.
    """

    _seen = 0

    def set_trainer(self, trainer: Training) -> None:
        """Count the steps from here."""
        super().set_trainer(trainer)
        self._seen = trainer.steps_done

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Call `after_step` if there was one."""
        if self.trainer.steps_done != self._seen:
            self._seen = self.trainer.steps_done
            self.after_step()

    def after_step(self) -> None:
        """After a step, with the new weights in the model."""


class AfterStep(StepCallback):
    """Call rules with the model after every step, such as `nn.MaxNorm(3.0)` or pruning masks.

    p ← rule(p) after each p ← p − η g.

    Use it for limits and masks. Weak side: a rule costs a return to Python after every step.

    A rule changes parameters in place. Rules hold code: a run that was killed wants this callback
    again, `Trainer.resume(folder).fit(X, y, callbacks=[...])`, and has then the same bits.

    Source: projected gradients, Goldstein 1964, Bull. Am. Math. Soc. 70.

    >>> from tiza import nn
    >>> short = AfterStep(nn.MaxNorm(3.0))
    """

    def __init__(self, *rules: Rule) -> None:
        check(self, "rules", rules, bool(rules), "nn.MaxNorm(...), Masks, model → None")
        for rule in rules:
            check(self, "rules", rule, callable(rule), "callable")
        self.rules = rules

    def after_step(self) -> None:
        """Apply every rule, in order."""
        for rule in self.rules:
            rule(_module(self.trainer))


class Prune(StepCallback):
    """Set the least weights to 0, more of them each epoch, and hold them there while training.

    sₑ = s (1 − (1 − f)³) is the share pruned before epoch e, with f rising from 0 to 1 over the
    epochs from `begin` to `end` (counted from 0); what is 0 by then stays 0.

    Use it to make a trained network smaller: begin once it has learned something, and let some
    epochs follow the last cut. Weak side: single weights leave holes, which save memory only in a
    format for holes.

    Source: Zhu & Gupta 2017, arXiv:1710.01878, eq. 1, once an epoch; the choice of weights is
    `nn.utils.prune`'s.

    >>> thin = Prune(0.8, begin=2, end=6)
    >>> round(thin.share(2), 3), thin.share(6)
    (0.39, 0.8)
    """

    def __init__(self, amount: float, begin: int = 0, end: int | None = None,
                 together: bool = True) -> None:  # fmt: skip
        check(self, "amount", amount, 0 <= amount <= 1, "0 … 1")
        check(self, "begin", begin, begin >= 0, "≥ 0")
        check(self, "end", end, end is None or end >= begin, "≥ begin")
        self.amount, self.begin, self.end, self.together = amount, begin, end, together
        self.masks = Masks({})
        self._kept: Mapping[str, Any] = {}

    def share(self, epoch: int) -> float:
        """The share of the weights that is 0 during an epoch."""
        last = self.begin if self.end is None else self.end
        rise = (epoch - self.begin + 1) / (last - self.begin + 1)
        return self.amount * (1 - (1 - min(max(rise, 0.0), 1.0)) ** 3)

    def on_train_begin(self, logs: Logs) -> None:
        """Take the masks of an earlier part of the run up."""
        params = dict(_module(self.trainer).named_parameters())
        self.masks = Masks({
            name: (params[name], np.asarray(mask, bool)) for name, mask in self._kept.items()
        })  # fmt: skip

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        """Prune what this epoch is to lose."""
        last = self.begin if self.end is None else self.end
        if self.begin <= epoch <= last:
            self.masks = prune(_module(self.trainer), self.share(epoch), self.together)

    def after_step(self) -> None:
        """Set what was pruned to 0 again."""
        self.masks()

    def on_train_end(self, logs: Logs) -> None:
        """Leave zeros, whatever other callbacks have put in place."""
        self.masks()

    def state_dict(self) -> dict[str, object]:
        """Which weights were kept."""
        kept = {name: mask.astype(np.uint8) for name, (_, mask) in self.masks.kept.items()}
        return {"masks": kept}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Go on with the same masks."""
        masks = state["masks"]
        self._kept = dict(masks) if isinstance(masks, Mapping) else {}


class AverageWeights(StepCallback):
    """A running mean of the weights, which between epochs stands in the model in their place.

    a ← d a + (1 − d) p after every step.

    Validation, EarlyStopping, ModelCheckpoint (listed after this one) and whoever uses the model
    after training see a; the next epoch goes on with p. With `in_use=False`, a is only kept:
    `callback.average.copy_to()` puts it into the model. Buffers are as the last step left them.

    Use it where the loss trembles at the end, as with large rates or small batches. Weak side: a
    short training has averages that lag; `warm_up` helps.

    Source: Polyak & Juditsky 1992, SIAM J. Control Optim. 30, in exponential form
    (`optim.ExponentialMovingAverage`).

    >>> smooth = AverageWeights(decay=0.99)
    """

    average: ExponentialMovingAverage

    def __init__(self, decay: float = 0.999, warm_up: bool = True, in_use: bool = True) -> None:
        check(self, "decay", decay, 0 <= decay <= 1, "0 … 1")
        self.decay, self.warm_up, self.in_use = decay, warm_up, in_use
        self._behind: Weights | None = None  # the weights themselves, while averages stand there

    def set_trainer(self, trainer: Training) -> None:
        """Begin with the weights as they stand."""
        super().set_trainer(trainer)
        params = [p for p in _module(trainer).parameters() if p.requires_grad]
        self.average = ExponentialMovingAverage(params, self.decay, self.warm_up)
        self._behind = None

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        """Put the weights themselves back."""
        if self._behind is not None:
            self.trainer.set_weights(self._behind)
            self._behind = None

    def after_step(self) -> None:
        """Take the new weights in."""
        self.average.update()

    def on_test_begin(self, logs: Logs) -> None:
        """Validate the averages."""
        self._exchange()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Show the averages to what comes next, where nothing was validated."""
        self._exchange()

    def on_train_end(self, logs: Logs) -> None:
        """Leave the averages in the model."""
        self._exchange()
        self._behind = None

    def _exchange(self) -> None:
        if self.in_use and self._behind is None:
            names = {name for name, _ in _module(self.trainer).named_parameters()}
            weights = self.trainer.get_weights()
            self._behind = {name: weights[name] for name in names}
            self.average.copy_to()

    def state_dict(self) -> dict[str, object]:
        """The averages, and the weights that they stand for."""
        return {**self.average.state_dict(), "behind": self._behind}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Go on with the same averages."""
        self.average.load_state_dict(state)
        behind = state["behind"]
        self._behind = dict(behind) if isinstance(behind, Mapping) else None


def _module(trainer: Training) -> Module:
    model = trainer.model
    assert isinstance(model, Module)  # the trainer saw to it
    return model
