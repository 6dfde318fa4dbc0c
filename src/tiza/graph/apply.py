"""The builder of nodes: infers shape and type, shares equal expressions, words errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiza.errors import TizaError
from tiza.graph.node import Node, constant, enter, known, literal, placeholder, table_size
from tiza.graph.place import describe, here

if TYPE_CHECKING:
    from tiza.graph.primitive import Primitive

__all__ = ["apply", "constant", "literal", "placeholder", "table_size"]


def apply(prim: Primitive, inputs: tuple[Node, ...], attrs: dict[str, Any]) -> Node:
    """The node of `prim` on `inputs`; an equal one is returned instead of a second one.

    Errors: whatever `prim.infer` raises, with names, shapes and the place added.
    """
    key = (prim, *map(id, inputs), *attrs.values())
    entry = known(key)
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
    return enter(key, Node(prim, inputs, attrs, shape, dtype, here()))


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
