"""Tracing: a function of tensors written down once, as a graph of what it will be given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tiza.graph import Node, placeholder
from tiza.lang.tensor import Tensor
from tiza.readings.evaluate import Program

__all__ = ["Program", "held_open"]


@contextmanager
def held_open(tensors: Sequence[Tensor]) -> Iterator[list[Node]]:
    """Inside, each of `tensors` stands for a value to be given; gives their placeholders.

    What was assigned to a tensor inside (a running mean, say) is its `node` at the end of
    the block; afterwards every tensor is as it was before.
    """
    before = [(t.node, t.requires_grad, t._cut) for t in tensors]
    holes = [placeholder(t.shape, t.dtype, t.name) for t in tensors]
    try:
        for t, node in zip(tensors, holes, strict=True):
            t.node = node
        yield holes
    finally:
        for t, (node, requires_grad, cut) in zip(tensors, before, strict=True):
            t.node, t.requires_grad, t._cut = node, requires_grad, cut
