"""Every model draws in every view: whole SVG, no box on another, every word in its place."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import pytest

pytest.importorskip("fast_sugiyama")
pytest.importorskip("matplotlib")
pytest.importorskip("PIL")

import matplotlib
from PIL import ImageFont

import tiza as tz
from tests.models.catalogue import BY_RULE, CASES
from tiza import models
from tiza.readings.draw.svg import WIDE

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"faint": 12, "value": 12, "adjoint": 12, "small": 11, "small faint": 11, "tiny": 9.5,
         "small halo": 11}  # fmt: skip
MOST_HIGH = 4000
SLACK = 1.5  # pixels


class Frame(NamedTuple):
    """A rectangle of the picture."""

    x: float
    y: float
    right: float
    foot: float

    def meets(self, other: "Frame", slack: float = SLACK) -> bool:
        return (min(self.right, other.right) - max(self.x, other.x) > slack
                and min(self.foot, other.foot) - max(self.y, other.y) > slack)  # fmt: skip

    def holds(self, other: "Frame", slack: float = SLACK) -> bool:
        return (self.x - slack <= other.x and other.right <= self.right + slack
                and self.y - slack <= other.y and other.foot <= self.foot + slack)  # fmt: skip


@cache
def font(size: float):
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(str(path), round(10 * size))


def width(text: ET.Element) -> float:
    """How wide a line of text is in DejaVu Sans, the widest of the fonts that pictures ask for."""
    size = SIZES.get(text.get("class", ""), 13)
    whole = (text.text or "").replace("\u200b", "")
    found = font(size).getlength(whole) / 10
    for part in text:
        scale = 0.75 if part.get("font-size") else 1.0
        found += scale * font(size).getlength((part.text or "").replace("\u200b", "")) / 10
        found += font(size).getlength(part.tail or "") / 10
    return found


def words(root: ET.Element) -> Iterator[tuple[Frame, str]]:
    for text in root.iter(f"{SVG}text"):
        x, y, long = float(text.get("x", 0)), float(text.get("y", 0)), width(text)
        start = x - {"middle": long / 2, "end": long}.get(text.get("text-anchor", ""), 0.0)
        yield Frame(start, y - 9, start + long, y + 2), "".join(text.itertext())


def assert_in_order(svg: str) -> None:
    root = ET.fromstring(svg)
    paper = Frame(0, 0, float(root.get("width", 0)), float(root.get("height", 0)))
    boxes = [
        Frame(x, y, x + w, y + h)
        for r in root.iter(f"{SVG}rect")
        if "box" in r.get("class", "")
        for x, y, w, h in [[float(r.get(k, 0)) for k in ("x", "y", "width", "height")]]
    ]
    for box in boxes:
        assert paper.holds(box)
    for a, b in combinations(boxes, 2):
        assert not a.meets(b) or a.holds(b) or b.holds(a), (a, b)
    for place, said in words(root):
        assert paper.holds(place), said
        for box in boxes:
            assert not box.meets(place) or box.holds(place), (said, box, place)


def pictures(name: str) -> dict[str, object]:
    tz.manual_seed(0)
    case = CASES[name]
    model = case.make()
    loss = case.loss(model, *case.batch(np.random.default_rng(0)))
    return {
        "model": tz.draw(model),
        "open": tz.draw(model, view="blocks", depth=None),
        "blocks": tz.draw(loss, view="blocks"),
        "graph": tz.draw(loss),
        "palabras": tz.draw(loss, lang="es"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_picture_of_a_model_is_in_order(name: str) -> None:
    for view, picture in pictures(name).items():
        found = re.search(r'width="(\d+)" height="(\d+)"', picture.svg)
        assert found
        wide, high = map(int, found.groups())
        assert wide <= WIDE + 40, view
        assert high <= MOST_HIGH, view
        assert_in_order(picture.svg)
        assert len(picture.html) < 3_000_000, view
        for inside in re.findall(r"<svg.*?</svg>", picture.html, re.S):
            assert_in_order(inside)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BY_RULE))
def test_models_that_learn_by_a_rule_are_drawn_too(name: str) -> None:
    made = getattr(models, name)
    model = made(3) if name == "Perceptron" else made(2, 2, 3)
    assert_in_order(tz.draw(model).svg)


def test_the_law_finds_a_box_on_another() -> None:
    whole = tz.draw(tz.tensor(2.0) * tz.tensor(3.0)).svg
    assert_in_order(whole)
    corner = re.search(r'<rect x="([\d.]+)" y="([\d.]+)"[^>]*class="box', whole)
    assert corner
    x, y = map(float, corner.groups())
    second = f'<rect x="{x + 5}" y="{y + 5}" width="60" height="60" class="box data"/>'
    with pytest.raises(AssertionError):
        assert_in_order(whole.replace("</svg>", f"{second}</svg>"))
