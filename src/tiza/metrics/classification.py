"""Figures for predicted classes: accuracy, precision, recall, F1 and the log loss."""

from typing import Any, ClassVar, Literal

import numpy as np

from tiza.errors import ArgumentError
from tiza.metrics.base import Array, Mean, Metric, array, same_shape, spread
from tiza.metrics.labels import Task, class_axis, labels, whole

Averaging = Literal["auto", "binary", "micro", "macro", "weighted"]
AVERAGES = ("auto", "binary", "micro", "macro", "weighted")


class Accuracy(Mean):
    """Share of the examples whose predicted class is the true one.

    Use it for classes of like size. Weak side: always saying the commonest scores high where one
    class is common; see `BalancedAccuracy`.

    Shapes: prediction (n, classes, …) scores with target (n, …) classes; or prediction and
    target (n, …) alike. What the scores mean is read off as `tiza.metrics.labels` says;
    `task` and `logits` settle it. Targets equal to `ignore_index` are left out.
    Source: scikit-learn's convention; shapes as in PyTorch.

    >>> Accuracy()([[0.1, 2.0], [3.0, 0.2], [0.0, 1.0]], [1, 0, 0])
    0.6666666666666666
    """

    name = "accuracy"
    better: ClassVar[Literal["max", "min"]] = "max"

    def __init__(
        self,
        *,
        task: Task | None = None,
        logits: bool | None = None,
        ignore_index: int | None = None,
    ) -> None:
        self.task, self.logits, self.ignore_index = task, logits, ignore_index
        super().__init__()

    def each(self, prediction: Array, target: Array) -> Array:
        """1 where the classes agree."""
        predicted, true = labels(prediction, target, task=self.task, logits=self.logits)
        return np.equal(predicted, true)

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Add one batch; `weight` holds one number per example."""
        scores, truth = array(prediction), array(target)
        if np.isnan(scores).any():  # as with any mean: what is not a number makes it none
            self.add(np.full(truth.shape, np.nan), None)
            return
        right = self.each(scores, truth)
        if self.ignore_index is None or truth.shape != right.shape:
            self.add(right, weight)
        else:
            self.add(right, spread(weight, right.shape) * (truth != self.ignore_index))


class ConfusionMatrix(Metric):
    """How often class i was taken for class j: rows are the truth, columns the prediction.

    The matrix grows with the classes that appear, or starts at `num_classes`. Entries are
    whole numbers unless weights were given.

    Use it to see what is taken for what. Weak side: large for many classes.

    Source: scikit-learn's convention.

    >>> ConfusionMatrix()([0, 1, 1, 1], [0, 1, 0, 1])
    array([[1, 1],
           [0, 2]])
    """

    name = "confusion_matrix"
    better: ClassVar[Literal["max", "min"]] = "max"

    def __init__(
        self,
        num_classes: int = 0,
        *,
        task: Task | None = None,
        logits: bool | None = None,
        ignore_index: int | None = None,
    ) -> None:
        self.num_classes, self.task, self.logits = num_classes, task, logits
        self.ignore_index = ignore_index
        super().__init__()

    def zero(self) -> dict[str, Array]:
        """A matrix of zeros."""
        return {"matrix": np.zeros((self.num_classes,) * 2)}

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Count one batch; `weight` holds one number per example."""
        scores = array(prediction)
        predicted, true = labels(scores, array(target), task=self.task, logits=self.logits)
        weights = spread(weight, true.shape)
        if self.ignore_index is not None:
            kept = true != self.ignore_index
            predicted, true, weights = predicted[kept], true[kept], weights[kept]
        if true.size and min(true.min(), predicted.min()) < 0:
            raise ArgumentError("metric-negative-class", got=min(true.min(), predicted.min()))
        columns = scores.shape[1] if scores.ndim == true.ndim + 1 else 0
        size = max(
            int(true.max(initial=-1)) + 1,
            int(predicted.max(initial=-1)) + 1,
            columns,
            len(self.state["matrix"]),
        )
        matrix = np.zeros((size, size))
        seen = len(self.state["matrix"])
        matrix[:seen, :seen] = self.state["matrix"]
        np.add.at(matrix, (true.ravel(), predicted.ravel()), weights.ravel())
        self.state = {"matrix": matrix}

    def compute(self) -> Any:
        """The matrix; integers where every entry is whole."""
        matrix = self.state["matrix"]
        counts = matrix.astype(np.int64)
        return counts if np.array_equal(counts, matrix) else matrix.copy()


