"""Statistics that layers keep while they train: running means, and vectors of power iteration."""

from __future__ import annotations

import weakref
from functools import partial

import numpy as np

from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, constant
from tiza.graph.walk import walk
from tiza.lang.tensor import PENDING, Tensor, evaluate_together
from tiza.lang.trace import must_be_seen


def keep(buffer: Tensor, node: Node) -> None:
    """Give a buffer a new value that depends on the batch.

    It is computed with the next loss and gradients, so that the forward pass runs once; no
    derivative goes through it.
    """
    must_be_seen(buffer)
    buffer._assign(Tensor(P["stop_gradient"](node)))
    key = id(buffer)
    PENDING[key] = weakref.ref(buffer, partial(PENDING.pop, key)), []  # runs no line of Python


def kept(buffer: Tensor) -> Node:
    """The value so far; what still waits from an earlier batch is computed first."""
    node = buffer.node
    if node.inputs and node.value is None and not _traced(node):
        evaluate_together([buffer])
    if node.inputs and node.value is not None:
        buffer._assign(Tensor(constant(node.value, node.name)))
    return buffer.node


def _traced(node: Node) -> bool:
    """Whether this stands for a value to come."""
    needed = walk([node], lambda n: () if n.value is not None else n.inputs)
    return any(n.prim.name == "input" for n in needed)


def count_batch(buffer: Tensor) -> Node:
    """A counter of batches, one higher."""
    node = kept(buffer)
    more = node + 1 if node.value is None else constant(np.asarray(node.value + 1), node.name)
    must_be_seen(buffer)
    buffer._assign(Tensor(more))
    return more
