"""The model, its optimizer and the numbers of the step in between, kept in agreement."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter, is_
from typing import Any

import numpy as np

from tiza import nn
from tiza.api.around import Around
from tiza.nn.parameter import assign
from tiza.optim import Optimizer
from tiza.train.each import Loss
from tiza.train.state import State
from tiza.train.step import Steps

Array = np.ndarray[Any, Any]
NODE = attrgetter("node")


class Holder:
    """What a trainer holds. `take_up` reads the model, `put_back` writes to it.

    What a callback changes counts from the next step on: weights, and also layers, numbers in the
    model, the loss, what is frozen. The steps are then written down anew.

    While a fit goes on, `state` is ahead of the model; hooks of callbacks see the two agree.
    """

    def __init__(self, model: nn.Module, loss: Loss | None, optimizer: Optimizer,
                 seed: int) -> None:  # fmt: skip
        self.model, self.loss, self.seed = model, loss, seed
        self.optimizer = optimizer
        self.state = State([], [], [], [])
        self._nodes: list[object] = []
        self._arrays: list[Array] = []
        self._shown: State | None = None  # the State that the model has been given
        self.steps = Steps(model, loss, optimizer, seed)
        self._look()
        self.take_up(anew=True)

    def begin_anew(self) -> None:
        """Read everything: layers may have been frozen or added.

        Steps that were traced in an earlier fit stay, while they hold.
        """
        if not self._hold():
            self.steps = Steps(self.model, self.loss, self.optimizer, self.seed)
            self._look()
        self.take_up(anew=True)

    def _hold(self) -> bool:
        """Whether steps that were traced in an earlier fit would be traced alike today."""
        steps = self.steps
        if steps.model is not self.model or steps.optimizer is not self.optimizer:
            return False
        if steps.seed != self.seed or not type(self.optimizer).__module__.startswith("tiza."):
            return False  # a rule of the user's may have changed
        both = zip(steps.names.all, self._arrays, strict=True)
        same = all((t.shape, t.dtype) == (a.shape, a.dtype) for t, a in both)
        return same and not self._around.fleeting and not self._changed()

    def _look(self) -> None:
        """Take note of what the written steps hold besides tensors, and of what is trained."""
        self._around = Around.of(self.model, [self.loss])
        self._values, self._trained = self._around.values(), self._trained_now()

    def _trained_now(self) -> list[tuple[int, bool]]:
        return [(id(p), p.requires_grad) for p in self.optimizer.params]

    def _changed(self) -> bool:
        """Whether somebody changed a layer, a number in the model, the loss, what is trained."""
        before, values, trained = self._around, self._values, self._trained
        same = self.loss is self.steps.loss
        if same and before.same() and trained == self._trained_now():
            return False
        self._look()
        same = same and values == self._values and trained == self._trained
        return not (same and self._around.as_before(before))

    def untouched(self) -> bool:
        """Whether nobody has touched the model or the loss since they were read."""
        if self.loss is not self.steps.loss or not self._around.same():
            return False
        nodes = map(NODE, self.steps.names.all)
        return all(map(is_, nodes, self._nodes)) and self._trained == self._trained_now()

    def take_up(self, *, anew: bool = False) -> None:
        """Read the model and the optimizer as they stand, unless nobody has touched them."""
        if self._changed():
            anew = True
            self.steps.forget(self.loss)
        names = self.steps.names
        same = len(self._nodes) == len(names.all) and not anew
        if same and all(t.node is n for t, n in zip(names.all, self._nodes, strict=True)):
            return
        arrays = [t.numpy() for t in names.all]
        steps = max(self.state.steps, self.optimizer.steps)
        made = zip(self.optimizer.counts(), names.params, strict=True)
        self.steps.behind = tuple([(steps - count) * p.requires_grad for count, p in made])
        first, second = len(names.params), len(names.params) + len(names.frozen)
        self.state = State(arrays[:first], arrays[first:second], arrays[second:],
                           self.optimizer.slot_arrays(), steps)  # fmt: skip
        self._nodes, self._arrays = [t.node for t in names.all], arrays

    def put_back(self) -> None:
        """Give the model and the optimizer what the steps have made."""
        names, state = self.steps.names, self.state
        if state is self._shown:
            return
        arrays = [*state.params, *state.frozen, *state.buffers]
        for tensor, array, known in zip(names.all, arrays, self._arrays, strict=True):
            if array is not known:
                assign(tensor, array)
        self.optimizer.set_slot_arrays(state.slots, self.counts())
        state.own.clear()
        self._nodes, self._arrays = [t.node for t in names.all], arrays
        self._shown = state

    def counts(self) -> list[int]:
        """How many steps each parameter of the optimizer has made; what is frozen makes none."""
        rows = zip(self._trained, self.steps.behind, self.optimizer.counts(), strict=True)
        return [self.state.steps - behind if on else count for (_, on), behind, count in rows]

    def get_weights(self) -> dict[str, Array]:
        """All parameters and buffers by name, as they are now."""
        self.take_up()
        names, state = self.steps.names, self.state
        arrays = [*state.params, *state.frozen, *state.buffers]
        return {names.called.get(id(t), f"#{i}"): np.array(a)
                for i, (t, a) in enumerate(zip(names.all, arrays, strict=True))}  # fmt: skip

    def set_weights(self, weights: Mapping[str, Array]) -> None:
        """Put parameters and buffers in place by name."""
        for i, tensor in enumerate(self.steps.names.all):
            name = self.steps.names.called.get(id(tensor), f"#{i}")
            if name in weights:
                assign(tensor, weights[name])
        self.take_up()

    @property
    def steps_done(self) -> int:
        """The steps that the optimizer has made."""
        return self.state.steps

    @property
    def lr(self) -> float:
        """The learning rate of the first parameter group; assigning sets it for all groups."""
        return float(self.optimizer.param_groups[0]["lr"])

    @lr.setter
    def lr(self, rate: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = float(rate)

    @property
    def rates(self) -> list[float]:
        """The numbers that schedules move, of each parameter group: the learning rate first."""
        return self.optimizer.rates()
