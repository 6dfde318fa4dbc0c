"""Sums over everything: each row first, then the rows.

    Σᵢⱼ xᵢⱼ = Σᵢ (Σⱼ xᵢⱼ)

A loop that is summed over is never divided among threads, so that the order of additions stays.
Rows are: threads share them, and the few sums that are left are soon added.
"""

from __future__ import annotations

import math

from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.prims.families import reshaped

LARGE = 1 << 15  # entries, from which on it pays
ROWS = 32, 8192  # so many at least, and at most
LONG = 32  # entries of a row


def by_rows(node: Node, x: Node) -> Node:
    """A sum, greatest or least entry of a large array of several axes."""
    if node.attrs["axis"] != tuple(range(x.ndim)) or math.prod(x.shape) < LARGE:
        return node
    fewest, most = ROWS
    for k in range(1, x.ndim):
        rows = math.prod(x.shape[:k])
        if fewest <= rows <= most and math.prod(x.shape[k:]) >= LONG:
            reduce = P[node.prim.name]
            each = reduce(x, axis=tuple(range(k, x.ndim)), keepdims=False)
            return reshaped(reduce(each, axis=tuple(range(k)), keepdims=False), node.shape)
    return node
