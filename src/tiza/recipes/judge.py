"""Scores of a network, of a linear model and of a constant answer, on the same test rows."""

from collections.abc import Mapping

import numpy as np

from tiza import metrics
from tiza.recipes.problem import Array, Problem

Scores = dict[str, float]

BY_TASK = {
    "classification": ("accuracy", "f1", "log_loss"),
    "regression": ("rmse", "mae", "r2"),
}
TINY = 1e-15  # a share of zero, as scikit-learn clips it
SIDE = 1.959964  # of the normal distribution, 2.5 % lie beyond
LINEAR = {"classification": "logistic", "regression": "linear"}


def scores(problem: Problem, outputs: Array) -> Scores:
    """The figures of merit of a network's outputs on the test rows.

    Shapes: outputs (rows, classes), logits; or (rows, 1), standardised numbers, whose errors
    are given in the unit of the target.

    Source: accuracy, macro F1 and log loss; RMSE, MAE and R², as scikit-learn defines them.
    """
    truth = problem.test.y
    if problem.task == "regression":
        found = {
            name: float(metrics.metric(name)(outputs, truth)) for name in BY_TASK["regression"]
        }
        return in_unit(found, problem.scale)
    shifted = outputs.astype(np.float64)
    guesses = shifted.argmax(axis=1)
    return _class_scores(guesses, truth, len(problem.classes)) | {
        "log_loss": float(metrics.log_loss(shifted, truth, logits=True))
    }


def _class_scores(guesses: Array, truth: Array, count: int) -> Scores:
    f1 = metrics.metric("f1", average="macro", num_classes=count)
    return {
        "accuracy": float(metrics.accuracy(guesses, truth)),
        "f1": float(f1(guesses, truth)),
    }


def baseline(problem: Problem) -> tuple[str, Scores]:
    """What the majority class, or the mean, of the training rows scores: its name, its figures."""
    truth = problem.test.y
    if problem.task == "regression":
        names = BY_TASK["regression"]
        found = metrics.baseline(problem.train.y, truth, metrics=names, kind="mean")
        return "mean", in_unit(found.scores, problem.scale)
    found = metrics.baseline(problem.train.y, truth, metrics=["accuracy"], kind="majority")
    shares = np.zeros(len(problem.classes))
    shares[: len(found.shares)] = found.shares  # the last classes may be in no training row
    return "majority", _class_scores(found.predict(len(truth)), truth, len(shares)) | {
        "log_loss": float(-np.log(np.maximum(shares[truth], TINY)).mean())
    }


def intervals(problem: Problem, outputs: Array) -> dict[str, list[float]]:
    """Where the figures of all such examples lie with 95 %, given these test rows.

    Accuracy: Wilson's interval. Means over rows (log loss, MAE): ± 1.96 s/√n; RMSE: the same
    for the mean of squares, then its root.

    Shapes: outputs as in `scores` → metric → [low, high].

    Source: Wilson 1927, eq. 9 as in Agresti & Coull 1998.
    """
    truth, n = problem.test.y, len(problem.test.y)
    if problem.task == "regression":
        off = np.abs(outputs.astype(np.float64).reshape(truth.shape) - truth) * problem.scale
        square = _around((off**2).reshape(-1))
        return {
            "rmse": [float(np.sqrt(max(0.0, end))) for end in square],
            "mae": _around(off.reshape(-1)),
        }
    shifted = outputs.astype(np.float64) - outputs.max(axis=1, keepdims=True)
    given = np.log(np.exp(shifted).sum(1)) - shifted[np.arange(n), truth]
    right = int((outputs.argmax(axis=1) == truth).sum())
    return {"accuracy": wilson(right, n), "log_loss": _around(given)}


def _around(values: Array) -> list[float]:
    half = SIDE * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return [float(values.mean()) - half, float(values.mean()) + half]


def wilson(right: int, n: int) -> list[float]:
    """The interval of a share that was `right` of `n`.

    >>> [round(end, 4) for end in wilson(9, 10)]
    [0.5958, 0.9821]
    """
    share, z2 = right / n, SIDE**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = SIDE / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n * n)) ** 0.5
    return [middle - half, middle + half]


def in_unit(found: Mapping[str, float], scale: float) -> Scores:
    """Errors of a standardised target, in the target's own unit.

    >>> in_unit({"rmse": 0.5, "r2": 0.75}, 100.0)
    {'rmse': 50.0, 'r2': 0.75}
    """
    return {
        name: value * scale if name in ("rmse", "mae") else value for name, value in found.items()
    }


def together(columns: Mapping[str, Scores]) -> dict[str, Scores]:
    """Who → metric → figure, turned: metric → who → figure.

    >>> together({"model": {"r2": 0.9}, "mean": {"r2": 0.0}})
    {'r2': {'model': 0.9, 'mean': 0.0}}
    """
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    return {
        name: {who: column[name] for who, column in columns.items() if name in column}
        for name in names
    }
