"""The numbers that a step of training changes, and the tensors of the model behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tiza import nn
from tiza.lang.tensor import Tensor
from tiza.optim import Optimizer

Array = np.ndarray[Any, Any]


@dataclass
class State:
    """All numbers that a step changes. Arrays are replaced, not written into.

    The exception are large tables of which a step changes a few rows: once `own` copies of
    them are made they are written into, which `take_back` undoes.
    """

    params: list[Array]  # of the optimizer, in its order
    frozen: list[Array]  # the model's other parameters
    buffers: list[Array]
    slots: list[tuple[Array, ...]]
    steps: int = 0
    own: set[int] = field(default_factory=set)  # numbers of tables that nobody else holds
    made: list[Array] | None = None  # what the last step computed, if less than everything
    undo: list[tuple[Array, Array, Array]] = field(default_factory=list)  # table, rows, before

    @property
    def tables(self) -> list[Array]:
        """What an optimizer's step changes: parameters, then slots."""
        return [*self.params, *(s for group in self.slots for s in group)]

    @property
    def computed(self) -> list[Array]:
        """What the last step computed of that."""
        return self.tables if self.made is None else self.made

    def take_back(self) -> None:
        """Put back the rows that the last step wrote over."""
        for table, rows, before in self.undo:
            table[rows] = before
        self.undo = []


@dataclass
class Written:
    """The tables after a step of which some came out as rows only."""

    tables: list[Array]
    own: set[int]
    undo: list[tuple[Array, Array, Array]]

    @classmethod
    def of(cls, before: State, made: Sequence[Array], where: Mapping[int, Array]) -> Written:
        """`made` with the rows `where[i]` of table i, if there are such, written into it."""
        after = cls(list(made), set(where), [])
        for i, rows in where.items():
            table = before.tables[i]
            if i in before.own:
                after.undo.append((table, rows, table[rows]))
            else:
                table = np.array(table)
            table[rows] = made[i]
            after.tables[i] = table
        return after


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
