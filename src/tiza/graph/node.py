"""The node: one operation of the expression, made once and shared wherever it occurs again."""

from __future__ import annotations

import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.graph.place import here
from tiza.graph.types import DType, Scalar, Shape

if TYPE_CHECKING:
    from types import CodeType

    from tiza.graph.primitive import Primitive

Place = tuple["CodeType", int, str]  # code, offset of the instruction, layer path
PRIMITIVES: dict[str, Primitive] = {}  # every record, by name
COMPOSITES: dict[str, Primitive] = {}


class Node:
    """One operation applied to its inputs. Frozen, but for the memo of its value and its name.

    Equal expressions are one object, so equality is identity. A primitive of several
    results has tuples as `shape` and `dtype`; `part(node, index=i)` is its i-th result.
    """

    __slots__ = ("__weakref__", "attrs", "depth", "dtype", "inputs", "name", "opened", "owner",
                 "place", "prim", "shape", "value")  # fmt: skip

    def __init__(self, prim: Primitive, inputs: tuple[Node, ...], attrs: dict[str, Any],
                 shape: Any, dtype: Any, place: Place | None) -> None:  # fmt: skip
        self.prim, self.inputs, self.attrs = prim, inputs, attrs
        self.shape: Shape = shape
        self.dtype: DType = dtype
        self.place = place
        self.value: Any = None  # memo: the array, once somebody asked for it
        self.name: str | None = None  # the name that its author gave it
        self.opened: Node | None = None  # memo: a composite's body
        self.owner: Any = None  # a weak reference to the variable whose data this is
        self.depth: int = 1 + max([i.depth for i in inputs]) if inputs else 0

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        what = f"{self.prim.name} {self.dtype}{list(self.shape)}"
        return f"<{self.name} = {what}>" if self.name else f"<{what}>"

    # Operators, so that a derivative reads as its textbook formula. Types must agree here;
    # promotion is the business of `lang`.
    def _with(self, name: str, other: Node | Scalar, *, swap: bool = False) -> Node:
        if not isinstance(other, Node):
            other = literal(other, self.dtype)
        return PRIMITIVES[name](*((other, self) if swap else (self, other)))

    def __add__(self, other: Node | Scalar) -> Node:
        return self._with("add", other)

    def __sub__(self, other: Node | Scalar) -> Node:
        return self._with("subtract", other)

    def __mul__(self, other: Node | Scalar) -> Node:
        return self._with("multiply", other)

    def __truediv__(self, other: Node | Scalar) -> Node:
        return self._with("divide", other)

    def __pow__(self, other: Node | Scalar) -> Node:
        return self._with("pow", other)

    def __radd__(self, other: Scalar) -> Node:
        return self._with("add", other, swap=True)

    def __rsub__(self, other: Scalar) -> Node:
        return self._with("subtract", other, swap=True)

    def __rmul__(self, other: Scalar) -> Node:
        return self._with("multiply", other, swap=True)

    def __rtruediv__(self, other: Scalar) -> Node:
        return self._with("divide", other, swap=True)

    def __neg__(self) -> Node:
        return PRIMITIVES["negative"](self)

    def __matmul__(self, other: Node) -> Node:
        return PRIMITIVES["matmul"](self, other)


class _Entry(weakref.ref[Node]):
    __slots__ = ("key",)
    key: tuple[Any, ...]


_table: dict[tuple[Any, ...], _Entry] = {}  # weak: a node lives while somebody holds it
_dead: deque[Any] = deque()  # entries whose nodes are gone; no line of Python runs as one goes,
known = _table.get  # so that Ctrl-C is never swallowed there


def enter(key: tuple[Any, ...], node: Node) -> Node:
    """Share `node` with every later expression of the same key, which says its inputs by `id`."""
    entry = _Entry(node, _dead.append)
    entry.key = key
    if _dead:
        _sweep()
    _table[key] = entry
    return node


def _sweep() -> None:
    """Drop the entries of nodes that are gone."""
    while _dead:
        try:
            entry = _dead.popleft()
        except IndexError:  # another thread was quicker
            return
        key = getattr(entry, "key", ())  # (): Ctrl-C came before it was entered
        if _table.get(key) is entry:
            del _table[key]


def literal(value: Scalar, dtype: DType) -> Node:
    """A number written in a formula. Equal numbers of one type are one node."""
    key = ("literal", repr(value), dtype)
    entry = _table.get(key)
    node = entry() if entry is not None else None
    if node is None:
        array = np.array(value, dtype)  # NumPy is quicker with arrays than with its scalars
        node = Node(PRIMITIVES["literal"], (), {"value": value}, (), dtype, None)
        node.value = array
        enter(key, node)
    return node


def constant(array: np.ndarray[Any, Any], name: str | None = None) -> Node:
    """Data: equal only to itself."""
    node = Node(PRIMITIVES["constant"], (), {}, array.shape, array.dtype, here())
    node.value = array
    node.name = name
    return node


def data(array: np.ndarray[Any, Any], name: str | None = None) -> Node:
    """As `constant`, of an array that no line of the user's has made."""
    node = Node(PRIMITIVES["constant"], (), {}, array.shape, array.dtype, None)
    node.value, node.name = array, name
    return node


def placeholder(shape: Shape, dtype: DType, name: str | None = None) -> Node:
    """A value that a program is given each time it runs."""
    node = Node(PRIMITIVES["input"], (), {}, tuple(shape), dtype, here())
    node.name = name
    return node


def table_size() -> int:
    """How many shared nodes are alive (for tests of memory)."""
    _sweep()
    return len(_table)
