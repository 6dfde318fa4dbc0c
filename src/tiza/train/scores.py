"""What evaluate answers: figures by name, with the baseline's beside them."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tiza.errors import TizaError
from tiza.metrics import Baseline, Metric, baseline, comparison

Array = np.ndarray[Any, Any]


class Scores(dict[str, float]):
    """Loss and metrics; prints as a table with the baseline.

    >>> Scores({"loss": 0.25}, None)
    {'loss': 0.25}
    """

    def __init__(self, figures: Mapping[str, float], baseline: Baseline | None = None) -> None:
        super().__init__(figures)
        self.baseline = baseline

    def beside(self) -> dict[str, dict[str, float]]:
        """Metric → {"model": figure, "majority" or "mean": figure}, as a report takes it."""
        found = {name: {"model": value} for name, value in self.items()}
        if self.baseline is not None:
            for name, value in self.baseline.scores.items():
                found.setdefault(name, {})[self.baseline.kind] = value
        return found

    def __str__(self) -> str:
        if self.baseline is None:
            width = max((len(name) for name in self), default=0)
            return "\n".join(f"{name:<{width}}  {value:.4f}" for name, value in self.items())
        return comparison(self, self.baseline)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def beside(y: Array | None, metrics: Sequence[Metric], known: Baseline | None) -> Baseline | None:
    """The baseline of training targets scored on y; of y itself where none is known.

    None where a constant answer makes no sense.

    >>> beside(np.array([0, 0, 1]), (), None).scores
    {'accuracy': 0.6666666666666666}
    """
    if y is None:
        return None
    names = [metric.name for metric in metrics]
    try:
        return baseline(y, metrics=names) if known is None else known.score(y, names)
    except (TizaError, ValueError, IndexError, TypeError):
        return None
