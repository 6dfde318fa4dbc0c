"""Groupings and maps agree with scikit-learn and with plain definitions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tiza import nn
from tiza.errors import ArgumentError, ShapeError
from tiza.metrics import (
    AdjustedRand,
    MutualInformation,
    adjusted_rand,
    clusters,
    mutual_information,
    quantization_error,
    silhouette,
    topographic_error,
)

sk = pytest.importorskip("sklearn.metrics")
GROUPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(GROUPS)
def test_groupings_agree_with_scikit_learn(pairs):
    one, other = np.array(pairs).T
    assert_allclose(adjusted_rand(one, other), sk.adjusted_rand_score(other, one), atol=1e-12)
    wanted = sk.normalized_mutual_info_score(other, one)
    assert_allclose(mutual_information(one, other), wanted, atol=1e-10)


@pytest.mark.parametrize("kind", [AdjustedRand, MutualInformation])
def test_groupings_in_batches_and_by_other_names(kind):
    rng = np.random.default_rng(0)
    one, other = rng.integers(4, size=(2, 60))
    parts = kind()
    for at in np.array_split(np.arange(60), 4):
        parts.update(one[at], other[at])
    assert_allclose(parts.compute(), kind()(one, other))
    assert_allclose(kind()(3 - one, other), kind()(one, other))
    assert math.isnan(kind()(one[:0], other[:0]))


@pytest.mark.parametrize("at_once", [10**7, 50])
@pytest.mark.parametrize("groups", [2, 5, 19])
def test_silhouette_agrees_with_scikit_learn(groups, at_once, monkeypatch):
    monkeypatch.setattr(clusters, "AT_ONCE", at_once)
    rng = np.random.default_rng(groups)
    points = rng.normal(size=(20, 3))
    labels = np.append(np.arange(groups), rng.integers(groups, size=20 - groups))
    assert_allclose(silhouette(points, labels), sk.silhouette_score(points, labels), rtol=1e-9)


def test_silhouette_of_points_upon_one_another():
    points, labels = [[0.0], [0.0], [0.0], [0.0]], [0, 0, 1, 1]
    assert silhouette(points, labels) == 0.0


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]])
def test_silhouette_needs_something_beside_each_group(labels):
    with pytest.raises(ArgumentError, match="have none beside them"):
        silhouette([[0.0], [1.0], [2.0]], labels)
    with pytest.raises(ShapeError):
        silhouette([0.0, 1.0, 2.0], labels)


def by_hand(weights, data, touching):
    """Both errors, one row after the other."""
    rows, columns, _ = weights.shape
    places = [(y, x) for y in range(rows) for x in range(columns)]
    distances, wrong = [], []
    for row in data:
        d = sorted((np.linalg.norm(row - weights[at]), at) for at in places)
        distances.append(d[0][0])
        wrong.append(not touching(d[0][1], d[1][1]))
    return np.mean(distances), np.mean(wrong)


def corners(a, b):
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= 1


def sides(a, b):
    # Odd rows stand half a step to the right.
    steps = {0: {(0, 1), (0, -1), (1, -1), (1, 0), (-1, -1), (-1, 0)},
             1: {(0, 1), (0, -1), (1, 0), (1, 1), (-1, 0), (-1, 1)}}  # fmt: skip
    return (b[0] - a[0], b[1] - a[1]) in steps[a[0] % 2]


@pytest.mark.parametrize("at_once", [10**7, 20])
@pytest.mark.parametrize(("grid", "touching"), [("rectangular", corners), ("hexagonal", sides)])
def test_errors_of_maps(grid, touching, at_once, monkeypatch):
    monkeypatch.setattr(clusters, "AT_ONCE", at_once)
    rng = np.random.default_rng(1)
    weights, data = rng.normal(size=(4, 5, 2)), rng.normal(size=(80, 2))
    near, apart = by_hand(weights, data, touching)
    assert 0.1 < apart < 0.95  # so that the law can fail
    assert_allclose(quantization_error(weights, data), near)
    assert_allclose(topographic_error(weights, data, grid), apart)


@pytest.mark.parametrize("grid", ["rectangular", "hexagonal"])
def test_errors_of_maps_are_those_of_the_layer(grid):
    rng = np.random.default_rng(2)
    layer, data = nn.SOM(3, 4, 2, grid=grid), rng.normal(size=(50, 2))
    weights = layer.weight.numpy().reshape(3, 4, 2)
    data = data.astype(weights.dtype)
    assert_allclose(quantization_error(weights, data), layer.quantization_error(data).item(), 1e-5)
    assert_allclose(
        topographic_error(weights, data, grid), layer.topographic_error(data).item(), 1e-5
    )


def test_maps_of_one_unit_and_without_data():
    assert quantization_error([[[1.0]]], [[3.0]]) == 2.0
    with pytest.raises(ShapeError, match="two units or more"):
        topographic_error([[[1.0]]], [[3.0]])
    assert math.isnan(quantization_error(np.zeros((2, 2, 1)), np.zeros((0, 1))))
    assert math.isnan(topographic_error(np.zeros((2, 2, 1)), np.zeros((0, 1))))
    with pytest.raises(ShapeError, match="must be"):
        quantization_error([[1.0]], [[1.0]])
    with pytest.raises(ArgumentError, match="grid cannot be 'round'"):
        topographic_error(np.zeros((2, 2, 1)), np.zeros((1, 1)), "round")
