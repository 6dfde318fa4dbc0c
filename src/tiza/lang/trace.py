"""Tracing: a function of tensors written down once, as a graph of what it will be given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tiza.graph import Node, placeholder
from tiza.lang.tensor import Tensor
from tiza.readings.evaluate import Program

__all__ = [
    "AsItIs", "Asked", "Keeps", "Program", "Reads", "Unseen", "held_open", "is_writing",
    "left_to_calls", "must_be_seen", "stepping_now", "writing",
]  # fmt: skip


class Unseen(BaseException):
    """A function that is written down changes `thing`, which is no input of what it becomes."""

    def __init__(self, thing: object) -> None:
        super().__init__()
        self.thing = thing


class AsItIs(BaseException):
    """A function that is written down does what cannot be: it is to run as it is.

    kind: what it steps that looks at values; None where there is nothing to say.
    """

    def __init__(self, kind: str | None = None) -> None:
        super().__init__()
        self.kind = kind


class Keeps(AsItIs):
    """It leaves tensors of its own around it, which would be expressions without a value."""


class Reads(BaseException):
    """A function that is written down looks at gradients that may stand before a call."""


class Asked:
    """In the place of a gradient of which it is not known whether it stands."""

    def __call__(self) -> Asked:
        """As what can compute a gradient again is referred to."""
        return self

    def gradient(self, tensor: Tensor) -> Tensor:
        """Errors: Reads."""
        raise Reads


Told = Callable[[Any, Sequence[Any]], None]  # of a thing that the function steps, and of arguments


class _Writing(threading.local):
    known: Container[int] | None = None  # inputs, while a function is written down
    told: Told | None = None


_state = _Writing()


@contextmanager
def writing(inputs: Iterable[object], told: Told) -> Iterator[None]:
    """Inside, a function is written down that reads and changes `inputs`, and nothing else.

    told: is told of all that the function steps in Python.
    """
    before = _state.known, _state.told
    _state.known, _state.told = set(map(id, inputs)), told
    try:
        yield
    finally:
        _state.known, _state.told = before


def is_writing() -> bool:
    """Whether a function is being written down."""
    return _state.known is not None


def left_to_calls(thing: object, *args: Any) -> bool:
    """Whether a function is being written down, which is to step `thing` at each of its calls."""
    if _state.told is None:
        return False
    _state.told(thing, args)
    return True


@contextmanager
def stepping_now() -> Iterator[None]:
    """Inside, what is stepped is stepped now."""
    before, _state.told = _state.told, None
    try:
        yield
    finally:
        _state.told = before


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
