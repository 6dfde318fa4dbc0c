"""Activation functions with their derivatives, and losses, as curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

import tiza.lang.array_api as xp
from tiza.errors import ArgumentError
from tiza.lang.autodiff import grad
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn import functional as F
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
from tiza.plot.words import WORDS, say

Curve = Callable[[Tensor], Tensor]
POINTS = 801

MARGIN: dict[str, Curve] = {
    "zero_one": lambda m: as_tensor(m <= 0, m.dtype),
    "perceptron": lambda m: F.relu(-m),
    "hinge": lambda m: F.relu(1 - m),
    "squared_hinge": lambda m: F.relu(1 - m) ** 2,
    "logistic": lambda m: F.softplus(-m),
    "exponential": lambda m: xp.exp(-m),
}
RESIDUAL: dict[str, Curve] = {
    "squared": lambda r: r**2,
    "absolute": lambda r: xp.abs(r),
    "huber": lambda r: F.huber_loss(r, r * 0, reduction="none"),
    "log_cosh": lambda r: F.softplus(2 * r) - r - float(np.log(2)),
    "quantile": lambda r: xp.maximum(-0.8 * r, 0.2 * r),
}


def values(f: Curve, x: Array) -> tuple[Array, Array]:
    """f and its derivative at every x, from the same expression.

    The derivative of Σᵢ f(xᵢ) with respect to xᵢ is f'(xᵢ).
    """
    at = as_tensor(np.asarray(x, float))
    slope = grad(lambda t: xp.sum(f(t)))(at)
    return np.asarray(f(at).numpy()), np.asarray(slope.numpy())


@styled
def activations(*functions: str | Curve, over: tuple[float, float] = (-4.0, 4.0),
                derivatives: bool = True,
                theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Activation functions side by side, and their derivatives by `tz.grad`.

    Names are those of `nn.functional`; any function of a tensor may stand for one. Without
    arguments: sigmoid, tanh, ReLU and GELU.

    >>> fig = activations("relu", "tanh")
    >>> [ax.get_title() for ax in fig.axes]
    ['Activation functions', 'Their derivatives']
    """
    wanted = [_called(f) for f in functions or ("sigmoid", "tanh", "relu", "gelu")]
    fig, axes = figure(1, 2 if derivatives else 1, size=(9.6 if derivatives else 5.6, 3.9))
    x = np.linspace(*over, POINTS)
    for k, (name, f) in enumerate(wanted):
        y, slope = values(f, x)
        for ax, curve in zip(axes[0], (y, slope), strict=False):
            ax.plot(x, curve, label=name, **line(k))
    for ax, title, upright in zip(axes[0], ("activations", "derivatives"), ("f(x)", "f ′(x)"),
                            strict=False):  # fmt: skip
        titled(ax, say(title), "x", upright)
        ax.axhline(0, color=theme_now().faint, linewidth=0.8, zorder=0)
        legend(ax)
    return fig


def _called(f: str | Curve) -> tuple[str, Curve]:
    if not isinstance(f, str):
        return getattr(f, "__name__", "f"), f
    found = getattr(F, f, None)
    if not callable(found):
        raise ArgumentError("plot-function", got=f)
    return f, found


@styled
def losses(*names: str | Curve, of: str = "margin", over: tuple[float, float] | None = None,
           theme: str | None = None, lang: str | None = None) -> Figure:  # fmt: skip
    """Losses side by side: of the margin m = y·f(x), or of the residual r = f(x) − y.

    Margin: "zero_one", "perceptron", "hinge", "squared_hinge", "logistic", "exponential";
    residual: "squared", "absolute", "huber", "log_cosh", "quantile". All, without names; any
    function of a tensor may stand for one.

    Source: Bishop 2006, figure 7.5 (margins); Huber 1964, Annals of Statistics 35.

    >>> losses("hinge", "logistic").axes[0].get_xlabel()
    'margin m = y · f(x)'
    """
    if of not in {"margin", "residual"}:
        raise ArgumentError("plot-choice", name="of", got=of, known='"margin", "residual"')
    table = MARGIN if of == "margin" else RESIDUAL
    fig, axes = figure(size=(8.2, 4.4))
    ax = axes[0, 0]
    x = np.linspace(*(over or ((-2.5, 3.5) if of == "margin" else (-3.0, 3.0))), POINTS)
    tops = []
    for k, name in enumerate(names or table):
        label, f = _loss(name, table)
        y = np.asarray(f(as_tensor(x)).numpy())
        tops.append(float(np.quantile(y, 0.85)))
        ax.plot(x, y, label=label, **line(k))
    top = max(3.2, min(max(tops), 6.0)) if of == "margin" else max(tops)
    ax.set_ylim(-0.15, top)
    titled(ax, say(f"losses-{of}"), say(of), say("loss"))
    if of == "margin":
        ax.axvline(0, color=theme_now().faint, linewidth=0.8, zorder=0)
        for word, place, side in (("wrong", -0.06, "right"), ("right", 0.06, "left")):
            ax.text(
                place, top * 0.97, say(word), ha=side, va="top", color=theme_now().faint, fontsize=9
            )
    legend(ax, **({"loc": "upper right"} if of == "margin" else {}))
    return fig


def _loss(name: str | Curve, table: dict[str, Curve]) -> tuple[str, Curve]:
    if not isinstance(name, str):
        return getattr(name, "__name__", "f"), name
    if name not in table:
        raise ArgumentError("plot-choice", name="losses", got=name, known=", ".join(table))
    return say(name) if name in WORDS else name, table[name]


def limits(curves: Sequence[Array]) -> tuple[float, float]:
    """The heights of several curves together, where they are finite."""
    whole = np.concatenate([np.ravel(c) for c in curves])
    return spread(whole[np.isfinite(whole)])
