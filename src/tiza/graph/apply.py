"""The only builder of nodes: infers shape and type, shares equal expressions, words errors."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.errors import TizaError
from tiza.graph.node import PRIMITIVES, Node
from tiza.graph.place import describe, here

if TYPE_CHECKING:
    from tiza.graph.primitive import Primitive
    from tiza.graph.types import DType, Scalar, Shape


class _Entry(weakref.ref[Node]):
    __slots__ = ("key",)
    key: tuple[Any, ...]


_table: dict[tuple[Any, ...], _Entry] = {}  # weak: a node lives while somebody holds it


def _forget(entry: weakref.ref[Node]) -> None:
    key = entry.key  # type: ignore[attr-defined]
    if _table.get(key) is entry:
        del _table[key]


def apply(prim: Primitive, inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Node:
    """The node of `prim` on `inputs`; an equal one is returned instead of a second one.

    Errors: whatever `prim.infer` raises, with names, shapes and the place added.
    """
    key = (prim, inputs, *attrs.values())
    entry = _table.get(key)
    if entry is not None:
        node = entry()
        if node is not None:
            return node
    try:
        if prim.several:
            shape, dtype = zip(*prim.infer(*inputs, **attrs), strict=True)
        else:
            shape, dtype = prim.infer(*inputs, **attrs)
    except TizaError as error:
        raise _with_operands(error, inputs) from None
    return _enter(key, Node(prim, inputs, attrs, shape, dtype, here()))


def _enter(key: tuple[Any, ...], node: Node) -> Node:
    entry = _Entry(node, _forget)
    entry.key = key
    _table[key] = entry
    return node


def _with_operands(error: TizaError, inputs: tuple[Node, ...]) -> TizaError:
    if not error.operands:
        letters = "xyzuvw"
        error.operands = tuple(
            (node.name or (letters[i] if i < 6 else f"x{i}"), f"{node.shape} {node.dtype}")
            for i, node in enumerate(inputs[:6])
        )
    if not error.place:
        error.place = describe(here())
    return error


def literal(value: Scalar, dtype: DType) -> Node:
    """A number written in a formula. Equal numbers of one type are one node."""
    key = ("literal", repr(value), dtype)
    entry = _table.get(key)
    node = entry() if entry is not None else None
    if node is None:
        array = np.array(value, dtype)  # NumPy is quicker with arrays than with its scalars
        node = Node(PRIMITIVES["literal"], (), {"value": value}, (), dtype, None)
        node.value = array
        _enter(key, node)
    return node


def constant(array: np.ndarray[Any, Any], name: str | None = None) -> Node:
    """Data: equal only to itself."""
    node = Node(PRIMITIVES["constant"], (), {}, array.shape, array.dtype, here())
    node.value = array
    node.name = name
    return node


def placeholder(shape: Shape, dtype: DType, name: str | None = None) -> Node:
    """A value that a program is given each time it runs."""
    node = Node(PRIMITIVES["input"], (), {}, tuple(shape), dtype, here())
    node.name = name
    return node


def table_size() -> int:
    """How many shared nodes are alive (for tests of memory)."""
    return len(_table)
