"""Every metric against scikit-learn on inputs drawn at random: ties, one class, weights of zero."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tiza import metrics as m

sklearn = pytest.importorskip("sklearn")
sk = pytest.importorskip("sklearn.metrics")
calibration = pytest.importorskip("sklearn.calibration")
SWEEP = settings(max_examples=60, derandomize=True, deadline=None)
Drawn = tuple[np.ndarray, np.ndarray, np.ndarray | None]


def weights(draw: st.DrawFn, n: int) -> np.ndarray | None:
    kind = draw(st.sampled_from(["none", "some", "zeros"]))
    if kind == "none":
        return None
    found = np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), float) / 2
    return found + 0.25 if kind == "some" else found


@st.composite
def of_classes(draw: st.DrawFn) -> Drawn:
    """Predicted and true classes of up to four, often fewer than four of them present."""
    n, k = draw(st.integers(1, 24)), draw(st.integers(1, 4))
    row = st.lists(st.integers(0, k - 1), min_size=n, max_size=n)
    return np.array(draw(row)), np.array(draw(row)), weights(draw, n)


@st.composite
def of_scores(draw: st.DrawFn) -> Drawn:
    """Scores from 0 to 1 in tenths, so that many are equal, and yes or no."""
    n = draw(st.integers(1, 24))
    p = np.array(draw(st.lists(st.integers(0, 10), min_size=n, max_size=n))) / 10
    t = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    return p, t, weights(draw, n)


@st.composite
def of_shares(draw: st.DrawFn) -> Drawn:
    """Probabilities of two to four classes, and the true ones."""
    n, k = draw(st.integers(1, 20)), draw(st.integers(2, 4))
    raw = draw(st.lists(st.integers(0, 9), min_size=n * k, max_size=n * k))
    p = np.array(raw).reshape(n, k) + 0.1
    t = np.array(draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
    return p / p.sum(axis=1, keepdims=True), t, weights(draw, n)


@st.composite
def of_numbers(draw: st.DrawFn) -> Drawn:
    """Predicted and true numbers of one or three outputs, often equal, sometimes constant."""
    n, width = draw(st.integers(1, 20)), draw(st.sampled_from([(), (3,)]))
    size = n * int(np.prod(width, dtype=int))
    p, t = (np.array(draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size)), float)
            for _ in range(2))  # fmt: skip
    if draw(st.booleans()):
        t[:] = t[0]
    return p.reshape(n, *width) / 2, t.reshape(n, *width), weights(draw, n)


def quietly(peer: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """scikit-learn's answer without its warnings; None where it refuses.

    What it checks of each argument takes longer than its figures, and is not what is compared.
    """
    unchecked = sklearn.config_context(skip_parameter_validation=True, assume_finite=True)
    with warnings.catch_warnings(), np.errstate(all="ignore"), unchecked:
        warnings.simplefilter("ignore")
        try:
            return peer(*args, **options)
        except (ValueError, ZeroDivisionError):
            return None


def weighted(peer: Callable[..., Any], drawn: Drawn, **options: Any) -> Any:
    """scikit-learn's answer for what was drawn, with its weights where there are some."""
    p, t, w = drawn
    assume(w is None or w.sum() > 0)
    given_weights = {} if w is None else {"sample_weight": w}
    return quietly(peer, t, p, **given_weights, **options)


def assert_equals(kind: Callable[[], m.Metric], wanted: Any, drawn: Drawn) -> None:
    """The wanted number at once and in batches; NaN where there is none."""
    p, t, w = drawn
    parts = kind()
    for at in np.array_split(np.arange(len(t)), 3):
        parts.update(p[at], t[at], None if w is None else w[at])
    whole = kind()(p, t, w)
    assert_allclose(parts.compute(), whole, rtol=1e-9, atol=1e-12)
    if wanted is None:
        assert not np.isfinite(whole)
    else:
        assert_allclose(whole, wanted, rtol=1e-9, atol=1e-12)


