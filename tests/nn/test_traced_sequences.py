"""Sequence layers, bags and graphs inside the traced step of `fit`, where batches are unknown."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn


class Reader(nn.Module):
    """Tokens with padding 0 → two classes; lengths are computed from the tokens."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.words = nn.Embedding(12, 6, padding_idx=0)
        if kind in ("RNN", "LSTM", "GRU"):
            self.body = getattr(nn, kind)(6, 5, batch_first=True, bidirectional=True)
        elif kind == "transformer":
            self.places = nn.SinusoidalPositions(6)
            self.body = nn.TransformerEncoderLayer(6, 2, 8, dropout=0.1, batch_first=True)
        else:
            self.body = nn.EmbeddingBag(12, 6, mode=kind, padding_idx=0)
        wide = 10 if kind in ("RNN", "LSTM", "GRU") else 6
        self.out = nn.Linear(wide, 2)

    def forward(self, ids):
        used = ids > 0
        if self.kind in ("sum", "mean", "max"):
            return self.out(self.body(ids))
        if self.kind == "transformer":
            y = self.body(self.places(self.words(ids)), src_key_padding_mask=~used)
            return self.out(y[:, 0])
        y, _ = self.body(self.words(ids), lengths=used.astype(tz.int64).sum(axis=1))
        return self.out(y.sum(axis=1))


def sentences(n=96, longest=6):
    """Does the word 1 occur? Lengths from 1 to `longest`."""
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 12, (n, longest))
    ids[np.arange(longest) >= rng.integers(1, longest + 1, n)[:, None]] = 0
    ids[::2, 0] = 1
    return ids, (ids == 1).any(1).astype(np.int64)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU", "transformer", "sum", "mean", "max"])
def test_layers_learn_through_fit(kind):
    tz.manual_seed(0)
    model = Reader(kind)
    ids, t = sentences()
    history = model.fit(ids, t, optimizer=tz.optim.Adam(model.parameters(), lr=0.02), epochs=12,
                        batch_size=16, verbose=0)  # fmt: skip
    losses = history.history["loss"]
    assert losses[-1] < losses[0] * 0.8
    assert model.evaluate(ids, t, metrics=["accuracy"])["accuracy"] > 0.75


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_a_traced_step_equals_one_written_by_hand(kind):
    ids, t = sentences(16)
    tz.manual_seed(0)
    first, second = Reader(kind), Reader(kind)
    second.load_state_dict(first.state_dict())
    first.fit(ids, t, optimizer=tz.optim.SGD(first.parameters(), lr=0.1), epochs=1, batch_size=16,
              shuffle=False, verbose=0)  # fmt: skip
    optimizer = tz.optim.SGD(second.parameters(), lr=0.1)
    nn.functional.cross_entropy(second(ids), t).backward()
    optimizer.step()
    for p, q in zip(first.parameters(), second.parameters(), strict=True):
        assert_allclose(p.numpy(), q.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("layer", [nn.GCNConv, nn.SAGEConv, nn.GATConv])
def test_two_layers_on_a_graph_learn_its_halves(layer):
    rng = np.random.default_rng(0)
    half = np.repeat([0, 1], 10)
    chance = np.where(half[:, None] == half, 0.6, 0.03) * (1 - np.eye(20))
    edges = np.array(np.nonzero(rng.random((20, 20)) < chance))
    x, known = np.eye(20, dtype=np.float32), np.array([0, 1, 2, 10, 11, 12])
    tz.manual_seed(0)
    one, two = layer(20, 8), layer(8, 2)
    optimizer = tz.optim.Adam([*one.parameters(), *two.parameters()], lr=0.05)
    for _ in range(40):
        optimizer.zero_grad()
        scores = two(tz.tanh(one(x, edges)), edges)
        loss = nn.functional.cross_entropy(scores[known], half[known])
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
    assert (scores.numpy().argmax(1) == half).mean() > 0.8
