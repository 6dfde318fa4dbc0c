"""`cond` and `while` as parts of the program: their bodies are programs of their own.

A branch calls one of two programs, by a truth value that stands in memory when it comes to it.
A `while` loop keeps its state in places of its own: one program says whether to go on, another
writes the next state over the last. As nobody knows how long that takes, it calls Python now and
then, which may have been asked to stop (Ctrl-C).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.driving.driver import HEADER, MEET, STEPS, WORDS, run_text
from tiza.readings.native.driving.recurrence import (
    BYTE,
    WORD,
    Binding,
    Recurrence,
    breathing,
    stored,
)
from tiza.readings.native.terms.memory import Buffer, View

if TYPE_CHECKING:
    from tiza.readings.native.planning.plan import Group
    from tiza.readings.native.program import Builder

Make = Callable[..., "Builder"]
TRUTH = np.dtype("bool")
BREATH = 0.02  # seconds between two looks whether to stop
OFTEN, SELDOM = 1, 1 << 16  # turns between them
GUESS = 16  # turns of a loop, for estimates
HEAD = "define internal void @{}(ptr %context, i32 %thread, i32 %threads, ptr %team) #0 {{"
CALL = "  call void @{}(ptr {}, i32 %thread, i32 %threads, ptr %team)"


@dataclass
class Programs:
    """What a branch and a loop share: programs, each with a context inside of one block.

    Word 0 of the block is the address of the truth value that decides.
    """

    node: Node
    parts: list[Node]
    children: tuple[Builder, Builder]
    bindings: tuple[list[Binding], list[Binding]] = field(default_factory=lambda: ([], []))
    begins: list[tuple[Node, Buffer, int]] = field(default_factory=list)
    truth: tuple[Buffer, int] | None = None
    arena: Buffer | None = None
    context: Buffer | None = None
    name: str = ""

    def starts(self) -> list[int]:
        """The words at which the contexts of the programs begin; the end of the last."""
        found = [HEADER]
        for child in self.children:
            found.append(found[-1] + HEADER + WORDS * child.layout.arguments)
        return found

    def _take(self, take: Callable[[Buffer], None]) -> None:
        """Memory for the programs and their contexts; only one of them runs at a time."""
        self.arena = Buffer((max(1, *(c.layout.arena for c in self.children)),), BYTE)
        self.context = Buffer((self.starts()[-1],), WORD)
        take(self.arena)
        take(self.context)

    def _result(self, child: int, number: int, buffer: Buffer) -> None:
        """Where a program writes one of its results."""
        argument = self.children[child].places.results[number].argument
        assert argument is not None  # results are arguments
        self.bindings[child].append(Binding(argument, buffer))

    def _data(self, memory: Callable[[Node], View]) -> None:
        for child, bindings in zip(self.children, self.bindings, strict=True):
            for node, argument in child.layout.data:
                bindings.append(_bound(argument, memory(node)))

    def buffers(self) -> list[Buffer]:
        """Everything that a call touches."""
        assert self.arena is not None
        assert self.context is not None
        assert self.truth is not None
        bound = [b.buffer for bindings in self.bindings for b in bindings]
        return list(dict.fromkeys([*bound, self.truth[0], self.arena, self.context]))

    @property
    def written(self) -> list[Buffer] | None:
        """Those of them that it writes; None: perhaps any."""
        return None

    def filled(self, i: int, pointer: Callable[[Buffer], str]) -> list[str]:
        """The lines that write the block."""
        assert self.arena is not None
        assert self.context is not None
        assert self.truth is not None
        words: list[tuple[int, str | None, int]] = [(0, pointer(self.truth[0]), self.truth[1])]
        pairs = zip(self.starts(), self.children, self.bindings, strict=False)
        for start, _, bindings in pairs:
            words += [(start, pointer(self.arena), 0), (start + 1, None, 1)]
            if self.breathes:
                words += [(start + 2, "%python", 0), (start + 3, "%stop", 0)]
            for b in bindings:
                word = start + HEADER + WORDS * b.argument
                words += [(word, pointer(b.buffer), b.start), (word + 1, None, 0)]
        return stored(i, words, pointer(self.context))

    def _programs(self) -> list[str]:
        return [run_text(child.calls, f"{self.name}_{k}") for k, child in enumerate(self.children)]

    def _contexts(self) -> list[str]:
        first, second, _ = self.starts()
        return [f"  %first = getelementptr i64, ptr %context, i64 {first}",
                f"  %second = getelementptr i64, ptr %context, i64 {second}",
                "  %truth = load ptr, ptr %context"]  # fmt: skip

    @property
    def parallel(self) -> bool:
        """Whether a program has work for several threads."""
        return any(child.parallel for child in self.children)

    @property
    def breathes(self) -> bool:
        """Whether somewhere inside there is a loop that looks whether to stop."""
        return any(map(breathing, self.children))

    @property
    def empty(self) -> bool:
        """Whether there is nothing to run."""
        return False


def _bound(argument: int, view: View) -> Binding:
    return Binding(argument, view.buffer, view.offset * view.buffer.dtype.itemsize)


class Branch(Programs):
    """`cond`: the first program where the truth value holds, else the second."""

    @classmethod
    def of(cls, node: Node, parts: Sequence[Node], make: Make) -> Branch:
        """The node with both of its bodies built."""
        sides = [node.attrs[side] for side in ("yes", "no")]
        yes, no = (make(body.inputs, body.outputs, {}) for body in sides)
        return cls(node, list(parts), (yes, no))

    def place(self, take: Callable[[Buffer], None]) -> dict[Node, View]:
        """Buffers for the results; the views that are its parts."""
        named = {p.attrs["index"]: p for p in self.parts}
        views = {}
        for k, out in enumerate(self.node.attrs["yes"].outputs):
            buffer = Buffer(out.shape, out.dtype)
            take(buffer)
            self._result(0, k, buffer)
            self._result(1, k, buffer)
            if k in named:
                views[named[k]] = buffer.view()
        self._take(take)
        return views

    def connect(self, memory: Callable[[Node], View]) -> None:
        """Bind what the bodies read."""
        whether, *operands = map(memory, self.node.inputs)
        self.truth = whether.buffer, whether.offset
        for bindings in self.bindings:
            bindings += [_bound(k, view) for k, view in enumerate(operands)]
        self._data(memory)

    def work(self) -> tuple[float, float, float]:
        """Seconds, operations, bytes: those of the longer way."""
        return max(map(_work, self.children))

    def text(self) -> str:
        """The function that it is."""
        lines = [
            *self._programs(), HEAD.format(self.name), *self._contexts(),
            "  %byte = load i8, ptr %truth",
            "  %holds = icmp ne i8 %byte, 0",
            "  br i1 %holds, label %yes, label %no",
            "yes:", CALL.format(f"{self.name}_0", "%first"), "  ret void",
            "no:", CALL.format(f"{self.name}_1", "%second"), "  ret void", "}",
        ]  # fmt: skip
        return "\n".join(lines)


class Repeated(Programs):
    """`while`: the first program says whether to go on, the second makes the next state."""

    moving: list[int]  # the numbers of states that change

    @classmethod
    def of(cls, node: Node, parts: Sequence[Node], make: Make) -> Repeated:
        """The node with its test and its body built."""
        test, body = node.attrs["test"], node.attrs["body"]
        pairs = zip(body.inputs, body.outputs, strict=True)
        moving = [k for k, (before, after) in enumerate(pairs) if after is not before]
        step = make(body.inputs, [body.outputs[k] for k in moving], dict(enumerate(moving)))
        made = cls(node, list(parts), (make(test.inputs, test.outputs, {}), step))
        made.moving = moving
        return made

    def place(self, take: Callable[[Buffer], None]) -> dict[Node, View]:
        """Buffers for the states; the views that are its parts."""
        named = {p.attrs["index"]: p for p in self.parts}
        views = {}
        for k, start in enumerate(self.node.inputs):
            if k not in self.moving and k not in named:
                continue  # read where it stands
            buffer = Buffer(start.shape, start.dtype)
            take(buffer)
            self.begins.append((start, buffer, 0))
            for bindings in self.bindings:
                bindings.append(Binding(k, buffer))
            if k in named:
                views[named[k]] = buffer.view()
        truth = Buffer((), TRUTH)
        take(truth)
        self._result(0, 0, truth)
        self.truth = truth, 0
        self._take(take)
        return views

    def connect(self, memory: Callable[[Node], View]) -> None:
        """Bind what stays as it is."""
        own = {b.argument for b in self.bindings[1]}
        for k, x in enumerate(self.node.inputs):
            if k not in own:
                for bindings in self.bindings:
                    bindings.append(_bound(k, memory(x)))
        self._data(memory)

    def work(self) -> tuple[float, float, float]:
        """Seconds, operations, bytes, as if it made a few turns."""
        test, body = map(_work, self.children)
        seconds, flops, moved = (GUESS * (a + b) for a, b in zip(test, body, strict=True))
        return seconds, flops, moved

    def text(self) -> str:
        """The function that it is. Threads meet before the test is read and before it is made."""
        meet = [MEET] if self.parallel else []
        lines = [
            *self._programs(), HEAD.format(self.name), "entry:", *self._contexts(),
            "  %python_at = getelementptr i64, ptr %first, i64 2",
            "  %python = load ptr, ptr %python_at",
            "  %stop_at = getelementptr i64, ptr %first, i64 3",
            "  %stop = load ptr, ptr %stop_at",
            "  %leads = icmp eq i32 %thread, 0",
            "  br label %head",
            "head:",
            "  %turn = phi i64 [ 0, %entry ], [ %next, %tail ]",
            CALL.format(f"{self.name}_0", "%first"), *meet,
            "  %byte = load i8, ptr %truth",
            "  %holds = icmp ne i8 %byte, 0",
            "  %told = load volatile i64, ptr %stop",
            "  %free = icmp eq i64 %told, 0",
            "  %going = and i1 %holds, %free",
            "  br i1 %going, label %body, label %done",
            "body:",
            CALL.format(f"{self.name}_1", "%second"), *meet,
            "  %next = add i64 %turn, 1",
            f"  %rest = and i64 %next, {self._often() - 1}",
            "  %due = icmp eq i64 %rest, 0",
            "  %looks = and i1 %due, %leads",
            "  br i1 %looks, label %breath, label %tail",
            "breath:",
            f"  call void %python(i64 {-1 << STEPS})",
            "  br label %tail",
            "tail:",
            "  br label %head",
            "done:", "  ret void", "}",
        ]  # fmt: skip
        return "\n".join(lines)

    def _often(self) -> int:
        """After how many turns to look whether to stop: a power of 2."""
        turns = max(OFTEN, min(SELDOM, int(BREATH * GUESS / (self.work()[0] + 1e-7))))
        return 1 << (turns.bit_length() - 1)

    @property
    def breathes(self) -> bool:
        """It looks whether to stop."""
        return True


def _work(child: Builder) -> tuple[float, float, float]:
    calls: list[Any] = child.calls
    return (sum(c.seconds for c in calls), sum(c.flops for c in calls),
            sum(c.bytes for c in calls))  # fmt: skip


Loop = Recurrence | Branch | Repeated
LOOPS: dict[str, type[Loop]] = {"scan": Recurrence, "cond": Branch, "while": Repeated}


def built(groups: Sequence[Group], make: Make) -> dict[Node, Loop]:
    """Loops and branches, their bodies built; what calls Python is left to it whole."""
    found = {}
    for group in groups:
        if group.kind not in LOOPS:
            continue
        node, *parts = group.roots
        loop = LOOPS[group.kind].of(node, parts, make)
        if loop.empty or any(roots for child in loop.children for roots in child.host):
            group.kind = "host"
        else:
            found[node] = loop
    return found