def assert_agree(kind: Callable[[], m.Metric], peer: Callable[..., Any], drawn: Drawn,
                 **options: Any) -> None:  # fmt: skip
    """The same number as scikit-learn's; NaN where it has no answer."""
    assert_equals(kind, weighted(peer, drawn, **options), drawn)


ALL_LABELS = {"labels": [0, 1, 2, 3]}
FIXED: dict[str, tuple[Callable[[], m.Metric], Callable[..., Any], dict[str, Any]]] = {
    "accuracy": (m.Accuracy, sk.accuracy_score, {}),
    "zero_one": (m.ZeroOneLoss, sk.zero_one_loss, {}),
    "hamming": (m.Hamming, sk.hamming_loss, {}),
    "balanced": (m.BalancedAccuracy, sk.balanced_accuracy_score, {}),
    "mcc": (m.MatthewsCorrelation, sk.matthews_corrcoef, {}),
    "kappa": (m.CohenKappa, sk.cohen_kappa_score, {}),
    "linear kappa": (lambda: m.CohenKappa("linear"), sk.cohen_kappa_score,
                     {"weights": "linear", **ALL_LABELS}),
    "quadratic kappa": (lambda: m.CohenKappa("quadratic"), sk.cohen_kappa_score,
                        {"weights": "quadratic", **ALL_LABELS}),
    "confusion": (lambda: m.ConfusionMatrix(4), sk.confusion_matrix, ALL_LABELS),
}  # fmt: skip


@pytest.mark.parametrize("name", FIXED)
@SWEEP
@given(drawn=of_classes())
def test_classes(name: str, drawn: Drawn) -> None:
    kind, peer, options = FIXED[name]
    assert_agree(kind, peer, drawn, **options)


@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
@pytest.mark.parametrize("zero", [0.0, 1.0, np.nan])
@SWEEP
@given(drawn=of_classes())
def test_averages_over_classes(average: str, zero: float, drawn: Drawn) -> None:
    p, t, w = drawn
    if w is not None:  # scikit-learn averages over classes that only weights of 0 have
        assume(w.any())
        drawn = p[w > 0], t[w > 0], w[w > 0]
        whole = m.F1(average=average, zero_division=zero)(p, t, w)
        assert_allclose(m.F1(average=average, zero_division=zero)(*drawn), whole)
    options = {"average": average, "zero_division": zero}
    peer = sk.precision_recall_fscore_support  # precision_score and the others are parts of it
    precision, recall, f1, _ = weighted(peer, drawn, **options) or 4 * [None]
    assert_equals(lambda: m.Precision(**options), precision, drawn)
    assert_equals(lambda: m.Recall(**options), recall, drawn)
    assert_equals(lambda: m.F1(**options), f1, drawn)
    assert_agree(lambda: m.FBeta(2.0, **options), sk.fbeta_score, drawn, beta=2.0, **options)


@pytest.mark.parametrize("pos_label", [0, 1])
@SWEEP
@given(drawn=of_scores())
def test_yes_or_no(pos_label: int, drawn: Drawn) -> None:
    p, t, w = drawn
    drawn = (p > 0.5).astype(int), t, w
    only = {"labels": [pos_label], "average": "micro", "zero_division": 0.0}
    wanted = weighted(sk.precision_recall_fscore_support, drawn, **only) or 4 * [None]
    for kind, figure in zip((m.Precision, m.Recall, m.F1), wanted[:3], strict=True):
        assert_equals(
            lambda kind=kind: kind(average="binary", pos_label=pos_label, num_classes=2),
            figure,
            drawn,
        )


