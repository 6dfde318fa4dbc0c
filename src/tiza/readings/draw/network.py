"""A multilayer perceptron as neurons and weights: colour is the sign, thickness the size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.nn import activations, dropout
from tiza.nn.layers import Linear
from tiza.nn.module import Module
from tiza.readings.draw.numbers import number
from tiza.readings.draw.svg import document, marked, text
from tiza.readings.draw.words import counted, say

Array = np.ndarray[Any, Any]
Point = tuple[float, float]
MOST = 12  # neurons of a layer that are drawn; of more, the first and the last
LABELLED = 12  # weights of a layer whose numbers fit
RADIUS = 15.0
ALONG = (0.22, 0.36, 0.5, 0.64, 0.78, 0.12, 0.88)  # where on its line a weight may stand
STEP = 46.0
QUIET = {"Flatten", "Identity", "Dropout", "Unflatten"}


@dataclass(frozen=True)
class Stage:
    """One affine map and the function behind it."""

    weight: Array  # (out, in)
    bias: Array | None
    function: str


def stages_of(model: Module) -> list[Stage] | None:
    """The affine maps of a chain of Linear layers; None where the model is something else."""
    found: list[Stage] = []
    for _, part in model.named_modules():
        name = type(part).__name__
        if isinstance(part, Linear):
            if found and found[-1].weight.shape[0] != part.in_features:
                return None
            bias = part.bias.numpy() if part.bias is not None else None
            found.append(Stage(part.weight.numpy(), bias, ""))
        elif next(part.children(), None) is not None:
            if any(p is not None for p in part._parameters.values()):
                return None
        elif _is_activation(part):
            if not found:
                return None
            found[-1] = Stage(found[-1].weight, found[-1].bias, name)
        elif name not in QUIET:
            return None
    return found or None


def _is_activation(part: Module) -> bool:
    homes = (activations.__name__, dropout.__name__)
    return type(part).__module__ in homes and type(part).__name__ not in QUIET


def neurons(model: Module, *, values: bool = True) -> str:
    """The SVG of a chain of Linear layers.

    Errors: ArgumentError where the model is something else.
    """
    stages = stages_of(model)
    if stages is None:
        raise ArgumentError("draw-neurons", kind=type(model).__name__)
    return _Network(stages, values).svg()


def _chosen(n: int) -> list[int | None]:
    """Which neurons of a layer are drawn, from above; None is the row of dots."""
    if n <= MOST:
        return list(range(n))
    half = MOST // 2
    return [*range(half), None, *range(n - half, n)]


class _Network:
    """Places, edges and words of one network."""

    def __init__(self, stages: Sequence[Stage], values: bool) -> None:
        self.stages = stages
        self.sizes = [stages[0].weight.shape[1], *(s.weight.shape[0] for s in stages)]
        self.rows = [_chosen(n) for n in self.sizes]
        biased = [s.bias is not None for s in stages] + [False]
        tall = max(len(r) + b for r, b in zip(self.rows, biased, strict=True))
        labelled = values and all(s.weight.size <= LABELLED for s in stages)
        self.labelled = labelled
        self.step = STEP * 1.6 if labelled else STEP
        self.top, self.high = 82.0, tall * self.step
        self.gap = max(230.0 if labelled else 150.0, self.high * 0.32)
        self.at: list[dict[int | None, tuple[float, float]]] = []
        self.ones: list[tuple[float, float] | None] = []
        for k, row in enumerate(self.rows):
            x = 74 + k * self.gap
            many = len(row) + biased[k]
            y = self.top + (self.high - many * self.step) / 2 + self.step / 2
            self.ones.append((x, y + (many - 1) * self.step) if biased[k] else None)
            self.at.append({i: (x, y + j * self.step) for j, i in enumerate(row)})
        self.wide = 74 + (len(self.rows) - 1) * self.gap + 90

    def svg(self) -> str:
        """The whole picture."""
        title = say("neurons")
        parts = [text(16, 24, escape(title), "head", "start")]
        for k, stage in enumerate(self.stages):
            parts += self.weights(k, stage)
        for k in range(len(self.rows)):
            parts += self.layer(k)
        foot = self.top + self.high + 22
        parts += self.legend(foot)
        return document(parts, max(self.wide, 470), foot + 44, title)

    def weights(self, k: int, stage: Stage) -> list[str]:
        """The lines of one affine map: thicker and darker, the larger."""
        largest = float(np.abs(stage.weight).max(initial=0)) or 1.0
        if stage.bias is not None:
            largest = max(largest, float(np.abs(stage.bias).max(initial=0)))
        lines = []
        entries = [
            (p, q, float(stage.weight[j, i]))
            for j, q in self.at[k + 1].items() if j is not None
            for i, p in self.at[k].items() if i is not None
        ]  # fmt: skip
        one = self.ones[k]
        if one is not None and stage.bias is not None:
            entries += [(one, q, float(stage.bias[j]))
                        for j, q in self.at[k + 1].items() if j is not None]  # fmt: skip
        for (x, y), (p, q), w in sorted(entries, key=lambda e: abs(e[2])):
            size = abs(w) / largest
            kind = "pos" if w >= 0 else "neg"
            lines.append(
                f'<line x1="{x + RADIUS:.1f}" y1="{y:.1f}" x2="{p - RADIUS:.1f}" y2="{q:.1f}" '
                f'class="{kind}" stroke-width="{0.5 + 4 * size:.2f}" '
                f'stroke-opacity="{0.25 + 0.7 * size:.2f}"'
                f"{'' if w >= 0 else ' stroke-dasharray=' + chr(34) + '7 3' + chr(34)}>"
                f"<title>{number(w)}</title></line>"
            )
        return lines + (self.labels(entries) if self.labelled else [])

    def labels(self, entries: Sequence[tuple[Point, Point, float]]) -> list[str]:
        """The weights on their lines, each where the labels before it leave room."""
        taken: list[Point] = []
        parts = []
        for (x, y), (p, q), w in entries:
            places = [(x + RADIUS + (p - x - 2 * RADIUS) * t, y + (q - y) * t) for t in ALONG]
            gap = [min([max(abs(a - c) / 46, abs(b - d) / 15) for c, d in taken], default=9.0)
                   for a, b in places]  # fmt: skip
            best = next((i for i, g in enumerate(gap) if g >= 1), gap.index(max(gap)))
            taken.append(places[best])
            at, on = places[best]
            parts.append(text(at, on + 4, number(w, 3), "small halo"))
        return parts

    def layer(self, k: int) -> list[str]:
        """The neurons of one layer with what stands above and in them."""
        parts, n, last = [], self.sizes[k], len(self.sizes) - 1
        letter = "x" if k == 0 else "ŷ" if k == last else ""
        for i, (x, y) in self.at[k].items():
            if i is None:
                parts.append(text(x, y + 5, "⋮", "head"))
                continue
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:g}" class="neuron"/>')
            name = f"{letter}{i + 1}" if n > 1 else letter
            if letter:
                parts.append(
                    text(x, y + 4.5, marked(name), "" if i < 9 else "small" if i < 99 else "tiny")
                )
        one = self.ones[k]
        if one is not None:
            x, y = one
            parts.append(f'<rect x="{x - 13:.1f}" y="{y - 13:.1f}" width="26" height="26" rx="4" '
                         'class="box parameter"/>' + text(x, y + 4.5, "1"))  # fmt: skip
        x = 74 + k * self.gap
        if k == 0:
            parts.append(text(x, 50, say("input"), "head"))
            parts.append(text(x, 67, counted("inputs-n", n), "faint"))
            return parts
        hidden = say("hidden") if last == 2 else say("hidden-n", n=k)
        parts.append(text(x, 50, say("output") if k == last else hidden, "head"))
        function = self.stages[k - 1].function
        words = counted("neurons-n", n) + (f", {function}" if function else "")
        parts.append(text(x, 67, escape(words), "faint"))
        return parts

    def legend(self, y: float) -> list[str]:
        """What colours, lines and the square mean."""
        parts, x = [], 16.0
        for kind, dash in (("positive", ""), ("negative", ' stroke-dasharray="7 3"')):
            colour = kind[:3]
            parts.append(f'<line x1="{x}" y1="{y - 4}" x2="{x + 30}" y2="{y - 4}" '
                         f'class="{colour}" stroke-width="3"{dash}/>')  # fmt: skip
            parts.append(text(x + 38, y, say(kind), "faint", "start"))
            x += 160
        words = say("thickness")
        if any(one is not None for one in self.ones):
            words += "; " + say("one")
        parts.append(text(16, y + 22, escape(words), "faint", "start"))
        return parts
