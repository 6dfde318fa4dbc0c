"""Figures of merit: each as a streaming class and as a function of one batch."""

from tiza.metrics.agreement import (
    BalancedAccuracy,
    Brier,
    CalibrationError,
    CohenKappa,
    FBeta,
    MatthewsCorrelation,
    TopK,
)
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
from tiza.metrics.curves import (
    AveragePrecision,
    Curve,
    RocAuc,
    precision_recall_curve,
    roc_curve,
)
from tiza.metrics.deviations import (
    ExplainedVariance,
    MeanAbsolutePercentageError,
    QuantileLoss,
)
from tiza.metrics.labels import labels
from tiza.metrics.names import metric
from tiza.metrics.ranking import HitRate, MeanAveragePrecision, Ndcg, ReciprocalRank
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
    "AveragePrecision",
    "BalancedAccuracy",
    "Baseline",
    "Brier",
    "CalibrationError",
    "CohenKappa",
    "ConfusionMatrix",
    "Curve",
    "ExplainedVariance",
    "FBeta",
    "HitRate",
    "LogLoss",
    "MatthewsCorrelation",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanAveragePrecision",
    "MeanSquaredError",
    "Metric",
    "Ndcg",
    "Precision",
    "QuantileLoss",
    "Recall",
    "ReciprocalRank",
    "RocAuc",
    "RootMeanSquaredError",
    "TopK",
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
    "precision_recall_curve",
    "r2_score",
    "recall",
    "roc_curve",
    "root_mean_squared_error",
]
