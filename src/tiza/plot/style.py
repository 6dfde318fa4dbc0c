"""How all figures look: colours for every colour vision, no clutter, the words at the end."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, ParamSpec, TypeVar

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure

from tiza.errors import language, use_language

P = ParamSpec("P")
R = TypeVar("R")
Array = np.ndarray[Any, Any]

# Okabe & Ito 2008, "Color universal design": told apart by people of every colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C7A00")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (7, 2)), (0, (3, 1, 1, 1)))
MAP = "cividis"  # Nuñez, Anderton & Renslow 2018: the same for every colour vision
BOTH = "PuOr"  # negative and positive
INK, FAINT = "#24292f", "#6a737d"

LOOK = {
    "font.family": "sans-serif", "font.size": 10.5, "text.color": INK, "figure.dpi": 100,
    "figure.titlesize": 13, "figure.titleweight": "bold", "savefig.dpi": 150,
    "axes.titlesize": 12, "axes.titleweight": "bold", "axes.labelsize": 10.5,
    "axes.edgecolor": FAINT, "axes.labelcolor": INK, "axes.axisbelow": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.unicode_minus": True,
    "axes.grid": True, "grid.color": "#e4e7eb", "grid.linewidth": 0.8,
    "xtick.color": INK, "ytick.color": INK, "image.cmap": MAP, "lines.linewidth": 2.0,
    "legend.frameon": False, "legend.fontsize": 9.5,
}  # fmt: skip


class Figure(MatplotlibFigure):
    """A matplotlib figure that shows itself in a notebook, also without pyplot."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png", dpi=120)
        return buffer.getvalue()

    def _repr_html_(self) -> str:
        image = base64.b64encode(self._repr_png_()).decode()
        return f'<img src="data:image/png;base64,{image}" style="max-width:100%">'


def figure(rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (6.4, 4.2),
           title: str = "", share: bool = False) -> tuple[Figure, Any]:  # fmt: skip
    """A figure in tiza's look and its axes, an array of (rows, columns)."""
    made = Figure(figsize=size, layout="constrained")
    axes = made.subplots(rows, columns, squeeze=False, sharex=share, sharey=share)
    if title:
        made.suptitle(title)
    return made, axes


def line(k: int) -> dict[str, Any]:
    """Colour and dashes of the k-th curve: two signs, should one not be seen."""
    return {"color": COLOURS[k % len(COLOURS)], "linestyle": LINES[k % len(LINES)]}


def bare(ax: Axes) -> None:
    """No ticks, no grid, no frame: for images."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def titled(ax: Axes, title: str = "", x: str = "", y: str = "") -> None:
    """The words of one panel."""
    if title:
        ax.set_title(title)
    ax.set_xlabel(x)
    ax.set_ylabel(y)


def legend(ax: Axes, **options: Any) -> None:
    """A legend without a frame, where there is something to tell."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(**options)


def arrays(*values: Any) -> list[Array]:
    """Tensors and lists as arrays of numbers."""
    return [np.asarray(v.numpy() if hasattr(v, "numpy") else v) for v in values]


def between(side: Any, points: int) -> Array:
    """So many points from one end of a side to the other."""
    low, high = (float(v) for v in side)
    return np.linspace(low, high, points)


def spread(values: Any, by: float = 0.08) -> tuple[float, float]:
    """The least and the greatest, with some room on both sides."""
    low, high = float(np.min(values)), float(np.max(values))
    room = (high - low) * by or 1.0
    return low - room, high + room


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Draw in tiza's look, and in the language that `lang` asks for."""

    @wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        lang = str(kwargs.get("lang") or language())
        with use_language(lang), rc_context(LOOK):
            return function(*args, **kwargs)

    return drawn
