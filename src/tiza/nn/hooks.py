"""Hooks: functions called before and after a module's forward, and on the way back."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES, Node
from tiza.lang.tensor import Tensor, make
from tiza.transforms import differentiate
from tiza.transforms.differentiate import PASSING

Call = tuple[tuple[Any, ...], dict[str, Any]]
_numbers = count()


CHANGES = [0]  # how often an attribute, a part or a hook of some module was set


class Hooks:
    """The hooks of one side of a module's forward, in the order in which they are called."""

    def __init__(self) -> None:
        self.entries: dict[int, tuple[Callable[..., Any], bool]] = {}

    def __bool__(self) -> bool:
        return bool(self.entries)

    def add(self, hook: Callable[..., Any], *, prepend: bool, with_kwargs: bool) -> RemovableHandle:
        """Enter a hook; `with_kwargs` passes it the keyword arguments too."""
        number = next(_numbers)
        row = {number: (hook, with_kwargs)}
        self.entries = row | self.entries if prepend else self.entries | row
        CHANGES[0] += 1
        return RemovableHandle(self, number)

    def before(self, module: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """The arguments as the hooks leave them."""
        for hook, with_kwargs in list(self.entries.values()):
            if with_kwargs:
                changed = hook(module, args, kwargs)
                args, kwargs = (args, kwargs) if changed is None else changed
            else:
                changed = hook(module, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        return args, kwargs

    def after(self, module: object, args: tuple[Any, ...], kwargs: dict[str, Any],
              answer: Any) -> Any:  # fmt: skip
        """The answer as the hooks leave it."""
        for hook, with_kwargs in list(self.entries.values()):
            changed = (
                hook(module, args, kwargs, answer) if with_kwargs else hook(module, args, answer)
            )
            answer = answer if changed is None else changed
        return answer


class Back:
    """One call of a module whose gradients are watched: it sees them leave and arrive.

    Inputs and outputs pass through nodes of their own; as the chain rule goes back through
    those, the hooks are called. Held weakly, so that a call that nobody needs is forgotten.
    """

    def __init__(self, module: object, before: Hooks, after: Hooks) -> None:
        self.module, self.before_, self.after_ = module, before, after
        self.ins: dict[int, weakref.ref[Node]] = {}
        self.outs: dict[int, weakref.ref[Node]] = {}
        self.places = [0, 0]  # how many arguments and results there are
        self.arrived: dict[int, Node] = {}  # gradients of results
        self.leaving: dict[int, Node] = {}  # gradients of arguments

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, tensors with a gradient through nodes of their own."""
        self.places[0] = len(args)
        return tuple(self._through(i, x, self.ins, self._at_input) for i, x in enumerate(args))

    def leave(self, answer: Any) -> Any:
        """The results, likewise."""
        whole = answer if isinstance(answer, tuple) else (answer,)
        self.places[1] = len(whole)
        new = tuple(self._through(i, y, self.outs, self._at_output) for i, y in enumerate(whole))
        return new if isinstance(answer, tuple) else new[0]

    def _through(self, i: int, x: Any, table: dict[int, weakref.ref[Node]],
                 hook: Callable[[int, Node], Node]) -> Any:  # fmt: skip
        if not isinstance(x, Tensor) or not x.requires_grad:
            return x
        table[i] = weakref.ref(x.node)
        y = make(PRIMITIVES["alias"], x, tag=f"hook {next(_numbers)}")
        if table is self.ins:
            table[i] = weakref.ref(y.node)
        PASSING[y.node] = partial(hook, i)
        return y

    def _at_output(self, i: int, g: Node) -> Node:
        self.arrived[i] = g
        if len(self.outs) > 1:
            return g
        for hook, _ in list(self.before_.entries.values()):
            changed = hook(self.module, self._tuple(self.arrived, 1))
            if changed is not None:
                self.arrived[i] = _only(changed)[i].node
        g = self.arrived[i]
        if not self.ins:
            self._call({})
            self.arrived.clear()
        return g

    def _at_input(self, i: int, g: Node) -> Node:
        if not self.leaving:
            self._leave(i, g)
        new = self.leaving.pop(i, g)
        if not self.leaving:
            self.arrived.clear()
        return new

    def _leave(self, i: int, g: Node) -> None:
        if len(self.outs) > 1:
            for hook, _ in list(self.before_.entries.values()):
                if hook(self.module, self._tuple(self.arrived, 1)) is not None:
                    raise ArgumentError("hook-several", kind=type(self.module).__name__)
        grads: dict[int, Node | None] = {i: g}
        if len(self.ins) > 1:  # the others are still on their way: see what they will be
            ends = [(self.outs[k](), y) for k, y in self.arrived.items()]
            known = [(node, y) for node, y in ends if node is not None]
            starts = {k: ref() for k, ref in self.ins.items()}
            nodes = {k: node for k, node in starts.items() if node is not None}
            waiting = dict(PASSING)
            PASSING.clear()  # nobody is to be told twice
            try:
                found = differentiate([n for n, _ in known], list(nodes.values()),
                                      [y for _, y in known])  # fmt: skip
            finally:
                PASSING.update(waiting)
            grads = dict(zip(nodes, found, strict=True))
        self.leaving = self._call({k: v for k, v in grads.items() if v is not None})

    def _call(self, grads: dict[int, Node]) -> dict[int, Node]:
        for hook, _ in list(self.after_.entries.values()):
            changed = hook(self.module, self._tuple(grads, 0), self._tuple(self.arrived, 1))
            if changed is not None:
                grads |= {k: t.node for k, t in enumerate(_only(changed)) if t is not None}
        return grads

    def _tuple(self, grads: dict[int, Node], side: int) -> tuple[Tensor | None, ...]:
        return tuple(Tensor(grads[k]) if k in grads else None for k in range(self.places[side]))


def _only(changed: Any) -> tuple[Any, ...]:
    return changed if isinstance(changed, tuple) else (changed,)


class RemovableHandle:
    """What registering a hook gives: `remove()` takes the hook away, as leaving `with` does."""

    def __init__(self, hooks: Hooks, number: int) -> None:
        self.hooks, self.number = hooks, number

    def remove(self) -> None:
        """Take the hook away; once is enough."""
        self.hooks.entries = {k: v for k, v in self.hooks.entries.items() if k != self.number}
        CHANGES[0] += 1

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *caught: object) -> None:
        self.remove()


class Hooked:
    """The part of a module with which hooks register."""

    _before: Hooks
    _after: Hooks
    _back: Hooks
    _back_first: Hooks

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call hook(module, args) before each forward; what it returns replaces the arguments."""
        return self._before.add(hook, prepend=prepend, with_kwargs=with_kwargs)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call hook(module, args, output) after each forward; what it returns is the output."""
        return self._after.add(hook, prepend=prepend, with_kwargs=with_kwargs)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call hook(module, grad_input, grad_output) in each backward; gradients are tuples.

        What it returns, unless None, takes the place of grad_input. Only positional arguments
        are looked at; None stands for those without a gradient.
        """
        return self._back.add(hook, prepend=prepend, with_kwargs=False)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call hook(module, grad_output) before each backward through this module.

        What it returns, unless None, takes the place of grad_output.
        """
        return self._back_first.add(hook, prepend=prepend, with_kwargs=False)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """The same as `register_full_backward_hook`, under PyTorch's older name."""
        return self.register_full_backward_hook(hook)
