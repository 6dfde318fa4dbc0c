"""The key of a graph: two graphs that have one key are compiled to the same program.

All that the passes look at goes into it: of each node the primitive, operands, attributes, shape
and type; the content of data; what is given, replaced, written over and asked for ahead; the
processor; versions; and the state of this package's source. Nothing is opened or rewritten for
that: one walk over the graph as it was asked for. A graph with something in it that nobody can
compare, such as a primitive of the user's own, has no key.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache as once
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from tiza.graph import loaded
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive
from tiza.graph.prims.body import Body
from tiza.readings.native.machine.llvm import Machine, versions

Leaf = tuple[Node, Any]
FORMAT = 1  # of what is kept under the key
MOST_BYTES = 32 << 20  # of data whose content is compared
PLAIN = (int, float, bool, str, type(None))
FOLDERS = ("graph", "transforms", "lang", "nn", "losses", "readings/native")  # what compiling runs


class Unlike(Exception):
    """There is something in a graph that cannot be compared."""


class Rows:
    """A graph as rows of plain values, one for each node, operands by their numbers.

    leaves: the nodes with data, and the data, in the order in which they were met. known: nodes
    in the place of which others stand.
    """

    def __init__(self, inputs: Sequence[Node]) -> None:
        self.known: Mapping[Node, Node] = {}
        self.numbers: dict[Node, int] = {}
        self.rows: list[Any] = []
        self.leaves: list[Leaf] = []
        self.bodies: dict[Body, int] = {}
        self.bytes = 0
        for node in inputs:
            self._add(node, ("given", node.shape, node.dtype.str))

    def _add(self, node: Node, row: Any) -> None:
        self.numbers.setdefault(node, len(self.rows))
        self.rows.append(row)

    def replace(self, known: Mapping[Node, Node]) -> None:
        """From now on, take others in the place of some nodes.

        Errors: Unlike where these have been met before.
        """
        if any(node in self.numbers for node in known):
            raise Unlike("replaced")
        self.known = known

    def walk(self, outputs: Sequence[Node]) -> list[int]:
        """The numbers of `outputs`, once they and all that they need have rows.

        Errors: Unlike where something cannot be compared.
        """
        numbers, known = self.numbers, self.known
        stack = list(reversed(outputs))
        while stack:
            node = stack[-1]
            if node in numbers:
                stack.pop()
                continue
            other = known.get(node)
            edges = node.inputs if other is None else (other,)
            missing = [i for i in edges if i not in numbers]
            if missing:
                stack += reversed(missing)
                continue
            stack.pop()
            if other is None:
                self._row(node)
            else:
                numbers[node] = numbers[other]
        return [numbers[node] for node in outputs]

    def _row(self, node: Node) -> None:
        prim = node.prim
        operands = tuple([self.numbers[i] for i in node.inputs])
        attrs = tuple([(k, self._plain(v)) for k, v in node.attrs.items()]) if node.attrs else ()
        row: Any = prim.name, operands, attrs, node.shape, _type(node)
        if not ours(prim) or (prim.name == "input"):
            raise Unlike(prim.name)  # an input that is not given: the compiler says so
        value = node.value  # looked at once: another thread may take it away
        if value is not None:
            self.leaves.append((node, value))
            if prim.name != "literal":
                row = (*row, self._content(prim, value))
        self._add(node, row)

    def _content(self, prim: Primitive, array: Any) -> str:
        if type(array) is not np.ndarray or array.dtype.kind not in "fiub":
            raise Unlike(prim.name)
        self.bytes += array.nbytes
        if self.bytes > MOST_BYTES:
            raise Unlike("much data")
        return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()

    def _plain(self, value: Any) -> Any:
        """An attribute as values that say by themselves what they are."""
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is tuple:
            return tuple([self._plain(v) for v in value])
        if isinstance(value, np.dtype) and value.kind in "fiubc":
            return [value.str]  # in a list: no text
        if isinstance(value, np.generic) and value.dtype.kind in "fiubc":
            return [value.dtype.str, value.tobytes()]
        if kind is Body:
            return [self._body(value)]
        raise Unlike(kind.__name__)

    def _body(self, body: Body) -> int:
        """The number of a function that is an attribute; its rows are among the others."""
        if body not in self.bodies:
            for node in body.inputs:
                self._add(node, ("hole", node.shape, _type(node)))
            made = self.walk(body.outputs)
            self.bodies[body] = len(self.rows)
            self.rows.append(("body", [self.numbers[i] for i in body.inputs], made))
        return self.bodies[body]


def key_of_graph(inputs: Sequence[Node], outputs: Sequence[Node], aliased: Mapping[int, int],
                 known: Mapping[Node, Node], gathers: Sequence[Node],
                 machine: Machine) -> tuple[str, list[Leaf]] | None:  # fmt: skip
    """The key of a program, and the data of its graph with their nodes; None where it has none.

    >>> from tiza.graph import placeholder
    >>> from tiza.readings.native.machine.llvm import host
    >>> x, y = (placeholder((3,), np.dtype("float32"), name) for name in "xy")
    >>> of = lambda *outputs: key_of_graph([x, y], outputs, {}, {}, [], host())[0]
    >>> len({of(x - y), of(y - x), of(x - y, x), of(x - 1), of(x - 2)})
    5
    """
    state = source_state()
    if state is None:
        return None
    rows = Rows(inputs)
    try:
        kept = rows.walk(list(known.values()))
        rows.replace(known)
        made = rows.walk(outputs)
        asked = rows.walk(gathers)
    except Unlike:
        return None
    given = [rows.numbers[node] for node in inputs]
    parts = (FORMAT, rows.rows, given, made, asked, kept, sorted(aliased.items()),
             repr(machine), versions(), np.__version__, state)  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest(), rows.leaves


_TYPES: dict[Any, Any] = {}  # the names of types: NumPy makes them anew each time


def _type(node: Node) -> Any:
    dtype: Any = node.dtype  # a tuple of them, where there are several results
    found = _TYPES.get(dtype)
    if found is None:
        found = [t.str for t in dtype] if isinstance(dtype, tuple) else dtype.str
        _TYPES[dtype] = found
    return found


# -- what is not in the graph ------------------------------------------------------------------


@once
def ours(prim: Primitive) -> bool:
    """Whether a record is made of this package's functions alone: its name then says what it is."""
    return all(map(_own, (prim.infer, prim.value, prim.body, prim.vjp, prim.batch)))


