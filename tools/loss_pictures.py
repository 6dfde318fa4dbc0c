"""Draw the pictures of docs/losses.md: losses against the margin and against the residual."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

import tiza as tz
from tiza import losses, metrics

mpl.use("svg")
import matplotlib.pyplot as plt

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "assets" / "losses"
COLORS = ("#000000", "#0072B2", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
DASHES = ("-", "-", "--", "-", "-.", "-", ":")  # readable without colours, too
STYLE = {
    "svg.hashsalt": "tiza", "svg.fonttype": "path", "font.size": 11, "mathtext.fontset": "cm",
    "axes.spines.top": False, "axes.spines.right": False, "figure.constrained_layout.use": True,
}  # fmt: skip
Array = np.ndarray[Any, Any]


def of_margins(m: Array) -> dict[str, Array]:
    """What each loss gives for a margin m = t x: the 0/1 loss, and what stands in for it."""
    t = np.ones_like(m)
    loss = metrics.ZeroOneLoss()  # of scores −m with targets −1: the same margin
    return {
        r"0/1: $\mathbf{1}[m \leq 0]$": loss.each(-m, -t).astype(float),
        r"perceptron: $\max(0, -m)$": losses.perceptron_loss(m, t, "none").numpy(),
        r"hinge: $\max(0, 1-m)$": losses.hinge_loss(m, t, reduction="none").numpy(),
        r"squared hinge: $\max(0, 1-m)^2$": losses.hinge_loss(
            m, t, reduction="none", squared=True
        ).numpy(),
        r"logistic: $\log_2(1 + e^{-m})$": losses.soft_margin_loss(m, t, "none").numpy()
        / np.log(2),
        r"exponential: $e^{-m}$": tz.exp(tz.asarray(-m)).numpy(),
        r"squared: $(1-m)^2$": losses.mse_loss(m, t, "none").numpy(),
    }


def of_residuals(e: Array) -> dict[str, Array]:
    """What each loss gives for a residual e = x − t."""
    zero = np.zeros_like(e)
    return {
        r"squared: $e^2$": losses.mse_loss(e, zero, "none").numpy(),
        r"absolute: $|e|$": losses.l1_loss(e, zero, "none").numpy(),
        r"Huber, $\delta = 1$": losses.huber_loss(e, zero, "none").numpy(),
        r"$\log\cosh e$": tz.log(tz.cosh(tz.asarray(e))).numpy(),
        r"quantile, $\tau = 0.8$": metrics.QuantileLoss(0.8).each(e, zero),
    }


def drawn(x: Array, curves: dict[str, Array], label: str, top: float) -> Any:
    """All curves over one axis."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8))
    for (name, y), color, dash in zip(curves.items(), COLORS, DASHES, strict=False):
        jump = np.flatnonzero(np.abs(np.diff(y)) > 0.5)  # the step of the 0/1 loss: no slope
        y = np.insert(y, jump + 1, np.nan)
        axes.plot(np.insert(x, jump + 1, np.nan), y, dash, color=color, lw=1.8, label=name)
    axes.axvline(0, color="#9A9A9A", lw=0.6, zorder=0)
    axes.set(xlabel=label, ylim=(-0.1, top), xlim=(x[0], x[-1]))
    axes.legend(frameon=False, fontsize=9)
    return figure


def figures() -> dict[str, Any]:
    """Each picture by its name."""
    m, e = np.linspace(-2, 3, 501), np.linspace(-3, 3, 601)
    return {
        "margins": drawn(m, of_margins(m), r"$m = t\,x$", 4.0),
        "residuals": drawn(e, of_residuals(e), r"$e = x - t$", 4.0),
    }


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with plt.rc_context(STYLE):
        for name, figure in figures().items():
            figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None})
            plt.close(figure)


if __name__ == "__main__":
    main()