@SWEEP
@given(drawn=of_scores())
def test_scores_with_ties(drawn: Drawn) -> None:
    p, t, w = drawn
    assert_agree(m.RocAuc, sk.roc_auc_score, drawn)
    assert_agree(m.AveragePrecision, sk.average_precision_score, drawn)
    assert_agree(m.Brier, sk.brier_score_loss, drawn)
    assert_agree(m.LogLoss, lambda t, p, **more: sk.log_loss(t, p, labels=[0, 1], **more), drawn)
    if w is None and 0 < t.sum() < len(t):
        x, y, at = sk.roc_curve(t, p, drop_intermediate=False)
        ours = m.roc_curve(p, t)
        assert_allclose(ours.x, x)
        assert_allclose(ours.y, y)
        assert_allclose(ours.thresholds, at)
        precision, recall, at = sk.precision_recall_curve(t, p)
        ours = m.precision_recall_curve(p, t)
        assert_allclose(ours.x[::-1], recall[:-1])
        assert_allclose(ours.y[::-1], precision[:-1])
        assert_allclose(ours.thresholds[::-1], at)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@SWEEP
@given(drawn=of_scores(), bins=st.integers(1, 6))
def test_reliability(strategy: str, drawn: Drawn, bins: int) -> None:
    p, t, _ = drawn
    wanted = quietly(calibration.calibration_curve, t, p, n_bins=bins, strategy=strategy)
    found = m.reliability_curve(p, t, bins, strategy)
    if wanted is not None:
        assert_allclose(found.frequency, wanted[0])
        assert_allclose(found.confidence, wanted[1])


@SWEEP
@given(drawn=of_shares())
def test_shares_of_classes(drawn: Drawn) -> None:
    p, t, w = drawn
    labels = list(range(p.shape[1]))
    assert_agree(m.LogLoss, lambda t, p, **more: sk.log_loss(t, p, labels=labels, **more), drawn)
    if len(labels) > 2:
        apart = p - 1e-6 * np.arange(len(labels)), t, w  # equal scores: there the last class, here
        assert_agree(lambda: m.TopK(2), sk.top_k_accuracy_score, apart, k=2, labels=labels)
        assert m.TopK(2)(p, t, w) == m.TopK(2)(*apart)  # the first
    if len(labels) > 2 and len(np.unique(t)) == len(labels):
        peer = sk.roc_auc_score
        assert_agree(m.RocAucOfClasses, peer, drawn, multi_class="ovr", labels=labels)
        if w is None:
            each = functools.partial(m.RocAucOfClasses, "ovo")
            assert_agree(each, peer, drawn, multi_class="ovo", labels=labels)


@SWEEP
@given(drawn=of_numbers())
def test_numbers(drawn: Drawn) -> None:
    assert_agree(m.MeanSquaredError, sk.mean_squared_error, drawn)
    assert_agree(m.MeanAbsoluteError, sk.mean_absolute_error, drawn)
    assert_agree(m.MeanAbsolutePercentageError, sk.mean_absolute_percentage_error, drawn)
    assert_agree(lambda: m.QuantileLoss(0.8), sk.mean_pinball_loss, drawn, alpha=0.8)
    assert_agree(m.R2, sk.r2_score, drawn)
    if drawn[1].ndim == 1:
        assert_agree(m.RootMeanSquaredError, sk.root_mean_squared_error, drawn)
    if len(drawn[1]) > 1:
        assert_agree(m.ExplainedVariance, sk.explained_variance_score, drawn)


@pytest.mark.parametrize("k", [None, 1, 2, 10])
@SWEEP
@given(n=st.integers(1, 6), items=st.integers(2, 6), data=st.data())
def test_rankings_with_ties(k: int | None, n: int, items: int, data: st.DataObject) -> None:
    entries = st.lists(st.integers(0, 3), min_size=n * items, max_size=n * items)
    p, t = (np.array(data.draw(entries), float).reshape(n, items) for _ in range(2))
    drawn = p, t, weights(data.draw, n)
    assert_agree(lambda: m.Ndcg(k), sk.ndcg_score, drawn, k=k)


@SWEEP
@given(n=st.integers(1, 6), items=st.integers(2, 6), data=st.data())
def test_precision_of_rankings(n: int, items: int, data: st.DataObject) -> None:
    p = np.stack([data.draw(st.permutations(range(items))) for _ in range(n)]).astype(float)
    t = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n * items, max_size=n * items)))
    t = t.reshape(n, items)
    t[:, 0] = 1  # a row without anything relevant counts 1 there and 0 here
    drawn = p, t, weights(data.draw, n)
    assert_agree(m.MeanAveragePrecision, sk.label_ranking_average_precision_score, drawn)


