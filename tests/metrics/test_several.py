"""Several classes and labels agree with scikit-learn; so do reliability curves."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tiza.errors import ArgumentError, NonFiniteError, ShapeError
from tiza.metrics import (
    Hamming,
    PrecisionAtK,
    RecallAtK,
    RocAucOfClasses,
    baseline,
    reliability_curve,
)

sk = pytest.importorskip("sklearn.metrics")


def draw(n=60, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(classes), n).round(2)
    shares[:, -1] = 1 - shares[:, :-1].sum(1)
    return shares, np.append(np.arange(classes), rng.integers(classes, size=n - classes))


@pytest.mark.parametrize("against", ["ovr", "ovo"])
def test_areas_of_several_classes(against):
    scores, truth = draw()
    wanted = sk.roc_auc_score(truth, scores, multi_class=against)
    parts = RocAucOfClasses(against)
    for at in np.array_split(np.arange(60), 4):
        parts.update(scores[at], truth[at])
    assert_allclose(parts.compute(), wanted, rtol=1e-12)
    assert_allclose(RocAucOfClasses(against)(scores, truth), wanted, rtol=1e-12)


def test_areas_may_be_weighted():
    scores, truth = draw()
    weight = np.random.default_rng(1).random(60)
    wanted = sk.roc_auc_score(truth, scores, multi_class="ovr", sample_weight=weight)
    assert_allclose(RocAucOfClasses()(scores, truth, weight), wanted, rtol=1e-12)


def test_areas_refuse_what_has_none():
    assert math.isnan(RocAucOfClasses()(np.eye(3), [0, 1, 1]))
    assert math.isnan(RocAucOfClasses("ovo")(np.eye(3), [0, 1, 1]))
    assert math.isnan(RocAucOfClasses()(np.zeros((0, 3)), np.zeros(0, int)))
    with pytest.raises(ArgumentError, match="class 3 does not exist among 3 classes"):
        RocAucOfClasses()(np.eye(3), [0, 1, 3])
    with pytest.raises(NonFiniteError):
        RocAucOfClasses()([[np.nan, 1.0]], [0])
    with pytest.raises(ShapeError):
        RocAucOfClasses()([0.5], [1])
    with pytest.raises(ArgumentError, match="against cannot be"):
        RocAucOfClasses("all")


def test_areas_do_not_mix_numbers_of_classes():
    judge = RocAucOfClasses()
    judge.update(np.eye(3), [0, 1, 2])
    with pytest.raises(ShapeError):
        judge.update(np.eye(2), [0, 1])


@pytest.mark.parametrize("shape", [(40,), (40, 5)])
def test_hamming_loss(shape):
    rng = np.random.default_rng(0)
    p, t = rng.integers(2, size=(2, *shape))
    assert_allclose(Hamming()(p, t), sk.hamming_loss(t, p), rtol=1e-12)
    assert_allclose(Hamming(task="binary")(p * 0.8, t), sk.hamming_loss(t, p), rtol=1e-12)
    assert math.isnan(Hamming()(p[:0], t[:0]))


def test_hamming_has_its_baseline():
    assert baseline([0, 0, 0, 1], metrics=["hamming", "bleu", "perplexity"]).scores == {
        "hamming": 0.25
    }


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("bins", [1, 5, 10])
def test_reliability_curves(bins, strategy):
    peer = pytest.importorskip("sklearn.calibration").calibration_curve
    rng = np.random.default_rng(0)
    p = np.append(rng.random(50) ** 2, [0.0, 0.2, 0.5, 1.0])
    t = rng.random(54) < p
    frequency, confidence = peer(t, p, n_bins=bins, strategy=strategy)
    ours = reliability_curve(p, t, bins, strategy)
    assert_allclose(ours.frequency, frequency)
    assert_allclose(ours.confidence, confidence)
    assert ours.counts.sum() == 54


def test_reliability_refuses_what_is_no_probability():
    for p in ([1.5], [np.nan]):
        with pytest.raises(ArgumentError, match="between 0 and 1"):
            reliability_curve(p, [1])
    with pytest.raises(ArgumentError, match="among 2 classes"):
        reliability_curve([0.5], [2])
    with pytest.raises(ArgumentError, match="bins must be positive"):
        reliability_curve([0.5], [1], bins=0)
    with pytest.raises(ArgumentError, match="strategy cannot be"):
        reliability_curve([0.5], [1], strategy="some")
    assert len(reliability_curve([], np.zeros(0, int)).counts) == 0


@pytest.mark.parametrize("k", [1, 3, 8])
def test_precision_and_recall_among_the_first(k):
    rng = np.random.default_rng(k)
    scores, truth = rng.random((12, 5)), rng.integers(2, size=(12, 5))
    truth[0] = 0
    hits = [truth[i][np.argsort(-scores[i])[:k]].sum() for i in range(12)]
    assert_allclose(PrecisionAtK(k)(scores, truth), np.mean(hits) / k)
    wanted = [h / max(1, t.sum()) for h, t in zip(hits, truth, strict=True)]
    assert_allclose(RecallAtK(k)(scores, truth), np.mean(wanted))
