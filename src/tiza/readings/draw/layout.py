"""Boxes of different sizes and their arrows, in columns from left to right (Sugiyama's scheme)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tiza.errors import MissingExtraError

Point = tuple[float, float]
Edge = tuple[int, int]
SWEEPS = 60
HOME = 0.15  # how much the middle of the picture, height 0, pulls, against one arrow
STRAIGHT = 4.0  # how much more a long arrow pulls its points into a line than a box does


@dataclass
class Arrangement:
    """Where each box has its left upper corner, and the points of each arrow."""

    corner: dict[int, Point] = field(default_factory=dict)
    route: dict[Edge, list[Point]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0


def arrange(sizes: Mapping[int, Point], edges: Sequence[Edge], *, across: float = 26,
            between: float = 16) -> Arrangement:  # fmt: skip
    """Columns by the longest way from the start; in a column, few crossings and short arrows.

    Ranks and order come from the library; the places are found here, because boxes differ in
    size: every box wishes to stand at the mean of its neighbours, and the nearest places that
    keep the order and the distances are those of an isotonic regression.

    Source: Sugiyama, Tagawa & Toda 1981, IEEE Trans. SMC 11(2); Barlow et al. 1972 for the
    pooling of adjacent violators.
    """
    made = Arrangement()
    edges = list(dict.fromkeys(edges))
    for columns, chains in _ordered(list(sizes), edges):
        _place(made, columns, chains, sizes, across, between)
    return made


def _ordered(ids: list[int], edges: Sequence[Edge]) -> list[tuple[list[list[int]], list[Edge]]]:
    """Of each connected part: its columns in order, and its arrows cut at every column."""
    try:
        from fast_sugiyama import from_edges
    except ImportError as error:
        raise MissingExtraError("extra-missing", feature="tz.draw", extra="plot") from error
    linked = {i for edge in edges for i in edge}
    found: list[tuple[list[list[int]], list[Edge]]] = [([[i]], []) for i in ids if i not in linked]
    if edges:
        for spots, _, _, chains in from_edges(edges, dummy_vertices=True, check_layout=False):
            rows: dict[float, list[tuple[float, int]]] = {}
            for i, (x, y) in spots:
                rows.setdefault(y, []).append((x, int(i)))
            columns = [[i for _, i in sorted(rows[y])] for y in sorted(rows, reverse=True)]
            found.append((columns, [(int(a), int(b)) for a, b in chains or ()]))
    return found


def _place(made: Arrangement, columns: list[list[int]], chains: list[Edge],
           sizes: Mapping[int, Point], across: float, between: float) -> None:  # fmt: skip
    high = {i: sizes[i][1] if i in sizes else 4.0 for column in columns for i in column}
    middle = _middles(columns, chains, high, sizes, between)
    low = min(middle[i] - high[i] / 2 for i in middle)
    start = made.height + (between if made.height else 0)
    left, right, x = {}, {}, 0.0
    for column in columns:
        wide = max((sizes[i][0] for i in column if i in sizes), default=0.0)
        for i in column:
            left[i] = (x, x + sizes[i][0] if i in sizes else x + wide)
            right[i] = x + wide
        x += wide + across
    middle = {i: y - low + start for i, y in middle.items()}
    for i in middle:
        if i in sizes:
            made.corner[i] = (left[i][0], middle[i] - high[i] / 2)
    made.width = max(made.width, x - across)
    made.height = max(middle[i] + high[i] / 2 for i in middle)
    after: dict[int, list[int]] = {}
    for a, b in chains:
        after.setdefault(a, []).append(b)
    for a in [i for i in middle if i in sizes]:
        for b in after.get(a, ()):
            points = [(left[a][1], middle[a]), (right[a], middle[a])]
            while b not in sizes:
                points += [(left[b][0], middle[b]), (left[b][1], middle[b])]
                (b,) = after[b]
            made.route[a, b] = [*points, (left[b][0], middle[b])]


def _middles(columns: list[list[int]], chains: list[Edge], high: Mapping[int, float],
             sizes: Mapping[int, Point], between: float) -> dict[int, float]:  # fmt: skip
    """The height at which each box has its middle."""
    middle: dict[int, float] = {}
    for column in columns:
        y = 0.0
        for i in column:
            middle[i] = y + high[i] / 2
            y += high[i] + between
        for i in column:
            middle[i] -= (y - between) / 2
    near: dict[int, list[int]] = {i: [] for i in high}
    for a, b in chains:
        near[a].append(b)
        near[b].append(a)
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 else columns[::-1]:
            wish = [sum(middle[j] for j in near[i]) / (len(near[i]) + HOME) for i in column]
            weight = [1.0 if i in sizes else STRAIGHT for i in column]
            gaps = [(high[a] + high[b]) / 2 + between for a, b in pairwise(column)]
            middle.update(zip(column, apart(wish, weight, gaps), strict=True))
    return middle


def apart(wish: Sequence[float], weight: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to the wishes whose distances are at least the gaps.

    Least squares: min Σ wᵢ (yᵢ − wishᵢ)² with yᵢ₊₁ − yᵢ ≥ gapᵢ.

    >>> apart([0.0, 0.0, 9.0], [1.0, 1.0, 1.0], [2.0, 2.0])
    [-1.0, 1.0, 9.0]
    """
    offset = [0.0]
    for gap in gaps:
        offset.append(offset[-1] + gap)
    pools: list[list[float]] = []  # mean, weight, how many
    for y, w, o in zip(wish, weight, offset, strict=True):
        pools.append([y - o, w, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, heavy, many = pools.pop()
            last = pools[-1]
            last[0] = (last[0] * last[1] + mean * heavy) / (last[1] + heavy)
            last[1] += heavy
            last[2] += many
    flat = [mean for mean, _, many in pools for _ in range(int(many))]
    return [y + o for y, o in zip(flat, offset, strict=True)]
