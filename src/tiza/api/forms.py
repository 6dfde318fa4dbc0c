"""What a function becomes when it is written down for one type of arguments: its forms.

A number around the function that changes makes it be written down again. What is the same
expression as before is not compiled again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.api.deeds import Deed
from tiza.api.left import Left
from tiza.graph import Node
from tiza.graph.walk import rebuild, walk
from tiza.readings.evaluate import Later
from tiza.readings.native import Compiled, Outside, compiled

if TYPE_CHECKING:
    from tiza.api.stepping import Stepping

MOST = 8  # expressions of one type of arguments; with more, the function runs as it is
LARGEST = 4096  # entries of constants that are compared


@dataclass
class Written:
    """An expression with its inputs, and what its outputs are."""

    inputs: list[Node]
    outputs: list[Node]
    out: Any  # the tree of results, tensors as their numbers
    count: int  # how many tensors are returned
    changed: list[int]
    stepped: list[int]
    random: int  # how many random calls there are
    aliased: dict[int, int]
    open: bool  # whether derivatives go on from its results
    fresh: bool  # whether it is right only where no gradients were left before
    left: list[tuple[int, Node]]  # gradients that stay at tensors around it, by their numbers
    early: list[Deed]  # what is done at every call, before and after
    late: list[Deed]

    def is_as(self, other: Written) -> bool:
        """Whether it computes the same from its inputs."""
        facts = [(w.out, w.count, w.changed, w.stepped, w.random, w.aliased, len(w.inputs))
                 for w in (self, other)]  # fmt: skip
        if facts[0] != facts[1]:
            return False
        known = dict(zip(self.inputs, other.inputs, strict=True)) | _equal_constants(self, other)
        return rebuild(self.outputs, known) == rebuild(other.outputs, {})


def _equal_constants(new: Written, old: Written) -> dict[Node, Node]:
    """Data written into both expressions, where they are the same numbers in the same order."""
    mine, others = _constants(new), _constants(old)
    if len(mine) != len(others):
        return {}
    return {a: b for a, b in zip(mine, others, strict=True) if _equal(a.value, b.value)}


def _constants(written: Written) -> list[Node]:
    return [n for n in walk(written.outputs) if n.prim.name == "constant" and n.value is not None]


def _equal(a: Any, b: Any) -> bool:
    same = a.shape == b.shape and a.dtype == b.dtype and a.size <= LARGEST
    return a is b or (same and a.tobytes() == b.tobytes())


class Form:
    """One such expression, compiled."""

    def __init__(self, written: Written, threads: int | None) -> None:
        self.written = written
        self.out, self.count, self.random = written.out, written.count, written.random
        self.changed, self.stepped, self.aliased = written.changed, written.stepped, written.aliased
        self.fresh = written.fresh
        self.program: Compiled | None = compiled(
            written.inputs, written.outputs, aliased=written.aliased, threads=threads
        )
        self.plain = Later(written.inputs, written.outputs)
        self.early, self.late = written.early, written.late
        self.short: Stepping | None = None
        self.left = Left(self) if written.left else None

    def run(self, arrays: Sequence[Any], threads: int | None) -> list[Any]:
        """The outputs for these inputs."""
        if self.program is None:
            return [np.asarray(a) for a in self.plain(*arrays)]
        try:
            return self.program(*arrays, keep=not self.aliased, threads=threads)
        except Outside:
            return self.plain(*arrays)  # which says what is wrong


@dataclass
class Forms:
    """The forms for one type of arguments, and which one is right for `values`, what is around."""

    all: list[Form] = field(default_factory=list)
    values: tuple[Any, ...] | None = None
    current: Form | None = None
    full: bool = False  # there would be too many forms
    fresh: bool = False  # they are right only where no gradients were left before

    def of(self, written: Written, values: tuple[Any, ...], threads: int | None) -> Form | None:
        """The form of an expression from now on; None where the function runs as it is."""
        self.values, self.current, self.full = None, None, False
        self.fresh = written.fresh
        if written.open:
            self.values = values
            return None
        found = next((form for form in self.all if written.is_as(form.written)), None)
        if found is None and len(self.all) < MOST:
            self.all.append(found := Form(written, threads))
        if found is not None:
            found.early, found.late = written.early, written.late  # with numbers of now
        self.current, self.full, self.values = found, found is None, values
        return found
