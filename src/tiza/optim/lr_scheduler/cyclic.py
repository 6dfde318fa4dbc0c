"""Rates that go up and down again, with momentum going the other way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, floor, pi
from typing import Any, ClassVar, Literal

from tiza.errors import ArgumentError
from tiza.lang.trace import left_to_calls
from tiza.optim.lr_scheduler.base import LRScheduler, move
from tiza.optim.optimizer import Optimizer

Numbers = float | Sequence[float]


def for_groups(name: str, value: Numbers, optimizer: Optimizer) -> list[float]:
    """One number for each parameter group."""
    groups = len(optimizer.param_groups)
    if isinstance(value, int | float):
        return [float(value)] * groups
    if len(value) != groups:
        raise ArgumentError("schedule-numbers", name=name, got=len(value), wanted=groups)
    return [float(v) for v in value]


class Cycle(LRScheduler):
    """What schedules share that move momentum, or β₁, against the rate."""

    momentum_name: str | None

    def _takes_momentum(self, optimizer: Optimizer, cycle_momentum: bool) -> None:
        self.cycle_momentum = cycle_momentum
        names = optimizer.param_groups[0]
        self.momentum_name = next((n for n in ("betas", "momentum") if n in names), None)
        if cycle_momentum:
            if self.momentum_name is None:
                raise ArgumentError("schedule-momentum", kind=type(optimizer).__name__)
            move(optimizer, self.momentum_name)

    def momenta_at(self, t: int) -> list[float]:
        """The momentum of each parameter group at step t."""
        raise ArgumentError("schedule-rate", kind=type(self).__name__)

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next rate and momentum; call it after every batch."""
        if left_to_calls(self, epoch):
            return
        super().step(epoch)
        if not self.cycle_momentum:
            return
        momenta = self.momenta_at(self.last_epoch)
        for group, momentum in zip(self.optimizer.param_groups, momenta, strict=True):
            if self.momentum_name == "betas":
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum


class OneCycleLR(Cycle):
    """Up to `max_lr`, then down to almost nothing, within `total_steps`; step it every batch.

    From max_lr/div_factor up to max_lr over the share `pct_start` of the steps, then down to
    max_lr/div_factor/final_div_factor; with `three_phase` down the same way as up first.
    Momentum (or β₁) goes the other way unless `cycle_momentum` is False. Rates and momenta
    may be lists, one for each parameter group.

    Source: Smith & Topin 2018, arXiv:1708.07120; PyTorch's phases and defaults.
    """

    def __init__(self, optimizer: Optimizer, max_lr: Numbers, total_steps: int | None = None,
                 epochs: int | None = None, steps_per_epoch: int | None = None,
                 pct_start: float = 0.3, anneal_strategy: Literal["cos", "linear"] = "cos",
                 cycle_momentum: bool = True, base_momentum: Numbers = 0.85,
                 max_momentum: Numbers = 0.95, div_factor: float = 25.0,
                 final_div_factor: float = 1e4, three_phase: bool = False,
                 last_epoch: int = -1) -> None:  # fmt: skip
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ArgumentError("schedule-length")
            total_steps = epochs * steps_per_epoch
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError("schedule-anneal", got=anneal_strategy)
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        up = float(pct_start * total_steps)
        ends = (up - 1, 2 * up - 2) if three_phase else (up - 1,)
        self.ends = (0.0, *ends, total_steps - 1.0)
        tops = for_groups("max_lr", max_lr, optimizer)
        firsts = [top / div_factor for top in tops]
        middle = 1 if three_phase else 0
        self.peaks = [(first, top, *[first] * middle, first / final_div_factor)
                      for first, top in zip(firsts, tops, strict=True)]  # fmt: skip
        self.momenta = [
            (high, low, *[high] * middle, high)
            for low, high in zip(
                for_groups("base_momentum", base_momentum, optimizer),
                for_groups("max_momentum", max_momentum, optimizer), strict=True
            )
        ]  # fmt: skip
        self._takes_momentum(optimizer, cycle_momentum)
        for i, group in enumerate(optimizer.param_groups):  # where PyTorch's looks for them
            group |= {"initial_lr": firsts[i], "max_lr": tops[i], "min_lr": self.peaks[i][-1]}
            if cycle_momentum:
                high, low, *_ = self.momenta[i]
                group |= {"max_momentum": high, "base_momentum": low}
            if last_epoch == -1:
                group["lr"] = firsts[i]
        super().__init__(optimizer, last_epoch)

    def rates(self, t: int) -> list[float]:
        """The rates along the phases."""
        return [self.along(values, t) for values in self.peaks]

    def momenta_at(self, t: int) -> list[float]:
        """The momenta along the phases."""
        return [self.along(values, t) for values in self.momenta]

    def along(self, values: Sequence[float], t: int) -> float:
        """The value at step t of the curve through `values` at the ends of the phases."""
        if t >= self.total_steps:
            raise ArgumentError("schedule-over", got=t + 1, total=self.total_steps)
        phase = next(i for i, end in enumerate(self.ends[1:]) if t <= end)
        start, end = self.ends[phase : phase + 2]
        share = (t - start) / (end - start) if end != start else 1.0
        low, high = values[phase : phase + 2]
        if self.anneal_strategy == "cos":
            return high + (low - high) / 2 * (1 + cos(pi * share))
        return low + (high - low) * share


