"""A line chart as SVG: no library, no script, colours that follow the page or stand alone."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 16, 34, 40
MOST_DOTS = 40
ALONE = """<style>
:root{--train:#0072b2;--valid:#d55e00;--mark:#009e73;--ink:#1d2329;--soft:#5c6670;--line:#dcdfe2}
@media(prefers-color-scheme:dark){:root{--train:#56b4e9;--valid:#f0a35e;--mark:#2fc79a;
--ink:#e8eaec;--soft:#a3adb6;--line:#38424b}}
</style>"""
# Told apart by eyes of every kind (Okabe & Ito 2008), and by their dashes without colour.
COLOURS = ("var(--train)", "var(--valid)", "var(--mark)", "#cc79a7", "#e69f00", "#8c6bb1")
DASHES = ("", "7 4", "2 3", "12 3 2 3", "5 2", "1 2")


@dataclass(frozen=True)
class Line:
    """One curve: values at 1, 2, 3, …; gaps where a value is not finite."""

    name: str
    values: Sequence[float]


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers that cover low … high.

    >>> ticks(0.0, 0.97)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    span = high - low or abs(high) or 1.0
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True)
class _Frame:
    """Where data coordinates fall on the picture."""

    last: int
    low: float
    high: float
    log: bool

    def x(self, epoch: int) -> float:
        share = 0.5 if self.last == 1 else (epoch - 1) / (self.last - 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(value)
        return HEIGHT - BOTTOM - (at - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def chart(
    title: str,
    lines: Sequence[Line],
    x_title: str,
    *,
    mark: tuple[int, float, str] | None = None,
    alone: bool = False,
) -> str:
    """The SVG of a few curves over epochs; values over more than two decades go on a log axis.

    mark: (epoch, value, words) of one point to ring. alone: carry the colours along, for a file
    of its own.

    >>> chart("loss", [Line("train", [1.0, 0.5])], "epoch")[:4]
    '<svg'
    """
    finite = [v for line in lines for v in line.values if math.isfinite(v)] or [0.0]
    log = min(finite) > 0 and max(finite) / min(finite) > 100
    marks = _decades(min(finite), max(finite)) if log else ticks(min(finite), max(finite))
    last = max((len(line.values) for line in lines), default=1) or 1
    frame = _Frame(last, marks[0], marks[-1], log)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{html.escape(title)}" font-family="system-ui, sans-serif" font-size="13">',
        ALONE if alone else "",
        _axes(frame, marks, x_title),
        *(_curve(frame, line, i) for i, line in enumerate(lines)),
        _legend(title, lines),
    ]
    if mark is not None and math.isfinite(mark[1]):
        parts.append(_ring(frame, *mark))
    return "".join([*parts, "</svg>"])


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def _axes(frame: _Frame, marks: Sequence[float], x_title: str) -> str:
    parts = []
    for value in marks:
        y = frame.y(value)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="var(--line)"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="var(--soft)">'
            f"{value:g}</text>"
        )
    step = max(1, math.ceil(frame.last / 8))
    shown = [1, *range(step if step > 1 else 2, frame.last + 1, step)]
    for epoch in shown:
        parts.append(
            f'<text x="{frame.x(epoch):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" '
            f'fill="var(--soft)">{epoch}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 5}" text-anchor="middle" fill="var(--soft)">'
        f"{html.escape(x_title)}</text>"
    )
    return "".join(parts)


def _curve(frame: _Frame, line: Line, index: int) -> str:
    colour, dash = COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]
    path, pen_down, dots = "", False, []
    for epoch, value in enumerate(line.values, 1):
        if not math.isfinite(value):
            pen_down = False
            continue
        x, y = frame.x(epoch), frame.y(value)
        path += f"{'L' if pen_down else 'M'}{x:.1f} {y:.1f}"
        pen_down = True
        dots.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}">'
            f"<title>{html.escape(line.name)} {epoch}: {value:.5g}</title></circle>"
        )
    if len(dots) > MOST_DOTS:
        dots = []
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.2" '
        f'stroke-linejoin="round" stroke-dasharray="{dash}"/>' + "".join(dots)
    )


def _legend(title: str, lines: Sequence[Line]) -> str:
    parts = [
        f'<text x="{LEFT}" y="18" font-weight="600" fill="var(--ink)">{html.escape(title)}</text>'
    ]
    x = float(WIDTH - RIGHT)
    for index, line in reversed(list(enumerate(lines))):
        width = 7.2 * len(line.name)
        x -= width
        colour, dash = COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]
        parts.append(
            f'<text x="{x:.0f}" y="18" fill="var(--ink)">{html.escape(line.name)}</text>'
            f'<path d="M{x - 30:.0f} 14h24" stroke="{colour}" stroke-width="2.5" '
            f'stroke-dasharray="{dash}"/>'
        )
        x -= 44
    return "".join(parts)


def _ring(frame: _Frame, epoch: int, value: float, words: str) -> str:
    return (
        f'<circle cx="{frame.x(epoch):.1f}" cy="{frame.y(value):.1f}" r="7" fill="none" '
        f'stroke="var(--mark)" stroke-width="2.2"><title>{html.escape(words)}</title></circle>'
    )
