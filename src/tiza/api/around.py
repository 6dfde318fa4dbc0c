"""What stands around a function: everything that it may use besides its arguments.

Models, optimizers and tensors become inputs of what is compiled. All else (numbers, words,
functions) is part of its formula, and is looked at again before every call.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, KeysView, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain, repeat
from operator import attrgetter, call, is_
from types import CellType, CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

import numpy as np

from tiza.api.undo import NOTHING, Undo
from tiza.api.watched import Watched, as_array, environment, rates, runs_out, watched
from tiza.api.written_into import Numbers, may_change
from tiza.lang.tensor import Tensor
from tiza.nn import Module
from tiza.nn.hooks import CHANGES, Hooks
from tiza.optim import Optimizer
from tiza.optim.lr_scheduler import ChainedScheduler, LRScheduler, ReduceLROnPlateau

END = (NOTHING,)
CONTENT = attrgetter("cell_contents")
PLAIN = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype)
THINGS = (Module, Optimizer, Tensor)
SCHEDULES = (LRScheduler, ChainedScheduler, ReduceLROnPlateau)
RATES = {"param_groups", "lr", "get_last_lr"}  # what reads a rate, which is else an input
TABLES = ("_parameters", "_buffers", "_modules")
FUNCTIONS = (FunctionType, MethodType, partial)
SLOT = MemberDescriptorType
LOOKED = (list, tuple, dict, set, frozenset, deque)
OURS = ("tiza.recipes", "tiza.train")  # written as users write
BAGS = ("types", "argparse")  # whose objects are namespaces that users fill
LONGEST = 256  # entries of a list or dict that is looked into
ENVIRONMENT = {"environ", "getenv"}
MOST = 500  # objects that are looked into
Row = tuple[Collection[Any], Sequence[Any]]


@dataclass
class Names:
    """Names, how each is looked up, and what it stood for; tables and names that they lack."""

    looks: list[Callable[..., Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    held: list[Any] = field(default_factory=list)
    absent: list[tuple[KeysView[str], frozenset[str]]] = field(default_factory=list)

    def add(self, look: Callable[..., Any], names: Sequence[str], held: Sequence[Any]) -> None:
        """Names that are looked up in one way."""
        self.looks += [look] * len(names)
        self.names += names
        self.held += held

    def same(self) -> bool:
        """Whether each stands for what it did, and none is new."""
        now = map(call, self.looks, self.names, repeat(NOTHING))
        if self.looks and not all(map(is_, now, self.held)):
            return False
        for keys, names in self.absent:  # noqa: SIM110 - a loop is quicker than a generator
            if not keys.isdisjoint(names):
                return False
        return True


@dataclass
class Around:
    """What `f` may use: itself, what it is bound to, its closure, its globals, their attributes.

    Functions of the user's that it calls are looked into in the same way; of an object, those
    attributes whose names occur in some of these functions.
    """

    things: list[Any] = field(default_factory=list)  # models, optimizers, tensors
    parts: list[Any] = field(default_factory=list)  # of the models
    cells: list[tuple[Sequence[CellType], Sequence[Any]]] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    rows: list[Row] = field(default_factory=list)  # entries of lists and dicts
    inner: list[Row] = field(default_factory=list)  # attributes of models
    arrays: list[Numbers] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)  # what else is changed in place
    fleeting: bool = False  # something gives another thing at every look
    changes: int = -1  # how often attributes of models had been set
    undo: Undo = field(default_factory=Undo)

    @classmethod
    def of(cls, f: Any, more: Sequence[Any] = (), before: Around | None = None) -> Around:
        """Look around; `more` is there too. before: what was seen at the last look."""
        found = cls(changes=CHANGES[0])
        known: dict[int, Any] = {}
        if before is not None:
            known = {id(a.array): a for a in before.arrays if a.same()}
            known |= {id(w.thing): w for w in before.watched if w.same()}
        _Look(found, known).at(f, more)
        return found

    def same(self) -> bool:
        """Whether everything is what it was: the same objects in the same places."""
        if CHANGES[0] != self.changes:
            now = CHANGES[0]
            if not _unchanged(self.inner):
                return False
            self.changes = now
        for cells, contents in self.cells:
            try:
                if not all(map(is_, map(CONTENT, cells), contents)):
                    return False
            except ValueError:  # a name that is not assigned yet
                if not all(map(is_, map(_content, cells), contents)):
                    return False
        if not self.names.same():
            return False
        if self.arrays and not all(a.same() for a in self.arrays):
            return False
        if self.watched and not all(w.same() for w in self.watched):
            return False
        return not self.rows or _unchanged(self.rows)

    def as_before(self, before: Around) -> bool:
        """Whether models, their parts, optimizers and tensors are those that stood here before."""
        now, then = [*self.things, *self.parts], [*before.things, *before.parts]
        return len(now) == len(then) and all(map(is_, now, then))

    def values(self) -> tuple[Any, ...]:
        """What else there is, comparable: it belongs to the formula."""
        rows = [*(held for _, held in self.cells), self.names.held]
        rows += [held for _, held in (*self.rows, *self.inner)]
        numbers = [(*a.form, a.digest) for a in self.arrays]
        states = [w.number for w in self.watched]
        return (*[_signature(x) for held in rows for x in held], *numbers, *states)


def _unchanged(rows: Iterable[Row]) -> bool:
    return all(all(map(is_, chain(now, END), before)) for now, before in rows)


def _signature(x: Any) -> Any:
    if isinstance(x, PLAIN):
        return type(x), x
    if isinstance(x, MethodType):
        return _signature(x.__func__), _signature(x.__self__)
    if isinstance(x, FunctionType):
        return x.__code__  # a function written down anew is the same formula
    return None if isinstance(x, (*LOOKED, *THINGS)) or _users(x) else id(x)


class _Look:
    """One look around a function."""

    def __init__(self, found: Around, known: Mapping[int, Any]) -> None:
        self.found, self.known = found, known
        self.seen: dict[int, Any] = {}
        self.rest: deque[Any] = deque()
        self.words = {"__call__": None, "forward": None}  # names that occur in functions
        self.owners: list[Any] = []  # of attributes: objects, classes and modules of the user's

    def at(self, f: Any, more: Sequence[Any]) -> None:
        """Look at `f` and all that it may use."""
        self.rest, looked = deque([f, *more]), (0, 0)
        while self.rest:
            while self.rest:
                self._next(f)
            if (len(self.words), len(self.owners)) != looked:  # further attributes to look at
                looked = len(self.words), len(self.owners)
                tables = list(map(vars, self.owners))
                self.rest += [table[w] for table in tables for w in self.words if w in table]
        for owner in self.owners:
            self._held(vars(owner), list(self.words), owner)
        if not self.words.keys().isdisjoint(ENVIRONMENT):
            self._watch(os.environ, environment)
        if not self.words.keys().isdisjoint(RATES):
            for thing in self.found.things:
                if isinstance(thing, Optimizer):
                    self._watch(thing, partial(rates, thing))

    def _watch(self, thing: Any, look: Callable[[], Watched | None]) -> bool:
        """Look after what may be changed in place; False where it is of no such kind."""
        found = self.known.get(id(thing)) or look()
        if found is not None:
            self.found.watched.append(found)
        return found is not None

    def _next(self, f: Any) -> None:
        thing = self.rest.popleft()
        if isinstance(thing, PLAIN) or id(thing) in self.seen:
            return
        self.seen[id(thing)] = thing
        if isinstance(thing, THINGS):
            self.found.things.append(thing)
        if isinstance(thing, Module):
            self._model(thing)
        elif isinstance(thing, np.ndarray):
            self._array(thing)
        elif isinstance(thing, FUNCTIONS) or (thing is f and not _users(thing)):
            if thing is f or not _language(thing):
                self._function(thing)
        elif (memory := as_array(thing)) is not None:
            self._array(memory)
        elif len(self.seen) < MOST:
            self._object(thing)

    def _array(self, thing: np.ndarray[Any, Any]) -> None:
        if may_change(thing):
            self.found.arrays.append(self.known.get(id(thing)) or Numbers(thing))

    def _function(self, f: Any) -> None:
        inner = getattr(f, "__wrapped__", f)
        body = getattr(inner, "__func__", inner)
        self.rest.append(getattr(inner, "__self__", None))
        if isinstance(inner, partial):
            self._entries((inner.func, *inner.args, *inner.keywords.values()))
        cells = getattr(body, "__closure__", None) or ()
        contents = [_content(cell) for cell in cells]
        self.found.cells.append((cells, contents))
        self.found.undo.cells(cells, contents)
        self.rest += contents
        self._entries(getattr(body, "__defaults__", None) or ())
        self._entries((getattr(body, "__kwdefaults__", None) or {}).values())
        code = getattr(body, "__code__", None)
        if code is not None:
            names = list(_names(code))
            self.words |= dict.fromkeys(names)
            self._held(getattr(body, "__globals__", {}), names)

    def _model(self, model: Module) -> None:
        """A model: whatever is an attribute of one of its parts."""
        for part in model.modules():
            own = vars(part)
            hooks = [x for x in own.values() if isinstance(x, Hooks)]
            for live in [own, *(own[table] for table in TABLES), *map(vars, hooks)]:
                held = list(live.values())
                self.found.undo.container(live)
                self.found.inner.append((live.values(), [*held, NOTHING]))
                self.found.parts += [x for x in held if isinstance(x, Module | Tensor)]
            self._entries([row for h in hooks for row in h.entries.values()])
            if _users(part):
                self._owner(part)

    def _object(self, thing: Any) -> None:
        self.found.undo.container(thing)
        if isinstance(thing, LOOKED) and len(thing) <= LONGEST:
            for live in (thing.keys(), thing.values()) if isinstance(thing, dict) else (thing,):
                self._entries(live)
        elif runs_out(thing):
            self.found.fleeting = True
        elif self._watch(thing, partial(watched, thing)):
            return
        elif isinstance(thing, property):
            self.rest.append(thing.fget)
        elif _users(thing) or isinstance(thing, SCHEDULES):
            self._owner(thing)
        elif "__wrapped__" in getattr(thing, "__dict__", ()):
            self.rest.append(thing.__wrapped__)
        elif isinstance(thing, staticmethod | classmethod):
            self.rest.append(thing.__func__)

    def _owner(self, thing: Any) -> None:
        """Something of the user's, and its classes, whose attributes may be used."""
        classes = type(thing).__mro__ if not isinstance(thing, type | ModuleType) else ()
        for owner in (thing, *filter(_users, classes)):
            if hasattr(owner, "__dict__") and not any(owner is o for o in self.owners):
                self.owners.append(owner)
        slots = [k for c in classes for k, v in vars(c).items() if isinstance(v, SLOT)]
        if slots:
            self.found.undo.slots(thing, slots)
            self._named(partial(getattr, thing), slots)

    def _entries(self, live: Collection[Any]) -> None:
        if live:
            self.found.rows.append((live, [*live, NOTHING]))
            self.rest += live

    def _held(self, table: Mapping[str, Any], names: Sequence[str], owner: Any = None) -> None:
        """Names that are looked up in a table: those that it has, and those that it has not."""
        self.found.undo.names(owner, table, names)
        self._named(table.get, [name for name in names if name in table])
        absent = frozenset(name for name in names if name not in table)
        if absent:
            self.found.names.absent.append((table.keys(), absent))

    def _named(self, look: Callable[..., Any], names: Sequence[str]) -> None:
        held = [look(name, NOTHING) for name in names]
        self.found.names.add(look, names, held)
        self.rest += held


