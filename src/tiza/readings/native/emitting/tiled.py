"""The loops over tiles: all entries of one are loaded, transformed and stored in one turn.

A tile d becomes L d Lᵀ, with additions for most of it: two rows (or columns) of L that differ in
signs alone share their sums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tiza.graph.node import Node
from tiza.readings.native.lowering.lower import Lowering, Value
from tiza.readings.native.lowering.nest import Nest, Store, merge, outside
from tiza.readings.native.terms.index import ZERO, Affine, Loop, Opaque, at, flat
from tiza.readings.native.terms.memory import View
from tiza.readings.native.terms.tiles import Matrix, apart


@dataclass(frozen=True)
class Tile:
    """The loops that find a tile: its channel, row, column and picture.

    rows, columns: those that stand before the loops' first ones.
    """

    channel: Loop
    row: Loop
    column: Loop
    picture: Loop
    rows: Affine = ZERO
    columns: Affine = ZERO

    @classmethod
    def of(cls, channels: int, high: int, wide: int, pictures: int, *before: Affine) -> Tile:
        """Loops of these extents."""
        return cls(Loop(channels), Loop(high), Loop(wide), Loop(pictures), *before)

    def entry(self, step: int, first: Sequence[int], a: int, b: int) -> tuple[Affine, ...]:
        """Where entry (a, b) of the tile stands in the pictures, (C, H, W, N)."""
        row, column = at(self.row) + self.rows, at(self.column) + self.columns
        return (at(self.channel), row * step + (a - first[0]), column * step + (b - first[1]),
                at(self.picture))  # fmt: skip

    @property
    def place(self) -> Affine:
        """Which column of the products it is."""
        loops = (self.row, self.column, self.picture)
        return flat([at(i) for i in loops], [i.extent for i in loops])

    def nest(self, stores: list[Store]) -> Nest:
        """These loops around what is stored."""
        nest = Nest([self.channel, self.row, self.column, self.picture], [])
        nest.inner += stores
        merge(nest)
        return nest


def single_nest(node: Node, memory: Mapping[Node, View]) -> Nest:
    """The loops of `apart` or `together` by itself."""
    (x,), w, low = node.inputs, node.attrs, Lowering(memory)
    picture = x.shape if node.prim is apart else node.shape
    high, wide = w["tiles"]
    tile = Tile.of(picture[0], high, wide, picture[3])
    source, target = viewed(low, x), memory[node]
    if node.prim is apart:
        seen = seen_by(low, tile, source, len(w["matrix"][0]), w["step"], w["low"])
        return tile.nest(stored(target, tile, transformed(low, w["matrix"], seen)))
    return tile.nest(joining(low, tile, source, target, w["matrix"]))


def viewed(low: Lowering, x: Node) -> View:
    """x as it stands in memory."""
    view = low.view(x)
    if view is None:
        raise Opaque
    return view


def seen_by(low: Lowering, tile: Tile, source: View, size: int, step: int,
            first: Sequence[int]) -> list[list[Value]]:  # fmt: skip
    """The entries of a tile; zeros around pictures."""
    places = [[tile.entry(step, first, a, b) for b in range(size)] for a in range(size)]
    return [[low.load(source.buffer, source.at(i), outside(i, source.shape)) for i in row]
            for row in places]  # fmt: skip


def placed(target: View, tile: Tile, entry: int) -> Affine:
    """Where an entry of a transformed tile stands."""
    return target.at((Affine(entry), at(tile.channel), tile.place))


def stored(target: View, tile: Tile, values: Sequence[Sequence[Value]]) -> list[Store]:
    """All entries of a transformed tile."""
    every = [value for row in values for value in row]
    return [Store(target.buffer, placed(target, tile, k), v) for k, v in enumerate(every)]


def joining(low: Lowering, tile: Tile, source: View, target: View, matrix: Matrix,
            finish: Callable[[Value], Value] = lambda value: value) -> list[Store]:  # fmt: skip
    """Tiles transformed, finished and put side by side; what is beyond the pictures is left out."""
    side, step = len(matrix[0]), len(matrix)
    every = [low.load(source.buffer, placed(source, tile, k)) for k in range(side**2)]
    seen = [every[i : i + side] for i in range(0, side**2, side)]
    stores = []
    for p, values in enumerate(transformed(low, matrix, seen)):
        for q, value in enumerate(values):
            place = tile.entry(step, (0, 0), p, q)
            checks = outside(place, target.shape)
            stores.append(Store(target.buffer, target.at(place), finish(value), checks))
    return stores


def transformed(low: Lowering, matrix: Matrix, d: list[list[Value]]) -> list[list[Value]]:
    """L d Lᵀ."""
    columns = [multiplied(low, matrix, list(column)) for column in zip(*d, strict=True)]
    return [multiplied(low, matrix, list(row)) for row in zip(*columns, strict=True)]


def multiplied(low: Lowering, matrix: Matrix, x: Sequence[Value]) -> list[Value]:
    """L x, with few operations."""
    left, x = [list(row) for row in matrix], list(x)
    for j, k in _pairs(list(zip(*left, strict=True))):  # columns: x_j + x_k and x_j − x_k
        for row in left:
            same = row[j] == row[k]
            row[j], row[k] = (row[j], 0.0) if same else (0.0, row[j])
        x[j], x[k] = low.apply("add", x[j], x[k]), low.apply("subtract", x[j], x[k])
    made: list[Value | None] = [None] * len(left)
    for i, k in _pairs(left):  # rows: what they share, plus and minus what differs
        both = list(zip(left[i], left[k], strict=True))
        even = _sum(low, [a if a == b else 0.0 for a, b in both], x)
        odd = _sum(low, [a if a != b else 0.0 for a, b in both], x)
        made[i], made[k] = low.apply("add", even, odd), low.apply("subtract", even, odd)
    return [value if value is not None else _sum(low, row, x)
            for value, row in zip(made, left, strict=True)]  # fmt: skip


def _pairs(rows: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Rows that are equal but for some of their signs."""
    found: list[tuple[int, int]] = []
    for i, one in enumerate(rows):
        for k in range(i + 1, len(rows)):
            both = list(zip(one, rows[k], strict=True))
            alike = all(abs(a) == abs(b) for a, b in both)
            mixed = any(a == b != 0 for a, b in both) and any(a != b for a, b in both)
            if alike and mixed and not any({i, k} & set(pair) for pair in found):
                found.append((i, k))
    return found


def _sum(low: Lowering, row: Sequence[float], x: Sequence[Value]) -> Value:
    """Σ row_k x_k."""
    terms = sorted(((c, v) for c, v in zip(row, x, strict=True) if c), key=lambda t: t[0] != 1)
    first, total = terms[0]
    if first != 1:
        total = low.apply("multiply", total, low.number(first, total.dtype))
    for c, v in terms[1:]:
        if abs(c) == 1:
            total = low.apply("add" if c > 0 else "subtract", total, v)
        else:
            total = low.apply("fma", v, low.number(c, v.dtype), total)
    return total


def combined(low: Lowering, weights: Sequence[Value], x: Sequence[Value]) -> Value:
    """Σ w_k x_k, the weights being values, too."""
    total = low.apply("multiply", x[0], weights[0])
    for w, v in zip(weights[1:], x[1:], strict=True):
        total = low.apply("fma", v, w, total)
    return total
