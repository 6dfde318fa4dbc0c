"""Recurrent language models: the next character from all characters before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.models import writing
from tiza.models.sampling import check_temperature, chosen
from tiza.models.writing import Writer, draws

Array = np.ndarray[Any, Any]
CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class CharModel(nn.Module):
    """e_t = E[x_t], h_t = cell(e_t, h_{t−1}), P(x_{t+1} | x_1 … x_t) = softmax(W h_t + b).

    Shapes: ids (n, t) → logits (n, t, vocabulary).
    Source: Elman 1990, Cognitive Science 14; Hochreiter & Schmidhuber 1997, Neural Computation
    9(8); Cho et al. 2014, arXiv:1406.1078.
    """

    kind = "rnn"

    def __init__(self, vocabulary: int, width: int = 64, hidden: int = 128, layers: int = 1,
                 dropout: float = 0.0) -> None:  # fmt: skip
        super().__init__()
        self.vocabulary, self.width, self.hidden = vocabulary, width, hidden
        self.layers, self.dropout = layers, dropout
        self.embedding = nn.Embedding(vocabulary, width)
        between = dropout if layers > 1 else 0.0
        self.recurrent = CELLS[self.kind](width, hidden, layers, batch_first=True, dropout=between)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, vocabulary)

    def advance(self, ids: Any, state: Any = None) -> tuple[Any, Any]:
        """Logits, and the state to go on from."""
        h, state = self.recurrent(self.embedding(ids), state)
        return self.head(self.drop(h)), state

    def forward(self, ids: Any) -> Any:
        """The logits of the next character at each place."""
        return self.advance(ids)[0]

    def loss(self, ids: Any, following: Any) -> Any:
        """Mean cross entropy in nats per character; following (n, t), −100 where nothing counts."""
        z = self(ids)
        return F.cross_entropy(tz.reshape(z, (-1, self.vocabulary)), tz.reshape(following, (-1,)))

    def generate(self, ids: Any, count: int, temperature: float = 1.0,
                 top_k: int | None = None) -> Array:  # fmt: skip
        """The ids and `count` more, each drawn given all before; (n, t) → (n, t + count)."""
        check_temperature(temperature)
        made, training = np.asarray(ids), self.training
        self.eval()
        with tz.no_grad():
            u = draws(count, len(made), temperature)
            write = self._write if count >= writing.FAR else self._write_plainly
            made = write(made, u, temperature, top_k, count)
        self.train(training)
        return made

    def _write_plainly(self, made: Array, u: Array | None, temperature: float, top_k: int | None,
                       count: int) -> Array:  # fmt: skip
        """Letter by letter."""
        parts, (z, state) = [made], self.advance(made)
        for k in range(count):
            z = z[:, -1]
            new = tz.argmax(z, axis=1) if u is None else chosen(z, u[k], temperature, top_k)
            parts.append(new.numpy()[:, None])
            z, state = self.advance(parts[-1], _computed(state))
        return np.concatenate(parts, axis=1)

    def _write(self, made: Array, u: Array | None, temperature: float, top_k: int | None,
               count: int) -> Array:  # fmt: skip
        """In one compiled loop."""
        shape = self.layers, len(made), self.hidden
        blank = np.zeros(shape, self.head.weight.dtype)
        state = [blank] * (2 if self.kind == "lstm" else 1)
        room = 1 << (made.shape[1] + count - 1).bit_length()  # few forms for all lengths
        return Writer.of(self, self._one).write(made, u, temperature, top_k, count=count,
                                                room=room, state=state)  # fmt: skip

    def _one(self, ids: Any, place: Any, *state: Any) -> tuple[Any, Sequence[Any]]:
        z, new = self.advance(tz.expand_dims(ids, axis=1), state if len(state) > 1 else state[0])
        return z[:, 0], new if isinstance(new, tuple) else (new,)


class CharRNN(CharModel):
    """`CharModel` with Elman's cell h_t = tanh(W e_t + U h_{t−1} + b).

    Shapes: ids (n, t) → logits (n, t, vocabulary).

    >>> CharRNN(27)([[1, 2, 3]]).shape
    (1, 3, 27)
    """


class CharLSTM(CharModel):
    """`CharModel` with the LSTM: gates decide what is kept, forgotten and shown.

    Shapes: ids (n, t) → logits (n, t, vocabulary).

    >>> CharLSTM(27).generate([[1, 2]], count=3).shape
    (1, 5)
    """

    kind = "lstm"


class CharGRU(CharModel):
    """`CharModel` with the GRU, an LSTM with two gates and one state.

    Shapes: ids (n, t) → logits (n, t, vocabulary).

    >>> CharGRU(27)([[1, 2, 3]]).shape
    (1, 3, 27)
    """

    kind = "gru"


def _computed(state: Any) -> Any:
    """The state as numbers, so that the expression does not grow from step to step."""
    if isinstance(state, tuple):
        return tuple(_computed(part) for part in state)
    return tz.asarray(state.numpy())
