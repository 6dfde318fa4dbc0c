"""Figures for predicted numbers: how far off they are, and how much they explain."""

from typing import Any, ClassVar, Literal

import numpy as np

from tiza.metrics.base import Array, Mean, Metric, array, same_shape, spread


class MeanSquaredError(Mean):
    """Mean squared error Σ w (p − t)² / Σ w over all entries.

    Use it for errors of one spread. Weak side: one outlier outweighs all else.

    Shapes: prediction, target (n, …) alike; weight (n).
    Source: Gauss 1809, Theoria motus.

    >>> MeanSquaredError()([1.0, 2.0], [1.0, 4.0])
    2.0
    """

    name = "mse"
    better: ClassVar[Literal["max", "min"]] = "min"

    def each(self, prediction: Array, target: Array) -> Array:
        """(p − t)²."""
        same_shape(prediction, target)
        error: Array = prediction.astype(np.float64) - target
        return error**2


class RootMeanSquaredError(MeanSquaredError):
    """Square root of the mean squared error, in the unit of the target.

    Weak side: that of the mean squared error; roots of batches do not average.

    Source: Gauss 1809, Theoria motus.

    >>> RootMeanSquaredError()([0.0, 0.0], [3.0, 3.0])
    3.0
    """

    name = "rmse"

    def compute(self) -> float:
        """√(Σ w (p − t)² / Σ w)."""
        return float(np.sqrt(super().compute()))


class MeanAbsoluteError(Mean):
    """Mean absolute error Σ w |p − t| / Σ w over all entries.

    Use it for errors that are easy to explain, and outliers. Weak side: many small errors and few
    large ones look alike.

    Source: Laplace 1793.

    >>> MeanAbsoluteError()([1.0, 2.0], [1.0, 4.0])
    1.0
    """

    name = "mae"
    better: ClassVar[Literal["max", "min"]] = "min"

    def each(self, prediction: Array, target: Array) -> Array:
        """|p − t|."""
        same_shape(prediction, target)
        return np.abs(prediction.astype(np.float64) - target)


class R2(Metric):
    """Share of the target's variance that the prediction explains.

    R² = 1 − Σ w (p − t)² / Σ w (t − t̄)²; several outputs are averaged. A constant target
    counts 1 where it is met exactly and 0 otherwise; under two examples the answer is NaN.

    Use it to compare with the mean as a model. Weak side: depends on how much the target varies
    in the sample.

    Source: scikit-learn's conventions; batches are merged by Chan, Golub & LeVeque 1983,
    so that the mean of a large offset target costs no digits.

    >>> R2()([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.7857142857142857
    """

    name = "r2"
    better: ClassVar[Literal["max", "min"]] = "max"

    def zero(self) -> dict[str, Array]:
        """No examples; the sums take the outputs' shape with the first batch."""
        return {key: np.zeros(()) for key in ("examples", "weight", "mean", "spread", "error")}

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Merge the batch's weight, mean, spread about the mean, and squared error."""
        p, t = (array(x).astype(np.float64) for x in (prediction, target))
        same_shape(p, t)
        if not len(t):
            return
        w = spread(weight, t.shape[:1]).reshape((-1,) + (1,) * (t.ndim - 1))
        batch = np.sum(w)
        if not batch:
            return
        old = self.state
        mean = np.sum(w * t, axis=0) / batch
        total = old["weight"] + batch
        shift = mean - old["mean"]
        self.state = {
            "examples": old["examples"] + len(t),
            "weight": total,
            "mean": old["mean"] + shift * batch / total,
            "spread": old["spread"]
            + np.sum(w * (t - mean) ** 2, axis=0)
            + shift**2 * old["weight"] * batch / total,
            "error": old["error"] + np.sum(w * (p - t) ** 2, axis=0),
        }

    def compute(self) -> float:
        """R² averaged over the outputs."""
        if self.state["examples"] < 2:
            return float("nan")
        error, about = self.state["error"], self.state["spread"]
        ratio = np.divide(error, about, out=np.where(error == 0, 0.0, 1.0), where=about != 0)
        return float(np.mean(1 - ratio))


def mean_squared_error(prediction: object, target: object, weight: object = None) -> float:
    """`MeanSquaredError` of one batch.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    return _figure(MeanSquaredError(), prediction, target, weight)


def root_mean_squared_error(prediction: object, target: object, weight: object = None) -> float:
    """`RootMeanSquaredError` of one batch.

    >>> root_mean_squared_error([0.0, 0.0], [3.0, 3.0])
    3.0
    """
    return _figure(RootMeanSquaredError(), prediction, target, weight)


def mean_absolute_error(prediction: object, target: object, weight: object = None) -> float:
    """`MeanAbsoluteError` of one batch.

    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    return _figure(MeanAbsoluteError(), prediction, target, weight)


def r2_score(prediction: object, target: object, weight: object = None) -> float:
    """`R2` of one batch.

    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    1.0
    """
    return _figure(R2(), prediction, target, weight)


def _figure(metric: Metric, *batch: Any) -> float:
    return float(metric(*batch))