@SWEEP
@given(drawn=of_classes())
def test_groupings(drawn: Drawn) -> None:
    p, t, _ = drawn
    assert_agree(m.AdjustedRand, sk.adjusted_rand_score, (p, t, None))
    assert_agree(m.MutualInformation, sk.normalized_mutual_info_score, (p, t, None))
    points = np.stack([p, t * 2, p * t], axis=1).astype(float)
    if 2 <= len(np.unique(t)) < len(t):
        assert_allclose(m.silhouette(points, t), sk.silhouette_score(points, t), atol=1e-12)


@SWEEP
@given(n=st.integers(1, 8), labels=st.integers(2, 4), data=st.data())
def test_several_labels(n: int, labels: int, data: st.DataObject) -> None:
    entries = st.lists(st.integers(0, 1), min_size=n * labels, max_size=n * labels)
    p, t = (np.array(data.draw(entries)).reshape(n, labels) for _ in range(2))
    w = weights(data.draw, n)
    assert_agree(m.Hamming, sk.hamming_loss, (p, t, w))
    assert_agree(m.ZeroOneLoss, sk.zero_one_loss, (p, t, w))


@pytest.mark.parametrize("name", ["accuracy", "zero_one", "hamming", "balanced_accuracy", "mcc",
                                  "kappa", "precision", "recall", "f1", "fbeta", "log_loss",
                                  "brier", "ece", "roc_auc", "average_precision", "mse", "rmse",
                                  "mae", "mape", "quantile", "r2", "explained_variance", "ari",
                                  "nmi"])  # fmt: skip
def test_nothing_has_no_figure(name: str) -> None:
    of_numbers = name in ("mse", "rmse", "mae", "mape", "quantile", "r2", "explained_variance")
    empty = np.zeros(0), np.zeros(0, float if of_numbers else int)
    if name in ("ari", "nmi", "balanced_accuracy", "mcc", "kappa", "precision", "recall", "f1"):
        empty = np.zeros(0, int), np.zeros(0, int)
    assert np.isnan(m.metric(name)(*empty))
    assert np.isnan(m.metric(name).compute())


def test_zero_one_of_signs() -> None:
    """1[t x ≤ 0]: what is neither is wrong, too."""
    x, t = np.array([0.5, -2.0, 0.0, 3.0]), np.array([1, 1, -1, -1])
    assert m.zero_one_loss(x, t) == 0.75
    assert m.zero_one_loss(x[:2], t[:2], [3.0, 1.0]) == 0.25
    assert m.zero_one_loss([[2.0, 1.0], [0.0, 1.0]], [0, 0]) == 0.5
    assert m.ZeroOneLoss(ignore_index=9)([1, 0, 0], [1, 1, 9]) == 0.5


@pytest.mark.parametrize("name", ["accuracy", "top_k", "hit_rate", "mrr", "ndcg", "map",
                                  "precision_at_k", "recall_at_k", "mse", "mae", "brier",
                                  "log_loss"])  # fmt: skip
def test_what_is_not_a_number_has_no_figure(name: str) -> None:
    p = np.array([[0.2, 0.8], [np.nan, 0.5]])
    classes = name in ("accuracy", "top_k", "brier", "log_loss")
    options = {"k": 1} if name.endswith("_k") or name == "hit_rate" else {}
    assert np.isnan(m.metric(name, **options)(p, np.array([1, 0]) if classes else p.round()))


def test_scores_without_end() -> None:
    """log 0 = −∞ is a score like any other."""
    scores = [-np.inf, -np.inf, 0.5, np.inf]
    assert m.RocAuc()(scores, [0, 1, 0, 1]) == 0.625
    assert m.metric("average_precision")(scores, [0, 1, 1, 1]) == 1 / 3 + 1 / 3 + 0.25
