"""Many steps of training in one call of machine code.

The rows of each batch are gathered by the compiled step itself, in the order of the epoch; the
parameters and the optimizer's slots are updated in place, on copies: the State before stays.
Copies go into the arrays of the State before that, unless somebody else holds them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.graph import Node, placeholder
from tiza.graph.prims.choose import as_type
from tiza.graph.prims.indexing import put, take
from tiza.lang.random import key_words
from tiza.readings.native import Compiled, compiled
from tiza.readings.native.running import bulk
from tiza.readings.native.running.compiled import address
from tiza.readings.native.running.turns import Sides
from tiza.train.feed import Rows, Unread
from tiza.train.state import State

if TYPE_CHECKING:
    from tiza.train.step import Steps
    from tiza.train.traced import Traced

Array = np.ndarray[Any, Any]
WISHED_SECONDS = 0.09  # of one call: Ctrl-C waits as long
MOST_BYTES = 64 << 20  # of predictions kept for the metrics
MOST_COPIED = 16 << 20  # bytes of a table of which a step changes a few rows


@dataclass
class Answers:
    """What the steps of one call answered, one row each; losses stand until the next call."""

    losses: Array
    predictions: Array | None
    state: State
    finite: bool  # whether all of the State is that the steps have made
    total: float | None  # what was given and the losses of all examples, one step after another


@dataclass
class Context:
    """Where the arrays of one side stand, for the next time; the tables themselves are not held.

    fixed: the other arrays; copies, looks: of the tables.
    """

    version: int
    fixed: list[Array]
    words: Array
    copies: bulk.Kept = field(default_factory=dict)
    looks: bulk.Kept = field(default_factory=dict)


class Swift:
    """The step of one shape of batch, run many times in one call."""

    def __init__(self, steps: Steps, traced: Traced, program: Compiled, rows: Rows,
                 batch: int, predicts: bool, *, sums: bool) -> None:  # fmt: skip
        self.steps, self.traced, self.program = steps, traced, program
        self.arrays = [np.ascontiguousarray(a) for a in rows.arrays]
        self.batch, self.predicts = batch, predicts
        self.seconds = 1e-3  # of one step, as last measured
        self.prediction = traced.forward[1]
        self.draws = traced.program.inputs[len(steps.names.all)] in traced.reached  # the key
        self.rooms: dict[str, Array] = {}
        self.clock = np.empty(())  # the number of the step; the program itself counts on
        self.total = np.empty(()) if sums else None  # of losses, so that nobody need look at each
        ins, names = traced.program.inputs, steps.names
        first, last = len(names.all) + 1 + len(self.arrays), 1 + len(steps.optimizer.rates())
        slots = ins[first : len(ins) - last]
        fixed = len(names.params) + len(names.frozen)
        changed = (ins[fixed + i] for i in traced.changed)
        self.sides = Sides([*ins[: len(names.params)], *slots, *changed])
        self.key = key_words(steps.seed)
        place = len(names.all) + 1 + len(self.arrays)
        self.places = len(names.all), place, place + 1 + len(slots)  # of key, rows, step's number
        self.contexts: list[Context | None] = [None, None]
        self.rates = [np.empty(()) for _ in steps.optimizer.rates()]

    @classmethod
    def of(cls, steps: Steps, traced: Traced, rows: Rows, batch: int, *,
           predicts: bool) -> Swift | None:  # fmt: skip
        """The compiled step; None where rows are read from elsewhere or nothing can compile.

        A further fit on such rows takes the program of the one before.
        """
        if any(isinstance(x, Unread) for x in rows.xs) or not rows.arrays:
            return None
        key = (*((a.shape, a.dtype) for a in rows.arrays), batch, predicts)
        if key not in traced.gathering:
            traced.gathering.clear()
            traced.gathering[key] = cls._compiled(steps, traced, rows, batch, predicts=predicts)
        program, sums = traced.gathering[key]
        if program is None:
            return None
        return cls(steps, traced, program, rows, batch, predicts, sums=sums)

    @staticmethod
    def _compiled(steps: Steps, traced: Traced, rows: Rows, batch: int, *,
                  predicts: bool) -> tuple[Compiled | None, bool]:  # fmt: skip
        """The program that gathers the rows of its batches; whether it adds up losses."""
        inputs, outputs = traced.program.inputs, _whole(steps, traced, len(rows.arrays))
        if outputs is None:
            return None, False
        first = len(steps.names.all) + 1  # parameters, buffers, the key
        holes = inputs[first : first + len(rows.arrays)]
        data = [placeholder(a.shape, a.dtype, h.name)
                for a, h in zip(rows.arrays, holes, strict=True)]  # fmt: skip
        where = placeholder((batch,), np.dtype("int64"), "where")
        known = {h: _gathered(d, where, h) for h, d in zip(holes, data, strict=True)}
        rest = inputs[first + len(holes) :]
        given = [*inputs[:first], *data, where, *rest]
        made = [outputs[0], *([outputs[1]] if predicts else []), *outputs[2:]]
        gathers = [n if n.prim is take else n.inputs[0] for n in known.values()]
        aliased = _replaced(steps, traced, given, len(outputs), predicts)
        clock, sums = len(given) - 1 - len(steps.optimizer.rates()), False
        if given[clock] in traced.reached:
            aliased[len(made)] = clock
            made.append(given[clock] + 1)
        if not predicts and outputs[0].dtype == np.float32:
            sums = True
            total = placeholder((), np.dtype("float64"), "total")
            aliased[len(made)] = len(given)
            given.append(total)
            made.append(total + as_type(outputs[0], total.dtype) * float(batch))
        return compiled(given, made, aliased=aliased, known=known, gathers=gathers), sums

    def most(self) -> int:
        """How many steps to make in one call."""
        wished = max(1, int(WISHED_SECONDS / self.seconds))
        if not self.predicts:
            return wished
        bytes_each = max(1, int(np.prod(self.prediction.shape)) * self.prediction.dtype.itemsize)
        return min(wished, max(1, MOST_BYTES // bytes_each))

    def run(self, state: State, where: Array, rates: Sequence[float],
            total: float = 0.0) -> Answers | None:  # fmt: skip
        """One step for each `batch` entries of `where`, the numbers of their rows.

        None where the State is of other shapes or types than the step was made for. total: what
        losses are added to.
        """
        began = time.perf_counter()
        changed, sides = self.traced.changed, self.sides
        present = [*state.tables, *(state.buffers[i] for i in changed)]
        with sides.alone:
            if not sides.ready(present):
                return None
            tables, moving = sides.arrays[1 - sides.now], self._moving(state.steps, where, rates)
            context = self._context(state, tables, moving)
            if self.total is not None:
                self.total[()] = total
            bulk.copy(tables, sides.arrays[sides.now], context.copies)
            losses, predictions = self._run(context.words, moving, len(where) // self.batch)
            tables = sides.turn()
            finite = bulk.finite(tables, context.looks)
            added = None if self.total is None else float(self.total)
        count, params = len(losses), len(state.params)
        buffers = list(state.buffers)
        for i, array in zip(changed, tables[len(tables) - len(changed) :], strict=True):
            buffers[i] = array
        slots = iter(tables[params:])
        after = State(tables[:params], state.frozen, buffers,
                      [tuple(next(slots) for _ in group) for group in state.slots],
                      state.steps + count)  # fmt: skip
        self.seconds = max(1e-9, (time.perf_counter() - began) / count)
        return Answers(losses, predictions, after, finite, added)

    def _moving(self, done: int, where: Array, rates: Sequence[float]) -> dict[int, Array]:
        """What is given anew at each call, by the number of the input."""
        count = len(where) // self.batch
        self.clock[()] = done + 1
        key, rows, at = self.places
        for array, rate in zip(self.rates, rates, strict=True):
            array[()] = rate
        numbers = enumerate([self.clock, *self.rates], at)
        return {
            key: self._keys(done + 1, count),
            rows: _followed(where, self.batch),
            **dict(numbers),
        }

    def _context(self, state: State, tables: Sequence[Array], moving: dict[int, Array]) -> Context:
        """The context of the side that is written, made anew where arrays have changed."""
        side, changed = 1 - self.sides.now, self.traced.changed
        own = (b for i, b in enumerate(state.buffers) if i not in changed)
        fixed, known = [*state.frozen, *own], self.contexts[side]
        if (
            known is None
            or known.version != self.sides.version
            or not all(map(is_, fixed, known.fixed))
        ):
            known = Context(self.sides.version, fixed, self._filled(state, tables, moving))
            self.contexts[side] = known
        return known

    def _filled(self, state: State, tables: Sequence[Array], moving: dict[int, Array]) -> Array:
        """A context for these tables, on which the steps are made."""
        changed, (key, rows, at) = self.traced.changed, self.places
        params, last = len(state.params), len(tables) - len(self.traced.changed)
        buffers = list(state.buffers)
        for i, array in zip(changed, tables[last:], strict=True):
            buffers[i] = array
        given = [*tables[:params], *state.frozen, *buffers, moving[key], *self.arrays, moving[rows],
                 *tables[params:last], *(moving[k] for k in moving if k >= at)]  # fmt: skip
        moves = {rows: 8 * self.batch, **({key: 16} if self.draws else {})}
        outputs, none = self.program.outputs, np.empty(0)
        into = {k: (none, self._bytes(outputs[k])) for k in range(1 + self.predicts)}
        return self.program.filled([*given, *self._sum()], moves, into)[0]

    def _sum(self) -> list[Array]:
        return [] if self.total is None else [self.total]

    @staticmethod
    def _bytes(node: Node) -> int:
        return int(np.prod(node.shape)) * node.dtype.itemsize

    def _run(self, words: Array, moving: dict[int, Array],
             count: int) -> tuple[Array, Array | None]:  # fmt: skip
        """Make so many steps in this context; the losses and the predictions."""
        losses = self._room("losses", count, self.program.outputs[0].dtype)
        predictions = None
        if self.predicts:
            predictions = np.empty((count, *self.prediction.shape), self.prediction.dtype)
        for k, array in moving.items():
            words[self.program.word(k)] = address(array)
        for k, made in enumerate((losses, predictions)[: 1 + self.predicts]):
            words[self.program.word(k, output=True)] = address(made)
        words[1] = count
        self.program.go(words)
        return losses, predictions

    def _keys(self, first: int, count: int) -> Array:
        """The key of each step, as `key_words(seed, 0, step)`; one where nobody reads it."""
        if not self.draws:
            return self.key
        keys = np.repeat(self.key[None], count, axis=0)
        keys[:, 3] = np.arange(first, first + count) & 0xFFFFFFFF
        return keys

    def _room(self, name: str, count: int, dtype: np.dtype[Any]) -> Array:
        """Memory that is used again in each call: fresh memory costs more than short steps."""
        if name not in self.rooms or len(self.rooms[name]) < count:
            self.rooms[name] = np.empty(count, dtype)
        return self.rooms[name][:count]


def _followed(where: Array, more: int) -> Array:
    """These numbers, in memory that holds so many behind them: the step looks one step ahead."""
    base = where.base
    if isinstance(base, np.ndarray) and base.dtype == where.dtype == np.int64:
        whole = where.flags.c_contiguous and base.flags.c_contiguous
        end = address(base) + base.nbytes - 8 * more if whole else 0
        if whole and address(where) + where.nbytes <= end:
            return where
    room = np.zeros(len(where) + more, np.int64)
    room[: len(where)] = where
    return room


def _gathered(data: Node, where: Node, hole: Node) -> Node:
    """The rows of one batch, as the step takes them."""
    return as_type(take(data, where, axis=0), hole.dtype)


def _whole(steps: Steps, traced: Traced, read: int) -> list[Node] | None:
    """A step's outputs, tables as a whole where it makes but rows of them: put in their places.

    None where tables are so large that copying them at each call would take longer than the steps.
    """
    outputs, many = list(traced.program.outputs), len(traced.partly)
    params = len(steps.names.params)
    after = len(steps.names.all) + 1 + read  # where slots begin among the inputs
    for i, where in zip(traced.partly, outputs[len(outputs) - many :], strict=True):
        table = traced.program.inputs[i if i < params else after + i - params]
        if math.prod(table.shape) * table.dtype.itemsize > MOST_COPIED:
            return None
        outputs[2 + i] = put(table, where, outputs[2 + i])
    return outputs[: len(outputs) - many]


def _replaced(steps: Steps, traced: Traced, given: Sequence[Node], outputs: int,
              predicts: bool) -> dict[int, int]:  # fmt: skip
    """Which outputs are written over which inputs: parameters, slots, changed buffers."""
    names = steps.names
    params, start = len(names.params), 1 + predicts
    slots = outputs - 2 - params - len(traced.changed)
    first_slot = len(given) - slots - 1 - len(steps.optimizer.rates())
    replaced = {start + i: i for i in range(params)}
    replaced |= {start + params + i: first_slot + i for i in range(slots)}
    fixed = params + len(names.frozen)
    replaced |= {start + params + slots + k: fixed + i for k, i in enumerate(traced.changed)}
    return replaced
