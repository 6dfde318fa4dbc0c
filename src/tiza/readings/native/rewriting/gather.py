"""Rows picked from a table commute with a product: of few rows, it is computed first.

With X = T[i] (row r of X is row iᵣ of the table T), and S(Z) the sum, for each row of the table,
of the rows of Z that picked it:

    X W = (T W)[i]          Xᵀ G = Tᵀ S(G)          S(Z W) = S(Z) W

An embedding below a linear layer is this case: a text has more letters than its alphabet. It is
worth 1.75 of a recurrent network's training step.
"""

from __future__ import annotations

import math

from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.prims.contraction import transposed
from tiza.graph.prims.families import reshaped


def picked(x: Node) -> tuple[Node, Node] | None:
    """The table and the indices that x consists of rows of: x[...] = table[indices[...]]."""
    moves = []
    while x.prim.name in ("reshape", "permute") and rowwise(x):
        moves.append(x)
        x = x.inputs[0]
    if x.prim.name != "take" or x.attrs["axis"] != 0 or x.inputs[0].ndim != 2 or x.ndim < 2:
        return None
    table, index = x.inputs
    for move in reversed(moves):
        index = moved_index(index, move)
    few = 2 * table.shape[0] <= math.prod(index.shape)
    return (table, index) if few else None


def rowwise(x: Node) -> bool:
    """Whether an operation moves whole rows about."""
    before = x.inputs[0]
    if x.ndim < 2 or before.ndim < 2 or x.shape[-1] != before.shape[-1]:
        return False
    return x.prim.name == "reshape" or x.attrs["axes"][-1] == x.ndim - 1


def moved_index(index: Node, move: Node) -> Node:
    """One number for each row, moved as the rows are."""
    if move.prim.name == "reshape":
        return reshaped(index, move.shape[:-1])
    return P["permute"](index, axes=move.attrs["axes"][:-1])


def _unmoved(index: Node, move: Node) -> Node:
    """As `moved_index`, the other way round."""
    if move.prim.name == "reshape":
        return reshaped(index, move.inputs[0].shape[:-1])
    axes = move.attrs["axes"][:-1]
    return P["permute"](index, axes=tuple(axes.index(a) for a in range(len(axes))))


def early_product(node: Node) -> Node:
    """X W → (T W)[i]; Xᵀ G → Tᵀ S(G); Zᵀ X → S(Z)ᵀ T."""
    a, b = node.inputs
    if b.ndim == 2 and (found := picked(a)) is not None:
        table, index = found
        return P["take"](table @ b, index, axis=0)
    if a.ndim != 2 or b.ndim != 2 or a.prim.name != "permute":
        return node
    if (found := picked(a.inputs[0])) is not None:
        table, index = found
        return transposed(table) @ _summed(b, index, table)
    if (found := picked(b)) is not None:
        table, index = found
        return transposed(_summed(a.inputs[0], index, table)) @ table
    return node


def _summed(rows: Node, index: Node, table: Node) -> Node:
    return P["take_add"](rows, index, axis=0, size=table.shape[0])


def late_product(node: Node) -> Node:
    """S(Z W) → S(Z) W."""
    rows, index = node.inputs
    size = node.attrs["size"]
    if node.attrs["axis"] != 0 or node.ndim != 2 or 2 * size > math.prod(index.shape):
        return node
    while rows.prim.name in ("reshape", "permute") and rowwise(rows):
        index = _unmoved(index, rows)
        rows = rows.inputs[0]
    if rows.prim.name != "matmul" or rows.inputs[1].ndim != 2:
        return node
    left, weight = rows.inputs
    return P["take_add"](left, index, axis=0, size=size) @ weight
