"""Hooks of gradients: functions called as the chain rule passes a tensor."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from tiza.errors import GradientError
from tiza.graph import Node
from tiza.lang.tensor import Tensor
from tiza.transforms.differentiate import PASSING

_numbers = count()


class Handle:
    """What registering a hook gives: `remove()` takes the hook away, as leaving `with` does."""

    def __init__(self, table: dict[int, Any]) -> None:
        self.table, self.number = table, next(_numbers)

    def remove(self) -> None:
        """Take the hook away; once is enough."""
        self.table.pop(self.number, None)

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *caught: object) -> None:
        self.remove()


def register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> Handle:
    """Call hook(gradient) in every `backward` that reaches this tensor.

    What it returns, unless None, goes on in the gradient's place. Of a variable it is the
    gradient of that `backward` alone, before it is added to `grad`.

    >>> import tiza as tz
    >>> x = tz.tensor([1.0, 2.0], requires_grad=True); y = x * 3.0
    >>> handle = y.register_hook(lambda g: g * 10.0)
    >>> y.sum().backward(); x.grad.tolist()
    [30.0, 30.0]
    """
    if not self.requires_grad:
        raise GradientError("backward-constant")
    if self.is_leaf:
        return _entered(_of_leaf(self, "before"), hook)
    table = PASSING.get(self.node)
    if not isinstance(table, _Passing):
        table = PASSING[self.node] = _Passing()
    return _entered(table.hooks, hook)


def register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], object]) -> Handle:
    """Call hook(variable) in every `backward`, once its `grad` has been added to.

    >>> import tiza as tz
    >>> x = tz.tensor([1.0], requires_grad=True); seen = []
    >>> handle = x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
    >>> (x * 3.0).sum().backward(); seen
    [3.0]
    """
    if not (self.requires_grad and self.is_leaf):
        raise GradientError("hook-leaf")
    return _entered(_of_leaf(self, "after"), hook)


class _Passing:
    """The hooks of a tensor that is no leaf, as the chain rule calls them."""

    def __init__(self) -> None:
        self.hooks: dict[int, Callable[[Tensor], Tensor | None]] = {}

    def __call__(self, g: Node) -> Node:
        tensor = Tensor(g)
        for hook in list(self.hooks.values()):
            changed = hook(tensor)
            tensor = tensor if changed is None else changed
        return tensor.node


def _of_leaf(tensor: Tensor, when: str) -> dict[int, Any]:
    hooks = tensor._hooks
    if hooks is None:
        hooks = tensor._hooks = {"before": {}, "after": {}}
    return hooks[when]


def _entered(table: dict[int, Any], hook: Callable[..., Any]) -> Handle:
    handle = Handle(table)
    table[handle.number] = hook
    return handle
