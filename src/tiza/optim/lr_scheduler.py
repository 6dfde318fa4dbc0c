"""Learning rates that change as training goes on, under PyTorch's names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from math import cos, inf, isclose, pi
from typing import Any, Literal

from tiza.errors import ArgumentError
from tiza.optim.optimizer import Optimizer


class LRScheduler:
    """A learning rate ηₜ as a function of the base rate η₀ and of the count t of its steps.

    A schedule writes `rate`. It sets the rate of step 0 when made, and the next one at every
    `step()`. Where something else has changed the rate in between, a step multiplies it by
    ηₜ/ηₜ₋₁ instead, so that schedules of one optimizer multiply.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise ArgumentError("schedule-resume")
        self.base_lrs: list[float] = [g["initial_lr"] for g in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._last_lr = [float(group["lr"]) for group in optimizer.param_groups]
        self.step()

    def rate(self, base: float, t: int) -> float:
        """ηₜ."""
        raise ArgumentError("schedule-rate", kind=type(self).__name__)

    def rates(self, t: int) -> list[float]:
        """ηₜ of every parameter group."""
        return [self.rate(base, t) for base in self.base_lrs]

    def step(self) -> None:
        """Go on to the next rate; call it once an epoch, after `optimizer.step()`."""
        self.last_epoch += 1
        before = self.rates(self.last_epoch - 1) if self.last_epoch else self.base_lrs
        now = self.rates(self.last_epoch)
        for group, old, new in zip(self.optimizer.param_groups, before, now, strict=True):
            alone = isclose(group["lr"], old, rel_tol=1e-12) or not old
            group["lr"] = new if alone else group["lr"] * new / old
        self._last_lr = [float(group["lr"]) for group in self.optimizer.param_groups]

    def get_last_lr(self) -> list[float]:
        """The rates in force, one for each parameter group."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer and functions, as plain numbers."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer" and not _code(v)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        self.__dict__.update(state_dict)


def _code(value: object) -> bool:
    return callable(value) or (isinstance(value, list) and any(map(callable, value)))


class StepLR(LRScheduler):
    """Multiply by γ every `step_size` steps: ηₜ = η₀ γ^⌊t / size⌋."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1,
                 last_epoch: int = -1) -> None:  # fmt: skip
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ γ^⌊t / size⌋."""
        return base * self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """Multiply by γ at each milestone: ηₜ = η₀ γ^#{milestones ≤ t}."""

    def __init__(self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1,
                 last_epoch: int = -1) -> None:  # fmt: skip
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ γ^#{milestones ≤ t}."""
        return base * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """Multiply by γ at every step: ηₜ = η₀ γᵗ."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ γᵗ."""
        return base * self.gamma**t


class LambdaLR(LRScheduler):
    """Any factor of t: ηₜ = η₀ λ(t), one function for all groups or one for each."""

    def __init__(self, optimizer: Optimizer,
                 lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
                 last_epoch: int = -1) -> None:  # fmt: skip
        groups = len(optimizer.param_groups)
        self.lr_lambdas = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise ArgumentError("schedule-groups", got=len(self.lr_lambdas), wanted=groups)
        super().__init__(optimizer, last_epoch)

    def rates(self, t: int) -> list[float]:
        """η₀ λ(t) of every group."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * factor(t) for base, factor in pairs]


class LinearLR(LRScheduler):
    """Warm up: the factor grows evenly from `start_factor` to `end_factor` in `total_iters`."""

    def __init__(self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0,
                 total_iters: int = 5, last_epoch: int = -1) -> None:  # fmt: skip
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ (start + (end − start) min(t, total) / total)."""
        share = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


class ConstantLR(LRScheduler):
    """A smaller rate at first: ηₜ = η₀ · factor for t < total_iters, then η₀."""

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5,
                 last_epoch: int = -1) -> None:  # fmt: skip
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ · factor before `total_iters`, η₀ after."""
        return base * (self.factor if t < self.total_iters else 1.0)


class PolynomialLR(LRScheduler):
    """Fall to nothing along a power: ηₜ = η₀ (1 − min(t, total)/total)^power."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0,
                 last_epoch: int = -1) -> None:  # fmt: skip
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ (1 − min(t, total)/total)^power."""
        return float(base * (1 - min(t, self.total_iters) / self.total_iters) ** self.power)


class CosineAnnealingLR(LRScheduler):
    """Half a cosine from η₀ down to η_min: ηₜ = η_min + (η₀ − η_min)(1 + cos(πt/T)) / 2.

    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0,
                 last_epoch: int = -1) -> None:  # fmt: skip
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η_min + (η₀ − η_min)(1 + cos(πt/T)) / 2."""
        return self.eta_min + (base - self.eta_min) * (1 + cos(pi * t / self.T_max)) / 2


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
