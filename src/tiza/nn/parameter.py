"""Tensors that modules hold: parameters, which are trained, and buffers, which are not."""

from __future__ import annotations

import weakref
from sys import getrefcount
from typing import Any

import numpy as np

from tiza.graph import PRIMITIVES, Node, constant
from tiza.graph.node import data
from tiza.lang.arrays import to_array
from tiza.lang.tensor import LEAVES, Tensor, as_tensor

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

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        twin = super().__deepcopy__(memo)
        twin.persistent = self.persistent  # type: ignore[attr-defined]
        return twin


def converted(data: Any) -> Array:
    """A private copy as an array; Python floats take the default type."""
    return np.array(data.numpy()) if isinstance(data, Tensor) else to_array(data)


def assign(tensor: Tensor, array: Array) -> None:
    """Give a parameter or buffer a new value, in its own type; it stays the leaf that it was."""
    tensor.node = constant(np.array(array, dtype=tensor.dtype), tensor.node.name)
    if tensor.requires_grad:
        LEAVES[tensor.node] = weakref.ref(tensor)


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
    old = tensor.node
    array, old.value = old.value, None
    if getrefcount(array) > ALONE or not owned(array):
        array = array.copy()
    before = array[rows]
    array[rows] = values
    tensor.node = constant(array, old.name)
    kept = tensor.node if linked else PRIMITIVES["stop_gradient"](tensor.node)
    old.prim, old.inputs = PRIMITIVES["put"], (kept, constant(rows), constant(before))
    LEAVES.pop(old, None)
    if tensor.requires_grad:
        LEAVES[tensor.node] = weakref.ref(tensor)


def owned(array: Array) -> bool:
    """Whether an array's memory is its own, and may be written to."""
    return array.flags.owndata and array.flags.c_contiguous and array.flags.writeable


def retyped(tensor: Tensor, dtype: np.dtype[Any]) -> None:
    """Cast a parameter or buffer in place, its gradient too."""
    tensor.node = constant(tensor.numpy().astype(dtype), tensor.node.name)
    if tensor.requires_grad:
        LEAVES[tensor.node] = weakref.ref(tensor)
    if tensor.grad is not None:
        tensor.grad = as_tensor(tensor.grad, dtype)


def clear_grad(tensor: Tensor, set_to_none: bool = True) -> None:
    """Forget a gradient, or make it zeros."""
    if set_to_none or tensor.grad is None:
        tensor.grad = None
    else:
        tensor.grad = Tensor(constant(np.zeros(tensor.shape, tensor.dtype)))