class CyclicLR(Cycle):
    """Up and down between `base_lr` and `max_lr` again and again; step it every batch.

    ηₜ = base + (max − base) · u(t) · scale,   u rising to 1 in `step_size_up` steps, then falling

    scale is 1 ("triangular"), 1/2^(cycle − 1) ("triangular2") or γᵗ ("exp_range"), or what
    `scale_fn` says of the cycle's number (from 1), or of t with scale_mode="iterations".
    Momentum (or β₁) goes the other way unless `cycle_momentum` is False.

    Source: Smith 2017, arXiv:1506.01186.
    """

    functions: ClassVar[tuple[str, ...]] = ("scale_fns",)

    def __init__(self, optimizer: Optimizer, base_lr: Numbers, max_lr: Numbers,
                 step_size_up: int = 2000, step_size_down: int | None = None,
                 mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
                 gamma: float = 1.0, scale_fn: Callable[[float], float] | None = None,
                 scale_mode: Literal["cycle", "iterations"] = "cycle",
                 cycle_momentum: bool = True, base_momentum: Numbers = 0.8,
                 max_momentum: Numbers = 0.9, last_epoch: int = -1) -> None:  # fmt: skip
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ArgumentError("schedule-cycle", got=mode)
        lows = for_groups("base_lr", base_lr, optimizer)
        self.max_lrs = for_groups("max_lr", max_lr, optimizer)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma = mode, gamma
        self.scale_fns = [] if scale_fn is None else [scale_fn]
        by_step = scale_mode == "iterations" if scale_fn is not None else mode == "exp_range"
        self.scale_mode = "iterations" if by_step else "cycle"
        self.base_momentums = for_groups("base_momentum", base_momentum, optimizer)
        self.max_momentums = for_groups("max_momentum", max_momentum, optimizer)
        self._takes_momentum(optimizer, cycle_momentum)
        if last_epoch == -1:
            for group, low in zip(optimizer.param_groups, lows, strict=True):
                group["lr"] = group["initial_lr"] = low
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lows

    def scale(self, x: float) -> float:
        """How high a cycle goes, of its number or of t."""
        for own in self.scale_fns:
            return own(x)
        known = {"triangular": 1.0, "triangular2": 0.5 ** (x - 1)}
        return float(known.get(self.mode, self.gamma**x))

    def height(self, t: int) -> float:
        """How far from the base to the top, at step t."""
        cycle = floor(1 + t / self.total_size)
        x = 1 + t / self.total_size - cycle
        up = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        return up * self.scale(t if self.scale_mode == "iterations" else cycle)

    def rates(self, t: int) -> list[float]:
        """The rates between base and top."""
        height = self.height(t)
        pairs = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * height for low, high in pairs]

    def momenta_at(self, t: int) -> list[float]:
        """The momenta, highest where the rate is lowest."""
        height = self.height(t)
        pairs = zip(self.base_momentums, self.max_momentums, strict=True)
        return [high - (high - low) * height for low, high in pairs]

    def state_dict(self) -> dict[str, Any]:
        """As every schedule's, with the function under PyTorch's name."""
        kept = super().state_dict()
        return {**kept, "_scale_fn_custom": next(iter(kept["scale_fns"]), None)}
