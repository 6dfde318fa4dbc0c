"""The model, its optimizer and the numbers of the step in between, kept in agreement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tiza import nn
from tiza.nn.parameter import assign
from tiza.optim import Optimizer
from tiza.train.each import Loss
from tiza.train.state import State
from tiza.train.step import Steps

Array = np.ndarray[Any, Any]


class Holder:
    """What a trainer holds. `take_up` reads the model, `put_back` writes to it.

    While a fit goes on, `state` is ahead of the model; hooks of callbacks see the two agree.
    """

    def __init__(self, model: nn.Module, loss: Loss | None, optimizer: Optimizer,
                 seed: int) -> None:  # fmt: skip
        self.model, self.loss, self.seed = model, loss, seed
        self.optimizer = optimizer
        self._nodes: list[object] = []
        self._arrays: list[Array] = []
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the traced steps and read everything: layers may have been frozen or added."""
        self.steps = Steps(self.model, self.loss, self.optimizer, self.seed)
        self.take_up(anew=True)

    def take_up(self, *, anew: bool = False) -> None:
        """Read the model and the optimizer as they stand, unless nobody has touched them."""
        names = self.steps.names
        same = len(self._nodes) == len(names.all) and not anew
        if same and all(t.node is n for t, n in zip(names.all, self._nodes, strict=True)):
            return
        arrays = [t.numpy() for t in names.all]
        first, second = len(names.params), len(names.params) + len(names.frozen)
        self.state = State(arrays[:first], arrays[first:second], arrays[second:],
                           self.optimizer.slot_arrays(), self.optimizer.steps)  # fmt: skip
        self._nodes, self._arrays = [t.node for t in names.all], arrays

    def put_back(self) -> None:
        """Give the model and the optimizer what the steps have made."""
        names, state = self.steps.names, self.state
        arrays = [*state.params, *state.frozen, *state.buffers]
        for tensor, array, known in zip(names.all, arrays, self._arrays, strict=True):
            if array is not known:
                assign(tensor, array)
        self.optimizer.set_slot_arrays(state.slots, state.steps)
        state.own.clear()
        self._nodes, self._arrays = [t.node for t in names.all], arrays

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
