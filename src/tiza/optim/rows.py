"""Steps that touch only the rows of a table that have a gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import setitem
from sys import getrefcount
from typing import Any, NamedTuple

import numpy as np

from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, constant
from tiza.lang.rows import gathered, rows_of
from tiza.lang.tensor import Tensor
from tiza.nn.parameter import ALONE, owned

Array = np.ndarray[Any, Any]
Update = tuple[Node, tuple[Node, ...]]


def on_rows(rule: Callable[..., Update]) -> Callable[..., Update]:
    """The rule applied to the rows of table and slots that have a gradient, the rest kept.

    Rows come once for each time that they were looked up, always with the same new values.
    """

    def step(t: Node, p: Node, g: Node, *slots: Node) -> Update:
        found = rows_of(g)
        assert found is not None  # the caller has looked
        if found.where.shape == (0,):
            return p, slots
        where, sums = gathered(found)
        old = [P["take"](x, where, axis=0) for x in (p, *slots)]
        new, after = rule(t, old[0], sums, *old[1:])
        kept = tuple(P["put"](s, where, a) for s, a in zip(slots, after, strict=True))
        return P["put"](p, where, new), kept

    return step


class LookedUp(NamedTuple):
    """Row numbers and what was found at each: parts of the gradient there, or its whole sum."""

    where: Node
    values: Node
    summed: bool


def looked_up(g: Node) -> LookedUp:
    """The rows of the gradient g; of one that is known already as an array, its rows in that."""
    found = rows_of(g)
    assert found is not None  # the caller has looked
    if g.value is None:
        return LookedUp(*found, summed=False)
    return LookedUp(found.where, P["take"](constant(g.value), found.where, axis=0), summed=True)


def sums_at_rows(found: LookedUp) -> tuple[Array, Array]:
    """Row numbers in order, as often as they were looked up, and the sum at each one's row."""
    where, values = Tensor(found.where).numpy(), Tensor(found.values).numpy()
    order = np.argsort(where, kind="stable")
    where = where[order]
    if found.summed:
        return where, values[order]
    number = np.cumsum(np.diff(where, prepend=where[:1]) != 0)
    sums = np.zeros_like(values)
    np.add.at(sums, number, values[order])
    return where, sums[number]


def rows_written(holder: dict[str, Any], name: str, rows: Array, values: Array) -> Iterator[None]:
    """What writes rows of the array holder[name], once it is run by `at_once`.

    In place, or into a copy where others hold it.
    """
    array = holder[name]
    if getrefcount(array) > ALONE + 1 or not owned(array):
        array = holder[name] = array.copy()
    return map(setitem, [array], [rows], [values])
