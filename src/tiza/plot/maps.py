"""High-dimensional data on the plane: embeddings, and self-organizing maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection

from tiza.errors import ArgumentError
from tiza.lang import linalg
from tiza.lang.tensor import as_tensor
from tiza.nn.som import SOM, coordinates
from tiza.plot.style import COLOURS, Array, Figure, arrays, figure, legend, styled, titled
from tiza.plot.words import say

MARKERS = "os^DvPX*"
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


@styled
def embedding(x: Any, labels: Any = None, *, names: Sequence[str] | None = None,
              words: Sequence[str] | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Points on the plane, coloured by class: (n, 2), or (n, d) by their principal components.

    For t-SNE or UMAP give their two columns. `words` writes a word at each of at most 40 points.

    >>> fig = embedding([[0.0, 0.0, 1.0], [1.0, 2.0, 1.0], [2.0, 4.0, 1.0]])
    >>> fig.axes[0].get_xlabel()
    'component 1 (100% of the variance)'
    """
    (values,) = arrays(x)
    if values.ndim != 2 or values.shape[1] < 2:
        raise ArgumentError("plot-shape", name="x", want="(n, 2)", got=values.shape)
    spots, share = (values, None) if values.shape[1] == 2 else components(values)
    fig, axes = figure(size=(6.2, 5.2))
    ax = axes[0, 0]
    classes = np.zeros(len(spots), int) if labels is None else arrays(labels)[0].astype(int)
    for k in np.unique(classes):
        mine = spots[classes == k]
        label = names[k] if names is not None else say("class", n=k)
        ax.scatter(*mine.T, s=max(6, min(40, 4000 / len(spots))), color=COLOURS[k % len(COLOURS)],
                   marker=MARKERS[(k // len(COLOURS) + k) % len(MARKERS)], alpha=0.8, linewidth=0,
                   label=label if labels is not None else None)  # fmt: skip
    for spot, word in zip(spots[:FEW], words or (), strict=False):
        ax.annotate(word, spot, xytext=(4, 3), textcoords="offset points", fontsize=8.5)
    titles = [say("axis", n=n) if share is None else
              say("component", n=n, share=float(share[n - 1]) if len(share) >= n else 0.0)
              for n in (1, 2)]  # fmt: skip
    titled(ax, say("embedding"), *titles)
    legend(ax, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return fig


@styled
def som(model: SOM, data: Any = None, labels: Any = None, *, names: Sequence[str] | None = None,
        lang: str | None = None) -> Figure:  # fmt: skip
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
    cells = PolyCollection(list(spots[:, None] + outline), edgecolor="white", linewidth=0.6)
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
                   color=COLOURS[(k + 1) % len(COLOURS)], marker=MARKERS[k % len(MARKERS)],
                   edgecolor="white", linewidth=0.8)  # fmt: skip
    legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4)
