"""What all schedules share: a rate as a function of the base rate and of the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isclose
from types import FunctionType
from typing import Any, ClassVar

from tiza.errors import ArgumentError
from tiza.lang.trace import left_to_calls
from tiza.optim.optimizer import Optimizer
from tiza.optim.options import BETA

Function = Callable[[int], float]


class LRScheduler:
    """A learning rate ηₜ as a function of the base rate η₀ and of the count t of its steps.

    A schedule writes `rate`. It sets the rate of step 0 when made, and the next one at every
    `step()`. Where something else has changed the rate in between, a step multiplies it by
    ηₜ/ηₜ₋₁ instead, so that schedules of one optimizer multiply.
    """

    functions: ClassVar[tuple[str, ...]] = ()  # attributes that are lists of functions

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

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next rate; call it once an epoch, after `optimizer.step()`.

        With `epoch`, go to the rate of that epoch.
        """
        if left_to_calls(self, epoch):
            return
        if epoch is None:
            self.last_epoch += 1
            before = self.rates(self.last_epoch - 1) if self.last_epoch else self.base_lrs
        now = self.rates(self.last_epoch if epoch is None else epoch)
        if epoch is not None:
            self.last_epoch = epoch
            before = [float(group["lr"]) for group in self.optimizer.param_groups]
        for group, old, new in zip(self.optimizer.param_groups, before, now, strict=True):
            alone = isclose(group["lr"], old, rel_tol=1e-12) or not old
            group["lr"] = new if alone else group["lr"] * new / old
        self._last_lr = [float(group["lr"]) for group in self.optimizer.param_groups]

    def get_last_lr(self) -> list[float]:
        """The rates in force, one for each parameter group."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer, as plain numbers; it loads into PyTorch's too.

        Of a function None is kept; of an object that is called, its attributes.
        """
        kept = {k: v for k, v in self.__dict__.items() if k not in ("optimizer", *self.functions)}
        return kept | {k: [_attributes(f) for f in getattr(self, k)] for k in self.functions}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken, by tiza or PyTorch."""
        self.__dict__.update({k: v for k, v in state_dict.items() if k not in self.functions})
        for name in self.functions:
            for function, kept in zip(getattr(self, name), state_dict.get(name, ()), strict=False):
                if kept is not None:
                    vars(function).update(kept)


def _attributes(function: Any) -> dict[str, Any] | None:
    return None if isinstance(function, FunctionType) else dict(vars(function))


def move(optimizer: Optimizer, name: str) -> None:
    """Tell the optimizer that a schedule moves this option, so that steps take it as an input."""
    name = BETA if name == "betas" else name
    if name not in optimizer.moving:
        optimizer.moving = (*optimizer.moving, name)


def functions_of(given: Function | Sequence[Function], optimizer: Optimizer) -> list[Function]:
    """One function of t for each parameter group."""
    groups = len(optimizer.param_groups)
    functions = [given] * groups if callable(given) else list(given)
    if len(functions) != groups:
        raise ArgumentError("schedule-groups", got=len(functions), wanted=groups)
    return functions
