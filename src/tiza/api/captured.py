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
from tiza.lang.tensor import LEAVES, PENDING, Tensor
from tiza.lang.trace import AsItIs, Unseen, held_open, writing
from tiza.nn import Module
from tiza.nn.parameter import at_once, leaf_of
from tiza.optim import Optimizer
from tiza.optim.slots import Slots

if TYPE_CHECKING:
    from tiza.api.left import Left

Array = np.ndarray[Any, Any]
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
            tuple((o.settings(), o.ages()[2]) for o in self.optimizers),
        )

    def slots(self) -> list[Slots]:
        """Where each optimizer keeps the arrays of its parameters."""
        return [Slots((p, o.slots_for(group, p.shape))
                      for group in o.param_groups for p in group["params"])
                for o in self.optimizers]  # fmt: skip

    def has_grads(self) -> bool:
        """Whether gradients were left at some of its tensors."""
        return any(t._grad is not None or t._lost is not None for t in self.tensors)

    # -- values -----------------------------------------------------------------------------

    def values(self) -> list[Array]:
        """The numbers as they are: tensors, then for each optimizer t, rates and slots."""
        arrays = [t.numpy() for t in self.tensors]
        for optimizer in self.optimizers:
            arrays.append(np.array(optimizer.ages()[0] + 1, SCALAR))
            arrays += [np.array(r, SCALAR) for r in optimizer.rates()]
            arrays += [s for group in optimizer.slot_arrays() for s in group]
        return arrays

    def forgotten(self, changed: Sequence[int], left: Left | None) -> list[Iterator[Any]]:
        """No gradients at what a step has changed, but for those that it can compute again."""
        kept = left.numbers if left is not None else []
        every = [self.tensors[i] for i in {*changed, *kept}]
        again = [self.tensors[i] for i in kept]
        writes: list[Iterator[Any]] = [
            map(setattr, every, repeat(name), repeat(None)) for name in ("_grad", "_lost")
        ]
        if left is not None:
            writes.append(map(setattr, again, repeat("_lost"), repeat(left.ref)))
        return writes

    def take(self, changed: Sequence[int], stepped: Sequence[int], made: Sequence[Array],
             left: Left | None) -> None:  # fmt: skip
        """Take over what a call has made: changed tensors, the slots of optimizers that stepped."""
        rest = iter(made)
        tensors = [self.tensors[i] for i in changed]
        nodes = [leaf_of(tensor, next(rest)) for tensor in tensors]
        writes: list[Iterator[Any]] = [map(setattr, tensors, repeat("node"), nodes)]
        writes += self.forgotten(changed, left)
        slots = self.slots()
        for i in stepped:
            optimizer, arrays = self.optimizers[i], [next(rest) for _ in slots[i].names]
            writes.append(slots[i].written(optimizer.state, arrays, one_more(optimizer)))
        at_once(*writes)


def one_more(optimizer: Optimizer) -> list[int]:
    """How many steps its parameters have made after this one; what is frozen makes none."""
    return [c + p.requires_grad for c, p in zip(optimizer.counts(), optimizer.params, strict=True)]


@dataclass
class Opened:
    """A function's surroundings as inputs of an expression, while it is written down."""

    captured: Captured
    deeds: Deeds
    holes: list[Node] = field(default_factory=list)
    slots: dict[int, list[tuple[Node, ...]]] = field(default_factory=dict)  # after a step
    grads: list[Tensor | None] = field(default_factory=list)  # as they stand at first
    again: bool = False  # an optimizer stepped twice

    @classmethod
    @contextmanager
    def of(cls, captured: Captured, *, blank: bool) -> Iterator[Opened]:
        """Inside, tensors stand for values to come, and `optimizer.step()` writes expressions.

        Gradients that were left before stand for values, too; with `blank`, there are none.
        """
        before, waiting = [(t._grad, t._lost) for t in captured.tensors], dict(PENDING)
        with ExitStack() as stack:
            deeds = Deeds(captured.optimizers)
            inputs = [*captured.tensors, *captured.optimizers]
            stack.enter_context(writing(inputs, deeds.step))
            holes = stack.enter_context(held_open(captured.tensors))
            opened = cls(captured, deeds, list(holes))
            for tensor, hole in zip(captured.tensors, holes, strict=True):
                if tensor.requires_grad:
                    LEAVES[hole] = weakref.ref(tensor)
                tensor._grad, tensor._lost = None if blank else _left(tensor), None
                opened.grads.append(tensor._grad)
            for i, optimizer in enumerate(captured.optimizers):
                stack.callback(optimizer.__dict__.pop, "step", None)
                opened._replace_step(i, optimizer)
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
            behind = optimizer.ages()[2]
            news, self.slots[i] = optimizer.update(params, grads, slots, t, rates, behind)
            for param, new in zip(optimizer.params, news, strict=True):
                param.node = new
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
        """Whether the way goes on: the results may be differentiated, or gradients wait."""
        if self.slots:
            return self.again
        spent = [waiting() for waiting, _ in PENDING.values()]  # `backward` was called inside
        free = [t for t in results if t.requires_grad and not any(t is s for s in spent)]
        return bool(free or self.left())

    def left(self) -> list[Node]:
        """The gradients that the function leaves behind."""
        return [node for _, node in self.left_at()]

    def left_at(self) -> list[tuple[int, Node]]:
        """The same, each with the number of its tensor."""
        pairs = zip(self.captured.tensors, self.grads, strict=True)
        return [(i, t._grad.node) for i, (t, g) in enumerate(pairs)
                if t._grad is not g and t._grad is not None]  # fmt: skip

    def reads_grads(self, outputs: Sequence[Node]) -> bool:
        """Whether gradients that were left before the call go into what it gives or leaves."""
        holes = {g.node for g in self.grads if g is not None}
        return any(node in holes for node in walk([*outputs, *self.left()]))

    def all_seen(self, outputs: Sequence[Node]) -> None:
        """Errors: Unseen where an expression has a variable in it that is no input."""
        for node in walk(outputs):
            owner = None if node.owner is None else node.owner()
            if owner is not None and not any(owner is t for t in self.captured.tensors):
                raise Unseen(owner)


def _left(tensor: Tensor) -> Tensor | None:
    """What stands for a gradient that an earlier call may have left."""
    if not tensor.requires_grad and tensor._grad is None:
        return None
    return Tensor(placeholder(tensor.shape, tensor.dtype, "grad"))
