"""The whole program: memory, the calls of its kernels in order, one module of LLVM's language.

    void run(ptr context, i32 thread, i32 threads, ptr team)

runs the kernels once for each step, on every thread of a team side by side. The context is a
row of 64-bit words:

    0  address of the arena      1  how many steps      2  address of the call back into Python
    4 + 2k  address of argument k      5 + 2k  how far it moves on with each step, in bytes
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native import mathlib
from tiza.readings.native.emit import Kernel
from tiza.readings.native.index import Opaque
from tiza.readings.native.memory import Buffer
from tiza.readings.native.nest import Lowerer, Nest
from tiza.readings.native.places import Places
from tiza.readings.native.plan import Group, Planner
from tiza.readings.native.pool import BARRIER_IR
from tiza.readings.native.schedule import Schedule, cone, lanes_of, product, schedule
from tiza.readings.native.special import concat_nests, copy_nest, fill_nest, random_text
from tiza.readings.native.tables import SCATTER

SMALL = 3e-6  # seconds of work that are not worth waking another thread for
HEADER, WORDS = 4, 2  # of the context: before the arguments, and for each


@dataclass
class Call:
    """One kernel called: the function, its buffers, how often its outermost loop runs."""

    name: str
    buffers: list[Buffer]
    trips: int
    seconds: float  # estimated, on one thread
    shared: bool  # by several threads
    group: Group | None
    flops: float = 0.0
    bytes: float = 0.0
    host: int | None = None  # called back into Python: which node
    nest: Nest | None = None
    plan: Schedule | None = None


class Builder:
    """Turns a plan into text."""

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Node], bits: int, registers: int,
                 aliased: Mapping[int, int], forced: Iterable[Node] = (),
                 alone: Iterable[Node] = ()) -> None:  # fmt: skip
        self.bits, self.registers = bits, registers
        planner = Planner(inputs, outputs, forced, alone)
        self.plan = planner.plan()
        self.places = Places(planner, self.plan, bits, aliased)
        self.memory, self.layout = self.places.memory, self.places.layout
        self.functions: dict[str, str] = {}  # text without its name → name
        self.calls: list[Call] = []
        self.declared: set[str] = set()
        self.mathematics: set[tuple[str, Any, int]] = set()
        self.host: list[list[Node]] = []
        self.checked = False

    # -- kernels ----------------------------------------------------------------------------

    def build(self) -> None:
        """All kernels, in order."""
        lowerer = Lowerer(self.memory, self.plan.elided)
        for group in self.plan.groups:
            if all(math.prod(r.shape) == 0 for r in group.roots if not r.prim.several):
                continue
            self._group(group, lowerer)
        for node, buffer in self.places.copies:
            if buffer.size:
                self._nest(copy_nest(node, buffer, self.memory), None)

    def _group(self, group: Group, lowerer: Lowerer) -> None:
        root = group.roots[0]
        if root.prim.several and all(math.prod(r.shape) == 0 for r in group.roots[1:]):
            return
        if group.kind == "host":
            self._host(group, root)
        elif group.kind == "random_bits":
            self._random(group, root)
        elif group.kind == "concat":
            for nest in concat_nests(root, self.memory):
                self._nest(nest, group)
        elif group.kind == "scatter":
            if root.prim.name in SCATTER or root.prim.name == "pad":
                self._nest(fill_nest(self.memory[root].buffer), group)
            self._nest(lowerer.nest(group), group)
        else:
            try:
                nest = lowerer.nest(group)
            except Opaque:
                raise Failed(group) from None
            self._nest(nest, group)

    def _nest(self, nest: Nest, group: Group | None) -> None:
        if any(i.extent == 0 for i in nest.kept):
            return
        width = lanes_of(nest, self.bits)
        way = schedule(nest, width, self.registers)
        if way.kind == "along" and blocked(nest):
            self._nest(fill_nest(nest.outer[0].buffer), group)
            way = schedule(nest, width, self.registers)
        kernel = Kernel(nest, way, width)
        body = kernel.write("@")
        self.checked |= nest.checked
        self.declared |= kernel.text.declared
        self.mathematics |= kernel.text.functions
        name = self._function(body)
        flops, moved = work(nest)
        seconds = flops / (width * 6e9) + moved / 40e9
        shared = kernel.divisible and kernel.trips > 1 and seconds > SMALL
        self.calls.append(Call(name, list(kernel.pointer), kernel.trips, seconds, shared, group,
                               flops, moved, nest=nest, plan=kernel.plan))  # fmt: skip

    def _function(self, body: str) -> str:
        """The name of a function with this text; equal ones are shared."""
        name = self.functions.get(body)
        if name is None:
            name = self.functions[body] = f"k{len(self.functions)}"
        return name

    def _random(self, group: Group, root: Node) -> None:
        key, out = self.memory[root.inputs[0]], self.memory[root]
        width = self.bits // 32
        body, trips = random_text(out.buffer.size, width, key.offset)
        self.mathematics.add(("random_bits4", np.dtype("float32"), width))
        seconds = out.buffer.size * 1e-9
        shared = trips > 1 and seconds > SMALL
        buffers = [key.buffer, out.buffer]
        self.calls.append(Call(self._function(body), buffers, trips, seconds, shared, group,
                               bytes=out.buffer.bytes))  # fmt: skip

    def _host(self, group: Group, root: Node) -> None:
        number = len(self.host)
        self.host.append(group.roots)
        self.calls.append(Call("host", [], 1, 0.0, False, group, host=number))

    # -- text -------------------------------------------------------------------------------

    def text(self, only: int | None = None) -> str:
        """The module; `only`: with one of its calls alone, to be timed."""
        declared, mathematics = mathlib.definitions(sorted(self.mathematics, key=str))
        functions = [body.replace("@@(", f"@{name}(", 1) for body, name in self.functions.items()]
        parts = [
            BARRIER_IR,
            "@outside = global i32 0",
            "@nothing = internal constant [64 x i8] zeroinitializer, align 64",
            *sorted(self.declared | declared),
            mathematics,
            *functions,
            self._run(self.calls if only is None else self.calls[only : only + 1]),
            f'attributes #0 = {{ nounwind "prefer-vector-width"="{self.bits}" }}',
        ]
        return "\n".join(parts)

    @property
    def parallel(self) -> bool:
        """Whether any kernel is shared by threads."""
        return any(c.shared for c in self.calls)

    def _run(self, calls: Sequence[Call]) -> str:
        lines = [
            "define void @run(ptr %context, i32 %thread, i32 %threads, ptr %team) #0 {",
            "entry:",
            "  %arena = load ptr, ptr %context",
            "  %steps_at = getelementptr i64, ptr %context, i64 1",
            "  %steps = load i64, ptr %steps_at",
            "  %python_at = getelementptr i64, ptr %context, i64 2",
            "  %python = load ptr, ptr %python_at",
            "  %t = zext i32 %thread to i64",
            "  %n = zext i32 %threads to i64",
            "  %first = icmp eq i32 %thread, 0",
        ]
        used = sorted({b.argument for c in calls for b in c.buffers if b.argument is not None})
        for k in used:
            lines += [
                f"  %base{k}_at = getelementptr i64, ptr %context, i64 {HEADER + WORDS * k}",
                f"  %base{k} = load ptr, ptr %base{k}_at",
                f"  %move{k}_at = getelementptr i64, ptr %context, i64 {HEADER + 1 + WORDS * k}",
                f"  %move{k} = load i64, ptr %move{k}_at",
            ]
        offsets = sorted({b.offset for c in calls for b in c.buffers if b.offset is not None})
        lines += [f"  %m{o} = getelementptr i8, ptr %arena, i64 {o}" for o in offsets]
        lines += [
            "  br label %head",
            "head:",
            "  %step = phi i64 [ 0, %entry ], [ %next, %tail ]",
            "  %going = icmp slt i64 %step, %steps",
            "  br i1 %going, label %body, label %done",
            "body:",
        ]
        for k in used:
            lines += [
                f"  %far{k} = mul i64 %move{k}, %step",
                f"  %arg{k} = getelementptr i8, ptr %base{k}, i64 %far{k}",
            ]
        lines += self._calls(calls)
        lines += ["  br label %tail", "tail:", "  %next = add i64 %step, 1", "  br label %head",
                  "done:", "  ret void", "}"]  # fmt: skip
        return "\n".join(lines)

    def _calls(self, calls: Sequence[Call]) -> list[str]:
        lines: list[str] = []
        parallel = any(c.shared for c in calls)
        alone = False  # thread 0 is working by itself
        for i, call in enumerate(calls):
            if parallel and call.shared:
                if alone:
                    lines += [f"  br label %after{i}", f"after{i}:"]
                    lines.append("  call void @tz_barrier(ptr %team)")
                    alone = False
                lines += [
                    f"  %lo{i}_ = mul i64 %t, {call.trips}",
                    f"  %lo{i} = udiv i64 %lo{i}_, %n",
                    f"  %t{i} = add i64 %t, 1",
                    f"  %hi{i}_ = mul i64 %t{i}, {call.trips}",
                    f"  %hi{i} = udiv i64 %hi{i}_, %n",
                    self._one(call, f"%lo{i}", f"%hi{i}"),
                    "  call void @tz_barrier(ptr %team)",
                ]
                continue
            if parallel and not alone:
                lines += [
                    f"  br i1 %first, label %only{i}, label %after{_next(calls, i)}",
                    f"only{i}:",
                ]
                alone = True
            lines.append(self._one(call, "0", str(call.trips)))
        if alone:
            lines += ["  br label %afterend", "afterend:", "  call void @tz_barrier(ptr %team)"]
        return lines

    def _one(self, call: Call, start: str, stop: str) -> str:
        if call.host is not None:
            return f"  call void %python(i64 {call.host}, i64 %step)"
        names = [f"%arg{b.argument}" if b.argument is not None else f"%m{b.offset}"
                 for b in call.buffers]  # fmt: skip
        args = ", ".join([*(f"ptr {n}" for n in names), f"i64 {start}", f"i64 {stop}"])
        return f"  call void @{call.name}({args})"


def _next(calls: Sequence[Call], i: int) -> str:
    """The number of the next kernel that threads share."""
    shared = (j for j in range(i + 1, len(calls)) if calls[j].shared)
    return str(next(shared, "end"))


class Failed(Exception):
    """A kernel cannot be lowered as it was planned."""

    def __init__(self, group: Group) -> None:
        super().__init__(group)
        self.group = group


NEAR = 1 << 19  # bytes that are read again and again from a near cache


def blocked(nest: Nest) -> bool:
    """Sum a long product piece by piece: the outermost reduced loop goes around the tiles.

    Each piece is added to what stands in memory, which must begin as zeros.
    """
    pair = product(nest)
    plain = len(nest.outer) == 1 and nest.outer[0].value is nest.reductions[0].result
    if pair is None or not plain or len(nest.reduced) < 2:
        return False
    if sum(x.extra[0].bytes for x in pair) < NEAR:
        return False
    loop = nest.reduced.pop(0)
    nest.kept.append(loop)
    nest.serial.append(loop)
    nest.outer[0].add = True
    return True


def work(nest: Nest) -> tuple[float, float]:
    """Floating-point operations and bytes of a nest, roughly."""
    inside = math.prod(i.extent for i in nest.reduced)
    outside = math.prod(i.extent for i in nest.kept)
    ops = {"number": 0, "load": 0, "result": 0, "index": 1}
    inner = cone([r.value for r in nest.reductions] + [s.value for s in nest.inner])
    outer = cone([s.value for s in nest.outer]) - inner
    dear = lambda v: ops.get(v.op, 8 if v.op in mathlib.FUNCTIONS else 1)
    flops = outside * (inside * (sum(map(dear, inner)) + len(nest.reductions))
                       + sum(map(dear, outer)))  # fmt: skip
    moved = sum(min(b.bytes, outside * inside * b.dtype.itemsize) for b in nest.buffers())
    return float(flops), float(moved)
