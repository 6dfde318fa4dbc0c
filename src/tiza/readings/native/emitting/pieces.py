"""A convolution by tiles, piece by piece: the function that calls those of `tiled` in turn.

Tiles of some pictures are transformed, multiplied and put together before those of the next, so
that they never leave the near caches of their thread. Threads share the pieces where a kernel
slides over pictures. Of what it learns, each has rows of the transformed kernel to itself, and
sums them over all pieces in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tiza.graph.node import Node
from tiza.readings.native.emitting.spell import ir
from tiza.readings.native.emitting.tiled import (
    Tile,
    combined,
    joining,
    multiplied,
    seen_by,
    stored,
    transformed,
    viewed,
)
from tiza.readings.native.lowering.lower import Lowering, Value
from tiza.readings.native.lowering.nest import Nest, Reduction, Store, merge
from tiza.readings.native.machine.processor import Machine
from tiza.readings.native.placing.cuts import cut
from tiza.readings.native.terms.index import ZERO, Affine, Loop, at
from tiza.readings.native.terms.memory import Buffer, View
from tiza.readings.native.terms.text import Text
from tiza.readings.native.terms.tiles import Matrix, slid


@dataclass(frozen=True)
class Part:
    """A nest as a function."""

    name: str
    trips: int
    buffers: list[Buffer]
    flops: float


@dataclass(frozen=True)
class Whole:
    """The function of all pieces."""

    text: str
    buffers: list[Buffer]
    trips: int
    flops: float


def whole(node: Node, memory: Mapping[Node, View], rooms: Sequence[Buffer], machine: Machine,
          write: Callable[[Nest], Part]) -> Whole:  # fmt: skip
    """`slid` or `learned`; rooms: memory for transformed tiles; write: makes a nest a function."""
    make = _Slid if node.prim is slid else _Learned
    return make(node, memory, rooms, machine, write).whole()


class _Pieces:
    """The function being written."""

    def __init__(self, node: Node, memory: Mapping[Node, View], rooms: Sequence[Buffer],
                 machine: Machine, write: Callable[[Nest], Part]) -> None:  # fmt: skip
        self.attrs, self.cut, self.write = node.attrs, cut(node, machine), write
        self.low, self.text = Lowering(memory), Text()
        self.views = [viewed(self.low, x) for x in node.inputs]
        self.target = memory[node]
        self.where, *tiles = rooms  # the number of the piece's row and column of tiles
        self.tiles = [room.view() for room in tiles]
        held = [*(view.buffer for view in (*self.views, self.target)), *rooms]
        self.buffers = sorted(dict.fromkeys(held), key=lambda b: b.number)
        self.name = {b: f"%b{k}" for k, b in enumerate(self.buffers)}
        self.flops = 0.0

    def function(self, trips: int) -> Whole:
        """What was written."""
        pointers = ", ".join(f"ptr {name}" for name in self.name.values())
        head = f"define internal void @@({pointers}, i64 %from, i64 %to)"
        return Whole(self.text.function(head, "#0"), self.buffers, trips, self.flops)

    def tile(self, channels: int) -> Tile:
        """The loops over the tiles of one piece."""
        cut, before = self.cut, []
        for k, (each, count) in enumerate(zip((cut.rows, cut.columns), cut.counts, strict=False)):
            number = self.low.load(self.where, Affine(k))
            number.extent = count
            before.append(Affine(0, [(number, each)]) if count > 1 else ZERO)
        return Tile.of(channels, cut.rows, cut.columns, cut.pictures, *before)

    def part(self, nest: Nest, often: int) -> Part:
        """A function that runs through its loops so many times."""
        made = self.write(nest)
        self.flops += made.flops * often
        return made

    def asking(self, nest: Nest, x: View) -> Nest:
        """Ask for the next channel's entries, which stand far away, while one is transformed."""
        for value in nest.values():
            if value.op == "load" and value.extra[0] is x.buffer:
                nest.coming[value] = value.extra[1] + x.strides[0]
        return nest

    def begin(self, piece: str) -> str:
        """Note where a piece is; gives the number of its block of pictures."""
        _, wide, blocks, _ = self.cut.counts
        block = self.text.set(f"urem i64 {piece}, {blocks}")
        column = self.text.set(f"udiv i64 {piece}, {blocks}")
        row = self.text.set(f"udiv i64 {column}, {wide}")
        column = self.text.set(f"urem i64 {column}, {wide}")
        name = self.name[self.where]
        second = self.text.set(f"getelementptr i64, ptr {name}, i64 1")
        self.text.line(f"store i64 {row}, ptr {name}")
        self.text.line(f"store i64 {column}, ptr {second}")
        return block

    def moved(self, view: View, *steps: tuple[str, int]) -> dict[Buffer, str]:
        """The address that stands so many steps behind that of a buffer."""
        kind, name = ir(view.buffer.dtype), self.name[view.buffer]
        for number, step in steps:
            shift = self.text.set(f"mul nsw i64 {number}, {step}")
            name = self.text.set(f"getelementptr {kind}, ptr {name}, i64 {shift}")
        return {view.buffer: name}

    def pictures(self, view: View, block: str, part: str | None = None) -> dict[Buffer, str]:
        """Where the pictures of a block stand; part: of so many channels."""
        steps = [(block, view.strides[3] * self.cut.pictures)]
        if part is not None:
            steps.append((part, view.strides[0] * self.cut.channels))
        return self.moved(view, *steps)

    def call(self, part: Part, moved: Mapping[Buffer, str]) -> None:
        """Run a part."""
        args = [f"ptr {moved.get(b, self.name[b])}" for b in part.buffers]
        self.text.line(f"call void @{part.name}({', '.join(args)}, i64 0, i64 {part.trips})")

    def product(self, one: View, two: View, result: View, extents: Sequence[int], *,
                turned: bool) -> Nest:  # fmt: skip
        """For each entry of a tile: A B, or A Bᵀ added to what there is."""
        e, m, n, k = map(Loop, extents)
        second = (at(e), at(n), at(k)) if turned else (at(e), at(k), at(n))
        places = ((one, (at(e), at(m), at(k))), (two, second))
        a, b = (self.low.load(view.buffer, view.at(i)) for view, i in places)
        total = Value("result", (), a.dtype, 0)
        total.atoms = frozenset((e, m, n))
        nest = Nest([e, m, n], [k])
        nest.reductions.append(Reduction("sum", self.low.apply("multiply", a, b), total))
        place = result.at((at(e), at(m), at(n)))
        nest.outer.append(Store(result.buffer, place, total, add=turned))
        merge(nest)
        return nest


