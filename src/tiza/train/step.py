"""One step of training written down once as a graph, and run for every batch.

inputs   parameters, buffers, optimizer slots, batch, step number, rates, key
outputs  loss, predictions, new parameters, new slots, new buffers
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tiza import nn
from tiza.errors import ArgumentError, TraceError
from tiza.graph import Node, constant, placeholder
from tiza.graph.precision import precision
from tiza.graph.prims.choose import as_type
from tiza.graph.unswept import unswept
from tiza.lang.random import key_scope, key_words
from tiza.lang.tensor import Tensor
from tiza.lang.trace import held_open
from tiza.optim import Optimizer
from tiza.readings.evaluate import Program
from tiza.train.augmenting import Augment
from tiza.train.clipping import Clip
from tiza.train.each import Loss, each_loss
from tiza.train.feed import Rows
from tiza.train.state import Answer, Names, State, Written
from tiza.train.traced import Traced
from tiza.transforms import differentiate

Array = np.ndarray[Any, Any]
MOST_TRACED = 64
WHOLE = {"train", "gather", "judge"}  # steps that make predictions and look at their loss
SCALAR, WORDS = np.dtype("float64"), np.dtype("uint32")


@dataclass
class Steps:
    """The steps of one model, traced once for each shape of batch.

    random is True once a traced step was seen to draw random numbers. augment changes the
    batches of training, clip the gradients that the optimizer is given.
    """

    model: nn.Module
    loss: Loss | None
    optimizer: Optimizer
    seed: int = 0
    swift: bool = True  # machine code, where it is worth making
    runs: int = 1  # how many batches are to come, as far as is known
    random: bool = False
    augment: Augment = field(default_factory=Augment)
    clip: Clip = field(default_factory=Clip)
    names: Names = field(init=False)
    behind: tuple[int, ...] = ()  # steps that each parameter has made fewer than the trainer
    made: dict[Any, Traced] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forget(self.loss)

    def forget(self, loss: Loss | None) -> None:
        """Write the steps down anew: the model has changed, or the loss."""
        self.loss, self.made = loss, {}
        self.names = Names.of(self.model, self.optimizer)

    def under(self, augment: Augment, clip: Clip) -> None:
        """What a fit does to batches and gradients; steps of another one are forgotten."""
        if augment.parts or self.augment.parts or clip != self.clip:
            self.forget(self.loss)
        self.augment, self.clip = augment, clip

    # -- running --------------------------------------------------------------------------

    def train(self, state: State, rows: Rows, rates: Sequence[float]) -> tuple[Answer, State]:
        """Forward, backward, update: one step on one batch."""
        traced = self.traced("train", rows, state)
        outputs = self._run(traced, self.inputs("train", state, rows, rates))
        loss, prediction, made, buffers = self._read(traced, outputs, state)
        count = len(state.params)
        where = dict(zip(traced.partly, outputs[len(outputs) - len(traced.partly) :], strict=True))
        new = Written.of(state, made, where)
        after = State(new.tables[:count], state.frozen, buffers,
                      _regroup(new.tables[count:], state.slots), state.steps + 1,
                      new.own, made, new.undo)  # fmt: skip
        return Answer(float(loss), prediction), after

    def gather(self, state: State, rows: Rows, share: float, part: int,
               sums: list[Array]) -> tuple[Answer, State, list[Array]]:  # fmt: skip
        """Forward and backward; `share` times the gradient is added to `sums`.

        part: which micro-batch of the step this is; it has random numbers of its own.
        """
        traced = self.traced("gather", rows, state)
        arrays = self.inputs("gather", state, rows, (share, part), sums)
        outputs = self._run(traced, arrays)
        count = len(sums)
        new, rest = outputs[2 : 2 + count], outputs[2 + count :]
        buffers = list(state.buffers)
        for i, value in zip(traced.changed, rest, strict=True):
            buffers[i] = value
        after = State(state.params, state.frozen, buffers, state.slots, state.steps)
        return Answer(float(outputs[0]), outputs[1]), after, list(new)

    def update(self, state: State, sums: list[Array], rates: Sequence[float],
               trained: Sequence[int]) -> State:  # fmt: skip
        """The optimizer's step on gradients that `gather` summed."""
        program, arrays = self.updating(state, sums, rates, trained)
        outputs = program(*arrays)
        count = len(state.params)
        slots = _regroup(outputs[count:], state.slots)
        return State(outputs[:count], state.frozen, state.buffers, slots, state.steps + 1)

    def updating(self, state: State, sums: list[Array], rates: Sequence[float],
                 trained: Sequence[int]) -> tuple[Program, list[Any]]:  # fmt: skip
        """The program of the optimizer's step alone, and what it takes."""
        key = ("update", tuple(trained), self.settings())
        if key not in self.made:
            self.made[key] = self._trace_update(trained)
        flat = [s for group in state.slots for s in group]
        numbers = map(np.float64, [state.steps + 1, *rates])
        return self.made[key].program, [*state.params, *flat, *sums, *numbers]

    def judge(self, state: State, rows: Rows) -> Answer:
        """Loss and predictions, as the model is in use."""
        traced = self.traced("judge", rows, state)
        loss, prediction = self._run(traced, self.inputs("judge", state, rows))
        return Answer(float(loss), prediction)

    def predict(self, state: State, rows: Rows) -> Array:
        """Predictions alone."""
        traced = self.traced("predict", rows, state)
        prediction: Array = self._run(traced, self.inputs("predict", state, rows))[0]
        return prediction

    def _run(self, traced: Traced, arrays: Sequence[Any]) -> list[Any]:
        return traced.run(arrays, swift=self.swift and traced.worth(self.runs))

    def check_targets(self, state: State, rows: Rows) -> None:
        """Show the loss all targets at once: it then names a class that does not exist.

        Errors: whatever the loss raises.
        """
        few = rows.take(slice(0, 2))
        known = ((key, traced.forward[1]) for key, traced in self.made.items() if key[0] in WHOLE)
        seen = next(((key[1][0][0][0], y) for key, y in known), None)  # of a batch of so many
        count, prediction = seen or (len(few), self.traced("judge", few, state).forward[1])
        if self.loss is None or rows.y is None or prediction.shape[:1] != (count,):
            return
        whole = placeholder((len(rows), *prediction.shape[1:]), prediction.dtype, "prediction")
        self.loss(Tensor(whole), Tensor(constant(np.asarray(rows.y), "y")))

    def inputs(self, kind: str, state: State, rows: Rows, numbers: Sequence[float] = (),
               sums: Sequence[Array] = ()) -> list[Any]:  # fmt: skip
        """The arrays that the program of this kind takes, in order."""
        arrays: list[Any] = [*state.params, *state.frozen, *state.buffers]
        step = state.steps + 1 if kind in ("train", "gather") else 0
        part = int(numbers[1]) if kind == "gather" else 0
        arrays += [key_words(self.seed, part << 16, step), *self._cast(rows)]
        if kind == "train":
            arrays += [s for group in state.slots for s in group]
            arrays += [np.float64(step), *(np.float64(rate) for rate in numbers)]
        if kind == "gather":
            arrays += [np.float64(numbers[0]), *sums]
        return arrays

    def _read(self, traced: Traced, outputs: Sequence[Any],
              state: State) -> tuple[Any, Any, list[Array], list[Array]]:  # fmt: skip
        loss, prediction, *rest = outputs
        count = len(state.tables)
        buffers = list(state.buffers)
        for i, value in zip(traced.changed, rest[count:], strict=False):
            buffers[i] = value
        return loss, prediction, rest[:count], buffers

    def _cast(self, rows: Rows) -> list[Array]:
        """The batch; rows of a mapped file are cast only here."""
        kind = self.floating
        return [a.astype(kind) if a.dtype.kind == "f" and a.dtype != kind else a
                for a in rows.arrays]  # fmt: skip

    @property
    def floating(self) -> np.dtype[Any]:
        """The floating-point type of the model."""
        kinds = [t.dtype for t in self.names.all if t.dtype.kind == "f"]
        return kinds[0] if kinds else np.dtype("float32")

    def settings(self) -> tuple[Any, ...]:
        """Hyperparameters that the traced formula holds as numbers; the rates are inputs."""
        exact = precision.products
        return self.optimizer.moving, self.optimizer.settings(), self.behind, exact

    # -- tracing --------------------------------------------------------------------------

    def traced(self, kind: str, rows: Rows, state: State) -> Traced:
        """The program for batches like `rows`."""
        shapes = tuple((a.shape, a.dtype) for a in rows.arrays)
        settings = self.settings() if kind == "train" else precision.products
        key = (kind, shapes, rows.weight is None, settings)
        if key not in self.made:
            if len(self.made) >= MOST_TRACED:  # hyperparameters that change at every step
                self.made.clear()
            with unswept(), _mode(self.model, kind in ("train", "gather")):
                self.made[key] = self._trace(kind, rows, state)
        return self.made[key]

    def _trace(self, kind: str, rows: Rows, state: State) -> Traced:
        names = self.names
        batch = self._cast(rows)
        holes = [placeholder(a.shape, a.dtype, name)
                 for a, name in zip(batch, _batch_names(rows), strict=True)]  # fmt: skip
        key = placeholder((4,), WORDS, "key")
        with held_open(names.all) as held, names.as_they_are():
            for hole, tensor in zip(held, names.all, strict=True):
                hole.name = names.called.get(id(tensor), tensor.name)
            with key_scope(key):
                seen = self.augment(holes, len(rows.xs)) if kind in ("train", "gather") else holes
                prediction, loss = self._forward(seen, rows, with_loss=kind != "predict")
            buffers = [module.__dict__["_buffers"][name].node for module, name in names.homes]
            params = [t.node for t in names.params]  # a table may have shortened its rows
        first = len(names.params) + len(names.frozen)
        changed = tuple(i for i, node in enumerate(buffers) if node is not held[first + i])
        inputs = [*held, key, *holes]
        if kind == "predict" or loss is None:
            traced = Traced.of(inputs, [prediction], (prediction,))
        elif kind == "judge":
            traced = Traced.of(inputs, [loss, prediction], (loss, prediction))
        else:
            traced = self._with_gradient(
                kind, inputs, (held, params), (loss, prediction), changed, buffers, state
            )
        self.random |= key in traced.reached
        return traced

    def _forward(self, holes: Sequence[Node], rows: Rows, *,
                 with_loss: bool) -> tuple[Node, Node | None]:  # fmt: skip
        count = len(rows.xs)
        try:
            prediction = self._answer([Tensor(hole) for hole in holes[:count]])
            loss = self._loss(prediction, holes[count:]) if with_loss else None
        except TraceError as cause:
            raise TraceError("fit-computed", where=type(self.model).__name__,
                             reason=str(cause)) from cause  # fmt: skip
        return prediction.node, None if loss is None else loss.node

    def _answer(self, xs: Sequence[Tensor]) -> Tensor:
        """What the model makes of a batch: one tensor."""
        answer: Any = self.model(*xs)
        if not isinstance(answer, Tensor):
            got = "None" if answer is None else type(answer).__name__
            raise ArgumentError("fit-forward", where=type(self.model).__name__, got=got)
        return answer

    def _loss(self, prediction: Tensor, rest: Sequence[Node]) -> Tensor:
        if self.loss is None:
            raise ArgumentError("fit-no-loss", verb="fit")
        target = Tensor(rest[0])
        if len(rest) == 1:
            loss = self.loss(prediction, target)
        else:
            each: Any = each_loss(self.loss, prediction, target)
            each = each.mean(axis=tuple(range(1, each.ndim))) if each.ndim > 1 else each
            loss = (each * Tensor(rest[1])).mean()
        if not isinstance(loss, Tensor):
            got = "None" if loss is None else type(loss).__name__
            raise ArgumentError("fit-loss-kind", got=got)
        if loss.shape != ():
            raise ArgumentError("fit-loss-shape", got=loss.shape)
        found: Tensor = loss
        return found

    def _with_gradient(self, kind: str, inputs: list[Node],
                       tables: tuple[Sequence[Node], Sequence[Node]],
                       forward: tuple[Node, Node], changed: tuple[int, ...],
                       buffers: Sequence[Node], state: State) -> Traced:  # fmt: skip
        loss, (held, params) = forward[0], tables
        count = len(self.names.params)
        wanted = [i for i, p in enumerate(self.names.params) if p.requires_grad]
        one = [constant(np.ones((), loss.dtype))]
        found = differentiate([loss], [params[i] for i in wanted], one)
        grads: list[Node | None] = [None] * count
        for i, g in zip(wanted, found, strict=True):
            grads[i] = g
        trained = tuple(i for i, g in enumerate(grads) if g is not None)
        if not trained:
            raise ArgumentError("fit-no-parameters")
        outputs = [*forward]
        partly: dict[int, tuple[Node, ...]] = {}
        if kind == "train":
            slots = self._slots(state.slots)
            numbers, news, after = self._updated(params, grads, slots)
            before = [*held[:count], *(s for group in slots for s in group)]
            made = [*news, *(s for group in after for s in group)]
            partly = {i: node.inputs[1:] for i, node in enumerate(made)
                      if node.prim.name == "put" and node.inputs[0] is before[i]}  # fmt: skip
            inputs += [*before[count:], *numbers]
            outputs += [partly[i][1] if i in partly else node for i, node in enumerate(made)]
        else:
            share = placeholder((), SCALAR, "share")
            sums = [placeholder(held[i].shape, held[i].dtype, "sum") for i in trained]
            inputs += [share, *sums]
            for total, i in zip(sums, trained, strict=True):
                g = grads[i]
                assert g is not None  # `trained` holds those that have one
                outputs.append(total + g * as_type(share, g.dtype))
        outputs += [*(buffers[i] for i in changed), *(where for where, _ in partly.values())]
        return Traced.of(inputs, outputs, forward, changed, trained, tuple(partly))

    def _trace_update(self, trained: Sequence[int]) -> Traced:
        params = [placeholder(p.shape, p.dtype, self.names.called.get(id(p)))
                  for p in self.names.params]  # fmt: skip
        slots = self._slots(self.optimizer.slot_arrays())
        grads: list[Node | None] = [None] * len(params)
        for i in trained:
            grads[i] = placeholder(params[i].shape, params[i].dtype, "gradient")
        numbers, news, after = self._updated(params, grads, slots)
        given = [grads[i] for i in trained]  # before they are clipped
        inputs = [*params, *(s for g in slots for s in g), *(g for g in given if g), *numbers]
        return Traced.of(inputs, [*news, *(s for g in after for s in g)])

    def _slots(self, arrays: Sequence[Sequence[Array]]) -> list[tuple[Node, ...]]:
        """Places for what the optimizer keeps, under the names of the parameters."""
        names = self.optimizer.slot_names(self.names.called)
        return [tuple(placeholder(a.shape, a.dtype, name) for a, name in zip(*both, strict=True))
                for both in zip(arrays, names, strict=True)]  # fmt: skip

    def _updated(self, params: Sequence[Node], grads: Sequence[Node | None],
                 slots: Sequence[tuple[Node, ...]]) -> tuple[Any, ...]:  # fmt: skip
        """The step's number and rates as inputs, new parameters, new slots."""
        t = placeholder((), SCALAR, "t")
        rates = [placeholder((), SCALAR, "lr") for _ in self.optimizer.rates()]
        new = self.optimizer.update(params, self.clip(grads), slots, t, rates, self.behind)
        return [t, *rates], *new


