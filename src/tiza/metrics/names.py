"""Metrics by name: `metric("accuracy")`, as the arguments of fit and of the command line say."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from tiza.errors import ArgumentError
from tiza.metrics.agreement import (
    BalancedAccuracy,
    Brier,
    CalibrationError,
    CohenKappa,
    FBeta,
    MatthewsCorrelation,
    TopK,
)
from tiza.metrics.base import Average, Metric
from tiza.metrics.classification import F1, Accuracy, ConfusionMatrix, LogLoss, Precision, Recall
from tiza.metrics.clusters import AdjustedRand, MutualInformation
from tiza.metrics.curves import AveragePrecision, RocAuc
from tiza.metrics.deviations import (
    ExplainedVariance,
    MeanAbsolutePercentageError,
    QuantileLoss,
)
from tiza.metrics.language import Bleu, CharacterErrorRate, Perplexity, RougeL, WordErrorRate
from tiza.metrics.ranking import (
    HitRate,
    MeanAveragePrecision,
    Ndcg,
    PrecisionAtK,
    RecallAtK,
    ReciprocalRank,
)
from tiza.metrics.regression import R2, MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError
from tiza.metrics.samples import FrechetDistance
from tiza.metrics.several import Hamming, RocAucOfClasses, ZeroOneLoss

ALL: tuple[type[Metric], ...] = (
    Accuracy,
    AdjustedRand,
    AveragePrecision,
    BalancedAccuracy,
    Bleu,
    Brier,
    CalibrationError,
    CharacterErrorRate,
    CohenKappa,
    ConfusionMatrix,
    ExplainedVariance,
    F1,
    FBeta,
    FrechetDistance,
    Hamming,
    HitRate,
    LogLoss,
    MatthewsCorrelation,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanAveragePrecision,
    MeanSquaredError,
    MutualInformation,
    Ndcg,
    Perplexity,
    Precision,
    PrecisionAtK,
    QuantileLoss,
    R2,
    Recall,
    RecallAtK,
    ReciprocalRank,
    RocAuc,
    RocAucOfClasses,
    RootMeanSquaredError,
    RougeL,
    TopK,
    WordErrorRate,
    ZeroOneLoss,
)
KINDS: dict[str, Callable[..., Metric]] = {kind.name: kind for kind in ALL}
ALIASES = {
    "acc": "accuracy",
    "mean_squared_error": "mse",
    "mean_absolute_error": "mae",
    "root_mean_squared_error": "rmse",
    "r2_score": "r2",
    "f1_score": "f1",
    "zero_one_loss": "zero_one",
}
BY_CLASS = {"accuracy", "balanced_accuracy", "confusion_matrix", "f1", "fbeta", "hamming", "kappa",
            "mcc", "precision", "recall", "zero_one"}  # fmt: skip
OF_SHARES = {"brier", "ece", "log_loss", "top_k"}
OF_SCORES = {"average_precision", "roc_auc"}
OF_RANKS = {"hit_rate", "map", "mrr", "ndcg", "precision_at_k", "recall_at_k"}
ALONE = {"ari", "bleu", "cer", "frechet", "nmi", "perplexity", "roc_auc_of_classes", "rouge_l",
         "wer"}  # a constant answer means nothing for texts, clouds and groupings  # fmt: skip
READINGS: dict[str, dict[str, Any]] = {  # what a network trained with this loss puts out
    "cross_entropy": {"task": "classes"},
    "nll_loss": {"task": "classes"},
    "binary_cross_entropy": {"task": "binary", "logits": False},
    "binary_cross_entropy_with_logits": {"task": "binary", "logits": True},
}
MODULES = {
    "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "nll_loss",
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
}


def metric(name: object, *, loss: object = None, **options: Any) -> Metric:
    """The metric called `name`, fresh.

    A metric is handed back as it is, and a function (prediction, target) → number becomes its
    mean over the examples. `loss` is the function or module that the network is trained with:
    it settles whether the predictions are logits, probabilities or scores of classes.

    >>> metric("acc").name, metric("R2").name
    ('accuracy', 'r2')
    """
    if isinstance(name, Metric):
        return name
    if not isinstance(name, str):
        if callable(name):
            return Average(name)
        raise ArgumentError(
            "metric-unknown", got=repr(name), near="accuracy", known=", ".join(sorted(KINDS))
        )
    plain = name.lower().replace("-", "_").replace("²", "2")
    plain = ALIASES.get(plain, plain)
    if plain not in KINDS:
        near = get_close_matches(plain, [*KINDS, *ALIASES], n=1, cutoff=0.0)
        raise ArgumentError(
            "metric-unknown", got=name, near=near[0], known=", ".join(sorted(KINDS))
        )
    return KINDS[plain](**{**reading(loss, plain), **options})


def reading(loss: object, name: str) -> dict[str, Any]:
    """The options of metric `name` that follow from the loss: what the predictions mean."""
    called = getattr(loss, "__name__", type(loss).__name__)
    called = loss if isinstance(loss, str) else MODULES.get(called, called)
    found = dict(READINGS.get(str(called), {}))
    ignore = getattr(loss, "ignore_index", None)
    if name in ("log_loss", "brier", "ece"):
        return {"logits": called != "binary_cross_entropy"} if found else {}
    if name == "perplexity" and isinstance(ignore, int):
        return {"ignore_index": ignore}
    if name not in BY_CLASS:
        return {}
    if isinstance(ignore, int):
        found["ignore_index"] = ignore
    return found