class _Slid(_Pieces):
    """Each piece of the pictures transformed, multiplied by the kernel, put together."""

    def whole(self) -> Whole:
        """The function; threads share the pieces, or channels of the only one."""
        (x, u, *bias), (v, m), y, w, cut = self.views, self.tiles, self.target, self.attrs, self.cut
        before: Matrix = w["before"]
        parts, pieces = cut.counts[3], cut.pieces
        tile = self.tile(x.shape[0])
        seen = seen_by(self.low, tile, x, len(before), len(w["after"]), w["low"])
        stores = stored(v, tile, transformed(self.low, before, seen))
        apart = self.part(self.asking(tile.nest(stores), x), pieces)
        extents = (len(before) ** 2, cut.channels, cut.tiles, x.shape[0])
        product = self.part(self.product(u, v, m, extents, turned=False), pieces * parts)
        tile = self.tile(cut.channels)
        finish = partial(self._finish, tile, bias)
        stores = joining(self.low, tile, m, y, w["after"], finish)
        together = self.part(tile.nest(stores), pieces * parts)
        shared = ("%from", "%to")
        with self.text.loop(*(shared if pieces > 1 else ("0", "1"))) as piece:
            block = self.begin(piece)
            self.call(apart, self.pictures(x, block))
            with self.text.loop(*(("0", str(parts)) if pieces > 1 else shared)) as part:
                self.call(product, self.moved(u, (part, u.strides[1] * cut.channels)))
                moved = self.pictures(y, block, part)
                for b in bias:
                    moved |= self.moved(b, (part, b.strides[0] * cut.channels))
                self.call(together, moved)
        return self.function(pieces if pieces > 1 else parts)

    def _finish(self, tile: Tile, bias: Sequence[View], value: Value) -> Value:
        """A result, its channel's bias added; ReLU of that where it is asked for."""
        for b in bias:
            value = self.low.apply("add", value, self.low.load(b.buffer, b.at((at(tile.channel),))))
        return self.low.apply("relu", value) if self.attrs["relu"] else value


class _Learned(_Pieces):
    """Each piece of gradients and pictures transformed, their products added up."""

    def whole(self) -> Whole:
        """The function; threads share the rows of transformed tiles."""
        (e, x, rows_e, rows_x), (v, f), u, cut = self.views, self.tiles, self.target, self.cut
        after: Matrix = tuple(zip(*self.attrs["after"], strict=True))
        before: Matrix = self.attrs["before"]
        side, step, inner, parts = len(before), len(after[0]), x.shape[0], cut.counts[3]
        often = cut.pieces * side
        seen = self._row(x, inner, v, rows_x, before, step, self.attrs["low"])
        slope = self._row(e, cut.channels, f, rows_e, after, step, (0, 0))
        apart, apart_e = self.part(seen, often), self.part(slope, often * parts)
        extents = (side, cut.channels, inner, cut.tiles)
        product = self.part(self.product(f, v, u, extents, turned=True), often * parts)
        zero = self.part(self._zeros(u, (side, e.shape[0], inner)), side)
        with self.text.loop("%from", "%to") as i:
            self.call(zero, self.moved(u, (i, u.strides[0] * side)))
        with self.text.loop("0", str(cut.pieces)) as piece:
            block = self.begin(piece)
            with self.text.loop("%from", "%to") as i:
                row = self.moved(rows_x, (i, rows_x.strides[0]))
                self.call(apart, {**self.pictures(x, block), **row})
                row = self.moved(rows_e, (i, rows_e.strides[0]))
                with self.text.loop("0", str(parts)) as part:
                    self.call(apart_e, {**self.pictures(e, block, part), **row})
                    steps = (i, u.strides[0] * side), (part, u.strides[1] * cut.channels)
                    self.call(product, self.moved(u, *steps))
        return self.function(side)

    def _row(self, source: View, channels: int, room: View, table: View, matrix: Matrix,
             step: int, first: Sequence[int]) -> Nest:  # fmt: skip
        """One row of each transformed tile; the table holds that row of the matrix."""
        tile, size = self.tile(channels), len(matrix[0])
        weights = [self.low.load(table.buffer, Affine(k)) for k in range(size)]
        seen = seen_by(self.low, tile, source, size, step, first)
        sums = [combined(self.low, weights, values) for values in zip(*seen, strict=True)]
        nest = tile.nest(stored(room, tile, [multiplied(self.low, matrix, sums)]))
        return self.asking(nest, source)

    def _zeros(self, u: View, extents: Sequence[int]) -> Nest:
        loops = [Loop(n) for n in extents]
        nest = Nest(loops, [])
        place = u.at(tuple(map(at, loops)))
        nest.inner.append(Store(u.buffer, place, self.low.number(0, u.buffer.dtype)))
        merge(nest)
        return nest
