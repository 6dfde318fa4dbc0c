"""Pictures in rows and columns: images, weights, feature maps, attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.lang.mode import no_grad
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn.module import Module
from tiza.plot.style import MAP, Array, Figure, arrays, bare, figure, styled, theme_now, titled
from tiza.plot.words import say

MOST = 64


def tiles(pictures: Array, titles: Sequence[str] | None, title: str, *, signed: bool,
          columns: int | None = None) -> Figure:  # fmt: skip
    """Pictures (n, h, w) or (n, h, w, 3) in a grid, all on one scale."""
    n = min(len(pictures), MOST)
    across = columns or min(n, max(1, int(np.ceil(np.sqrt(n * 1.6)))))
    down = -(-n // across)
    tall = 1.3 * max(0.4, pictures.shape[1] / pictures.shape[2]) if titles is None else 1.45
    fig, axes = figure(down, across, size=(1.25 * across + 0.9, tall * down + 0.6),
                       title=title)  # fmt: skip
    top = float(np.abs(pictures).max(initial=0)) or 1.0
    low, high = float(pictures.min(initial=0)), float(pictures.max(initial=0))
    scale: dict[str, Any] = {"cmap": "gray", "vmin": low, "vmax": high}
    if signed and low < 0:
        scale = {"cmap": theme_now().diverging, "vmin": -top, "vmax": top}
    elif signed:
        scale = {"cmap": MAP, "vmin": 0, "vmax": top}
    image: Any = None
    for k, ax in enumerate(axes.ravel()):
        if k >= n:
            ax.remove()
            continue
        bare(ax)
        image = ax.imshow(pictures[k], **scale)
        if titles is not None:
            ax.set_title(str(titles[k]), fontsize=9, fontweight="normal")
    if signed:
        fig.colorbar(image, ax=list(axes.ravel()[:n]), fraction=0.03)
    return fig


def _as_pictures(name: str, values: Array) -> Array:
    """(n, h, w), (n, 1, h, w), (n, 3, h, w), (n, h, w, 3) or (n, pixels of a square)."""
    if values.ndim == 4 and values.shape[1] in (1, 3):
        return values[:, 0] if values.shape[1] == 1 else values.transpose(0, 2, 3, 1)
    if values.ndim == 3 or (values.ndim == 4 and values.shape[-1] == 3):
        return values
    side = round(values.shape[-1] ** 0.5)
    if values.ndim == 2 and side * side == values.shape[-1]:
        return values.reshape(-1, side, side)
    raise ArgumentError("plot-shape", name=name, want="(n, h, w)", got=values.shape)


@styled
def images(pictures: Any, titles: Sequence[Any] | None = None, *, columns: int | None = None,
           title: str = "",
           theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Images in a grid: (n, h, w), (n, 1 or 3, h, w), (n, h, w, 3), or flat squares (n, h·h).

    >>> import numpy as np
    >>> len(images(np.zeros((6, 8, 8))).axes[0].images)
    1
    """
    (values,) = arrays(pictures)
    return tiles(_as_pictures("pictures", values), titles, title or say("images"), signed=False,
                 columns=columns)  # fmt: skip


@styled
def weights(
    layer: Module | Tensor, *, name: str = "", theme: str | None = None, lang: str | None = None
) -> Figure:
    """The weights of a layer: its filters as pictures where they are pictures, else one matrix.

    Convolutions (out, in, h, w) show each filter, the mean over inputs if there are many; a
    Linear layer whose inputs are a square shows what each unit looks for; anything else is a
    matrix, rows the outputs. Negative and positive in two colours, white is 0.

    >>> from tiza import nn
    >>> weights(nn.Linear(3, 2)).axes[0].get_xlabel()
    'input'
    """
    tensor = layer.get_parameter("weight") if isinstance(layer, Module) else layer
    (w,) = arrays(tensor)
    own = type(layer).__name__ if isinstance(layer, Module) else layer.name
    title = say("weights", name=name or own or say("layer"))
    if w.ndim == 4:
        return tiles(w.mean(1), None, title, signed=True)
    side = round(w.shape[-1] ** 0.5)
    if w.ndim == 2 and side > 3 and side * side == w.shape[1] and w.shape[0] <= MOST:
        return tiles(w.reshape(-1, side, side), None, title, signed=True)
    w = w.reshape(len(w), -1) if w.ndim else w.reshape(1, 1)
    fig, axes = figure(size=(6.4, 4.4))
    ax = axes[0, 0]
    top = float(np.abs(w).max(initial=0)) or 1.0
    image = ax.imshow(
        w, cmap=theme_now().diverging, vmin=-top, vmax=top, aspect="auto", interpolation="nearest"
    )
    ax.grid(False)
    fig.colorbar(image, ax=ax)
    titled(ax, title, say("in"), say("out"))
    return fig


@styled
def feature_maps(
    model: Module, layer: str, x: Any, *, theme: str | None = None, lang: str | None = None
) -> Figure:
    """What the channels of one layer answer to one image.

    `layer` is the layer's dotted name, `x` one image with its batch axis, (1, c, h, w).

    >>> import tiza as tz
    >>> from tiza import nn
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    >>> len(feature_maps(model, "1", tz.ones((1, 1, 8, 8))).axes)
    5
    """
    kept: list[Any] = []
    part = model.get_submodule(layer)
    handle = part.register_forward_hook(lambda module, given, answer: kept.append(answer))
    try:
        with no_grad():
            model(as_tensor(x))
    finally:
        handle.remove()
    (maps,) = arrays(kept[-1])
    if maps.ndim != 4:
        raise ArgumentError("plot-shape", name=layer, want="(1, c, h, w)", got=maps.shape)
    title = say("features", name=f"{layer} ({type(part).__name__})")
    return tiles(maps[0], None, title, signed=True)


@styled
def attention(scores: Any, queries: Sequence[str] | None = None,
              keys: Sequence[str] | None = None, *,
              theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """How much each query (row) attends to each key (column): (t, t), or (heads, t, t).

    >>> import numpy as np
    >>> attention(np.eye(3), list("abc")).axes[0].get_ylabel()
    'query'
    """
    (values,) = arrays(scores)
    maps = values[None] if values.ndim == 2 else values
    if maps.ndim != 3:
        raise ArgumentError("plot-shape", name="scores", want="(heads, t, t)", got=values.shape)
    keys = queries if keys is None and values.shape[-1] == values.shape[-2] else keys
    across = min(len(maps), 4)
    down = -(-len(maps) // across)
    fig, axes = figure(down, across, size=(3.2 * across + 1.2, 3.2 * down + 0.6),
                       title=say("attention"))  # fmt: skip
    image: Any = None
    for k, ax in enumerate(axes.ravel()):
        if k >= len(maps):
            ax.remove()
            continue
        image = ax.imshow(maps[k], cmap="cividis", vmin=0, vmax=float(maps.max()))
        ax.grid(False)
        if keys is not None:
            ax.set_xticks(range(len(keys)), keys, rotation=90, fontsize=8)
        if queries is not None:
            ax.set_yticks(range(len(queries)), queries, fontsize=8)
        head = say("head", n=k + 1) if len(maps) > 1 else ""
        titled(ax, head, say("key"), say("query") if k % across == 0 else "")
    fig.colorbar(image, ax=list(axes.ravel()[: len(maps)]), fraction=0.03)
    return fig
