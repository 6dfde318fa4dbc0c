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
