"""Draw the pictures of docs/geometry.md: what each map does to the unit square and circle."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

import tiza as tz
from tiza import data

mpl.use("svg")
import matplotlib.pyplot as plt

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "assets" / "geometry"
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#9A9A9A"  # Okabe & Ito: safe colours
STYLE = {
    "svg.hashsalt": "tiza", "svg.fonttype": "path", "font.size": 11, "mathtext.fontset": "cm",
    "axes.spines.top": False, "axes.spines.right": False, "figure.constrained_layout.use": True,
    "axes.edgecolor": GREY, "xtick.color": GREY, "ytick.color": GREY,
}  # fmt: skip
Array = np.ndarray[Any, Any]
TURN = np.linspace(0, 2 * math.pi, 361)
CIRCLE = np.stack([np.cos(TURN), np.sin(TURN)])
SQUARE = np.array([[0, 1, 1, 0, 0], [0, 0, 1, 1, 0]], float)
MATRIX = np.array([[1.2, 0.5], [0.2, 0.9]])


def frame(axes: Any, limit: float = 1.9, title: str = "") -> None:
    """A plane with its axes, alike in all directions."""
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", title=title)
    axes.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    axes.axhline(0, color=GREY, lw=0.6, zorder=0)
    axes.axvline(0, color=GREY, lw=0.6, zorder=0)


def arrow(axes: Any, v: Array, color: str, label: str = "", at: Array | None = None) -> None:
    """A vector from the origin, or from `at`, with its name beside the tip."""
    start = np.zeros(2) if at is None else at
    tip = start + v
    axes.annotate("", tip, start, zorder=4,
                  arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.8, "shrinkA": 0,
                              "shrinkB": 0})  # fmt: skip
    if label:
        away = v / max(float(np.hypot(*v)), 1e-9) * 0.25
        axes.text(*(tip + away), label, color=color, ha="center", va="center")


def shapes(axes: Any, matrix: Array) -> None:
    """The unit square and circle under a matrix, and where the two unit vectors go."""
    axes.fill(*(matrix @ SQUARE), color=BLUE, alpha=0.18, lw=0)
    axes.plot(*(matrix @ SQUARE), color=BLUE, lw=1.4)
    axes.plot(*(matrix @ CIRCLE), color=ORANGE, lw=1.4)


def pair(matrix: Array, title: str, extra: Callable[[Any, Any], None] | None = None) -> Any:
    """Before and after."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.2))
    frame(left, title="$x$")
    shapes(left, np.eye(2))
    frame(right, title=title)
    shapes(right, matrix)
    if extra:
        extra(left, right)
    else:
        for k in (0, 1):
            arrow(left, np.eye(2)[k], GREEN)
            arrow(right, matrix[:, k], GREEN)
    return figure


def product() -> Any:
    """Columns are where the unit vectors go."""

    def names(left: Any, right: Any) -> None:
        for k in (0, 1):
            arrow(left, np.eye(2)[k], GREEN, f"$e_{k + 1}$")
            arrow(right, MATRIX[:, k], GREEN, f"$Ae_{k + 1}$")

    return pair(MATRIX, "$Ax$", names)


def hadamard() -> Any:
    """Each axis by its own factor."""
    a = np.array([1.6, 0.5])
    squeezed = tz.hadamard(np.repeat(a[:, None], 2, 1), np.eye(2)).numpy()
    return pair(squeezed, r"$a \odot x$,   $a = (1.6,\ 0.5)$")


def rotation() -> Any:
    """By 40 degrees."""
    return pair(tz.rotation(np.radians(40.0)).numpy(), r"$R(40^\circ)\,x$")


def projection() -> Any:
    """Onto a line: what remains is at right angles."""
    v, x = np.array([1.5, 0.75]), np.array([0.5, 1.4])

    def show(left: Any, right: Any) -> None:
        y = tz.project(x, v).numpy()
        for axes in (left, right):
            axes.plot(*np.outer(v, [-2, 2]), color=GREY, lw=1, ls="--", zorder=0)
        arrow(left, v, GREEN, "$v$")
        right.lines[3].set_linewidth(3)  # what the circle became
        arrow(right, y, ORANGE)
        right.text(*(y + np.array([0.22, -0.28])), r"$\hat x$", color=ORANGE)
        arrow(left, x, BLUE, "$x$")
        arrow(left, y, ORANGE)
        left.text(*(y + np.array([0.22, -0.28])), r"$\hat x$", color=ORANGE)
        left.plot(*np.stack([x, y], 1), color=GREY, lw=1.2, ls=":")
        along, across = v / np.hypot(*v) * 0.14, (x - y) / np.hypot(*(x - y)) * 0.14
        left.plot(*np.stack([y - along, y - along + across, y + across], 1), color=GREY, lw=1)

    flat = tz.project(np.eye(2), v).numpy()
    figure = pair(flat, r"$\hat x = (x \cdot v / v \cdot v)\, v$", show)
    for artist in (*figure.axes[0].patches, *figure.axes[0].lines[2:4]):
        artist.set_alpha(0.12)
    return figure


