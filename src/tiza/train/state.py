"""The numbers that a step of training changes, and the tensors of the model behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza import nn
from tiza.lang.tensor import Tensor
from tiza.optim import Optimizer

Array = np.ndarray[Any, Any]


@dataclass
class State:
    """All numbers that a step changes. Arrays are replaced, never written into."""

    params: list[Array]  # of the optimizer, in its order
    frozen: list[Array]  # the model's other parameters
    buffers: list[Array]
    slots: list[tuple[Array, ...]]
    steps: int = 0


@dataclass(frozen=True)
class Names:
    """The tensors behind a State, and what they are called in the model."""

    params: list[Tensor]
    frozen: list[Tensor]
    buffers: list[Tensor]
    called: dict[int, str]
    homes: list[tuple[nn.Module, str]]  # where each buffer hangs: assigning puts another there

    @classmethod
    def of(cls, model: nn.Module, optimizer: Optimizer) -> Names:
        """The model's tensors, those of the optimizer first and in its order."""
        called = {id(p): name for name, p in model.named_parameters()}
        homes: dict[int, tuple[nn.Module, str]] = {}
        for module in model.modules():
            for name, buffer in module.named_buffers(recurse=False):
                homes.setdefault(id(buffer), (module, name))
        called |= {id(b): name for name, b in model.named_buffers()}
        trained = list(optimizer.params)
        own = {id(p) for p in trained}
        frozen: list[Tensor] = [p for p in model.parameters() if id(p) not in own]
        buffers = list(model.buffers())
        return cls(trained, frozen, buffers, called, [homes[id(b)] for b in buffers])

    @contextmanager
    def as_they_are(self) -> Iterator[None]:
        """Afterwards every buffer hangs where it hung before."""
        try:
            yield
        finally:
            for buffer, (module, name) in zip(self.buffers, self.homes, strict=True):
                module.__dict__["_buffers"][name] = buffer

    @property
    def all(self) -> list[Tensor]:
        """Parameters of the optimizer, other parameters, buffers."""
        return [*self.params, *self.frozen, *self.buffers]


@dataclass
class Answer:
    """What a step answers, besides the new State."""

    loss: float
    prediction: Array
