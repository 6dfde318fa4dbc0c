"""The function that calls the kernels, step after step, and where threads meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiza.readings.native.memory import Buffer

if TYPE_CHECKING:
    from tiza.readings.native.program import Call

HEADER, WORDS = 4, 2  # of the context: before the arguments, and for each
MEET = "  call void @tz_barrier(ptr %team)"


def pointer(buffer: Buffer) -> str:
    """The name of a buffer's address in this function."""
    return f"%arg{buffer.argument}" if buffer.argument is not None else f"%m{buffer.offset}"


@dataclass(frozen=True)
class Ahead:
    """Rows of argument `data` that the next step gathers, by the numbers in argument `where`."""

    data: int
    where: int
    rows: int
    bytes: int  # of one row


AHEAD_TEXT = """
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
define internal void @tz_ahead(ptr %data, ptr %where, i64 %rows, i64 %bytes) noinline nounwind {
entry:
  br label %row
row:
  %i = phi i64 [ 0, %entry ], [ %next, %after ]
  %at = getelementptr i64, ptr %where, i64 %i
  %number = load i64, ptr %at
  %offset = mul i64 %number, %bytes
  %start = getelementptr i8, ptr %data, i64 %offset
  br label %line
line:
  %j = phi i64 [ 0, %row ], [ %more, %line ]
  %place = getelementptr i8, ptr %start, i64 %j
  call void @llvm.prefetch.p0(ptr %place, i32 0, i32 2, i32 1)
  %more = add i64 %j, 64
  %inside = icmp slt i64 %more, %bytes
  br i1 %inside, label %line, label %after
after:
  %next = add i64 %i, 1
  %going = icmp slt i64 %next, %rows
  br i1 %going, label %row, label %done
done:
  ret void
}
"""


def run_text(calls: Sequence[Call], name: str = "run", ahead: Sequence[Ahead] = ()) -> str:
    """`void run(ptr context, i32 thread, i32 threads, ptr team)` for these calls."""
    linkage = "" if name == "run" else "internal "
    lines = [
        f"define {linkage}void @{name}(ptr %context, i32 %thread, i32 %threads, ptr %team) #0 {{",
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
    buffers = [b for call in calls for b in call.buffers]
    used = sorted({b.argument for b in buffers if b.argument is not None}
                  | {k for a in ahead for k in (a.data, a.where)})  # fmt: skip
    for k in used:
        lines += [
            f"  %base{k}_at = getelementptr i64, ptr %context, i64 {HEADER + WORDS * k}",
            f"  %base{k} = load ptr, ptr %base{k}_at",
            f"  %move{k}_at = getelementptr i64, ptr %context, i64 {HEADER + 1 + WORDS * k}",
            f"  %move{k} = load i64, ptr %move{k}_at",
        ]
    offsets = sorted({b.offset for b in buffers if b.offset is not None})
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
    lines += _looks_ahead(ahead)
    lines += _calls(calls)
    lines += ["  br label %tail", "tail:", "  %next = add i64 %step, 1", "  br label %head",
              "done:", "  ret void", "}"]  # fmt: skip
    return "\n".join(lines)


def _looks_ahead(ahead: Sequence[Ahead]) -> list[str]:
    """Thread 0 asks for what the next step will read, while this one is computed."""
    if not ahead:
        return []
    lines = ["  %coming = add i64 %step, 1", "  %some = icmp slt i64 %coming, %steps",
             "  %asks = and i1 %some, %first", "  br i1 %asks, label %look, label %looked",
             "look:"]  # fmt: skip
    for i, a in enumerate(ahead):
        lines += [f"  %soon{i} = getelementptr i64, ptr %arg{a.where}, i64 {a.rows}",
                  f"  call void @tz_ahead(ptr %base{a.data}, ptr %soon{i}, i64 {a.rows}, "
                  f"i64 {a.bytes})"]  # fmt: skip
    return [*lines, "  br label %looked", "looked:"]


def _calls(calls: Sequence[Call]) -> list[str]:
    """Thread 0 makes small calls by itself; before and after shared ones all threads meet."""
    lines: list[str] = []
    if not any(c.shared for c in calls):
        return [line for i, call in enumerate(calls) for line in _by_one(i, call)]
    alone = False
    for i, call in enumerate(calls):
        if call.shared:
            if alone and call.loop is not None:
                lines += call.loop.filled(i, pointer)
            if alone:
                lines += [f"  br label %after{i}", f"after{i}:", MEET]
            elif call.loop is not None:
                lines += [f"  br i1 %first, label %fill{i}, label %go{i}", f"fill{i}:"]
                lines += [*call.loop.filled(i, pointer), f"  br label %go{i}", f"go{i}:", MEET]
            alone = False
            lines += _by_all(i, call)
            continue
        if not alone:
            after = next((j for j in range(i + 1, len(calls)) if calls[j].shared), "end")
            lines += [f"  br i1 %first, label %only{i}, label %after{after}", f"only{i}:"]
            alone = True
        lines += _by_one(i, call)
    return [*lines, "  br label %afterend", "afterend:", MEET] if alone else lines


def _by_one(i: int, call: Call) -> list[str]:
    if call.host is not None:
        return [f"  call void %python(i64 {call.host}, i64 %step)"]
    if call.loop is not None:
        context = pointer(_context(call))
        return [*call.loop.filled(i, pointer),
                f"  call void @{call.name}(ptr {context}, i32 0, i32 1, ptr %team)"]  # fmt: skip
    return [_one(call, "0", str(call.trips))]


def _by_all(i: int, call: Call) -> list[str]:
    if call.loop is not None:
        return [f"  call void @{call.name}(ptr {pointer(_context(call))}, i32 %thread, "
                "i32 %threads, ptr %team)"]  # fmt: skip
    return [
        f"  %lo{i}_ = mul i64 %t, {call.trips}",
        f"  %lo{i} = udiv i64 %lo{i}_, %n",
        f"  %t{i} = add i64 %t, 1",
        f"  %hi{i}_ = mul i64 %t{i}, {call.trips}",
        f"  %hi{i} = udiv i64 %hi{i}_, %n",
        _one(call, f"%lo{i}", f"%hi{i}"),
        MEET,
    ]


def _context(call: Call) -> Buffer:
    assert call.loop is not None
    assert call.loop.context is not None
    return call.loop.context


def _one(call: Call, start: str, stop: str) -> str:
    args = [*(f"ptr {pointer(b)}" for b in call.buffers), f"i64 {start}", f"i64 {stop}"]
    return f"  call void @{call.name}({', '.join(args)})"
