"""Weights averaged along the way, which often do better than the last ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, CheckpointError
from tiza.lang.tensor import Tensor
from tiza.nn.parameter import assign

Array = np.ndarray[Any, Any]


class ExponentialMovingAverage:
    """A running mean of parameters: a ← d a + (1 − d) p after every step.

    With `warm_up`, d is at most (1 + n)/(10 + n) at the n-th update, so that the first
    weights are soon forgotten.

    Source: Polyak & Juditsky 1992, SIAM J. Control Optim. 30, in exponential form; the warm-up
    as in Szegedy et al.'s TensorFlow code.

    >>> from tiza import nn
    >>> w = nn.Parameter([0.0]); average = ExponentialMovingAverage([w], decay=0.5, warm_up=False)
    >>> w.data = [1.0]; average.update()
    >>> with average.applied():
    ...     w.tolist()
    [0.5]
    >>> w.tolist()
    [1.0]
    """

    def __init__(self, parameters: Iterable[Tensor], decay: float = 0.999,
                 warm_up: bool = True) -> None:  # fmt: skip
        if not 0 <= decay <= 1:
            raise ArgumentError("optim-value", name="decay", got=decay, wanted="0 … 1")
        self.params = list(parameters)
        self.decay, self.warm_up, self.count = decay, warm_up, 0
        self.averages: list[Array] = [p.numpy().copy() for p in self.params]

    def update(self) -> None:
        """Take the present parameters in; call it after `optimizer.step()`."""
        self.count += 1
        decay = self.decay
        if self.warm_up:
            decay = min(decay, (1 + self.count) / (10 + self.count))
        for average, param in zip(self.averages, self.params, strict=True):
            average += (1 - decay) * (param.numpy() - average)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Inside, the parameters hold their averages."""
        before = [param.numpy() for param in self.params]
        self.copy_to()
        try:
            yield
        finally:
            for param, value in zip(self.params, before, strict=True):
                assign(param, value)

    def copy_to(self) -> None:
        """Give the parameters their averages for good."""
        for param, average in zip(self.params, self.averages, strict=True):
            assign(param, average)

    def state_dict(self) -> dict[str, Any]:
        """The averages and how many updates they have seen."""
        return {"count": self.count, "averages": [average.copy() for average in self.averages]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        found = [np.array(average) for average in state_dict["averages"]]
        shapes = [average.shape for average in self.averages]
        if [average.shape for average in found] != shapes:
            raise CheckpointError("optim-groups", got=[a.shape for a in found], wanted=shapes)
        self.averages = [a.astype(b.dtype) for a, b in zip(found, self.averages, strict=True)]
        self.count = int(state_dict["count"])
