"""Figures for several classes or labels at once: ROC areas, Hamming loss, reliability curves."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from tiza.errors import ArgumentError, NonFiniteError, ShapeError
from tiza.metrics.base import Array, Mean, Metric, array, same_shape, spread
from tiza.metrics.classification import Accuracy
from tiza.metrics.curves import RocAuc
from tiza.metrics.labels import whole

Against = Literal["ovr", "ovo"]


class RocAucOfClasses(Metric):
    """Mean area under the ROC curves of three or more classes.

    "ovr": each class against the rest, Σ AUC(c | rest) / C; changes with how common classes are.
    "ovo": each class against each other, Σ over i < j of (AUC(i | j) + AUC(j | i))/2 by the
    number of pairs, AUC(i | j) from the scores of class i on the examples of i and j.

    NaN where a class does not occur. Weak side: areas do not see whether scores are calibrated.

    Shapes: prediction (n, classes) scores, target (n) classes. All scores are kept.
    Source: Hand & Till 2001, Machine Learning 45, eq. 7 (ovo); Provost & Domingos 2000 (ovr).

    >>> RocAucOfClasses()([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6]], [0, 1, 2])
    1.0
    """

    name = "roc_auc_of_classes"
    better: ClassVar[Literal["max", "min"]] = "max"

    def __init__(self, against: Against = "ovr") -> None:
        if against not in ("ovr", "ovo"):
            raise ArgumentError("choice-unknown", name="against", got=against, known="ovr, ovo")
        self.against = against
        super().__init__()

    def zero(self) -> dict[str, Array]:
        """No scores."""
        return {"scores": np.zeros((0, 0)), "truth": np.zeros(0, np.int64), "weights": np.zeros(0)}

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Keep one batch."""
        scores, truth = array(prediction).astype(np.float64), whole(array(target))
        if scores.ndim != 2 or truth.shape != scores.shape[:1]:
            raise ShapeError("metric-shapes", prediction=scores.shape, target=truth.shape)
        classes = scores.shape[1]
        if truth.size and not 0 <= truth.min() <= truth.max() < classes:
            wrong = truth.min() if truth.min() < 0 else truth.max()
            raise ArgumentError("metric-class-range", got=wrong, classes=classes)
        if np.isnan(scores).any():
            raise NonFiniteError("metric-nan")
        before = self.state["scores"]
        before = before if len(before) else np.zeros((0, classes))
        if before.shape[1] != classes:
            raise ShapeError("metric-shapes", prediction=scores.shape, target=before.shape)
        new = {"scores": scores, "truth": truth, "weights": spread(weight, truth.shape)}
        old = {**self.state, "scores": before}
        self.state = {key: np.concatenate([old[key], rows]) for key, rows in new.items()}

    def compute(self) -> float:
        """The mean area."""
        scores, truth, weights = (self.state[key] for key in ("scores", "truth", "weights"))
        classes = range(scores.shape[1])
        if not len(scores):
            return math.nan
        if self.against == "ovr":
            areas = [RocAuc()(scores[:, c], truth == c, weights) for c in classes]
        else:
            areas = []
            for i in classes:
                for j in classes:
                    rows = (truth == i) | (truth == j)
                    if i != j:
                        areas.append(RocAuc()(scores[rows, i], truth[rows] == i, weights[rows]))
        return float(np.mean(areas)) if areas else math.nan


class Hamming(Accuracy):
    """Share of the labels that are wrong: 1 − accuracy, over every entry of every example.

    Use it where examples carry several labels: prediction and target (n, labels) of 0 and 1, or
    of scores with `task="binary"`. Weak side: rare labels make it small without any learning.

    Source: Schapire & Singer 2000, Machine Learning 39.

    >>> Hamming()([[1, 0, 1], [0, 0, 0]], [[1, 1, 1], [0, 0, 0]])
    0.16666666666666666
    """

    name = "hamming"
    better: ClassVar[Literal["max", "min"]] = "min"

    def compute(self) -> float:
        """The share that is wrong."""
        count = float(self.state["count"])
        return (count - float(self.state["total"])) / count if count else math.nan


