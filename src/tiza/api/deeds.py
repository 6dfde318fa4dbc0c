"""What a function does in Python at every call besides its expression: it moves learning rates.

A rate is a number that goes into a compiled step. A schedule that the function steps, or an option
that it sets, is moved at once while the function is written down, so that what it reads afterwards
is right; at the end all is put back, and from then on done at every call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import setitem
from typing import Any

from tiza.errors import TizaError, TraceError
from tiza.lang.trace import AsItIs, must_be_seen, stepping_now
from tiza.optim import Optimizer
from tiza.optim.options import BETA

Deed = Callable[[], object]
Options = list[dict[str, Any]]


class Deeds:
    """What one function does, in order: before its optimizers step, and after."""

    def __init__(self, optimizers: Sequence[Optimizer]) -> None:
        self.optimizers = optimizers
        self.first = list(map(_options, optimizers))
        self.now = list(self.first)
        self.schedules: list[tuple[Any, dict[str, Any]]] = []  # as they were
        self.waiting: list[tuple[int, Deed]] = []
        self.early: list[Deed] = []

    def step(self, schedule: Any, args: Sequence[Any]) -> None:
        """The function steps a schedule."""
        optimizer = schedule.optimizer
        must_be_seen(optimizer)
        method = type(schedule).step
        if not method.__module__.startswith("tiza."):
            raise AsItIs(type(schedule).__name__)
        number = next(i for i, o in enumerate(self.optimizers) if o is optimizer)
        self._look(number)
        for each in _with_inner(schedule):
            self.schedules.append((each, dict(vars(each))))
        try:
            with stepping_now():
                method(schedule, *args)
        except (TizaError, ValueError, ArithmeticError):  # said where the function itself runs
            raise AsItIs(None) from None
        self.now[number] = _options(optimizer)
        self.waiting.append((number, partial(method, schedule, *args)))

    def optimizer_steps(self, number: int) -> None:
        """The optimizer of this number steps: what was done to its rates comes before it."""
        self._look(number)
        self.early += [deed for i, deed in self.waiting if i == number]
        self.waiting = [(i, deed) for i, deed in self.waiting if i != number]

    def late(self) -> list[Deed]:
        """What is done after the steps, once the function has ended."""
        for i in range(len(self.optimizers)):
            self._look(i)
        return [deed for _, deed in self.waiting]

    def back(self) -> None:
        """Put everything back."""
        for schedule, before in reversed(self.schedules):
            vars(schedule).update(before)
        for optimizer, groups in zip(self.optimizers, self.first, strict=True):
            for group, old in zip(optimizer.param_groups, groups, strict=False):
                group.update(old)

    def _look(self, number: int) -> None:
        """What the function itself has set.

        Errors: TraceError for an option that a compiled step holds as a number.
        """
        optimizer = self.optimizers[number]
        for group, old in zip(optimizer.param_groups, self.now[number], strict=False):
            for name in [k for k, v in old.items() if _other(group.get(k), v)]:
                new = group.get(name)
                if not _moves(optimizer, name, old[name], new):
                    raise TraceError("compile-option", name=name, old=old[name], new=new)
                self.waiting.append((number, partial(setitem, group, name, new)))
        self.now[number] = _options(optimizer)


def _options(optimizer: Optimizer) -> Options:
    return [dict(group) for group in optimizer.param_groups]


def _other(now: Any, before: Any) -> bool:
    return now is not before and bool(now != before)


def _moves(optimizer: Optimizer, name: str, old: Any, new: Any) -> bool:
    """Whether a number that is an input of the compiled step became another one."""
    if name == "betas":
        return BETA in optimizer.moving and old[1:] == new[1:]
    return name in optimizer.moving and isinstance(new, int | float)


def _with_inner(schedule: Any) -> list[Any]:
    """A schedule and those that it is made of."""
    inner = getattr(schedule, "_schedulers", ())
    return [schedule, *(each for s in inner for each in _with_inner(s))]
