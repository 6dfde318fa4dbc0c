"""The chain rule: cotangents carried from outputs back to what they depend on."""

from __future__ import annotations

from collections.abc import Sequence

from tiza.errors import GradientError
from tiza.graph.apply import literal, placeholder
from tiza.graph.node import COMPOSITES, PRIMITIVES, Node
from tiza.graph.place import made_at
from tiza.graph.prims.control import zeros
from tiza.graph.types import Shape, is_float
from tiza.graph.walk import opened, rebuild, walk


def edges(node: Node) -> Sequence[Node]:
    """A composite that brings its own derivative is passed whole; any other is opened."""
    return (opened(node),) if node.prim.body and not node.prim.vjp else node.inputs


def unbroadcast(g: Node, shape: Shape) -> Node:
    """g summed over the axes along which a value of `shape` was repeated."""
    if g.shape == shape:
        return g
    extra = g.ndim - len(shape)
    axis = tuple(i for i in range(g.ndim) if i < extra or (shape[i - extra] == 1 != g.shape[i]))
    g = PRIMITIVES["sum"](g, axis=axis, keepdims=False) if axis else g
    return g if g.shape == shape else PRIMITIVES["reshape"](g, shape=shape)


def _carry_back(node: Node, g: Node | list[Node | None]) -> Sequence[Node | None]:
    """The cotangents of `node`'s edges, before broadcasting is undone."""
    prim = node.prim
    if prim.vjp is None:
        if prim.name in COMPOSITES:
            return (g,)  # type: ignore[return-value]  # opened: its body's answer is the answer
        raise GradientError("no-derivative", op=prim.name)
    if not isinstance(g, list):
        return prim.vjp(g, node, *node.inputs, **node.attrs)
    whole = [zeros(s, t) if gi is None else gi
             for gi, s, t in zip(g, node.shape, node.dtype, strict=True)]  # type: ignore[arg-type]  # fmt: skip
    extra = {"chain": cotangents_of} if prim.family == "control" else {}
    return prim.vjp(whole, node, *node.inputs, **node.attrs, **extra)


def differentiate(
    outputs: Sequence[Node], wrt: Sequence[Node], cotangents: Sequence[Node | None]
) -> list[Node | None]:
    """The cotangent of each of `wrt`: sum over outputs of (d output / d wrt)^T cotangent.

    None where no output depends on it (or only through integers and held values).
    """
    order = walk(outputs, edges)
    depends = set(wrt)
    for node in order:
        if node not in depends and any(i in depends for i in edges(node)):
            depends.add(node)
    held: dict[Node, Node | list[Node | None]] = {}

    def add(node: Node, g: Node) -> None:
        if node.prim.name == "part":  # one of several results: kept in its producer's list
            parent, index = node.inputs[0], node.attrs["index"]
            slots = held.setdefault(parent, [None] * len(parent.shape))
            slots[index] = g if slots[index] is None else slots[index] + g  # type: ignore[index,operator]
        before = held.get(node)
        held[node] = g if before is None else before + g  # type: ignore[operator]

    for node, seed in zip(outputs, cotangents, strict=True):
        if seed is not None and node in depends and is_float(node.dtype):
            add(node, seed)
    for node in reversed(order):
        g = held.get(node)
        if g is None or node not in depends or node.prim.name == "part":
            continue
        targets = edges(node)
        if not any(i in depends for i in targets):
            continue
        with made_at(node.place):
            for target, share in zip(targets, _carry_back(node, g), strict=True):
                if share is not None and target in depends and is_float(target.dtype):
                    add(target, unbroadcast(share, target.shape))
    found = [held.get(node) for node in wrt]
    return [g if isinstance(g, Node) else None for g in found]


def cotangents_of(
    outputs: Sequence[Node], wrt: Sequence[Node], cotangents: Sequence[Node | None]
) -> list[Node]:
    """As `differentiate`, with zeros for what has no influence."""
    return [
        zeros(w.shape, w.dtype) if g is None else g
        for w, g in zip(wrt, differentiate(outputs, wrt, cotangents), strict=True)
    ]


def gradients(loss: Node, wrt: Sequence[Node]) -> list[Node | None]:
    """d loss / d wrt of a scalar loss."""
    if loss.shape != ():
        raise GradientError("loss-not-scalar", shape=loss.shape)
    return differentiate([loss], wrt, [literal(1, loss.dtype)])


def push_forward(
    outputs: Sequence[Node], wrt: Sequence[Node], tangents: Sequence[Node]
) -> list[Node]:
    """Forward mode, by transposing reverse mode: u -> J^T u is linear, its transpose is J."""
    u = [placeholder(y.shape, y.dtype) for y in outputs]
    pulled = cotangents_of(outputs, wrt, u)
    pushed = cotangents_of(pulled, u, tangents)
    return rebuild(pushed, {n: zeros(n.shape, n.dtype) for n in u})  # linear: u itself is gone


