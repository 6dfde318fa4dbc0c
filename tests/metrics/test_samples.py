"""Distances of samples agree with SciPy, with closed forms and with plain definitions."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tiza.errors import ArgumentError, ShapeError, use_language
from tiza.metrics import (
    FrechetDistance,
    frechet_distance,
    gaussian_kl,
    histogram_js,
    histogram_kl,
    mmd,
)

linalg = pytest.importorskip("scipy.linalg")


def clouds(d=4, n=60, m=45, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)), rng.normal(size=(m, d)) + 0.5


def test_frechet_distance_is_that_of_the_matrix_root():
    x, y = clouds()
    one, other = np.cov(x.T), np.cov(y.T)
    root = linalg.sqrtm(one @ other).real
    gap = x.mean(0) - y.mean(0)
    wanted = gap @ gap + np.trace(one + other - 2 * root)
    assert_allclose(frechet_distance(x, y), wanted, rtol=1e-9)
    assert_allclose(frechet_distance(y, x), wanted, rtol=1e-9)
    assert frechet_distance(x, x) < 1e-12


def test_frechet_distance_in_batches_and_far_from_zero():
    x, y = (z + 1e6 for z in clouds())
    parts, saved = FrechetDistance(), FrechetDistance()
    for i in range(0, 60, 7):
        parts.update(x[i : i + 7], y[i : i + 7])
    saved.load_state_dict(parts.state_dict())
    assert_allclose(saved.compute(), frechet_distance(x - 1e6, y - 1e6), rtol=1e-6)


def test_frechet_distance_of_few_samples_and_flat_clouds():
    assert math.isnan(frechet_distance([[1.0, 2.0]], [[1.0, 2.0], [3.0, 4.0]]))
    flat = np.outer([0.0, 1.0, 2.0], [1.0, 1.0])
    assert_allclose(frechet_distance(flat, flat + np.array([3.0, 4.0])), 25)
    with pytest.raises(ArgumentError, match="frechet takes no weights"):
        FrechetDistance()([[1.0]], [[1.0]], [1.0])


def test_gaussian_divergence_is_the_closed_form():
    x, y = clouds(1)
    m, n, s, t = y.mean(), x.mean(), y.std(ddof=1), x.std(ddof=1)
    wanted = math.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5
    assert_allclose(gaussian_kl(x, y), wanted, rtol=1e-9)
    x, y = clouds(3)
    stats = pytest.importorskip("scipy.stats")
    p = stats.multivariate_normal(y.mean(0), np.cov(y.T))
    q = stats.multivariate_normal(x.mean(0), np.cov(x.T))
    drawn = p.rvs(200_000, random_state=0)
    assert_allclose(gaussian_kl(x, y), (p.logpdf(drawn) - q.logpdf(drawn)).mean(), rtol=0.01)
    assert abs(gaussian_kl(x, x)) < 1e-12


def test_gaussian_divergence_needs_a_density():
    with pytest.raises(ArgumentError, match="flat space"):
        gaussian_kl(np.ones((5, 2)), np.random.default_rng(0).normal(size=(5, 2)))
    with use_language("es"), pytest.raises(ArgumentError, match="espacio plano"):
        gaussian_kl(np.ones((5, 2)), np.ones((5, 2)))
    with pytest.raises(ArgumentError, match="1 samples are too few"):
        gaussian_kl([[1.0]], [[1.0], [2.0]])


@pytest.mark.parametrize("d", [1, 2])
def test_histogram_divergences_are_scipys(d):
    entropy = pytest.importorskip("scipy.stats").entropy
    rng = np.random.default_rng(0)
    x, y = rng.uniform(size=(4000, d)), rng.beta(2, 3, size=(3000, d))
    both = np.concatenate([x, y])
    spans = list(zip(both.min(0), both.max(0), strict=True))
    q, p = (np.histogramdd(z, bins=4, range=spans)[0].ravel() for z in (x, y))
    assert_allclose(histogram_kl(x, y, bins=4), entropy(p, q), rtol=1e-9)
    q, p = q / q.sum(), p / p.sum()
    m = (p + q) / 2
    assert_allclose(histogram_js(x, y, bins=4), (entropy(p, m) + entropy(q, m)) / 2, rtol=1e-9)
    assert_allclose(histogram_js(x, y), histogram_js(y, x))


def test_histogram_divergences_at_their_ends():
    assert histogram_kl([0.0], [1.0]) == math.inf
    assert_allclose(histogram_js([0.0], [1.0]), math.log(2))
    assert histogram_kl([0.0, 1.0], [0.0, 1.0]) == 0.0
    assert histogram_js([2.0, 2.0], [2.0]) == 0.0
    with pytest.raises(ArgumentError, match="bins must be positive, not 0"):
        histogram_kl([0.0], [1.0], bins=0)


@pytest.mark.parametrize("bandwidth", [None, 0.7])
def test_mmd_is_its_three_means(bandwidth):
    x, y = clouds(2, 9, 7)
    both = np.concatenate([x, y])
    gaps = [np.linalg.norm(a - b) for i, a in enumerate(both) for b in both[:i]]
    sigma = np.median(gaps) if bandwidth is None else bandwidth

    def k(a, b):
        return math.exp(-np.sum((a - b) ** 2) / (2 * sigma**2))

    def within(z):
        return np.mean([k(a, b) for i, a in enumerate(z) for j, b in enumerate(z) if i != j])

    between = np.mean([k(a, b) for a in x for b in y])
    assert_allclose(mmd(x, y, bandwidth), within(x) + within(y) - 2 * between, rtol=1e-9)


def test_mmd_tells_distributions_apart():
    rng = np.random.default_rng(0)
    same = [mmd(rng.normal(size=80), rng.normal(size=80)) for _ in range(20)]
    assert abs(np.mean(same)) < 0.005  # without bias
    assert mmd(rng.normal(size=80), rng.normal(size=80) + 1) > 0.05
    assert mmd([1.0, 1.0], [1.0, 1.0]) == 0.0


def test_samples_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"\(3, 2\) and \(3, 1\) must be tables"):
        mmd(np.zeros((3, 2)), np.zeros(3))
    with pytest.raises(ArgumentError, match="too few"):
        mmd([1.0], [1.0, 2.0])
    with pytest.raises(ArgumentError, match="bandwidth must be positive"):
        mmd([1.0, 2.0], [1.0, 2.0], bandwidth=-1.0)
