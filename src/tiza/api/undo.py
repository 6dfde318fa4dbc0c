"""What a function changes around it while it is written down, put back where it is then run.

A function that counts its calls counts one when it is written down. Where what was written down
answers the call, that is right; where the function itself is run after all, it would count two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, MutableMapping
from functools import partial
from types import CellType
from typing import Any

from tiza.api.trees import flat
from tiza.graph import PRIMITIVES
from tiza.graph.walk import walk
from tiza.lang.tensor import Tensor

INPUT = PRIMITIVES["input"]
NOTHING = object()  # in the place of a name that is not assigned
CONTAINERS = (list, dict, set, deque, bytearray)


class Undo:
    """Containers, names and cells as they stand, and how to make them so again."""

    def __init__(self) -> None:
        self._ways: list[partial[None]] = []

    def container(self, thing: Any) -> None:
        """The entries of a list, a dict, a set, a deque or a bytearray."""
        if isinstance(thing, CONTAINERS):
            self._ways.append(partial(_refilled, thing, thing.copy()))

    def names(self, owner: Any, table: Any, names: Iterable[str]) -> None:
        """Some names of a table, which is a dict, or that of a class."""
        for name in names:
            self._ways.append(partial(_named, owner, table, name, table.get(name, NOTHING)))

    def slots(self, owner: Any, names: Iterable[str]) -> None:
        """Attributes that stand in no dict."""
        for name in names:
            self._ways.append(partial(_attribute, owner, name, getattr(owner, name, NOTHING)))

    def cells(self, cells: Iterable[CellType], contents: Iterable[Any]) -> None:
        """Variables of a closure."""
        self._ways += [partial(_attribute, cell, "cell_contents", content)
                       for cell, content in zip(cells, contents, strict=True)]  # fmt: skip

    def keeps(self) -> bool:
        """Whether there is a tensor in it now that is an expression of what is given later."""
        return any(_is_open(x) for way in self._ways for new in _news(*way.args) for x in new)

    def back(self) -> None:
        """Put everything back that is another thing now."""
        for way in self._ways:
            way()


def _refilled(thing: Any, entries: Any) -> None:
    if isinstance(thing, dict):
        for name in [name for name in thing if name not in entries]:
            del thing[name]
        for name, entry in entries.items():
            _named(None, thing, name, entry)
    elif isinstance(thing, set):
        thing ^= thing ^ entries
    elif len(thing) != len(entries) or any(a is not b for a, b in zip(thing, entries, strict=True)):
        thing.clear()
        thing.extend(entries)


def _named(owner: Any, table: Any, name: str, held: Any) -> None:
    if table.get(name, NOTHING) is held:
        return
    if not isinstance(table, MutableMapping):  # that of a class, which is set from outside only
        _attribute(owner, name, held)
    elif held is NOTHING:
        table.pop(name, None)
    else:
        table[name] = held


def _attribute(owner: Any, name: str, held: Any) -> None:
    now = getattr(owner, name, NOTHING)
    if held is now:
        return
    if held is NOTHING:
        delattr(owner, name)
    else:
        setattr(owner, name, held)


def _news(*args: Any) -> Iterator[list[Any]]:
    """What stands in a place that another thing stood in, as the leaves of it."""
    if len(args) == 2:  # a container
        thing, entries = args
        now, before = (x.values() if isinstance(x, dict) else x for x in (thing, entries))
        known = set(map(id, before))
        yield from (_leaves(x) for x in now if id(x) not in known)
        return
    *where, name, held = args
    now = where[1].get(name) if len(where) == 2 else getattr(where[0], name, None)
    if now is not held:
        yield _leaves(now)


def _leaves(x: Any) -> list[Any]:
    return flat(x, tensors_only=True)[1] if isinstance(x, Tensor | list | tuple | dict) else []


def _is_open(tensor: Tensor) -> bool:
    if tensor.node.value is not None:
        return False
    return any(node.prim is INPUT and node.value is None for node in walk([tensor.node]))
