"""How good predictions are, drawn: confusion, ROC, precision and recall, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.metrics.curves import AveragePrecision, Curve, RocAuc, precision_recall_curve, roc_curve
from tiza.plot.style import (
    Array,
    Figure,
    arrays,
    colour,
    figure,
    legend,
    line,
    styled,
    theme_now,
    titled,
)
from tiza.plot.words import say

FEW = 25  # classes whose numbers are written into the matrix


@styled
def confusion_matrix(prediction: Any, target: Any, *, labels: Sequence[str] | None = None,
                     normalise: bool = False,
                     theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """How often each true class (row) was given each predicted class (column).

    `prediction` holds classes (n), or one score for each class (n, classes). `normalise`
    divides each row by its sum: the diagonal is the recall of each class.

    >>> fig = confusion_matrix([0, 1, 1], [0, 0, 1])
    >>> fig.axes[0].images[0].get_array().tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    given, truth = arrays(prediction, target)
    given = given.argmax(1) if given.ndim == 2 else given
    if given.shape != truth.shape or given.ndim != 1:
        raise ArgumentError("plot-shape", name="prediction", want=truth.shape, got=given.shape)
    n = int(max(given.max(initial=0), truth.max(initial=0), len(labels or ()) - 1)) + 1
    counts = np.zeros((n, n))
    np.add.at(counts, (truth.astype(int), given.astype(int)), 1)
    rows = counts.sum(1, keepdims=True)
    shown = counts / np.where(rows > 0, rows, 1)
    side = max(4.2, min(0.55 * n + 2.0, 11.0))
    fig, axes = figure(size=(side + 0.8, side))
    ax = axes[0, 0]
    image = ax.imshow(shown if normalise else counts, cmap="cividis", vmin=0)
    fig.colorbar(image, ax=ax, fraction=0.046)
    top = (1.0 if normalise else counts.max(initial=1)) * 0.55
    for i, j in np.ndindex(n, n) if n <= FEW else ():
        value = shown[i, j] if normalise else counts[i, j]
        word = f"{value:.2f}" if normalise else f"{value:.0f}"
        ax.text(j, i, word, ha="center", va="center", fontsize=9 if n <= 12 else 7,
                color="black" if value > top else "white")  # fmt: skip
    names = list(labels) if labels is not None else [str(k) for k in range(n)]
    turned = 90 if max(map(len, names)) * n > 60 else 0
    ax.set_xticks(range(n), names, rotation=turned)
    ax.set_yticks(range(n), names)
    ax.grid(False)
    titled(ax, say("confusion"), say("predicted"), say("true"))
    return fig


def _each(scores: Any) -> Mapping[str, Any]:
    return scores if isinstance(scores, Mapping) else {say("model"): scores}


def _truth(target: Any, name: str) -> Array:
    """The targets of one curve, where each has its own."""
    (found,) = arrays(target[name] if isinstance(target, Mapping) else target)
    return found


def _curves(scores: Any, target: Any, curve: Any, area: Any) -> tuple[Figure, Any, list[Curve]]:
    fig, axes = figure(size=(5.4, 5.0))
    ax = axes[0, 0]
    found = []
    for k, (name, score) in enumerate(_each(scores).items()):
        (given,) = arrays(score)
        truth = _truth(target, name)
        points = curve(given, truth)
        label = say("area", name=name, value=float(area()(given, truth)))
        ax.plot(points.x, points.y, label=label, **line(k))
        found.append(points)
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_aspect("equal")
    return fig, ax, found


@styled
def roc(scores: Any, target: Any, *, theme: str | None = None, lang: str | None = None) -> Figure:
    """ROC curves of yes-or-no scores: one array, or {name: array}; the area in the legend.

    With {name: array} the targets may differ too: {name: targets}, for each class its own.

    Source: Swets 1988, Science 240.

    >>> fig = roc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    >>> fig.axes[0].lines[0].get_label()
    'model (area 0.750)'
    """
    fig, ax, _ = _curves(scores, target, roc_curve, RocAuc)
    ax.plot([0, 1], [0, 1], color=theme_now().faint, linewidth=1, label=say("chance"))
    titled(ax, say("roc"), say("false-positives"), say("true-positives"))
    legend(ax, loc="lower right")
    return fig


@styled
def precision_recall(
    scores: Any, target: Any, *, theme: str | None = None, lang: str | None = None
) -> Figure:
    """Precision against recall: one array of scores, or {name: array}; average precision.

    >>> fig = precision_recall([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    >>> fig.axes[0].lines[0].get_label()
    'model (area 0.833)'
    """
    fig, ax, _ = _curves(scores, target, precision_recall_curve, AveragePrecision)
    if not isinstance(target, Mapping):
        share = float(np.mean(arrays(target)[0]))
        ax.axhline(share, color=theme_now().faint, linewidth=1, label=say("chance"))
    titled(ax, say("pr"), say("recall"), say("precision"))
    legend(ax, loc="lower left")
    return fig


def bins(probability: Array, truth: Array, count: int) -> tuple[Array, Array, Array]:
    """Of each bin that holds examples: mean probability, frequency of yes, how many."""
    place = np.minimum((probability * count).astype(int), count - 1)
    many = np.bincount(place, minlength=count)
    some = many > 0
    mean = np.bincount(place, probability, count)[some] / many[some]
    observed = np.bincount(place, truth, count)[some] / many[some]
    return mean, observed, many[some]


@styled
def calibration(probability: Any, target: Any, *, count: int = 10,
                theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Whether of all that is said with probability p a share p is true, in `count` bins.

    Below: how many examples each bin holds. In the legend the expected calibration error,
    Σ over bins of (share) |frequency − mean probability|.

    Source: Niculescu-Mizil & Caruana 2005; Guo et al. 2017, arXiv:1706.04599, eq. 3.

    >>> fig = calibration([0.1, 0.1, 0.9, 0.9], [0, 0, 1, 1])
    >>> [round(float(y), 2) for y in fig.axes[0].lines[1].get_ydata()]
    [0.0, 1.0]
    """
    fig, axes = figure(2, 1, size=(5.4, 6.0))
    top, below = axes[:, 0]
    top.get_gridspec().set_height_ratios([3, 1])
    top.plot([0, 1], [0, 1], color=theme_now().faint, linewidth=1, label=say("perfect"))
    edges = np.linspace(0, 1, count + 1)
    each = _each(probability)
    for k, (name, given) in enumerate(each.items()):
        p = arrays(given)[0].astype(float).ravel()
        if p.size and not 0 <= p.min() <= p.max() <= 1:
            raise ArgumentError("plot-shape", name="probability", want="0 … 1",
                                got=f"{p.min():.3g} … {p.max():.3g}")  # fmt: skip
        mean, observed, many = bins(p, _truth(target, name).astype(float).ravel(), count)
        error = float((many / many.sum() * np.abs(observed - mean)).sum())
        top.plot(mean, observed, marker="o", label=say("ece", name=name, value=error), **line(k))
        below.hist(p, edges, color=colour(k), histtype="bar" if len(each) == 1 else "step")
    titled(top, say("calibration"), "", say("observed"))
    titled(below, "", say("claimed"), say("examples"))
    legend(top, loc="upper left")
    return fig
