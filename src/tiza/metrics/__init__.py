"""Figures of merit: each as a streaming class and as a function of one batch."""

from tiza.metrics.base import Average, Mean, Metric
from tiza.metrics.baseline import Baseline, baseline, comparison
from tiza.metrics.classification import (
    F1,
    Accuracy,
    ConfusionMatrix,
    LogLoss,
    Precision,
    Recall,
    accuracy,
    confusion_matrix,
    f1_score,
    log_loss,
    precision,
    recall,
)
from tiza.metrics.labels import labels
from tiza.metrics.names import metric
from tiza.metrics.regression import (
    R2,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)

__all__ = [
    "F1",
    "R2",
    "Accuracy",
    "Average",
    "Baseline",
    "ConfusionMatrix",
    "LogLoss",
    "Mean",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "Precision",
    "Recall",
    "RootMeanSquaredError",
    "accuracy",
    "baseline",
    "comparison",
    "confusion_matrix",
    "f1_score",
    "labels",
    "log_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "metric",
    "precision",
    "r2_score",
    "recall",
    "root_mean_squared_error",
]
