"""What a mode is: something that trains a rung, and says how long its steps take."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bench.rung import Data, Rung

# Timed steps hardly move the weights: a fixed batch learned by heart would end in subnormal
# numbers, which slow some processors down. A rate changes no amount of work.
TIMED_RATE = 1e-6
ROUNDED = "tiza fit, bfloat16"  # reported beside the others, and part of no ratio


class Mode(Protocol):
    """One way of training one rung."""

    def repeated(self, rows: Data, count: int) -> list[float]:
        """The losses of `count` steps on one batch."""
        ...

    def sample(self, seconds: float, chunks: int) -> list[float]:
        """Seconds of one step, measured `chunks` times over at least about `seconds`."""
        ...


# rung, its rows, the learning rate → the mode, at the initial weights
Maker = Callable[["Rung", "Data", float], Mode]


class Stepper:
    """A mode whose steps are run and timed from outside: `run(n)` makes n times `unit` steps."""

    def __init__(self) -> None:
        self.count = 0
        self.unit = 1

    def run(self, count: int) -> None:
        """Make `count` times `unit` steps, and wait for the last."""
        raise AssertionError(f"{type(self).__name__} says how it runs")

    def losses(self, batches: list[Data]) -> list[float]:
        """The loss of each batch, with a step after each."""
        raise AssertionError(f"{type(self).__name__} says how it steps")

    def repeated(self, rows: Data, count: int) -> list[float]:
        """The losses of `count` steps on one batch."""
        return self.losses([rows] * count)

    def timed(self, count: int) -> float:
        """Seconds of `run(count)`."""
        start = time.perf_counter()
        self.run(count)
        return time.perf_counter() - start

    def calibrate(self, seconds: float) -> None:
        """Find how many runs fill `seconds`."""
        self.run(1)  # compiles
        self.run(1)
        count, took = 1, self.timed(1)
        while took < seconds / 8:
            count *= 4
            took = self.timed(count)
        self.count = max(1, round(count * seconds / took))

    def sample(self, seconds: float, chunks: int) -> list[float]:
        """Seconds of one step, each the mean over a chunk; an untimed run goes before."""
        if not self.count:
            self.calibrate(seconds)
        self.run(max(1, self.count // 5))
        with no_garbage():
            took = [self.timed(self.count) for _ in range(chunks)]
        found = [t / (self.count * self.unit) for t in took]
        if max(took) < seconds / 3:  # it was slowed down while the count was chosen
            self.count = 0
        return found


@contextmanager
def no_garbage() -> Iterator[None]:
    """Collect garbage now, and not while something is timed."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
