"""Initial values: spread, shape, seed; and what cannot be initialised."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, ShapeError
from tiza.nn import init

SHAPE = (400, 300)


@pytest.mark.parametrize(("draw", "std"), [
    (lambda: init.uniform(SHAPE, -1, 1), 1 / np.sqrt(3)),
    (lambda: init.normal(SHAPE, 0, 2), 2.0),
    (lambda: init.xavier_uniform(SHAPE), np.sqrt(2 / 700)),
    (lambda: init.xavier_normal(SHAPE, gain=2), 2 * np.sqrt(2 / 700)),
    (lambda: init.kaiming_uniform(SHAPE, nonlinearity="relu"), np.sqrt(2 / 300)),
    (lambda: init.kaiming_uniform(SHAPE, a=5**0.5), np.sqrt(1 / 3 / 300)),
    (lambda: init.kaiming_normal(SHAPE, mode="fan_out", nonlinearity="linear"), 1 / 20),
    (lambda: init.fan_in_uniform(SHAPE, 100), 0.1 / np.sqrt(3)),
    (lambda: init.orthogonal(SHAPE), 1 / 20),
    (lambda: init.trunc_normal(SHAPE), 0.8796),  # √(1 − 4φ(2)/(Φ(2) − Φ(−2)))
])  # fmt: skip
def test_spread(draw, std):
    tz.manual_seed(0)
    x = draw().numpy()
    assert x.dtype == np.float32
    assert x.shape == SHAPE
    assert_allclose(x.std(), std, rtol=0.02)
    assert abs(x.mean()) < 0.02 * std
    tz.manual_seed(0)
    assert (draw().numpy() == x).all()


def test_fixed_values():
    assert init.ones((2,)).tolist() == [1.0, 1.0]
    assert init.zeros(()).item() == 0.0
    assert init.constant((1, 2), 7).tolist() == [[7.0, 7.0]]
    assert init.eye((2, 3)).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (4, 2, 3)])
def test_orthogonal(shape):
    q = init.orthogonal(shape, gain=2.0).numpy().reshape(shape[0], -1)
    small = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    assert_allclose(small, 4 * np.eye(len(small)), atol=1e-5)


def test_sparse():
    x = init.sparse((50, 20), 0.3).numpy()
    assert ((x == 0).sum(axis=0) == 15).all()
    assert_allclose(x[x != 0].std(), 0.01, rtol=0.1)


def test_truncated_normal_stays_inside():
    x = init.trunc_normal((10000,), mean=1.0, std=3.0, a=0.0, b=1.5).numpy()
    assert x.min() >= 0
    assert x.max() <= 1.5


def test_in_place_keeps_type_name_and_object():
    layer = nn.Linear(3, 2).double()
    weight = layer.weight
    assert init.kaiming_normal_(layer.weight, nonlinearity="relu") is weight
    assert weight.dtype == tz.float64
    assert weight.name == "weight"
    assert weight.requires_grad
    assert init.constant_(layer.bias, 0.5).tolist() == [0.5, 0.5]
    plain = tz.zeros(3)
    assert init.ones_(plain).tolist() == [1.0] * 3
    assert init.kaiming_normal_.__name__ == "kaiming_normal_"
    layer(tz.ones((1, 3), dtype=tz.float64)).sum().backward()
    assert weight.grad is not None


def test_refusals():
    with pytest.raises(ShapeError, match="has no inputs and outputs to count"):
        init.xavier_uniform((3,))
    with pytest.raises(ShapeError, match="has no inputs and outputs to count"):
        init.orthogonal((3,))
    with pytest.raises(ArgumentError, match="no gain for the nonlinearity 'rleu'"):
        init.kaiming_uniform(SHAPE, nonlinearity="rleu")
    with pytest.raises(ArgumentError, match="no mode 'fan'"):
        init.kaiming_uniform(SHAPE, mode="fan")
    with pytest.raises(ShapeError, match="connects nothing"):
        init.kaiming_uniform((3, 0))
    with pytest.raises(ShapeError, match=r"shape \(2, 2, 2\) is no matrix"):
        init.eye((2, 2, 2))
    with pytest.raises(ShapeError, match=r"sparse: shape \(2,\) is no matrix"):
        init.sparse((2,), 0.5)
    with pytest.raises(ShapeError, match="in 2 groups is none of a convolution"):
        init.dirac((3, 3, 3), groups=2)


@pytest.mark.parametrize("fill", [init.normal_, init.xavier_normal_, init.trunc_normal_])
def test_the_same_seed_gives_the_same_bits_however_often(fill):
    """Loops are compiled once they come often, and round otherwise; first weights must not."""

    def drawn():
        tz.manual_seed(1)
        return fill(tz.zeros((200, 200))).numpy()

    first = drawn()
    assert all((drawn() == first).all() for _ in range(40))
