"""A product of rows that are picked from far away, summed in two halves: each thread keeps its own.

Rows of a batch are long, and a narrow layer's product over them is short of work. Were its rows
shared by threads, each thread would fetch half of the rows for it, all weights that the other
has just changed, and for the gradient of the weights the columns of all rows. Where each sums its
half of the columns, both products and the update touch the same half of everything.
"""

from __future__ import annotations

from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.prims.families import reshaped

HALVES = 2  # whatever the number of threads: the order of a sum must not depend on it
LONG, NARROW, ROWS = 512, 16, 128  # columns at least; outputs and rows at most


def in_halves(node: Node) -> Node:
    """X Wᵀ → X₁ W₁ᵀ + X₂ W₂ᵀ where X consists of rows of an argument and W is one."""
    x, turned = node.inputs
    if x.prim.name != "take" or turned.prim.name != "permute" or x.ndim != 2:
        return node
    (table, index), (weight,) = x.inputs, turned.inputs
    (rows, size), out = x.shape, weight.shape[0]
    given = all(not n.inputs and n.value is None and n.ndim == 2 for n in (table, weight))
    fits = size >= LONG and size % HALVES == 0 and out <= NARROW and rows <= ROWS
    if not (given and fits and turned.attrs["axes"] == (1, 0) and x.attrs["axis"] == 0):
        return node
    half = size // HALVES
    left = P["take"](reshaped(table, (table.shape[0], HALVES, half)), index, axis=0)
    right = reshaped(weight, (out, HALVES, half))
    parts = P["permute"](left, axes=(1, 0, 2)) @ P["permute"](right, axes=(1, 2, 0))
    return P["sum"](parts, axis=(0,), keepdims=False)
