"""Universal approximation seen: growing width, and an activation with which it fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import tiza.lang.array_api as xp
from tiza.lang import linalg
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn import functional as F
from tiza.plot.curves import Curve
from tiza.plot.style import (
    Array,
    Figure,
    figure,
    legend,
    line,
    spread,
    styled,
    theme_now,
    titled,
)
from tiza.plot.words import say


def wavy(x: Tensor) -> Tensor:
    """sin 3x + |x| / 2: smooth, but for a kink."""
    return xp.sin(3 * x) + xp.abs(x) / 2


def network(f: Curve, activation: Curve, width: int, x: Array, seed: int = 0) -> Array:
    """The nearest network of one hidden layer to f at x: values.

    h(x) = Σⱼ cⱼ φ(aⱼ x + bⱼ) + c₀ with aⱼ, bⱼ drawn so that the bends lie over the interval,
    and c the least-squares solution: the best that these hidden units can do. Units are added,
    never exchanged, so that a wider network holds the narrower one.
    """
    rng = np.random.default_rng(seed)
    low, high = float(x.min()), float(x.max())
    slope = rng.normal(0, 1, width) * 12 / (high - low)
    bend = low + (high - low) * np.mod(np.arange(1, width + 1) * 0.6180339887498949, 1.0)
    hidden = activation(as_tensor(np.outer(x, slope) - slope * bend)).numpy()
    columns = np.concatenate([np.ones((len(x), 1)), np.asarray(hidden)], 1)
    scale = np.abs(columns).max(0)
    matrix = as_tensor(columns / np.where(scale > 0, scale, 1))
    target = xp.reshape(f(as_tensor(x)), (-1, 1))
    weights = linalg.pinv(matrix, rtol=1e-10) @ target
    return np.asarray((matrix @ weights).numpy())[:, 0]


@styled
def approximation(f: Curve = wavy, widths: Sequence[int] = (2, 5, 10, 40), *,
                  activation: Curve = F.tanh, power: int = 2,
                  over: tuple[float, float] = (-3.0, 3.0), seed: int = 0,
                  theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Networks of growing width approach a continuous function; with a polynomial they do not.

    Above: f, and the best network of each width with `activation` (left) and with the
    polynomial x^`power` (right), whose sums are polynomials of that degree, however many units.
    Below: the greatest error against the width.

    Source: Cybenko 1989; Leshno, Lin, Pinkus & Schocken 1993, Neural Networks 6: an activation
    approximates every continuous function exactly if it is no polynomial.

    >>> fig = approximation(widths=(2, 20))
    >>> good, bad = (line.get_ydata() for line in fig.axes[2].lines)
    >>> bool(good[-1] < 0.1 < bad[-1])
    True
    """
    x = np.linspace(*over, 241)
    fig, axes = figure(2, 2, size=(10.4, 6.8), title=say("approximation"))
    grid = axes[1, 0].get_gridspec()
    for ax in axes[1]:
        ax.remove()
    below = fig.add_subplot(grid[1, :])
    truth = np.asarray(f(as_tensor(x)).numpy())
    superscript = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    kinds: list[tuple[str, Any]] = [
        (getattr(activation, "__name__", "φ"), activation),
        (say("polynomial", power=superscript), lambda t: t**power),
    ]
    for k, (ax, (name, function)) in enumerate(zip(axes[0], kinds, strict=True)):
        ax.plot(x, truth, color=theme_now().ink, linewidth=4.5, alpha=0.35, label=say("target"))
        errors = []
        for n, width in enumerate(widths):
            y = network(f, function, width, x, seed)
            errors.append(float(np.abs(y - truth).max()))
            word = "width-one" if width == 1 else "width"
            ax.plot(x, y, linewidth=1.5, label=say(word, name=say("network"), n=width), **line(n))
        titled(ax, name, "x", "f(x)" if k == 0 else "")
        ax.set_ylim(*spread(truth, 0.25))
        below.plot(widths, errors, "o-" if k == 0 else "s--", color=line(k)["color"], label=name)
    legend(axes[0, 0], ncols=2, fontsize=8)
    below.set_yscale("log")
    below.set_xscale("log")
    below.set_xticks(list(widths), [str(w) for w in widths])
    below.minorticks_off()
    titled(below, "", say("neurons"), say("error"))
    legend(below)
    return fig
