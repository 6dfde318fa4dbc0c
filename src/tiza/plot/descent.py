"""Gradient descent drawn: optimizers racing from one start, and the learning rate's effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.colors import BoundaryNorm

import tiza.lang.array_api as xp
from tiza import optim
from tiza.errors import ArgumentError
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn.parameter import Parameter
from tiza.optim.optimizer import Optimizer
from tiza.plot.style import (
    Array,
    Figure,
    between,
    colour,
    figure,
    legend,
    line,
    spread,
    styled,
    theme_now,
    titled,
)
from tiza.plot.words import say

Function = Callable[..., Any]
Maker = Callable[[list[Parameter]], Optimizer]

# Each with its usual window and start. Sources: Rosenbrock 1960; Beale 1958; Himmelblau 1972.
LANDSCAPES: dict[str, tuple[Function, tuple[tuple[float, float], ...], tuple[float, ...]]] = {
    "bowl": (lambda x, y: x**2 / 10 + y**2, ((-5.5, 5.5), (-3, 3)), (-5.0, 2.0)),
    "rosenbrock": (lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, ((-2, 2), (-1, 3)),
                   (-1.2, 1.0)),
    "beale": (lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2
              + (2.625 - x + x * y**3) ** 2, ((-0.5, 4.2), (-2.2, 2.0)), (1.0, 1.5)),
    "himmelblau": (lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2, ((-5, 5), (-5, 5)),
                   (-0.3, -1.0)),
    "saddle": (lambda x, y: x**2 - y**2 / 2 + y**4 / 12, ((-2.5, 2.5), (-3, 3)), (2.0, 0.02)),
    "parabola": (lambda x: x**2, ((-5, 5),), (-4.0,)),
    "waves": (lambda x: x**2 / 10 + xp.sin(2 * x), ((-6, 6),), (-5.0,)),
}  # fmt: skip
# Gradient descent is paced by the curvature, the others by the width of the valley.
RACERS: dict[str, Callable[..., Optimizer]] = {
    "SGD": lambda p, pace, stride=1.0: optim.SGD(p, lr=0.01 * pace),
    "momentum": lambda p, pace, stride=1.0: optim.SGD(p, lr=0.005 * pace, momentum=0.85),
    "Adagrad": lambda p, pace, stride=1.0: optim.Adagrad(p, lr=0.5 * stride),
    "RMSprop": lambda p, pace, stride=1.0: optim.RMSprop(p, lr=0.05 * stride),
    "Adam": lambda p, pace, stride=1.0: optim.Adam(p, lr=0.2 * stride),
}
PACES = {"bowl": 10.0, "rosenbrock": 0.1, "beale": 0.5, "parabola": 3.0, "saddle": 3.0}
STRIDES = {"rosenbrock": 0.4}
STEPS = {"rosenbrock": 400}


def landscape(f: str | Function, start: Sequence[float] | float | None,
              window: Any) -> tuple[Function, Array, Array]:  # fmt: skip
    """A function, the start as a vector, and the window (d, 2) in which it is drawn."""
    if isinstance(f, str):
        if f not in LANDSCAPES:
            raise ArgumentError("plot-choice", name="f", got=f, known=", ".join(LANDSCAPES))
        f, known, usual = LANDSCAPES[f]
        window = known if window is None else window
        start = usual if start is None else start
    if start is None:
        raise ArgumentError("plot-start")
    at = np.atleast_1d(np.asarray(start, float))
    if at.shape not in {(1,), (2,)}:
        raise ArgumentError("plot-start")
    reach = np.maximum(np.abs(at) * 1.2, 1.0)
    frame = np.stack([-reach, reach], 1) if window is None else np.asarray(window, float)
    return f, at, frame.reshape(len(at), 2)


def path(f: Function, start: Array, maker: Maker, steps: int) -> Array:
    """The points of one optimizer, the start first: (steps + 1, d). Stops where they overflow."""
    p = Parameter(as_tensor(np.array(start, float)))
    optimizer = maker([p])
    points = [np.array(start, float)]
    for _ in range(steps):
        optimizer.zero_grad()
        loss = _at(f, p)
        loss.backward()
        optimizer.step()
        points.append(np.array(p.numpy()))
        if not np.isfinite(points[-1]).all() or np.abs(points[-1]).max() > 1e12:
            break
    return np.array(points)


def _at(f: Function, p: Tensor) -> Tensor:
    return as_tensor(f(*[p[i] for i in range(p.shape[0])]))


def heights(f: Function, *grids: Array) -> Array:
    """The function on arrays of coordinates."""
    return np.asarray(as_tensor(f(*[as_tensor(g) for g in grids])).numpy())


def racers_of(optimizers: Any, f: object) -> Mapping[str, Maker]:
    """Optimizers by label; the known ones with a learning rate that suits a known function."""
    if isinstance(optimizers, Mapping):
        return optimizers
    wanted = list(RACERS) if optimizers is None else list(optimizers)
    unknown = [name for name in wanted if name not in RACERS]
    if unknown:
        raise ArgumentError("plot-choice", name="optimizers", got=unknown[0],
                            known=", ".join(RACERS))  # fmt: skip
    pace = PACES.get(f, 1.0) if isinstance(f, str) else 1.0
    stride = STRIDES.get(f, 1.0) if isinstance(f, str) else 1.0
    return {name: partial(RACERS[name], pace=pace, stride=stride) for name in wanted}


@styled
def race(f: str | Function = "beale", start: Sequence[float] | float | None = None,
         optimizers: Mapping[str, Maker] | Sequence[str] | None = None, *, steps: int | None = None,
         window: Sequence[Sequence[float]] | None = None,
         theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Optimizers from the same start: their paths on the function, and its value at each step.

    `f` is a function of one or two tensors, or "bowl", "rosenbrock", "beale", "himmelblau",
    "saddle", "parabola", "waves". `optimizers`: names among SGD, momentum, Adagrad, RMSprop,
    Adam, or {label: function from parameters to an optimizer}. The gradients are tiza's own.

    Source: Rosenbrock 1960, The Computer Journal 3(3); Beale 1958.

    >>> fig = race("parabola", optimizers=["SGD"], steps=3)
    >>> [round(float(v), 3) for v in fig.axes[1].lines[0].get_ydata()]
    [16.0, 14.138, 12.492, 11.038]
    """
    function, at, frame = landscape(f, start, window)
    racers = racers_of(optimizers, f)
    many = steps or (STEPS.get(f, 100) if isinstance(f, str) else 100)
    found = {name: path(function, at, maker, many) for name, maker in racers.items()}
    fig, axes = figure(1, 2, size=(10.4, 4.6), title=say("race"))
    left, right = axes[0]
    draw_function(left, function, frame)
    for k, (name, points) in enumerate(found.items()):
        shown = line(k)
        value = heights(function, *points.T)
        across = points.T if len(at) == 2 else (points[:, 0], value)
        left.plot(*across, marker="o", markersize=2.6, linewidth=1.6, label=name, **shown)
        left.plot(*[c[-1:] for c in across], marker="D", markersize=7, color=shown["color"],
                  markeredgecolor=theme_now().paper)  # fmt: skip
        right.plot(value, label=name, **shown)
    begin = at if len(at) == 2 else [at[0], float(heights(function, at)[0])]
    left.plot(*[[b] for b in begin], "*", color=theme_now().ink, markersize=12, label=say("start"))
    fitted(left, frame)
    best = min(float(np.nanmin(heights(function, *p.T))) for p in found.values())
    right.set_yscale("log" if best > 0 else "symlog" if best < -1 else "linear")
    _bound(right, found, function)
    titled(right, "", say("step"), say("value"))
    legend(right)
    return fig


