"""The function that calls the kernels, step after step, and where threads meet."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tiza.readings.native.driving.apiece import Apiece
from tiza.readings.native.driving.aside import Aside
from tiza.readings.native.driving.close import Close
from tiza.readings.native.driving.listed import Listed
from tiza.readings.native.driving.meeting import meetings
from tiza.readings.native.driving.strips import Strip, neighbours, strips
from tiza.readings.native.driving.taking import TEXT, Taking, bound
from tiza.readings.native.emitting.ahead import Ahead, Asking
from tiza.readings.native.terms.memory import Buffer

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call

HEADER, WORDS = 4, 2  # of the context: before the arguments, and for each
STEPS = 40  # bits of the number of a step, in what Python is asked: which node, at which step
MEET = "  call void @tz_barrier(ptr %team)"


def pointer(buffer: Buffer, own: Apiece | None = None) -> str:
    """The name of a buffer's address in this function."""
    mine = own.name(buffer) if own else None
    if mine is not None:
        return mine
    if buffer.argument is not None:
        return f"%arg{buffer.argument}"
    share = f"_{buffer.shares}_{buffer.bytes}" if buffer.shares > 1 else ""
    return f"%m{buffer.offset}{share}"


def run_text(calls: Sequence[Call], name: str = "run", ahead: Sequence[Ahead] = (), *,
             chained: bool = False, close: Close | None = None,
             units: Sequence[int] | None = None,
             replaced: Iterable[Buffer] = (), aside: Aside | None = None,
             bits: int = 0) -> str:  # fmt: skip
    """`void run(ptr context, i32 thread, i32 threads, ptr team)` for these calls.

    chained: see `meetings`; close: what stays in registers from step to step; units: see `own`;
    replaced: arguments that results go into, where small calls may be made by each thread;
    aside: those that each thread has to itself for many steps; bits: of a vector, where calls may
    be put together as strips.
    """
    close, aside = close or Close(), aside or Aside()
    own = _apiece(calls, replaced)
    asking = Asking(calls, ahead)
    apart = {i for i, call in enumerate(calls) if i in asking.shares or bound(i, call, own, aside)}
    found = strips(calls, bits, apart) if bits else []
    within = neighbours(found)
    meets = meetings(calls, chained=chained, own=own, strips=within)
    taking = Taking.of(calls, meets, own, aside, within) if name == "run" else Taking()
    listed = taking.listed(calls, meets, own, aside, asking, HEADER)
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
    buffers = [b for i, call in enumerate(calls) if i not in listed.calls for b in call.buffers]
    used = sorted({b.argument for b in buffers if b.argument is not None} | own.arguments
                  | {k for a in ahead for k in (a.data, a.where)})  # fmt: skip
    lines += addresses(used)
    offsets = {b.offset for b in buffers if b.offset is not None and b.shares == 1}
    lines += [f"  %m{o} = getelementptr i8, ptr %arena, i64 {o}"
              for o in sorted(offsets - close.offsets)]  # fmt: skip
    lines += _own({pointer(b): b for b in buffers if b.shares > 1})
    if any(c.loop is not None and c.loop.breathes for c in calls):
        lines += ["  %stop_at = getelementptr i64, ptr %context, i64 3",
                  "  %stop = " + ("getelementptr i8, ptr %stop_at, i64 0" if name == "run"
                                  else "load ptr, ptr %stop_at")]  # fmt: skip
    lines += [
        *close.begin(),
        *own.begin(),
        *aside.begin(),
        *taking.begin(),
        *asking.room(),
        *listed.begin(),
        "  br label %head",
        "head:",
        "  %step = phi i64 [ 0, %entry ], [ %next, %tail ]",
    ]
    moving = {k: "own_" if k in own.fresh else "aside_" if k in aside.arguments else ""
              for k in used if k not in close.arguments and k not in own.round}  # fmt: skip
    lines += [f"  %arg{k} = phi ptr [ %{whose}base{k}, %entry ], [ %later{k}, %tail ]"
              for k, whose in moving.items()]  # fmt: skip
    lines += [
        "  %going = icmp slt i64 %step, %steps",
        "  br i1 %going, label %body, label %done",
        "body:",
    ]
    lines += asking.begin()
    if units is None and any(c.shared for c in calls):
        lines += _calls(calls, asking, own, aside, listed, meets, found)
    elif units is None:
        lines += [line for i, call in enumerate(calls) for line in _by_one(i, call)]
    else:
        lines += [line for i, n in enumerate(units) for line in _by_all(i, calls[i], asking, n)]
    lines += ["  br label %tail", "tail:", "  %next = add i64 %step, 1"]
    lines += [f"  %later{k} = getelementptr i8, ptr %arg{k}, i64 %{whose}move{k}"
              for k, whose in moving.items()]  # fmt: skip
    lines += [
        "  br label %head",
        "done:",
        *close.end(),
        *aside.end(),
        *taking.end(),
        *own.end(),
        "  ret void",
        "}",
    ]
    taken = [TEXT, listed.text()] if taking.words else []
    return "\n".join([*([asking.text()] if asking.shares else []), *taken, *lines])


