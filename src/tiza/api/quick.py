"""The shortest way through a compiled function that changes nothing: arrays in, tensors out.

A prediction of one example takes microseconds, so that every line around it counts. A context
is filled once; a call puts in the addresses of the arguments and of new results.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.api.captured import Captured
from tiza.api.trees import Leaf, flat, rebuilt
from tiza.graph import PRIMITIVES, Node
from tiza.lang.tensor import Tensor
from tiza.readings.native import Compiled
from tiza.readings.native.running.compiled import Fresh, address
from tiza.readings.native.terms.memory import overlaps

if TYPE_CHECKING:
    from tiza.api.forms import Form

Array = np.ndarray[Any, Any]
NODE = attrgetter("node")
CONSTANT = PRIMITIVES["constant"]


class Ready:
    """A filled context, and what makes new results for it."""

    def __init__(self, program: Compiled, given: Sequence[Array]) -> None:
        self.context = program.context(given)
        self.words, self.at = self.context.words, self.context.at
        self.results = [
            (self.context.result(k), Fresh(node.shape, node.dtype).next, node.shape, node.dtype)
            for k, node in enumerate(program.outputs) if k not in program.aliased
        ]  # fmt: skip


class Quick:
    """One compiled form, as long as what is around the function stays the same.

    The caller has looked around (`Around.same`); new values of tensors are noticed here.
    """

    def __init__(self, form: Form, program: Compiled, structure: Any, arrays: Sequence[Array],
                 captured: Captured) -> None:  # fmt: skip
        self.program, self.structure, self.out = program, structure, form.out
        self.tensors = captured.tensors
        self.nodes = list(map(NODE, self.tensors))
        self.fixed = [np.ascontiguousarray(t.numpy()) for t in captured.tensors]
        self.blank = [np.empty(0, a.dtype) for a in arrays]  # until a call brings some
        self.ready = [Ready(program, [*self.blank, *self.fixed])]  # those that nobody uses now
        place, over = self.ready[0].context.place, set(program.aliased.values())
        self.types = [(place(k), a.shape, a.dtype, k in over) for k, a in enumerate(arrays)]
        self.over = over
        self.plain = all(isinstance(x, Leaf) for x in structure[0])
        self.single = isinstance(form.out, Leaf)
        self.start, self.outside = program.start, program.outside

    @classmethod
    def of(cls, form: Form, program: Compiled, structure: Any, arrays: Sequence[Array],
           captured: Captured) -> Quick | None:  # fmt: skip
        """None where a call asks Python for values, or an optimizer is around."""
        if program.ready.host or captured.optimizers:
            return None
        return cls(form, program, structure, arrays, captured)

    def __call__(self, args: Sequence[Any]) -> tuple[Any] | None:
        """The answer, alone in a tuple; None where this is not the way."""
        if not self.plain:
            structure, args = flat((tuple(args), {}))
            if structure != self.structure:
                return None
        if len(args) != len(self.types):
            return None
        try:
            ready = self.ready.pop()
        except IndexError:  # another thread is here as well
            ready = Ready(self.program, [*self.blank, *self.fixed])
        try:
            return self._run(ready, args)
        finally:
            self.ready.append(ready)

    def _run(self, ready: Ready, args: Sequence[Any]) -> tuple[Any] | None:
        words = ready.words
        held = self._fill(words, args)
        if held is None or not all(map(is_, map(NODE, self.tensors), self.nodes)):
            return None
        made = []
        for place, fresh, shape, dtype in ready.results:
            node = Node(CONSTANT, (), {}, shape, dtype, None)
            node.value, words[place] = fresh()
            made.append(Tensor(node))
        met = self.program.met
        self.start(ready.at)
        if self.outside.value or self.program.met is not met:
            self.program.check(met)
        if self.program.aliased:
            made = self._with_donated(made, held)
        return (made[0] if self.single else rebuilt(self.out, made),)

    def _fill(self, words: Any, args: Sequence[Any]) -> list[Array] | None:
        """Put the addresses of the arguments in; None where they are of another kind."""
        held = []
        for array, (place, shape, dtype, over) in zip(args, self.types, strict=True):
            if type(array) is not np.ndarray:
                if type(array) is not Tensor or array.requires_grad or array.node.value is None:
                    return None
                array = array.node.value
            if array.shape != shape or array.dtype != dtype:
                return None
            flags = array.flags
            if not flags.carray and (over or not (flags.c_contiguous and flags.aligned)):
                return None
            words[place] = address(array)
            held.append(array)
        if self.over and any(overlaps([*held, *self.fixed], k) for k in self.over):
            return None
        return held

    def _with_donated(self, made: Sequence[Tensor], held: Sequence[Array]) -> list[Tensor]:
        """The results in order, those among them that were written over arguments."""
        rest, found = iter(made), []
        for k, out in enumerate(self.program.outputs):
            source = self.program.aliased.get(k)
            if source is None:
                found.append(next(rest))
                continue
            node = Node(CONSTANT, (), {}, out.shape, out.dtype, None)
            node.value = held[source]
            found.append(Tensor(node))
        return found
