"""Regression figures agree with scikit-learn, in batches as in one go."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tiza.errors import ShapeError
from tiza.metrics import (
    R2,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)

sk = pytest.importorskip("sklearn.metrics")
PAIRS = [
    (MeanSquaredError, sk.mean_squared_error),
    (MeanAbsoluteError, sk.mean_absolute_error),
    (RootMeanSquaredError, sk.root_mean_squared_error),
    (R2, sk.r2_score),
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(50,), (50, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("kind", "peer"), PAIRS)
def test_agrees_with_scikit_learn(kind, peer, dtype, shape, weighted):
    rng = np.random.default_rng(0)
    t = rng.normal(size=shape).astype(dtype)
    p = (t + rng.normal(size=shape)).astype(dtype)
    w = rng.random(50) if weighted else None
    wanted = peer(t.astype(np.float64), p.astype(np.float64), sample_weight=w)
    assert_allclose(kind()(p, t, w), wanted, rtol=1e-12)
    metric = kind()
    for part in np.array_split(np.arange(50), 7):
        metric.update(p[part], t[part], None if w is None else w[part])
    assert_allclose(metric.compute(), wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("kind", "peer"), [pair for pair in PAIRS if pair[0] is not RootMeanSquaredError]
)
def test_several_outputs_are_averaged(kind, peer):
    rng = np.random.default_rng(0)
    t, p = rng.normal(size=(2, 20, 3))
    assert_allclose(kind()(p, t), peer(t, p), rtol=1e-12)


@pytest.mark.parametrize(
    ("p", "t"),
    [([1.0, 1.0], [1.0, 1.0]), ([1.0, 2.0], [1.0, 1.0]), ([0.0, 0.0, 1.0], [1.0, 2.0, 3.0])],
)
def test_r2_of_degenerate_targets(p, t):
    assert r2_score(p, t) == sk.r2_score(t, p)


@pytest.mark.parametrize(
    "function", [mean_squared_error, mean_absolute_error, r2_score, root_mean_squared_error]
)
def test_nothing_gives_nan(function):
    assert np.isnan(function([], []))


def test_r2_of_one_example_is_nan():
    assert np.isnan(r2_score([1.0], [1.0]))


def test_r2_keeps_its_digits_far_from_zero():
    t = 1e9 + np.array([0.0, 1.0, 2.0, 3.0])
    metric = R2()
    for value in t:
        metric.update([value + 0.5], [value])
    assert_allclose(metric.compute(), 1 - 4 * 0.25 / 5, rtol=1e-9)


def test_by_hand():
    assert mean_squared_error([[1.0, 2.0]], [[0.0, 4.0]]) == 2.5
    assert mean_absolute_error([1, 2], [0, 4]) == 1.5
    assert mean_squared_error([1.0, 2.0], [0.0, 4.0], [1.0, 0.0]) == 1.0


@pytest.mark.parametrize("kind", [pair[0] for pair in PAIRS])
def test_shapes_that_would_broadcast_are_refused(kind):
    with pytest.raises(ShapeError, match="must have the same shape"):
        kind()(np.zeros((3, 1)), np.zeros(3))


def test_state_goes_on():
    first, second = R2(), R2()
    first.update([1.0, 2.0], [1.5, 2.5])
    second.load_state_dict(first.state_dict())
    second.update([3.0], [2.0])
    assert_allclose(second.compute(), r2_score([1.0, 2.0, 3.0], [1.5, 2.5, 2.0]))
    with pytest.raises(ValueError, match="the saved state of r2 holds"):
        second.load_state_dict({"total": 1})
