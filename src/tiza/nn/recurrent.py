"""Recurrent layers over whole sequences: RNN, LSTM and GRU, each a scan of its cell."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError, pick
from tiza.graph import PRIMITIVES as P
from tiza.lang.manipulation import concat, stack
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import functional as F
from tiza.nn import init
from tiza.nn.layers import in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter
from tiza.nn.recurrent_steps import CELLS, State, Weights, run
from tiza.nn.utils.rnn import PackedSequence, check_lengths, chosen, repacked, unpacked
from tiza.nn.words import WORDS


class RecurrentLayer(Module):
    """What RNN, LSTM and GRU share: layers above layers, one or both directions, padding.

    Parameters of layer k: weight_ih_lk (gates·h, in), weight_hh_lk (gates·h, h or proj_size),
    bias_ih_lk, bias_hh_lk (gates·h), weight_hr_lk (proj_size, h); those of the reverse
    direction end in _reverse. All are drawn from U(−1/√h, 1/√h).
    """

    mode = "RNN_TANH"

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
                 proj_size: int = 0, device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        layer = type(self).__name__
        self.input_size = size(layer, "input_size", input_size, least=1)
        self.hidden_size = size(layer, "hidden_size", hidden_size, least=1)
        self.num_layers = size(layer, "num_layers", num_layers, least=1)
        self.bias, self.batch_first, self.bidirectional = bias, batch_first, bidirectional
        self.proj_size = size(layer, "proj_size", proj_size)
        if not 0 <= dropout <= 1:
            raise ArgumentError("dropout-p", got=dropout)
        if proj_size and (self.mode != "LSTM" or proj_size >= hidden_size):
            raise ArgumentError("rnn-projection", layer=layer, got=proj_size)
        if dropout and num_layers == 1:
            warnings.warn(pick(WORDS["rnn-dropout"]).format(layer=layer), stacklevel=3)
        self.dropout = dropout
        self._make_parameters()
        in_type(self, dtype, device)

    def _make_parameters(self) -> None:
        rows, given = CELLS[self.mode].gates * self.hidden_size, self._given
        for k in range(self.num_layers):
            wide = self.input_size if k == 0 else given * len(self._ways)
            shapes: dict[str, tuple[int, ...]]
            shapes = {"weight_ih": (rows, wide), "weight_hh": (rows, given)}
            if self.bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if self.proj_size:
                shapes["weight_hr"] = (self.proj_size, self.hidden_size)
            for way in self._ways:
                for name, shape in shapes.items():
                    drawn = init.fan_in_uniform(shape, self.hidden_size)
                    setattr(self, f"{name}_l{k}{way}", Parameter(drawn))

    @property
    def _given(self) -> int:
        """How many numbers each direction gives out."""
        return self.proj_size or self.hidden_size

    @property
    def _ways(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def reset_parameters(self) -> None:
        """Draw all parameters anew."""
        bound = 1 / math.sqrt(self.hidden_size)
        for param in self.parameters():
            init.uniform_(param, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do: the parameters need not lie side by side in memory."""

    def _weights(self, layer: int, way: str) -> Weights:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        held = [self._parameters.get(f"{name}_l{layer}{way}") for name in names]
        return Weights(*held)  # type: ignore[arg-type]

    def forward(self, input: Any, hx: Any = None, lengths: Any = None) -> tuple[Any, Any]:
        """The outputs at all times, and the last states.

        Shapes: input (t, n, i), (t, i), or (n, t, i) with batch_first; hx and the last states
        (layers·directions, n, h); lengths (n): rows from there on are padding, whose output
        is 0 and which no state sees. A `PackedSequence` brings its lengths and gives one back.
        """
        packed = input if isinstance(input, PackedSequence) else None
        flat = False
        if packed is not None:
            if lengths is not None:
                raise ArgumentError("rnn-packed-lengths", layer=type(self).__name__)
            x, lengths = unpacked(packed)
        else:
            x = as_tensor(input)
            flat = x.ndim == 2
            x = self._time_first(x)
        state = self._state(hx, x, flat)
        if packed is not None:
            state = tuple(chosen(s, packed.sorted_indices, 1) for s in state)
        y, last = self._run(x, state, self._mask(lengths, x))
        if packed is not None:
            last = tuple(chosen(s, packed.unsorted_indices, 1) for s in last)
            return repacked(y, packed), self._outward(last)
        if flat:
            y, last = _without(y, 1), tuple(_without(s, 1) for s in last)
        elif self.batch_first:
            y = make(P["permute"], y, axes=(1, 0, 2))
        return y, self._outward(last)

    def _time_first(self, x: Tensor) -> Tensor:
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            want = "(n, t, i)" if self.batch_first else "(t, n, i)"
            raise ShapeError("rnn-input", layer=type(self).__name__, got=x.shape,
                             want=f"{want} | (t, i)", size=self.input_size)  # fmt: skip
        if x.ndim == 2:
            return make(P["reshape"], x, shape=(x.shape[0], 1, x.shape[1]))
        return make(P["permute"], x, axes=(1, 0, 2)) if self.batch_first else x

    def _mask(self, lengths: Any, x: Tensor) -> Tensor | None:
        """Whether each time of each sequence is inside it, (t, n, 1)."""
        if lengths is None:
            return None
        steps, n = x.shape[:2]
        given = as_tensor(lengths)
        if given.node.value is not None:
            given = as_tensor(check_lengths(given, n, steps))
        time = as_tensor(np.arange(steps).reshape(steps, 1, 1).astype(given.dtype))
        return time < make(P["reshape"], given, shape=(1, n, 1))

    def _state(self, hx: Any, x: Tensor, flat: bool) -> State:
        """The initial states (layers·directions, n, ·): those given, or zeros."""
        many, n = self.num_layers * len(self._ways), x.shape[1]
        shapes = [(many, n, self._given), (many, n, self.hidden_size)]
        shapes = shapes[: CELLS[self.mode].states]
        if hx is None:
            return tuple(as_tensor(np.zeros(s, x.dtype)) for s in shapes)
        found = []
        for name, value, shape in zip(("h_0", "c_0"), self._inward(hx), shapes, strict=False):
            s = as_tensor(value)
            want = (shape[0], shape[2]) if flat else shape
            if s.shape != want:
                raise ShapeError("rnn-state", layer=type(self).__name__, name=name, got=s.shape,
                                 want=want)  # fmt: skip
            found.append(make(P["reshape"], s, shape=shape))
        return tuple(found)

    def _inward(self, hx: Any) -> tuple[Any, ...]:
        if CELLS[self.mode].states == 1:
            if isinstance(hx, tuple):
                raise ArgumentError("rnn-states", layer=type(self).__name__, want="h_0",
                                    got="tuple")  # fmt: skip
            return (hx,)
        if not isinstance(hx, tuple | list) or len(hx) != 2:
            raise ArgumentError("rnn-states", layer=type(self).__name__, want="(h_0, c_0)",
                                got=type(hx).__name__)  # fmt: skip
        return tuple(hx)

    def _outward(self, last: State) -> Any:
        return last if len(last) > 1 else last[0]

    def _run(self, x: Tensor, state: State, keep: Tensor | None) -> tuple[Tensor, State]:
        cell, ends = CELLS[self.mode], []
        for k in range(self.num_layers):
            if k and self.dropout:
                x = F.dropout(x, self.dropout, self.training)
            outs = []
            for d, way in enumerate(self._ways):
                start = tuple(_row(s, k * len(self._ways) + d) for s in state)
                y, end = run(cell, x, start, self._weights(k, way), keep=keep, reverse=d == 1)
                outs.append(y)
                ends.append(end)
            x = outs[0] if len(outs) == 1 else concat(outs, axis=-1)
        return x, tuple(stack(list(s), axis=0) for s in zip(*ends, strict=True))

    def extra_repr(self) -> str:
        """The sizes, and what differs from the defaults."""
        shown = [f"{self.input_size}, {self.hidden_size}"]
        defaults = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False,
                    "dropout": 0.0, "bidirectional": False}  # fmt: skip
        for name, usual in defaults.items():
            if getattr(self, name) != usual:
                shown.append(f"{name}={getattr(self, name)}")
        return ", ".join(shown)


