"""What a function uses besides its arguments: models, optimizers and tensors around it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.api.deeds import Deeds
from tiza.graph import Node, placeholder
from tiza.graph.walk import walk
from tiza.lang.rows import are_few
from tiza.lang.tensor import LEAVES, PENDING, Tensor
from tiza.lang.trace import AsItIs, Asked, Unseen, held_open, writing
from tiza.nn import Module
from tiza.nn.parameter import at_once, leaf_of
from tiza.optim import Optimizer
from tiza.optim.slots import Slots

if TYPE_CHECKING:
    from tiza.api.forms import Form
    from tiza.api.left import Leaving

Array = np.ndarray[Any, Any]
Numbers = tuple[int, ...]
SCALAR = np.dtype("float64")


@dataclass
class Captured:
    """The tensors and optimizers that a function may read or change."""

    tensors: list[Tensor] = field(default_factory=list)
    optimizers: list[Optimizer] = field(default_factory=list)
    modules: list[Module] = field(default_factory=list)
    homes: dict[int, tuple[Module, str]] = field(default_factory=dict)  # where buffers hang

    @classmethod
    def of(cls, things: Sequence[Any]) -> Captured:
        """All that hangs on these models, optimizers and tensors."""
        found = cls()
        for thing in things:
            if isinstance(thing, Module):
                found._module(thing)
            elif isinstance(thing, Optimizer):
                found.optimizers.append(thing)
                found._add(thing.params)
            else:
                found._add([thing])
        return found

    def _add(self, tensors: Sequence[Tensor]) -> None:
        known = {id(t) for t in self.tensors}
        self.tensors += [t for t in tensors if id(t) not in known]

    def _module(self, module: Module) -> None:
        for part in module.modules():
            self.modules.append(part)
            for name, buffer in part.named_buffers(recurse=False):
                self.homes.setdefault(id(buffer), (part, name))
        self._add([*module.parameters(), *module.buffers()])

    def mode(self) -> tuple[Any, ...]:
        """What changes the expression without being a number in it."""
        return (
            tuple(m.training for m in self.modules),
            tuple((t.shape, t.dtype, t.requires_grad) for t in self.tensors),
            tuple(o.settings() for o in self.optimizers),
            tuple(_hooked(t) for t in self.tensors),
        )

    def slots(self) -> list[Slots]:
        """Where each optimizer keeps the arrays of its parameters."""
        return [Slots((p, o.slots_for(group, p.shape))
                      for group in o.param_groups for p in group["params"])
                for o in self.optimizers]  # fmt: skip

    def present(self) -> Numbers | None:
        """The numbers of the tensors that have a gradient; None where one is kept as rows."""
        found = [(i, g.node) for i, t in enumerate(self.tensors) if (g := t.grad) is not None]
        return None if any(are_few(node) for _, node in found) else tuple([i for i, _ in found])

    def grads(self, numbers: Sequence[int]) -> list[Array]:
        """The gradients at these tensors."""
        return [_gradient(self.tensors[i]) for i in numbers]

    # -- values -----------------------------------------------------------------------------

    def values(self, form: Form) -> list[Array]:
        """The numbers as they are: tensors, then for each optimizer t, rates and slots."""
        arrays = [t.numpy() for t in self.tensors]
        moved = dict(zip(form.stepped, form.moved, strict=True))
        for i, optimizer in enumerate(self.optimizers):
            most = moved[i].most(optimizer.counts()) if i in moved else 0
            arrays.append(np.array(most + 1, SCALAR))
            arrays += [np.array(r, SCALAR) for r in optimizer.rates()]
            arrays += [s for group in optimizer.slot_arrays() for s in group]
        return arrays

    def take(self, form: Form, made: Sequence[Array], leaving: Leaving) -> None:
        """Take over what a call has made: changed tensors, slots of optimizers, gradients."""
        rest = iter(made)
        tensors = [self.tensors[i] for i in form.changed]
        nodes = [leaf_of(tensor, next(rest)) for tensor in tensors]
        writes: list[Iterator[Any]] = [map(setattr, tensors, repeat("node"), nodes)]
        slots = self.slots()
        for i, moved in zip(form.stepped, form.moved, strict=True):
            optimizer, arrays = self.optimizers[i], [next(rest) for _ in slots[i].names]
            counts = moved.one_more(optimizer.counts())
            writes.append(slots[i].written(optimizer.state, arrays, counts))
        at_once(*writes, *leaving.writes(list(rest)))


@dataclass(frozen=True)
class Moved:
    """Which parameters of an optimizer a step moves, and how many steps fewer each has made."""

    which: Numbers
    behind: Numbers

    @classmethod
    def of(cls, grads: Sequence[Node | None], counts: Sequence[int]) -> Moved:
        """Those that have a gradient."""
        which = tuple([i for i, g in enumerate(grads) if g is not None])
        most = max([counts[i] for i in which], default=0)
        return cls(which, tuple([most - counts[i] for i in which]))

    def most(self, counts: Sequence[int]) -> int:
        """The most steps that one of them has made."""
        return max([counts[i] for i in self.which], default=0)

    def fits(self, counts: Sequence[int]) -> bool:
        """Whether they are as far apart as they were."""
        mine = [counts[i] for i in self.which]
        most = max(mine, default=0)
        return tuple([most - c for c in mine]) == self.behind

    def one_more(self, counts: Sequence[int]) -> list[int]:
        """The counts after a step."""
        after = list(counts)
        for i in self.which:
            after[i] += 1
        return after


@dataclass
class Opened:
    """A function's surroundings as inputs of an expression, while it is written down."""

    captured: Captured
    deeds: Deeds
    holes: list[Node] = field(default_factory=list)
    slots: dict[int, list[tuple[Node, ...]]] = field(default_factory=dict)  # after a step
    grads: list[Tensor | None] = field(default_factory=list)  # as they stand at first
    asked: Asked | None = None  # in the place of gradients that may stand
    moved: dict[int, Moved] = field(default_factory=dict)
    again: bool = False  # an optimizer stepped twice

    @classmethod
    @contextmanager
    def of(cls, captured: Captured, present: Numbers | None) -> Iterator[Opened]:
        """Inside, tensors stand for values to come, and `optimizer.step()` writes expressions.

        So do the gradients at the tensors `present`. None: whoever looks for one raises Reads.
        """
        before, waiting = [(t._grad, t._lost) for t in captured.tensors], dict(PENDING)
        with ExitStack() as stack:
            deeds = Deeds(captured.optimizers)
            inputs = [*captured.tensors, *captured.optimizers]
            stack.enter_context(writing(inputs, deeds.step))
            holes = stack.enter_context(held_open(captured.tensors))
            opened = cls(captured, deeds, list(holes))
            opened.asked = Asked() if present is None else None
            for i, (tensor, hole) in enumerate(zip(captured.tensors, holes, strict=True)):
                if tensor.requires_grad:
                    LEAVES[hole] = weakref.ref(tensor)
                stands = present is not None and i in present
                tensor._grad = _hole(tensor) if stands else None
                tensor._lost = opened.asked
                opened.grads.append(tensor._grad)
            for i, optimizer in enumerate(captured.optimizers):
                stack.callback(optimizer.__dict__.pop, "step", None)
                opened._replace_step(i, optimizer)
            opened.holes += [g.node for g in opened.grads if g is not None]
            try:
                yield opened
            finally:
                deeds.back()
                PENDING.clear()  # what was written down inside has no value to wait for
                PENDING.update(waiting)
                for tensor, (grad, lost) in zip(captured.tensors, before, strict=True):
                    tensor._grad, tensor._lost = grad, lost
                for buffer in captured.tensors:
                    home = captured.homes.get(id(buffer))
                    if home is not None:
                        home[0].__dict__["_buffers"][home[1]] = buffer

    def _replace_step(self, i: int, optimizer: Optimizer) -> None:
        t = placeholder((), SCALAR, "t")
        rates = [placeholder((), SCALAR, "lr") for _ in optimizer.rates()]
        names = optimizer.slot_names({id(p): p.node.name or "" for p in optimizer.params})
        slots = [tuple(placeholder(s.shape, s.dtype, name) for s, name in zip(*both, strict=True))
                 for both in zip(optimizer.slot_arrays(), names, strict=True)]  # fmt: skip
        self.holes += [t, *rates, *(s for group in slots for s in group)]

        def step(closure: Callable[[], Any] | None = None) -> Any:
            if type(optimizer).step is not Optimizer.step:
                raise AsItIs  # it asks for the loss as often as it needs it
            self.deeds.optimizer_steps(i)
            self.again |= i in self.slots
            loss = closure() if closure is not None else None
            params = [p.node for p in optimizer.params]
            grads = [None if p.grad is None else p.grad.node for p in optimizer.params]
            moved = self.moved[i] = Moved.of(grads, optimizer.counts())
            behind = [0] * len(params)
            for k, fewer in zip(moved.which, moved.behind, strict=True):
                behind[k] = fewer
            news, self.slots[i] = optimizer.update(params, grads, slots, t, rates, behind)
            for param, new in zip(optimizer.params, news, strict=True):
                if new is not param.node:
                    param.node = LEAVES.held(param, new) if param.requires_grad else new
            return loss

        optimizer.__dict__["step"] = step

    def changed(self) -> list[int]:
        """The numbers of the tensors that the function assigned to."""
        return [i for i, node in enumerate(self._now()) if node is not self.holes[i]]

    def _now(self) -> list[Node]:
        """What each tensor stands for now; a buffer may be another tensor than before."""
        found = []
        for tensor in self.captured.tensors:
            home = self.captured.homes.get(id(tensor))
            current = home[0].__dict__["_buffers"][home[1]] if home else tensor
            found.append(current.node)
        return found

    def results(self) -> list[Node]:
        """The new values: of changed tensors, of the slots of optimizers that stepped."""
        now = self._now()
        tensors = [now[i] for i in self.changed()]
        return [*tensors, *(s for i in sorted(self.slots) for g in self.slots[i] for s in g)]

    def is_open(self, results: Sequence[Tensor]) -> bool:
        """Whether the way goes on from the results: they may be differentiated."""
        if self.slots:
            return self.again
        losses = [waiting() for waiting, _ in PENDING.values()]  # of which `backward` was called
        spent = set(walk([loss.node for loss in losses if loss is not None]))
        return any(t.requires_grad and (t.node not in spent or t.is_leaf) for t in results)

    def left(self) -> list[tuple[int, Node]]:
        """The gradients that the function leaves behind, each with the number of its tensor.

        Errors: AsItIs where one is a sum at few rows, which is kept as such, and computed here
        would be an array.
        """
        pairs = zip(self.captured.tensors, self.grads, strict=True)
        found = [(i, t._grad.node) for i, (t, g) in enumerate(pairs)
                 if t._grad is not g and t._grad is not None]  # fmt: skip
        if not self.slots and any(are_few(node) for _, node in found):
            raise AsItIs
        return found

    def cleared(self) -> list[int]:
        """The numbers of the tensors whose gradient the function forgets."""
        pairs = zip(self.captured.tensors, self.grads, strict=True)
        return [i for i, (t, g) in enumerate(pairs)
                if t._grad is None and (g is not None or t._lost is not self.asked)]  # fmt: skip

    def all_seen(self, outputs: Sequence[Node]) -> None:
        """Errors: Unseen where an expression has a variable in it that is no input."""
        for node in walk(outputs):
            owner = None if node.owner is None else node.owner()
            if owner is None or node.inputs:  # a variable that was made inside
                continue
            if not any(owner is t for t in self.captured.tensors):
                raise Unseen(owner)


def _hooked(tensor: Tensor) -> tuple[int, ...]:
    """The hooks of a tensor, which belong to the expression."""
    return tuple(id(h) for table in (tensor._hooks or {}).values() for h in table.values())


def _hole(tensor: Tensor) -> Tensor:
    """What stands for a gradient that an earlier call may have left."""
    return Tensor(placeholder(tensor.shape, tensor.dtype, "grad"))


def _gradient(tensor: Tensor) -> Array:
    """The gradient that is there, as an array: itself, whose memory its turn may use again."""
    g = tensor.grad
    assert g is not None  # `present` has looked
    return g.numpy() if g.node.value is None else g.node.value
