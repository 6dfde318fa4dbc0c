"""How all figures look: colours for every colour vision, no clutter, the words at the end."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure as MatplotlibFigure

from tiza.errors import ArgumentError, UsageError, language, use_language

P = ParamSpec("P")
R = TypeVar("R")
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Theme:
    """The colours of one background.

    `both` runs from negative over the paper's own shade to positive, `level` shades a function
    behind its paths. All are told apart by people of every colour vision, and stand out from
    the paper by 3:1 or more (WCAG 2.2, criterion 1.4.11).
    """

    paper: str
    ink: str
    faint: str
    grid: str
    colours: tuple[str, ...]
    both: tuple[str, ...]
    level: tuple[str, str]

    @property
    def diverging(self) -> Colormap:
        """Negative, zero, positive."""
        return LinearSegmentedColormap.from_list("both", self.both)

    @property
    def levels(self) -> Colormap:
        """Low and high, so pale that paths are seen on both."""
        return LinearSegmentedColormap.from_list("level", self.level)

    @property
    def settings(self) -> dict[str, Any]:
        """What matplotlib is told."""
        return _FORM | {
            "figure.facecolor": self.paper, "axes.facecolor": self.paper, "text.color": self.ink,
            "axes.edgecolor": self.faint, "axes.labelcolor": self.ink, "axes.titlecolor": self.ink,
            "grid.color": self.grid, "xtick.color": self.ink, "ytick.color": self.ink,
            "legend.facecolor": self.paper, "legend.edgecolor": self.faint,
        }  # fmt: skip


# Okabe & Ito 2008, "Color universal design", a little darker or lighter where the paper asks it.
THEMES = {
    "light": Theme(
        "#ffffff", "#24292f", "#6a737d", "#e4e7eb",
        ("#0072B2", "#D55E00", "#009E73", "#A0458A", "#663F00", "#4296CA", "#000000", "#8F8A3C"),
        ("#542788", "#998EC3", "#F7F7F7", "#F1A340", "#B35806"), ("#c9ced4", "#ffffff"),
    ),
    "dark": Theme(
        "#14181d", "#e6e9ed", "#9aa4af", "#2c333b",
        ("#56B4E9", "#F0803C", "#2FC79A", "#DD8FBB", "#F0C03C", "#8FA2FF", "#FFFFFF", "#B9AE4E"),
        ("#C3A8F0", "#7350B0", "#1A1F25", "#B0640F", "#FFBE6B"), ("#3a434d", "#14181d"),
    ),
}  # fmt: skip
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (7, 2)), (0, (3, 1, 1, 1)))
MARKERS = "os^DvPX*"
MAP = "cividis"  # Nuñez, Anderton & Renslow 2018: the same for every colour vision
_FORM = {
    "font.family": "sans-serif", "font.size": 10.5, "figure.dpi": 100,
    "figure.titlesize": 13, "figure.titleweight": "bold", "savefig.dpi": 150,
    "axes.titlesize": 12, "axes.titleweight": "bold", "axes.labelsize": 10.5,
    "axes.axisbelow": True, "axes.spines.top": False, "axes.spines.right": False,
    "axes.unicode_minus": True, "axes.grid": True, "grid.linewidth": 0.8,
    "image.cmap": MAP, "lines.linewidth": 2.0, "legend.frameon": False, "legend.fontsize": 9.5,
}  # fmt: skip
_THEME = ContextVar("theme", default=THEMES["light"])


def theme_now() -> Theme:
    """The theme of the figure that is being drawn."""
    return _THEME.get()


@contextmanager
def use_theme(name: str | None) -> Iterator[Theme]:
    """Draw on that background; on the present one without a name.

    Errors: ArgumentError for a theme that does not exist.
    """
    if name is not None and name not in THEMES:
        raise ArgumentError("plot-choice", name="theme", got=name, known=", ".join(THEMES))
    theme = _THEME.get() if name is None else THEMES[name]
    token = _THEME.set(theme)
    try:
        with rc_context(theme.settings):
            yield theme
    finally:
        _THEME.reset(token)


PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>tiza</title></head>
<body style="margin:0;background:{paper};color:{ink};font-family:sans-serif;
text-align:center">{image}</body></html>
"""


def page_of(theme: Theme, image: str, lang: str) -> str:
    """One page with a picture on its paper."""
    return PAGE.format(lang=lang, paper=theme.paper, ink=theme.ink, image=image)


class Figure(MatplotlibFigure):
    """A matplotlib figure that shows itself in a notebook, also without pyplot."""

    theme: Theme = THEMES["light"]

    def draw(self, renderer: Any) -> None:
        """As matplotlib does, in the figure's own theme: ticks are made only now."""
        with rc_context(self.theme.settings):
            super().draw(renderer)

    def save(self, path: str | Path) -> Path:
        """Write .png, .svg, .pdf or .jpg, or .html: one page that needs nothing else.

        Errors: ArgumentError for another ending; UsageError where it cannot be written.
        """
        path = Path(path)
        kind = path.suffix.lower()
        if kind not in {".png", ".svg", ".pdf", ".jpg", ".html"}:
            raise ArgumentError("plot-ending", got=path.suffix or str(path))
        try:
            if kind == ".html":
                page = page_of(self.theme, self._repr_html_(), language())
                path.write_text(page, encoding="utf-8")
            else:
                self.savefig(path)
        except OSError as cause:
            reason = cause.strerror or str(cause)
            raise UsageError("draw-write", path=str(path), reason=reason) from cause
        return path

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
    made.theme = theme_now()
    axes = made.subplots(rows, columns, squeeze=False, sharex=share, sharey=share)
    if title:
        made.suptitle(title)
    return made, axes


def line(k: int) -> dict[str, Any]:
    """Colour and dashes of the k-th curve: two signs, should one not be seen."""
    return {"color": colour(k), "linestyle": LINES[k % len(LINES)]}


def colour(k: int) -> str:
    """The k-th colour of the theme in force."""
    colours = theme_now().colours
    return colours[k % len(colours)]


def marker(k: int) -> str:
    """The k-th mark of a point: a second sign beside its colour."""
    return MARKERS[k % len(MARKERS)]


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
    """Draw in tiza's look, in the language that `lang` and on the paper that `theme` asks for."""

    @wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        lang = str(kwargs.get("lang") or language())
        theme = kwargs.get("theme")
        with use_language(lang), use_theme(None if theme is None else str(theme)):
            return function(*args, **kwargs)

    return drawn
