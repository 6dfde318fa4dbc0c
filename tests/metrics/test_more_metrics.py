"""Agreement, curves, deviations, rankings: scikit-learn's numbers, in batches as in one go."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tiza.errors import ArgumentError, ShapeError
from tiza.metrics import (
    AveragePrecision,
    BalancedAccuracy,
    Brier,
    CalibrationError,
    CohenKappa,
    ExplainedVariance,
    FBeta,
    HitRate,
    MatthewsCorrelation,
    MeanAbsolutePercentageError,
    MeanAveragePrecision,
    Ndcg,
    QuantileLoss,
    ReciprocalRank,
    RocAuc,
    TopK,
    baseline,
    metric,
    precision_recall_curve,
    roc_curve,
)

sk = pytest.importorskip("sklearn.metrics")
RNG = np.random.default_rng(0)


def both_ways(kind, p, t, w=None):
    """The figure of the whole; the same must come out of batches."""
    whole, parts = kind()(p, t, w), kind()
    for at in np.array_split(np.arange(len(t)), 4):
        parts.update(p[at], t[at], None if w is None else w[at])
    assert_allclose(parts.compute(), whole, rtol=1e-9)
    other = kind()
    other.load_state_dict(parts.state_dict())
    assert_allclose(other.compute(), whole, rtol=1e-9)
    return whole


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize(("kind", "peer"), [
    (BalancedAccuracy, sk.balanced_accuracy_score), (MatthewsCorrelation, sk.matthews_corrcoef),
    (CohenKappa, sk.cohen_kappa_score),
])  # fmt: skip
def test_agreement(kind, peer, classes, weighted):
    p, t = RNG.integers(classes, size=(2, 60))
    w = RNG.random(60) if weighted else None
    assert_allclose(both_ways(kind, p, t, w), peer(t, p, sample_weight=w), rtol=1e-9)


@pytest.mark.parametrize("average", ["binary", "macro", "micro", "weighted"])
@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_f_beta(beta, average):
    p, t = RNG.integers(2 if average == "binary" else 4, size=(2, 60))
    wanted = sk.fbeta_score(t, p, beta=beta, average=average)
    assert_allclose(both_ways(lambda: FBeta(beta, average=average), p, t), wanted, rtol=1e-9)


@pytest.mark.parametrize("k", [1, 2, 4, 9])
def test_top_k(k):
    p, t = RNG.random((40, 4)), RNG.integers(4, size=40)
    if k < 4:
        assert_allclose(both_ways(lambda: TopK(k), p, t), sk.top_k_accuracy_score(t, p, k=k))
    else:
        assert TopK(k)(p, t) == 1.0


def test_brier_and_calibration():
    p, t = RNG.random(50), RNG.integers(2, size=50)
    assert_allclose(both_ways(Brier, p, t), sk.brier_score_loss(t, p))
    scores, classes = RNG.normal(size=(50, 3)), RNG.integers(3, size=50)
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    by_hand = ((shares - np.eye(3)[classes]) ** 2).sum(1).mean()
    assert_allclose(both_ways(Brier, shares, classes), by_hand)
    assert_allclose(Brier(logits=True)(scores, classes), by_hand)
    assert_allclose(Brier(logits=True)(np.log(p / (1 - p)), t), Brier()(p, t))
    sure, right = shares.max(1), shares.argmax(1) == classes
    bins = np.ceil(sure * 10)
    wanted = sum(abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean()
                 for b in np.unique(bins))  # fmt: skip
    assert_allclose(both_ways(CalibrationError, shares, classes), wanted)
    assert_allclose(CalibrationError(logits=True)(scores, classes), wanted)
    assert CalibrationError()([1.0, 0.0], [1, 0]) == 0.0


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ties", [False, True])
def test_areas_and_curves(ties, weighted):
    p, t = RNG.random(60), RNG.integers(2, size=60)
    p = p.round(1) if ties else p
    w = RNG.random(60) if weighted else None
    assert_allclose(both_ways(RocAuc, p, t, w), sk.roc_auc_score(t, p, sample_weight=w))
    wanted = sk.average_precision_score(t, p, sample_weight=w)
    assert_allclose(both_ways(AveragePrecision, p, t, w), wanted)
    fpr, tpr, at = sk.roc_curve(t, p, sample_weight=w, drop_intermediate=False)
    ours = roc_curve(p, t, w)
    assert_allclose(ours.x, fpr, atol=1e-12)
    assert_allclose(ours.y, tpr, atol=1e-12)
    assert_allclose(ours.thresholds[1:], at[1:])
    precision, recall, at = sk.precision_recall_curve(t, p, sample_weight=w)
    ours = precision_recall_curve(p, t, w)
    assert_allclose(ours.y[::-1], precision[:-1])
    assert_allclose(ours.x[::-1], recall[:-1])
    assert_allclose(RocAuc()(np.stack([-p, p], 1), t), RocAuc()(p, t))


@pytest.mark.parametrize("weighted", [False, True])
def test_deviations(weighted):
    p, t = RNG.normal(size=(2, 40)) + 5
    w = RNG.random(40) if weighted else None
    wanted = sk.mean_absolute_percentage_error(t, p, sample_weight=w)
    assert_allclose(both_ways(MeanAbsolutePercentageError, p, t, w), wanted)
    wanted = sk.mean_pinball_loss(t, p, alpha=0.8, sample_weight=w)
    assert_allclose(both_ways(lambda: QuantileLoss(0.8), p, t, w), wanted)
    wanted = sk.explained_variance_score(t, p, sample_weight=w)
    assert_allclose(both_ways(ExplainedVariance, p, t, w), wanted)
    several = RNG.normal(size=(2, 20, 3))
    assert_allclose(ExplainedVariance()(*several), sk.explained_variance_score(*several[::-1]))


@pytest.mark.parametrize("k", [None, 3])
def test_rankings(k):
    p, t = RNG.random((10, 6)), RNG.integers(0, 4, (10, 6))
    t[0] = 0
    assert_allclose(both_ways(lambda: Ndcg(k), p, t), sk.ndcg_score(t, p, k=k))
    if k is None:
        hits = t > 0
        precisions = [sk.average_precision_score(h, s) if h.any() else 0.0
                      for h, s in zip(hits, p, strict=True)]  # fmt: skip
        assert_allclose(both_ways(MeanAveragePrecision, p, hits), np.mean(precisions))
    first = [np.flatnonzero(row[np.argsort(-s)] > 0) for row, s in zip(t, p, strict=True)]
    limit = k or 6
    ranks = [1 / (f[0] + 1) if len(f) and f[0] < limit else 0 for f in first]
    assert_allclose(both_ways(lambda: ReciprocalRank(k), p, t), np.mean(ranks))
    assert_allclose(both_ways(lambda: HitRate(k), p, t), np.mean([r > 0 for r in ranks]))


def test_degenerate_cases():
    assert MatthewsCorrelation()([0, 0], [0, 0]) == 0.0
    assert np.isnan(CohenKappa()([0, 0], [0, 0]))
    assert np.isnan(RocAuc()([0.5, 0.6], [1, 1]))
    assert AveragePrecision()([0.5], [0]) == 0.0
    assert ExplainedVariance()([1.0, 2.0], [3.0, 3.0]) == 0.0
    assert ExplainedVariance()([2.0, 2.0], [3.0, 3.0]) == 1.0
    empty = np.zeros(0)
    for kind in (BalancedAccuracy, MatthewsCorrelation, CohenKappa, Brier, CalibrationError, RocAuc,
                 AveragePrecision, ExplainedVariance, QuantileLoss):  # fmt: skip
        assert np.isnan(kind()(empty, empty))


def test_the_loss_says_what_brier_reads():
    scores, t = RNG.normal(size=(6, 3)), RNG.integers(3, size=6)
    assert metric("brier", loss="cross_entropy")(scores, t) == Brier(logits=True)(scores, t)
    assert metric("ece", loss="binary_cross_entropy").logits is False


def test_baselines_of_shares_and_scores():
    names = ["balanced_accuracy", "mcc", "kappa", "brier", "top_k", "roc_auc", "ndcg", "mape"]
    found = baseline([0, 1, 1, 1], [0, 1], metrics=names).scores
    assert list(found) == names[:6]
    assert found["balanced_accuracy"] == 0.5
    assert found["roc_auc"] == 0.5
    assert found["mcc"] == found["kappa"] == 0.0
    assert found["brier"] == pytest.approx(((2 * 0.75**2) + (2 * 0.25**2)) / 2)
    assert list(baseline([1.0, 2.0], metrics=["mape", "mcc", "quantile"]).scores) == [
        "mape", "quantile"
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "error", "text"), [
    (lambda: TopK(0), ArgumentError, "at least 1 is wanted, not 0"),
    (lambda: HitRate(0), ArgumentError, "at least 1 is wanted, not 0"),
    (lambda: CalibrationError(0), ArgumentError, "at least 1 is wanted, not 0"),
    (lambda: FBeta(0.0), ArgumentError, "beta must be above 0, but is 0.0"),
    (lambda: QuantileLoss(2.0), ArgumentError, "a quantile lies between 0 and 1, but is 2.0"),
    (lambda: TopK(1)([1, 0], [1, 0]), ShapeError, "the prediction (2,) and the target (2,)"),
    (lambda: Brier()([1.5], [1]), ArgumentError, "a probability lies between 0 and 1, but 1.5"),
    (lambda: Brier()([[0.5, 0.5]], [2]), ArgumentError, "class 2 does not exist among 2 classes"),
    (lambda: RocAuc()([0.5], [2]), ArgumentError, "class 2 does not exist among 2 classes"),
    (lambda: RocAuc()([np.nan], [1]), ArgumentError, "a prediction that is NaN has no class"),
    (lambda: roc_curve([0.5], [1]), ArgumentError, "a curve needs both yes and no"),
    (lambda: roc_curve([], []), ArgumentError, "a curve needs both yes and no"),
    (lambda: precision_recall_curve([0.5], [0]), ArgumentError, "a curve needs both yes and no"),
    (lambda: Ndcg()([[1.0]], [1.0]), ShapeError, "the prediction (1, 1) and the target (1,)"),
])  # fmt: skip
def test_refusals(code, error, text):
    with pytest.raises(error) as caught:
        code()
    assert str(caught.value).startswith(text)
