"""A step of a user's own loop as one program: loss, gradients, and new parameters.

`loss.backward()` and `optimizer.step()` meet the same expressions turn after turn. Once computing
them has taken longer than compiling would, loss, gradients and update are compiled together, and
later turns run that; the gradients are then computed once more if somebody looks at them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from tiza.graph import Node, placeholder
from tiza.graph.effort import effort, of_update
from tiza.graph.late import Late
from tiza.graph.node import data
from tiza.graph.precision import precision
from tiza.lang import hot
from tiza.lang.tensor import PENDING, Tensor
from tiza.nn.parameter import at_once, leaf_of
from tiza.optim.slots import Slots

if TYPE_CHECKING:
    from tiza.optim.optimizer import Optimizer

Array = np.ndarray[Any, Any]
Row = tuple[int, dict[str, Any], Tensor]  # number of the group, the group, a parameter
SCALAR = np.dtype(np.float64)
MOST_KEPT = 16  # structures of one optimizer


class Structure:
    """What `backward` left, as its structure: a key, and the nodes whose values it needs."""

    def __init__(self, grads: list[Node], losses: list[Node]) -> None:
        self.grads, self.losses = grads, losses
        source = grads[0].source if type(grads[0]) is Late else None
        if source is not None and _alone(source, grads, losses):
            self.source, self.leaves = source, source.leaves
            numbers = tuple([g.index for g in grads])  # type: ignore[attr-defined]
            self.key: Hashable = source.form, numbers, len(losses), precision.products
        else:
            self.source = None
            self.key, self.leaves, _ = hot.structure([*grads, *losses])

    @property
    def unread(self) -> bool:
        """Whether the gradients can be had later, and nobody has ever looked at any."""
        return self.source is not None and not self.source.form.read


def _alone(source: Any, grads: list[Node], losses: list[Node]) -> bool:
    """Whether these are gradients of one loss, none of them computed yet, and the loss itself."""
    for node in losses:
        if node is not source.root:
            return False
    for g in grads:
        if type(g) is not Late or g.source is not source or g.value is not None:
            return False
    return True


@dataclass
class Program:
    """What runs a structure."""

    turns: Any
    given: list[int]  # the leaves that are no parameters
    unread: bool  # whether the gradients are left out


class Whole(hot.Heat):
    """One structure of a step: how hot it is, and its program once there is one."""

    def __init__(self, optimizer: Optimizer, rows: Sequence[Row], nodes: Sequence[Node]) -> None:
        super().__init__(effort(nodes).and_also(of_update([p.size for _, _, p in rows])))
        self.slots = Slots((p, optimizer.slots_for(group, p.shape)) for _, group, p in rows)
        self.program: Program | None = None

    def wants(self, found: Structure) -> bool:
        """Whether it is time to compile, or to compile anew because gradients are looked at."""
        if self.program is not None:
            return self.program.unread and not found.unread
        return self.due()

    def compile(self, optimizer: Optimizer, rows: Sequence[Row], found: Structure,
                sides: dict[Any, Any]) -> None:  # fmt: skip
        """Compile; what cannot be compiled goes on as it was."""
        self.tried, unread = True, found.unread
        nodes = [p.node for _, _, p in rows]
        wanted = found.losses if unread else [*found.losses, *_unknown(found.grads)]
        given = [k for k, leaf in enumerate(found.leaves) if leaf not in set(nodes)]
        inputs = [*nodes, *(found.leaves[k] for k in given)]
        holes, made = hot.anew(inputs, [*wanted, *found.grads])
        t, rates = _scalar("t"), [_scalar("η") for _ in optimizer.rates()]
        arrays = self.slots.read(optimizer.state)
        slots = [placeholder(a.shape, a.dtype, name)
                 for a, name in zip(arrays, self.slots.names, strict=True)]  # fmt: skip
        after = self._updated(optimizer, rows, holes, made[len(wanted) :], slots, t, rates)
        state = [*holes[: len(nodes)], *slots]
        before = [t, *rates, *holes[len(nodes) :]]
        pairs = [(len(before) + k, len(wanted) + k) for k in range(len(state))]
        run = hot.COMPILE and hot.COMPILE([*before, *state], [*made[: len(wanted)], *after])
        layout = tuple([(id(p), p.dtype) for _, _, p in rows])
        turns = run and run.turns(pairs, range(1 + len(rates)), sides.get(layout))
        self.program = Program(turns, given, unread) if turns else None
        if turns:
            sides[layout] = turns.sides

    def _updated(self, optimizer: Optimizer, rows: Sequence[Row], holes: Sequence[Node],
                 grads: Sequence[Node], slots: Sequence[Node], t: Node,
                 rates: Sequence[Node]) -> list[Node]:  # fmt: skip
        """New parameters, then new slots, as expressions."""
        number = {id(p): i for i, p in enumerate(optimizer.params)}
        params = [p.node for p in optimizer.params]
        slopes: list[Node | None] = [None] * len(params)
        state: list[tuple[Node, ...]] = [()] * len(params)
        for (_, _, p), hole, g in zip(rows, holes, grads, strict=False):
            i = number[id(p)]
            params[i], slopes[i] = hole, g
            pairs = zip(self.slots.homes, slots, strict=True)
            state[i] = tuple([slot for home, slot in pairs if self.slots.params[home] is p])
        news, after = optimizer.update(params, slopes, state, t, rates)
        mine = [number[id(p)] for _, _, p in rows]
        return [*(news[i] for i in mine), *(slot for i in mine for slot in after[i])]


def _scalar(name: str) -> Node:
    return placeholder((), SCALAR, name)


def _unknown(nodes: Sequence[Node]) -> list[Node]:
    return [n for n in nodes if n.value is None]


class Kept:
    """What is kept of one optimizer: structures of its steps, arrays that they share."""

    def __init__(self) -> None:
        self.structures: hot.Known[Whole] = hot.Known(MOST_KEPT)
        self.sides: dict[Any, Any] = {}


_kept: WeakKeyDictionary[Optimizer, Kept] = WeakKeyDictionary()


class Turn:
    """One step that is about to be made."""

    def __init__(self, optimizer: Optimizer, rows: Sequence[Row], losses: list[Tensor],
                 count: int) -> None:  # fmt: skip
        self.optimizer, self.rows, self.count = optimizer, rows, count
        self.losses = [t for t in losses if t.node.value is None]
        self.waiting = losses
        self.grads: list[Tensor] = [p._grad for _, _, p in rows]  # type: ignore[misc]
        self.found = Structure([g.node for g in self.grads], [t.node for t in self.losses])
        self.kept = _kept.get(optimizer) or _kept.setdefault(optimizer, Kept())
        self.whole = self._whole()

    @classmethod
    def of(cls, optimizer: Optimizer, rows: Sequence[Row]) -> Turn | None:
        """The step, if it is one that may be recognised: it needs all gradients that wait."""
        if hot.COMPILE is None or not rows:
            return None
        mine = {id(p) for _, _, p in rows}
        losses = []
        for waiting, leaves in PENDING.values():
            loss = waiting()
            if loss is not None:
                losses.append(loss)
            for t in leaves:
                if id(t) not in mine and t._grad is not None:
                    return None
        state = optimizer.state
        counts = {state[p]["step"] if p in state else 0 for _, _, p in rows}
        if len(counts) > 1 or len({p.node for _, _, p in rows}) < len(rows):
            return None
        try:
            return cls(optimizer, rows, losses, counts.pop() + 1)
        except TypeError:  # attributes that are no plain values
            return None

    def _whole(self) -> Whole:
        optimizer, found = self.optimizer, self.found
        places = {leaf: k for k, leaf in enumerate(found.leaves)}
        where = [(i, places.get(p.node), p.node.shape, p.node.dtype) for i, _, p in self.rows]
        key = found.key, tuple(where), optimizer.moving, optimizer.settings()
        make = lambda: Whole(optimizer, self.rows, [*self.found.grads, *self.found.losses])
        return self.kept.structures.met(key, make)

    def made(self) -> bool:
        """Make the step in one program; False where there is none, and nothing was done."""
        whole, found = self.whole, self.found
        if whole.wants(found):
            for _, group, p in self.rows:
                self.optimizer._state_of(p, group)
            whole.compile(self.optimizer, self.rows, found, self.kept.sides)
        program = whole.program
        if program is None:
            return False
        state, slots = self.optimizer.state, whole.slots
        given = [found.leaves[k].value for k in program.given]
        present = [p.node.value for p in slots.params]
        try:
            present += slots.read(state)
        except KeyError:  # a state that was emptied
            return False
        numbers = [self.count, *self.optimizer.rates()]
        try:
            answer = program.turns(numbers, given, present)
        except IndexError:  # NumPy says which index
            return False
        if answer is None:
            return False
        self._take(program, *answer)
        return True

    def _take(self, program: Program, made: list[Array], news: list[Array]) -> None:
        """Give parameters and slots their new values: all of them, even if Ctrl-C comes now."""
        slots = self.whole.slots
        nodes = list(map(leaf_of, slots.params, news))
        writes = slots.written(self.optimizer.state, news[len(nodes) :], repeat(self.count))
        at_once(map(setattr, slots.params, repeat("node"), nodes), writes)
        answers = iter(made)
        for t in self.losses:
            t.node.value = next(answers)
        if not program.unread:
            for g in self.grads:
                if g.node.value is None:
                    g.node.value = next(answers)
        else:
            self.found.source.spent = True
        for t in self.waiting if program.unread else (*self.waiting, *self.grads):
            t.node = data(t.node.value, t.node.name)
            t.requires_grad = t._cut = False
        PENDING.clear()