class Precision(ConfusionMatrix):
    """Share of what was called positive that is positive: TP / (TP + FP).

    `average` says how the classes are put together: "binary" looks at class `pos_label` only,
    "micro" counts all classes in one pot, "macro" takes the mean over the classes present,
    "weighted" weighs that mean by how often each occurs, and "auto" is "binary" for two
    classes and "macro" for more. 0/0 counts as `zero_division`; where that is NaN, such a class is
    left out. Examples of weight 0 are as if they were not there.

    Use it where a false alarm is dear. Weak side: saying yes once, rightly, gives 1.

    Source: scikit-learn's conventions.

    >>> Precision()([0, 1, 1, 1], [0, 1, 0, 1])
    0.6666666666666666
    """

    name = "precision"

    def __init__(
        self,
        *,
        average: Averaging = "auto",
        pos_label: int = 1,
        zero_division: float = 0.0,
        num_classes: int = 0,
        task: Task | None = None,
        logits: bool | None = None,
        ignore_index: int | None = None,
    ) -> None:
        if average not in AVERAGES:
            raise ArgumentError("metric-average", got=average, known=", ".join(AVERAGES))
        self.average, self.pos_label, self.zero_division = average, pos_label, zero_division
        super().__init__(num_classes, task=task, logits=logits, ignore_index=ignore_index)

    def fraction(self, hit: Array, called: Array, true: Array) -> tuple[Array, Array]:
        """Numerator and denominator of one class."""
        del true
        return hit, called

    def by_class(self) -> Array:
        """The figure of every class 0, 1, …, one against the rest."""
        return self._divide(*self.fraction(*self._counts()))

    def compute(self) -> float:
        """The figure, averaged as asked; NaN where there is nothing."""
        if not self.state["matrix"].sum():
            return float("nan")
        hit, called, true = self._counts()
        if self._mode() == "binary":
            at = slice(self.pos_label, self.pos_label + 1)
            hit, called, true = (np.sum(x[at], keepdims=True) for x in (hit, called, true))
        elif self._mode() == "micro":
            hit, called, true = (np.sum(x, keepdims=True) for x in (hit, called, true))
        else:
            present = (called + true) > 0
            hit, called, true = hit[present], called[present], true[present]
        figure = self._divide(*self.fraction(hit, called, true))
        weight = true if self._mode() == "weighted" else np.ones_like(true)
        told = ~np.isnan(figure)  # zero_division=nan leaves a class out
        if not told.any():
            return float("nan")
        weight = weight[told] if weight[told].any() else None
        return float(np.average(figure[told], weights=weight))

    def _mode(self) -> str:
        if self.average != "auto":
            return self.average
        return "binary" if len(self.state["matrix"]) <= 2 else "macro"

    def _counts(self) -> tuple[Array, Array, Array]:
        matrix = self.state["matrix"]
        if self._mode() == "binary" and len(matrix) > 2:
            raise ArgumentError("metric-binary", name=self.name, classes=len(matrix))
        return np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)

    def _divide(self, numerator: Array, denominator: Array) -> Array:
        quotient = np.full(denominator.shape, self.zero_division)
        np.divide(numerator, denominator, out=quotient, where=denominator != 0)
        return quotient


class Recall(Precision):
    """Share of the positives that was found: TP / (TP + FN). Options as `Precision`.

    Use it where a miss is dear. Weak side: always saying yes gives 1.

    Source: scikit-learn's conventions.

    >>> Recall()([0, 1, 1, 0], [0, 1, 0, 1])
    0.5
    """

    name = "recall"

    def fraction(self, hit: Array, called: Array, true: Array) -> tuple[Array, Array]:
        """Numerator and denominator of one class."""
        del called
        return hit, true


