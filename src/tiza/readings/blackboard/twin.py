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
from tiza.graph.types import Shape
from tiza.lang.trace import Program
from tiza.readings.blackboard.unrolled import Times, can_unroll, unrolled

WIDE = np.dtype(np.float64)
COUNT = "number of examples"


MOST_NODES = 4000  # of a graph whose matrix is written out
OPENED = {
    "layer_norm",
    "batch_norm",
    "group_norm",
    "attention",
    "attention_weights",
    "rnn_cell",
    "gru_cell",
    "lstm_memory",
    "lstm_output",
}


Masks = dict[tuple[Shape, bytes], Node]


class Twins(dict[Node, Node]):
    """Each node's float64 counterpart; `roots` are what opened layers gave."""

    def __init__(self) -> None:
        super().__init__()
        self.roots: set[Node] = set()
        self.times = Times()
        self.several: dict[Node, tuple[Node, ...]] = {}  # the results of loops written out


def twins(outputs: Sequence[Node], wrt: Sequence[Node] = (),
          opens: frozenset[str] = frozenset(OPENED)) -> Twins:  # fmt: skip
    """Every node that `outputs` need and its float64 counterpart.

    Composites named in `opens` are replaced by their bodies: they derive in their textbook form.
    """
    moving = depends_on(outputs, wrt)
    made = Twins()
    counts: dict[int, Node] = {}
    noisy: set[Node] = set()
    folded: set[Node] = set()
    masks: Masks = {}
    for node in walk(outputs):
        if node.prim.name == "part" and node.inputs[0] in made.several:
            made[node] = made.several[node.inputs[0]][node.attrs["index"]]
            continue
        made[node] = new = _twin(node, made, counts)
        if node in moving and can_unroll(node):
            inputs = [made[i] for i in node.inputs]
            with made_at(node.place):
                made.several[node] = unrolled(new, inputs, new.attrs["body"], made.times, opens)
            continue
        still = node not in moving and bool(node.inputs)
        if node.prim.family == "random" or (still and any(i in noisy for i in node.inputs)):
            noisy.add(node)  # what was drawn is data: a mask, a noise
            made[node] = _as_data(node)
        elif still and _is_settled(node, new, made, folded):
            made[node] = _settled(new)
            folded.add(node)
        elif (same := _plainer(node, new, made, moving)) is not None:
            made[node] = same
        elif node.prim.name in opens:
            new.place = node.place  # and so that of its parts
            with made_at(node.place):
                made[node] = all_opened(new, opens, masks)
            made.roots.add(made[node])
        if node.name is not None and made[node].name is None:
            made[node].name = node.name
        if made[node] is not node and node.inputs:
            made[node].place = node.place
    made.roots |= set(made.times.letter) | made.times.stacks
    return made


def _plainer(node: Node, new: Node, made: Twins, moving: set[Node]) -> Node | None:
    """Data that were detached as themselves, messages of fixed weights as a matrix."""
    if node.prim.name == "stop_gradient" and node.inputs[0] not in moving:
        return made[node.inputs[0]]
    if node.prim.name == "propagate" and node.inputs[3] not in moving:
        return _adjacency(new)
    return None


def _as_data(node: Node) -> Node:
    value = np.asarray(Program((), [node])()[0])
    return constant(value.astype(WIDE) if _is_float(node) else value)


def _is_settled(node: Node, new: Node, made: Twins, folded: set[Node]) -> bool:
    """Which targets count, whole numbers as floats ...: nothing that a derivation speaks of."""
    if any(made[i].prim.name not in {"constant", "literal"} for i in node.inputs):
        return False
    if node.prim.several or getattr(node.dtype, "kind", "") in "iub":
        return not node.prim.several
    return node.prim.name == "cast" or any(i in folded for i in node.inputs)


def _settled(new: Node) -> Node:
    """The value as data; an input itself where the value is the same."""
    value = np.asarray(Program((), [new])()[0])
    for i in new.inputs:
        alike = i.shape == new.shape and i.dtype == new.dtype and i.value is not None
        if alike and np.array_equal(i.value, value):
            return i
    made = constant(value)
    sources = [i for i in new.inputs if i.prim.name == "constant"]
    if len(sources) == 1 and new.prim.name in {"reshape", "cast"}:
        made.name = sources[0].name
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


def all_opened(node: Node, opens: frozenset[str], masks: Masks | None = None) -> Node:
    """The body of a composite, and of the composites in it; equal masks are one."""
    masks = {} if masks is None else masks
    known: dict[Node, Node] = {i: i for i in node.inputs}
    body = opened(node)
    for inner in walk([body], lambda n: () if n in known else n.inputs):
        if inner in known:
            continue
        if inner.prim.name == "constant" and inner.dtype.kind == "b":
            known[inner] = masks.setdefault((inner.shape, inner.value.tobytes()), inner)
            continue
        inputs = tuple(known[i] for i in inner.inputs)
        new = inner if inputs == inner.inputs else inner.prim(*inputs, **inner.attrs)
        known[inner] = all_opened(new, opens, masks) if new.prim.name in opens else new
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
    if name == "where" and _always(inputs[0]) and inputs[1].shape == node.shape:
        return inputs[1]  # nothing is left out
    if name in {"divide", "multiply"} and _is_mean(node, inputs):
        return inputs[0] / _count(node, counts)
    return _again(node, inputs)


def _always(condition: Node) -> bool:
    return condition.prim.name == "constant" and bool(np.all(condition.value))


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
    top, under = node.inputs[0], node.inputs[1]
    while top.prim.name == "reshape":
        top = top.inputs[0]
    if top.prim.name != "sum" or under.shape != ():
        return None

    inner = top.inputs[0]
    return int(np.prod([inner.shape[i] for i in top.attrs["axis"]], dtype=np.int64))


def _is_mean(node: Node, inputs: Sequence[Node]) -> bool:
    count = _summed(node)
    if count is None or count < 2:
        return False
    under = inputs[1]
    if under.prim.name not in {"literal", "constant"} or under.name is not None:
        return False
    value = float(under.value)
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
