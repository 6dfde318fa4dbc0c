"""Asking memory for the rows of the next step while this one is computed.

The rows of a batch lie anywhere in a large array. Each thread asks for its share of their cache
lines, a few after each piece of its work, so that memory answers behind the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call

LINE = 64  # bytes
MOST_PIECES = 32  # of one call
PARTS = 1 << 12  # of which the shares of calls are whole numbers
ROWS = "[3 x i64]"  # where the coming rows' numbers stand, their lines, where they come from
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

    def room(self) -> list[str]:
        """Where what `tz_ask` has to know of this step stands, on the stack."""
        return [f"  %coming_rows = alloca [{len(self.ahead)} x {ROWS}]"] if self.shares else []

    def begin(self) -> list[str]:
        """Where the coming rows are; all is asked for at once where no call is shared."""
        if not self.ahead:
            return []
        lines = ["  %coming = add i64 %step, 1", "  %some = icmp slt i64 %coming, %steps"]
        for k, a in enumerate(self.ahead):
            lines += [f"  %soon{k} = getelementptr i64, ptr %arg{a.where}, i64 {a.rows}",
                      f"  %whole{k} = select i1 %some, i64 {a.rows * a.lines}, i64 0"]  # fmt: skip
            if self.shares:
                where = f"  %coming{k} = getelementptr {ROWS}, ptr %coming_rows, i64 {k}"
                lines += [where, f"  store ptr %soon{k}, ptr %coming{k}",
                          f"  %coming{k}w = getelementptr i64, ptr %coming{k}, i64 1",
                          f"  store i64 %whole{k}, ptr %coming{k}w",
                          f"  %coming{k}d = getelementptr i64, ptr %coming{k}, i64 2",
                          f"  store ptr %base{a.data}, ptr %coming{k}d"]  # fmt: skip
        if self.shares:
            return lines
        lines += ["  br i1 %first, label %look, label %looked", "look:"]
        lines += [f"  call void @tz_ahead(ptr %base{a.data}, ptr %soon{k}, i64 {a.lines}, "
                  f"i64 {a.bytes}, i64 0, i64 %whole{k})"
                  for k, a in enumerate(self.ahead)]  # fmt: skip
        return [*lines, "  br label %looked", "looked:"]

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
        return [*lines, call(f"%lower{i}", f"%upper{i}"),
                f"  call void @tz_ask(ptr %coming_rows, i64 %t, i64 %n, i64 %p{i}, i64 %q{i}, "
                f"i64 {pieces}, i64 {first}, i64 {last})",
                f"  %more{i} = icmp slt i64 %q{i}, {pieces}",
                f"  br i1 %more{i}, label %piece{i}, label %pieces{i}", f"pieces{i}:"]  # fmt: skip

    def text(self) -> str:
        """`tz_ask`: while a call goes on from %done to %then of its %long turns, ask for rows.

        They are part of the share of thread %part, which this call asks for from %first to %last
        of `PARTS`.
        """
        if not self.shares:
            return ""
        lines = [
            "define internal void @tz_ask(ptr %rows, i64 %part, i64 %n, i64 %done, i64 %then, "
            "i64 %long, i64 %first, i64 %last) noinline nounwind {",
            "  %more = sub i64 %last, %first",
            "  %before = mul i64 %long, %first",
            f"  %all = mul i64 %long, {PARTS}",
        ]
        for name in ("done", "then"):
            lines += [f"  %{name}a = mul i64 %{name}, %more",
                      f"  %{name}b = add i64 %{name}a, %before"]  # fmt: skip
        for k, a in enumerate(self.ahead):
            lines += [f"  %at{k} = getelementptr {ROWS}, ptr %rows, i64 {k}",
                      f"  %soon{k} = load ptr, ptr %at{k}",
                      f"  %whole{k}_at = getelementptr i64, ptr %at{k}, i64 1",
                      f"  %whole{k} = load i64, ptr %whole{k}_at",
                      f"  %data{k}_at = getelementptr i64, ptr %at{k}, i64 2",
                      f"  %data{k} = load ptr, ptr %data{k}_at",
                      f"  %mine{k}_ = mul i64 %part, %whole{k}",
                      f"  %mine{k} = udiv i64 %mine{k}_, %n",
                      f"  %each{k} = udiv i64 %whole{k}, %n",
                      f"  %up{k} = add i64 %each{k}, 1"]  # fmt: skip
            for name in ("done", "then"):
                lines += [f"  %{name}{k}a = mul i64 %{name}b, %up{k}",
                          f"  %{name}{k}b = udiv i64 %{name}{k}a, %all",
                          f"  %{name}{k}c = call i64 @llvm.umin.i64(i64 %{name}{k}b, i64 %each{k})",
                          f"  %{name}{k} = add i64 %{name}{k}c, %mine{k}"]  # fmt: skip
            lines.append(f"  call void @tz_ahead(ptr %data{k}, ptr %soon{k}, i64 {a.lines}, "
                         f"i64 {a.bytes}, i64 %done{k}, i64 %then{k})")  # fmt: skip
        return "\n".join([*lines, "  ret void", "}"])
