"""The loop that fit runs: epochs, batches, validation, callbacks, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.graph import Node
from tiza.graph.blas import ONE_THREAD
from tiza.readings.native import Outside
from tiza.train.callbacks import Callbacks, TerminateOnNaN
from tiza.train.feed import Orders, Rows, spans
from tiza.train.interrupt import Interrupted
from tiza.train.nonfinite import finite, nonfinite_error, origin
from tiza.train.state import Answer, State
from tiza.train.swift import Answers, Swift
from tiza.train.tally import Tally, sound
from tiza.train.words import word

if TYPE_CHECKING:
    from tiza.train.trainer import Trainer

Array = np.ndarray[Any, Any]
JUDGED_AT_ONCE = 256  # rows; without derivatives, larger batches cost no more memory


@dataclass
class Place:
    """How far a fit has come: the epoch, the steps done in it, whether it is over."""

    epoch: int = 0
    group: int = 0
    until: int = 0
    stopped: bool = False
    finished: bool = False


@dataclass
class Loop:
    """One call of fit."""

    trainer: Trainer
    rows: Rows
    held: Rows | None
    calls: Callbacks
    place: Place
    batch_size: int
    accumulate: int = 1
    shuffle: bool = True
    interrupted: Interrupted = field(default_factory=Interrupted)

    def __post_init__(self) -> None:
        self.orders = Orders(len(self.rows), self.trainer.seed, shuffle=self.shuffle,
                             spare=self.batch_size)  # fmt: skip
        self.tally = Tally(self.trainer.metrics)
        self._swift: tuple[Any, Any, Swift | None] = None, None, None
        self.groups = spans(len(self.rows), self.batch_size, self.accumulate)
        self.forgiving = any(isinstance(c, TerminateOnNaN) for c in self.calls.items)
        self.loud = list(self.calls.listening("on_train_batch_end"))
        self.watching = any(c.reads_weights for c in self.loud)

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        return sum(len(group) for group in self.groups)

    def prepare(self) -> None:
        """Write the first step down, so that what is wrong with it is said before all else."""
        steps = self.trainer.steps
        steps.runs = self.batches * max(1, self.place.until)  # those of earlier fits, too
        first = self.rows.take(self.groups[0][0])
        kind = "train" if len(self.groups[0]) == 1 else "gather"
        self.trainer.steps.traced(kind, first, self.trainer.state)

    def run(self) -> None:
        """Train from `place` to its end, or to the first Ctrl-C."""
        trainer, place = self.trainer, self.place
        self.calls.call("on_train_begin", {})
        if place.group > 0 and not self._over():
            for bar in self.calls.items:
                if bar is trainer.bar:
                    bar.on_epoch_begin(place.epoch, {})
        while not self._over():
            self._epoch()
        if self.interrupted.yes and place.epoch < place.until and not place.stopped:
            trainer.interrupted = True
            trainer.keeper.save(self.state, trainer.state.steps)
            trainer.put_back()
            return
        trainer.put_back()
        self.calls.call("on_train_end", trainer.history.rows[-1] if len(trainer.history) else {})
        trainer.take_up()
        place.finished = True
        trainer.keeper.save(self.state, trainer.state.steps)

    def _over(self) -> bool:
        place = self.place
        return place.stopped or place.epoch >= place.until or self.interrupted.yes

    def _epoch(self) -> None:
        """The rest of the epoch at `place`."""
        trainer, place = self.trainer, self.place
        if place.group == 0:
            self.tally.reset()
            trainer.stop_training = False
            self._hook("on_epoch_begin", place.epoch, {})
        began = time.perf_counter() - self.tally.seconds
        where = self.orders.of(place.epoch)
        while place.group < len(self.groups) and not trainer.stop_training:
            done = self._many(where)
            if not done:
                self._group(where)
            place.group += max(done, 1)
            self.tally.seconds = time.perf_counter() - began
            if self.interrupted.yes and place.group < len(self.groups):
                return
            if place.group < len(self.groups) and trainer.keeper.due(trainer.state.steps):
                trainer.keeper.try_to_save(self.state, trainer.state.steps)
        row = self.tally.figures()
        if self.held is not None and not trainer.stop_training:
            row |= self.judge(self.held).figures("val_")
        self._end_epoch({**row, "lr": trainer.lr, "seconds": time.perf_counter() - began})

    # -- many steps at once -----------------------------------------------------------------

    def _many(self, where: Array) -> int:
        """Run the next steps in one call of machine code; how many there were.

        0 where a callback wants to see each batch. What is not finite afterwards is found by
        making these steps again, one by one.
        """
        swift = self.swift if self._unwatched() else None
        count = self._ahead(swift) if swift is not None else 0
        if swift is None or count == 0:
            return 0
        trainer, place = self.trainer, self.place
        size = self.batch_size
        part = where[place.group * size : (place.group + count) * size]
        try:
            answers = swift.run(trainer.state, part, trainer.rates, self.tally.loss)
        except Outside:
            return 0
        if answers is None:
            return 0
        if not (answers.finite and self._tally(answers, part)):
            return self._one_by_one(where, count)
        trainer.state = answers.state
        self._after_batch(place.group + count - 1)
        return count

    def _unwatched(self) -> bool:
        """Whether no callback wants to see each batch."""
        if self.accumulate > 1 or any(c.every_batch for c in self.loud):
            return False
        return not self.calls.listening("on_train_batch_begin")

    def _ahead(self, swift: Swift) -> int:
        """How many whole batches may be run in one call: up to the next checkpoint."""
        place, keeper = self.place, self.trainer.keeper
        left = len(self.rows) // self.batch_size - place.group
        count = min(left, swift.most())
        if keeper.path is not None and keeper.every is not None:
            count = min(count, keeper.every - self.trainer.state.steps % keeper.every)
        return max(count, 0)

    def _one_by_one(self, where: Array, count: int) -> int:
        place = self.place
        first = place.group
        for group in range(first, first + count):
            place.group = group
            self._group(where)
        place.group = first
        return count

    def _tally(self, answers: Answers, where: Array) -> bool:
        """Take the figures of many steps; False, and none is taken, where a loss is not finite."""
        size = self.batch_size
        if answers.predictions is None:
            return self.tally.add_losses(answers.losses, size, answers.total)
        if not sound(answers.losses):
            return False
        for k, (loss, prediction) in enumerate(
            zip(answers.losses, answers.predictions, strict=True)
        ):
            here = where[k * size : (k + 1) * size]
            y, weight = (None if a is None else a[here] for a in (self.rows.y, self.rows.weight))
            self.tally.add(float(loss), size, prediction, y, weight)
        return True

    @property
    def swift(self) -> Swift | None:
        """The step that runs many times in a call; None where it is not worth making."""
        steps = self.trainer.steps
        known, settings, found = self._swift
        if known is not steps.made or settings != steps.settings():  # a callback changed something
            found = self._swiftly()
            self._swift = steps.made, steps.settings(), found
        return found

    def _swiftly(self) -> Swift | None:
        steps = self.trainer.steps
        if not steps.swift or self.accumulate > 1 or len(self.rows) < self.batch_size:
            return None
        first = self.rows.take(slice(0, self.batch_size))
        traced = steps.traced("train", first, self.trainer.state)
        if not traced.worth(steps.runs):
            return None
        return Swift.of(
            steps, traced, self.rows, self.batch_size, predicts=bool(self.tally.metrics)
        )

    def _end_epoch(self, row: Mapping[str, float]) -> None:
        trainer, place = self.trainer, self.place
        trainer.history.append(row)
        self._hook("on_epoch_end", place.epoch, trainer.history.rows[-1])
        place.epoch, place.group = place.epoch + 1, 0
        place.stopped = trainer.stop_training
        trainer.keeper.epoch(self.state, trainer.state.steps, trainer.history,
                             last=place.stopped or place.epoch >= place.until)  # fmt: skip

    def _hook(self, hook: str, *arguments: object) -> None:
        """Call a hook with the model up to date, and take over what it changed."""
        if not any(c.looks for c in self.calls.listening(hook)):  # at figures only
            self.calls.call(hook, *arguments)
        else:
            self.trainer.put_back()
            self.calls.call(hook, *arguments)
            self.trainer.take_up()

    def _group(self, where: Array) -> None:
        """The batches of one optimizer step."""
        group = self.groups[self.place.group]
        first = self.place.group * self.accumulate
        if self.calls.listening("on_train_batch_begin"):
            self._hook("on_train_batch_begin", first, {})
        if len(group) == 1:
            rows = self.rows.take(where[group[0]])
            self._one(rows, first)
            return
        total = sum(part.stop - part.start for part in group)
        self._several([self.rows.take(where[part]) for part in group], first, total)

    def _one(self, rows: Rows, batch: int) -> None:
        trainer = self.trainer
        before = trainer.state
        answer, after = trainer.steps.train(before, rows, trainer.rates)
        if not self._good(answer, after, before):
            after.take_back()
            inputs = trainer.steps.inputs("train", before, rows, trainer.rates)
            traced = trainer.steps.traced("train", rows, before)
            if not self.forgiving:
                self._trace(answer, traced.program, inputs, traced.forward, batch)
            self.tally.add(math.nan, len(rows), answer.prediction, rows.y, rows.weight)
        else:
            trainer.state = after
            self.tally.add(answer.loss, len(rows), answer.prediction, rows.y, rows.weight)
        self._after_batch(batch)

    def _several(self, parts: Sequence[Rows], first: int, total: int) -> None:
        """Gradient accumulation: the gradient of the mean over all parts, then one step."""
        trainer = self.trainer
        steps, before = trainer.steps, trainer.state
        trained = steps.traced("gather", parts[0], before).trained
        sums = [np.zeros_like(before.params[i]) for i in trained]
        state = before
        for part, rows in enumerate(parts):
            share = len(rows) / total
            numbers = (share, part)
            given = steps.inputs("gather", state, rows, numbers, sums)
            answer, state, sums = steps.gather(state, rows, share, part, sums)
            if not (self._all_finite(answer, sums) or self.forgiving):
                traced = steps.traced("gather", rows, before)
                self._trace(answer, traced.program, given, traced.forward, first + part)
            self.tally.add(answer.loss, len(rows), answer.prediction, rows.y, rows.weight)
            if part < len(parts) - 1:
                self._after_batch(first + part)
        after = steps.update(state, sums, trainer.rates, trained)
        if self._good(answer, after, before):
            trainer.state = after
        elif not self.forgiving:
            program, arrays = steps.updating(state, sums, trainer.rates, trained)
            self._trace(answer, program, arrays, (), first + len(parts) - 1)
        self._after_batch(first + len(parts) - 1)

    def _good(self, answer: Answer, after: State, before: State) -> bool:
        """Whether loss, parameters, slots and buffers are all finite."""
        pairs = zip(after.buffers, before.buffers, strict=True)
        news = [new for new, old in pairs if new is not old]
        return self._all_finite(answer, [*after.computed, *news])

    def _all_finite(self, answer: Answer, arrays: Sequence[Array]) -> bool:
        with np.errstate(all="ignore"), ONE_THREAD:
            ONE_THREAD.narrow()
            return math.isfinite(answer.loss) and all(map(finite, arrays))

    def _trace(self, answer: Answer, program: Any, inputs: Sequence[Any],
               forward: Sequence[Node], batch: int) -> None:  # fmt: skip
        what = word("loss") if not math.isfinite(answer.loss) else word("gradient")
        self.trainer.put_back()
        raise nonfinite_error(origin(program, inputs), what=what, epoch=self.place.epoch,
                              batch=batch, forward=forward)  # fmt: skip

    def _after_batch(self, batch: int) -> None:
        if not self.loud:
            return
        figures = self.tally.figures()
        if self.watching:
            self._hook("on_train_batch_end", batch, figures)
        else:
            self.calls.call("on_train_batch_end", batch, figures)

    def judge(self, rows: Rows) -> Tally:
        """Loss and metrics of rows, as the model is in use."""
        return judge(self.trainer, rows, self.calls, max(self.batch_size, JUDGED_AT_ONCE))

    def state(self) -> dict[str, object]:
        """Everything that a continued run needs."""
        return {
            **self.trainer.keepsake(),
            "place": vars(self.place).copy(),
            "tally": self.tally.state_dict(),
            "callbacks": self.calls.state(),
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up the sums of the epoch and the callbacks' states."""
        self.tally.load_state_dict(kept["tally"])
        self.calls.restore(kept["callbacks"])


def judge(trainer: Trainer, rows: Rows, calls: Callbacks, size: int) -> Tally:
    """Loss and metrics of rows in batches of `size`."""
    tally = Tally(trainer.metrics)
    if calls.listening("on_test_begin"):  # with the model up to date: it may be changed
        trainer.put_back()
        calls.call("on_test_begin", {})
        trainer.take_up()
    for batch, part in enumerate(rows.batches(size)):
        calls.call("on_test_batch_begin", batch, {})
        answer = trainer.steps.judge(trainer.state, part)
        tally.add(answer.loss, len(part), answer.prediction, part.y, part.weight)
        if calls.listening("on_test_batch_end"):
            calls.call("on_test_batch_end", batch, tally.figures())
    calls.call("on_test_end", tally.figures())
    return tally


def status_of(error: BaseException | None, interrupted: bool) -> str:
    """How a run ended, as the store names it.

    >>> status_of(None, False), status_of(KeyboardInterrupt(), False)
    ('finished', 'interrupted')
    """
    if interrupted or isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return "finished" if error is None else "failed"


__all__: Sequence[str] = ("Loop", "Place", "judge", "status_of")
