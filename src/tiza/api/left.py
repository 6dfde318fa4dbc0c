"""Gradients that a compiled step leaves at its parameters: computed once somebody asks for them.

The step itself keeps no gradients, which are used up inside of it. What it read is still there
until the next step; so they can be computed again from that.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.errors import GradientError
from tiza.graph.node import data
from tiza.lang.tensor import Tensor
from tiza.readings.evaluate import Later
from tiza.readings.native import Compiled, compiled

if TYPE_CHECKING:
    from tiza.api.forms import Form

Array = np.ndarray[Any, Any]
Read = Callable[[], Sequence[Array]]
OFTEN = 3  # times that they were asked for, from which on they are compiled


class Left:
    """The gradients of the last call of one form."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.numbers = [i for i, _ in form.written.left]
        self.nodes = [node for _, node in form.written.left]
        self.plain = Later(form.written.inputs, self.nodes)
        self.code: Compiled | None = None
        self.asked = 0
        self.around: Sequence[Tensor] = ()
        self.call: tuple[Read, Sequence[Array]] | None = None
        self.known: list[Array] | None = None
        self.ref = weakref.ref(self)

    def begins(self) -> None:
        """A step begins: what the last one read is written over."""
        self.call = self.known = None

    def ended(self, tensors: Sequence[Tensor], read: Read, made: Sequence[Array]) -> None:
        """A step has read and made this; the tensors are those around the function."""
        self.around, self.call, self.known = tensors, (read, made), None

    def gradient(self, tensor: Tensor) -> Tensor | None:
        """The gradient that the step left at this tensor.

        Errors: GradientError where an argument of that call has changed since.
        """
        number = next((k for k, i in enumerate(self.numbers) if self.around[i] is tensor), None)
        if self.call is None or number is None:
            return None
        if self.known is None:
            self.known = self._computed(*self.call)
        return Tensor(data(self.known[number]))

    def _computed(self, read: Read, made: Sequence[Array]) -> list[Array]:
        arrays = read()
        if self.form.aliased or not self._repeats(arrays, made):
            raise GradientError("compile-grad")
        self.asked += 1
        if self.asked == OFTEN:
            self.code = compiled(self.plain.inputs, self.nodes)
        return [np.asarray(g) for g in (self.code or self.plain)(*arrays)]

    def _repeats(self, arrays: Sequence[Array], made: Sequence[Array]) -> bool:
        """Whether the step, made again, gives the same: nobody has written into what it read."""
        again = self.form.run(arrays, None)[self.form.count :]
        return all(a.tobytes() == b.tobytes() for a, b in zip(again, made, strict=True))


class Leaving:
    """What calls of one form leave at tensors: gradients, what computes them again, or none."""

    def __init__(self, tensors: Sequence[Tensor], form: Form) -> None:
        again = form.left.numbers if form.left is not None else []
        self.kept = [tensors[i] for i in form.kept]
        self.none = [tensors[i] for i in {*form.cleared, *form.kept, *again}]
        self.again = [tensors[i] for i in again]
        self.ref = form.left.ref if form.left is not None else None

    def writes(self, grads: Sequence[Array]) -> list[Iterator[Any]]:
        """What does so once it is run by `at_once`; grads: those that the call has made."""
        tensors = map(Tensor, map(data, grads))
        return [
            map(setattr, self.none, repeat("_grad"), repeat(None)),
            map(setattr, self.none, repeat("_lost"), repeat(None)),
            map(setattr, self.again, repeat("_lost"), repeat(self.ref)),
            map(setattr, self.kept, repeat("_grad"), list(tensors)),
        ]
