"""Which class a model gives to every point of the plane."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from tiza.errors import ArgumentError
from tiza.lang.mode import no_grad
from tiza.lang.tensor import as_tensor
from tiza.nn.activations import Sigmoid, Softmax
from tiza.nn.module import Module
from tiza.plot.style import (
    Array,
    Figure,
    arrays,
    colour,
    figure,
    legend,
    marker,
    spread,
    styled,
    theme_now,
    titled,
)
from tiza.plot.words import say


def probabilities(model: Module, x: Array, *, logits: bool | None = None) -> Array:
    """(n, classes) of a model of one output (two classes) or of one for each class.

    Outputs are logits unless the model ends in a sigmoid or softmax, or `logits` says so.
    """
    last = list(model.modules())[-1]
    logits = not isinstance(last, Sigmoid | Softmax) if logits is None else logits
    first = next(iter(model.parameters()), None)
    modes = [(m, m.training) for m in model.modules()]
    try:
        with no_grad():
            given = as_tensor(np.asarray(x, float), first.dtype if first is not None else None)
            z = np.asarray(model.eval()(given).numpy(), float)
    finally:
        for part, mode in modes:
            part.training = mode
    if z.ndim == 1 or z.shape[1] == 1:
        p = z.reshape(-1)
        p = 1 / (1 + np.exp(-np.clip(p, -700, 700))) if logits else p
        return np.stack([1 - p, p], 1)
    if not logits:
        return z
    e = np.exp(z - z.max(1, keepdims=True))
    odds: Array = e / e.sum(1, keepdims=True)
    return odds


@styled
def decision_boundary(model: Module, X: Any, y: Any, *, logits: bool | None = None,
                      points: int = 220, names: Any = None,
                      theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """The classes of the plane under a model, the points of the data, and the boundary.

    The colour is the more intense the surer the model is; the black line is where two classes
    are equally likely. Model: (n, 2) → (n,), (n, 1) or (n, classes).

    Errors: ArgumentError unless X has two columns.

    >>> from tiza import nn
    >>> fig = decision_boundary(nn.Linear(2, 1), [[0.0, 1.0], [1.0, 0.0]], [0, 1], points=5)
    >>> fig.axes[0].get_title()
    'Decision boundary'
    """
    data, labels = arrays(X, y)
    if data.ndim != 2 or data.shape[1] != 2:
        raise ArgumentError("plot-shape", name="X", want="(n, 2)", got=data.shape)
    labels = labels.reshape(-1).astype(int)
    frame = [spread(column, 0.15) for column in data.T]
    a, b = np.meshgrid(*[np.linspace(*side, points) for side in frame])
    p = probabilities(model, np.stack([a.ravel(), b.ravel()], 1), logits=logits)
    fig, axes = figure(size=(6.0, 4.8))
    ax = axes[0, 0]
    found = p.argmax(1).reshape(a.shape)
    sure = p.max(1).reshape(a.shape)
    for k in range(p.shape[1]):
        fade = LinearSegmentedColormap.from_list("fade", [theme_now().paper, colour(k)])
        ax.contourf(a, b, np.where(found == k, sure, np.nan), levels=np.linspace(0, 1, 11),
                    cmap=fade, alpha=0.45)  # fmt: skip
    ordered = np.sort(p, 1)
    gap = (ordered[:, -1] - ordered[:, -2]).reshape(a.shape)
    if p.shape[1] == 2:
        ax.contour(a, b, (p[:, 1] - p[:, 0]).reshape(a.shape), levels=[0], colors=theme_now().ink,
                   linewidths=1.8)  # fmt: skip
    else:
        for k in range(p.shape[1]):
            inside = np.where(found == k, gap, -gap)
            ax.contour(a, b, inside, levels=[0], colors=theme_now().ink, linewidths=1.2)
    for k in np.unique(labels):
        mine = data[labels == k]
        ax.scatter(*mine.T, s=26, color=colour(k), marker=marker(k),
                   edgecolor=theme_now().paper, linewidth=0.7,
                   label=str(names[k]) if names is not None else say("class", n=k))  # fmt: skip
    ax.grid(False)
    right = float((probabilities(model, data, logits=logits).argmax(1) == labels).mean())
    titled(ax, say("boundary"), f"x₁      ({say('accuracy', value=right)})", "x₂")
    legend(ax, loc="upper right", frameon=True, framealpha=0.85)
    return fig
