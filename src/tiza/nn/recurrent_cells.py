"""Recurrent cells: one step of time, for loops that the user writes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import init
from tiza.nn.layers import in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter
from tiza.nn.recurrent_steps import CELLS, State, Weights, share


class RecurrentCell(Module):
    """What the cells share: weight_ih (gates·h, i), weight_hh (gates·h, h), two biases."""

    mode = "RNN_TANH"

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        layer = type(self).__name__
        self.input_size = size(layer, "input_size", input_size)
        self.hidden_size = size(layer, "hidden_size", hidden_size)
        self.bias = bias
        rows = CELLS[self.mode].gates * hidden_size
        for name, wide in (("weight_ih", input_size), ("weight_hh", hidden_size)):
            setattr(self, name, Parameter(init.fan_in_uniform((rows, wide), hidden_size)))
        for name in ("bias_ih", "bias_hh"):
            drawn = Parameter(init.fan_in_uniform((rows,), hidden_size)) if bias else None
            self.register_parameter(name, drawn)
        in_type(self, dtype, device)

    def reset_parameters(self) -> None:
        """Draw all parameters anew."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0.0
        for param in self.parameters():
            init.uniform_(param, -bound, bound)

    def _step(self, input: Any, given: tuple[Any, ...] | None) -> State:
        layer, cell = type(self).__name__, CELLS[self.mode]
        x = as_tensor(input)
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ShapeError("rnn-input", layer=layer, got=x.shape, want="(n, i) | (i)",
                             size=self.input_size)  # fmt: skip
        want = (*x.shape[:-1], self.hidden_size)
        if given is None:
            given = (np.zeros(want, x.dtype),) * cell.states
        rows = []
        for name, value in zip(("h", "c"), given, strict=False):
            s = as_tensor(value)
            if s.shape != want:
                raise ShapeError("rnn-state", layer=layer, name=name, got=s.shape, want=want)
            rows.append(_matrix(s))
        w = Weights(self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        new = cell.step(share(cell, _matrix(x), w), tuple(rows), w)
        return tuple(make(P["reshape"], s, shape=want) for s in new)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


def _matrix(x: Tensor) -> Tensor:
    return x if x.ndim == 2 else make(P["reshape"], x, shape=(1, x.shape[0]))


class RNNCell(RecurrentCell):
    """h′ = φ(W_ih x + b_ih + W_hh h + b_hh), φ being tanh or ReLU.

    Shapes: x (n, i), h (n, h) → (n, h); or without n.
    Source: Elman 1990; PyTorch's names, layouts and defaults.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.RNNCell(3, 4)(tz.zeros((2, 3))).shape
    (2, 4)
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True,
                 nonlinearity: str = "tanh", device: Any = None,
                 dtype: Any = None) -> None:  # fmt: skip
        if nonlinearity not in ("tanh", "relu"):
            raise ArgumentError("rnn-choice", layer="RNNCell", got=nonlinearity)
        object.__setattr__(self, "mode", f"RNN_{nonlinearity.upper()}")
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Tensor:
        """The next state; without hx, from zeros."""
        return self._step(input, None if hx is None else (hx,))[0]


class GRUCell(RecurrentCell):
    """h′ = (1 − z) ⊙ n + z ⊙ h; the gates are those of `GRU`.

    Shapes: x (n, i), h (n, h) → (n, h); or without n.
    Source: Cho et al. 2014, arXiv:1406.1078; PyTorch's names, layouts and defaults.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.GRUCell(3, 4)(tz.zeros((2, 3))).shape
    (2, 4)
    """

    mode = "GRU"

    def forward(self, input: Any, hx: Any = None) -> Tensor:
        """The next state; without hx, from zeros."""
        return self._step(input, None if hx is None else (hx,))[0]


class LSTMCell(RecurrentCell):
    """c′ = σ(f) ⊙ c + σ(i) ⊙ tanh(g), h′ = σ(o) ⊙ tanh(c′); the gates are those of `LSTM`.

    Shapes: x (n, i), h and c (n, h) → (h′, c′), each (n, h); or without n.
    Source: Hochreiter & Schmidhuber 1997; PyTorch's names, layouts and defaults.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> h, c = nn.LSTMCell(3, 4)(tz.zeros((2, 3))); h.shape
    (2, 4)
    """

    mode = "LSTM"

    def forward(self, input: Any, hx: Any = None) -> tuple[Tensor, Tensor]:
        """The next output and memory; without hx, from zeros."""
        if hx is not None and (not isinstance(hx, tuple | list) or len(hx) != 2):
            raise ArgumentError("rnn-states", layer="LSTMCell", want="(h, c)",
                                got=type(hx).__name__)  # fmt: skip
        h, c = self._step(input, None if hx is None else tuple(hx))
        return h, c
