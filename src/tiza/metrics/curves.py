"""ROC and precision–recall curves of yes-or-no scores, and the areas under them."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

import numpy as np

from tiza.errors import ArgumentError
from tiza.metrics.base import Array, Metric, array, same_shape, spread
from tiza.metrics.labels import whole


class Curve(NamedTuple):
    """Points of a curve, and the score from which on each calls 'yes'."""

    x: Array
    y: Array
    thresholds: Array


class Scores(Metric):
    """A figure that needs all scores at once: they are kept, one row for each example."""

    better: ClassVar[Literal["max", "min"]] = "max"

    def zero(self) -> dict[str, Array]:
        """No scores."""
        return {"scores": np.zeros(0), "truth": np.zeros(0, np.int64), "weights": np.zeros(0)}

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Keep one batch of scores with their yes (1) or no (0)."""
        scores, truth = array(prediction), whole(array(target))
        if scores.ndim == truth.ndim + 1 and scores.shape[1:2] == (2,):
            scores = scores[:, 1] - scores[:, 0]  # two columns: how far yes is above no
        same_shape(scores, truth)
        if truth.size and not 0 <= truth.min() <= truth.max() <= 1:
            raise ArgumentError("metric-class-range", got=truth.max(), classes=2)
        if np.isnan(scores).any():
            raise ArgumentError("metric-nan")
        rows = {"scores": scores.astype(np.float64), "truth": truth,
                "weights": spread(weight, truth.shape)}  # fmt: skip
        self.state = {k: np.concatenate([self.state[k], v.ravel()]) for k, v in rows.items()}

    def counts(self) -> tuple[Array, Array, Array]:
        """True and false positives for every threshold, from the strictest to the mildest."""
        order = np.argsort(-self.state["scores"], kind="stable")
        scores, truth = self.state["scores"][order], self.state["truth"][order]
        weights = self.state["weights"][order]
        last = np.append(scores[1:] != scores[:-1], True)[: len(scores)]  # equal ones go together
        yes, no = np.cumsum(weights * truth), np.cumsum(weights * (1 - truth))
        return yes[last], no[last], scores[last]

    def compute(self) -> float:
        """The area; subclasses say under which curve."""
        return self.area(*self.counts())

    def area(self, yes: Array, no: Array, thresholds: Array) -> float:
        """The area from the counts."""
        del thresholds
        if not yes.size or not yes[-1] or not no[-1]:
            return float("nan")  # only one class: there is no curve
        y = np.concatenate([[0.0], yes / yes[-1]])
        x = np.concatenate([[0.0], no / no[-1]])
        return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))


class RocAuc(Scores):
    """Area under the ROC curve: the chance that a yes scores above a no. NaN for one class.

    Use it where only the order of the scores matters, whatever the threshold. Weak side: looks good
    where yes is rare and many false alarms are still a small share; then see `AveragePrecision`.

    Source: Hanley & McNeil 1982, Radiology 143.

    >>> RocAuc()([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    0.75
    """

    name = "roc_auc"


class AveragePrecision(Scores):
    """Area under the precision–recall curve as a sum of steps: Σ (Rₙ − Rₙ₋₁) Pₙ.

    Use it where yes is rare. Weak side: its value by chance is the share of yes, so that values of
    different data sets do not compare.

    Source: scikit-learn's convention, without interpolation; 0 where there is no yes.

    >>> round(AveragePrecision()([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 4)
    0.8333
    """

    name = "average_precision"

    def area(self, yes: Array, no: Array, thresholds: Array) -> float:
        """The sum of steps."""
        del thresholds
        if not yes.size:
            return float("nan")
        if not yes[-1]:
            return 0.0
        gained = np.diff(yes / yes[-1], prepend=0.0)
        return float(np.sum(gained * yes / (yes + no)))


def roc_curve(prediction: object, target: object, weight: object = None) -> Curve:
    """False positive rate (x) and true positive rate (y), from (0, 0) to (1, 1).

    Use it to choose a threshold. Weak side: see `RocAuc`.

    Source: Swets 1988, Science 240; scikit-learn's points, none dropped.

    >>> roc_curve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).y.tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    yes, no, at = _counted(prediction, target, weight)
    if not yes[-1] or not no[-1]:
        raise ArgumentError("metric-one-class")
    start = np.zeros(1)
    return Curve(np.concatenate([start, no / no[-1]]), np.concatenate([start, yes / yes[-1]]),
                 np.concatenate([[np.inf], at]))  # fmt: skip


def precision_recall_curve(prediction: object, target: object, weight: object = None) -> Curve:
    """Recall (x) and precision (y), from the strictest threshold to the mildest.

    Use it where yes is rare. Weak side: changes with how common yes is.

    Source: scikit-learn's points, without the last (0, 1).

    >>> precision_recall_curve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).x.tolist()
    [0.5, 0.5, 1.0, 1.0]
    """
    yes, no, at = _counted(prediction, target, weight)
    if not yes[-1]:
        raise ArgumentError("metric-one-class")
    return Curve(yes / yes[-1], yes / (yes + no), at)


def _counted(prediction: object, target: object, weight: object) -> tuple[Array, Array, Array]:
    kept = RocAuc()
    kept.update(prediction, target, weight)
    if not kept.state["scores"].size:
        raise ArgumentError("metric-one-class")
    return kept.counts()
