"""Schedules made of others, and those with restarts or a long tail."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import cos, floor, pi, sqrt
from typing import Any, ClassVar

from tiza.errors import ArgumentError
from tiza.lang.trace import left_to_calls
from tiza.optim.lr_scheduler.base import LRScheduler, functions_of
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
        self._fraction = 0.0  # of an epoch beyond last_epoch
        super().__init__(optimizer, last_epoch)

    def place(self, t: float) -> tuple[float, int]:
        """How many steps since the last restart, and how many until the next from it."""
        length = self.T_0
        if self.T_mult == 1:
            return t % length, length
        while t >= length:
            t, length = t - length, length * self.T_mult
        return t, length

    def rate(self, base: float, t: float) -> float:
        """The half cosine that t falls into; t may lie between two epochs."""
        now, length = self.place(t)
        return self.eta_min + (base - self.eta_min) * (1 + cos(pi * now / length)) / 2

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next rate, or to that of `epoch`, which may be a fraction."""
        if left_to_calls(self, epoch):
            return
        if epoch is None and self._fraction:
            epoch = self.last_epoch + 1 + self._fraction
        self._fraction = 0.0 if epoch is None else epoch % 1
        if epoch is None or not self._fraction:
            super().step(None if epoch is None else int(epoch))
            return
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = self.rate(base, epoch)
        self.last_epoch = floor(epoch)
        self._last_lr = [float(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """As every schedule's, with the place in the cycle under PyTorch's names."""
        now, length = self.place(self.last_epoch + self._fraction)
        return {**super().state_dict(), "T_cur": now, "T_i": length}


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
    """Multiply by λ(t) at each step: ηₜ = η₀ λ(1) … λ(t); one function, or one for each group."""

    functions: ClassVar[tuple[str, ...]] = ("lr_lambdas",)

    def __init__(self, optimizer: Optimizer,
                 lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
                 last_epoch: int = -1) -> None:  # fmt: skip
        self.lr_lambdas = functions_of(lr_lambda, optimizer)
        self._product = (0, [1.0] * len(self.lr_lambdas))  # as far as they are multiplied
        super().__init__(optimizer, last_epoch)

    def rates(self, t: int) -> list[float]:
        """η₀ λ(1) … λ(t) of every group."""
        done, products = self._product
        if t < done:
            done, products = 0, [1.0] * len(products)
        for i in range(done + 1, t + 1):
            products = [p * f(i) for p, f in zip(products, self.lr_lambdas, strict=True)]
        self._product = (max(t, 0), products)
        return [base * p for base, p in zip(self.base_lrs, products, strict=True)]


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
        self._schedulers, self._milestones = list(schedulers), list(milestones)
        super().__init__(optimizer, last_epoch)

    def rates(self, t: int) -> list[float]:
        """The rates of the schedule in force, counted from its milestone."""
        index = bisect_right(self._milestones, t)
        start = self._milestones[index - 1] if index else 0
        return self._schedulers[index].rates(t - start)

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next rate, or to that of `epoch`."""
        if left_to_calls(self, epoch):
            return
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        for group, rate in zip(
            self.optimizer.param_groups, self.rates(self.last_epoch), strict=True
        ):
            group["lr"] = rate
        self._last_lr = [float(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Where the sequence and each of its schedules stand."""
        kept = {k: v for k, v in super().state_dict().items() if k != "_schedulers"}
        starts, states = [0, *self._milestones], []
        for start, end, schedule in zip(
            starts, [*self._milestones, self.last_epoch + 1], self._schedulers, strict=True
        ):
            now = min(self.last_epoch, end - 1) - start
            rates = schedule.rates(now) if now >= 0 else schedule.base_lrs
            states.append({**schedule.state_dict(), "last_epoch": max(now, -1), "_last_lr": rates})
        return {**kept, "_schedulers": states}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken, by tiza or PyTorch."""
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for schedule, kept in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            schedule.load_state_dict(kept)


class ChainedScheduler:
    """Several schedules of one optimizer stepped together: their factors multiply.

    >>> from tiza import nn, optim
    >>> from tiza.optim import lr_scheduler as s
    >>> o = optim.SGD([nn.Parameter([1.0])], lr=1.0)
    >>> both = s.ChainedScheduler([s.ConstantLR(o, 0.5, total_iters=2), s.ExponentialLR(o, 0.1)])
    >>> rates = [o.lr]
    >>> for _ in range(2):
    ...     both.step(); rates.append(round(o.lr, 4))
    >>> rates
    [0.5, 0.05, 0.01]
    """

    def __init__(self, schedulers: Sequence[LRScheduler],
                 optimizer: Optimizer | None = None) -> None:  # fmt: skip
        if not schedulers:
            raise ArgumentError("schedule-none")
        self.optimizer = optimizer or schedulers[0].optimizer
        if any(s.optimizer is not self.optimizer for s in schedulers):
            raise ArgumentError("schedule-optimizers")
        self._schedulers = list(schedulers)
        self._last_lr = self._schedulers[-1].get_last_lr()

    def step(self) -> None:
        """Step every schedule."""
        if left_to_calls(self):
            return
        for schedule in self._schedulers:
            schedule.step()
        self._last_lr = [float(group["lr"]) for group in self.optimizer.param_groups]

    def get_last_lr(self) -> list[float]:
        """The rates in force, one for each parameter group."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Where each schedule stands."""
        states = [schedule.state_dict() for schedule in self._schedulers]
        return {"_schedulers": states, "_last_lr": self._last_lr}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken, by tiza or PyTorch."""
        self._last_lr = state_dict["_last_lr"]
        for schedule, kept in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            schedule.load_state_dict(kept)