def _row(x: Tensor, i: int) -> Tensor:
    return x[i]


def _without(x: Tensor, axis: int) -> Tensor:
    return make(P["reshape"], x, shape=x.shape[:axis] + x.shape[axis + 1 :])


class RNN(RecurrentLayer):
    """hₜ = φ(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh), φ being tanh or ReLU.

    Shapes: x (t, n, i) → y (t, n, h·directions), h_n (layers·directions, n, h).
    Source: Elman 1990, Cognitive Science 14; names, layouts and defaults are PyTorch's.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> y, h = nn.RNN(3, 4)(tz.zeros((5, 2, 3))); y.shape, h.shape
    ((5, 2, 4), (1, 2, 4))
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1,
                 nonlinearity: str = "tanh", bias: bool = True, batch_first: bool = False,
                 dropout: float = 0.0, bidirectional: bool = False,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        if nonlinearity not in ("tanh", "relu"):
            raise ArgumentError("rnn-choice", layer="RNN", got=nonlinearity)
        object.__setattr__(self, "mode", f"RNN_{nonlinearity.upper()}")
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout,
                         bidirectional, device=device, dtype=dtype)  # fmt: skip
        self.nonlinearity = nonlinearity


class LSTM(RecurrentLayer):
    """c′ = σ(f) ⊙ c + σ(i) ⊙ tanh(g), h′ = σ(o) ⊙ tanh(c′); (i, f, g, o) = W x + b + U h + d.

    With `proj_size`, h′ = W_hr (σ(o) ⊙ tanh(c′)).

    Shapes: x (t, n, i) → y (t, n, h·directions), (h_n, c_n) each (layers·directions, n, h).
    Source: Hochreiter & Schmidhuber 1997, Neural Computation 9(8); forget gate: Gers et al.
    2000; projection: Sak et al. 2014, arXiv:1402.1128. PyTorch's names, layouts, defaults.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> y, (h, c) = nn.LSTM(3, 4, bidirectional=True)(tz.zeros((5, 2, 3))); y.shape, c.shape
    ((5, 2, 8), (2, 2, 4))
    """

    mode = "LSTM"


class GRU(RecurrentLayer):
    """h′ = (1 − z) ⊙ n + z ⊙ h, r, z = σ(W x + b + U h + d), n = tanh(W x + b + r ⊙ (U h + d)).

    Shapes: x (t, n, i) → y (t, n, h·directions), h_n (layers·directions, n, h).
    Source: Cho et al. 2014, arXiv:1406.1078, eqs. 5–8, with the reset after the product, as in
    PyTorch, whose names, layouts and defaults these are.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.GRU(3, 4, batch_first=True)(tz.zeros((2, 5, 3)), lengths=[5, 0])[0].shape
    (2, 5, 4)
    """

    mode = "GRU"

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
                 batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout,
                         bidirectional, device=device, dtype=dtype)  # fmt: skip
