"""Training curves: of one run, and of several beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from tiza.errors import ArgumentError
from tiza.plot.style import (
    Figure,
    colour,
    figure,
    legend,
    line,
    styled,
    theme_now,
    titled,
)
from tiza.plot.words import metric_word, say

QUIET = {"lr", "seconds"}


class Recorded(Protocol):
    """What `fit` gives: columns by name."""

    @property
    def history(self) -> Mapping[str, Sequence[float]]:
        """All columns."""


History = Recorded | Mapping[str, Sequence[float]]


def columns(history: History) -> dict[str, list[float]]:
    """The columns of what `fit` gave, or of a dict of lists."""
    table = history if isinstance(history, Mapping) else history.history
    return {name: [float(v) for v in column] for name, column in table.items()}


@styled
def training(history: History, *, metrics: Sequence[str] | None = None, log: bool = False,
             theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Loss and metrics by epoch, on the training part and on the validation part.

    `history` is what `fit` returned, or a dict of lists; "val_x" is drawn beside "x", and its
    best epoch is marked: the least of a loss or an error, the greatest of anything else.

    >>> fig = training({"loss": [0.9, 0.5], "val_loss": [1.0, 0.8]})
    >>> [line.get_label() for line in fig.axes[0].lines][:2]
    ['training', 'validation']
    """
    table = columns(history)
    names = [n for n in table if not n.startswith("val_") and n not in QUIET]
    wanted = list(metrics) if metrics is not None else names
    unknown = [n for n in wanted if n not in table]
    if unknown or not wanted:
        raise ArgumentError("plot-choice", name="metrics", got=unknown[0] if unknown else "",
                            known=", ".join(names))  # fmt: skip
    fig, axes = figure(1, len(wanted), size=(1.2 + 4.6 * len(wanted), 3.9), title=say("training"))
    for ax, name in zip(axes[0], wanted, strict=True):
        for k, (key, word) in enumerate(((name, "train"), (f"val_{name}", "validation"))):
            if key in table:
                epochs = np.arange(1, len(table[key]) + 1)
                marker = "o" if len(epochs) < 25 else None
                ax.plot(epochs, table[key], marker=marker, markersize=3.5, label=say(word),
                        **line(k))  # fmt: skip
        best = f"val_{name}" if f"val_{name}" in table else name
        _mark_best(ax, name, table[best])
        if log:
            ax.set_yscale("log")
        titled(ax, metric_word(name), say("epoch"))
        ax.xaxis.get_major_locator().set_params(integer=True)
        legend(ax)
    return fig


def falls(name: str) -> bool:
    """Whether less of it is better."""
    words = ("loss", "error", "mse", "mae", "rmse", "perplexity", "deviance")
    return any(word in name.lower() for word in words)


def _mark_best(ax: Any, name: str, values: Sequence[float]) -> None:
    known = np.asarray(values, float)
    if not np.isfinite(known).any():
        return
    k = int(np.nanargmin(known) if falls(name) else np.nanargmax(known))
    ax.plot(k + 1, known[k], "D", color=colour(2), markersize=7, markeredgecolor=theme_now().paper,
            label=say("best", value=float(known[k]), epoch=k + 1))  # fmt: skip


@styled
def compare(runs: Mapping[str, History], metric: str = "val_loss", *, log: bool = False,
            theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """One metric of several runs by epoch.

    >>> fig = compare({"a": {"loss": [1.0, 0.5]}, "b": {"loss": [1.0, 0.9]}}, "loss")
    >>> [line.get_label() for line in fig.axes[0].lines]
    ['a', 'b']
    """
    fig, axes = figure(size=(6.8, 4.2))
    ax = axes[0, 0]
    for k, (label, history) in enumerate(runs.items()):
        table = columns(history)
        if metric not in table:
            raise ArgumentError("plot-choice", name="metric", got=metric, known=", ".join(table))
        ax.plot(np.arange(1, len(table[metric]) + 1), table[metric], label=label, **line(k))
    if log:
        ax.set_yscale("log")
    titled(ax, metric_word(metric), say("epoch"))
    ax.xaxis.get_major_locator().set_params(integer=True)
    legend(ax)
    return fig
