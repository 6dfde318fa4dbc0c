"""More than one mistake: the same one wherever it can be made, or two different ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice

import numpy as np

from tiza.graph import Node, walk
from tiza.graph.node import COMPOSITES
from tiza.graph.types import is_float
from tiza.graph.walk import opened
from tiza.readings.blackboard.mistakes.compare import Sample, fitted, same_shape
from tiza.readings.blackboard.mistakes.kinds import Edge, Mutant, mutants
from tiza.readings.blackboard.mistakes.subject import Array, Subject
from tiza.transforms.differentiate import edges, unbroadcast

Planted = tuple[tuple[Edge, Mutant], ...]
Change = Callable[[Edge], Node | None]
COMMON = 2  # the rank up to which mistakes are combined
MOST = 1_200  # pairs that are tried
CLOSE = 1e-6


def derivative_with(of: Node, wrt: Node, seed: Node, change: Change) -> Node | None:
    """∂of/∂wrt where some shares are exchanged; None where that does not fit together."""
    order = walk([of], edges)
    moving = {wrt}
    for node in order:
        if any(i in moving for i in edges(node)):
            moving.add(node)
    held: dict[Node, Node] = {of: seed}
    for node in reversed(order):
        g = held.get(node)
        if g is None or node is wrt or node not in moving:
            continue
        if node.prim.several or (node.prim.vjp is None and node.prim.name not in COMPOSITES):
            return None
        for x, share in _shares(node, g, moving, change):
            if share.shape != x.shape:
                return None
            held[x] = held[x] + share if x in held else share
    return held.get(wrt)


def _shares(node: Node, g: Node, moving: set[Node],
            change: Change) -> Iterator[tuple[Node, Node]]:  # fmt: skip
    """What flows to each input, with the changes."""
    if node.prim.vjp is None:
        yield opened(node), g
        return
    for k, (x, share) in enumerate(
        zip(node.inputs, node.prim.vjp(g, node, *node.inputs, **node.attrs), strict=False)
    ):
        if x in moving and share is not None and is_float(x.dtype):
            edge = Edge(node, k, g, unbroadcast(share, x.shape))
            yield x, change(edge) or edge.share


def planted(held: Sequence[tuple[Edge, Mutant]]) -> Iterator[Planted]:
    """Mistakes to be made together, the commoner combinations first."""
    fitting = [(e, m) for e, m in held if m.rank <= COMMON and m.share.shape == e.share.shape]
    kinds: dict[tuple[str, str], list[tuple[Edge, Mutant]]] = {}
    for edge, mutant in fitting:
        kinds.setdefault((edge.node.prim.name, mutant.kind), []).append((edge, mutant))
    yield from (tuple(group) for group in kinds.values() if len(group) > 1)
    pairs = combinations(fitting, 2)
    yield from islice((p for p in pairs if _differ(*p)), MOST)


def _differ(a: tuple[Edge, Mutant], b: tuple[Edge, Mutant]) -> bool:
    return (a[0].node, a[0].k) != (b[0].node, b[0].k)


def first_that_explains(subject: Subject, of: Node, wrt: Node, seed: Node,
                        held: Sequence[tuple[Edge, Mutant]], samples: Sequence[Sample],
                        answers: Sequence[Array]) -> Planted | None:  # fmt: skip
    """The first combination that gives the answers at all samples."""
    tried: list[Planted] = []
    nodes: list[Node] = []
    for group in planted(held):
        made = derivative_with(of, wrt, seed, _exchange(group))
        if made is not None:
            tried.append(group)
            nodes.append(made)
    if not nodes:
        return None
    program = subject.program(nodes)
    left = list(range(len(nodes)))
    for sample, answer in zip(samples, answers, strict=True):
        values = program(*(sample.point[n] for n in subject.holes))
        left = [k for k in left if _same(answer, np.asarray(values[k]))]
    return tried[left[0]] if left else None


def _exchange(group: Planted) -> Change:
    """The change that makes every mistake of a group, at the cotangent that then arrives."""
    wanted = {(e.node, e.k): (m.kind, m.rank) for e, m in group}

    def change(edge: Edge) -> Node | None:
        kind = wanted.get((edge.node, edge.k))
        if kind is None:
            return None
        return next((m.share for m in mutants(edge, edge.share) if (m.kind, m.rank) == kind), None)

    return change


def _same(answer: Array, total: Array) -> bool:
    if not same_shape(answer, total) or not np.isfinite(total).all():
        return False
    return bool(np.allclose(fitted(answer, total), total, rtol=CLOSE, atol=1e-12))
