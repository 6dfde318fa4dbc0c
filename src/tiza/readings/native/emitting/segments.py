"""Sums at places that are known while compiling: every row adds up its own entries.

The entries of S(Z) are added one after another where their places are data of a step. Where the
places i are data of the program, the messages along the links of a graph say, o sorts them before,
and s says where each row's entries begin in o:

    S(Z)ₙ = Σ_{k : iₖ = n} Zₖ = Σ_{sₙ ≤ k < sₙ₊₁} Z_{oₖ}

A row's sum stays in a register, threads share the rows, and nothing is made zero before. Equal
places keep their order, so that the sums are the same to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tiza.graph.apply import constant
from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.types import DType, Shape
from tiza.graph.walk import walk
from tiza.readings.native.lowering.lower import Lowering
from tiza.readings.native.lowering.nest import Nest, Reduction, Store, merge
from tiza.readings.native.terms.index import Affine, Loop, NeedSplit, at, joined, split
from tiza.readings.native.terms.memory import View
from tiza.readings.native.terms.tiles import Own

MANY = 1 << 13  # entries added, from which on it pays
SPARSE = 4  # rows for each entry, of which most would be empty

Array = np.ndarray[Any, Any]


def segmented(outputs: Sequence[Node]) -> list[Node]:
    """`outputs`, with every sum at known places as the rows' own sums."""
    order = walk(outputs, lambda n: () if n.value is not None else n.inputs)
    new: dict[Node, Node] = {}
    for node in order:
        inputs = node.inputs if node.value is not None else tuple(new[i] for i in node.inputs)
        with made_at(node.place):
            made = node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
            new[node] = _own(made) if _known(made) else made
    return [new[node] for node in outputs]


def _known(node: Node) -> bool:
    """Whether a node is a sum of many entries at known places along the first axis."""
    if node.prim.name != "take_add" or node.attrs["axis"] != 0 or node.value is not None:
        return False
    entries, where = node.inputs
    if where.value is None or where.ndim != 1 or math.prod(entries.shape) < MANY:
        return False
    size, places = node.attrs["size"], where.value
    return size <= SPARSE * len(places) and bool(-size <= places.min() <= places.max() < size)


def _own(node: Node) -> Node:
    """That sum, made by the rows."""
    entries, where = node.inputs
    size = node.attrs["size"]
    places = np.asarray(where.value).astype(np.int64) % size
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(places, minlength=size), out=starts[1:])
    order = np.argsort(places, kind="stable").astype(np.int64)
    return segments(entries, constant(order, "order"), constant(starts, "starts"))


def _value(entries: Any, order: Array, starts: Array) -> Any:
    out = np.zeros((len(starts) - 1, *entries.shape[1:]), entries.dtype)
    np.add.at(out, np.repeat(np.arange(len(out)), np.diff(starts)), entries[order])
    return out


def _infer(entries: Node, order: Node, starts: Node) -> tuple[Shape, DType]:
    return (starts.shape[0] - 1, *entries.shape[1:]), entries.dtype


def segments_nest(root: Node, memory: Mapping[Node, View]) -> Nest:
    """The sum of each row's own entries; what they are made of is computed as it is added.

    Errors: Opaque where that must stand in memory.
    """
    entries, order, starts = root.inputs
    axes = [[Loop(n)] for n in root.shape]
    while True:
        turn, low = Loop(order.shape[0]), Lowering(memory, [root])
        row, *rest = (joined(loops) for loops in axes)
        begin, end = (low.value(starts, (i,)) for i in (row, row + 1))
        begin.extent = turn.extent
        where = low.value(order, (Affine(0, [(begin, 1)]) + at(turn),))
        where.extent = turn.extent
        try:
            value = low.value(entries, (Affine(0, [(where, 1)]), *rest))
            break
        except NeedSplit as need:
            split(axes, need)
    nest = Nest([loop for loops in axes for loop in loops], [turn], checked=low.checked)
    nest.turns = Affine(0, [(end, 1), (begin, -1)])
    result = low.make("result", (), root.dtype, 0, ("result", 0))
    result.atoms = frozenset(nest.kept)
    nest.reductions.append(Reduction("sum", value, result))
    view = memory[root]
    nest.outer.append(Store(view.buffer, view.at((row, *rest)), result))
    merge(nest)
    return nest


segments = Own(name="segments", family="indexing", value=_value, infer=_infer)
