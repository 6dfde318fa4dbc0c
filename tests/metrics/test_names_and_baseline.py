"""Metrics are found by name and suit the loss; baselines answer without learning."""

import numpy as np
import pytest

from tiza.errors import ArgumentError, use_language
from tiza.metrics import F1, Accuracy, Average, LogLoss, baseline, comparison, metric
from tiza.metrics.names import ALIASES, KINDS


@pytest.mark.parametrize("name", [*KINDS, *ALIASES])
def test_every_name_makes_a_fresh_metric(name):
    assert metric(name) is not metric(name)
    assert metric(name).name == ALIASES.get(name, name)


def test_a_metric_or_a_function_is_taken_as_it_is():
    mine = Accuracy()
    assert metric(mine) is mine

    def worst(p, t):
        return abs(p - t).max()

    found = metric(worst)
    assert isinstance(found, Average)
    assert found.name == "worst"
    found.update([1.0, 2.0], [1.0, 5.0])
    found.update([0.0], [1.0])
    assert found.compute() == pytest.approx((3 + 3 + 1) / 3)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ArgumentError) as caught:
        metric("acuracy")
    assert str(caught.value) == (
        "there is no metric 'acuracy'; did you mean 'accuracy'?\n    fix: choose one of "
        + ", ".join(sorted(KINDS))
    )
    with pytest.raises(ArgumentError), use_language("es"):
        metric(3)


def test_the_loss_says_what_the_outputs_mean():
    def binary_cross_entropy_with_logits(p, t):
        return 0

    class CrossEntropyLoss:
        ignore_index = -100

    logits = metric("accuracy", loss=binary_cross_entropy_with_logits)
    assert logits([0.2, -0.2], [1, 0]) == 1.0
    assert metric("accuracy", loss="binary_cross_entropy")([0.2, 0.4], [0, 0]) == 1.0
    by_class = metric("accuracy", loss=CrossEntropyLoss())
    assert by_class(np.eye(2), [0, -100]) == 1.0
    assert by_class([[0.5], [0.1]], [0, 0]) == 1.0
    loss = metric("log_loss", loss=CrossEntropyLoss())
    assert isinstance(loss, LogLoss)
    assert loss.logits
    assert isinstance(metric("f1", loss="mse_loss"), F1)


def test_majority_class():
    found = baseline([0, 1, 1, 2], [1, 0], metrics=["accuracy", "f1", "log_loss", "mse"])
    assert (found.kind, found.value) == ("majority", 1.0)
    assert found.scores["accuracy"] == 0.5
    assert found.scores["f1"] == pytest.approx((2 / 3 + 0) / 2)
    assert found.scores["log_loss"] == pytest.approx(-np.log([0.5, 0.25]).mean())
    assert "mse" not in found.scores
    assert found.predict(3).tolist() == [1, 1, 1]


def test_majority_of_one_hot_targets_and_of_a_single_class():
    assert baseline(np.eye(3)[[2, 2, 0]]).value == 2.0
    assert baseline([0, 0], metrics=["accuracy", "f1"]).scores["accuracy"] == 1.0


def test_mean():
    found = baseline([1.0, 3.0], [2.0, 4.0])
    assert found.scores == {"mse": 2.0, "mae": 1.0, "r2": -1.0}
    several = baseline(np.array([[1.0, 10.0], [3.0, 30.0]]))
    assert several.predict(2).tolist() == [[2.0, 20.0]] * 2
    assert several.scores["r2"] == 0.0
    assert baseline([1, 2], kind="mean").value == 1.5


def test_a_baseline_needs_targets():
    with pytest.raises(ArgumentError, match="at least one training target"):
        baseline([])
    with pytest.raises(ArgumentError, match="no baseline 'median'"):
        baseline([1.0], kind="median")


def test_tables_stand_side_by_side_in_both_languages():
    found = baseline([0, 0, 1])
    assert str(found) == "metric    majority class\naccuracy          0.6667"
    with use_language("es"):
        assert comparison({"accuracy": 0.9}, found) == (
            "métrica   modelo  clase mayoritaria\naccuracy  0.9000             0.6667"
        )