@cache
def _names(code: CodeType) -> dict[str, None]:
    """The names that occur in a function, and in those written inside it."""
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return dict.fromkeys(chain(code.co_names, *map(_names, inner)))


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not assigned yet
        return NOTHING


def _home(thing: Any) -> str:
    """The name of the module that something comes from."""
    if isinstance(thing, ModuleType):
        return thing.__name__
    return getattr(thing if isinstance(thing, type) else type(thing), "__module__", None) or ""


def _users(thing: Any) -> bool:
    """Whether an object, a class or a module is the user's: of no installed package."""
    home = _home(thing)
    if isinstance(thing, FUNCTIONS):
        return False
    if home in BAGS:
        return not isinstance(thing, type | ModuleType)
    return home.startswith(OURS) or not _installed(home.partition(".")[0])


@cache
def _installed(package: str) -> bool:
    if package in sys.stdlib_module_names or package in {"tiza", "numpy", "builtins"}:
        return True
    place = getattr(sys.modules.get(package), "__file__", None) or ""
    return "site-packages" in place or "dist-packages" in place


def _language(f: Any) -> bool:
    """Whether it is a function around which nothing of the user's stands."""
    home = getattr(f, "__module__", None) or ""
    inside = home.startswith("tiza.") and not home.startswith((*OURS, "tiza.models"))
    return isinstance(f, FunctionType) and (inside or home.startswith("numpy"))
