"""The short way through a compiled step: a function that changes what is around it.

Its form was written down for these arguments, models and optimizers. As long as they are the same,
a call puts in the addresses of the arguments, runs, and gives every parameter and every slot of
the optimizers its new array.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import repeat
from operator import attrgetter
from sys import getrefcount
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.api.captured import Captured
from tiza.api.left import Leaving
from tiza.api.trees import Leaf, rebuilt
from tiza.graph.node import data
from tiza.lang.random import get_state, key_words, set_state
from tiza.lang.tensor import Tensor
from tiza.nn.parameter import at_once, leaf_of
from tiza.optim import Optimizer
from tiza.optim.options import BETA, fixed
from tiza.readings.native import Compiled
from tiza.readings.native.running.turns import ALONE

if TYPE_CHECKING:
    from tiza.api.forms import Form

Array = np.ndarray[Any, Any]
NODE, VALUE = attrgetter("node"), attrgetter("node.value")
HOOKS = attrgetter("_hooks")
NEEDS, TRAINING = attrgetter("requires_grad"), attrgetter("training")


class Stepping:
    """One form and what it stands on."""

    def __init__(self, form: Form, program: Compiled, arrays: Sequence[Array],
                 captured: Captured, known: dict[Any, Any]) -> None:  # fmt: skip
        self.form, self.captured = form, captured
        self.count = len(arrays)
        self.tensors, self.modules = captured.tensors, captured.modules
        self.optimizers = captured.optimizers
        self.changed = [self.tensors[i] for i in form.changed]
        self.still = [t for i, t in enumerate(self.tensors) if i not in set(form.changed)]
        self.needs = list(map(NEEDS, self.tensors))
        self.modes = list(map(TRAINING, self.modules))
        self.options = [[Options(o, g) for g in o.param_groups] for o in self.optimizers]
        self.slots = captured.slots()
        self.hooks = [t._hooks and {k: dict(v) for k, v in t._hooks.items()} for t in self.tensors]
        self.moved = dict(zip(form.stepped, form.moved, strict=True))
        pairs, numbers = self._layout(len(arrays))
        layout = tuple(form.changed), tuple(form.stepped), form.present, tuple(form.kept)
        self.turns = program.turns(pairs, numbers, known.get(layout))
        if self.turns is not None:
            known[layout] = self.turns.sides
        self.single = isinstance(form.out, Leaf)
        self.places = [i for i, _ in pairs], numbers
        self.there = form.present or ()  # the tensors at which gradients stand
        self.left, self.leaving = form.left, Leaving(self.tensors, form)

    def _layout(self, first: int) -> tuple[list[tuple[int, int]], list[int]]:
        """Which inputs change places with which outputs, and which are numbers."""
        form = self.form
        pairs = [(first + i, form.count + k) for k, i in enumerate(form.changed)]
        numbers: list[int] = []
        made = form.count + len(form.changed)
        first += len(self.tensors)
        for i, optimizer in enumerate(self.optimizers):
            count, many = 1 + len(optimizer.rates()), len(self.slots[i].names)
            numbers += range(first, first + count)
            if i in form.stepped:
                pairs += [(first + count + k, made + k) for k in range(many)]
                made += many
            first += count + many
        for k, i in enumerate(form.present or ()):
            if i in form.kept:
                pairs.append((first + k, made + form.kept.index(i)))
        return pairs, numbers

    def __call__(self, args: Sequence[Any]) -> tuple[Any] | None:
        """The answer, alone in a tuple; None where this is not the way."""
        given = self._given(args)
        if given is None or not self._same():
            return None
        given += map(VALUE, self.still)
        present = list(map(VALUE, self.changed))
        state = self._state(given, present)
        if state is None:
            return None
        numbers, counts = state
        for i, gradient in zip(self.there, self.captured.grads(self.there), strict=True):
            (present if i in self.form.kept else given).append(gradient)
        seed, stream = get_state()
        if self.form.random:
            given.append(key_words(seed, stream))
        answer = self._turn(numbers, given, present)
        if answer is None:
            return None
        if self.form.random:
            set_state((seed, stream + self.form.random))
        outputs = [Tensor(data(a)) for a in answer[0][: self.form.count]]
        self._take(answer[1], counts, answer[0][self.form.count :])
        for deed in self.form.late:
            deed()
        return (outputs[0] if self.single else rebuilt(self.form.out, outputs),)

    def _state(self, given: list[Array],
               present: list[Array]) -> tuple[list[float], list[list[int]]] | None:  # fmt: skip
        """The optimizers' numbers, and counts after a step; their slots go where they belong.

        None where the short way is not the way.
        """
        numbers: list[float] = []
        counts = []
        for i, optimizer in enumerate(self.optimizers):
            made, moved = optimizer.counts(), self.moved.get(i)
            if moved is not None and not moved.fits(made):
                return None
            counts.append(made if moved is None else moved.one_more(made))
            numbers += [1 if moved is None else 1 + moved.most(made), *optimizer.rates()]
            try:
                arrays = self.slots[i].read(optimizer.state)
            except KeyError:  # a state that was emptied
                return None
            if i in self.form.stepped:
                present += arrays
            else:
                given += arrays
        return numbers, counts

    def _turn(self, numbers: Sequence[float], given: Sequence[Any],
              present: Sequence[Any]) -> tuple[list[Array], list[Array]] | None:  # fmt: skip
        """One turn of the program, and what its gradients can be computed from again."""
        left = self.left
        if left is not None:
            left.begins()
        answer: tuple[list[Array], list[Array]] | None = self.turns(numbers, given, present)
        if left is not None and answer is not None:
            left.ended(self.tensors, partial(self._read, given, numbers, present), answer[1])
        return answer

    def _read(self, given: Sequence[Array], numbers: Sequence[float],
              present: Sequence[Array]) -> list[Array]:  # fmt: skip
        """All that a turn has read, in the order of the form's inputs."""
        paired, single = self.places
        arrays = dict(zip(paired, present, strict=True))
        arrays.update(zip(single, map(np.asarray, numbers), strict=True))
        rest = iter(given)
        return [arrays[k] if k in arrays else next(rest)
                for k in range(len(self.form.written.inputs))]  # fmt: skip

    def _given(self, args: Sequence[Any]) -> list[Array] | None:
        """The arguments as arrays; None where they are something else."""
        if len(args) != self.count:
            return None
        given: list[Array] = []
        for arg in args:
            if type(arg) is np.ndarray:
                given.append(arg)
            elif type(arg) is Tensor and not arg.requires_grad:
                given.append(arg.node.value)
            else:
                return None
        return given

    def _same(self) -> bool:
        """Whether models, tensors and optimizers are as they were when this was written down."""
        return (
            list(map(NEEDS, self.tensors)) == self.needs
            and list(map(TRAINING, self.modules)) == self.modes
            and list(map(HOOKS, self.tensors)) == self.hooks
            and all(map(_as_before, self.optimizers, self.options))
            and (self.form.present is None or self.captured.present() == self.there)
        )

    def _take(self, news: Sequence[Array], counts: Sequence[Sequence[int]],
              fresh: Sequence[Array]) -> None:  # fmt: skip
        """Give all their new values; fresh: gradients where there were none."""
        nodes = list(map(NODE, self.changed))
        writes: list[Iterator[Any]] = []
        if max(map(getrefcount, nodes), default=0) <= ALONE + 1:  # their tensors hold them alone
            writes.append(map(setattr, nodes, repeat("value"), news))
        else:
            new = map(leaf_of, self.changed, news)
            writes.append(map(setattr, self.changed, repeat("node"), list(new)))
        rest = iter(news[len(nodes) :])
        for i in self.form.stepped:
            optimizer, slots = self.optimizers[i], self.slots[i]
            mine = [next(rest) for _ in slots.names]
            writes.append(slots.written(optimizer.state, mine, counts[i]))
        first = iter(fresh)
        grads = [next(rest if i in self.there else first) for i in self.form.kept]
        at_once(*writes, *self.leaving.writes(grads))


class Options:
    """The options of one group that were written down as numbers."""

    def __init__(self, optimizer: Optimizer, group: dict[str, Any]) -> None:
        self.group, self.cycled = group, BETA in optimizer.moving
        self.names = [name for name, _ in fixed(group, optimizer.moving)
                      if not (self.cycled and name == "betas")]  # fmt: skip
        self.values = list(map(group.get, self.names))
        self.second = group["betas"][1:] if self.cycled else ()

    def same(self, group: dict[str, Any]) -> bool:
        """Whether they are what they were."""
        if group is not self.group or list(map(group.get, self.names)) != self.values:
            return False
        return not self.cycled or group["betas"][1:] == self.second


def _as_before(optimizer: Optimizer, options: Sequence[Options]) -> bool:
    """Whether an optimizer has the same groups with the same options."""
    groups = optimizer.param_groups
    return len(groups) == len(options) and all(map(Options.same, options, groups))