def _apiece(calls: Sequence[Call], replaced: Iterable[Buffer]) -> Apiece:
    """What each thread makes by itself, if threads meet less often for it, but still do."""
    own = Apiece.of(calls, replaced)
    if not own.calls:
        return own
    fewer = len(meetings(calls, chained=False, own=own))
    return own if 0 < fewer < len(meetings(calls, chained=False)) else Apiece()


def addresses(used: Iterable[int]) -> list[str]:
    """Where these arguments begin, and how far they move on with each step."""
    lines = []
    for k in used:
        lines += [
            f"  %base{k}_at = getelementptr i64, ptr %context, i64 {HEADER + WORDS * k}",
            f"  %base{k} = load ptr, ptr %base{k}_at",
            f"  %move{k}_at = getelementptr i64, ptr %context, i64 {HEADER + 1 + WORDS * k}",
            f"  %move{k} = load i64, ptr %move{k}_at",
        ]
    return lines


def _own(buffers: Mapping[str, Buffer]) -> list[str]:
    """The addresses of what each thread has to itself."""
    lines = []
    for name, b in buffers.items():
        lines += [f"  {name}_by = mul i64 %t, {b.bytes // b.shares}",
                  f"  {name}_at = add i64 {name}_by, {b.offset}",
                  f"  {name} = getelementptr i8, ptr %arena, i64 {name}_at"]  # fmt: skip
    return lines


def _calls(calls: Sequence[Call], asking: Asking, own: Apiece, aside: Aside, listed: Listed,
           meets: Collection[int], found: Sequence[Strip]) -> list[str]:  # fmt: skip
    """Thread 0 makes small calls alone, or each does; threads meet where one disturbs another."""
    lines: list[str] = []
    within, begins = neighbours(found), {strip.first: strip for strip in found}
    alone: int | None = None  # the first of the calls that thread 0 makes by itself

    def together() -> None:
        nonlocal alone
        if alone is not None:
            lines.extend([f"  br label %after{alone}", f"after{alone}:"])
        alone = None

    for i, call in enumerate(calls):
        if i in meets:
            together()
            lines += [MEET] if i not in listed.calls else []
        if i in within:
            together()
            lines += _strip(begins[i], calls, own) if i in begins else []
            continue
        if i in own.calls:
            together()
            lines.append(_one(call, "0", str(call.trips), own))
            continue
        if alone is None and (not call.shared or call.loop is not None):
            lines += [f"  br i1 %first, label %only{i}, label %after{i}", f"only{i}:"]
            alone = i
        if not call.shared:
            lines += _by_one(i, call, own)
            continue
        if call.loop is not None:
            lines += call.loop.filled(i, pointer)
        together()
        lines += [MEET] if call.loop is not None else []
        lines += (listed.call(i) if i in listed.calls
                  else _by_all(i, call, asking, own=own, aside=aside))  # fmt: skip
    together()
    return [*lines, MEET] if len(calls) in meets else lines


