"""Learning rates that follow one formula, under PyTorch's names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import cos, pi
from typing import ClassVar

from tiza.optim.lr_scheduler.base import LRScheduler, functions_of
from tiza.optim.optimizer import Optimizer


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
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ γ^#{milestones ≤ t}."""
        passed = sum(count for at, count in self.milestones.items() if at <= t)
        return float(base * self.gamma**passed)


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

    functions: ClassVar[tuple[str, ...]] = ("lr_lambdas",)

    def __init__(self, optimizer: Optimizer,
                 lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
                 last_epoch: int = -1) -> None:  # fmt: skip
        self.lr_lambdas = functions_of(lr_lambda, optimizer)
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
