"""Gradients of tables: sums at a few rows, which need not be written out whole.

What looks up rows, y = W[i], has the gradient Σₖ gₖ at row iₖ, and 0 everywhere else. Whoever
needs the rows alone finds them here; read as an array it is as large as the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, constant
from tiza.graph.late import Late

FEW = 4  # rows are kept apart where the table has so many times more,
LARGE = 1 << 19  # and so many entries: a smaller one is sooner written out


class Rows(NamedTuple):
    """Row numbers (n), not unique, and what is added at each of them (n, …)."""

    where: Node
    values: Node


class _Term(NamedTuple):
    node: Node  # take_add along the first axis
    factors: tuple[Node, ...]  # of shape ()


def _terms(g: Node) -> list[_Term]:
    """g as a sum of such terms; none where it is no such sum."""
    found: list[_Term] = []
    stack: list[tuple[Node, tuple[Node, ...]]] = [(g, ())]
    while stack:
        node, factors = stack.pop()
        if type(node) is Late and prod(node.shape) >= LARGE:  # it would be known, see `pulled`
            return []
        name = node.prim.name
        if name in ("stop_gradient", "alias"):
            stack.append((node.inputs[0], factors))
        elif name == "add" and all(x.shape == g.shape for x in node.inputs):
            stack += [(x, factors) for x in reversed(node.inputs)]
        elif name == "multiply" and node.inputs[1].shape == () != g.shape:
            stack.append((node.inputs[0], (*factors, node.inputs[1])))
        elif name == "multiply" and node.inputs[0].shape == () != g.shape:
            stack.append((node.inputs[1], (*factors, node.inputs[0])))
        elif name == "take_add" and node.attrs["axis"] == 0 and node.ndim:
            found.append(_Term(node, factors))
        else:
            return []
    return found


def _count(terms: list[_Term]) -> int:
    return sum(prod(term.node.inputs[1].shape) for term in terms)


def are_few(g: Node) -> bool:
    """Whether g is a sum at few rows of a large table."""
    if not g.ndim or prod(g.shape) < LARGE:
        return False
    return 0 < FEW * _count(_terms(g)) < g.shape[0]


def may_be_few(g: Node) -> bool:
    """Whether g is a sum at rows of a large table, few or many."""
    return bool(g.ndim and prod(g.shape) >= LARGE and _terms(g))


def rows_of(g: Node) -> Rows | None:
    """The rows of which g is the sum; None where g is no sum at rows."""
    terms = _terms(g) if g.ndim else []
    if not terms:
        return None
    where, values = [], []
    size = g.shape[0]
    for term in terms:
        x, i = term.node.inputs
        n = prod(i.shape)
        for factor in term.factors:
            x = P["multiply"](x, factor)
        i = P["cast"](P["reshape"](i, shape=(n,)), dtype=np.dtype(np.int64))
        where.append(P["where"](P["less"](i, i * 0), i + size, i))
        values.append(P["reshape"](x, shape=(n, *g.shape[1:])))
    if len(terms) == 1:
        return Rows(where[0], values[0])
    return Rows(P["concat"](*where, axis=0), P["concat"](*values, axis=0))


def needed(g: Node) -> list[Node]:
    """What is to be computed of g: its rows where they are few, else g itself."""
    if g.value is not None or not are_few(g):
        return [g]
    return [node for term in _terms(g) for node in (*term.node.inputs, *term.factors)]


def settled(g: Node, evaluate: Callable[[Sequence[Node]], Sequence[Any]]) -> Node:
    """g as data, once what it needs is computed: its rows where they are few, else an array."""
    rows = rows_of(g) if are_few(g) else None
    if rows is None:
        return constant(g.value, g.name)
    where = evaluate([rows.where])[0]
    if g.value is None:
        values = evaluate([rows.values])[0]
    else:
        where = np.unique(where)
        values = g.value[where]
    kept = P["take_add"](constant(values), constant(where), axis=0, size=g.shape[0])
    kept.value, kept.name = g.value, g.name
    return kept


def distinct(g: Node) -> Rows:
    """The rows of g, each sum once: a row number that repeats adds 0 after its first place."""
    found = rows_of(g)
    assert found is not None  # the caller has looked
    n = found.where.shape[0]
    if n == 0:
        return found
    where, sums = gathered(found)
    before = P["slice"](where, starts=(0,), stops=(n - 1,), steps=(1,))
    after = P["slice"](where, starts=(1,), stops=(n,), steps=(1,))
    new = P["concat"](constant(np.ones(1, np.bool_)), P["not_equal"](before, after), axis=0)
    new = P["reshape"](new, shape=(n, *(1,) * (sums.ndim - 1)))
    return Rows(where, P["where"](new, sums, constant(np.zeros((), sums.dtype))))


def gathered(rows: Rows) -> Rows:
    """The same sum with equal rows together: sorted, and for each place the sum at its row.

    Row numbers still repeat, so that shapes do not depend on them; with them their sums.
    """
    n = rows.where.shape[0]
    order = P["argsort"](rows.where, axis=0, descending=False)
    where = P["take"](rows.where, order, axis=0)
    before = P["slice"](where, starts=(0,), stops=(n - 1,), steps=(1,))
    after = P["slice"](where, starts=(1,), stops=(n,), steps=(1,))
    new = P["cast"](P["not_equal"](before, after), dtype=where.dtype)
    first = constant(np.zeros(1, where.dtype))
    number = P["cumsum"](P["concat"](first, new, axis=0), axis=0)  # of each place's row
    values = P["take"](rows.values, order, axis=0)
    sums = P["take_add"](values, number, axis=0, size=n)
    return Rows(where, P["take"](sums, number, axis=0))
