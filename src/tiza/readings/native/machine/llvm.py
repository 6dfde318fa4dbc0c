"""What LLVM knows of this machine, and its assembly language made callable.

    host()                          the processor: vector width, registers, caches
    load("define i32 @f() {...}")   text → optimized → object code → callable addresses

llvmlite is imported when one of these is first called, not before. Every call into LLVM holds one
lock, and a fork waits for that lock, so that a child never inherits a half-done compilation.
"""

from __future__ import annotations

import atexit
import re
import sys
import time
import zlib
from _thread import start_new_thread
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache as once
from typing import Any

from tiza.readings.native.machine.beside import Emitting, cut, packed, unpacked
from tiza.readings.native.machine.cache import ObjectCache, key_of
from tiza.readings.native.machine.cores import usable_cores
from tiza.readings.native.machine.processor import (
    LOCK,
    LLVMError,
    Machine,
    apart,
    available,
    default_triple,
    host,
    llvm,
)

__all__ = [
    "LLVMError",
    "Library",
    "Machine",
    "assembly",
    "available",
    "host",
    "load",
    "object_code",
    "optimized",
    "target",
]

LEVEL = 1  # of LLVM's code generator: 2 takes half as long again and makes it no faster
PASSES = "3"  # changes with the passes below, and with what is kept
DEFINED = re.compile(
    r"^define\b(?![^@\n]*\b(?:internal|private)\b)[^@\n]*@([\w.$]+|\"[^\"]+\")", re.M
)
EXTERNAL = re.compile(r"^@([\w.$]+)\s*=\s*(?:dso_local\s+)?(?:global|constant)\b", re.M)


# -- LLVM, one caller at a time ----------------------------------------------------------------

_LIVING: set[_Engine] = set()  # held here: of a cycle, the collector would close their parts itself
_CONDEMNED: deque[_Engine] = deque()  # whose library is gone, to be closed under the lock


def _bury() -> None:
    """Close what is condemned."""
    with LOCK:
        while _CONDEMNED:
            _CONDEMNED.pop().close()


atexit.register(LOCK.acquire)  # the end waits for the last burial, and no other begins


@once
@apart
def target(machine: Machine, number: int = 0) -> Any:
    """LLVM's target machine; for another architecture its text can be assembled, not run.

    number: which of several, for threads that work side by side.

    Errors: LLVMError where this LLVM has no such target.
    """
    with llvm() as binding:
        if machine.triple != default_triple():
            binding.initialize_all_targets()
            binding.initialize_all_asmprinters()
        try:
            kind = binding.Target.from_triple(machine.triple)
        except RuntimeError as error:
            raise LLVMError(str(error)) from error
        return kind.create_target_machine(
            cpu=machine.cpu,
            features=machine.features,
            opt=LEVEL,
            reloc="pic",  # constants beside the code instead of at 64-bit addresses
            codemodel="small",
            jit=True,
        )


@once
def _passes() -> Any:
    """The optimizer: inline what says `alwaysinline`, drop what nobody calls, simplify.

    The code comes with its loops and vectors chosen. LLVM's usual pipeline takes three times as
    long and makes it no faster (measured on perceptrons, convolutions, transformers, LSTMs).
    It is made once: what a further one takes would never be given back.
    """
    with llvm() as binding:
        passes = binding.create_new_module_pass_manager()
        passes.add_always_inliner_pass()
        passes.add_global_dead_code_eliminate_pass()
        passes.add_sroa_pass()
        passes.add_instruction_combine_pass()
        passes.add_simplify_cfg_pass()
        return passes


@contextmanager
def _optimized(ir: str, machine: Machine) -> Iterator[Any]:
    """The module that a text describes, verified and optimized."""
    with llvm() as binding:
        goal, context = target(machine), binding.create_context()
        module = None
        try:
            try:
                module = binding.parse_assembly(ir, context)
                module.triple = goal.triple
                module.data_layout = str(goal.target_data)
                module.verify()
            except RuntimeError as error:
                raise LLVMError(str(error)) from error
            _optimize(binding, module, machine)
            yield module
        finally:
            if module is not None:
                module.close()
            context.close()


def _optimize(binding: Any, module: Any, machine: Machine) -> None:
    options = binding.create_pipeline_tuning_options(speed_level=LEVEL)
    builder = binding.create_pass_builder(target(machine), options)
    try:
        _passes().run(module, builder)
    finally:
        builder.close()
        options.close()


@apart
def optimized(ir: str, machine: Machine | None = None) -> str:
    """The text of a module after LLVM's optimizer."""
    with _optimized(ir, machine or host()) as module:
        return str(module)


@apart
def assembly(ir: str, machine: Machine | None = None) -> str:
    r"""The assembly language of a module, for this machine or another.

    >>> "mov\tw0, #7" in assembly("define i32 @f() { ret i32 7 }", Machine.named("NEON"))
    True
    """
    machine = machine or host()
    with _optimized(ir, machine) as module:
        return str(target(machine).emit_assembly(module))


@apart
def object_code(ir: str, machine: Machine | None = None) -> bytes:
    """The object file of a module."""
    machine = machine or host()
    with _optimized(ir, machine) as module:
        return bytes(target(machine).emit_object(module))


