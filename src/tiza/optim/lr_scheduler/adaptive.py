"""One cycle over the whole training, and cuts where a figure no longer improves."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, inf, pi
from typing import Any, Literal

from tiza.errors import ArgumentError
from tiza.optim.lr_scheduler.base import LRScheduler, move
from tiza.optim.optimizer import Optimizer


class OneCycleLR(LRScheduler):
    """Up to `max_lr`, then down to almost nothing, within `total_steps`; step it every batch.

    From max_lr/div_factor up to max_lr over the share `pct_start` of the steps, then down to
    max_lr/div_factor/final_div_factor. Momentum (or β₁) goes the other way unless
    `cycle_momentum` is False.

    Source: Smith & Topin 2018, arXiv:1708.07120; PyTorch's two-phase form and defaults.
    """

    def __init__(self, optimizer: Optimizer, max_lr: float, total_steps: int | None = None,
                 epochs: int | None = None, steps_per_epoch: int | None = None,
                 pct_start: float = 0.3, anneal_strategy: Literal["cos", "linear"] = "cos",
                 cycle_momentum: bool = True, base_momentum: float = 0.85,
                 max_momentum: float = 0.95, div_factor: float = 25.0,
                 final_div_factor: float = 1e4, last_epoch: int = -1) -> None:  # fmt: skip
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ArgumentError("schedule-length")
            total_steps = epochs * steps_per_epoch
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError("schedule-anneal", got=anneal_strategy)
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        self.ends = (0.0, float(pct_start * total_steps) - 1, total_steps - 1.0)
        first = max_lr / div_factor
        self.peaks = (first, max_lr, first / final_div_factor)
        self.momenta = (max_momentum, base_momentum, max_momentum)
        names = optimizer.param_groups[0]
        self.momentum_name = next((n for n in ("betas", "momentum") if n in names), None)
        self.cycle_momentum = cycle_momentum
        if cycle_momentum and self.momentum_name is None:
            raise ArgumentError("schedule-momentum", kind=type(optimizer).__name__)
        if cycle_momentum:
            move(optimizer, str(self.momentum_name))
        super().__init__(optimizer, last_epoch)
        self.base_lrs = [first] * len(self.base_lrs)

    def rate(self, base: float, t: int) -> float:
        """The rate along the two phases, the same for every group."""
        return self.along(self.peaks, t)

    def along(self, values: tuple[float, float, float], t: int) -> float:
        """The value at step t of the curve through `values` at the start, the peak, the end."""
        if t >= self.total_steps:
            raise ArgumentError("schedule-over", got=t + 1, total=self.total_steps)
        phase = 0 if t <= self.ends[1] else 1
        start, end = self.ends[phase : phase + 2]
        share = (t - start) / (end - start) if end != start else 1.0
        low, high = values[phase : phase + 2]
        if self.anneal_strategy == "cos":
            return high + (low - high) / 2 * (1 + cos(pi * share))
        return low + (high - low) * share

    def step(self) -> None:
        """Go on to the next rate and momentum; call it after every batch."""
        super().step()
        if not self.cycle_momentum:
            return
        momentum = self.along(self.momenta, self.last_epoch)
        for group in self.optimizer.param_groups:
            if self.momentum_name == "betas":
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum


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
