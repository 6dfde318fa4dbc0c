"""The same expression in float64: derivations are computed, printed and checked there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import GradientError
from tiza.graph import COMPOSITES, PRIMITIVES, Body, Node, constant, literal, placeholder, walk
from tiza.lang.trace import Program

WIDE = np.dtype(np.float64)
COUNT = "number of examples"


def twins(outputs: Sequence[Node]) -> dict[Node, Node]:
    """Every node that `outputs` need and its float64 counterpart."""
    made: dict[Node, Node] = {}
    counts: dict[int, Node] = {}
    for node in walk(outputs):
        made[node] = _twin(node, made, counts)
        if node.name is not None and made[node].name is None:
            made[node].name = node.name
        made[node].place = made[node].place if made[node] is node else node.place
    return made


def _is_float(node: Node) -> bool:
    return getattr(node.dtype, "kind", "") == "f"


def _twin(node: Node, made: dict[Node, Node], counts: dict[int, Node]) -> Node:
    name = node.prim.name
    if name == "constant":
        return constant(np.array(node.value, WIDE), node.name) if _is_float(node) else node
    if name == "literal":
        return literal(node.attrs["value"], WIDE) if _is_float(node) else node
    if name == "input":
        raise GradientError("derive-input", name=node.name or "x", shape=node.shape)
    if node.prim.family == "random":
        return constant(np.asarray(Program((), [node])()[0]))
    inputs = [made[i] for i in node.inputs]
    if name == "multiply" and inputs[0] is inputs[1]:
        return PRIMITIVES["pow"](inputs[0], literal(2, inputs[0].dtype))  # x·x → x²
    if name in {"divide", "multiply"} and _is_mean(node):
        return inputs[0] / _count(node, counts)
    return _again(node, inputs)


def _again(node: Node, inputs: Sequence[Node]) -> Node:
    attrs = {k: _wide(v) for k, v in node.attrs.items()}
    table = COMPOSITES if node.prim.body else PRIMITIVES
    return table[node.prim.name](*inputs, **attrs)


def _wide(value: Any) -> Any:
    if isinstance(value, np.dtype) and value.kind == "f":
        return WIDE
    if isinstance(value, Body):
        return _body(value)
    return value


def _body(body: Body) -> Body:
    made: dict[Node, Node] = {}
    for hole in body.inputs:
        made[hole] = placeholder(hole.shape, WIDE if _is_float(hole) else hole.dtype, hole.name)
    for node in walk(body.outputs, lambda n: () if n in made else n.inputs):
        if node not in made:
            made[node] = _twin(node, made, {})
    return Body(tuple(made[i] for i in body.inputs), tuple(made[o] for o in body.outputs))


# means: the number of examples is a symbol of its own -----------------------------------


def _summed(node: Node) -> int | None:
    """How many entries each sum takes together, where `node` divides sums by a number."""
    top = node.inputs[0]
    while top.prim.name == "reshape":
        top = top.inputs[0]
    if top.prim.name != "sum" or node.inputs[1].prim.name != "literal":
        return None
    inner = top.inputs[0]
    return int(np.prod([inner.shape[i] for i in top.attrs["axis"]], dtype=np.int64))


def _is_mean(node: Node) -> bool:
    count = _summed(node)
    if count is None or count < 2:
        return False
    value = float(node.inputs[1].attrs["value"])
    return value == (count if node.prim.name == "divide" else 1 / count)


def _count(node: Node, counts: dict[int, Node]) -> Node:
    """The number of entries that a mean is over, as data that gets a name of its own."""
    count = _summed(node)
    assert count is not None  # `_is_mean` has found one
    if count not in counts:
        counts[count] = constant(np.array(float(count)), COUNT)
    return counts[count]


def is_count(node: Node) -> bool:
    """Whether this is the number of entries of a mean."""
    return node.prim.name == "constant" and node.name == COUNT and node.shape == ()
