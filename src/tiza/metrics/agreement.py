"""Agreement of classes beyond accuracy: balanced, top-k, F-beta, kappa, Matthews, Brier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.metrics.base import Array, Mean, array, spread
from tiza.metrics.classification import ConfusionMatrix, Precision
from tiza.metrics.labels import Task, class_axis, labels, whole


def probabilities(prediction: Array, target: Array, logits: bool) -> Array:
    """The predictions as probabilities in float64, from logits by softmax or the sigmoid."""
    p = prediction.astype(np.float64)
    if logits and p.ndim == target.ndim + 1:
        axis = class_axis(p.shape, target.shape)
        powers = np.exp(p - p.max(axis=axis, keepdims=True))
        p = powers / powers.sum(axis=axis, keepdims=True)
    elif logits:
        p = np.exp(-np.logaddexp(0, -p))
    outside = (p < 0) | (p > 1)
    if outside.any():
        raise ArgumentError("metric-probability", got=p[outside].flat[0])
    return p


class TopK(Mean):
    """Share of the examples whose true class is among the k largest scores.

    Use it where many classes are alike, or a person chooses from a short list. Weak side: says
    nothing about the order within the k. Ties go to the smaller class.

    Shapes: prediction (n, classes, …), target (n, …).
    Source: Russakovsky et al. 2015, arXiv:1409.0575, section 4.1 (as an error, k = 5).

    >>> TopK(2)([[0.1, 0.3, 0.6], [0.5, 0.3, 0.2]], [1, 2])
    0.5
    """

    name = "top_k"
    better: ClassVar[Literal["max", "min"]] = "max"

    def __init__(self, k: int = 5) -> None:
        if k < 1:
            raise ArgumentError("metric-k", got=k)
        self.k = k
        super().__init__()

    def each(self, prediction: Array, target: Array) -> Array:
        """1 where the true class is among the k."""
        if prediction.ndim != target.ndim + 1:
            raise ShapeError("metric-shapes", prediction=prediction.shape, target=target.shape)
        scores = np.moveaxis(prediction, class_axis(prediction.shape, target.shape), -1)
        best = np.argsort(-scores, axis=-1, kind="stable")[..., : self.k]
        found = np.any(best == whole(target)[..., None], axis=-1)
        return np.where(np.isnan(scores).any(axis=-1), np.nan, found)  # as with any mean


class BalancedAccuracy(ConfusionMatrix):
    """Mean over the classes of the share that was found: accuracy if all were equally common.

    (1/C) Σ TPₖ / tₖ, tₖ being how often class k is true. Use it where classes are of unlike size:
    always saying the commonest gives 1/C. Weak side: a rare class with few examples is as loud as
    a common one.

    Source: Brodersen et al. 2010, ICPR; scikit-learn's convention for classes that do not occur.

    >>> BalancedAccuracy()([0, 0, 0, 0], [0, 0, 0, 1])
    0.5
    """

    name = "balanced_accuracy"

    def compute(self) -> float:
        """The mean recall of the classes that occur."""
        matrix = self.state["matrix"]
        true = matrix.sum(axis=1)
        found = np.diag(matrix)[true > 0] / true[true > 0]
        return float(found.mean()) if found.size else float("nan")


class FBeta(Precision):
    """(1 + β²) TP / ((1 + β²) TP + β² FN + FP): F1 with recall β times as dear as precision.

    Use it where a miss costs β times as much as a false alarm. Weak side: looks at positives only,
    so that true negatives do not count. Options as `Precision`.

    Source: van Rijsbergen 1979, Information Retrieval, ch. 7.

    >>> round(FBeta(beta=2.0)([0, 1, 1, 1], [0, 1, 0, 1]), 4)
    0.9091
    """

    name = "fbeta"

    def __init__(self, beta: float = 1.0, **options: Any) -> None:
        if beta <= 0:
            raise ArgumentError("metric-beta", got=beta)
        self.beta = beta
        super().__init__(**options)

    def fraction(self, hit: Array, called: Array, true: Array) -> tuple[Array, Array]:
        """Numerator and denominator of one class."""
        square = self.beta**2
        return (1 + square) * hit, called + square * true


class MatthewsCorrelation(ConfusionMatrix):
    """Correlation of predicted and true classes: 1 perfect, 0 chance, −1 always wrong.

    (c s − Σ pₖ tₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)), c right of s, pₖ and tₖ how often class k was
    predicted and true; 0 where only one class occurs. Use it as one number for classes of unlike
    size: it is high only if all four counts of the confusion matrix are good. Weak side: harder
    to explain than shares.

    Source: Matthews 1975, BBA 405; several classes by Gorodkin 2004, Comput. Biol. Chem. 28.

    >>> MatthewsCorrelation()([0, 1, 1, 1], [0, 1, 0, 1])
    0.5773502691896258
    """

    name = "mcc"

    def compute(self) -> float:
        """The correlation."""
        matrix = self.state["matrix"]
        s, c = matrix.sum(), np.trace(matrix)
        p, t = matrix.sum(axis=0), matrix.sum(axis=1)
        if not s:
            return float("nan")
        spread = (s**2 - p @ p) * (s**2 - t @ t)
        return float((c * s - p @ t) / np.sqrt(spread)) if spread > 0 else 0.0


class CohenKappa(ConfusionMatrix):
    """Agreement beyond what chance gives: (o − e)/(1 − e), o observed and e expected accuracy.

    κ = 1 − Σ wᵢⱼ oᵢⱼ / Σ wᵢⱼ eᵢⱼ, where each disagreement counts wᵢⱼ = 1; for classes that
    have an order, `weights="linear"` counts |i − j| and `"quadratic"` (i − j)².

    NaN where chance alone is always right. Use it to compare two people who label, or a model with
    one. Weak side: depends on how common the classes are, so that values of different data sets
    do not compare.

    Source: Cohen 1960, Educ. Psychol. Meas. 20; weights by Cohen 1968, Psychol. Bull. 70.

    >>> CohenKappa()([0, 1, 1, 1], [0, 1, 0, 1])
    0.5
    >>> round(CohenKappa("quadratic")([0, 1, 2, 1], [0, 1, 2, 2]), 4)
    0.8
    """

    name = "kappa"

    def __init__(self, weights: str | None = None, **options: Any) -> None:
        if weights not in (None, "linear", "quadratic"):
            raise ArgumentError("choice-unknown", name="weights", got=weights,
                                known="None, linear, quadratic")  # fmt: skip
        self.weights = weights
        super().__init__(**options)

    def compute(self) -> float:
        """The agreement beyond chance."""
        matrix = self.state["matrix"]
        s = matrix.sum()
        if not s:
            return float("nan")
        chance = np.outer(matrix.sum(axis=1), matrix.sum(axis=0)) / s
        steps = np.abs(np.subtract.outer(np.arange(len(matrix)), np.arange(len(matrix))))
        price = {None: steps > 0, "linear": steps, "quadratic": steps**2}[self.weights]
        expected = np.sum(price * chance)
        return float(1 - np.sum(price * matrix) / expected) if expected else float("nan")


class Brier(Mean):
    """Mean squared distance of probabilities from the truth.

    For yes or no, (p − t)²; for several classes, Σ over classes (p_c − 1[c = t])². Use it where the
    probabilities themselves are used: it is least for the true ones. Weak side: hardly notices
    a wrong 0.001 for a rare event, which the log loss punishes.

    Source: Brier 1950, Monthly Weather Review 78.

    >>> Brier()([0.9, 0.2], [1, 0])
    0.025
    """

    name = "brier"
    better: ClassVar[Literal["max", "min"]] = "min"

    def __init__(self, *, logits: bool = False) -> None:
        self.logits = logits
        super().__init__()

    def each(self, prediction: Array, target: Array) -> Array:
        """The squared distance of every entry."""
        truth = whole(target)
        p = probabilities(prediction, truth, self.logits)
        if p.shape == truth.shape:
            error: Array = p - truth
            return error**2
        p = np.moveaxis(p, class_axis(p.shape, truth.shape), -1)
        if truth.size and not 0 <= truth.min() <= truth.max() < p.shape[-1]:
            raise ArgumentError("metric-class-range", got=truth.max(), classes=p.shape[-1])
        distance: Array = ((p - np.eye(p.shape[-1])[truth]) ** 2).sum(axis=-1)
        return distance


class CalibrationError(Mean):
    """Expected calibration error: Σ over bins of (share) · |accuracy − mean confidence|.

    Use it to see whether "0.9" is right nine times in ten. Weak side: depends on the bins, and the
    share of each class as a constant answer is perfectly calibrated.

    Shapes: prediction (n, classes) or (n) of probabilities, target (n).
    Source: Naeini, Cooper & Hauskrecht 2015, AAAI; Guo et al. 2017, arXiv:1706.04599, eq. 3.

    >>> round(CalibrationError()([0.9, 0.9], [1, 0]), 4)
    0.4
    """

    name = "ece"
    better: ClassVar[Literal["max", "min"]] = "min"

    def __init__(self, bins: int = 10, *, task: Task | None = None, logits: bool = False) -> None:
        if bins < 1:
            raise ArgumentError("metric-k", got=bins)
        self.bins, self.task, self.logits = bins, task, logits
        super().__init__()

    def zero(self) -> dict[str, Array]:
        """Per bin: how many, how many right, summed confidence."""
        return {key: np.zeros(self.bins) for key in ("count", "right", "confidence")}

    def each(self, prediction: Array, target: Array) -> Array:
        """The confidence of every example; which bin it falls into follows from it."""
        if prediction.ndim == target.ndim + 1:
            sure: Array = np.max(prediction, axis=class_axis(prediction.shape, target.shape))
            return sure
        both: Array = np.maximum(prediction, 1 - prediction)
        return both

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Sort the examples into bins of confidence."""
        t = array(target)
        p = probabilities(array(prediction), t, self.logits)
        predicted, true = labels(p, t, task=self.task, logits=False)
        sure = self.each(p, true).ravel()
        weights = spread(weight, true.shape).ravel()
        place = np.clip(np.ceil(sure * self.bins).astype(int) - 1, 0, self.bins - 1)
        sums = {"count": weights, "right": weights * (predicted == true).ravel(),
                "confidence": weights * sure}  # fmt: skip
        self.state = {
            key: self.state[key] + np.bincount(place, value, minlength=self.bins)
            for key, value in sums.items()
        }

    def compute(self) -> float:
        """The error over everything since the last reset."""
        total = self.state["count"].sum()
        gaps = np.abs(self.state["right"] - self.state["confidence"]).sum()
        return float(gaps / total) if total else float("nan")
