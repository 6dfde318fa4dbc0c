"""What a function becomes when it is written down for one type of arguments: its forms.

A number around the function that changes makes it be written down again. What is the same
expression as before is not compiled again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    from tiza.api.captured import Moved
    from tiza.api.stepping import Stepping
    from tiza.optim import Optimizer

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
    moved: list[Moved]  # by each of these steps
    random: int  # how many random calls there are
    aliased: dict[int, int]
    open: bool  # whether derivatives go on from its results
    present: tuple[int, ...] | None  # the tensors at which gradients stand; None: it reads none
    kept: list[int]  # the tensors whose gradients are outputs, the last of them
    cleared: list[int]  # the tensors whose gradients are forgotten
    left: list[tuple[int, Node]]  # gradients that can be computed again, with their tensors
    early: list[Deed]  # what is done at every call, before and after
    late: list[Deed]

    def is_as(self, other: Written) -> bool:
        """Whether it computes the same from its inputs."""
        facts = [(w.out, w.count, w.changed, w.stepped, w.moved, w.random, w.aliased, w.present,
                  w.kept, w.cleared, len(w.inputs)) for w in (self, other)]  # fmt: skip
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
    """One such expression, compiled.

    like: one of the same expression, whose program it is too.
    """

    def __init__(self, written: Written, threads: int | None, like: Form | None = None) -> None:
        self.early: list[Deed] = written.early
        self.late: list[Deed] = written.late
        self.written: Written = written if like is None else like.written
        written = self.written
        self.out, self.count, self.random = written.out, written.count, written.random
        self.changed, self.stepped, self.aliased = written.changed, written.stepped, written.aliased
        self.moved: list[Moved] = written.moved
        self.present: tuple[int, ...] | None = written.present
        self.kept: list[int] = written.kept
        self.cleared: list[int] = written.cleared
        self.program: Compiled | None = like.program if like is not None else compiled(
            written.inputs, written.outputs, aliased=written.aliased, threads=threads
        )  # fmt: skip
        self.plain: Later = like.plain if like else Later(written.inputs, written.outputs)
        self.short: Stepping | None = None
        self.left: Left | None = Left(self) if written.left else None

    def fits(self, optimizers: Sequence[Optimizer]) -> bool:
        """Whether parameters have made as many steps, one against the other, as they had."""
        pairs = zip(self.stepped, self.moved, strict=True)
        return all(moved.fits(optimizers[i].counts()) for i, moved in pairs)

    @property
    def alters(self) -> bool:
        """Whether a call changes anything around the function."""
        return bool(self.changed or self.stepped or self.kept or self.cleared)

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
    as_it_is: bool = False  # the function runs as it is from now on
    reads: bool = False  # some read gradients that stand before a call
    by_grads: dict[tuple[int, ...], Forms] = field(default_factory=dict)  # at which tensors

    def remember(self, values: tuple[Any, ...], optimizers: Sequence[Optimizer]) -> bool:
        """Whether `current` is right for what is around."""
        if self.as_it_is or self.values != values:
            return self.as_it_is
        return self.current is None or self.current.fits(optimizers)

    def where(self, present: tuple[int, ...]) -> Forms:
        """The forms for gradients at these tensors."""
        return self.by_grads.setdefault(present, Forms())

    def every(self) -> Iterator[Form]:
        """All of them."""
        for forms in (self, *self.by_grads.values()):
            yield from forms.all

    def reading(self, written: Written) -> Forms:
        """Where the form of an expression belongs, by the gradients that stand before a call."""
        if written.present is None:
            return self
        self.reads = True
        return self.where(written.present)

    def of(self, written: Written, values: tuple[Any, ...], threads: int | None,
           known: Sequence[Form]) -> Form | None:  # fmt: skip
        """The form of an expression from now on; None where the function runs as it is.

        known: forms for other arguments, which may be of the same expression.
        """
        self.values, self.current, self.full = None, None, False
        if written.open:
            self.values = values
            return None
        found = next((form for form in self.all if written.is_as(form.written)), None)
        if found is not None:
            found.early, found.late = written.early, written.late  # with numbers of now
        elif len(self.all) < MOST:
            like = next((form for form in known if written.is_as(form.written)), None)
            self.all.append(found := Form(written, threads, like))
        self.current, self.full, self.values = found, found is None, values
        return found
