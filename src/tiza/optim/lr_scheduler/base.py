"""What all schedules share: a rate as a function of the base rate and of the step."""

from __future__ import annotations

from math import isclose
from typing import Any

from tiza.errors import ArgumentError
from tiza.optim.optimizer import Optimizer
from tiza.optim.options import BETA


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


def move(optimizer: Optimizer, name: str) -> None:
    """Tell the optimizer that a schedule moves this option, so that steps take it as an input."""
    name = BETA if name == "betas" else name
    if name not in optimizer.moving:
        optimizer.moving = (*optimizer.moving, name)


def _code(value: object) -> bool:
    return callable(value) or (isinstance(value, list) and any(map(callable, value)))
