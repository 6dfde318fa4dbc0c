"""From what a network puts out to the class it means."""

from typing import Literal

import numpy as np

from tiza.errors import ArgumentError, NonFiniteError, ShapeError
from tiza.metrics.base import Array

Task = Literal["binary", "classes"]


def labels(
    prediction: Array, target: Array, *, task: Task | None = None, logits: bool | None = None
) -> tuple[Array, Array]:
    """The predicted and the true class of every example, as integers of one shape.

    - Whole numbers of the target's shape are classes already.
    - One column more than the target: the largest of the scores along the class axis, which is
      axis 1, as in PyTorch, or else the last.
    - Real numbers of the target's shape: yes or no. Above 0 is yes for logits, above 0.5 for
      probabilities; unless told, numbers outside [0, 1] are taken for logits.
    - Real numbers of the shape of targets that are distributions (each row sums to one): the
      largest of each.

    NaN has no class and is refused.
    """
    if np.isnan(prediction).any():
        raise NonFiniteError("metric-nan")
    if prediction.ndim == target.ndim + 1 and task != "binary":
        axis = class_axis(prediction.shape, target.shape)
        if prediction.shape[axis] == 1 and task is None:
            raise ShapeError("metric-column", prediction=prediction.shape, target=target.shape)
        return np.argmax(prediction, axis=axis), whole(target)
    if prediction.shape != target.shape:
        raise ShapeError("metric-shapes", prediction=prediction.shape, target=target.shape)
    if prediction.dtype.kind in "biu":
        return prediction.astype(np.int64), whole(target)
    if task == "classes" or (task is None and distributions(target)):
        return np.argmax(prediction, axis=1), np.argmax(target, axis=1)
    truth = whole(target)
    if truth.size and truth.max() > 1:
        return whole(prediction), truth
    if logits is None:
        logits = bool(((prediction < 0) | (prediction > 1)).any())
    return (prediction > (0.0 if logits else 0.5)).astype(np.int64), truth


def class_axis(scores: tuple[int, ...], target: tuple[int, ...]) -> int:
    """The axis of `scores` that the target lacks: 1 as in PyTorch, else the last."""
    for axis in (1, -1):
        rest = list(scores)
        del rest[axis]
        if tuple(rest) == target:
            return axis
    raise ShapeError("metric-shapes", prediction=scores, target=target)


def distributions(target: Array) -> bool:
    """Whether each row of the target is a distribution over two or more classes."""
    return bool(
        target.ndim >= 2
        and target.shape[1] > 1
        and (target >= 0).all()
        and np.allclose(target.sum(axis=1), 1)
    )


def whole(values: Array) -> Array:
    """The values as integers; refuses fractions."""
    if values.dtype.kind not in "biu" and not np.array_equal(values, np.round(values)):
        raise ArgumentError("metric-fraction", got=values[values != np.round(values)].flat[0])
    return values.astype(np.int64)
