"""Tensors that modules hold: parameters, which are trained, and buffers, which are not."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from operator import setitem
from sys import getrefcount
from typing import Any

import numpy as np

from tiza.graph import PRIMITIVES, Node, constant
from tiza.graph.node import data
from tiza.lang.arrays import to_array
from tiza.lang.tensor import Tensor, as_tensor

Array = np.ndarray[Any, Any]
ALONE = 2  # references to an object that only the function asking holds, as Python counts


class Parameter(Tensor):
    """A tensor that registers with the module whose attribute it becomes, and is trained.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Parameter(tz.tensor([1.0, 2.0]))
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(constant(converted(data)))
        if requires_grad:
            self.requires_grad_()

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that registers with its module without being trained, such as a running mean.

    `persistent=False` leaves it out of the state_dict.
    """

    __slots__ = ("persistent",)

    def __init__(self, data: Any, *, persistent: bool = True) -> None:
        super().__init__(as_tensor(data).detach().node)
        self.persistent = persistent


def converted(data: Any) -> Array:
    """A private copy as an array; Python floats take the default type."""
    return np.array(data.numpy()) if isinstance(data, Tensor) else to_array(data)


def at_once(*writes: Iterable[Any]) -> None:
    """Exhaust iterators that C code alone runs: all of them, even if Ctrl-C comes meanwhile."""
    deque(chain(*writes), 0)


def assign(tensor: Tensor, array: Array) -> None:
    """Give a parameter or buffer a new value, in its own type; it stays the leaf that it was."""
    tensor.node = leaf_of(tensor, np.array(array, dtype=tensor.dtype))


def leaf_of(tensor: Tensor, array: Array) -> Node:
    """Data that is to be the node of a parameter or buffer."""
    node = data(array, tensor.node.name)
    if tensor.requires_grad:
        node.owner = weakref.ref(tensor)
    return node


def assign_rows(tensor: Tensor, rows: Array, values: Array, *, linked: bool = False) -> None:
    """Give some rows of a parameter new values, without touching or copying the others.

    An expression that was written with the old values still finds them: the old leaf becomes
    the new one with its rows put back. Where somebody holds the array itself, it is copied.
    Derivatives of such an expression reach the new leaf only if `linked`.

    Source: Baker 1978, CACM 21(7), "Shallow binding in LISP 1.5": arrays with old versions.
    """
    at_once(rows_assigned(tensor, rows, values, linked=linked))


def rows_assigned(tensor: Tensor, rows: Array, values: Array, *,
                  linked: bool = False) -> Iterator[None]:  # fmt: skip
    """What `assign_rows` does, once it is run by `at_once`."""
    old = tensor.node
    array = old.value
    if getrefcount(array) > ALONE + 1 or not owned(array):
        array = array.copy()
    new = leaf_of(tensor, array)
    kept = new if linked else PRIMITIVES["stop_gradient"](new)
    inputs = kept, constant(rows), constant(array[rows])
    changes = {"value": None, "owner": None, "prim": PRIMITIVES["put"], "inputs": inputs}
    return chain(
        map(setitem, [array], [rows], [values]),
        map(setattr, repeat(old), changes, changes.values()),
        map(setattr, [tensor], ["node"], [new]),
    )


def owned(array: Array) -> bool:
    """Whether an array's memory is its own, and may be written to."""
    return array.flags.owndata and array.flags.c_contiguous and array.flags.writeable


def retyped(tensor: Tensor, dtype: np.dtype[Any]) -> None:
    """Cast a parameter or buffer in place, its gradient too."""
    tensor.node = leaf_of(tensor, tensor.numpy().astype(dtype))
    if tensor.grad is not None:
        tensor.grad = as_tensor(tensor.grad, dtype)


def clear_grad(tensor: Tensor, set_to_none: bool = True) -> None:
    """Forget a gradient, or make it zeros."""
    if set_to_none or tensor.grad is None:
        tensor.grad = None
    else:
        tensor.grad = Tensor(constant(np.zeros(tensor.shape, tensor.dtype)))
