"""The running figures of an epoch or an evaluation: mean loss and metrics."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tiza.metrics import Metric
from tiza.readings.native.running.bulk import in_order

Array = np.ndarray[Any, Any]
FEW = 32  # losses


class Tally:
    """Means over examples, so that a smaller last batch counts for what it is.

    >>> tally = Tally(())
    >>> tally.add(1.0, 3, None, None, None); tally.add(5.0, 1, None, None, None)
    >>> tally.figures()
    {'loss': 2.0}
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = [copy.deepcopy(metric) for metric in metrics]
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.loss, self.count, self.seconds = 0.0, 0, 0.0
        for metric in self.metrics:
            metric.reset()

    def add(self, loss: float, count: int, prediction: Array | None, target: Array | None,
            weight: Array | None) -> None:  # fmt: skip
        """Take one batch."""
        self.loss += loss * count
        self.count += count
        for metric in self.metrics:
            metric.update(prediction, target, weight)

    def add_losses(self, losses: Array, count: int, total: float | None = None) -> bool:
        """Take batches of `count` examples each, without metrics; the same sum as one by one.

        False, and nothing is taken, where a loss is not finite. total: the sum, where it is known.
        """
        if total is None:
            total = in_order(self.loss, losses, count)
        if not (math.isfinite(total) or sound(losses)):  # a finite sum has finite terms
            return False
        self.loss = total
        self.count += count * len(losses)
        return True

    def figures(self, prefix: str = "") -> dict[str, float]:
        """The means so far."""
        found = {f"{prefix}loss": self.loss / self.count if self.count else float("nan")}
        for metric in self.metrics:
            value = metric.compute()
            if np.ndim(value) == 0:  # a confusion matrix is no figure
                found[f"{prefix}{metric.name}"] = float(value)
        return found

    def state_dict(self) -> dict[str, object]:
        """All sums, exactly."""
        return {"loss": self.loss, "count": self.count, "seconds": self.seconds,
                "metrics": [metric.state_dict() for metric in self.metrics]}  # fmt: skip

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the sums that `state_dict` gave."""
        self.loss, self.count = float(state["loss"]), int(state["count"])
        self.seconds = float(state["seconds"])
        for metric, kept in zip(self.metrics, state["metrics"], strict=True):
            metric.load_state_dict(kept)


def sound(losses: Array) -> bool:
    """Whether all are finite; of a few, NumPy is slow to say."""
    if len(losses) < FEW:
        return all(map(math.isfinite, losses.tolist()))
    return bool(np.isfinite(losses).all())
