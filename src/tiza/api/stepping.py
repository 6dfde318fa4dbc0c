"""The short way through a compiled step: a function that changes what is around it.

Its form was written down for these arguments, models and optimizers. As long as they are the same,
a call puts in the addresses of the arguments, runs, and gives every parameter and every slot of
the optimizers its new array.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import chain, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.api.captured import Captured
from tiza.api.trees import Leaf, rebuilt
from tiza.graph.node import data
from tiza.lang.random import key_words, next_stream
from tiza.lang.tensor import Tensor
from tiza.nn.parameter import leaf_of
from tiza.readings.native import Compiled

if TYPE_CHECKING:
    from tiza.api.compile import Form

Array = np.ndarray[Any, Any]
NODE, NEEDS = attrgetter("node"), attrgetter("requires_grad")


class Stepping:
    """One form and what it stands on."""

    def __init__(self, form: Form, program: Compiled, arrays: Sequence[Array],
                 captured: Captured, known: dict[Any, Any]) -> None:  # fmt: skip
        self.form, self.captured = form, captured
        self.types = [(a.shape, a.dtype) for a in arrays]
        self.tensors = captured.tensors
        self.changed = [self.tensors[i] for i in form.changed]
        still = set(range(len(self.tensors))) - set(form.changed)
        self.still = [self.tensors[i] for i in sorted(still)]
        self.needs = list(map(NEEDS, self.tensors))
        self.modes = [m.training for m in captured.modules]
        self.settings = [o.settings() for o in captured.optimizers]
        self.slots = captured.slots()
        pairs, numbers = self._layout(len(arrays))
        layout = tuple(form.changed), tuple(form.stepped)
        self.turns = program.turns(pairs, numbers, known.get(layout))
        if self.turns is not None:
            known[layout] = self.turns.sides
        self.single = isinstance(form.out, Leaf)

    def _layout(self, start: int) -> tuple[list[tuple[int, int]], list[int]]:
        """Which inputs change places with which outputs, which are numbers."""
        form, first = self.form, start
        made = form.count + len(form.changed)
        pairs = [(first + i, form.count + k) for k, i in enumerate(form.changed)]
        numbers: list[int] = []
        first += len(self.tensors)
        for i, optimizer in enumerate(self.captured.optimizers):
            count = 1 + len(optimizer.rates())
            numbers += range(first, first + count)
            first += count
            many = sum(len(names) for _, names in self.slots[i])
            if i in form.stepped:
                pairs += [(first + k, made + k) for k in range(many)]
                made += many
            first += many
        return pairs, numbers

    def __call__(self, args: Sequence[Any]) -> tuple[Any] | None:
        """The answer; None where this is not the way."""
        given = self._given(args)
        if given is None or not self._same():
            return None
        given += [t.node.value for t in self.still]
        present = [t.node.value for t in self.changed]
        numbers: list[float] = []
        counts = [optimizer.steps + 1 for optimizer in self.captured.optimizers]
        for i, optimizer in enumerate(self.captured.optimizers):
            numbers += [counts[i], *optimizer.rates()]
            where = present if i in self.form.stepped else given
            state = optimizer.state
            try:
                where += [state[p][name] for p, names in self.slots[i] for name in names]
            except KeyError:  # a state that was emptied
                return None
        if self.form.random:
            given.append(key_words(*next_stream(), 1))
        answer = self.turns(numbers, given, present)
        if answer is None:
            return None
        made, news = answer
        self._take(news, counts)
        outputs = [Tensor(data(a)) for a in made]
        return (outputs[0] if self.single else rebuilt(self.form.out, outputs),)

    def _given(self, args: Sequence[Any]) -> list[Array] | None:
        """The arguments as arrays; None where they are others than were written down for."""
        if len(args) != len(self.types):
            return None
        given = []
        for arg, (shape, dtype) in zip(args, self.types, strict=True):
            array = arg
            if type(arg) is not np.ndarray:
                if type(arg) is not Tensor or arg.requires_grad or arg.node.value is None:
                    return None
                array = arg.node.value
            if array.shape != shape or array.dtype != dtype:
                return None
            given.append(array)
        return given

    def _same(self) -> bool:
        """Whether models, tensors and optimizers are as they were when this was written down."""
        captured = self.captured
        if list(map(NEEDS, self.tensors)) != self.needs or not captured.whole():
            return False
        for module, training in zip(captured.modules, self.modes, strict=True):
            if module.training is not training:
                return False
        for optimizer, settings in zip(captured.optimizers, self.settings, strict=True):
            if optimizer.settings() != settings:
                return False
        return all(t.node.value is not None for t in self.tensors)

    def _take(self, news: Sequence[Array], counts: Sequence[int]) -> None:
        """Give all their new values: all of them, even if Ctrl-C comes now."""
        rest = iter(news)
        nodes = [leaf_of(t, next(rest)) for t in self.changed]
        states, updates = [], []
        for i in self.form.stepped:
            state = self.captured.optimizers[i].state
            for p, names in self.slots[i]:
                states.append(state[p])
                updates.append({"step": counts[i], **{name: next(rest) for name in names}})
        every = chain(
            map(setattr, self.changed, repeat("node"), nodes),
            map(setattr, self.changed, repeat("_grad"), repeat(None)),
            map(dict.update, states, updates),
        )
        deque(every, 0)  # in one go
