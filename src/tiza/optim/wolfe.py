"""A line search that ends where the slope has flattened and the loss has fallen enough."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]


class Point(NamedTuple):
    """A length along the direction, with loss, slope and gradient there."""

    t: float
    loss: float
    slope: float
    gradient: Array


class Search:
    """One search along a direction d, from where the loss and its slope are known."""

    def __init__(self, evaluate: Callable[[float], tuple[float, Array]], d: Array, start: Point,
                 c1: float, c2: float, smallest: float, most: int) -> None:  # fmt: skip
        self.evaluate, self.d, self.start, self.c1, self.c2 = evaluate, d, start, c1, c2
        self.smallest, self.most, self.tried = smallest, most, 0

    def at(self, t: float) -> Point:
        """Loss, slope and gradient at a length."""
        self.tried += 1
        loss, gradient = self.evaluate(t)
        return Point(t, loss, float(gradient @ self.d), gradient)

    def high(self, point: Point, best: Point) -> bool:
        """Whether the loss has not fallen enough, or not below the best."""
        line = self.start.loss + self.c1 * point.t * self.start.slope
        return not point.loss <= line or (best.t > 0 and point.loss >= best.loss)

    def flat(self, point: Point) -> bool:
        """Whether the slope is small beside the one at the start."""
        return abs(point.slope) <= -self.c2 * self.start.slope

    def bracket(self, t: float) -> tuple[Point, Point | None]:
        """Two points between which a good one lies (Algorithm 3.5), or the good one alone."""
        before = self.start
        while self.tried < self.most:
            now = self.at(t)
            if self.high(now, before):
                return before, now
            if self.flat(now):
                return now, None
            if now.slope >= 0:
                return now, before
            before, t = now, 2.0 * t
        return before, None

    def zoom(self, low: Point, high: Point) -> Point:
        """The good one between the two (Algorithm 3.6); `low` is always the better end."""
        widest = np.abs(self.d).max()
        while self.tried < self.most and abs(high.t - low.t) * widest >= self.smallest:
            now = self.at(between(low, high))
            if self.high(now, low):
                high = now
                continue
            if self.flat(now):
                return now
            if now.slope * (high.t - low.t) >= 0:
                high = low
            low = now
        return low


def strong_wolfe(evaluate: Callable[[float], tuple[float, Array]], d: Array, t: float, loss: float,
                 g: Array, *, c1: float = 1e-4, c2: float = 0.9, smallest: float = 1e-9,
                 most: int = 25) -> tuple[float, float, Array, int]:  # fmt: skip
    """A length t with f(t) ≤ f(0) + c₁ t f'(0) and |f'(t)| ≤ c₂ |f'(0)|, f(t) = loss(p + t d).

    Gives length, loss, gradient and how often the loss was computed; the best point found where
    the conditions cannot be met within `most` tries.

    Source: Nocedal & Wright 2006, Numerical Optimization, Algorithms 3.5 and 3.6, cubic
    interpolation by eq. 3.59.
    """
    search = Search(evaluate, d, Point(0.0, loss, float(g @ d), g), c1, c2, smallest, most)
    low, high = search.bracket(t)
    found = low if high is None else search.zoom(low, high)
    return found.t, found.loss, found.gradient, search.tried


def between(a: Point, b: Point) -> float:
    """The minimum of the cubic through both points, kept a tenth away from their ends."""
    low, high = min(a.t, b.t), max(a.t, b.t)
    guess = (low + high) / 2
    if np.isfinite(b.loss) and np.isfinite(b.slope):
        d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
        square = d1 * d1 - a.slope * b.slope
        if square >= 0:
            d2 = sqrt(square) if b.t > a.t else -sqrt(square)
            bottom = b.slope - a.slope + 2 * d2
            if bottom:
                guess = b.t - (b.t - a.t) * (b.slope + d2 - d1) / bottom
    margin = 0.1 * (high - low)
    return float(min(max(guess, low + margin), high - margin))
