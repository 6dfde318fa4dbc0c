"""Every kind of layer, activation and loss derives, and each printed formula holds."""

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.nn import functional as F
from tiza.readings.blackboard.expr import symbols_of

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape)


def share(*shape):
    return RNG.uniform(0.1, 0.9, shape)


EDGES = np.array([[0, 1, 2, 3], [1, 2, 3, 0]])
SIGNS = np.array([1.0, -1.0, 1.0, -1.0])
CLASSES = np.array([0, 1, 2, 1])
LAYERS = {
    "Linear": (lambda: nn.Linear(3, 4), normal(5, 3)),
    "Bilinear": (lambda: nn.Bilinear(3, 4, 2), normal(5, 3), normal(5, 4)),
    "Conv1d": (lambda: nn.Conv1d(2, 3, 2), normal(2, 2, 5)),
    "Conv2d": (lambda: nn.Conv2d(2, 4, 3, groups=2, padding=1), normal(2, 2, 5, 5)),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(2, 3, 2), normal(2, 2, 3, 3)),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(3), normal(2, 3, 4, 4)),
    "LayerNorm": (lambda: nn.LayerNorm(4), normal(3, 4)),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), normal(2, 4, 3)),
    "InstanceNorm2d": (lambda: nn.InstanceNorm2d(3, affine=True), normal(2, 3, 4, 4)),
    "RMSNorm": (lambda: nn.RMSNorm(4), normal(3, 4)),
    "LocalResponseNorm": (lambda: nn.LocalResponseNorm(2), normal(2, 3, 4)),
    "Embedding": (lambda: nn.Embedding(5, 3), np.array([0, 1, 1])),
    "EmbeddingBag": (lambda: nn.EmbeddingBag(5, 3), np.array([[0, 1, 2], [2, 3, 4]])),
    "RNN": (lambda: nn.RNN(3, 4), normal(4, 2, 3)),
    "LSTM": (lambda: nn.LSTM(3, 4, num_layers=2), normal(4, 2, 3)),
    "GRU": (lambda: nn.GRU(3, 4, bidirectional=True), normal(4, 2, 3)),
    "LSTMCell": (lambda: nn.LSTMCell(3, 4), normal(2, 3)),
    "GRUCell": (lambda: nn.GRUCell(3, 4), normal(2, 3)),
    "RNNCell": (lambda: nn.RNNCell(3, 4), normal(2, 3)),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(4, 2), *[normal(3, 2, 4)] * 3),
    "TransformerEncoderLayer": (lambda: nn.TransformerEncoderLayer(4, 2, 8), normal(3, 2, 4)),
    "TransformerDecoderLayer": (
        lambda: nn.TransformerDecoderLayer(4, 2, 8),
        *[normal(3, 2, 4)] * 2,
    ),
    "PReLU": (nn.PReLU, normal(3, 4)),
    "AvgPool2d": (lambda: nn.AvgPool2d(2), normal(2, 1, 4, 4)),
    "MaxPool2d": (lambda: nn.MaxPool2d(2), normal(2, 1, 4, 4)),
    "AdaptiveAvgPool2d": (lambda: nn.AdaptiveAvgPool2d(2), normal(2, 1, 4, 4)),
    "Dropout": (lambda: nn.Dropout(0.5), normal(3, 4)),
    "GCNConv": (lambda: nn.GCNConv(3, 2), normal(4, 3), EDGES),
    "GATConv": (lambda: nn.GATConv(3, 2), normal(4, 3), EDGES),
    "SAGEConv": (lambda: nn.SAGEConv(3, 2), normal(4, 3), EDGES),
    "PixelShuffle": (lambda: nn.PixelShuffle(2), normal(1, 4, 2, 2)),
    "Upsample": (lambda: nn.Upsample(scale_factor=2), normal(1, 1, 2, 2)),
    "GLU": (nn.GLU, normal(3, 4)),
    "Softmax": (lambda: nn.Softmax(dim=1), normal(3, 4)),
    "LogSoftmax": (lambda: nn.LogSoftmax(dim=1), normal(3, 4)),
}
ACTIVATIONS = ["CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh",
               "LeakyReLU", "LogSigmoid", "Mish", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid",
               "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink"]  # fmt: skip
LOSSES = {
    "mse_loss": (normal(4, 2), normal(4, 2)),
    "l1_loss": (normal(4, 2), normal(4, 2)),
    "smooth_l1_loss": (normal(4, 2), normal(4, 2)),
    "huber_loss": (normal(4, 2), normal(4, 2)),
    "binary_cross_entropy": (share(4), share(4)),
    "binary_cross_entropy_with_logits": (normal(4), share(4)),
    "nll_loss": (normal(4, 3), CLASSES),
    "cross_entropy": (normal(4, 3), CLASSES),
    "kl_div": (normal(4, 3), share(4, 3)),
    "hinge_embedding_loss": (normal(4), SIGNS),
    "cosine_embedding_loss": (normal(4, 3), normal(4, 3), SIGNS),
    "margin_ranking_loss": (normal(4), normal(4), SIGNS),
    "triplet_margin_loss": (normal(4, 3), normal(4, 3), normal(4, 3)),
    "poisson_nll_loss": (normal(4), share(4)),
    "gaussian_nll_loss": (normal(4), normal(4), share(4)),
    "soft_margin_loss": (normal(4), SIGNS),
    "multi_margin_loss": (normal(4, 3), CLASSES),
}


def tensors(arrays):
    made = [tz.tensor(a.tolist()) for a in arrays]
    return [t.requires_grad_() if a.dtype.kind == "f" else t
            for t, a in zip(made, arrays, strict=True)]  # fmt: skip


def assert_derives(loss, wrt):
    d = tz.derive(loss, wrt)
    known = {i.name for i in d.symbols}
    for step in d.steps:
        assert step.error(d.values) < 1e-9, step.text
    for step in d.part("forward"):  # nothing is used before it is introduced
        assert set(symbols_of(step.formula)) <= known, step.text
        known.add(step.name)
    assert d.check()["finite"] < 1e-6
    assert len(set(map(str, known))) == len(known)  # never two things with one symbol
    assert str(d)
    assert d._repr_html_()
    assert d._repr_latex_().isascii()


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name):
    tz.manual_seed(0)
    make, *arrays = LAYERS[name]
    layer, xs = make(), tensors(arrays)
    y = layer(*xs)
    y = y[0] if isinstance(y, tuple) else y
    assert_derives((y**2).mean(), list(layer.parameters()) or [xs[0]])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    (x,) = tensors([normal(3, 4)])
    assert_derives((getattr(nn, name)()(x) ** 2).mean(), [x])


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name):
    xs = tensors(LOSSES[name])
    assert_derives(getattr(F, name)(*xs), xs[:1])