def _strip(strip: Strip, calls: Sequence[Call], own: Apiece) -> list[str]:
    """Each thread's rows through all calls of a strip."""
    return [line if isinstance(line, str) else _one(calls[line[0]], *line[1:], own)
            for line in strip.lines(calls)]  # fmt: skip


def _by_one(i: int, call: Call, own: Apiece | None = None) -> list[str]:
    if call.host is not None:
        return [f"  %asked{i} = or i64 %step, {call.host << STEPS}",
                f"  call void %python(i64 %asked{i})"]  # fmt: skip
    if call.loop is not None:
        context = pointer(_context(call))
        return [*call.loop.filled(i, pointer),
                f"  call void @{call.name}(ptr {context}, i32 0, i32 1, ptr %team)"]  # fmt: skip
    return [_one(call, "0", str(call.trips), own)]


def _by_all(i: int, call: Call, asking: Asking, unit: int = 1,
            own: Apiece | None = None, aside: Aside | None = None) -> list[str]:  # fmt: skip
    """Each thread's part of a call: whole units of so many turns."""
    if call.loop is not None:
        return [f"  call void @{call.name}(ptr {pointer(_context(call))}, i32 %thread, "
                "i32 %threads, ptr %team)"]  # fmt: skip
    (many, here, after), lines = _having_room(i, call)
    wider = aside.share(i) if aside and i in aside.turns else []
    common = "c" if wider else ""
    lines += [*_share(f"%lo{i}{common}", here, call.trips, unit, many),
              *_share(f"%hi{i}{common}", after, call.trips, unit, many), *wider]  # fmt: skip
    if i in asking.shares:
        lines += asking.between(i, call.trips, lambda start, stop: _one(call, start, stop, own))
    else:
        lines.append(_one(call, f"%lo{i}", f"%hi{i}", own))
    return lines


def _having_room(i: int, call: Call) -> tuple[tuple[str, str, str], list[str]]:
    """How many threads take part, this one and the next: those that there is memory for."""
    shares = min((b.shares for b in call.buffers if b.shares > 1), default=0)
    lines = [f"  %t{i} = add i64 %t, 1"]
    if not shares:
        return ("%n", "%t", f"%t{i}"), lines
    lines += [f"  %few{i} = icmp ult i64 %n, {shares}",
              f"  %n{i} = select i1 %few{i}, i64 %n, i64 {shares}"]  # fmt: skip
    for name in ("%t", f"%t{i}"):
        lines += [f"  {name}in{i} = icmp ult i64 {name}, %n{i}",
                  f"  {name}at{i} = select i1 {name}in{i}, i64 {name}, i64 %n{i}"]  # fmt: skip
    return (f"%n{i}", f"%tat{i}", f"%t{i}at{i}"), lines


def _share(name: str, thread: str, trips: int, unit: int, many: str) -> list[str]:
    """Where a thread's part begins: of all units, as many as threads before it."""
    lines = [f"  {name}_ = mul i64 {thread}, {math.ceil(trips / unit)}",
             f"  {name}{'u' if unit > 1 else ''} = udiv i64 {name}_, {many}"]  # fmt: skip
    if unit > 1:  # the last unit may be shorter
        lines += [f"  {name}t = mul i64 {name}u, {unit}",
                  f"  {name}s = icmp ult i64 {name}t, {trips}",
                  f"  {name} = select i1 {name}s, i64 {name}t, i64 {trips}"]  # fmt: skip
    return lines


def _context(call: Call) -> Buffer:
    assert call.loop is not None
    assert call.loop.context is not None
    return call.loop.context


def _one(call: Call, start: str, stop: str, own: Apiece | None = None) -> str:
    args = [*(f"ptr {pointer(b, own)}" for b in call.buffers), f"i64 {start}", f"i64 {stop}"]
    return f"  call void @{call.name}({', '.join(args)})"
