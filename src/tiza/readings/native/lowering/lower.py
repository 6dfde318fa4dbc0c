"""From nodes to what is computed for one entry: a small expression over loads and counters.

`Lowering.value(node, index)` says what stands at `index` of a node: operations that move
entries about change the index, element-wise ones are applied, and what stands in memory is
loaded. Equal values are one object, so that common parts are computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.lowering.shorter import shorter
from tiza.readings.native.terms.index import ZERO, Affine, Index, Opaque, reshaped
from tiza.readings.native.terms.memory import Buffer, View

DType = np.dtype[Any]
INT64, BOOL = np.dtype("int64"), np.dtype("bool")


class Value:
    """One value of a loop's body.

    op: number (extra: the number), load (extra: buffer, place, checks), index (extra: an
    Affine), result (extra: which reduction), inside (extra: checks), or the name of an
    element-wise primitive (extra: its attributes).
    """

    __slots__ = ("args", "atoms", "dtype", "extent", "extra", "op")

    def __init__(self, op: str, args: tuple[Value, ...], dtype: DType, extra: Any = None) -> None:
        self.op, self.args, self.dtype, self.extra = op, args, dtype, extra
        self.extent = 1 << 40  # as an atom of an index: its bound
        atoms: set[object] = {i for a in args for i in a.atoms}
        for place in places_of(op, extra):
            for atom in place.terms:
                atoms |= atom.atoms if isinstance(atom, Value) else {atom}
        self.atoms: frozenset[object] = frozenset(atoms)  # the loops it depends on

    def __repr__(self) -> str:
        return f"{self.op}({', '.join(map(repr, self.args))})" if self.args else self.op


def places_of(op: str, extra: Any) -> list[Affine]:
    """The index expressions in a value of this kind."""
    if op == "load":
        return [extra[1], *(c[0] for c in extra[2])]
    if op == "index":
        return [extra]
    return [c[0] for c in extra] if op == "inside" else []


def reached(roots: Iterable[Value]) -> list[Value]:
    """These values, and all that they are computed from."""
    seen: dict[Value, None] = {}
    stack = list(roots)
    while stack:
        value = stack.pop()
        if value not in seen:
            seen[value] = None
            stack += value.args
            places = places_of(value.op, value.extra)
            stack += [a for p in places for a in p.terms if isinstance(a, Value)]
    return list(seen)


Check = tuple[Affine, int]  # an expression, and the bound it must stay below (and not be negative)


class Lowering:
    """The body of one kernel in the making.

    memory: the views of nodes that stand in memory, but for `hidden`, which this kernel itself
    computes; own: those of them that it has computed, each with the index at which it does;
    trusted: int64 indices that are known to lie within.
    """

    def __init__(self, memory: Mapping[Node, View], hidden: Iterable[Node] = (),
                 trusted: Collection[Node] = ()) -> None:  # fmt: skip
        self.memory, self.hidden, self.trusted = memory, frozenset(hidden), trusted
        self.own: dict[Node, tuple[Index, Value]] = {}
        self.made: dict[Any, Value] = {}
        self.known: dict[tuple[Node, Index], Value] = {}
        self.checked = False  # whether an index read from memory may be out of bounds

    def make(self, op: str, args: tuple[Value, ...] = (), dtype: DType = INT64,
             extra: Any = None, key: Any = None) -> Value:  # fmt: skip
        """The value of an operation, shared with every equal one."""
        whole = (op, args, dtype, key)
        value = self.made.get(whole)
        if value is None:
            value = self.made[whole] = Value(op, args, dtype, extra)
        return value

    def number(self, x: Any, dtype: DType) -> Value:
        """A number."""
        return self.make("number", (), dtype, x, repr(x))

    def apply(self, op: str, *args: Value, dtype: DType | None = None, **attrs: Any) -> Value:
        """An element-wise operation."""
        kind = dtype if dtype is not None else args[0].dtype
        op, args = shorter(op, args)
        return self.make(
            op, args, kind, attrs, tuple(sorted((k, str(v)) for k, v in attrs.items()))
        )

    def load(self, buffer: Buffer, place: Affine, checks: tuple[Check, ...] = ()) -> Value:
        """What stands in memory; 0 where a check fails."""
        key = (buffer.number, place, checks)
        return self.make("load", (), buffer.dtype, (buffer, place, checks), key)

    def value(self, node: Node, index: Index) -> Value:
        """What stands at `index` of `node`."""
        key = (node, index)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._value(node, index)
        return found

    def _value(self, node: Node, index: Index) -> Value:
        own = self.own.get(node)
        if own is not None:
            if own[0] != index:
                raise Opaque
            return own[1]
        view = self.view(node)
        if view is not None:
            return self.load(view.buffer, view.at(index))
        name = node.prim.name
        if node.value is not None and node.value.size == 1:
            return self.number(node.value.reshape(()).item(), node.dtype)
        rule = _RULES.get(name)
        if rule is not None:
            return rule(self, node, index)
        if node.prim.family == "elementwise":
            args = tuple(self.value(x, fitted(index, x)) for x in node.inputs)
            attrs = {} if name == "cast" else node.attrs
            return self.apply(name, *args, dtype=node.dtype, **attrs)
        raise Opaque

    def view(self, node: Node) -> View | None:
        """The node as a view of memory, where it is one."""
        chain = []
        while node not in self.memory or node in self.hidden:
            if node.prim.family not in ("movement", "window") or len(node.inputs) != 1:
                return None
            chain.append(node)
            node = node.inputs[0]
        view: View | None = self.memory[node]
        for step in reversed(chain):
            view = view.moved(step) if view is not None else None
        return view


def fitted(index: Index, x: Node) -> Index:
    """The index into an operand that is broadcast."""
    tail = index[len(index) - x.ndim :]
    return tuple(ZERO if n == 1 else i for i, n in zip(tail, x.shape, strict=True))


Rule = Callable[[Lowering, Node, Index], Value]


def _reshape(low: Lowering, node: Node, index: Index) -> Value:
    x = node.inputs[0]
    return low.value(x, reshaped(index, node.shape, x.shape))


def _permute(low: Lowering, node: Node, index: Index) -> Value:
    moved: list[Affine] = [ZERO] * node.ndim
    for i, axis in enumerate(node.attrs["axes"]):
        moved[axis] = index[i]
    return low.value(node.inputs[0], tuple(moved))


def _broadcast(low: Lowering, node: Node, index: Index) -> Value:
    return low.value(node.inputs[0], fitted(index, node.inputs[0]))


def _slice(low: Lowering, node: Node, index: Index) -> Value:
    starts, steps = node.attrs["starts"], node.attrs["steps"]
    moved = tuple(i * k + a for i, a, k in zip(index, starts, steps, strict=True))
    return low.value(node.inputs[0], moved)


def _flip(low: Lowering, node: Node, index: Index) -> Value:
    axes, shape = node.attrs["axes"], node.shape
    moved = tuple(i * -1 + (n - 1) if a in axes else i
                  for a, (i, n) in enumerate(zip(index, shape, strict=True)))  # fmt: skip
    return low.value(node.inputs[0], moved)


def _pad(low: Lowering, node: Node, index: Index) -> Value:
    if any(node.attrs["interior"]):
        raise Opaque
    x = node.inputs[0]
    moved = tuple(i + -a for i, a in zip(index, node.attrs["low"], strict=True))
    checks = []
    for i, n in zip(moved, x.shape, strict=True):
        least, most = i.bounds()
        if least < 0 or most >= n:
            checks.append((i, n))
    inner = low.value(x, tuple(ZERO if n == 1 else i for i, n in zip(moved, x.shape, strict=True)))
    if not checks:
        return inner
    return guarded(low, inner, tuple(checks))


def guarded(low: Lowering, x: Value, checks: tuple[Check, ...]) -> Value:
    """x where the checks hold, else 0; what x loads is not touched elsewhere."""
    if x.op == "load":
        buffer, place, before = x.extra
        if any(isinstance(a, Value) for a in place.terms):
            raise Opaque  # the index that it reads would have to be guarded as well
        return low.load(buffer, place, (*before, *checks))
    if x.op == "number" and x.extra == 0:
        return x
    if any(v.op == "load" for v in _all(x)):
        raise Opaque  # its loads would have to be guarded one by one
    inside = low.make("inside", (), BOOL, checks, checks)
    return low.apply("where", inside, x, low.number(0, x.dtype), dtype=x.dtype)


def _all(x: Value) -> list[Value]:
    seen: dict[Value, None] = {x: None}
    stack = [x]
    while stack:
        for arg in stack.pop().args:
            if arg not in seen:
                seen[arg] = None
                stack.append(arg)
    return list(seen)


def _windows(low: Lowering, node: Node, index: Index) -> Value:
    w = node.attrs
    if any(w["low"]) or any(w["high"]):
        raise Opaque
    k = len(w["size"])
    lead = node.ndim - 2 * k
    places = zip(index[lead : lead + k], w["stride"], index[lead + k :], w["dilation"], strict=True)
    return low.value(node.inputs[0], (*index[:lead], *(i * s + j * d for i, s, j, d in places)))


def wrapped(low: Lowering, node: Node, index: Index, size: int) -> Affine:
    """An index read from memory: negative ones count from the end; bounds are checked."""
    raw = low.value(node, index)
    if node in low.trusted or (raw.op == "wrap" and raw.extra <= size):
        raw.extent = size
        return Affine(0, [(raw, 1)])
    low.checked = True
    wide = raw if raw.dtype == INT64 else low.apply("cast", raw, dtype=INT64)
    place = low.make("wrap", (wide,), INT64, size, size)
    place.extent = size
    return Affine(0, [(place, 1)])


def _within(low: Lowering, node: Node, index: Index) -> Value:
    """An index of which negative ones are refused as well."""
    low.checked = True
    size, none = node.attrs["size"], low.number(0, INT64)
    raw = low.apply("cast", low.value(node.inputs[0], index), dtype=INT64)
    below = low.apply("less", raw, none, dtype=BOOL)
    beyond = low.apply("where", below, low.number(-size - 1, INT64), raw, dtype=INT64)
    place = low.make("wrap", (beyond,), INT64, size, size)
    place.extent = size
    return place if node.dtype == INT64 else low.apply("cast", place, dtype=node.dtype)


def _take(low: Lowering, node: Node, index: Index) -> Value:
    x, i = node.inputs
    axis = node.attrs["axis"]
    if x.shape[axis] == 0:
        raise Opaque
    place = wrapped(low, i, index[axis : axis + i.ndim], x.shape[axis])
    return low.value(x, (*index[:axis], place, *index[axis + i.ndim :]))


def _take_along(low: Lowering, node: Node, index: Index) -> Value:
    x, i = node.inputs
    axis = node.attrs["axis"]
    if x.shape[axis] == 0:
        raise Opaque
    place = wrapped(low, i, index, x.shape[axis])
    rest = tuple(ZERO if n == 1 else j for j, n in zip(index, x.shape, strict=True))
    return low.value(x, (*rest[:axis], place, *rest[axis + 1 :]))


_RULES: dict[str, Rule] = {
    "reshape": _reshape,
    "permute": _permute,
    "broadcast_to": _broadcast,
    "slice": _slice,
    "flip": _flip,
    "pad": _pad,
    "windows": _windows,
    "within": _within,
    "take": _take,
    "take_along": _take_along,
}
