"""The gradients compared with central differences of the loss, in float64."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tiza.graph import constant, placeholder, rebuild, walk
from tiza.lang.trace import Program
from tiza.readings.blackboard.derivation import Board
from tiza.readings.blackboard.expr import Array


def finite_differences(board: Board, most: int = 60) -> float:
    """Greatest difference of the gradients to central differences in float64.

    Every entry is moved where there are at most `most`; else all entries at once, along a few
    directions drawn from a fixed seed.
    """
    holes = [placeholder(w.shape, w.dtype) for w in board.wrt]
    held = [n for n in walk([board.loss]) if n.prim.name == "stop_gradient"]
    known = dict(zip(held, map(constant, Program((), held)()), strict=True))
    known.update(zip(board.wrt, holes, strict=True))
    (body,) = rebuild([board.loss], known)
    program = Program(holes, [body])
    start = [np.array(board.values[board.names.of[w]], float) for w in board.wrt]
    exact = [board.adjoints[w] for w in board.wrt]
    worst = 0.0
    for direction in _directions(start, most):
        want = float(sum(np.sum(g * v) for g, v in zip(exact, direction, strict=True)))
        gap = abs(_slope(program, start, direction, 1e-3) - want)
        if gap > 1e-8:  # a corner of ReLU may be near: a smaller step
            gap = min(gap, abs(_slope(program, start, direction, 1e-6) - want))
        worst = max(worst, gap / max(1.0, abs(want)))
    return worst


def _directions(start: list[Array], most: int) -> Iterator[list[Array]]:
    if sum(x.size for x in start) <= most:
        for k, x in enumerate(start):
            for at in range(x.size):
                made = [np.zeros(y.shape) for y in start]
                made[k].reshape(-1)[at] = max(1.0, abs(float(x.reshape(-1)[at])))
                yield made
        return
    rng = np.random.default_rng(0)
    for _ in range(4):
        drawn: list[Array] = [np.asarray(rng.normal(size=x.shape)) for x in start]
        length = float(np.sqrt(sum(np.sum(v * v) for v in drawn)))
        yield [v / length for v in drawn]


def _slope(program: Program, start: list[Array], direction: list[Array], h: float) -> float:
    """Fourth-order central difference of the loss along a direction."""
    total = 0.0
    for steps, weight in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
        moved = [x + steps * h * v for x, v in zip(start, direction, strict=True)]
        total += weight * float(program(*moved)[0])
    return total / (12 * h)
