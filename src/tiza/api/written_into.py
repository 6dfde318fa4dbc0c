"""Arrays around a compiled function: whether anybody has written into them since."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from tiza.graph import Node, constant
from tiza.graph.walk import rebuild, walk

Array = np.ndarray[Any, Any]
PIECE = 1 << 16  # bytes that are compared at once: they stay in a near cache


class Numbers:
    """The numbers that an array held when it was looked at."""

    def __init__(self, array: Array) -> None:
        self.array = array
        self.form: tuple[tuple[int, ...], Any] = array.shape, array.dtype
        self.bytes = _bytes(array).copy()
        self.digest = blake2b(self.bytes.data, digest_size=16).digest()

    def same(self) -> bool:
        """Whether it holds them still."""
        array, before = self.array, self.bytes
        if (array.shape, array.dtype) != self.form:
            return False
        now, starts = _bytes(array), range(0, before.size, PIECE)
        return all(bool(np.array_equal(now[i : i + PIECE], before[i : i + PIECE])) for i in starts)


def may_change(array: Array) -> bool:
    """Whether somebody can write into an array of numbers."""
    found: Any = array
    while isinstance(found, np.ndarray):
        if found.flags.writeable:
            return bool(array.dtype.kind != "O")
        found = found.base
    return False


def cut_off(outputs: Sequence[Node], arrays: Sequence[Numbers]) -> list[Node]:
    """An expression with numbers of its own where it has some of `arrays` in it as they are."""
    own = {
        node: constant(np.array(node.value), node.name)
        for node in (walk(outputs) if arrays else ())
        if node.prim.name == "constant" and node.value is not None
        and any(np.may_share_memory(node.value, a.array) for a in arrays)
    }  # fmt: skip
    return rebuild(outputs, own) if own else list(outputs)


def _bytes(array: Array) -> Array:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)
