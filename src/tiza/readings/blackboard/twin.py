"""The same expression in float64: derivations are computed, printed and checked there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import GradientError
from tiza.graph import (
    COMPOSITES,
    PRIMITIVES,
    Body,
    Node,
    constant,
    depends_on,
    literal,
    opened,
    placeholder,
    walk,
)
from tiza.graph.place import made_at
from tiza.lang.trace import Program

WIDE = np.dtype(np.float64)
COUNT = "number of examples"


MOST_NODES = 4000  # of a graph whose matrix is written out
OPENED = {"layer_norm", "batch_norm", "group_norm", "attention", "attention_weights"}


def twins(outputs: Sequence[Node], wrt: Sequence[Node] = (),
          opens: frozenset[str] = frozenset(OPENED)) -> dict[Node, Node]:  # fmt: skip
    """Every node that `outputs` need and its float64 counterpart.

    Composites named in `opens` are replaced by their bodies: they derive in their textbook form.
    """
    moving = depends_on(outputs, wrt)
    made: dict[Node, Node] = {}
    counts: dict[int, Node] = {}
    noisy: set[Node] = set()
    for node in walk(outputs):
        made[node] = _twin(node, made, counts)
        if node.prim.family == "random" or (
            node not in moving and any(i in noisy for i in node.inputs)
        ):
            noisy.add(node)  # what was drawn is data: a mask, a noise
            drawn = np.asarray(Program((), [node])()[0])
            made[node] = constant(drawn.astype(WIDE) if _is_float(node) else drawn)
        elif node.prim.name == "cast" and node not in moving and _is_float(node):
            if made[node].inputs and made[node].inputs[0].prim.name == "constant":
                made[node] = constant(np.asarray(made[node].inputs[0].value, WIDE))
        elif node.prim.name == "propagate" and node.inputs[3] not in moving:
            made[node] = _adjacency(made[node])
        elif node.prim.name in opens:
            with made_at(node.place):
                made[node] = _all_opened(made[node], opens)
        if node.name is not None and made[node].name is None:
            made[node].name = node.name
        made[node].place = made[node].place if made[node] is node else node.place
    return made


def _adjacency(node: Node) -> Node:
    """Messages along edges of fixed weights, as a product with the matrix of the graph."""
    x, source, target, w = node.inputs
    n = x.shape[0]
    if x.ndim != 2 or w.ndim != 1 or n > MOST_NODES:
        return node
    rows, columns, weights = (np.asarray(v) for v in Program((), [target, source, w])())
    matrix = np.zeros((n, n))
    np.add.at(matrix, (rows, columns), weights)
    return PRIMITIVES["matmul"](constant(matrix, "A_hat"), x)


def _all_opened(node: Node, opens: frozenset[str]) -> Node:
    """The body of a composite, and of the composites in it."""
    known: dict[Node, Node] = {i: i for i in node.inputs}
    body = opened(node)
    for inner in walk([body], lambda n: () if n in known else n.inputs):
        if inner in known:
            continue
        inputs = tuple(known[i] for i in inner.inputs)
        new = inner if inputs == inner.inputs else inner.prim(*inputs, **inner.attrs)
        known[inner] = _all_opened(new, opens) if new.prim.name in opens else new
    return known[body]


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
