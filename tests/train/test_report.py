"""The report stands alone: no address is fetched, no word of a user becomes markup."""

import math
import re
import struct
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tiza.errors import ArgumentError, use_language
from tiza.train import History, Mistake, Report, RunFolder, report_html, write_report
from tiza.train.chart import Line, chart, ticks
from tiza.train.picture import png, to_bytes

NASTY = '<script>alert("x")</script>&\'"'
VOID = {"meta", "img"}


class Balanced(HTMLParser):
    """Collects tags and addresses, and checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attributes if k in ("src", "href", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def full(text: str = "plain") -> Report:
    return Report(
        title=text,
        history=History(
            [
                {"loss": 1.0, "val_loss": 2.0, text: 0.1, "lr": 0.1, "seconds": 0.5},
                {"loss": 0.5, "val_loss": math.nan, text: 0.2, "lr": 0.1, "seconds": 0.5},
            ]
        ),
        summary=text,
        metrics={"accuracy": {"model": 0.9, "majority": 0.5, text: math.nan}, text: {"model": 3.0}},
        confusion=np.array([[5, 1], [0, 4]]),
        classes=[text, "b"],
        mistakes=[
            Mistake(text, "b", 0.75, np.arange(64).reshape(8, 8)),
            Mistake("a", text, text=text),
        ],
        model=text,
        config={text: {text: [text, 1]}, "lr": 0.5},
        data={"sha256": text},
        versions={text: text},
        commands=[(text, text)],
    )


def parse(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_stands_alone_and_escapes(language: str) -> None:
    with use_language(language):
        page = report_html(full(NASTY))
    found = parse(page)
    assert "script" not in found.tags
    assert [a[:22] for a in found.addresses] == ["data:image/png;base64,"]
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "@import" not in page
    assert "url(" not in page
    assert f'<html lang="{language}">' in page
    assert page.count("&lt;script&gt;") >= 15


def test_what_it_says() -> None:
    page = report_html(full())
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles == [
        "Results",
        "Learning curves",
        "Confusion matrix",
        "Class by class",
        "What it got wrong",
        "Model",
        "Configuration",
        "Data",
        "Versions",
        "Look further",
    ]
    assert "<td class=win>90.00%</td><td>50.00%</td><td>nan</td>" in page
    assert "<tr><th>plain</th><td>100.0%</td><td>83.3%</td><td>90.9%</td><td>6</td></tr>" in page
    assert "(75%)" in page
    with use_language("es"):
        assert "<h2>Matriz de confusión</h2>" in report_html(full())


def test_a_derivation_stands_between_the_model_and_its_settings() -> None:
    made = "<details><summary>loss</summary><math><mi>L</mi></math></details>"
    page = report_html(replace(full(), derivation=made))
    parse(page)
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles[5:8] == ["Model", "On the blackboard", "Configuration"]
    assert made in page
    with use_language("es"):
        assert "<h2>En el pizarrón</h2>" in report_html(Report("r", derivation=made))


def test_missing_parts_leave_no_empty_heading() -> None:
    page = report_html(Report("bare"))
    parse(page)
    assert "<h2>" not in page


def test_many_classes_become_a_list_of_pairs() -> None:
    matrix = np.eye(30, dtype=int) * 5
    matrix[3, 7], matrix[2, 1] = 4, 2
    page = report_html(Report("many", confusion=matrix))
    assert "<td>3</td><td>7</td><td>4</td></tr><tr><td>2</td><td>1</td><td>2</td>" in page
    assert 'class="confusion"' not in page


def test_files_of_the_folder(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "r", name="r", config={})
    assert write_report(folder, full()) == tmp_path / "r" / "report.html"
    assert sorted(p.name for p in folder.plots.iterdir()) == ["loss.svg", "plain.svg"]
    for path in folder.plots.iterdir():
        ElementTree.fromstring(path.read_text())


@pytest.mark.parametrize(
    "values",
    [[], [1.0], [math.nan], [2.0, 2.0], [1e-9, 1.0, 1e9], [-5.0, 3.0], [0.0] * 300, [math.inf, 1]],
)
def test_any_curve_can_be_drawn(values: list[float]) -> None:
    svg = chart("t & u", [Line("a<b", values), Line("c", values)], "x", mark=(1, 1.0, "w<"))
    ElementTree.fromstring(svg)
    assert "nan" not in svg
    assert "inf" not in svg


def test_ticks_are_round_and_cover() -> None:
    for low, high in [(0, 1), (0.013, 0.97), (-3, 7e5), (5, 5), (0, 0), (1e-12, 3e-12)]:
        marks = ticks(low, high)
        assert marks[0] <= low
        assert marks[-1] >= high
        assert 2 <= len(marks) <= 12


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_png_reads_back(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    content = png(image)
    place, chunks = 8, {}
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        (crc,) = struct.unpack(">I", content[place + 8 + length : place + 12 + length])
        assert crc == zlib.crc32(kind + body)
        chunks[kind] = body
        place += 12 + length
    raw = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(5, -1)
    np.testing.assert_array_equal(raw[:, 1:].reshape(shape), image)
    assert struct.unpack(">II", chunks[b"IHDR"][:8]) == (7, 5)


def test_pictures_of_every_kind() -> None:
    grey = np.array([[0.0, 0.5], [1.0, 0.25]])
    assert to_bytes(grey).tolist() == [[0, 128], [255, 64]]
    assert to_bytes(np.array([[0, 16]])).tolist() == [[0, 255]]
    assert to_bytes(np.full((2, 2), 7.0)).tolist() == [[0, 0], [0, 0]]
    assert to_bytes(np.zeros((3, 8, 9))).shape == (8, 9, 3)
    assert to_bytes(np.zeros((1, 8, 9))).shape == (8, 9)
    assert to_bytes(np.zeros((8, 9, 1))).shape == (8, 9)
    for shape in [(4,), (2, 2, 2), (0, 3), (1, 2, 3, 4)]:
        with pytest.raises(ArgumentError, match="a picture has shape"):
            to_bytes(np.zeros(shape))
