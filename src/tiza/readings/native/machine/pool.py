"""Worker threads that run one native function side by side.

A job is a native function `void f(ptr context, i32 thread, i32 threads, ptr team)`. `run` calls it
on several threads at once: the caller is thread 0, the others are workers, which sleep in native
code between jobs (waking one takes about ten microseconds, starting one about sixty). Inside a
job, `@tz_barrier(ptr %team)` of `BARRIER_IR` makes all of its threads meet. The block behind
`ptr %team` is described in team.py; a job may read the number of threads at its start.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from functools import cache as once
from typing import NamedTuple

from tiza.errors import pick
from tiza.readings.native.machine.cores import free_cores, usable_cores
from tiza.readings.native.machine.llvm import Library, load
from tiza.readings.native.machine.team import (
    CONDITION,
    LINE,
    MUTEX,
    SIZE,
    Parking,
    architecture,
    barrier_text,
    pool_text,
    usual_parking,
)

MOST_THREADS = 1024  # of one job
SAID = ("TIZA_THREADS={got!r} is no number of threads: give 1 to {most}; as many are taken as "
        "have a core to themselves",
        "TIZA_THREADS={got!r} no es un número de hilos: dé de 1 a {most}; se toman tantos como "
        "tengan un núcleo para sí")  # fmt: skip
PATIENCE = 20e-6  # seconds that a thread looks before it sleeps
BARRIER_IR = barrier_text(usual_parking(), architecture())

_Solo = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
_Run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_Serve = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int32)
_End = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_Pauses = ctypes.CFUNCTYPE(None, ctypes.c_int32)


def run(address: int, context: int, threads: int) -> None:
    """Call `void f(ptr context, i32 thread, i32 threads, ptr team)` on several threads at once.

    Returns when all have returned. Denormal numbers count as zero meanwhile (x86). A job must do
    its work whatever the number of threads is: it may be less than asked for where the system
    gives no more. Any number of callers may run jobs at the same time, each on its own team; a
    job that calls back into Python may run further ones. Only one thing is forbidden: to fork
    inside a job and go on with the job in the child, where its other threads do not exist.

    >>> from tiza.readings.native.machine.llvm import load
    >>> library = load('''
    ... define void @f(ptr %sum, i32 %thread, i32 %threads, ptr %team) {
    ...   %one = add i32 %thread, 1
    ...   %old = atomicrmw add ptr %sum, i32 %one seq_cst
    ...   ret void
    ... }''')
    >>> total = ctypes.c_int32(0)
    >>> run(library.address("f"), ctypes.addressof(total), 3)  # 1 + 2 + 3
    >>> total.value
    6
    """
    if threads <= 1:
        alone()(address, context)
        return
    team = _take(threads)
    if team is None:
        alone()(address, context)
        return
    team.native.run(team.address, address, context)
    _give(team)


def default_threads() -> int:
    """How many threads a job should use: as many as have a core to themselves now.

    `TIZA_THREADS` decides where it is set. Otherwise: the cores that the process may use, two
    threads of one core counted once, fewer where other programs keep cores busy.
    """
    text = os.environ.get("TIZA_THREADS")
    return (chosen(text) if text else None) or free_cores()


@once
def chosen(text: str) -> int | None:
    """The number of threads that `TIZA_THREADS` asks for; None, and one line once, for none."""
    try:
        count = int(text)
    except ValueError:
        count = 0
    if 1 <= count <= MOST_THREADS:
        return count
    warnings.warn(pick(SAID).format(got=text, most=MOST_THREADS), stacklevel=3)
    return None


def warm(threads: int) -> None:
    """Start the workers that a job on so many threads needs, so that the first one is not slow."""
    if threads > 1 and (team := _take(threads)) is not None:
        _give(team)


@once
def alone() -> Callable[[int, int], None]:
    """The way for one thread, without a team: half a microsecond."""
    return _Solo(_library().address("tz_solo"))


@once
def _library() -> Library:
    return load(pool_text(usual_parking(), architecture()))


class Native(NamedTuple):
    """The native side of a team."""

    library: Library
    run: Callable[[int, int, int], None]
    serve: Callable[[int, int], None]
    end: Callable[[int], None]
    parking: Parking
    looks: int  # how often a thread looks before it sleeps


@once
def _native() -> Native:
    return native(_library(), usual_parking())


def native(library: Library, parking: Parking) -> Native:
    """The functions of a module `pool_text(parking, ...)`."""
    pauses = _Pauses(library.address("tz_pauses"))
    return Native(
        library,
        _Run(library.address("tz_run")),
        _Serve(library.address("tz_serve")),
        _End(library.address("tz_end")),
        parking,
        int(PATIENCE / max(min(_seconds(pauses, 1000) for _ in range(5)) / 1000, 1e-10)),
    )


def _seconds(pauses: Callable[[int], None], count: int) -> float:
    start = time.perf_counter()
    pauses(count)
    return time.perf_counter() - start


class Team:
    """Threads that share one block of memory, all but the first of them workers.

    The workers end when the team is dropped. threads: how many there are with the caller.
    """

    def __init__(self, threads: int, native: Native) -> None:
        self.native = native
        self.process = os.getpid()
        block = ctypes.create_string_buffer(SIZE + LINE * threads + LINE - 1)
        self.address = -(-ctypes.addressof(block) // 64) * 64
        self._block = block
        if native.parking == "pthread":
            _prepare(self.address)
        self.threads = 1
        try:
            while self.threads < threads:
                held = (native, block, self.address, self.threads)
                threading.Thread(target=_work, args=held, name="tiza", daemon=True).start()
                self.threads += 1
        except RuntimeError:  # the system gives no more threads, or the interpreter is ending
            pass
        self._word(0).value = self.threads
        # Threads without a core of their own must not keep others from theirs.
        self._word(4).value = native.looks if self.threads <= usable_cores() else 0

    def _word(self, place: int) -> ctypes.c_int32:
        return ctypes.c_int32.from_address(self.address + place)

    def __del__(
        self,
        _ending: Callable[[], bool] = sys.is_finalizing,
        _process: Callable[[], int] = os.getpid,
    ) -> None:
        # In a forked child there are no workers to end, and their mutex may be locked forever.
        if hasattr(self, "threads") and _process() == self.process and not _ending():
            self.native.end(self.address)


def _work(native: Native, block: object, address: int, index: int) -> None:
    """The life of a worker: it sleeps in native code, and holds what it stands on."""
    native.serve(address, index)


def _prepare(address: int) -> None:
    """Make a team's mutex and condition."""
    system = ctypes.CDLL(None)
    system.pthread_mutex_init(ctypes.c_void_p(address + MUTEX), None)
    system.pthread_cond_init(ctypes.c_void_p(address + CONDITION), None)


_IDLE: dict[int, list[Team]] = {}  # by their number of threads; list.pop and append are atomic


def _take(threads: int) -> Team | None:
    """An idle team, or a new one; None where no workers can be had."""
    if usual_parking() == "none":
        return None
    threads = min(threads, MOST_THREADS)
    try:
        return _IDLE[threads].pop()
    except (KeyError, IndexError):
        if sys.is_finalizing():  # a thread that starts now would never get its turn
            return None
        team = Team(threads, _native())
        return team if team.threads > 1 else None


def _give(team: Team) -> None:
    _IDLE.setdefault(team.threads, []).append(team)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_IDLE.clear)
