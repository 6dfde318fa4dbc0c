"""Classification figures agree with scikit-learn, in batches as in one go."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tiza.errors import ArgumentError, ShapeError
from tiza.metrics import (
    F1,
    Accuracy,
    ConfusionMatrix,
    LogLoss,
    Metric,
    Precision,
    Recall,
    accuracy,
    confusion_matrix,
    f1_score,
    log_loss,
    precision,
    recall,
)

sk = pytest.importorskip("sklearn.metrics")
PAIRS = [(Precision, sk.precision_score), (Recall, sk.recall_score), (F1, sk.f1_score)]


def draw(classes: int, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(classes, size=n), rng.integers(classes, size=n), rng.random(n)


def in_batches(metric: Metric, p: np.ndarray, t: np.ndarray, w: np.ndarray | None = None) -> object:
    for part in np.array_split(np.arange(len(t)), 5):
        metric.update(p[part], t[part], None if w is None else w[part])
    return metric.compute()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("average", ["binary", "micro", "macro", "weighted"])
@pytest.mark.parametrize(("kind", "peer"), PAIRS)
@pytest.mark.parametrize("classes", [2, 5])
def test_averages_agree_with_scikit_learn(kind, peer, average, classes, weighted):
    if average == "binary" and classes > 2:
        p, t, _ = draw(classes, 40)
        with pytest.raises(ArgumentError, match="one class against the rest"):
            kind(average="binary")(p, t)
        return
    p, t, w = draw(classes, 83)
    weight = w if weighted else None
    wanted = peer(t, p, average=average, sample_weight=weight)
    assert_allclose(kind(average=average)(p, t, weight), wanted, rtol=1e-12)
    assert_allclose(in_batches(kind(average=average), p, t, weight), wanted, rtol=1e-12)


@pytest.mark.parametrize("zero", [0.0, 1.0])
@pytest.mark.parametrize("average", ["binary", "micro", "macro", "weighted"])
@pytest.mark.parametrize(("kind", "peer"), PAIRS)
@pytest.mark.parametrize(
    ("p", "t"),
    [
        ([0, 0], [0, 0]),
        ([1, 1], [1, 1]),
        ([1, 1], [0, 0]),
        ([0, 0, 0], [1, 1, 1]),
        ([1], [1]),
        ([0, 1], [0, 0]),
    ],
)
def test_degenerate_cases_agree_with_scikit_learn(kind, peer, p, t, average, zero):
    wanted = peer(t, p, average=average, zero_division=zero)
    assert_allclose(kind(average=average, zero_division=zero)(p, t), wanted, rtol=1e-12)


@pytest.mark.parametrize(("kind", "peer"), PAIRS)
def test_a_class_without_answer_is_left_out_by_nan(kind, peer):
    p, t = [0, 0, 2, 1], [0, 0, 3, 1]
    wanted = peer(t, p, average="macro", zero_division=np.nan)
    assert_allclose(kind(average="macro", zero_division=np.nan)(p, t), wanted, rtol=1e-12)


@pytest.mark.parametrize(("kind", "peer"), PAIRS)
def test_by_class(kind, peer):
    p, t, _ = draw(4, 50)
    metric = kind()
    metric.update(p, t)
    assert_allclose(metric.by_class(), peer(t, p, average=None), rtol=1e-12)


def test_auto_is_binary_for_two_classes_and_macro_for_more():
    p, t, _ = draw(2, 30)
    assert_allclose(f1_score(p, t), sk.f1_score(t, p))
    p, t, _ = draw(3, 30)
    assert_allclose(f1_score(p, t), sk.f1_score(t, p, average="macro"))


@pytest.mark.parametrize("function", [accuracy, precision, recall, f1_score, log_loss])
def test_nothing_gives_nan(function):
    assert np.isnan(function(np.zeros(0, int), np.zeros(0, int)))


def test_an_empty_confusion_matrix_has_the_classes_it_was_told():
    assert confusion_matrix(np.zeros((0, 3)), np.zeros(0, int)).tolist() == [[0] * 3] * 3


def test_confusion_matrix_agrees_and_grows():
    p, t, w = draw(6, 60)
    t[:20] %= 2
    p[:20] %= 2
    assert_allclose(in_batches(ConfusionMatrix(), p, t), sk.confusion_matrix(t, p))
    assert_allclose(
        in_batches(ConfusionMatrix(), p, t, w), sk.confusion_matrix(t, p, sample_weight=w)
    )
    assert confusion_matrix(p, t).dtype == np.int64


def test_accuracy_reads_what_networks_put_out():
    scores = np.array([[0.1, 2.0, 0.3], [3.0, 0.2, 0.1], [0.0, 1.0, 4.0]])
    assert accuracy(scores, [1, 0, 0]) == pytest.approx(2 / 3)
    assert accuracy(scores, np.eye(3)[[1, 0, 0]]) == pytest.approx(2 / 3)
    assert accuracy([0.6, 0.4], [1, 1]) == 0.5
    assert accuracy([[0.6], [0.4]], [[1.0], [0.0]]) == 1.0
    assert accuracy([3.0, 0.4, -1.0], [1, 1, 0]) == 1.0
    assert accuracy([0.4, 0.2], [1, 0], logits=True) == 0.5
    assert accuracy([True, False], [1, 1]) == 0.5
    assert accuracy([[0.9, 0.2], [0.8, 0.7]], [[1, 0], [1, 0]], task="binary") == 0.75
    assert accuracy([[0.3], [0.1]], [0, 0], task="classes") == 1.0


def test_the_axis_of_classes_is_the_second_as_in_pytorch_or_else_the_last():
    rng = np.random.default_rng(0)
    target = rng.integers(4, size=(5, 7))
    one_hot = np.eye(4)[target]
    assert accuracy(one_hot, target) == 1.0
    assert accuracy(np.moveaxis(one_hot, -1, 1), target) == 1.0


def test_ignored_targets_do_not_count():
    assert accuracy(np.eye(3), [0, -100, 1], ignore_index=-100) == 0.5
    assert confusion_matrix(np.eye(3), [0, -100, 1], ignore_index=-100).sum() == 2


def test_a_broken_prediction_never_counts_as_right():
    broken = np.array([[np.nan, 1.0], [0.0, 1.0]])
    assert np.isnan(accuracy(broken, [0, 1]))
    with pytest.raises(ArithmeticError, match="a prediction that is NaN has no class"):
        confusion_matrix(broken, [0, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("classes", [2, 4])
def test_log_loss_agrees_with_scikit_learn(classes, dtype):
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(30, classes)).astype(dtype)
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    shares[0] = np.eye(classes)[0]
    t = rng.integers(classes, size=30)
    t[0] = 1  # certain and wrong
    wanted = sk.log_loss(t, shares, labels=range(classes))
    rtol = 1e-12 if dtype is np.float64 else 1e-5
    assert_allclose(in_batches(LogLoss(), shares, t), wanted, rtol=rtol)
    if classes == 2:
        assert_allclose(
            log_loss(shares[1:, 1], t[1:]), sk.log_loss(t[1:], shares[1:, 1]), rtol=1e-6
        )


def test_log_loss_of_huge_logits_is_exact():
    assert log_loss(np.float32([[1e4, -1e4]]), [1], logits=True) == 2e4
    assert log_loss(np.float32([1e4, -1e4]), [1, 1], logits=True) == 5e3


def test_a_stream_is_saved_and_goes_on():
    p, t, _ = draw(3, 20)
    for kind in (Accuracy, ConfusionMatrix, F1):
        whole, half = kind(), kind()
        whole.update(p, t)
        half.update(p[:7], t[:7])
        other = kind()
        other.load_state_dict(half.state_dict())
        other.update(p[7:], t[7:])
        assert_allclose(other.compute(), whole.compute())
        other.reset()
        other.update(p, t)
        assert_allclose(other.compute(), whole.compute())


@pytest.mark.parametrize(
    ("p", "t", "error", "text"),
    [
        (
            [0.1, 0.2],
            [[0], [1]],
            ShapeError,
            "the prediction (2,) and the target (2, 1) must have the same shape, or the prediction "
            "one axis of classes more\n    fix: give both the same shape, e.g. "
            "prediction.reshape(target.shape)",
        ),
        (
            [[0.1], [0.2]],
            [0, 1],
            ShapeError,
            "a prediction (2, 1) with one column for targets (2,) is either one yes-or-no "
            'figure or a single class\n    fix: squeeze the column away, or say task="classes"',
        ),
        (
            [0, 1],
            [0.5, 1.0],
            ArgumentError,
            "classes are whole numbers, but 0.5 is among them\n    fix: give classes 0, 1, 2, …, "
            "or use a regression metric such as mse",
        ),
    ],
)
def test_what_does_not_fit_is_refused(p, t, error, text):
    with pytest.raises(error) as caught:
        accuracy(p, t)
    assert str(caught.value) == text


def test_wrong_options_are_refused():
    with pytest.raises(ArgumentError, match="there is no average 'mean'"):
        F1(average="mean")
    with pytest.raises(ArgumentError, match="counted from 0, but -1"):
        confusion_matrix([0, 1], [-1, 1])
    with pytest.raises(ArgumentError, match=r"between 0 and 1, but 2\.0"):
        log_loss([2.0], [1])
    with pytest.raises(ArgumentError, match="class 3 does not exist among 2 classes"):
        log_loss([[0.5, 0.5]], [3])
    with pytest.raises(TypeError, match="a metric takes numbers"):
        accuracy(["a"], ["b"])
    with pytest.raises(ShapeError, match="one number per example"):
        accuracy([1, 0], [1, 0], [1.0])


def test_every_pair_of_streams_merges_like_one():
    p, t, w = draw(3, 12)
    for kind, cut in itertools.product((Accuracy, Precision, Recall), (0, 1, 6, 12)):
        metric = kind()
        for part in (slice(0, cut), slice(cut, 12)):
            metric.update(p[part], t[part], w[part])
        assert_allclose(metric.compute(), kind()(p, t, w))
