"""Layers by hand-worked numbers, and the errors that they raise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.errors import ArgumentError, DTypeError, IndexingError, ShapeError


def test_linear_by_hand():
    layer = nn.Linear(2, 3)
    layer.weight.data = [[1, 2], [3, 4], [5, 6]]
    layer.bias.data = [0.5, 0, -1]
    x = tz.tensor([[1.0, -1.0]], requires_grad=True)
    y = layer(x)
    assert y.tolist() == [[-0.5, -1.0, -2.0]]
    y.sum().backward()
    assert x.grad.tolist() == [[9.0, 12.0]]
    assert layer.weight.grad.tolist() == [[1.0, -1.0]] * 3
    assert layer.bias.grad.tolist() == [1.0] * 3


def test_linear_starts_as_pytorchs_and_by_the_seed():
    tz.manual_seed(3)
    first = nn.Linear(100, 50)
    tz.manual_seed(3)
    second = nn.Linear(100, 50)
    assert first.weight.tolist() == second.weight.tolist()
    assert first.bias.tolist() != first.weight[:, 0].tolist()
    assert abs(first.weight.numpy()).max() <= 0.1
    assert_allclose(first.weight.numpy().std(), 0.1 / np.sqrt(3), rtol=0.03)
    first.reset_parameters()
    assert first.weight.tolist() != second.weight.tolist()
    assert abs(first.weight.numpy()).max() <= 0.1
    assert nn.Linear(2, 3, dtype=tz.float64).bias.dtype == tz.float64
    assert nn.Linear(0, 3).bias.tolist() == [0.0] * 3


def test_dropout_drops_the_right_share_and_keeps_the_mean():
    tz.manual_seed(0)
    layer = nn.Dropout(0.25)
    x = tz.ones((200, 200))
    y = layer(x).numpy()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.75)}
    assert_allclose((y == 0).mean(), 0.25, atol=0.01)
    assert (layer(x).numpy() != y).any()
    assert layer.eval()(x) is x
    assert not nn.Dropout(1.0)(x).any()
    w = tz.tensor(np.ones(1000), requires_grad=True)
    y = F.dropout(w, 0.5)
    y.sum().backward()
    assert (w.grad.numpy() == y.numpy()).all()  # the slope is the mask


def test_random_slopes_are_drawn_in_training_and_fixed_in_use():
    tz.manual_seed(0)
    layer = nn.RReLU(0.1, 0.3)
    x = tz.tensor(-np.ones(2000), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    slopes = -y.numpy()
    assert 0.1 <= slopes.min() < 0.12
    assert 0.28 < slopes.max() <= 0.3
    assert_allclose(x.grad.numpy(), slopes)
    assert_allclose(layer.eval()([-1.0, 2.0]).numpy(), [-0.2, 2.0], rtol=1e-6)
    z = tz.tensor([-1.0, 2.0])
    assert F.rrelu(z, training=True, inplace=True) is z


def test_embedding_by_hand():
    layer = nn.Embedding(4, 2, padding_idx=-1)
    assert layer.weight[3].tolist() == [0.0, 0.0]
    assert layer.padding_idx == 3
    layer([0, 0, 3]).sum().backward()
    assert layer.weight.grad.tolist() == [[2.0, 2.0], [0, 0], [0, 0], [0, 0]]
    table = nn.Embedding.from_pretrained([[1.0], [2.0]])
    assert not table.weight.requires_grad
    assert table([1]).tolist() == [[2.0]]
    assert nn.Embedding(2, 1, dtype=tz.float64).weight.dtype == tz.float64


def test_one_hot_and_normalize():
    assert F.one_hot(np.array([200], "uint8"), 300).numpy().argmax() == 200
    assert F.one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert F.one_hot(np.zeros((2, 0), int), 3).shape == (2, 0, 3)
    x = tz.tensor([[3.0, 4.0], [0.0, 0.0]], requires_grad=True)
    y = F.normalize(x)
    assert_allclose(y.numpy(), [[0.6, 0.8], [0, 0]], rtol=1e-6)
    y.sum().backward()
    assert np.isfinite(x.grad.numpy()).all()
    assert_allclose(F.normalize([1.0, -3.0], p=1, dim=0).numpy(), [0.25, -0.75], rtol=1e-6)


def test_inplace_gives_the_argument_the_new_value():
    x = tz.tensor([-1.0, 2.0])
    y = nn.ReLU(inplace=True)(x)
    assert y is x
    assert x.tolist() == [0.0, 2.0]
    z = tz.tensor([1.0])
    assert F.dropout(z, 1.0, inplace=True) is z
    assert z.tolist() == [0.0]


@pytest.mark.parametrize(("code", "error", "text"), [
    (lambda: nn.Linear(2.5, 3), ArgumentError,
     "Linear: in_features must be a whole number of at least 0, not 2.5\n"
     "    fix: give in_features as a number such as 10"),
    (lambda: nn.Linear(2, -1), ArgumentError,
     "Linear: out_features must be a whole number of at least 0, not -1\n"
     "    fix: give out_features as a number such as 10"),
    (lambda: F.linear(tz.ones((1, 2)), tz.ones((1, 1, 2))), ShapeError,
     "linear: the weight has shape (1, 1, 2), but two axes are wanted"),
    (lambda: F.linear(tz.ones((1, 2)), tz.ones((3, 2)), tz.ones(2)), ShapeError,
     "linear: the bias has shape (2,), but the layer has 3 outputs"),
    (lambda: nn.Linear(2, 3)(np.ones((1, 2))), DTypeError,
     "linear: x is float64, but the weight is float32\n"
     "    x       (1, 2) float64\n    weight  (3, 2) float32\n    bias    (3,) float32\n"
     "    fix: x.astype('float32')"),
    (lambda: F.linear(1.0, tz.ones((3, 2))), ShapeError,
     "linear: the last axis of x (-) must equal in_features of the weight (2)"),
    (lambda: nn.Dropout(1.5), ArgumentError,
     "dropout: the probability must lie between 0 and 1, but is 1.5"),
    (lambda: nn.Embedding(3, 2)([0, 3]), IndexingError,
     "embedding: input[1] asks for row 3, which does not exist in a table of 3 rows, "
     "numbered from 0 to 2"),
    (lambda: nn.Embedding(3, 2)([-1]), IndexingError,
     "embedding: input[0] asks for row -1, which does not exist in a table of 3 rows, "
     "numbered from 0 to 2"),
    (lambda: nn.Embedding(3, 2)([0.5]), DTypeError,
     "whole numbers are wanted as indices, but these are float32"),
    (lambda: nn.Embedding(3, 2, padding_idx=3), ArgumentError,
     "embedding: padding_idx 3 names none of the 3 rows"),
    (lambda: F.embedding([0], tz.ones((3, 2)), padding_idx=7), ArgumentError,
     "embedding: padding_idx 7 names none of the 3 rows"),
    (lambda: nn.Embedding.from_pretrained(tz.ones(3)), ShapeError,
     "embedding: the table has shape (3,), but two axes are wanted"),
    (lambda: F.one_hot([3], 3), IndexingError,
     "one_hot: tensor[0] is class 3, which does not exist among 3 classes, numbered from 0 to 2"),
    (lambda: F.one_hot(np.zeros(0, int)), ArgumentError,
     "one_hot: without any class the number of columns is unknown"),
    (lambda: F.one_hot([0.0]), DTypeError,
     "whole numbers are wanted as indices, but these are float32"),
    (lambda: nn.Flatten(2, 1)(tz.ones((1, 2, 3))), ArgumentError,
     "flatten: axis 2 comes after axis 1"),
    (lambda: nn.Unflatten(1, (2, 2))(tz.ones((1, 5))), ShapeError,
     "unflatten: sizes (2, 2) do not multiply to the 5 entries of axis 1"),
    (lambda: nn.Softmax()(tz.ones(3)), ArgumentError,
     "softmax: the axis has to be named"),
    (lambda: nn.GLU()(tz.ones((1, 3))), ArgumentError,
     "glu: axis -1 has 3 entries, which cannot be halved"),
    (lambda: nn.GELU("sigmoid"), ArgumentError, "gelu: there is no approximation 'sigmoid'"),
    (lambda: nn.Hardtanh(1.0, -1.0), ArgumentError,
     "hardtanh: the lower bound 1.0 must be below the upper one -1.0"),
    (lambda: nn.RReLU(0.5, 0.1), ArgumentError, "rrelu: the lower slope 0.5 must not be above"),
    (lambda: nn.Softmax2d()(tz.ones((2, 2))), ShapeError, "softmax over channels wants pictures"),
    (lambda: nn.CELU(0.0), ArgumentError, "celu: alpha must not be 0"),
    (lambda: F.celu([1.0], 0.0), ArgumentError, "celu: alpha must not be 0"),
    (lambda: nn.Softshrink(-1), ArgumentError,
     "softshrink: lambd must not be negative, but is -1"),
    (lambda: F.softshrink([1.0], -1), ArgumentError,
     "softshrink: lambd must not be negative, but is -1"),
    (lambda: nn.PReLU(3)(tz.ones((1, 2))), ArgumentError,
     "prelu: 3 slopes were given for 2 channels"),
    (lambda: nn.Sigmoid()(tz.ones(2, dtype=tz.int64)), DTypeError, "sigmoid"),
    (lambda: nn.SiLU()(tz.ones(2, dtype=tz.int64)), DTypeError, "silu"),
])  # fmt: skip
def test_refusals(code, error, text):
    with pytest.raises(error) as caught:
        code()
    assert str(caught.value).startswith(text)


def test_an_index_that_is_computed_is_checked_when_it_is_computed():
    ids = tz.tensor([0, 1]) - 1
    y = nn.Embedding(3, 2)(ids)
    with pytest.raises(IndexingError):
        y.numpy()


@pytest.mark.parametrize("name", ["ReLU", "SiLU", "GELU", "Mish", "ELU", "SELU", "Softplus", "Tanh",
                                  "Sigmoid", "LogSigmoid", "Softsign"])  # fmt: skip
def test_activations_never_overflow(name):
    x = tz.tensor(np.float32([-1e4, -100, 0, 100, 1e4]), requires_grad=True)
    y = getattr(nn, name)()(x)
    y.sum().backward()
    assert np.isfinite(y.numpy()).all()
    assert np.isfinite(x.grad.numpy()).all()


def test_softmax_of_huge_scores():
    x = np.float32([[1e4, 0, -1e4]])
    assert F.softmax(x, 1).tolist() == [[1.0, 0.0, 0.0]]
    assert F.log_softmax(x, 1).tolist() == [[0.0, -1e4, -2e4]]
    assert F.softmin(x, -1).tolist() == [[0.0, 0.0, 1.0]]
    assert np.isnan(F.softmax([np.inf, 0.0], 0).numpy()).any()
    assert F.softmax([-np.inf, 0.0], 0).tolist() == [0.0, 1.0]
