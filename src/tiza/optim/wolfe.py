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
        self.smallest, self.most = smallest, most
        self.tried, self.turn = 0, 0  # turns: tries after the first

    def at(self, t: float) -> Point:
        """Loss, slope and gradient at a length."""
        self.tried += 1
        loss, gradient = self.evaluate(t)
        return Point(t, loss, float(gradient @ self.d), gradient)

    def high(self, point: Point) -> bool:
        """Whether the loss has not fallen enough (nor if it is no number)."""
        return not point.loss <= self.start.loss + self.c1 * point.t * self.start.slope

    def flat(self, point: Point) -> bool:
        """Whether the slope is small beside the one at the start."""
        return abs(point.slope) <= -self.c2 * self.start.slope

    def bracket(self, t: float) -> tuple[Point, Point | None]:
        """Two points between which a good one lies (Algorithm 3.5), or the good one alone.

        A step that is too short grows to the minimum of the cubic, at most tenfold.
        """
        before, now = self.start, self.at(t)
        while self.turn < self.most:
            if self.high(now) or (self.turn > 1 and now.loss >= before.loss):
                return before, now
            if self.flat(now):
                return now, None
            if now.slope >= 0:
                return before, now
            near, far = now.t + 0.01 * (now.t - before.t), now.t * 10
            before, now = now, self.at(between(before, now, near, far))
            self.turn += 1
        return self.start, now

    def zoom(self, one: Point, two: Point) -> Point:
        """The good one between the two (Algorithm 3.6)."""
        low, high = (one, two) if one.loss <= two.loss else (two, one)
        widest, hesitant = np.abs(self.d).max(), False
        while self.turn < self.most and abs(high.t - low.t) * widest >= self.smallest:
            t, hesitant = self.inside(low, high, hesitant)
            now = self.at(t)
            self.turn += 1
            if self.high(now) or now.loss >= low.loss:
                low, high = (low, now) if low.loss <= now.loss else (now, low)
                continue
            if self.flat(now):
                return now
            if now.slope * (high.t - low.t) >= 0:
                high = low
            low = now
        return low

    def inside(self, low: Point, high: Point, hesitant: bool) -> tuple[float, bool]:
        """The next length between two; the second time near an end, a tenth away from it."""
        left, right = min(low.t, high.t), max(low.t, high.t)
        t = between(low, high, left, right)
        margin = 0.1 * (right - left)
        if min(right - t, t - left) >= margin:
            return t, False
        if hesitant or not left < t < right:
            return (right - margin if right - t < t - left else left + margin), False
        return t, True


def strong_wolfe(evaluate: Callable[[float], tuple[float, Array]], d: Array, t: float, loss: float,
                 g: Array, *, c1: float = 1e-4, c2: float = 0.9, smallest: float = 1e-9,
                 most: int = 25) -> tuple[float, float, Array, int]:  # fmt: skip
    """A length t with f(t) ≤ f(0) + c₁ t f'(0) and |f'(t)| ≤ c₂ |f'(0)|, f(t) = loss(p + t d).

    Gives length, loss, gradient and how often the loss was computed; the best point found where
    the conditions cannot be met within `most` tries.

    Source: Nocedal & Wright 2006, Numerical Optimization, Algorithms 3.5 and 3.6, cubic
    interpolation by eq. 3.59; how far a step grows, and how near an end it may fall, as in
    PyTorch (after Schmidt's minFunc).
    """
    search = Search(evaluate, d, Point(0.0, loss, float(g @ d), g), c1, c2, smallest, most)
    low, high = search.bracket(t)
    found = low if high is None else search.zoom(low, high)
    return found.t, found.loss, found.gradient, search.tried


def between(a: Point, b: Point, left: float, right: float) -> float:
    """The minimum of the cubic through both points, kept between two lengths."""
    if a.t > b.t:
        a, b = b, a
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return (left + right) / 2
    d2 = sqrt(square)
    bottom = b.slope - a.slope + 2 * d2
    guess = b.t - (b.t - a.t) * (b.slope + d2 - d1) / bottom if bottom else right
    return float(min(max(guess, left), right))
