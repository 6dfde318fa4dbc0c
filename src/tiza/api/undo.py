"""What a function changes around it while it is written down, put back where it is then run.

A function that counts its calls counts one when it is written down. Where what was written down
answers the call, that is right; where the function itself is run after all, it would count two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, MutableMapping
from functools import partial
from types import CellType
from typing import Any

NOTHING = object()  # in the place of a name that is not assigned
CONTAINERS = (list, dict, set, deque, bytearray)


class Undo:
    """Containers, names and cells as they stand, and how to make them so again."""

    def __init__(self) -> None:
        self._ways: list[Callable[[], None]] = []

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
