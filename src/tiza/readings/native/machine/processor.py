"""The processor, as far as code for it depends on it, and what the system lets us have of it."""

from __future__ import annotations

import os
import platform
import threading
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache as once
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import DTypeLike

from tiza.readings.native.machine.cores import usable_cores

P = ParamSpec("P")
R = TypeVar("R")

AVX512 = ("avx512f", "avx512bw", "avx512dq", "avx512vl")
CACHES = {1: 32 << 10, 2: 512 << 10, 3: 8 << 20}  # bytes, where the system does not tell


class LLVMError(RuntimeError):
    """LLVM cannot read, verify or link the text of a module: a mistake of the compiler's."""


@dataclass(frozen=True)
class Machine:
    """A processor, as far as code for it depends on it.

    triple: architecture and system in LLVM's spelling; cpu, features: likewise
    vector_bits: of the widest vectors worth using; registers: how many vectors are at hand
    fma: whether a·b + c is one instruction; l1, l2, l3: bytes of data cache; cores: usable ones
    """

    triple: str
    cpu: str
    features: str
    vector_bits: int
    registers: int
    fma: bool
    l1: int = CACHES[1]
    l2: int = CACHES[2]
    l3: int = CACHES[3]
    cores: int = 1

    def lanes(self, dtype: DTypeLike) -> int:
        """How many numbers of a dtype one vector holds.

        >>> Machine.portable().lanes("float32"), Machine.portable().lanes("float64")
        (4, 2)
        """
        return self.vector_bits // 8 // np.dtype(dtype).itemsize

    def has(self, feature: str) -> bool:
        """Whether the processor has a feature, in LLVM's spelling: `has("avx512bf16")`."""
        return f"+{feature}" in self.features.split(",")

    @property
    def architecture(self) -> str:
        """The first part of the triple: x86_64, aarch64, which Apple calls arm64."""
        first = self.triple.split("-")[0]
        return {"arm64": "aarch64"}.get(first, first)

    @classmethod
    def portable(cls, triple: str | None = None) -> Machine:
        """The least of its architecture: vectors of 128 bits, nothing that not every model has."""
        triple = triple or default_triple()
        x86 = triple.startswith("x86_64")
        arm = triple.startswith(("aarch64", "arm64"))
        return cls(triple, "x86-64" if x86 else "generic", "", 128, 32 if arm else 16, arm)

    @classmethod
    def named(cls, level: str) -> Machine:
        """A processor by the level of its vectors: SSE, AVX2, AVX-512 or NEON.

        >>> Machine.named("AVX2").lanes("float32")
        8
        """
        system = default_triple().partition("-")[2]
        if level == "NEON":
            return cls.portable(f"aarch64-{system}")
        base = cls.portable(f"x86_64-{system}")
        if level == "AVX2":
            return replace(base, cpu="x86-64-v3", features="+avx2,+fma", vector_bits=256, fma=True)
        if level == "AVX-512":
            return replace(
                base,
                cpu="x86-64-v4",
                features=",".join(f"+{name}" for name in (*AVX512, "fma")),
                vector_bits=512,
                registers=32,
                fma=True,
            )
        return base


# One caller of LLVM at a time. A fork waits for it, so that no child inherits a compilation, or an
# import of llvmlite, that nobody will finish.
LOCK = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=LOCK.release
    )


def apart(work: Callable[P, R]) -> Callable[P, R]:
    """`work`, where no Ctrl-C arrives: signals are answered in the main thread alone.

    What LLVM made is given back once and in order; an exception between two of llvmlite's lines
    would give it back twice. Who presses Ctrl-C is answered at once, and the work ends behind him.
    """

    @wraps(work)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if threading.get_ident() != threading.main_thread().ident:
            return work(*args, **kwargs)
        results: list[R] = []
        errors: list[BaseException] = []
        # Bare threads and locks: those of `threading` may themselves be left half-way by Ctrl-C.
        ended = allocate_lock()
        ended.acquire()

        def run() -> None:
            try:
                results.append(work(*args, **kwargs))
            except BaseException as error:
                errors.append(error)
            finally:
                ended.release()

        start_new_thread(run, ())
        ended.acquire()
        if errors:
            raise errors.pop()
        return results.pop()

    return call


@once
@apart
def available() -> str | None:
    """None if code can be made here; else why not, in one line."""
    try:
        with LOCK:
            from llvmlite import binding

            binding.initialize_native_target()
            binding.initialize_native_asmprinter()
            binding.check_jit_execution()
    except (ImportError, OSError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return None


@contextmanager
def llvm() -> Iterator[Any]:  # llvmlite carries no types
    """llvmlite's functions, for one caller at a time, who is `apart`.

    Errors: LLVMError where they cannot be had.
    """
    reason = available()
    if reason is not None:
        raise LLVMError(reason)
    with LOCK:
        import llvmlite.binding

        yield llvmlite.binding


@once
@apart
def default_triple() -> str:
    """The triple of this process; a likely one where llvmlite is missing."""
    if available() is None:
        with llvm() as binding:
            return str(binding.get_process_triple())
    kind = {"amd64": "x86_64", "arm64": "aarch64"}
    machine = platform.machine().lower()
    return f"{kind.get(machine, machine)}-unknown-{platform.system().lower()}-gnu"


@once
@apart
def host() -> Machine:
    """The processor that this runs on.

    >>> machine = host()
    >>> machine.vector_bits in (128, 256, 512) and machine.l1 > 0
    True
    """
    with llvm() as binding:
        flags, name = binding.get_host_cpu_features(), binding.get_host_cpu_name()
    wide = all(flags.get(name) for name in AVX512)
    arm = default_triple().startswith(("aarch64", "arm64"))
    return Machine(
        triple=default_triple(),
        cpu=name,
        features=flags.flatten(),
        vector_bits=512 if wide else 256 if flags.get("avx2") else 128,
        registers=32 if wide or arm else 16,
        fma=arm or bool(flags.get("fma")),
        l1=_cache_bytes(1),
        l2=_cache_bytes(2),
        l3=_cache_bytes(3),
        cores=usable_cores(),
    )


def _cache_bytes(level: int) -> int:
    """The size of the first processor's data cache of a level, as Linux tells it."""
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            kind = (folder / "type").read_text().strip()
            if kind != "Instruction" and int((folder / "level").read_text()) == level:
                return _size((folder / "size").read_text().strip())
        except (OSError, ValueError):
            continue
    return CACHES[level]


def _size(text: str) -> int:
    """A size such as 32K or 8M in bytes."""
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    return int(text.rstrip("KMG")) * units.get(text[-1:], 1)
