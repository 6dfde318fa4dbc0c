"""The loss around trained weights, along two directions through their space."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from tiza.errors import ArgumentError
from tiza.lang import linalg
from tiza.lang.tensor import Tensor, as_tensor
from tiza.lang.trace import Program, held_open
from tiza.nn.module import Module
from tiza.plot.style import (
    Array,
    Figure,
    colour,
    figure,
    legend,
    spread,
    styled,
    theme_now,
    titled,
)
from tiza.plot.words import say

Weights = list[Array]


def filter_normalised(weights: Weights, rng: np.random.Generator) -> Weights:
    """A random direction whose filters are as long as the weights' own; 0 for vectors.

    d ← d ‖wᵢ‖ / ‖dᵢ‖ for each filter i (the first axis); biases and the parameters of norms
    stay where they are. Source: Li et al. 2018, arXiv:1712.09913, section 4.
    """
    found = []
    for w in weights:
        d = rng.normal(size=w.shape)
        if w.ndim < 2:
            found.append(np.zeros(w.shape))
            continue
        rest = tuple(range(1, w.ndim))
        own, size = (np.sqrt(np.sum(np.square(v), rest, keepdims=True)) for v in (w, d))
        found.append(d * own / size)
    return found


def heights(model: Module, loss: Callable[[], Tensor], first: Weights, second: Weights,
            a: Array, b: Array) -> Array:  # fmt: skip
    """loss(w + a d₁ + b d₂) on a grid, (len(b), len(a)); the model keeps its weights."""
    parameters = list(model.parameters())
    weights = [np.array(p.numpy()) for p in parameters]
    with held_open(parameters) as holes:
        program = Program(holes, [loss().node])
    found = np.empty((len(b), len(a)))
    for i, t in enumerate(b):
        for j, s in enumerate(a):
            moved = [(w + s * d + t * e).astype(w.dtype)
                     for w, d, e in zip(weights, first, second, strict=True)]  # fmt: skip
            found[i, j] = float(program(*moved)[0])
    return found


def principal(path: Sequence[Weights], last: Weights) -> tuple[list[Weights], Array, Array]:
    """The two main directions of a path of weights, the path in them, and their shares.

    Source: Li et al. 2018, section 7: the principal components of wₜ − w_end.
    """
    rows = np.stack([np.concatenate([(w - e).ravel() for w, e in zip(ws, last, strict=True)])
                     for ws in path]).astype(float)  # fmt: skip
    _, sizes, axes = linalg.svd(as_tensor(rows), full_matrices=False)
    share = np.asarray(sizes.numpy()) ** 2
    share = share / (share.sum() or 1.0)
    directions = np.asarray(axes.numpy())[:2]
    if len(directions) < 2:
        raise ArgumentError("plot-shape", name="path", want="(3 or more)", got=len(path))
    split = np.cumsum([e.size for e in last])[:-1]
    shaped = [
        [part.reshape(e.shape) for part, e in zip(np.split(d, split), last, strict=True)]
        for d in directions
    ]
    return shaped, rows @ directions.T, share[:2]


@styled
def loss_surface(model: Module, loss: Callable[[], Tensor], *,
                 path: Sequence[Mapping[str, Any]] | None = None, span: float = 1.0,
                 points: int = 31, seed: int = 0,
                 theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """The loss around the model's weights, along two directions; with `path`, its training.

    `loss` is a function without arguments that uses the model: `lambda: F.mse_loss(model(X), Y)`.
    The directions are random and filter-normalised, from −span to span. With `path`, a list of
    `model.state_dict()`s in the order of the training, they are the two main components of that
    path, which is drawn.

    Source: Li, Xu, Taylor, Studer & Goldstein 2018, arXiv:1712.09913.

    >>> from tiza import nn
    >>> model = nn.Linear(2, 1)
    >>> fig = loss_surface(model, lambda: (model([[1.0, 2.0]]) ** 2).mean(), points=5)
    >>> fig.axes[0].get_xlabel()
    'direction 1'
    """
    named = dict(model.named_parameters())
    weights = [np.array(p.numpy(), float) for p in named.values()]
    if path is None:
        rng = np.random.default_rng(seed)
        first, second = (filter_normalised(weights, rng) for _ in range(2))
        a = b = np.linspace(-span, span, points)
        track, share = None, None
    else:
        states = [[np.asarray(as_tensor(state[k]).numpy(), float) for k in named] for state in path]
        (first, second), track, share = principal(states, weights)
        a, b = (np.linspace(*spread([*c, 0.0], 0.25), points) for c in track.T)
    z = heights(model, loss, first, second, a, b)
    fig, axes = figure(size=(6.6, 5.0))
    ax = axes[0, 0]
    shown = np.log10(np.maximum(z, 1e-300)) if z.min() > 0 and z.max() / z.min() > 50 else z
    levels = np.linspace(shown.min(), shown.max(), 25)
    if levels[0] == levels[-1]:
        levels = np.linspace(levels[0] - 1, levels[0] + 1, 25)
    image = ax.contourf(a, b, shown, levels=levels, cmap="cividis")
    ax.contour(a, b, shown, levels=levels, colors="white", linewidths=0.35, alpha=0.6)
    bar = fig.colorbar(image, ax=ax, ticks=MaxNLocator(7))
    bar.set_label(say("loss") if shown is z else f"log₁₀ {say('loss')}")
    ax.grid(False)
    if track is not None:
        ax.plot(*track.T, "o-", color=colour(1), markersize=3.5, markeredgecolor=theme_now().paper,
                markeredgewidth=0.4, linewidth=1.6, label=say("path"))  # fmt: skip
    ax.plot(0, 0, "*", color="white", markeredgecolor="black", markersize=14, label=say("trained"))
    names = [say("direction", n=n) if share is None else
             say("explained", n=n, share=float(share[n - 1])) for n in (1, 2)]  # fmt: skip
    titled(ax, say("surface"), *names)
    legend(ax, loc="upper right", frameon=True, framealpha=0.85)
    return fig
