"""Asking memory for the rows of the next step while this one is computed.

The rows of a batch lie anywhere in a large array. Each thread asks for its share of their cache
lines, a few after each piece of its work, so that memory answers behind the arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call

LINE = 64  # bytes
MOST_PIECES = 32  # of one call
PARTS = 1 << 12  # of which the shares of calls are whole numbers
EACH = 80e-9  # seconds of work for each line: what is asked for too early is gone again


@dataclass
class Ahead:
    """Rows of argument `data` that the next step gathers, by the numbers in argument `where`."""

    data: int
    where: int
    rows: int
    bytes: int  # of one row
    far: bool  # from an array too large for a near cache
    asked: bool = False  # by a kernel itself, while it reads those of this step

    @property
    def lines(self) -> int:
        """Cache lines of one row."""
        return -(-self.bytes // LINE)


DECLARED = {"declare void @llvm.prefetch.p0(ptr, i32, i32, i32)",
            "declare i64 @llvm.umin.i64(i64, i64)"}  # fmt: skip
TEXT = f"""
define internal void @tz_ahead(ptr %data, ptr %where, i64 %lines, i64 %bytes, i64 %from, i64 %to) noinline nounwind {{
entry:
  %row0 = udiv i64 %from, %lines
  %line0 = urem i64 %from, %lines
  br label %head
head:
  %i = phi i64 [ %from, %entry ], [ %next, %body ]
  %row = phi i64 [ %row0, %entry ], [ %row2, %body ]
  %line = phi i64 [ %line0, %entry ], [ %line2, %body ]
  %going = icmp slt i64 %i, %to
  br i1 %going, label %body, label %done
body:
  %at = getelementptr i64, ptr %where, i64 %row
  %number = load i64, ptr %at
  %offset = mul i64 %number, %bytes
  %start = getelementptr i8, ptr %data, i64 %offset
  %shift = mul i64 %line, {LINE}
  %place = getelementptr i8, ptr %start, i64 %shift
  call void @llvm.prefetch.p0(ptr %place, i32 0, i32 2, i32 1)
  %next = add i64 %i, 1
  %line1 = add i64 %line, 1
  %last = icmp eq i64 %line1, %lines
  %line2 = select i1 %last, i64 0, i64 %line1
  %row1 = add i64 %row, 1
  %row2 = select i1 %last, i64 %row1, i64 %row
  br label %head
done:
  ret void
}}
"""  # noqa: E501


class Asking:
    """Which part of the coming rows is asked for during which call."""

    def __init__(self, calls: Sequence[Call], ahead: Sequence[Ahead]) -> None:
        self.ahead = ahead
        shared = [i for i, c in enumerate(calls) if c.shared and c.loop is None and c.host is None]
        total = sum(calls[i].seconds for i in shared) if ahead else 0
        late = max(0.0, total - EACH * sum(a.rows * a.lines for a in ahead))
        self.shares: dict[int, tuple[int, int]] = {}
        done = 0.0
        for i in shared if total else ():
            start, done = max(done, late), done + calls[i].seconds
            first, last = (int(PARTS * max(0.0, x - late) / (total - late)) for x in (start, done))
            if last > first:
                self.shares[i] = first, last

    def begin(self) -> list[str]:
        """Where the coming rows are; all is asked for at once where no call is shared."""
        if not self.ahead:
            return []
        lines = ["  %coming = add i64 %step, 1", "  %some = icmp slt i64 %coming, %steps"]
        for k, a in enumerate(self.ahead):
            lines += [f"  %soon{k} = getelementptr i64, ptr %arg{a.where}, i64 {a.rows}",
                      f"  %whole{k} = select i1 %some, i64 {a.rows * a.lines}, i64 0"]  # fmt: skip
            if self.shares:
                lines += [f"  %mine{k}_ = mul i64 %t, %whole{k}",
                          f"  %mine{k} = udiv i64 %mine{k}_, %n",
                          f"  %each{k} = udiv i64 %whole{k}, %n",
                          f"  %up{k} = add i64 %each{k}, 1"]  # fmt: skip
        if self.shares:
            return lines
        lines += ["  br i1 %first, label %look, label %looked", "look:"]
        lines += [self._ask(k, "0", f"%whole{k}") for k in range(len(self.ahead))]
        return [*lines, "  br label %looked", "looked:"]

    def _ask(self, k: int, start: str, stop: str) -> str:
        a = self.ahead[k]
        return (f"  call void @tz_ahead(ptr %base{a.data}, ptr %soon{k}, i64 {a.lines}, "
                f"i64 {a.bytes}, i64 {start}, i64 {stop})")  # fmt: skip

    def along(self, i: int, trips: int, call: Callable[[str, str], str]) -> list[str]:
        """Call `i` from %lo{i} to %hi{i} in %part{i}, with questions for that thread's rows."""
        if i not in self.shares:
            return [call(f"%lo{i}", f"%hi{i}")]
        first, last = self.shares[i]
        lines = [f"  %after{i} = add i64 %part{i}, 1"]
        for name, part in (("start", "part"), ("stop", "after")):
            lines += [f"  %{name}{i}_ = mul i64 %{part}{i}, {trips}",
                      f"  %{name}{i} = udiv i64 %{name}{i}_, %n"]  # fmt: skip
        lines += [f"  %long{i} = sub i64 %stop{i}, %start{i}", f"  br label %before{i}",
                  f"before{i}:", f"  br label %some{i}", f"some{i}:",
                  f"  %at{i} = phi i64 [ %lo{i}, %before{i} ], [ %to{i}, %some{i} ]",
                  f"  %next{i} = add i64 %at{i}, {math.ceil(trips / (2 * MOST_PIECES))}",
                  f"  %to{i} = call i64 @llvm.umin.i64(i64 %next{i}, i64 %hi{i})",
                  call(f"%at{i}", f"%to{i}")]  # fmt: skip
        for k in range(len(self.ahead)):
            for name in ("at", "to"):
                where = f"%{name}{i}_{k}"
                lines += [f"  {where}t = sub i64 %{name}{i}, %start{i}",
                          f"  {where}a = mul i64 {where}t, {last - first}",
                          f"  {where}f = mul i64 %long{i}, {first}",
                          f"  {where}b = add i64 {where}a, {where}f",
                          f"  {where}c = mul i64 {where}b, %up{k}",
                          f"  {where}w = mul i64 %long{i}, {PARTS}",
                          f"  {where}d = udiv i64 {where}c, {where}w",
                          f"  {where}e = call i64 @llvm.umin.i64(i64 {where}d, i64 %each{k})",
                          f"  {where}m = mul i64 %part{i}, %whole{k}",
                          f"  {where}o = udiv i64 {where}m, %n",
                          f"  {where} = add i64 {where}e, {where}o"]  # fmt: skip
            lines.append(self._ask(k, f"%at{i}_{k}", f"%to{i}_{k}"))
        return [*lines, f"  %more{i} = icmp slt i64 %to{i}, %hi{i}",
                f"  br i1 %more{i}, label %some{i}, label %all{i}", f"all{i}:"]  # fmt: skip

    def between(self, i: int, trips: int, call: Callable[[str, str], str]) -> list[str]:
        """Call `i` from %lo{i} to %hi{i}, piece by piece, with questions after each."""
        first, last = self.shares[i]
        pieces = max(1, min(MOST_PIECES, trips // 2))
        lines = [
            f"  %long{i} = sub i64 %hi{i}, %lo{i}",
            f"  br label %before{i}",
            f"before{i}:",
            f"  br label %piece{i}",
            f"piece{i}:",
            f"  %p{i} = phi i64 [ 0, %before{i} ], [ %q{i}, %piece{i} ]",
            f"  %q{i} = add i64 %p{i}, 1",
        ]
        for name, p in (("lower", "p"), ("upper", "q")):
            lines += [f"  %{name}{i}_ = mul i64 %long{i}, %{p}{i}",
                      f"  %{name}{i}__ = udiv i64 %{name}{i}_, {pieces}",
                      f"  %{name}{i} = add i64 %lo{i}, %{name}{i}__"]  # fmt: skip
        lines.append(call(f"%lower{i}", f"%upper{i}"))
        for k in range(len(self.ahead)):
            for name, p in (("from", "p"), ("to", "q")):
                at = f"%{name}{i}_{k}"
                lines += [f"  {at}a = mul i64 %{p}{i}, {last - first}",
                          f"  {at}b = add i64 {at}a, {first * pieces}",
                          f"  {at}c = mul i64 {at}b, %up{k}",
                          f"  {at}d = udiv i64 {at}c, {PARTS * pieces}",
                          f"  {at}e = call i64 @llvm.umin.i64(i64 {at}d, i64 %each{k})",
                          f"  {at} = add i64 {at}e, %mine{k}"]  # fmt: skip
            lines.append(self._ask(k, f"%from{i}_{k}", f"%to{i}_{k}"))
        return [*lines, f"  %more{i} = icmp slt i64 %q{i}, {pieces}",
                f"  br i1 %more{i}, label %piece{i}, label %pieces{i}", f"pieces{i}:"]  # fmt: skip
