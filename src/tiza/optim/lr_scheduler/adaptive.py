"""Cuts of the rate where a figure no longer improves."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, Literal

from tiza.errors import ArgumentError
from tiza.lang.trace import AsItIs, is_writing
from tiza.optim.optimizer import Optimizer


class ReduceLROnPlateau:
    """Multiply the rate by `factor` when a figure has not improved for `patience` epochs.

    Call `step(figure)` once an epoch. Better means lower by the share `threshold` (mode "min")
    or higher ("max"), or by the amount `threshold` in `threshold_mode` "abs". After a cut,
    `cooldown` epochs do not count.
    """

    def __init__(self, optimizer: Optimizer, mode: Literal["min", "max"] = "min",
                 factor: float = 0.1, patience: int = 10, threshold: float = 1e-4,
                 threshold_mode: Literal["rel", "abs"] = "rel", cooldown: int = 0,
                 min_lr: float | Sequence[float] = 0.0, eps: float = 1e-8) -> None:  # fmt: skip
        if factor >= 1:
            raise ArgumentError("schedule-factor", got=factor)
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ArgumentError("schedule-mode", mode=mode, threshold_mode=threshold_mode)
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown = threshold, threshold_mode, cooldown
        groups = len(optimizer.param_groups)
        self.min_lrs = [min_lr] * groups if isinstance(min_lr, int | float) else list(min_lr)
        self.eps = eps
        self.best = inf if mode == "min" else -inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def better(self, figure: float) -> bool:
        """Whether the figure beats the best so far by more than the threshold."""
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "abs":
            return sign * (figure - self.best) > self.threshold
        return sign * figure > sign * self.best * (1 + sign * self.threshold)

    def step(self, metrics: Any) -> None:
        """Take this epoch's figure."""
        if is_writing():
            raise AsItIs(type(self).__name__)  # it asks for a value
        self.last_epoch += 1
        figure = float(metrics)
        if self.better(figure):
            self.best, self.num_bad_epochs = figure, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._cut()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def _cut(self) -> None:
        for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            new = max(group["lr"] * self.factor, least)
            if group["lr"] - new > self.eps:
                group["lr"] = new

    def get_last_lr(self) -> list[float]:
        """The rates in force, one for each parameter group."""
        return [float(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer, as plain numbers."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        self.__dict__.update(state_dict)
