"""Figures on light and on dark paper: everything is seen, by people of every colour vision."""

import inspect
from itertools import combinations

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.colors import to_rgb

from tiza import plot
from tiza.errors import ArgumentError
from tiza.plot.style import THEMES, Theme, theme_now

# Machado, Oliveira & Fernandes 2009, IEEE TVCG 15(6), severity 1.0, in linear RGB.
VISIONS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip


def linear(colour: str) -> np.ndarray:
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """(L₁ + 0.05) / (L₂ + 0.05). Source: WCAG 2.2."""
    low, high = sorted(float(TO_XYZ[1] @ linear(c)) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_lines_and_words_stand_out_from_the_paper(theme: Theme) -> None:
    assert contrast(theme.ink, theme.paper) >= 7
    assert contrast(theme.faint, theme.paper) >= 4.5
    for colour in theme.colours:
        assert contrast(colour, theme.paper) >= 3, colour


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("vision", [None, *VISIONS])
def test_all_colours_differ_for_every_vision(theme: Theme, vision: str | None) -> None:
    turn = np.eye(3) if vision is None else np.array(VISIONS[vision])
    seen = {c: lab(turn @ linear(c)) for c in theme.colours}
    for a, b in combinations(seen, 2):
        assert np.linalg.norm(seen[a] - seen[b]) > 8, (a, b)


@pytest.mark.parametrize("name", plot.__all__)
def test_every_figure_takes_a_theme_and_a_language(name: str) -> None:
    known = inspect.signature(getattr(plot, name)).parameters
    assert {"theme", "lang"} <= set(known)


def test_dark_paper_reaches_what_is_drawn_late() -> None:
    fig = plot.activations("relu", theme="dark")
    fig.axes[0].set_xlim(-1000, 1000)  # new ticks are made when it is drawn
    fig.canvas.draw()
    dark = THEMES["dark"]
    assert to_rgb(fig.get_facecolor()) == to_rgb(dark.paper)
    for ax in fig.axes:
        labels = [*ax.get_xticklabels(), ax.title, ax.xaxis.label, *ax.get_legend().get_texts()]
        assert {to_rgb(word.get_color()) for word in labels} == {to_rgb(dark.ink)}
    assert theme_now() is THEMES["light"]


def test_a_theme_that_does_not_exist() -> None:
    with pytest.raises(ArgumentError, match="theme cannot be 'sepia'"):
        plot.losses(theme="sepia")


def test_dark_corner_of_a_picture_is_dark(tmp_path) -> None:
    image = pytest.importorskip("PIL.Image")
    plot.losses(theme="dark").savefig(tmp_path / "losses.png", dpi=40)
    with image.open(tmp_path / "losses.png") as picture:
        assert max(picture.convert("RGB").getpixel((2, 2))) < 60
