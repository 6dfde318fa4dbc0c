"""Tracing: a function of tensors written down once, as a graph of what it will be given."""

from __future__ import annotations

import threading
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager

from tiza.graph import Node, placeholder
from tiza.lang.tensor import Tensor
from tiza.readings.evaluate import Program

__all__ = ["AsItIs", "Program", "Unseen", "held_open", "is_writing", "must_be_seen", "writing"]


class Unseen(BaseException):
    """A function that is written down changes `thing`, which is no input of what it becomes."""

    def __init__(self, thing: object) -> None:
        super().__init__()
        self.thing = thing


class AsItIs(BaseException):
    """A function that is written down does what cannot be: it is to run as it is."""


class _Writing(threading.local):
    known: Container[int] | None = None  # inputs, while a function is written down


_state = _Writing()


@contextmanager
def writing(inputs: Iterable[object]) -> Iterator[None]:
    """Inside, a function is written down that reads and changes `inputs`, and nothing else."""
    before, _state.known = _state.known, set(map(id, inputs))
    try:
        yield
    finally:
        _state.known = before


def is_writing() -> bool:
    """Whether a function is being written down."""
    return _state.known is not None


def must_be_seen(thing: object) -> None:
    """Errors: Unseen where a function that is written down would change what is no input."""
    if _state.known is not None and id(thing) not in _state.known:
        raise Unseen(thing)


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