class ZeroOneLoss(Accuracy):
    """Share of the examples that are wrong: 1[ŷ ≠ t]; of scores with targets ±1, 1[t x ≤ 0].

    The loss one means, and cannot learn by: its slope is 0 wherever it has one. The hinge, the
    logistic and the exponential loss stand in for it, being convex and above it. An example of
    several labels is wrong as soon as one of them is. Weak side: blind to how wrong.

    Shapes: as `Accuracy`.
    Source: Bartlett, Jordan & McAuliffe 2006, J. Am. Stat. Assoc. 101, on what stands in for it.

    >>> ZeroOneLoss()([0, 2, 1, 1], [0, 2, 2, 1])
    0.25
    >>> ZeroOneLoss()([-0.3, 2.0], [1, 1])
    0.5
    """

    name = "zero_one"
    better: ClassVar[Literal["max", "min"]] = "min"

    def each(self, prediction: Array, target: Array) -> Array:
        """1 where an example is wrong."""
        real = prediction.dtype.kind == "f" and prediction.shape == target.shape
        if real and (target == -1).any() and np.isin(target, (-1, 1)).all():
            wrong = target * prediction <= 0
        else:
            wrong = super().each(prediction, target) == 0
        return np.asarray(wrong.any(axis=tuple(range(1, wrong.ndim))))

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Add one batch; `weight` holds one number per example."""
        truth = array(target)
        if self.ignore_index is not None and truth.ndim == 1:
            weight = spread(weight, truth.shape) * (truth != self.ignore_index)
        Mean.update(self, prediction, truth, weight)


def zero_one_loss(
    prediction: object, target: object, weight: object = None, **options: Any
) -> float:
    """`ZeroOneLoss` of one batch.

    >>> zero_one_loss([1, 1], [1, 0])
    0.5
    """
    return float(ZeroOneLoss(**options)(prediction, target, weight))


class Reliability(NamedTuple):
    """Per bin of predicted probability: their mean, how often yes was true, how many."""

    confidence: Array
    frequency: Array
    counts: Array


def reliability_curve(
    prediction: object, target: object, bins: int = 10, strategy: str = "uniform"
) -> Reliability:
    """How often "yes" is true among examples that were given a like probability.

    A calibrated model lies on the diagonal: of what it calls 0.7, seven in ten are true. Bins are
    of equal width ("uniform") or of equal numbers ("quantile"); empty ones are left out.

    Weak side: bins of few examples are noisy.

    Shapes: prediction (n) probabilities, target (n) of 0 and 1 → three arrays, one entry a bin.
    Source: DeGroot & Fienberg 1983, The Statistician 32; scikit-learn's bins.

    >>> reliability_curve([0.1, 0.2, 0.9, 0.8], [0, 0, 1, 0], bins=2).frequency.tolist()
    [0.0, 0.5]
    """
    p, t = array(prediction).astype(np.float64), whole(array(target))
    same_shape(p, t)
    if p.size and not (p.min() >= 0 and p.max() <= 1):
        raise ArgumentError("metric-probability", got=p[~((p >= 0) & (p <= 1))].flat[0])
    if t.size and not 0 <= t.min() <= t.max() <= 1:
        raise ArgumentError("metric-class-range", got=t.max(), classes=2)
    if bins < 1:
        raise ArgumentError("metric-positive", name="bins", got=bins)
    if strategy not in ("uniform", "quantile"):
        known = "uniform, quantile"
        raise ArgumentError("choice-unknown", name="strategy", got=strategy, known=known)
    edges = np.linspace(0, 1, bins + 1)
    if strategy == "quantile" and p.size:
        edges = np.percentile(p, 100 * edges)
    place = np.searchsorted(edges[1:-1], p.ravel())
    sums: list[Any] = [
        np.bincount(place, weights, minlength=bins) for weights in (None, p.ravel(), t.ravel())
    ]
    count, confidence, frequency = (part[sums[0] > 0] for part in sums)
    return Reliability(confidence / count, frequency / count, count)
