"""Copies of tensors: by `copy`, by Python's own serialization, and so for other processes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.graph import constant
from tiza.lang.arrays import Array
from tiza.lang.tensor import Tensor


def shallow(self: Tensor) -> Tensor:
    """The same expression; of data, data of its own."""
    return deep(self, {}) if self.is_leaf else Tensor(self.node, requires_grad=self.requires_grad)


def deep(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """The same value as data of its own; a variable again, where this is one."""
    kind, *state = packed(self)[1]
    state[0] = np.array(state[0])
    twin = memo[id(self)] = unpacked(kind, *state)
    return twin


def packed(self: Tensor, protocol: Any = None) -> tuple[Any, tuple[Any, ...]]:
    """How Python serializes it: its class, its value as an array, whether it is a variable.

    The expression behind the value, its gradient and its hooks are not kept, as in PyTorch.

    >>> import copy, tiza as tz
    >>> copy.deepcopy(tz.tensor([1.0, 2.0]) * 3)
    tensor([3., 6.])
    """
    del protocol
    more = {name: getattr(self, name) for name in _own_slots(type(self)) if hasattr(self, name)}
    more.update(getattr(self, "__dict__", {}))
    return unpacked, (type(self), np.asarray(self.numpy()), self.name, self.requires_grad, more)


def unpacked(kind: type[Tensor], array: Array, name: str | None, variable: bool,
             more: dict[str, Any]) -> Tensor:  # fmt: skip
    """A tensor of this class with this value."""
    twin = object.__new__(kind)
    whole = array if array.flags.owndata and array.flags.writeable else np.array(array)
    Tensor.__init__(twin, constant(whole, name))
    for key, value in more.items():
        setattr(twin, key, value)
    return twin.requires_grad_() if variable else twin


def _own_slots(kind: type[Tensor]) -> list[str]:
    """What a subclass keeps besides, such as a buffer's `persistent`."""
    classes = kind.__mro__[: kind.__mro__.index(Tensor)]
    return [name for c in classes for name in vars(c).get("__slots__", ())]


for _name, _method in {
    "__copy__": shallow, "__deepcopy__": deep, "__reduce_ex__": packed,
}.items():  # fmt: skip
    setattr(Tensor, _name, _method)