def step_randomness(seed: int, step: int, part: int = 0) -> AbstractContextManager[None]:
    """Inside, random numbers are those of step `step` (from 1) of a fit with this seed.

    The plain loop of `Trainer.as_loop` uses it, so that dropout draws what it drew in fit.

    >>> import tiza as tz
    >>> with step_randomness(0, 1):
    ...     first = tz.random.uniform((2,)).tolist()
    >>> with step_randomness(0, 1):
    ...     first == tz.random.uniform((2,)).tolist()
    True
    """
    return key_scope(constant(key_words(seed, part << 16, step)))


def _batch_names(rows: Rows) -> list[str]:
    xs = ["x"] if len(rows.xs) == 1 else [f"x{i}" for i in range(len(rows.xs))]
    return [*xs, *["y"] * (rows.y is not None), *["weight"] * (rows.weight is not None)]


def _regroup(flat: Sequence[Array], like: Sequence[Sequence[Array]]) -> list[tuple[Array, ...]]:
    rest = iter(flat)
    return [tuple(next(rest) for _ in group) for group in like]


@contextmanager
def _mode(model: nn.Module, training: bool) -> Iterator[None]:
    """Inside, the whole model trains (or is in use); afterwards each part is as it was."""
    before = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, mode in before:
            module.training = mode
