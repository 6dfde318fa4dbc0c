"""Schedules made of others, and those with restarts or a long tail."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import cos, pi, sqrt

from tiza.errors import ArgumentError
from tiza.optim.lr_scheduler.base import LRScheduler
from tiza.optim.optimizer import Optimizer


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half cosines from η₀ to η_min, each `T_mult` times as long as the one before.

    ηₜ = η_min + (η₀ − η_min)(1 + cos(πs/Tᵢ))/2, s being the steps since the last restart.

    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5.
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0,
                 last_epoch: int = -1) -> None:  # fmt: skip
        if T_0 < 1 or T_mult < 1:
            raise ArgumentError("schedule-restart", first=T_0, times=T_mult)
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """The half cosine that t falls into."""
        length = self.T_0
        while t >= length:
            t, length = t - length, length * self.T_mult
            if self.T_mult == 1:
                t %= length
        return self.eta_min + (base - self.eta_min) * (1 + cos(pi * t / length)) / 2


class InverseSquareRootLR(LRScheduler):
    """Warm up evenly, then fall: ηₜ = η₀ min((t + 1)/w, √(w/(t + 1))).

    Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 3, scaled to reach η₀ at its peak.
    """

    def __init__(self, optimizer: Optimizer, warmup_steps: int, last_epoch: int = -1) -> None:
        self.warmup_steps = max(1, warmup_steps)
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ min((t + 1)/w, √(w/(t + 1)))."""
        return base * min((t + 1) / self.warmup_steps, sqrt(self.warmup_steps / (t + 1)))


class MultiplicativeLR(LRScheduler):
    """Multiply by λ(t) at each step: ηₜ = η₀ λ(1) … λ(t)."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float],
                 last_epoch: int = -1) -> None:  # fmt: skip
        self.lr_lambda = lr_lambda
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """η₀ λ(1) … λ(t)."""
        for i in range(1, t + 1):
            base *= self.lr_lambda(i)
        return base


class SequentialLR(LRScheduler):
    """One schedule after the other, each from its own beginning at its milestone.

    >>> from tiza import nn, optim
    >>> from tiza.optim import lr_scheduler as s
    >>> o = optim.SGD([nn.Parameter([1.0])], lr=1.0)
    >>> both = s.SequentialLR(o, [s.LinearLR(o, 0.5, total_iters=2), s.ExponentialLR(o, 0.1)], [2])
    >>> rates = [o.lr]
    >>> for _ in range(4):
    ...     both.step(); rates.append(round(o.lr, 4))
    >>> rates
    [0.5, 0.75, 1.0, 0.1, 0.01]
    """

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[LRScheduler],
                 milestones: Sequence[int], last_epoch: int = -1) -> None:  # fmt: skip
        if len(schedulers) != len(milestones) + 1 or sorted(milestones) != list(milestones):
            raise ArgumentError("schedule-milestones", schedules=len(schedulers),
                                milestones=list(milestones))  # fmt: skip
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer, last_epoch)

    def rates(self, t: int) -> list[float]:
        """The rates of the schedule in force, counted from its milestone."""
        index = bisect_right(self.milestones, t)
        start = self.milestones[index - 1] if index else 0
        return self.schedulers[index].rates(t - start)

    def step(self) -> None:
        """Go on to the next rate."""
        self.last_epoch += 1
        for group, rate in zip(
            self.optimizer.param_groups, self.rates(self.last_epoch), strict=True
        ):
            group["lr"] = rate
        self._last_lr = [float(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, object]:
        """Where the sequence stands; its schedules are functions of that alone."""
        return {key: value for key, value in super().state_dict().items() if key != "schedulers"}
