"""How a recurrent layer runs over time: its input's share in one product, the rest in one scan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tiza.graph import PRIMITIVES as P
from tiza.lang.control import scan
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import recurrent_formulas as formulas
from tiza.nn.affine import linear

State = tuple[Tensor, ...]


@dataclass(frozen=True)
class Weights:
    """The parameters of one layer in one direction; w_hr projects what an LSTM gives out."""

    w_ih: Tensor
    w_hh: Tensor
    b_ih: Tensor | None = None
    b_hh: Tensor | None = None
    w_hr: Tensor | None = None


@dataclass(frozen=True)
class Cell:
    """One kind of recurrence: step(share of the input, state, weights) -> new state."""

    gates: int
    states: int
    step: Callable[[Tensor, State, Weights], State]
    splits: bool = False  # whether the gates treat the input's share and the state's apart


def _bias(*biases: Tensor | None) -> list[Tensor]:
    return [b for b in biases if b is not None]


def _rnn(nonlinearity: str) -> Callable[[Tensor, State, Weights], State]:
    def step(p: Tensor, state: State, w: Weights) -> State:
        return (make(formulas.rnn_cell, p, state[0], w.w_hh, nonlinearity=nonlinearity),)

    return step


def _gru(p: Tensor, state: State, w: Weights) -> State:
    return (make(formulas.gru_cell, p, state[0], w.w_hh, *_bias(w.b_hh)),)


def _lstm(p: Tensor, state: State, w: Weights) -> State:
    h, c = state
    a = p + make(linear, h, w.w_hh)
    c = make(formulas.lstm_memory, a, c)
    h = make(formulas.lstm_output, a, c)
    return (h if w.w_hr is None else make(linear, h, w.w_hr)), c


CELLS = {
    "RNN_TANH": Cell(1, 1, _rnn("tanh")),
    "RNN_RELU": Cell(1, 1, _rnn("relu")),
    "LSTM": Cell(4, 2, _lstm),
    "GRU": Cell(3, 1, _gru, splits=True),
}


def share(cell: Cell, x: Tensor, w: Weights) -> Tensor:
    """What the input contributes to the gates, for all times at once: x W_ihᵀ + b."""
    p = make(linear, x, w.w_ih, *_bias(w.b_ih))
    return p + w.b_hh if w.b_hh is not None and not cell.splits else p


def run(cell: Cell, x: Tensor, state: State, w: Weights, *, keep: Tensor | None = None,
        reverse: bool = False) -> tuple[Tensor, State]:  # fmt: skip
    """The outputs at all times and the last state.

    Where `keep` is False, the state stands still and the output is 0: so ends a sequence
    shorter than the others, and so, in reverse, it begins late.

    Shapes: x (t, n, i), each state (n, h), keep (t, n, 1) → (t, n, h).
    """
    p = share(cell, x, w)
    if keep is None:

        def free(old: State, row: Tensor) -> tuple[State, Tensor]:
            new = cell.step(row, old, w)
            return new, new[0]

        last, y = scan(free, state, p, reverse=reverse)
        return y, last

    def masked(old: State, row: Sequence[Tensor]) -> tuple[State, Tensor]:
        new = cell.step(row[0], old, w)
        kept = tuple(make(P["where"], row[1], n, o) for n, o in zip(new, old, strict=True))
        return kept, make(P["where"], row[1], new[0], as_tensor(0.0, new[0].dtype))

    last, y = scan(masked, state, (p, keep), reverse=reverse)
    return y, last
