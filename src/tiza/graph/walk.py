"""Walks over the graph: topological, never recursive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tiza.graph.node import COMPOSITES, Node
from tiza.graph.place import made_at


def inputs_of(node: Node) -> Sequence[Node]:
    """The edges as they were written."""
    return node.inputs


def opened(node: Node) -> Node:
    """The body of a composite, as a node of simpler operations; made once."""
    if node.opened is None:
        body = node.prim.body
        assert body is not None  # only composites are opened
        with made_at(node.place):  # the layer that made the whole made its parts
            node.opened = body(*node.inputs, **node.attrs)
    return node.opened


def opened_inputs(node: Node) -> Sequence[Node]:
    """The edges with every composite replaced by its body."""
    return (opened(node),) if node.prim.name in COMPOSITES else node.inputs


def walk(
    outputs: Iterable[Node], edges: Callable[[Node], Sequence[Node]] = inputs_of
) -> list[Node]:
    """Every node that `outputs` need, each once, inputs before users."""
    order: list[Node] = []
    seen: set[Node] = set()
    stack = list[Node | None](outputs)[::-1]  # None: what lies below it has all its inputs
    while stack:
        node = stack.pop()
        if node is None:
            done = stack.pop()
            assert done is not None
            order.append(done)
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            stack += [i for i in reversed(edges(node)) if i not in seen]
    return order


def rebuild(outputs: Sequence[Node], known: Mapping[Node, Node]) -> list[Node]:
    """`outputs` with the nodes in `known` replaced, everything above them built anew."""
    new = dict(known)
    for node in walk(outputs, lambda n: () if n in known else n.inputs):
        if node not in new:
            inputs = tuple(new[i] for i in node.inputs)
            new[node] = node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
    return [new[node] for node in outputs]


def depends_on(outputs: Sequence[Node], roots: Iterable[Node]) -> set[Node]:
    """The nodes among `outputs` and their ancestors that depend on any of `roots`."""
    found = set(roots)
    for node in walk(outputs):
        if node not in found and any(i in found for i in node.inputs):
            found.add(node)
    return found
