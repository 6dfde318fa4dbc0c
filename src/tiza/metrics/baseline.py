"""What one gets without learning: the commonest class, or the mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tiza.errors import ArgumentError, pick
from tiza.metrics.base import Array, array
from tiza.metrics.labels import distributions, whole
from tiza.metrics.names import ALONE, BY_CLASS, OF_RANKS, OF_SCORES, OF_SHARES, metric
from tiza.metrics.words import WORDS

Kind = Literal["majority", "mean"]


@dataclass(frozen=True)
class Baseline:
    """A constant answer and its scores.

    `shares` are the classes' frequencies (majority), or the mean of the target (mean).
    """

    kind: Kind
    shares: Array = field(repr=False)
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def value(self) -> float:
        """The commonest class, or the mean (of the outputs, where there are several)."""
        return float(np.argmax(self.shares) if self.kind == "majority" else np.mean(self.shares))

    def predict(self, count: int) -> Array:
        """The constant answer for `count` examples."""
        answer = np.argmax(self.shares) if self.kind == "majority" else self.shares
        return np.broadcast_to(answer, (count, *np.shape(answer))).copy()

    def score(self, target: object, metrics: Sequence[str]) -> "Baseline":
        """The same baseline with its scores on `target`."""
        truth = classes(array(target)) if self.kind == "majority" else array(target)
        scores = {}
        for name in metrics:
            answer = self._answer(metric(name).name, truth)
            if answer is not None:
                sized = {"num_classes": len(self.shares)} if _counting(name) else {}
                scores[name] = float(metric(name, **sized)(answer, truth))
        return Baseline(self.kind, self.shares, scores)

    def _answer(self, name: str, truth: Array) -> Array | None:
        """What the constant answer looks like to a metric; None where it does not suit."""
        of_classes = name in BY_CLASS | OF_SHARES | OF_SCORES
        if name in ALONE | OF_RANKS | {"confusion_matrix"} or of_classes != (
            self.kind == "majority"
        ):
            return None
        if name in OF_SHARES:
            axes = (len(self.shares),) + (1,) * (truth.ndim - 1)
            shape = (len(truth), len(self.shares), *truth.shape[1:])
            return np.broadcast_to(self.shares.reshape(axes), shape)
        if name in OF_SCORES:
            return np.zeros(truth.shape)
        if self.kind == "majority":
            return np.full(truth.shape, int(self.value))
        return self.predict(len(truth)).reshape(truth.shape)

    def __str__(self) -> str:
        return comparison({}, self)


def _counting(name: str) -> bool:
    return metric(name).name in BY_CLASS - {"accuracy", "hamming", "zero_one"}


def baseline(
    train_target: object,
    target: object = None,
    *,
    metrics: Sequence[str] = (),
    kind: Kind | None = None,
) -> Baseline:
    """What always answering the commonest class, or the mean, of the training targets scores.

    `kind` is "majority" for whole-number or one-hot targets and "mean" for others, unless
    given. Scores are taken on `target`, or on the training targets where it is missing;
    metrics that do not suit the kind are left out.

    >>> baseline([0, 0, 1], [0, 1], metrics=["accuracy"]).scores
    {'accuracy': 0.5}
    >>> baseline([1.0, 3.0], [2.5]).value
    2.0
    """
    truth = array(train_target)
    if not truth.size:
        raise ArgumentError("baseline-empty")
    if kind not in (None, "majority", "mean"):
        raise ArgumentError("baseline-kind", got=kind)
    if kind is None:
        kind = "majority" if truth.dtype.kind in "biu" or distributions(truth) else "mean"
    if kind == "majority":
        counts = np.bincount(classes(truth).ravel())
        shares = counts / counts.sum()
    else:
        shares = np.asarray(truth.astype(np.float64).mean(axis=0))
    names = metrics or (("accuracy",) if kind == "majority" else ("mse", "mae", "r2"))
    return Baseline(kind, shares).score(truth if target is None else target, names)


def classes(target: Array) -> Array:
    """Classes of integer targets as they are, of one-hot or probability rows the largest."""
    found = np.argmax(target, axis=1) if distributions(target) else whole(target)
    if found.size and found.min() < 0:
        raise ArgumentError("metric-negative-class", got=found.min())
    return found


def comparison(scores: Mapping[str, float], beside: Baseline) -> str:
    """The scores and the baseline's side by side, as a table of text.

    >>> print(comparison({"accuracy": 0.9742}, baseline([0, 0, 1])))
    metric     model  majority class
    accuracy  0.9742          0.6667
    """
    names = [*scores, *(name for name in beside.scores if name not in scores)]
    head = (pick(WORDS["metric"]), pick(WORDS["model"]), pick(WORDS[beside.kind]))
    rows = [head] if scores else [(head[0], "", head[2])]
    rows += [(name, _figure(scores.get(name)), _figure(beside.scores.get(name))) for name in names]
    wide = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = []
    for name, model, other in rows:
        middle = f"  {model:>{wide[1]}}" if scores else ""
        lines.append(f"{name:<{wide[0]}}{middle}  {other:>{wide[2]}}")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}" if abs(value) < 1e-3 else f"{value:.4f}"