class F1(Precision):
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). Options as `Precision`.

    Use it where yes is rare and both kinds of mistakes cost. Weak side: true negatives do not
    count.

    Source: van Rijsbergen 1979, Information Retrieval, ch. 7.

    >>> F1()([0, 1, 1, 1], [0, 1, 0, 1])
    0.8
    """

    name = "f1"

    def fraction(self, hit: Array, called: Array, true: Array) -> tuple[Array, Array]:
        """Numerator and denominator of one class."""
        return 2 * hit, called + true


class LogLoss(Mean):
    """Mean surprise at the truth: −log p(true class), in nats.

    Use it where the probabilities themselves are used. Weak side: one certain mistake outweighs
    all else.

    Shapes: prediction (n, classes, …) with target (n, …) classes, or (n, …) alike for
    yes and no. The predictions are probabilities, kept ε away from 0 and 1 as scikit-learn
    does, or logits with `logits=True`, where nothing needs to be kept away.
    Source: Good 1952, J. R. Statist. Soc. B 14.

    >>> LogLoss()([[0.5, 0.5], [0.25, 0.75]], [0, 1])
    0.4904146265058631
    """

    name = "log_loss"
    better: ClassVar[Literal["max", "min"]] = "min"

    def __init__(self, *, logits: bool = False) -> None:
        self.logits = logits
        super().__init__()

    def each(self, prediction: Array, target: Array) -> Array:
        """−log p of every entry."""
        true = whole(target)
        if prediction.ndim == true.ndim + 1:
            axis = class_axis(prediction.shape, true.shape)
            scores = np.moveaxis(prediction, axis, -1)
            if true.size and not 0 <= true.min() <= true.max() < scores.shape[-1]:
                raise ArgumentError(
                    "metric-class-range",
                    got=true.max() if true.min() >= 0 else true.min(),
                    classes=scores.shape[-1],
                )
            log_p = _log_softmax(scores) if self.logits else _log_shares(scores)
            return -np.take_along_axis(log_p, true[..., None], axis=-1)[..., 0]
        same_shape(prediction, target)
        if true.size and not 0 <= true.min() <= true.max() <= 1:
            raise ArgumentError("metric-class-range", got=true.max(), classes=2)
        if self.logits:
            wrong_way = np.where(true == 1, -prediction, prediction).astype(np.float64)
            surprise: Array = np.logaddexp(0, wrong_way)
            return surprise
        _probabilities(prediction)
        log_p = _log_shares(np.stack([1 - prediction, prediction], axis=-1))
        return -np.take_along_axis(log_p, true[..., None], axis=-1)[..., 0]


def _log_softmax(scores: Array) -> Array:
    scores = scores.astype(np.float64)
    shifted = scores - scores.max(axis=-1, keepdims=True)
    answer: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return answer


def _probabilities(shares: Array) -> None:
    outside = (shares < 0) | (shares > 1)
    if outside.any():
        raise ArgumentError("metric-probability", got=shares[outside].flat[0])


def _log_shares(shares: Array) -> Array:
    _probabilities(shares)
    eps = np.finfo(shares.dtype if shares.dtype.kind == "f" else np.float64).eps
    answer: Array = np.log(np.clip(shares.astype(np.float64), eps, 1 - eps))
    return answer


def accuracy(prediction: object, target: object, weight: object = None, **options: Any) -> float:
    """`Accuracy` of one batch.

    >>> accuracy([0, 2, 1], [0, 2, 2])
    0.6666666666666666
    """
    return float(Accuracy(**options)(prediction, target, weight))


def confusion_matrix(
    prediction: object, target: object, weight: object = None, **options: Any
) -> Array:
    """`ConfusionMatrix` of one batch: rows are the truth.

    >>> confusion_matrix([0, 1, 1], [0, 1, 0])
    array([[1, 1],
           [0, 1]])
    """
    matrix: Array = ConfusionMatrix(**options)(prediction, target, weight)
    return matrix


def precision(prediction: object, target: object, weight: object = None, **options: Any) -> float:
    """`Precision` of one batch.

    >>> precision([1, 1], [1, 0])
    0.5
    """
    return float(Precision(**options)(prediction, target, weight))


def recall(prediction: object, target: object, weight: object = None, **options: Any) -> float:
    """`Recall` of one batch.

    >>> recall([1, 0], [1, 1])
    0.5
    """
    return float(Recall(**options)(prediction, target, weight))


def f1_score(prediction: object, target: object, weight: object = None, **options: Any) -> float:
    """`F1` of one batch.

    >>> f1_score([1, 0], [1, 1])
    0.6666666666666666
    """
    return float(F1(**options)(prediction, target, weight))


def log_loss(prediction: object, target: object, weight: object = None, **options: Any) -> float:
    """`LogLoss` of one batch.

    >>> round(log_loss([0.5, 0.5], [0, 1]), 4)
    0.6931
    """
    return float(LogLoss(**options)(prediction, target, weight))
