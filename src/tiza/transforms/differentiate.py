"""The chain rule: cotangents carried from outputs back to what they depend on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast
from weakref import WeakKeyDictionary

from tiza.errors import GradientError
from tiza.graph.apply import literal, placeholder
from tiza.graph.node import COMPOSITES, PRIMITIVES, Node
from tiza.graph.place import made_at
from tiza.graph.prims.body import zeros
from tiza.graph.types import DType, Shape, is_float
from tiza.graph.walk import opened, rebuild, walk

# What is called with the cotangent of a node when it is complete, and gives what goes on.
PASSING: WeakKeyDictionary[Node, Callable[[Node], Node]] = WeakKeyDictionary()


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


class _Cotangents:
    """What has been carried back so far: one sum a node, one a result where there are several."""

    def __init__(self) -> None:
        self.one: dict[Node, Node] = {}
        self.several: dict[Node, dict[int, Node]] = {}

    def add(self, node: Node, g: Node) -> None:
        """Another contribution to the cotangent of `node`."""
        before = self.one.get(node)
        self.one[node] = g if before is None else before + g
        if node.prim.name == "part":
            slots = self.several.setdefault(node.inputs[0], {})
            slots[node.attrs["index"]] = self.one[node]

    def passed(self, node: Node) -> None:
        """Let what waits for the cotangent of `node` see it, and change it."""
        hook, g = PASSING.get(node), self.one.get(node)
        if hook is not None and g is not None:
            self.one[node] = hook(g)
            if node.prim.name == "part":
                self.several[node.inputs[0]][node.attrs["index"]] = self.one[node]

    def carried_back(self, node: Node) -> Sequence[Node | None]:
        """The shares of `node`'s edges, before broadcasting is undone; empty if nothing came."""
        prim, g = node.prim, self.one.get(node)
        if prim.several:
            slots = self.several.get(node)
            if slots is None or prim.vjp is None:
                return ()
            avals = enumerate(zip(node.shape, cast(Sequence[DType], node.dtype), strict=True))
            whole = [slots.get(i) or zeros(cast(Shape, s), t) for i, (s, t) in avals]
            extra = {"chain": cotangents_of} if prim.family == "control" else {}
            return prim.vjp(whole, node, *node.inputs, **node.attrs, **extra)
        if g is None or prim.name == "part":
            return ()
        if prim.vjp is None:
            if prim.name in COMPOSITES:
                return (g,)  # opened: its body's answer is the answer
            raise GradientError("no-derivative", op=prim.name)
        return prim.vjp(g, node, *node.inputs, **node.attrs)


def _refuse_complex(node: Node, targets: Sequence[Node]) -> None:
    if any(getattr(t.dtype, "kind", "") == "c" for t in targets):
        raise GradientError("grad-complex", op=node.prim.name)


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
    held = _Cotangents()
    for node, seed in zip(outputs, cotangents, strict=True):
        if seed is not None and node in depends and is_float(node.dtype):
            held.add(node, seed)
    for node in reversed(order):
        targets = edges(node)
        if PASSING and node in depends:
            held.passed(node)
        if node not in depends or not any(i in depends for i in targets):
            continue
        _refuse_complex(node, [t for t in targets if t in depends])
        with made_at(node.place):
            for target, share in zip(targets, held.carried_back(node), strict=False):
                if share is not None and target in depends and is_float(target.dtype):
                    held.add(target, unbroadcast(share, target.shape))
    return [held.one.get(node) for node in wrt]


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
