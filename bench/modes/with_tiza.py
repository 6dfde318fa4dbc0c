"""tiza's ways: `fit`, uncompiled `fit`, the loop that PyTorch's users write, `tz.compile`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

import tiza as tz
from bench.modes.base import ROUNDED, Maker, Stepper, no_garbage
from bench.rung import Data, Rung
from tiza.readings.native.machine.llvm import available, host
from tiza.readings.native.rewriting.paired import takes_pairs
from tiza.train import Callback

CAN_COMPILE = "compile" in signature(tz.Trainer.fit).parameters


MANY = 1_000_000  # epochs asked for: whether compiling pays is decided by what is to come


class Clock(Callback):
    """Takes time and loss at the end of every epoch, and stops training after so many."""

    reads_weights = False

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.ends: list[float] = []
        self.losses: list[float] = []

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Take the time."""
        self.ends.append(time.perf_counter())
        self.losses.append(float(logs["loss"]))
        if len(self.ends) == self.epochs:
            self.trainer.stop_training = True


def parts(rung: Rung, rate: float) -> tuple[Any, Any, Callable[..., Any]]:
    """Model at its initial weights, optimizer, loss."""
    tz.manual_seed(0)
    model = rung.model(tz)
    optimizer = tz.optim.Adam(model.parameters(), lr=rate)
    return model, optimizer, lambda prediction, target: rung.loss(tz, prediction, target)


class Fit:
    """`Trainer.fit` on shuffled rows, timed by its own epochs after the first."""

    def __init__(self, rung: Rung, rows: Data, rate: float, *, compiled: bool = True) -> None:
        model, optimizer, loss = parts(rung, rate)
        self.trainer = tz.Trainer(model, loss, optimizer)
        self.rung, self.rows = rung, rows
        self.options = {} if compiled or not CAN_COMPILE else {"compile": False}
        self.steps = self.together = 0  # of an epoch; epochs that make one sample

    def fit(self, rows: Data, epochs: int) -> Clock:
        """Train as in a long run, stopped after so many epochs."""
        clock = Clock(epochs)
        self.trainer.fit(
            rows.x, rows.y, epochs=MANY, batch_size=self.rung.batch, verbose=0,
            shuffle=self.rung.shuffle, callbacks=[clock], **self.options,
        )  # fmt: skip
        return clock

    def epochs(self, count: int) -> list[float]:
        """Seconds of each of `count` epochs, one more having gone before."""
        clock = self.fit(self.rows.part(slice(0, self.steps * self.rung.batch)), count + 1)
        return [b - a for a, b in zip(clock.ends, clock.ends[1:], strict=False)]

    def calibrate(self, seconds: float) -> None:
        """All rows where an epoch of them takes at most 20 times `seconds`, else fewer."""
        most = max(1, len(self.rows) // self.rung.batch)
        self.steps, wanted = 0, min(most, 8)
        while wanted != self.steps:
            self.steps = wanted
            took = min(self.epochs(2))
            longest = (
                most if took / self.steps * most <= 20 * seconds else seconds * self.steps / took
            )
            wanted = min(most, max(self.steps, int(longest)))
            wanted = wanted if wanted > 1.5 * self.steps else self.steps
        self.together = max(1, round(seconds / took))

    def sample(self, seconds: float, chunks: int) -> list[float]:
        """Seconds of one step in each of `chunks` stretches of whole epochs."""
        if not self.together:
            self.calibrate(seconds)
        with no_garbage():
            took = self.epochs(chunks * self.together)
        whole = [sum(took[i::chunks][: self.together]) for i in range(chunks)]
        return [s / (self.together * self.steps) for s in whole]

    def repeated(self, rows: Data, count: int) -> list[float]:
        """The losses of `count` steps on one batch: of epochs that have one step each."""
        return self.fit(rows, count).losses


class Rounded(Fit):
    """The same with products of factors that are rounded to bfloat16."""

    def fit(self, rows: Data, epochs: int) -> Clock:
        """Train as in a long run, stopped after so many epochs."""
        before = tz.get_float32_matmul_precision()
        tz.set_float32_matmul_precision("medium")
        try:
            return super().fit(rows, epochs)
        finally:
            tz.set_float32_matmul_precision(before)


class Loop(Stepper):
    """What PyTorch's users write: zero_grad, loss, backward, step; one batch is kept."""

    def __init__(self, rung: Rung, rows: Data, rate: float) -> None:
        super().__init__()
        self.model, self.optimizer, self.loss = parts(rung, rate)
        self.batch = self.tensors(rows.part(slice(0, rung.batch)))

    @staticmethod
    def tensors(rows: Data) -> list[Any]:
        """The rows as tensors."""
        return [tz.tensor(a) for a in (*rows.xs, rows.y)]

    def step(self, *batch: Any) -> Any:
        """Forward, backward, update."""
        self.optimizer.zero_grad()
        loss = self.loss(self.model(*batch[:-1]), batch[-1])
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self, count: int) -> None:
        """Make steps on the one batch."""
        for _ in range(count):
            self.step(*self.batch)

    def losses(self, batches: list[Data]) -> list[float]:
        """The loss of each batch, with a step after each."""
        return [float(self.step(*self.tensors(rows))) for rows in batches]


class Compiled(Loop):
    """The same loop, its step decorated with `tz.compile`."""

    def __init__(self, rung: Rung, rows: Data, rate: float) -> None:
        super().__init__(rung, rows, rate)
        model, optimizer, cost = self.model, self.optimizer, self.loss

        @tz.compile
        def step(*batch: Any) -> Any:
            optimizer.zero_grad()
            loss = cost(model(*batch[:-1]), batch[-1])
            loss.backward()
            optimizer.step()
            return loss

        self.compiled = step

    def run(self, count: int) -> None:
        """Make steps on the one batch."""
        for _ in range(count):
            self.compiled(*self.batch)

    def losses(self, batches: list[Data]) -> list[float]:
        """The loss of each batch, with a step after each."""
        return [float(self.compiled(*self.tensors(rows))) for rows in batches]


def makers() -> Mapping[str, Maker]:
    """tiza's modes by label; those that this version does not have are left out."""
    found: dict[str, Maker] = {"tiza fit": Fit}
    if CAN_COMPILE:
        found["tiza fit(compile=False)"] = lambda g, d, r: Fit(g, d, r, compiled=False)
    found["tiza loop"] = Loop
    if hasattr(tz, "compile"):
        found["tiza @compile"] = Compiled
    if available() is None and takes_pairs(host()):
        found[ROUNDED] = Rounded
    return found
