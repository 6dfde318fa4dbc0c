"""Rewrites that change no value: one identity a line, applied from the leaves up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tiza.graph.apply import literal
from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.walk import walk

Rule = Callable[..., Node | None]


def _is(x: Node, value: float) -> bool:
    return x.prim.name == "literal" and bool(x.attrs["value"] == value)


def _kept(x: Node, like: Node) -> Node | None:
    """x, where it has the shape that the whole expression had."""
    return x if x.shape == like.shape else None


def _folded(y: Node) -> Node | None:
    """An operation on numbers alone is a number."""
    if y.prim.value is None:
        return None
    with np.errstate(all="ignore"):  # 0/0, as of an empty batch, is NaN here as elsewhere
        return literal(np.asarray(y.prim.value(*(i.value for i in y.inputs))).item(), y.dtype)


RULES: dict[str, list[Rule]] = {
    "multiply": [
        lambda y, a, b: _kept(a, y) if _is(b, 1) else None,  # x·1 → x
        lambda y, a, b: _kept(b, y) if _is(a, 1) else None,  # 1·x → x
        lambda y, a, b: -a if _is(b, -1) and a.shape == y.shape else None,  # x·(−1) → −x
    ],
    "divide": [lambda y, a, b: _kept(a, y) if _is(b, 1) else None],  # x/1 → x
    "add": [
        lambda y, a, b: _kept(a, y) if _is(b, 0) else None,  # x + 0 → x
        lambda y, a, b: _kept(b, y) if _is(a, 0) else None,  # 0 + x → x
        lambda y, a, b: a - b.inputs[0] if b.prim.name == "negative" else None,  # a + (−b) → a − b
    ],
    "subtract": [lambda y, a, b: _kept(a, y) if _is(b, 0) else None],  # x − 0 → x
    "negative": [lambda y, x: x.inputs[0] if x.prim.name == "negative" else None],  # −(−x) → x
    "pow": [lambda y, a, b: _kept(a, y) if _is(b, 1) else None],  # x¹ → x
    "cast": [lambda y, x, dtype: x if x.dtype == dtype else None],  # same type
    "reshape": [
        lambda y, x, shape: x if x.shape == y.shape else None,  # same shape
        lambda y, x, shape: y.prim(x.inputs[0], shape=y.shape) if x.prim is y.prim else None,
    ],
    "permute": [
        lambda y, x, axes: x if axes == tuple(range(x.ndim)) else None,
        lambda y, x, axes: (
            y.prim(x.inputs[0], axes=tuple(x.attrs["axes"][i] for i in axes))
            if x.prim is y.prim
            else None
        ),  # one permutation after another is one
    ],
    "broadcast_to": [
        lambda y, x, shape: x if x.shape == y.shape else None,
        lambda y, x, shape: y.prim(x.inputs[0], shape=shape) if x.prim is y.prim else None,
    ],
    "alias": [lambda y, x, tag: x],  # a name is not an operation
}


def _once(node: Node) -> Node | None:
    plain = node.inputs and node.prim.family == "elementwise" and not node.attrs
    if plain and all(i.prim.name == "literal" for i in node.inputs):
        return _folded(node)
    for rule in RULES.get(node.prim.name, ()):
        new = rule(node, *node.inputs, **node.attrs)
        if new is not None:
            return new
    return None


def simplify(outputs: Sequence[Node]) -> list[Node]:
    """Equal expressions, fewer operations."""
    new: dict[Node, Node] = {}
    for node in walk(outputs):
        inputs = tuple(new[i] for i in node.inputs)
        with made_at(node.place):
            current = node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
            while (better := _once(current)) is not None:
                current = better
        new[node] = current
    return [new[node] for node in outputs]
