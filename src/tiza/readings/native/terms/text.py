"""LLVM's language being written: names, lines, loops, and what the module must declare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

DType = np.dtype[Any]


class Text:
    """The body of one function in the making."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.entry: list[str] = []  # room on the stack, asked for once
        self.declared: set[str] = set()
        self.functions: set[tuple[str, DType, int]] = set()  # of the mathematical library
        self.tiles: set[tuple[DType, int]] = set()  # that a function copies, turned
        self.count = 0

    def name(self) -> str:
        """A name that was not used yet."""
        self.count += 1
        return f"%v{self.count}"

    def line(self, text: str) -> None:
        """One instruction."""
        self.lines.append("  " + text)

    def set(self, text: str) -> str:
        """One instruction and the name of its result."""
        name = self.name()
        self.lines.append(f"  {name} = {text}")
        return name

    def call(self, function: str, out: str, args: list[tuple[str, str]]) -> str:
        """A call of a declared function."""
        self.declared.add(f"declare {out} @{function}({', '.join(kind for kind, _ in args)})")
        return self.set(f"call {out} @{function}({', '.join(f'{k} {a}' for k, a in args)})")

    def do(self, function: str, args: list[tuple[str, str]], attributes: list[str]) -> None:
        """A call of a declared function that gives nothing; `attributes` of its arguments."""
        self.declared.add(f"declare void @{function}({', '.join(kind for kind, _ in args)})")
        whole = ", ".join(f"{k} {m} {a}" for (k, a), m in zip(args, attributes, strict=True))
        self.line(f"call void @{function}({whole})")

    def room(self, kind: str) -> str:
        """A place on the stack; LLVM turns it into a register."""
        name = self.name()
        self.entry.append(f"  {name} = alloca {kind}")
        return name

    @contextmanager
    def on_entry(self) -> Iterator[None]:
        """Instructions that are written before all loops."""
        before, self.lines = self.lines, self.entry
        yield
        self.lines = before

    def label(self, name: str) -> None:
        """The beginning of a block."""
        self.lines.append(f"{name[1:]}:")

    @contextmanager
    def loop(self, start: str, stop: str, step: int = 1) -> Iterator[str]:
        """Instructions for start, start + step, ... below stop; no loop where that is one."""
        if start.isdecimal() and stop.isdecimal() and 0 < int(stop) - int(start) <= step:
            yield start
            return
        place = self.room("i64")
        head, body, after = self.name(), self.name(), self.name()
        self.line(f"store i64 {start}, ptr {place}")
        self.line(f"br label {head}")
        self.label(head)
        i = self.set(f"load i64, ptr {place}")
        going = self.set(f"icmp slt i64 {i}, {stop}")
        self.line(f"br i1 {going}, label {body}, label {after}")
        self.label(body)
        yield i
        nearer = self.set(f"add nsw i64 {i}, {step}")
        self.line(f"store i64 {nearer}, ptr {place}")
        self.line(f"br label {head}")
        self.label(after)

    @contextmanager
    def when(self, test: str) -> Iterator[None]:
        """Instructions for the case that a truth value is true."""
        body, after = self.name(), self.name()
        self.line(f"br i1 {test}, label {body}, label {after}")
        self.label(body)
        yield
        self.line(f"br label {after}")
        self.label(after)

    def function(self, head: str, attributes: str = "") -> str:
        """The whole function: `head` is its first line without the brace."""
        return "\n".join([f"{head} {attributes} {{", "entry:", *self.entry, *self.lines,
                          "  ret void", "}"])  # fmt: skip
