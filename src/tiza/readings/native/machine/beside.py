"""A long module cut in two, and machine code made for both halves side by side.

LLVM takes most of its time for choosing instructions and registers, one function after another. So
the kernels are divided: each half is a module of its own, in a context of its own, and names the
functions of the other. Both become object files that are linked together.
"""

from __future__ import annotations

import ctypes
import re
from _thread import allocate_lock, start_new_thread
from collections.abc import Sequence
from typing import Any

from tiza.readings.native.machine.processor import LLVMError

LONG = 100_000  # characters of a module that is worth cutting
SHARE = 0.45  # of it for the half that is begun later
WORD = 8  # bytes of a length
CALLED = re.compile(r"@([\w.$]+)")
CHANGING = re.compile(r"^@[\w.$]+ = (?:internal|private) global", re.M)
SHARED = re.compile(r"^(@[\w.$]+ =) global (\S+) .*$", re.M)
TABLE = re.compile(r"^@[^\n]*\bptr @.*\n?", re.M)  # addresses of functions


def cut(ir: str) -> list[str]:
    r"""The module as two that define its functions between them; as it is where it is short.

    Functions that are inlined stand in both, constants too; what others may call is in the first.

    >>> long = "  ret void" + " ; long" * (LONG // 14)
    >>> a, b, c = (f"define internal void @{name}() {{\n{long}\n}}" for name in "abc")
    >>> run = "define void @run() {\n  call void @a()\n  ret void\n}"
    >>> one, two = cut("\n".join([a, b, c, run]))
    >>> [line for line in two.splitlines() if line.startswith("de")]
    ['define hidden void @a() {']
    >>> [line for line in one.splitlines() if "@a" in line or "@b" in line]
    ['declare hidden void @a()', 'define internal void @b() {', '  call void @a()']
    """
    if len(ir) < LONG:
        return [ir]
    rest, functions = _functions(ir)
    room, moved, stays = int(SHARE * len(ir)), dict[str, str](), dict[str, str]()
    inlined: list[str] = []
    for text in functions:
        head = text.partition("\n")[0]
        name = head[head.index("@") + 1 : head.index("(", head.index("@"))]
        if "alwaysinline" in head:
            inlined.append(text)
        elif len(text) <= room and head.startswith("define internal"):
            room -= len(text)
            moved[name] = text
        else:
            stays[name] = text
    if not moved or not stays or CHANGING.search(rest):
        return [ir]
    everywhere = "".join(inlined)
    called = [set(CALLED.findall("".join([everywhere, *half.values()]))) for half in (stays, moved)]
    away = moved.keys() & (called[0] | set(CALLED.findall(rest)))
    back = stays.keys() & called[1]
    for half, names in ((moved, away), (stays, back)):
        for name in names:
            half[name] = half[name].replace("define internal", "define hidden", 1)
    constants = SHARED.sub(r"\1 external global \2", TABLE.sub("", rest))
    return ["\n".join([rest, *(_declared(moved[n]) for n in sorted(away)), *inlined,
                       *stays.values()]),
            "\n".join([constants, *(_declared(stays[n]) for n in sorted(back)), *inlined,
                       *moved.values()])]  # fmt: skip


def _functions(ir: str) -> tuple[str, list[str]]:
    """A module's other lines, and its functions."""
    rest, *found = f"\n{ir}".split("\ndefine ")
    others, functions = [rest], []
    for text in found:
        body, _, other = text.partition("\n}")
        functions.append(f"define {body}\n}}")
        others.append(other)
    return "".join(others), functions


def _declared(text: str) -> str:
    head = text.partition("\n")[0]
    return head.replace("define hidden", "declare hidden", 1).rpartition("{")[0].rstrip()


class Emitting:
    """The object file of a module, made by another thread.

    llvmlite lets one thread in at a time, which lasts as long as the longest call. Modules in
    contexts of their own may be worked on at once, so this thread calls LLVM itself. Whoever made
    the module closes it only once this has ended.
    """

    def __init__(self, binding: Any, goal: Any, module: Any) -> None:
        self.library = binding.ffi.lib
        self.made: Any = None
        self.ended = allocate_lock()
        self.ended.acquire()
        self.error = binding.ffi.OutputString()
        known = self.library.LLVMPY_TargetMachineEmitToMemory
        again = ctypes.CDLL(self.library._name, handle=self.library._handle)
        self.emit = again.LLVMPY_TargetMachineEmitToMemory
        self.emit.argtypes, self.emit.restype = known.argtypes, known.restype
        start_new_thread(self._run, (goal, module))

    def _run(self, goal: Any, module: Any) -> None:
        try:
            self.made = self.emit(goal, module, 1, self.error)
        finally:
            self.ended.release()

    def result(self) -> bytes:
        """What the other thread makes, once it is done.

        Errors: LLVMError where LLVM refuses.
        """
        with self.ended:
            if not self.made:
                raise LLVMError(str(self.error))
        start = self.library.LLVMPY_GetBufferStart(self.made)
        return ctypes.string_at(start, self.library.LLVMPY_GetBufferSize(self.made))

    def close(self) -> None:
        """Wait until the other thread is done, and give back what it made.

        Nothing is left to Python's collector, which would call LLVM beside others, perhaps in the
        moment of a fork.
        """
        with self.ended:
            if self.made:
                self.library.LLVMPY_DisposeMemoryBuffer(self.made)
            self.error.close()


def packed(objects: Sequence[bytes]) -> bytes:
    """Object files as one row of bytes, each behind its length."""
    return b"".join(len(x).to_bytes(WORD, "little") + x for x in objects)


def unpacked(code: bytes) -> list[bytes]:
    """The object files again.

    >>> unpacked(packed([b"one", b"three"]))
    [b'one', b'three']
    """
    found, at = [], 0
    while at < len(code):
        start = at + WORD
        at = start + int.from_bytes(code[at:start], "little")
        found.append(code[start:at])
    return found