def _objects(ir: str, machine: Machine) -> bytes:
    """The object files of a module, in two halves where that is quicker; see `packed`."""
    texts = cut(ir) if usable_cores() > 1 else [ir]
    with llvm() as binding, ExitStack() as stack:
        ahead = []
        for number, text in enumerate(texts[:-1], 1):
            module = stack.enter_context(_optimized(text, machine))
            ahead.append(Emitting(binding, target(machine, number), module))
            stack.callback(ahead[-1].close)
        last = stack.enter_context(_optimized(texts[-1], machine))
        made = bytes(target(machine).emit_object(last))
        return packed([*(each.result() for each in ahead), made])


# -- callable ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Object:
    """An object file: its key in the cache, and the names that others may call."""

    key: str
    names: tuple[str, ...]


class Library:
    """The functions of one module in memory, until this object is dropped.

    Who calls an address must hold the library as long as the call lasts.
    from_cache: whether it was read from disk; seconds: what loading it took.
    """

    @apart
    def __init__(self, ir: str, machine: Machine, cache: ObjectCache | None) -> None:
        start = time.perf_counter()
        packed = zlib.compress(ir.encode(), 1)
        key = key_of(ir, machine.triple, machine.cpu, machine.features, _own_version(), *versions())
        code = None if cache is None else cache.get(key)
        self.from_cache = code is not None
        if code is None:
            code = _objects(ir, machine)
            if cache is not None:
                cache.put(key, code)
        names = [name.strip('"') for name in DEFINED.findall(ir) + EXTERNAL.findall(ir)]
        self._link(
            Object(key, tuple(names)), code, machine, lambda: zlib.decompress(packed).decode()
        )
        self.seconds = time.perf_counter() - start

    @classmethod
    @apart
    def of(cls, known: Object, code: bytes, machine: Machine, text: Callable[[], str]) -> Library:
        """As when it was made, from its object file; text: what writes its text again.

        Errors: LLVMError where the code cannot be linked.
        """
        start = time.perf_counter()
        made = cls.__new__(cls)
        made.from_cache = True
        made._link(known, code, machine, text)
        made.seconds = time.perf_counter() - start
        return made

    def _link(self, known: Object, code: bytes, machine: Machine, text: Callable[[], str]) -> None:
        self.object, self._machine, self._text = known, machine, text
        self._names = set(known.names)
        self._engine = _Engine(code, self._names, machine)
        _LIVING.add(self._engine)
        _bury()

    def address(self, name: str) -> int:
        """Where a function of the module begins.

        Errors: KeyError where the module defines no such function for others to call.
        """
        if name not in self._names:
            raise KeyError(name)
        return self._engine.address(name)

    @property
    def ir(self) -> str:
        """The text that it was made from."""
        return self._text()

    def optimized(self) -> str:
        """LLVM's own language after the optimizer; made again, since it is seldom looked at."""
        return optimized(self.ir, self._machine)

    def assembly(self) -> str:
        """The instructions of the processor."""
        return assembly(self.ir, self._machine)

    def __del__(self, _ending: Callable[[], bool] = sys.is_finalizing) -> None:
        # Perhaps in the middle of somebody's call into LLVM, whose lock must not be waited for, and
        # where Ctrl-C arrives: a thread of its own buries it, or else who compiles next does.
        # When the interpreter ends, workers may still sleep in this code: it stays.
        if hasattr(self, "_engine") and not _ending():
            _CONDEMNED.append(self._engine)
            _LIVING.discard(self._engine)
            with suppress(RuntimeError):  # no further thread can be had
                start_new_thread(_bury, ())


class _Engine:
    """One module linked in memory, and the linker that holds it."""

    def __init__(self, code: bytes, names: set[str], machine: Machine) -> None:
        with llvm() as binding:
            self._jit = binding.create_lljit_compiler(
                target(machine), use_jit_link=True, suppress_errors=True
            )
            builder = binding.JITLibraryBuilder()
            for image in unpacked(code):
                builder.add_object_img(image)
            builder.add_current_process()
            for name in names:
                builder.export_symbol(name)
            try:
                self._linked = builder.link(self._jit, "tiza")
            except RuntimeError as error:
                self._jit.close()
                raise LLVMError(str(error)) from error
            self._linked.jit = self._jit  # even who drops both gives them back in this order

    def address(self, name: str) -> int:
        return int(self._linked[name])

    def close(self) -> None:
        """Take it out of memory."""
        self._linked.close()
        self._jit.close()


@once
def _own_version() -> str:
    with LOCK:  # a fork waits for the import
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("tiza")
        except PackageNotFoundError:
            return "source"


@once
@apart
def versions() -> tuple[str, ...]:
    """What object code depends on beside its text: LLVM, and what is asked of it."""
    with llvm() as binding:
        from llvmlite import __version__
    return __version__, ".".join(map(str, binding.llvm_version_info)), str(LEVEL), PASSES


def load(ir: str, *, machine: Machine | None = None, cache: bool | ObjectCache = True) -> Library:
    """Make the text of a module callable: parse, verify, optimize, emit, link.

    The text holds no address. The C library and libm are at hand (`declare float @expf(float)`).
    Functions marked `alwaysinline` are inlined, others are not. The text is trusted: what LLVM's
    verifier lets pass but its code generator cannot do ends the process.

    cache: False to compile afresh; a cache of one's own instead of the usual one.
    Errors: LLVMError where the text is invalid or names something that nobody defines.

    >>> import ctypes
    >>> library = load("define i32 @twice(i32 %x) { %y = add i32 %x, %x ret i32 %y }")
    >>> ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(library.address("twice"))(21)
    42
    """
    chosen = ObjectCache() if cache is True else None if cache is False else cache
    return Library(ir, machine or host(), chosen)
