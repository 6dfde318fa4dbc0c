"""Where a node was made: the user's source line, and the layer that was being called."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.graph.node import Place


class _State(threading.local):
    layer: str = ""
    at: Place | None = None  # set while derivatives are built: the place of their original


state = _State()


def here() -> Place | None:
    """The innermost frame outside tiza, as (code, offset, layer path)."""
    if state.at is not None:
        return state.at
    frame = sys._getframe(2)
    while True:
        name = frame.f_globals.get("__name__", "")
        if name[:5] != "tiza." and name != "tiza":
            return frame.f_code, frame.f_lasti, state.layer
        if frame.f_back is None:
            return None
        frame = frame.f_back


def line_of(place: Place) -> tuple[str, int]:
    """File and line of a place; found only when somebody wants to read it."""
    code, offset, _ = place
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            return code.co_filename, line
    return code.co_filename, code.co_firstlineno


def describe(place: Place | None) -> str:
    """`model.py:41, in MLP.fc`; empty where the place is unknown."""
    if place is None:
        return ""
    file, line = line_of(place)
    where = f"{file.rsplit('/', 1)[-1]}:{line}"
    return f"{where}, {pick(('in', 'en'))} {place[2]}" if place[2] else where


@contextmanager
def layer(path: str) -> Iterator[None]:
    """Nodes made inside belong to the layer at `path`, e.g. "MLP.fc1"."""
    before = state.layer
    state.layer = path
    try:
        yield
    finally:
        state.layer = before


class _At:
    """The place of a derivative, for a moment; a class, for it is entered for every node."""

    __slots__ = ("before", "place")

    def __init__(self, place: Place | None) -> None:
        self.place = place

    def __enter__(self) -> None:
        self.before, state.at = state.at, self.place

    def __exit__(self, *_: object) -> None:
        state.at = self.before


def forget() -> None:
    """Forget the place of a derivative whose building a Ctrl-C cut short; nothing is built now."""
    state.at = None


def made_at(place: Place | None) -> _At:
    """Nodes made inside inherit `place`: a derivative points at the line of its original."""
    return _At(place)