def _own(function: Any) -> bool:
    """Whether a function, and what it closes over, is this package's or NumPy's."""
    stack, seen = [function], set()
    while stack:
        f = stack.pop()
        if isinstance(f, partial):
            stack += [f.func, *f.args, *f.keywords.values()]
        elif isinstance(f, FunctionType) and f not in seen:
            seen.add(f)
            if not _inside(f.__module__):
                return False
            stack += [cell.cell_contents for cell in f.__closure__ or ()]
        elif callable(f) and not _inside(type(f).__module__):
            return False
    return True


def _inside(module: str) -> bool:
    return module.partition(".")[0] in ("tiza", "numpy", "builtins")


@once
def source_state() -> str | None:
    """What the files that compiling runs look like from outside: name, size, times.

    None where they were changed since they were loaded, or cannot be seen: then nobody knows what
    it is that runs here.
    """
    digest = hashlib.sha256(sys.version.encode())
    try:
        files = list(_files())
        if len(files) < len(FOLDERS):
            return None  # it was loaded from something else
        for path, state in files:
            if max(state.st_mtime, state.st_ctime) > loaded.LOADED:
                return None
            facts = path, state.st_size, state.st_mtime_ns, state.st_ctime_ns
            digest.update(repr(facts).encode())
    except OSError:
        return None
    return digest.hexdigest()


def _files() -> Iterator[tuple[str, os.stat_result]]:
    root = Path(loaded.__file__).parent.parent
    for name in FOLDERS:
        stack = [os.path.join(root, name)]
        while stack:
            folder = stack.pop()
            for entry in sorted(os.scandir(folder), key=lambda e: e.name):
                if entry.is_dir() and entry.name != "__pycache__":
                    stack.append(entry.path)
                elif entry.name.endswith(".py"):
                    yield entry.path, entry.stat()
