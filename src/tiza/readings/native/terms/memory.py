"""Buffers: where the values of materialised nodes stand, and views of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.terms.index import ZERO, Affine, Index

DType = np.dtype[Any]
_numbers = count()
LINE = 64  # bytes


class Buffer:
    """Memory for one value: an argument of the program, or a part of the arena.

    order: the axes from the outermost to the innermost, as they are laid out. shares: how many
    threads have one of their own.
    """

    __slots__ = ("argument", "dtype", "number", "offset", "room", "shape", "shares", "strides")

    def __init__(self, shape: tuple[int, ...], dtype: DType, argument: int | None = None,
                 order: tuple[int, ...] | None = None, *, pad: int = 0,
                 shares: int = 1) -> None:  # fmt: skip
        self.shape, self.dtype, self.argument = shape, dtype, argument
        self.offset: int | None = None  # in the arena, in bytes
        self.number = next(_numbers)
        self.strides = strides_of(shape, order, pad)
        rows = math.prod(shape) // (shape[(order or range(len(shape)))[-1]] or 1) if pad else 0
        self.room = math.prod(shape) + rows * pad  # entries, those that fill up rows included
        self.room, self.shares = self.room * shares, shares

    @property
    def size(self) -> int:
        """How many entries it holds."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """How much memory it takes; truth values take a byte each."""
        return self.room * self.dtype.itemsize

    @property
    def order(self) -> tuple[int, ...]:
        """The axes from the outermost to the innermost."""
        axes = range(len(self.shape))
        return tuple(sorted(axes, key=lambda i: (-self.strides[i], self.shape[i] == 1)))

    def view(self) -> View:
        """The whole of it."""
        return View(self, self.shape, self.strides, 0)

    def shaped(self, shape: tuple[int, ...]) -> View:
        """The whole of it in another shape, where rows are laid out one after another."""
        return self.view() if shape == self.shape else View(self, shape, strides_of(shape), 0)

    def __repr__(self) -> str:
        where = f"arg{self.argument}" if self.argument is not None else f"b{self.number}"
        return f"{where}{list(self.shape)}"


def strides_of(shape: tuple[int, ...], order: tuple[int, ...] | None = None,
               pad: int = 0) -> tuple[int, ...]:  # fmt: skip
    """The distance between neighbours along each axis, in entries; `pad` more after each row."""
    strides = [0] * len(shape)
    step = 1
    for k, axis in enumerate(reversed(order if order is not None else range(len(shape)))):
        strides[axis] = step
        step = step * shape[axis] + (pad if k == 0 else 0)
    return tuple(strides)


def padding(shape: tuple[int, ...], dtype: DType, order: tuple[int, ...] | None) -> int:
    """Entries to put after each row, where rows would fall into the same few places of a cache.

    Caches place memory by the lower bits of its address, so that is where the length of a row is
    a multiple of 1 KiB.
    """
    if len(shape) < 2:
        return 0
    row = shape[(order or range(len(shape)))[-1]] * dtype.itemsize
    few = math.prod(shape) * dtype.itemsize < 16 * row
    return 0 if row % 1024 or few or row == 0 else 64 // dtype.itemsize


def odd(entries: int, dtype: DType) -> int:
    """Entries to put after each row of so many for it to take an odd number of cache lines.

    Then rows that are used together, or every 16th or 36th of them, fall into different places.
    """
    side = LINE // dtype.itemsize
    return (math.ceil(entries / side) | 1) * side - entries


@dataclass(frozen=True)
class View:
    """A part of a buffer, as an array of `shape`: strides and offset in entries."""

    buffer: Buffer
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int

    def at(self, index: Index) -> Affine:
        """Where in the buffer the entry at `index` stands."""
        place = Affine(self.offset)
        for i, n, step in zip(index, self.shape, self.strides, strict=True):
            place = place + (i * step if n != 1 else ZERO)
        return place

    def moved(self, node: Node) -> View | None:
        """The view that `node`, an operation that moves entries about, gives of this one."""
        rule = _MOVES.get(node.prim.name)
        return rule(self, node) if rule else None


def _reshape(view: View, node: Node) -> View | None:
    strides = reshaped_strides(view.shape, view.strides, node.shape)
    return None if strides is None else View(view.buffer, node.shape, strides, view.offset)


def reshaped_strides(shape: tuple[int, ...], strides: tuple[int, ...],
                     new: tuple[int, ...]) -> tuple[int, ...] | None:  # fmt: skip
    """The strides of a reshaped view; None where entries would have to be copied."""
    old = [(n, s) for n, s in zip(shape, strides, strict=True) if n != 1]
    out: list[int] = []
    i = 0
    left: list[tuple[int, int]] = []  # runs of old axes that are laid out one after another
    while i < len(old):
        n, s = old[i]
        while i + 1 < len(old) and s == old[i + 1][1] * old[i + 1][0]:
            i += 1
            n, s = n * old[i][0], old[i][1]
        left.append((n, s))
        i += 1
    runs = iter(left)
    rest, step = 1, 0
    for n in new:
        if n == 1:
            out.append(0)
            continue
        if rest == 1:
            run = next(runs, None)
            if run is None:
                return None
            rest, step = run[0], run[1]
            step *= rest
        if rest % n:
            return None
        rest //= n
        step //= n
        out.append(step)
    return tuple(out) if rest == 1 and next(runs, None) is None else None


def _permute(view: View, node: Node) -> View:
    axes = node.attrs["axes"]
    return View(view.buffer, node.shape, tuple(view.strides[i] for i in axes), view.offset)


def _broadcast(view: View, node: Node) -> View:
    extra = node.ndim - len(view.shape)
    strides = tuple(
        0 if i < extra or view.shape[i - extra] == 1 else view.strides[i - extra]
        for i in range(node.ndim)
    )
    return View(view.buffer, node.shape, strides, view.offset)


def _slice(view: View, node: Node) -> View:
    starts, steps = node.attrs["starts"], node.attrs["steps"]
    offset = view.offset + sum(a * s for a, s in zip(starts, view.strides, strict=True))
    strides = tuple(a * s for a, s in zip(steps, view.strides, strict=True))
    return View(view.buffer, node.shape, strides, offset)


def _flip(view: View, node: Node) -> View:
    axes = node.attrs["axes"]
    strides, offset = list(view.strides), view.offset
    for i in axes:
        offset += (view.shape[i] - 1) * strides[i]
        strides[i] = -strides[i]
    return View(view.buffer, node.shape, tuple(strides), offset)


def _windows(view: View, node: Node) -> View | None:
    w = node.attrs
    if any(w["low"]) or any(w["high"]):
        return None
    lead = len(view.shape) - len(w["size"])
    steps = view.strides[lead:]
    strides = (
        *view.strides[:lead],
        *(a * b for a, b in zip(steps, w["stride"], strict=True)),
        *(a * b for a, b in zip(steps, w["dilation"], strict=True)),
    )
    return View(view.buffer, node.shape, strides, view.offset)


_MOVES: dict[str, Any] = {
    "reshape": _reshape,
    "permute": _permute,
    "broadcast_to": _broadcast,
    "slice": _slice,
    "flip": _flip,
    "windows": _windows,
}


def overlaps(arrays: Sequence[np.ndarray[Any, Any]], number: int) -> bool:
    """Whether an array has memory in common with one of the others."""
    own = arrays[number]
    return any(np.may_share_memory(own, a) for k, a in enumerate(arrays) if k != number)
