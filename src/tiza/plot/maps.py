"""High-dimensional data on the plane: embeddings, and self-organizing maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection

from tiza.errors import ArgumentError, MissingExtraError
from tiza.lang import linalg
from tiza.lang.tensor import as_tensor
from tiza.nn.som import SOM, coordinates
from tiza.plot.style import (
    Array,
    Figure,
    arrays,
    colour,
    figure,
    legend,
    marker,
    styled,
    theme_now,
    titled,
)
from tiza.plot.words import say

FEW = 40  # points that are labelled with their words


def components(x: Array) -> tuple[Array, Array]:
    """The two principal components of the rows, and their shares of the variance.

    X − mean = U S Vᵀ; the components are U S. Source: Pearson 1901; Hotelling 1933.
    """
    centred = as_tensor(np.asarray(x, float) - np.mean(x, 0))
    u, s, vt = (np.asarray(part.numpy()) for part in linalg.svd(centred, full_matrices=False))
    share = s**2 / ((s**2).sum() or 1.0)
    largest = vt[np.arange(len(vt)), np.abs(vt).argmax(1)]
    sign = np.where(largest < 0, -1.0, 1.0)  # the same picture whatever library decomposes
    return (u * s * sign)[:, :2], share[:2]


def neighbours(x: Array, seed: int = 0) -> Array:
    """Rows on the plane so that near ones stay near: t-SNE.

    Source: van der Maaten & Hinton 2008, JMLR 9; the perplexity is 30, or a third of few rows.
    """
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise MissingExtraError("extra-missing", feature='by="tsne"', extra="maps") from error
    perplexity = min(30.0, max(1.0, (len(x) - 1) / 3))
    placed = TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(x)
    return np.asarray(placed, float)


@styled
def embedding(x: Any, labels: Any = None, *, names: Sequence[str] | None = None,
              words: Sequence[str] | None = None, by: str = "pca", seed: int = 0,
              theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Points on the plane, coloured by class: (n, 2), or (n, d) by their principal components.

    `by="tsne"` places rows of many columns by t-SNE instead: near rows stay near, distances
    between groups mean nothing. Two columns are drawn as they are. `words` writes
    a word at each of at most 40 points.

    >>> fig = embedding([[0.0, 0.0, 1.0], [1.0, 2.0, 1.0], [2.0, 4.0, 1.0]])
    >>> fig.axes[0].get_xlabel()
    'component 1 (100% of the variance)'
    """
    (values,) = arrays(x)
    if values.ndim != 2 or values.shape[1] < 2:
        raise ArgumentError("plot-shape", name="x", want="(n, 2)", got=values.shape)
    if by not in {"pca", "tsne"}:
        raise ArgumentError("plot-choice", name="by", got=by, known='"pca", "tsne"')
    spots, share = _placed(values.astype(float), by, seed)
    fig, axes = figure(size=(6.2, 5.2))
    ax = axes[0, 0]
    classes = np.zeros(len(spots), int) if labels is None else arrays(labels)[0].astype(int)
    size = max(7.0, min(40.0, 8000 / len(spots)))
    for k in np.unique(classes):
        mine = spots[classes == k]
        label = names[k] if names is not None else say("class", n=k)
        ax.scatter(*mine.T, s=size, color=colour(k),
                   marker=marker(k + k // 8), alpha=0.8, linewidth=0,
                   label=label if labels is not None else None)  # fmt: skip
    for spot, word in zip(spots[:FEW], words or (), strict=False):
        ax.annotate(word, spot, xytext=(4, 3), textcoords="offset points", fontsize=8.5)
    axis = "axis" if values.shape[1] == 2 else "tsne-axis"
    titles = [say(axis, n=n) if share is None else
              say("component", n=n, share=float(share[n - 1]) if len(share) >= n else 0.0)
              for n in (1, 2)]  # fmt: skip
    titled(ax, say("embedding"), *titles)
    legend(ax, loc="center left", bbox_to_anchor=(1.0, 0.5),
           markerscale=max(1.0, (30 / size) ** 0.5))  # fmt: skip
    return fig


def _placed(values: Array, by: str, seed: int) -> tuple[Array, Array | None]:
    """Where each row stands, and of principal components their shares of the variance."""
    if values.shape[1] == 2:
        return values, None
    return (neighbours(values, seed), None) if by == "tsne" else components(values)


@styled
def som(model: SOM, data: Any = None, labels: Any = None, *, names: Sequence[str] | None = None,
        theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """A self-organizing map: its U-matrix, with the class that each unit wins most often.

    Dark units lie close to their neighbours, bright ones stand at a border between clusters.
    Of three features (colours) the units are painted in their own colour, beside it.

    Source: Ultsch & Siemon 1990, INNC, for the U-matrix; Kohonen 1995.

    >>> from tiza import nn
    >>> som(nn.SOM(3, 4, 2)).axes[0].get_title()
    'Self-organizing map'
    """
    painted = model.features == 3
    fig, axes = figure(1, 1 + painted, size=(5.6 + 4.6 * painted, 4.8))
    ax = axes[0, 0]
    far = np.asarray(model.u_matrix().numpy()).ravel()
    patches = _cells(ax, model, "cividis", far)
    fig.colorbar(patches, ax=ax, fraction=0.04, label=say("distance"))
    titled(ax, say("som"))
    if painted:
        own = np.clip(np.asarray(model.weight.numpy()), 0, 1)
        _cells(axes[0, 1], model, None, own)
        titled(axes[0, 1], say("units"))
    if data is not None and labels is not None:
        _winners(ax, model, data, arrays(labels)[0].astype(int), names)
    return fig


def _cells(ax: Any, model: SOM, cmap: str | None, values: Array) -> Any:
    """One square or hexagon for each unit."""
    spots = coordinates(model.rows, model.columns, model.grid)[:, ::-1]  # x, y
    if model.grid == "hexagonal":
        turns = np.arange(6) * math.pi / 3 + math.pi / 6
        outline = np.stack([np.cos(turns), np.sin(turns)], 1) / math.sqrt(3)
    else:
        outline = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    cells = PolyCollection(
        list(spots[:, None] + outline), edgecolor=theme_now().paper, linewidth=0.6
    )
    if cmap is None:
        cells.set_facecolor(values)
    else:
        cells.set_array(values)
        cells.set_cmap(cmap)
    ax.add_collection(cells)
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return cells


def _winners(ax: Any, model: SOM, data: Any, labels: Array, names: Sequence[str] | None) -> None:
    """In each unit the class of most of the examples that it wins; larger, the more they are."""
    unit = np.asarray(model(as_tensor(data)).numpy())
    spots = coordinates(model.rows, model.columns, model.grid)[:, ::-1]
    hits = np.zeros((len(spots), int(labels.max()) + 1))
    np.add.at(hits, (unit, labels), 1)
    most = hits.sum(1).max()
    for k in range(hits.shape[1]):
        mine = (hits.sum(1) > 0) & (hits.argmax(1) == k)
        label = names[k] if names is not None else say("class", n=k)
        ax.scatter(*spots[mine].T, s=25 + 110 * hits.sum(1)[mine] / most, label=label,
                   color=colour(k + 1), marker=marker(k),
                   edgecolor=theme_now().paper, linewidth=0.8)  # fmt: skip
    legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4)
