"""The race of optimizers as a moving picture: GIF, or HTML for a notebook."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.animation import FuncAnimation, PillowWriter

from tiza.errors import ArgumentError, UsageError, language, pick, use_language
from tiza.plot.descent import (
    Function,
    Maker,
    draw_function,
    fitted,
    heights,
    landscape,
    path,
    racers_of,
)
from tiza.plot.style import Figure, figure, legend, line, page_of, styled, theme_now
from tiza.plot.words import BUTTONS, say

# matplotlib's page of an animation fetches its buttons' signs from the network, in English.
SIGNS = {
    "minus": "−", "fast-backward": "«", "step-backward": "‹", "play fa-flip-horizontal": "◀",
    "pause": "‖", "play": "▶", "step-forward": "›", "fast-forward": "»", "plus": "+",
}  # fmt: skip
LINK = re.compile(r"<link[^>]*font-awesome[^>]*>")
SIGN = re.compile(r'<i class="fa fa-([^"]*)"></i>')


def alone(page: str) -> str:
    """An animation's HTML that needs no network, in the language in force.

    >>> alone('<link href="https://x/font-awesome.css"><i class="fa fa-play"></i>')
    '▶'
    """
    page = SIGN.sub(lambda found: SIGNS.get(found[1], "•"), LINK.sub("", page))
    for english, spanish in BUTTONS:
        for before, after in (('"', '"'), (">", "<")):
            page = page.replace(before + english + after, before + pick((english, spanish)) + after)
    return page


class Race:
    """A race of optimizers that moves: `save("race.gif")`, `save("race.html")`, or Jupyter."""

    def __init__(self, fig: Figure, show: Callable[[int], list[Any]], frames: int,
                 interval: int) -> None:  # fmt: skip
        self.figure, self.show, self.frames, self.interval = fig, show, frames, interval
        self.lang = language()

    @property
    def animation(self) -> FuncAnimation:
        """As matplotlib's own object, to be rendered."""
        return FuncAnimation(self.figure, self.show, frames=self.frames, interval=self.interval)

    def save(self, path: str | Path) -> Path:
        """Write .gif or .html (one file, with buttons, works offline).

        Errors: ArgumentError for another ending; UsageError where it cannot be written.
        """
        path = Path(path)
        try:
            if path.suffix == ".gif":
                writer = PillowWriter(fps=self._rate)
                self.animation.save(path, writer=writer, dpi=80)
            elif path.suffix == ".html":
                path.write_text(page_of(self.figure.theme, self._repr_html_(), self.lang), "utf-8")
            else:
                raise ArgumentError("plot-moving", got=path.suffix or str(path))
        except OSError as cause:
            reason = cause.strerror or str(cause)
            raise UsageError("draw-write", path=str(path), reason=reason) from cause
        return path

    @property
    def _rate(self) -> int:
        return max(1, 1000 // self.interval)

    def _repr_html_(self) -> str:
        with (
            rc_context({"savefig.dpi": 100, "animation.frame_format": "jpeg"}),
            use_language(self.lang),
        ):
            return alone(self.animation.to_jshtml(fps=self._rate))


@styled
def race_animation(f: str | Function = "beale", start: Sequence[float] | float | None = None,
                   optimizers: Mapping[str, Maker] | Sequence[str] | None = None, *,
                   steps: int = 60, window: Sequence[Sequence[float]] | None = None,
                   interval: int = 100,
                   theme: str | None = None, lang: str | None = None) -> Race:  # fmt: skip
    """`race` as a moving picture, one frame a step, `interval` milliseconds each.

    >>> moving = race_animation("parabola", optimizers=["SGD"], steps=2)
    >>> type(moving).__name__
    'Race'
    """
    function, at, frame = landscape(f, start, window)
    racers = racers_of(optimizers, f)
    found = [path(function, at, maker, steps) for maker in racers.values()]
    fig, axes = figure(size=(6.4, 5.0), title=say("race"))
    ax = axes[0, 0]
    draw_function(ax, function, frame)
    tracks = [p if len(at) == 2 else np.stack([p[:, 0], heights(function, p[:, 0])], 1)
              for p in found]  # fmt: skip
    trails, heads = [], []
    for k, name in enumerate(racers):
        trails += ax.plot([], [], linewidth=1.8, label=name, **line(k))
        heads += ax.plot([], [], "o", markersize=8, color=line(k)["color"],
                         markeredgecolor=theme_now().paper)  # fmt: skip
    fitted(ax, frame)
    legend(ax, loc="upper right", frameon=True, framealpha=0.85)

    def show(n: int) -> list[Any]:
        for track, trail, head in zip(tracks, trails, heads, strict=True):
            trail.set_data(*track[: n + 1].T)
            head.set_data(*track[min(n, len(track) - 1)][:, None])
        ax.set_title(f"{say('step')} {n}")
        return [*trails, *heads]

    show(0)
    longest = max(len(t) for t in tracks)
    return Race(fig, show, longest, interval)
