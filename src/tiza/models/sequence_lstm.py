"""LSTMs that read a sequence and say one thing: its next values, or its class."""

from __future__ import annotations

from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import nn


class LSTMForecaster(nn.Module):
    """(h_t, c_t) = LSTM(x_t, h_{t−1}, c_{t−1}); ŷ = x_T + W h_T + b, the next `horizon` values.

    The network adds to the last value, since most series change little from step to step.

    Shapes: x (n, t, features), target first → (n, horizon).
    Source: Hochreiter & Schmidhuber 1997, Neural Computation 9(8).

    >>> import tiza as tz
    >>> LSTMForecaster(hidden=8, horizon=3)(tz.zeros((2, 24, 1))).shape
    (2, 3)
    """

    def __init__(self, features: int = 1, hidden: int = 64, horizon: int = 1,
                 layers: int = 1) -> None:  # fmt: skip
        super().__init__()
        self.features, self.hidden, self.horizon, self.layers = features, hidden, horizon, layers
        self.lstm = nn.LSTM(features, hidden, layers, batch_first=True)
        self.head = nn.Linear(hidden, horizon)

    def forward(self, x: Any) -> Any:
        """The values to come."""
        x = tz.asarray(x)
        h, _ = self.lstm(x)
        return x[:, -1, :1] + self.head(h[:, -1])


class LSTMClassifier(nn.Module):
    """h_t = [LSTM→, LSTM←](E[x_t]); y = W drop([max_t h_t, mean_t h_t]) + b. Token 0 is padding.

    With `piece`, the LSTM reads so many tokens at a time and begins anew at each piece: rows
    beside rows instead of steps after steps, which is faster and hardly less exact. In training,
    a share `unread` of the tokens is not seen.

    Shapes: ids (n, t) → logits (n, classes).
    Source: Hochreiter & Schmidhuber 1997, Neural Computation 9(8); the maximum over time:
    Collobert et al. 2011, JMLR 12, section 3.2.2; pieces: Johnson & Zhang 2016,
    arXiv:1602.02373 ("chopping"); unread tokens: Iyyer et al. 2015, ACL ("word dropout").

    >>> LSTMClassifier(1000, 2, piece=2)([[5, 7, 0], [3, 2, 1]]).shape
    (2, 2)
    """

    def __init__(self, vocabulary: int, classes: int = 2, width: int = 64, hidden: int = 64,
                 dropout: float = 0.4, unread: float = 0.0, piece: int = 0) -> None:  # fmt: skip
        super().__init__()
        self.vocabulary, self.classes, self.width = vocabulary, classes, width
        self.hidden, self.dropout, self.unread, self.piece = hidden, dropout, unread, piece
        self.embedding = nn.Embedding(vocabulary, width, padding_idx=0)
        self.skip = nn.Dropout1d(unread)
        self.lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(4 * hidden, classes)

    def forward(self, ids: Any) -> Any:
        """The logits."""
        ids = self._whole(tz.asarray(ids))
        h = self._read(self.skip(self.embedding(ids)))  # (n, t, 2·hidden)
        read = tz.reshape(ids != 0, (*ids.shape, 1))
        count = tz.maximum(tz.sum(tz.where(read, 1.0, 0.0), axis=1), 1.0)
        mean = tz.sum(tz.where(read, h, 0.0), axis=1) / count
        most = tz.max(tz.where(read, h, -1.0), axis=1)
        return self.head(self.drop(tz.concat([most, mean], axis=1)))

    def _whole(self, ids: Any) -> Any:
        """With padding at the end, so that the last piece is whole."""
        n, t = ids.shape
        rest = -t % self.piece if self.piece else 0
        return tz.concat([ids, tz.zeros((n, rest), dtype=ids.dtype)], axis=1) if rest else ids

    def _read(self, e: Any) -> Any:
        """The states of both directions at each token.

        Shapes: e (n, t, width) → (n, t, 2·hidden).
        """
        n, t, width = e.shape
        h, _ = self.lstm(tz.reshape(e, (-1, self.piece or t, width)))
        return tz.reshape(h, (n, t, 2 * self.hidden))

    def loss(self, ids: Any, target: Any) -> Any:
        """Mean cross entropy."""
        return F.cross_entropy(self(ids), target)
