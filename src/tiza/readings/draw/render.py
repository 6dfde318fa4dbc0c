"""Boxes and arrows as SVG: from left to right, or from above where that would be too wide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from tiza.readings.draw.layout import Arrangement, Edge, arrange
from tiza.readings.draw.svg import (
    WIDE,
    arrow,
    document,
    marked,
    rectangle,
    text,
    width_of,
)

if TYPE_CHECKING:
    from tiza.readings.draw.graph import Box

Legend = Callable[[bool], Sequence[str]]  # whether arrows point down → lines below the picture
LINE = 17.0
MARGIN = 16.0
TOP = MARGIN + 26
STUB = 30.0  # of an arrow that points down, before it may turn


def render(boxes: Sequence[Box], edges: Sequence[Edge], title: str, legend: Legend) -> str:
    """The picture; wider than a page, its arrows point down."""
    spots = arrange({i: (b.wide + b.stub, b.high) for i, b in enumerate(boxes)}, edges)
    down = spots.width > WIDE
    if down:
        turned = arrange({i: (b.high + _stub(b), b.across) for i, b in enumerate(boxes)}, edges,
                         across=18, between=14)  # fmt: skip
        down = turned.height < spots.width
        spots = _turned(turned) if down else spots
    parts: list[str] = []
    for points in spots.route.values():
        parts.append(arrow([(x + MARGIN, y + TOP) for x, y in points], down=down))
    for i, box in enumerate(boxes):
        x, y = spots.corner[i]
        parts.append((_standing if down else _lying)(box, x + MARGIN, y + TOP))
    lines = legend(down)
    wide = max(spots.width, width_of(title), *(width_of(line, 12) for line in lines), 120.0)
    high = TOP + spots.height + 14
    for line in lines:
        high += LINE
        parts.append(text(MARGIN, high, escape(line), "faint", "start"))
    parts.append(text(MARGIN, MARGIN + 6, escape(title), "head", "start"))
    return document(parts, wide + 2 * MARGIN, high + MARGIN, title)


def _stub(box: Box) -> float:
    return STUB if box.words else 0.0


def _turned(spots: Arrangement) -> Arrangement:
    """Columns become rows."""
    return Arrangement(
        {i: (y, x) for i, (x, y) in spots.corner.items()},
        {edge: [(y, x) for x, y in points] for edge, points in spots.route.items()},
        spots.height,
        spots.width,
    )


def _lying(box: Box, x: float, y: float) -> str:
    """A box with its arrow to the right: the value above it, the adjoint below."""
    right, middle = x + box.wide, y + box.high / 2
    inner = _box(box, x, y)
    if box.stub:
        at = right + box.stub / 2
        inner += f'<path d="M{right:.1f},{middle:.1f}H{right + box.stub:.1f}" class="arrow"/>'
        inner += _value(box, at, middle - 5, "middle")
        inner += text(at, middle + 14, escape(box.below), "adjoint") if box.below else ""
    return _linked(box, inner)


def _standing(box: Box, x: float, y: float) -> str:
    """A box with its arrow below: the value to the right of it, the adjoint to the left."""
    middle, foot = x + box.across / 2, y + box.high
    inner = _box(box, middle - box.wide / 2, y)
    if box.words:
        inner += f'<path d="M{middle:.1f},{foot:.1f}V{foot + STUB:.1f}" class="arrow"/>'
        inner += _value(box, middle + 7, foot + 19, "start")
        if box.below:
            inner += text(middle - 7, foot + 19, escape(box.below), "adjoint", "end")
    return _linked(box, inner)


def _box(box: Box, x: float, y: float) -> str:
    start = y + box.high / 2 - LINE * (len(box.lines) - 1) / 2 + 4.5
    inner = rectangle(x, y, box.wide, box.high, f"box {box.kind}")
    for k, line in enumerate(box.lines):
        named = marked(line) if k == 0 and box.kind in {"data", "parameter"} else escape(line)
        at = x + box.wide / 2
        inner += text(at, start + k * LINE, named, "" if k == 0 else "small faint")
    return inner


def _value(box: Box, x: float, y: float, anchor: str) -> str:
    name = f"{marked(box.name)} = " if box.name else ""
    return text(x, y, name + escape(box.above), "value", anchor) if box.above else ""


def _linked(box: Box, inner: str) -> str:
    inner = f"<g><title>{escape(box.note)}</title>{inner}</g>"
    return f'<a href="#{box.link}">{inner}</a>' if box.link else inner
