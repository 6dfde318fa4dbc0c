"""The models of the course derive, each printed formula holds, equal layers stand once."""

import time

import numpy as np
import pytest

import tiza as tz
from tiza import models as zoo
from tiza.nn import functional as F

RNG = np.random.default_rng(0)
EDGES = tz.tensor([[0, 1, 2, 3], [1, 2, 3, 0]])


def normal(*shape):
    return tz.tensor(RNG.normal(size=shape).tolist())


def whole(n, *shape):
    return tz.tensor(RNG.integers(0, n, shape).tolist())


def squares(y):
    return (y**2).mean()


def classes(y):
    rows = y.reshape(-1, y.shape[-1])
    return F.cross_entropy(rows, whole(rows.shape[1], rows.shape[0]))


MODELS = {
    "Autoencoder": (lambda: zoo.Autoencoder(6, (5,), 2), lambda m: squares(m(normal(2, 6)))),
    "BERT": (
        lambda: zoo.BERT(9, context=5, layers=2, heads=2, width=8),
        lambda m: classes(m(whole(9, 2, 5))),
    ),
    "CharRNN": (lambda: zoo.CharRNN(9, width=4, hidden=5), lambda m: classes(m(whole(9, 2, 5))[0])),
    "CharLSTM": (
        lambda: zoo.CharLSTM(9, width=4, hidden=5),
        lambda m: classes(m(whole(9, 2, 5))[0]),
    ),
    "CharGRU": (lambda: zoo.CharGRU(9, width=4, hidden=5), lambda m: classes(m(whole(9, 2, 5))[0])),
    "SmallCNN": (
        lambda: zoo.SmallCNN(10, maps=2, units=4),
        lambda m: classes(m(normal(2, 1, 28, 28))),
    ),
    "CocktailFactory": (zoo.CocktailFactory, lambda m: squares(m(normal(3, 4)))),
    "EllipticMLP": (lambda: zoo.EllipticMLP(6, 3, (5, 4)), lambda m: classes(m(normal(4, 6)))),
    "GPT": (
        lambda: zoo.GPT(9, context=5, layers=3, heads=2, width=8),
        lambda m: classes(m(whole(9, 2, 5))),
    ),
    "GCN": (lambda: zoo.GCN(3, 2, 4), lambda m: classes(m(normal(4, 3), EDGES))),
    "GraphSAGE": (lambda: zoo.GraphSAGE(3, 2, 4), lambda m: classes(m(normal(4, 3), EDGES))),
    "LeNet5": (zoo.LeNet5, lambda m: classes(m(normal(1, 1, 28, 28)))),
    "LinearRegression": (
        lambda: zoo.LinearRegression(3),
        lambda m: squares(m(normal(5, 3)) - normal(5, 1)),
    ),
    "MLP": (lambda: zoo.MLP((4, 5, 6, 3)), lambda m: classes(m(normal(5, 4)))),
    "SlideMLP": (zoo.SlideMLP, lambda m: classes(m(normal(2, 784)))),
    "MatrixFactorization": (
        lambda: zoo.MatrixFactorization(4, 5, 3),
        lambda m: squares(m(whole(4, 6), whole(5, 6)) - normal(6)),
    ),
    "LSTMForecaster": (lambda: zoo.LSTMForecaster(1, 3), lambda m: squares(m(normal(2, 5, 1)))),
    "VAE": (lambda: zoo.VAE(6), lambda m: squares(m(normal(2, 6))[0])),
}


@pytest.mark.parametrize("layout", ["code", "book"])
@pytest.mark.parametrize("name", MODELS)
def test_models(name, layout):
    tz.manual_seed(0)
    make, loss = MODELS[name]
    model = make()
    d = tz.derive(loss(model), model, layout=layout)
    for step in d.steps:
        assert step.error(d.values) < 1e-9, step.text
    assert d.check()["finite"] < 1e-6
    assert str(d)
    assert d._repr_html_()


@pytest.mark.slow
def test_twelve_layers_take_seconds_and_two_pages():
    tz.manual_seed(0)
    model = zoo.GPT(50, context=8, layers=12, heads=2, width=16)
    loss = classes(model(whole(50, 2, 8)))
    start = time.process_time()
    d = tz.derive(loss, model, detail="summary")
    text = str(d)
    assert time.process_time() - start < 5
    assert "for ℓ = 1, …, 12:" in text
    assert len(text.splitlines()) < 90  # what a page and a half of LaTeX holds
