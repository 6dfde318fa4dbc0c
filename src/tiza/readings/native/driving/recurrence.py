"""`scan` as a loop of the program: its body is a program of its own, run once for each step.

Rows of the sequences and of the states are arguments that move on with each step. Where the
whole history of a state is wanted, its rows are the state: step t reads row t and writes row
t + 1; a result of each step that is the new state is that history, one row further. A state whose
history nobody wants (a sum, say) is written over in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.driving.driver import run_text
from tiza.readings.native.driving.own import units
from tiza.readings.native.terms.memory import Buffer, View

if TYPE_CHECKING:
    from tiza.readings.native.program import Builder

BYTE, WORD = np.dtype("uint8"), np.dtype("int64")


@dataclass
class Binding:
    """Where an argument of the body is at the first step, and how far it moves, in bytes."""

    argument: int
    buffer: Buffer
    start: int = 0
    move: int = 0


@dataclass
class Recurrence:
    """One scan: `child` is its body, `parts` its results that somebody reads."""

    node: Node
    parts: list[Node]
    child: Builder
    bindings: list[Binding] = field(default_factory=list)
    begins: list[tuple[Node, Buffer, int]] = field(default_factory=list)  # first rows of states
    arena: Buffer | None = None
    context: Buffer | None = None
    name: str = ""

    @classmethod
    def of(cls, node: Node, parts: Sequence[Node], make: Callable[..., Builder]) -> Recurrence:
        """The scan with its body built."""
        body, consts, carry = node.attrs["body"], node.attrs["consts"], node.attrs["carry"]
        wanted = {p.attrs["index"] for p in parts}
        first = len(node.shape) - carry
        again = _again(node)
        kept = {again[j] for j in wanted if j in again}
        alone = {i: consts + i for i in range(carry) if first + i not in wanted and i not in kept}
        outputs = [x for j, x in enumerate(body.outputs) if j not in again]
        return cls(node, list(parts), make(body.inputs, outputs, alone))

    @property
    def length(self) -> int:
        """How many steps."""
        found: int = self.node.attrs["length"]
        return found

    def place(self, take: Callable[[Buffer], None]) -> dict[Node, View]:
        """Buffers for everything that it makes; the views that are its parts."""
        attrs = self.node.attrs
        views: dict[Node, View] = {}
        carry, consts = attrs["carry"], attrs["consts"]
        named = {p.attrs["index"]: p for p in self.parts}
        rows = len(self.node.shape) - carry
        backwards, again = attrs["reverse"], _again(self.node)
        after = {i: named[j] for j, i in again.items() if j in named}
        for i in range(carry):
            start = self.node.inputs[consts + i]
            history = named.get(rows + i)
            if history is None and i not in after:
                buffer = Buffer(start.shape, start.dtype)
                take(buffer)
                self.begins.append((start, buffer, 0))
                self._bind(consts + i, buffer)
                last = buffer.view()
            else:
                last, before, behind = self._history(i, start, take)
                views |= {p: v for p, v in ((history, before), (after.get(i), behind)) if p}
            if i in named:
                views[named[i]] = last
        for j in (j for j in range(carry, rows) if j not in again):
            shape, dtype = self._of_part(j)
            part = named.get(j)
            whole = Buffer(shape if part is not None else shape[1:], dtype)
            take(whole)
            move = 0 if part is None else whole.bytes // max(shape[0], 1)
            self._bind_output(j, whole, move, backwards)
            if part is not None:
                views[part] = whole.view()
        self.arena = Buffer((max(self.child.layout.arena, 1),), BYTE)
        self.context = Buffer((4 + 2 * self.child.layout.arguments,), WORD)
        take(self.arena)
        take(self.context)
        return views

    def _of_part(self, j: int) -> tuple[tuple[int, ...], np.dtype[Any]]:
        shapes, dtypes = cast("Any", self.node.shape), cast("Any", self.node.dtype)
        return shapes[j], dtypes[j]

    def _history(self, i: int, start: Node,
                 take: Callable[[Buffer], None]) -> tuple[View, View, View]:  # fmt: skip
        """The rows of a state: one more than there are steps.

        The state at last, before each of the steps, behind each of them.
        """
        backwards, consts = self.node.attrs["reverse"], self.node.attrs["consts"]
        whole = Buffer((self.length + 1, *start.shape), start.dtype)
        take(whole)
        row = whole.strides[0] * start.dtype.itemsize
        first = self.length if backwards else 0
        self.begins.append((start, whole, first))
        step = -row if backwards else row
        self._bind(consts + i, whole, first * row, step)
        self._bind_output(i, whole, step, start=first * row + step)
        before, behind = (View(whole, (self.length, *start.shape), whole.strides,
                               int(later) * whole.strides[0])
                          for later in (backwards, not backwards))  # fmt: skip
        last = View(whole, start.shape, whole.strides[1:],
                    0 if backwards else self.length * whole.strides[0])  # fmt: skip
        return last, before, behind

    def _bind(self, number: int, buffer: Buffer, start: int = 0, move: int = 0) -> None:
        """Input `number` of the body."""
        self.bindings.append(Binding(number, buffer, start, move))

    def _bind_output(self, number: int, buffer: Buffer, move: int, backwards: bool = False,
                     start: int | None = None) -> None:  # fmt: skip
        skipped = sum(j < number for j in _again(self.node))
        result = self.child.places.results[number - skipped]
        assert result.argument is not None  # results are arguments
        if start is None:
            start = (self.length - 1) * move if backwards else 0
            move = -move if backwards else move
        self.bindings.append(Binding(result.argument, buffer, start, move))

    def connect(self, memory: Callable[[Node], View]) -> None:
        """Bind what the body reads: constants, rows of sequences, data."""
        attrs = self.node.attrs
        consts, carry = attrs["consts"], attrs["carry"]
        for k, x in enumerate(self.node.inputs):
            if consts <= k < consts + carry:
                continue
            view = memory(x)
            start = view.offset * x.dtype.itemsize
            move = 0
            if k >= consts:
                move = view.strides[0] * x.dtype.itemsize if self.length > 1 else 0
                if attrs["reverse"]:
                    start, move = start + (self.length - 1) * move, -move
            self._bind(k, view.buffer, start, move)
        for node, argument in self.child.layout.data:
            view = memory(node)
            self.bindings.append(Binding(argument, view.buffer, view.offset * node.dtype.itemsize))

    def buffers(self) -> list[Buffer]:
        """Everything that a call touches."""
        assert self.arena is not None
        assert self.context is not None
        return list(dict.fromkeys([*(b.buffer for b in self.bindings), self.arena, self.context]))

    @property
    def written(self) -> list[Buffer] | None:
        """Those of them that it writes; None: perhaps any."""
        calls, own = self.child.calls, [b for b in (self.arena, self.context) if b is not None]
        if any(call.nest is None for call in calls):
            return None
        stored = {s.buffer.argument for call in calls if call.nest for s in call.nest.stores}
        return own + [b.buffer for b in self.bindings if b.argument in stored]

    def filled(self, i: int, pointer: Callable[[Buffer], str]) -> list[str]:
        """The lines that write the context."""
        assert self.arena is not None
        assert self.context is not None
        place = pointer(self.context)
        words: list[tuple[int, str | None, int]] = [
            (0, pointer(self.arena), 0), (1, None, self.length)]  # fmt: skip
        for b in self.bindings:
            words += [(4 + 2 * b.argument, pointer(b.buffer), b.start),
                      (5 + 2 * b.argument, None, b.move)]  # fmt: skip
        if self.breathes:
            words += [(2, "%python", 0), (3, "%stop", 0)]
        return stored(i, words, place)

    def text(self) -> str:
        """The function that it is."""
        calls = self.child.calls
        own = units(calls, self.bindings, self.child.bits) if self.parallel else None
        return run_text(calls, self.name, chained=True, units=own)

    def work(self) -> tuple[float, float, float]:
        """Seconds, operations, bytes."""
        calls, n = self.child.calls, self.length
        return (n * sum(c.seconds for c in calls), n * sum(c.flops for c in calls),
                n * sum(c.bytes for c in calls))  # fmt: skip

    @property
    def children(self) -> tuple[Builder, ...]:
        """The programs that it runs."""
        return (self.child,)

    @property
    def parallel(self) -> bool:
        """Whether its body has work for several threads."""
        return self.child.parallel

    @property
    def breathes(self) -> bool:
        """Whether somewhere inside there is a loop that looks whether to stop."""
        return breathing(self.child)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to run."""
        return self.length == 0


def _again(node: Node) -> dict[int, int]:
    """The results of each step that are a new state: which one."""
    body, carry = node.attrs["body"], node.attrs["carry"]
    states = {x: i for i, x in enumerate(body.outputs[:carry])}
    rows = range(carry, len(node.shape) - carry)
    return {j: states[body.outputs[j]] for j in rows if body.outputs[j] in states}


def breathing(child: Builder) -> bool:
    """Whether a program calls Python to look whether to stop."""
    return [] in child.host


def stored(i: int, words: Sequence[tuple[int, str | None, int]], place: str) -> list[str]:
    """The lines that write words of a context: a number, or so many bytes after an address."""
    lines = []
    for n, (word, name, number) in enumerate(words):
        value = str(number)
        if name is not None:
            value = f"%scan{i}_{n}"
            lines += [f"  {value}_p = getelementptr i8, ptr {name}, i64 {number}",
                      f"  {value} = ptrtoint ptr {value}_p to i64"]  # fmt: skip
        lines += [f"  %scan{i}_{n}_to = getelementptr i64, ptr {place}, i64 {word}",
                  f"  store i64 {value}, ptr %scan{i}_{n}_to"]  # fmt: skip
    return lines
