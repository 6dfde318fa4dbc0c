"""How a convolution by tiles is cut into pieces whose transformed tiles near caches hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.machine.cores import usable_cores
from tiza.readings.native.machine.processor import Machine
from tiza.readings.native.terms.memory import Buffer, odd
from tiza.readings.native.terms.tables import AMPLE
from tiza.readings.native.terms.tiles import learned, slid

NEAR = 640 << 10  # bytes for transformed tiles; three quarters of a smaller second cache
FAR = 0.3  # what each doubling beyond that costs
SUMMING = 48  # columns whose products cost as much as adding up their lanes
ALONE, ODD = 1.25, 1.1  # products of one vector of columns, of a number that no tile divides
CHANNELS = (16, 24, 8, 12, 20, 28)  # that are multiplied and put together at once
MANY = (64, 32)  # rather, where registers are few: rows enough to copy panels for
THREADS = 4  # that have memory of their own, at least


@dataclass(frozen=True)
class Cut:
    """A piece: so many rows and columns of tiles of so many pictures, and channels of results.

    whole: how many of each there are.
    """

    rows: int
    columns: int
    pictures: int
    channels: int
    whole: tuple[int, int, int, int]

    @property
    def tiles(self) -> int:
        """In one piece, of all its pictures."""
        return self.rows * self.columns * self.pictures

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many pieces there are along each of the four; the last ones may reach too far."""
        each = (self.rows, self.columns, self.pictures, self.channels)
        high, wide, blocks, parts = (
            math.ceil(n / k) for n, k in zip(self.whole, each, strict=True)
        )
        return high, wide, blocks, parts

    @property
    def pieces(self) -> int:
        """How many pieces there are for all channels."""
        return math.prod(self.counts[:3])

    @property
    def waste(self) -> float:
        """Tiles that are computed for each that is asked for."""
        return self.pieces * self.tiles / math.prod(self.whole[:3])


def cut(node: Node, machine: Machine) -> Cut:
    """The pieces that cost least."""
    pictures = node.inputs[1 if node.prim is learned else 0]
    lanes, near = machine.lanes(pictures.dtype), min(NEAR, machine.l2 * 3 // 4)
    cuts = _cuts(node, pictures.shape[3], lanes, MANY if machine.registers < AMPLE else ())
    return min(cuts, key=lambda c: _cost(node, c, lanes, near))


def _cuts(node: Node, pictures: int, lanes: int, many: Sequence[int]) -> Iterator[Cut]:
    high, wide = node.attrs["tiles"]
    out = node.inputs[0].shape[0] if node.prim is learned else node.shape[0]
    few = next((k for k in CHANNELS if out % k == 0), out)
    channels = next((k for k in many if out % k == 0), few)
    for n in (*(k for k in range(lanes, pictures, lanes) if pictures % k == 0), pictures):
        for columns in range(1, wide + 1):
            for rows in range(1, high + 1 if columns == wide else 2):
                found = Cut(rows, columns, n, channels, (high, wide, pictures, out))
                # threads share the channels of an only piece
                yield found if found.pieces > 1 else replace(found, channels=few)


def _cost(node: Node, cut: Cut, lanes: int, near: int) -> float:
    side = len(node.attrs["before"])
    entries = side if node.prim is learned else side**2
    inner = node.inputs[1 if node.prim is learned else 0].shape[0]
    vectors, over = divmod(cut.tiles, lanes)
    if node.prim is learned:
        cost = 1 + SUMMING / cut.tiles
    else:
        fits = not over and (vectors % 2 == 0 or vectors % 3 == 0)
        cost = 1.0 if fits else ALONE if vectors <= 1 else ODD
    room = entries * (inner + cut.channels) * cut.tiles * node.dtype.itemsize
    return cost * cut.waste * (1 + FAR * max(0.0, math.log2(room / near))) + 1 / cut.tiles


def rooms(node: Node, machine: Machine) -> list[Buffer]:
    """Memory of each thread: where a piece is, the tiles of what is read, those of the results."""
    if node.prim not in (slid, learned):
        return []
    side, piece = len(node.attrs["before"]), cut(node, machine)
    entries = side if node.prim is learned else side**2
    inner = node.inputs[1 if node.prim is learned else 0].shape[0]
    shares, pad = max(THREADS, usable_cores()), odd(piece.tiles, node.dtype)
    held = [Buffer((entries, n, piece.tiles), node.dtype, order=(1, 0, 2), pad=pad, shares=shares)
            for n in (inner, piece.channels)]  # fmt: skip
    return [Buffer((8,), np.dtype("int64"), shares=shares), *held]
