"""What stands around a function: the models, optimizers and tensors that it may use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from operator import attrgetter, is_
from types import CellType, FunctionType, MethodType
from typing import Any

from tiza.lang.tensor import Tensor
from tiza.nn import Module
from tiza.optim import Optimizer

NOTHING = object()  # in the place of a name that is not assigned
CONTENT = attrgetter("cell_contents")


@dataclass
class Around:
    """The objects that `f` may use: itself, what it is bound to, its closure, its globals.

    Functions of the user's that it calls are looked into in the same way.
    """

    things: list[Any] = field(default_factory=list)
    cells: list[tuple[Sequence[CellType], Sequence[Any]]] = field(default_factory=list)
    names: list[tuple[Callable[..., Any], Sequence[str], Sequence[Any]]] = field(
        default_factory=list
    )

    @classmethod
    def of(cls, f: Any) -> Around:
        """Look around."""
        found = cls()
        seen: set[int] = set()
        rest: list[Any] = [f]
        while rest:
            thing = rest.pop(0)
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            if isinstance(thing, Module | Optimizer | Tensor):
                found.things.append(thing)
            if thing is f or isinstance(thing, FunctionType | MethodType | partial):
                rest += found._within(thing)
        return found

    def _within(self, f: Any) -> list[Any]:
        """What stands right around one function."""
        inner = getattr(f, "__wrapped__", f)
        body = getattr(inner, "__func__", inner)
        code = getattr(body, "__code__", None)
        found: list[Any] = [getattr(inner, "__self__", None)]
        if isinstance(inner, partial):
            found += [inner.func, *inner.args, *inner.keywords.values()]
        cells = getattr(body, "__closure__", None) or ()
        contents = [_content(cell) for cell in cells]
        self.cells.append((cells, contents))
        found += contents
        if code is not None and code.co_names:
            look = getattr(body, "__globals__", {}).get
            held = [look(name, NOTHING) for name in code.co_names]
            self.names.append((look, code.co_names, held))
            found += [thing for thing in held if not _library(thing)]
        return found

    def same(self) -> bool:
        """Whether every name still stands for what it stood for."""
        for cells, contents in self.cells:
            try:
                if not all(map(is_, map(CONTENT, cells), contents)):
                    return False
            except ValueError:  # a name that is not assigned yet
                if not all(map(is_, map(_content, cells), contents)):
                    return False
        for look, names, held in self.names:
            if not all(map(is_, map(look, names, repeat(NOTHING)), held)):
                return False
        return True


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not assigned yet
        return NOTHING


def _library(thing: Any) -> bool:
    """Whether it is a function of the language or of the layers, around which nothing stands."""
    home = getattr(thing, "__module__", None) or ""
    return isinstance(thing, FunctionType) and home.startswith(("tiza.lang", "tiza.nn", "numpy"))
