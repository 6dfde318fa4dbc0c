"""Every model with small sizes, a batch for it, and its loss: what the laws run over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza.nn.functional as F
from tiza import models, nn

RING = np.array([[0, 1, 2, 3, 1, 2, 3, 0], [1, 2, 3, 0, 0, 1, 2, 3]])


@dataclass(frozen=True)
class Case:
    """How to make a model, draw a batch, and compute the loss that is trained."""

    make: Callable[[], nn.Module]
    batch: Callable[[np.random.Generator], tuple[np.ndarray, ...]]
    loss: Callable[..., Any]


def _own(model, *batch):
    return model.loss(*batch)


def _cross(model, x, y):
    return F.cross_entropy(model(x), y)


def _nodes(model, x, y):
    return F.cross_entropy(model(x, RING), y)


def _points(rng):
    return (rng.normal(size=(6, 2)).astype("f"),)


def _pictures(rng):
    return rng.random((4, 28, 28)).astype("f"), rng.integers(0, 10, 4)


def _ratings(rng):
    return rng.integers(0, 5, 8), rng.integers(0, 7, 8), rng.uniform(1, 5, 8).astype("f")


def _rows(rng):
    return rng.normal(size=(6, 3)).astype("f"), rng.normal(size=(6, 1)).astype("f")


def _text(rng):
    ids = rng.integers(1, 11, (3, 7))
    return ids[:, :-1], ids[:, 1:]


def _reviews(rng):
    ids = rng.integers(1, 11, (4, 6))
    ids[0, 4:] = 0
    return ids, rng.integers(0, 2, 4)


def _graph(rng):
    return rng.normal(size=(4, 3)).astype("f"), rng.integers(0, 2, 4)


def _mse(model, x, y):
    return F.mse_loss(model(x), y)


CASES: dict[str, Case] = {
    "Adaline": Case(lambda: models.Adaline(3),
                    lambda r: (_rows(r)[0], r.choice([-1.0, 1.0], 6).astype("f")), _own),
    "LinearRegression": Case(lambda: models.LinearRegression(3), _rows, _mse),
    "LogisticRegression": Case(lambda: models.LogisticRegression(3, 2),
                               lambda r: (_rows(r)[0], r.integers(0, 2, 6)), _own),
    "MLP": Case(lambda: models.MLP((784, 16, 10), "tanh", 0.2), _pictures, _cross),
    "SlideMLP": Case(models.SlideMLP, _pictures, _cross),
    "LeNet5": Case(models.LeNet5, _pictures, _cross),
    "SmallCNN": Case(lambda: models.SmallCNN(maps=4, units=8), _pictures, _cross),
    "Autoencoder": Case(lambda: models.Autoencoder(784, (16,), 4),
                        lambda r: _pictures(r)[:1], _own),
    "VAE": Case(lambda: models.VAE(784, 16, 3), lambda r: _pictures(r)[:1], _own),
    "GAN": Case(lambda: models.GAN(hidden=8), _points, lambda m, x: m.critic_loss(x)),
    "Generator": Case(lambda: models.Generator(2, 8, 2), _points, lambda m, x: _mse(m, x, x)),
    "Discriminator": Case(lambda: models.Discriminator(2, 8), _points, lambda m, x: m(x).mean()),
    "Diffusion": Case(lambda: models.Diffusion(models.MLPDenoiser(2, 8, 4), 20), _points, _own),
    "MLPDenoiser": Case(lambda: models.MLPDenoiser(2, 8, 4), _points,
                        lambda m, x: _mse(lambda p: m(p, np.arange(6)), x, x)),
    "UNet": Case(lambda: models.UNet(8), lambda r: _pictures(r)[:1],
                 lambda m, x: F.mse_loss(m(x[:, None], np.arange(4)), x[:, None])),
    "PatchUNet": Case(lambda: models.PatchUNet(4, 3), lambda r: _pictures(r)[:1],
                      lambda m, x: F.mse_loss(m(x[:, None], np.arange(4), [0, 1, 2, 3]),
                                              x[:, None])),
    "Siamese": Case(lambda: models.Siamese(4, 2),
                    lambda r: (_pictures(r)[0], _pictures(r)[0], r.choice([-1.0, 1.0], 4)),
                    lambda m, a, b, t: m.contrastive(a, b, t)),
    "CharRNN": Case(lambda: models.CharRNN(11, 4, 6), _text, _own),
    "CharLSTM": Case(lambda: models.CharLSTM(11, 4, 6, 2), _text, _own),
    "CharGRU": Case(lambda: models.CharGRU(11, 4, 6), _text, _own),
    "LSTMForecaster": Case(lambda: models.LSTMForecaster(1, 5, 2),
                           lambda r: (r.normal(size=(3, 8, 1)).astype("f"),
                                      r.normal(size=(3, 2)).astype("f")), _mse),
    "LSTMClassifier": Case(lambda: models.LSTMClassifier(11, 2, 4, 5), _reviews, _own),
    "GPT": Case(lambda: models.GPT(11, 8, 2, 2, 8, dropout=0.1), _text, _own),
    "BERT": Case(lambda: models.BERT(11, 8, 1, 2, 8), _reviews, _own),
    "GCN": Case(lambda: models.GCN(3, 2, 4), _graph, _nodes),
    "GAT": Case(lambda: models.GAT(3, 2, 4, 2), _graph, _nodes),
    "GraphSAGE": Case(lambda: models.GraphSAGE(3, 2, 4), _graph, _nodes),
    "MatrixFactorization": Case(lambda: models.MatrixFactorization(5, 7, 3, 3.0), _ratings, _own),
    "TwoTower": Case(lambda: models.TwoTower(5, 7, 4, (6,), 3, 3.0), _ratings, _own),
    "NeuralMF": Case(lambda: models.NeuralMF(5, 7, 3, (6, 4), 0.1, 3.0), _ratings, _own),
    "WaterTank": Case(lambda: models.WaterTank(2, 0.5),
                      lambda r: (r.uniform(1, 4, (6, 2)).astype("f"),
                                 r.uniform(1, 9, 6).astype("f"),
                                 r.uniform(0, 30, 6).astype("f")), _own),
    "CocktailFactory": Case(lambda: models.CocktailFactory((3, 4, 2), 2.0),
                            lambda r: (r.uniform(0, 2, (6, 3)).astype("f"),
                                       r.uniform(0, 3, (6, 2)).astype("f")), _own),
    "EllipticMLP": Case(lambda: models.EllipticMLP(10, 3, (8, 4)),
                        lambda r: (r.integers(-3, 3, (6, 10)), r.integers(0, 3, 6)), _cross),
}  # fmt: skip
# They learn by rules of their own, without a loss.
BY_RULE = {"Perceptron", "SOM"}