def angle() -> Any:
    """The cosine falls as the angle opens."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.2))
    frame(left, title=r"$\cos\theta = x \cdot y\, / \,\|x\|\|y\|$")
    x, y = np.array([1.5, 0.4]), np.array([0.4, 1.2])
    arrow(left, x, BLUE, "$x$")
    arrow(left, y, ORANGE, "$y$")
    first = math.atan2(x[1], x[0])
    arc = first + np.linspace(0, tz.angle(x, y).item(), 40)
    left.plot(0.5 * np.cos(arc), 0.5 * np.sin(arc), color=GREEN)
    left.text(0.62 * np.cos(arc[20]), 0.62 * np.sin(arc[20]), r"$\theta$", color=GREEN)
    theta = np.linspace(0, math.pi, 100)
    turned = np.stack([np.cos(theta), np.sin(theta)], 1)
    cosine = tz.cosine_similarity(turned, np.broadcast_to([1.0, 0.0], turned.shape)).numpy()
    right.plot(np.degrees(theta), cosine, color=GREEN)
    right.axhline(0, color=GREY, lw=0.6)
    right.set(xticks=[0, 45, 90, 135, 180], xlabel=r"$\theta$ (°)", yticks=[-1, 0, 1],
              title=r"$\cos\theta$")  # fmt: skip
    return figure


def norms() -> Any:
    """All vectors of length 1, by three measures of length."""
    figure, panels = plt.subplots(1, 3, figsize=(7.2, 2.7))
    for axes, p, name in zip(panels, (1, 2, math.inf), ("1", "2", r"\infty"), strict=True):
        frame(axes, 1.5, rf"$\|x\|_{name} = 1$")
        rim = CIRCLE / tz.norm(CIRCLE.T, ord=p, axis=1).numpy()
        axes.fill(*rim, color=ORANGE, alpha=0.15)
        axes.plot(*rim, color=ORANGE)
    return figure


def singular() -> Any:
    """The circle becomes an ellipse; its half axes are the singular values."""
    u, s, vh = (part.numpy() for part in tz.linalg.svd(MATRIX))
    signs = np.sign(vh[:, :1] + vh[:, 1:])  # both signs are right: these point up or to the right
    u, vh = u * signs.T, vh * signs
    kappa = tz.condition_number(MATRIX).item()

    def axes_of(left: Any, right: Any) -> None:
        for k, color in enumerate((GREEN, BLUE)):
            arrow(left, vh[k], color, f"$v_{k + 1}$")
            arrow(right, u[:, k] * s[k], color, rf"$\sigma_{k + 1} u_{k + 1}$")

    figure = pair(
        MATRIX, rf"$A = U\Sigma V^T$,   $\kappa = \sigma_1/\sigma_2 = {kappa:.2f}$", axes_of
    )
    for axes in figure.axes:
        axes.patches[0].set_alpha(0.0)
        axes.lines[2].set_alpha(0.0)
    return figure


def rank() -> Any:
    """A digit from one, two, four and all eight products of a column and a row."""
    picture = data.load("digits_8x8").x.reshape(-1, 8, 8)[8].astype(float)
    figure, panels = plt.subplots(1, 4, figsize=(7.2, 2.1))
    for axes, k in zip(panels, (1, 2, 3, 8), strict=True):
        axes.imshow(tz.low_rank(picture, k).numpy(), cmap="gray_r", vmin=0, vmax=picture.max())
        axes.set(xticks=[], yticks=[], title=f"$k = {k}$")
        axes.spines[:].set_visible(False)
    return figure


def kronecker() -> Any:
    """Each entry of A becomes that entry times B."""
    a, b = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[1.0, -1.0], [0.0, 1.0]])
    figure, panels = plt.subplots(1, 3, figsize=(6.4, 2.5), width_ratios=[1, 1, 2])
    for axes, m, name in zip(
        panels, (a, b, tz.kron(a, b).numpy() + 0.0), ("$A$", "$B$", r"$A \otimes B$"), strict=True
    ):
        axes.imshow(m, cmap="PuOr_r", vmin=-4.5, vmax=4.5)
        for (i, j), entry in np.ndenumerate(m):
            axes.text(j, i, f"{entry:g}".replace("-", "−"), ha="center", va="center")
        axes.set(xticks=[], yticks=[], title=name)
        axes.spines[:].set_visible(False)
    panels[2].axhline(1.5, color="k", lw=1.2)
    panels[2].axvline(1.5, color="k", lw=1.2)
    return figure


def components() -> Any:
    """The directions of greatest spread, each as long as two standard deviations."""
    rng = np.random.default_rng(4)
    cloud = rng.normal(size=(150, 2)) @ np.array([[0.75, 0.45], [-0.1, 0.2]])
    pca = tz.PCA().fit(cloud)
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.2))
    frame(left, 2.2, "$x$")
    frame(right, 2.2, r"$z = (x - \mu)V^T$")
    left.scatter(*cloud.T, s=7, color=BLUE, alpha=0.5, lw=0)
    right.scatter(*pca.transform(cloud).numpy().T, s=7, color=BLUE, alpha=0.5, lw=0)
    middle, spread = pca.mean.numpy(), 2 * np.sqrt(pca.explained_variance.numpy())
    shares = pca.explained_variance_ratio.numpy()
    for k, color in enumerate((ORANGE, GREEN)):
        arrow(left, pca.components.numpy()[k] * spread[k], color, f"$v_{k + 1}$", at=middle)
        arrow(right, np.eye(2)[k] * spread[k], color)
        right.text(-2.1, 1.8 - 0.4 * k, f"$v_{k + 1}$: {100 * shares[k]:.0f} %", color=color)
    return figure


PICTURES = {
    "product": product, "hadamard": hadamard, "rotation": rotation, "projection": projection,
    "angle": angle, "norms": norms, "singular": singular, "rank": rank, "kronecker": kronecker,
    "components": components,
}  # fmt: skip


def main() -> int:
    """Draw all of them, the same bytes every time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        for name, draw in PICTURES.items():
            figure = draw()
            figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None, "Creator": None})
            plt.close(figure)
    return 0


if __name__ == "__main__":
    sys.exit(main())
