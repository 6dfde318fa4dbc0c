"""A program run turn after turn: what it makes of some inputs takes their places at the next.

Every such input has two arrays. A turn reads one and writes the other, then they change places:
nothing is allocated, nothing is copied, and a turn that failed has changed nothing. Addresses are
written into two contexts once. An array that somebody else still holds (an old value of a
parameter, say) is left alone, and another put in its place.
"""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Sequence
from operator import is_
from sys import getrefcount
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.driving.driver import HEADER, WORDS
from tiza.readings.native.running.compiled import Compiled, Fresh, address
from tiza.readings.native.terms.memory import LINE

Array = np.ndarray[Any, Any]
HUGE = 1 << 22  # bytes
ALONE = max(map(getrefcount, [object()]))  # what `map` counts of an object that a list holds


class Sides:
    """The two arrays of each pair; several programs may use them in turn."""

    def __init__(self, types: Sequence[Node]) -> None:
        self.types = list(types)
        self.arrays: list[list[Any]] = [[None] * len(types), [None] * len(types)]
        self.now = 0  # the side that is read
        self.version = 0  # counts every change of an address
        self.foreign: set[int] = set()  # pairs whose present array was not made here
        self.alone = threading.RLock()  # `with` takes it in C: Ctrl-C cannot leave it taken

    def ready(self, present: Sequence[Any]) -> bool:
        """Read `present`, write into arrays that nobody else holds; False where they do not fit."""
        here, there = self.arrays[self.now], self.arrays[1 - self.now]
        if not all(map(is_, present, here)):
            if not fit(present, self.types):
                return False
            self.version += 1  # first: Ctrl-C may come at any line
            for k, array in enumerate(present):
                if array is not here[k]:
                    self.foreign.add(k)
                    here[k] = np.require(array, None, ("C", "A"))
        if here and max(map(getrefcount, there)) > ALONE:
            self.version += 1
            for k, count in enumerate(list(map(getrefcount, there))):
                if count > ALONE:
                    there[k] = lined(self.types[k])
        return True

    def turn(self) -> list[Array]:
        """Change places; gives the new arrays."""
        for k in self.foreign:
            self.arrays[self.now][k] = None
        self.foreign.clear()
        self.now = 1 - self.now
        return self.arrays[self.now][:]


class Turns:
    """`program` with pairs (input, output) of arrays that change places.

    numbers: which inputs are float64 scalars. A call takes these numbers, the arrays of the other
    inputs that are no pairs, and those of the pairs as they are now; it gives the outputs that are
    no pairs, and the pairs' new arrays.
    """

    def __init__(self, program: Compiled, pairs: Sequence[tuple[int, int]], numbers: Sequence[int],
                 sides: Sides | None = None) -> None:  # fmt: skip
        self.program = program
        inside, outside = {i for i, _ in pairs}, {o for _, o in pairs}
        self.sides = sides or Sides([program.inputs[i] for i, _ in pairs])
        self.pairs = [(HEADER + WORDS * i, self._result(o)) for i, o in pairs]
        inside |= set(numbers)
        given = [k for k in range(len(program.inputs)) if k not in inside]
        self.given = [(HEADER + WORDS * k, program.inputs[k].shape, program.inputs[k].dtype)
                      for k in given]  # fmt: skip
        self.made = [(self._result(k), Fresh(node.shape, node.dtype).next)
                     for k, node in enumerate(program.outputs) if k not in outside]  # fmt: skip
        self.numbers = (ctypes.c_double * max(len(numbers), 1))()
        self.arena = program.arena()
        self.contexts = [self._context(numbers), self._context(numbers)]
        self.places = list(map(ctypes.addressof, self.contexts))
        self.start = program.start
        self.version = -1  # of the sides, as the contexts have them

    @classmethod
    def of(cls, program: Any, pairs: Sequence[tuple[int, int]], numbers: Sequence[int],
           sides: Sides | None = None) -> Turns | None:  # fmt: skip
        """None where the program is not compiled, or asks Python for values."""
        if not isinstance(program, Compiled) or program.ready.host or program.aliased:
            return None
        return cls(program, pairs, numbers, sides)

    def _result(self, number: int) -> int:
        return HEADER + WORDS * self.program.ready.results[number]

    def _context(self, numbers: Sequence[int]) -> Any:
        words = (ctypes.c_int64 * self.program.size)()
        words[0], words[1] = address(self.arena), 1
        for i, k in enumerate(numbers):
            words[HEADER + WORDS * k] = ctypes.addressof(self.numbers) + 8 * i
        for k, array in self.program.ready.data:
            words[HEADER + WORDS * k] = address(array)
        return words

    def __call__(self, numbers: Sequence[float], given: Sequence[Any], present: Sequence[Any],
                 ) -> tuple[list[Array], list[Array]] | None:  # fmt: skip
        """One turn; None where arrays do not fit.

        Errors: Outside for an index outside its axis; the arrays of the pairs stay as they are.
        """
        sides = self.sides
        with sides.alone:
            if not sides.ready(present):
                return None
            if self.version != sides.version:
                self._readdress()
            words, held = self.contexts[sides.now], []
            for (place, shape, dtype), array in zip(self.given, given, strict=True):
                if array is None or array.shape != shape or array.dtype != dtype:
                    return None
                if not array.flags.c_contiguous or not array.flags.aligned:
                    held.append(array := np.require(array, None, ("C", "A")))
                words[place] = address(array)
            for i, number in enumerate(numbers):
                self.numbers[i] = number
            made = []
            for place, fresh in self.made:
                out, words[place] = fresh()
                made.append(out)
            met = self.program.met
            self.start(self.places[sides.now])
            self.program.check(met)
            return made, sides.turn()

    def _readdress(self) -> None:
        """Let the contexts know where the arrays of the pairs stand."""
        for side, arrays in enumerate(self.sides.arrays):
            for (source, result), array in zip(self.pairs, arrays, strict=True):
                if array is not None:
                    self.contexts[side][source] = where = address(array)
                    self.contexts[1 - side][result] = where
        self.version = self.sides.version


def lined(node: Node) -> Array:
    """An array for a value, from the beginning of a cache line: then vectors lie within lines.

    Its memory is no array's, so that a view of a view of it holds the array itself. Large arrays
    are left to NumPy, which asks for huge pages.
    """
    size = math.prod(node.shape) * node.dtype.itemsize
    if size >= HUGE:
        return np.empty(node.shape, node.dtype)
    memory = bytearray(size + LINE)
    start = -address(np.frombuffer(memory, np.uint8)) % LINE
    return np.ndarray(node.shape, node.dtype, memory, start)


def fit(arrays: Sequence[Any], nodes: Sequence[Node]) -> bool:
    """Whether these are arrays of the shapes and types of these nodes."""
    for array, node in zip(arrays, nodes, strict=True):
        if array is None or array.shape != node.shape or array.dtype != node.dtype:
            return False
    return True