def _bound(ax: Any, found: Mapping[str, Array], function: Function) -> None:
    """Values far above the start belong to what diverges: they leave the picture."""
    start = float(heights(function, *next(iter(found.values())).T)[0])
    low, high = ax.get_ylim()
    if ax.get_yscale() == "log":
        low = max(low, 1e-12 * start)  # below is rounding
    ax.set_ylim(low, min(high, start + 20 * abs(start) + 1))


def draw_function(ax: Any, f: Function, frame: Array) -> None:
    """The function in its window: a curve, or level lines spaced as its quantiles."""
    if len(frame) == 1:
        x = between(frame[0], 400)
        ax.plot(x, heights(f, x), color=theme_now().faint, linewidth=1.4, zorder=1)
        titled(ax, "", "x", "f(x)")
        return
    x, y = np.meshgrid(between(frame[0], 200), between(frame[1], 200))
    z = heights(f, x, y)
    levels = np.unique(np.quantile(z, np.linspace(0, 1, 26) ** 1.5))
    ax.contourf(x, y, z, levels=levels, cmap=theme_now().levels, norm=_ranked(levels))
    ax.contour(x, y, z, levels=levels, colors=theme_now().faint, linewidths=0.4, alpha=0.7)
    ax.grid(False)
    titled(ax, "", "x", "y")


def _ranked(levels: Array) -> Any:
    return BoundaryNorm(levels, 256)


def fitted(ax: Any, frame: Array) -> None:
    """Show the window of the function, whatever ran out of it."""
    ax.set_xlim(*frame[0])
    if len(frame) == 2:
        ax.set_ylim(*frame[1])


def _descent(p: list[Parameter], lr: float) -> Optimizer:
    return optim.SGD(p, lr=lr)


@styled
def learning_rates(f: str | Function = "bowl", start: Sequence[float] | float | None = None,
                   rates: Sequence[float] = (0.02, 0.6, 1.02), *, steps: int = 20,
                   window: Sequence[Sequence[float]] | None = None,
                   theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Gradient descent with a learning rate that is too small, right, and too big.

    On a quadratic bowl with curvatures λ the step w ← w − η λ w shrinks |w| if 0 < η < 2/λ and
    throws it away if η > 2/λ.

    Source: Goodfellow, Bengio & Courville 2016, section 4.3.

    >>> learning_rates(steps=2).axes[0].get_title()
    'too small: η = 0.02'
    """
    function, at, frame = landscape(f, start, window)
    fig, axes = figure(1, len(rates), size=(3.6 * len(rates), 3.9), title=say("rates"))
    words = ["too-small", "right-rate", "too-big"] if len(rates) == 3 else ["rate"] * len(rates)
    for k, (ax, rate, word) in enumerate(zip(axes[0], rates, words, strict=True)):
        points = path(function, at, partial(_descent, lr=rate), steps)
        value = heights(function, *points.T)
        draw_function(ax, function, frame)
        across = points.T if len(at) == 2 else (points[:, 0], value)
        ax.plot(*across, "o-", color=colour(k), markersize=3.5, linewidth=1.5)
        ax.plot(*[c[:1] for c in across], "*", color=theme_now().ink, markersize=11)
        fitted(ax, frame)
        if len(at) == 1:
            ax.set_ylim(*spread(heights(function, between(frame[0], 200))))
        last = float(value[-1])
        ended = say("diverged") if not np.isfinite(last) else f"{last:.3g}"
        titled(ax, say(word, rate=rate), say("after", n=len(points) - 1, value=ended),
               "y" if len(at) == 2 and k == 0 else "")  # fmt: skip
    return fig
