"""The parts of a module as boxes in boxes, where no input is given that would order them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import prod

from tiza.nn.containers import ModuleList, Sequential
from tiza.nn.module import Module
from tiza.readings.draw.svg import document, rectangle, text, width_of
from tiza.readings.draw.words import counted, say

LINE, PAD, GAP = 18.0, 12.0, 8.0


@dataclass(frozen=True)
class Piece:
    """A line of text at its place, or a frame: its width, height and kind."""

    x: float
    y: float
    svg: str
    frame: tuple[float, float, str] | None = None

    def drawn(self, x: float, y: float, wide: float) -> str:
        """As SVG; every frame reaches as far to the right as its place in the whole allows."""
        if self.frame is None:
            return self.svg.format(x=self.x + x, y=self.y + y)
        _, high, kind = self.frame
        return rectangle(self.x + x, self.y + y, wide - 2 * self.x, high, f"box {kind}")


Drawn = tuple[float, float, list[Piece]]  # wide, high, pieces


def nested(model: Module, depth: int | None) -> str:
    """The SVG: each module a box with its kind, its sizes and its parameters, parts inside."""
    wide, high, pieces = _box("", model, 0, depth)
    title = say("blocks")
    parts = [text(16, 26, escape(title), "head", "start")]
    parts += [piece.drawn(16, 40, wide) for piece in pieces]
    return document(parts, wide + 32, high + 56, title)


def _box(name: str, module: Module, level: int, depth: int | None, many: int = 1) -> Drawn:
    lines = _lines(name, module, many)
    wide = max(width_of(line, 14.5 if k == 0 else 12) for k, line in enumerate(lines)) + 2 * PAD
    drawn: list[Drawn] = []
    lists = isinstance(module, ModuleList | Sequential)  # holds parts, and is none of its own
    if depth is None or level < depth or (lists and level > 0 and level == depth):
        under = level if lists and level > 0 else level + 1
        drawn = [_box(key, part, under, depth, n) for key, part, n in _parts(module)]
    wide = max([wide, *(w + 2 * PAD for w, _, _ in drawn)])
    high = PAD + LINE * len(lines)
    inner: list[Piece] = []
    for _, part_high, pieces in drawn:
        inner += [Piece(q.x + PAD, q.y + high, q.svg, q.frame) for q in pieces]
        high += part_high + GAP
    high += PAD - (GAP if inner else 4)
    frame = Piece(0, 0, "", (wide, high, "operation" if inner else "layer"))
    words = [Piece(PAD, PAD + 9 + LINE * k, _line(line, "head" if k == 0 else "faint"))
             for k, line in enumerate(lines)]  # fmt: skip
    return wide, high, [frame, *words, *inner]


def _lines(name: str, module: Module, many: int) -> list[str]:
    kind = type(module).__name__
    title = f"{name}: {f'{many} × ' if many > 1 else ''}{kind}" if name else kind
    extra = module.extra_repr().replace("\n", ", ")
    own = sum(prod(p.shape) for p in module.parameters()) * many
    return [title, *([extra] if extra else []), *([counted("parameters", own)] if own else [])]


def _parts(module: Module) -> list[tuple[str, Module, int]]:
    """The parts by name; of a list, equal neighbours stand as one: `0 … 3`, a part, 4."""
    found: list[tuple[str, Module, int]] = []
    last = ""
    for key, part in module.named_children():
        text = str(part)
        same = found and text == last and isinstance(module, ModuleList | Sequential)
        if same and key.isdigit():
            first, one, n = found[-1]
            found[-1] = (f"{first.split(' ')[0]} … {key}", one, n + 1)
        else:
            found.append((key, part, 1))
        last = text
    return found


def _line(words: str, kind: str) -> str:
    safe = escape(words).replace("{", "{{").replace("}", "}}")
    return f'<text x="{{x:.1f}}" y="{{y:.1f}}" class="{kind}">{safe}</text>'
