"""Further figures for predicted numbers: relative, explained, and of quantiles."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from tiza.errors import ArgumentError
from tiza.metrics.base import Array, Mean, array, same_shape, spread
from tiza.metrics.regression import R2


class MeanAbsolutePercentageError(Mean):
    """Mean of |p − t| / |t|, as a share; targets nearer to 0 than 2⁻⁵² count as that.

    Use it where errors count in proportion, as in sales. Weak side: it favours predictions that are
    too small, and one target near 0 outweighs all others.

    Source: scikit-learn's convention for targets near 0.

    >>> MeanAbsolutePercentageError()([110.0, 45.0], [100.0, 50.0])
    0.1
    """

    name = "mape"
    better: ClassVar[Literal["max", "min"]] = "min"

    def each(self, prediction: Array, target: Array) -> Array:
        """|p − t| / |t|."""
        same_shape(prediction, target)
        t = target.astype(np.float64)
        return np.abs(prediction - t) / np.maximum(np.abs(t), np.finfo(np.float64).eps)


class QuantileLoss(Mean):
    """Mean pinball loss: τ(t − p) where p is too low, (1 − τ)(p − t) where too high.

    Least for the τ-quantile: use it where too low and too high do not cost the same, or to judge a
    forecast interval. Weak side: says nothing about how far apart two quantiles are.

    Source: Koenker & Bassett 1978, Econometrica 46.

    >>> QuantileLoss(0.9)([0.0, 2.0], [1.0, 1.0])
    0.5
    """

    name = "quantile"
    better: ClassVar[Literal["max", "min"]] = "min"

    def __init__(self, quantile: float = 0.5) -> None:
        if not 0 <= quantile <= 1:
            raise ArgumentError("metric-quantile", got=quantile)
        self.quantile = quantile
        super().__init__()

    def each(self, prediction: Array, target: Array) -> Array:
        """The loss of every entry."""
        same_shape(prediction, target)
        short = target.astype(np.float64) - prediction
        return np.maximum(self.quantile * short, (self.quantile - 1) * short)


class ExplainedVariance(R2):
    """1 − var(t − p)/var(t): R² that forgives a constant offset. Several outputs are averaged.

    Use it beside R²: where the two differ, the model is off by a constant, its weak side being
    that it does not see this.

    Source: scikit-learn's convention.

    >>> round(ExplainedVariance()([2.0, 3.0, 4.0], [1.0, 2.0, 3.0]), 4)
    1.0
    """

    name = "explained_variance"

    def zero(self) -> dict[str, Array]:
        """No examples; besides what R² keeps, the summed error."""
        return {**super().zero(), "offset": np.zeros(())}

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Merge a batch."""
        offset = self.state["offset"]
        super().update(prediction, target, weight)
        p, t = (array(x).astype(np.float64) for x in (prediction, target))
        if len(t):
            w = spread(weight, t.shape[:1]).reshape((-1,) + (1,) * (t.ndim - 1))
            offset = offset + np.sum(w * (p - t), axis=0)
        self.state = {**self.state, "offset": offset}

    def compute(self) -> float:
        """The share of the variance, averaged over the outputs."""
        state = self.state
        if not state["weight"]:
            return float("nan")
        error = state["error"] - state["offset"] ** 2 / state["weight"]
        error = np.where(error < 1e-14 * (1 + state["error"]), 0.0, error)  # rounding
        about = state["spread"]
        ratio = np.divide(error, about, out=np.where(error == 0, 0.0, 1.0), where=about != 0)
        return float(np.mean(1 - ratio))
