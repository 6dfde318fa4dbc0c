"""The structure of the bodies of loops: what makes two of them compute the same."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from tiza.graph.node import Node
from tiza.graph.prims.body import Body
from tiza.graph.walk import walk


def settings(attrs: Mapping[str, Any]) -> tuple[Hashable, ...]:
    """The attributes of an operation, comparable: of the body of a loop, its structure."""
    return tuple([inside(v) if isinstance(v, Body) else v for v in attrs.values()])


def inside(body: Body) -> Hashable:
    """Equal for bodies of the same operations; a body with data of its own equals no other.

    >>> import numpy as np
    >>> from tiza.graph import placeholder
    >>> def double(name):
    ...     x = placeholder((3,), np.dtype("float64"), name)
    ...     return Body((x,), (x + x,))
    >>> double("a") == double("b"), inside(double("a")) == inside(double("b"))
    (False, True)
    """
    numbers: dict[Node, int] = {node: -1 - i for i, node in enumerate(body.inputs)}
    rows: list[Hashable] = [(node.shape, node.dtype) for node in body.inputs]
    for node in walk(body.outputs):
        if node in numbers:
            continue
        numbers[node] = len(numbers)
        if node.prim.name == "literal":
            rows.append((repr(node.attrs["value"]), node.dtype))
        elif not node.inputs:
            return body
        else:
            operands = tuple([numbers[i] for i in node.inputs])
            rows.append((node.prim.name, operands, settings(node.attrs)))
    return tuple(rows), tuple([numbers[n] for n in body.outputs])
