"""Threads side by side: all meet, none is lost, whatever calls, forks, raises or ends."""

import ctypes
import itertools
import math
import os
import random
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tiza.errors import use_language
from tiza.readings.native.machine import cores, llvm, pool, team
from tiza.readings.native.machine.llvm import Library, load

if llvm.available() is not None:
    pytest.skip("no llvmlite", allow_module_level=True)
if team.usual_parking() == "none":
    pytest.skip("no worker threads on this system", allow_module_level=True)

# Context: i64 turns, i64 wrong, then one i64 per thread. In each turn a thread writes the turn into
# its cell, meets the others, and looks whether every cell holds it.
MEETING = """
define void @meeting(ptr %context, i32 %thread, i32 %threads, ptr %team) {
entry:
  %turns = load i64, ptr %context
  %wrong = getelementptr i64, ptr %context, i64 1
  %cells = getelementptr i64, ptr %context, i64 2
  %own = getelementptr i64, ptr %cells, i32 %thread
  br label %turn
turn:
  %i = phi i64 [ 0, %entry ], [ %next, %agreed ]
  store i64 %i, ptr %own
  call void @tz_barrier(ptr %team)
  br label %look
look:
  %k = phi i32 [ 0, %turn ], [ %k1, %look ]
  %bad = phi i64 [ 0, %turn ], [ %bad1, %look ]
  %cell = getelementptr i64, ptr %cells, i32 %k
  %value = load i64, ptr %cell
  %differs = icmp ne i64 %value, %i
  %one = zext i1 %differs to i64
  %bad1 = add i64 %bad, %one
  %k1 = add i32 %k, 1
  %more = icmp ult i32 %k1, %threads
  br i1 %more, label %look, label %agreed
agreed:
  %all = atomicrmw add ptr %wrong, i64 %bad1 seq_cst
  call void @tz_barrier(ptr %team)
  %next = add i64 %i, 1
  %again = icmp ult i64 %next, %turns
  br i1 %again, label %turn, label %done
done:
  ret void
}
"""
# Context: one i32 per thread; each adds the number of threads to its own.
MARK = """
define void @mark(ptr %context, i32 %thread, i32 %threads, ptr %team) {
  %own = getelementptr i32, ptr %context, i32 %thread
  %old = load i32, ptr %own
  %new = add i32 %old, %threads
  store i32 %new, ptr %own
  ret void
}
"""
# Context: a function void(i32 thread), called by each thread.
CALL = """
define void @call(ptr %context, i32 %thread, i32 %threads, ptr %team) {
  call void %context(i32 %thread)
  call void @tz_barrier(ptr %team)
  ret void
}
"""
# Context: float input, then one float per thread: input · 0.5.
HALVE = """
define void @halve(ptr %context, i32 %thread, i32 %threads, ptr %team) {
  %x = load float, ptr %context
  %y = fmul float %x, 0.5
  %next = add i32 %thread, 1
  %own = getelementptr float, ptr %context, i32 %next
  store float %y, ptr %own
  ret void
}
"""
TEXT = MEETING + MARK + CALL + HALVE


@cache
def library() -> Library:
    return load(pool.BARRIER_IR + TEXT, cache=False)


def meet(threads: int, turns: int) -> int:
    """How many times somebody saw another turn in a cell."""
    context = (ctypes.c_int64 * (threads + 2))(turns)
    pool.run(library().address("meeting"), ctypes.addressof(context), threads)
    assert list(context[2:]) == [turns - 1] * threads
    return context[1]


@pytest.mark.parametrize("threads", [1, 2, 3, 4, 8])
def test_every_thread_runs_once(threads: int) -> None:
    marks = (ctypes.c_int32 * threads)()
    for _ in range(100):
        pool.run(library().address("mark"), ctypes.addressof(marks), threads)
    assert list(marks) == [100 * threads] * threads


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_meet(threads: int) -> None:
    assert meet(threads, 1000) == 0


def test_eight_threads_meet_ten_thousand_times() -> None:
    """More threads than cores: whoever waits must let the others run."""
    start = time.perf_counter()
    assert meet(8, 5_000) == 0  # two barriers a turn
    assert time.perf_counter() - start < 30


def test_a_planted_fault_is_seen() -> None:
    """Without barriers the same job goes wrong: the check can fail."""
    broken = load(
        pool.BARRIER_IR + TEXT.replace("call void @tz_barrier(ptr %team)", ""), cache=False
    )
    context = (ctypes.c_int64 * 5)(100_000)
    for _ in range(50):
        pool.run(broken.address("meeting"), ctypes.addressof(context), 3)
        if context[1]:
            break
    assert context[1] > 0


@pytest.mark.parametrize("looks", [0, 1, 2000])
@pytest.mark.parametrize("parking", ["futex", "pthread"])
def test_each_way_of_sleeping(parking: team.Parking, looks: int) -> None:
    if parking == "futex" and team.usual_parking() != "futex":
        pytest.skip("no futex here")
    processor = team.architecture()
    made = pool.native(load(team.pool_text(parking, processor), cache=False), parking)
    job = load(team.barrier_text(parking, processor) + TEXT, cache=False)
    for threads in (2, 5):
        group = pool.Team(threads, made._replace(looks=looks))
        for _ in range(20):
            context = (ctypes.c_int64 * (threads + 2))(40)
            made.run(group.address, job.address("meeting"), ctypes.addressof(context))
            assert context[1] == 0
            assert list(context[2:]) == [39] * threads


@pytest.mark.parametrize("machine_name", ["NEON", "SSE"])
@pytest.mark.parametrize("parking", ["futex", "pthread", "none"])
def test_the_texts_assemble_for_other_processors(machine_name: str, parking: team.Parking) -> None:
    goal = llvm.Machine.named(machine_name)
    assert "tz_solo" in llvm.assembly(team.pool_text(parking, goal.architecture), goal)


def workers() -> int:
    return sum(thread.name == "tiza" for thread in threading.enumerate())


def test_workers_are_kept_and_reused() -> None:
    pool.warm(4)
    before = workers()
    for _ in range(50):
        meet(4, 2)
    assert workers() == before


def test_the_workers_of_a_dropped_team_end() -> None:
    pool.warm(2)  # the native side is there
    before = workers()
    group = pool.Team(6, pool._native())
    assert workers() == before + 5
    del group
    deadline = time.monotonic() + 10
    while workers() > before and time.monotonic() < deadline:
        time.sleep(0.001)
    assert workers() == before


def test_several_callers_at_once() -> None:
    wrong: list[int] = []

    def work(seed: int) -> None:
        draw = random.Random(seed)
        wrong.extend(meet(draw.randint(1, 5), draw.randint(1, 20)) for _ in range(60))

    callers = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert not any(caller.is_alive() for caller in callers)
    assert wrong == [0] * 360


def test_a_job_may_call_python_which_runs_further_jobs() -> None:
    seen: list[tuple[int, int]] = []

    @ctypes.CFUNCTYPE(None, ctypes.c_int32)
    def back(thread: int) -> None:
        seen.append((thread, meet(3, 5)))

    pool.run(library().address("call"), ctypes.cast(back, ctypes.c_void_p).value or 0, 3)
    assert sorted(seen) == [(0, 0), (1, 0), (2, 0)]


def test_an_exception_in_such_a_call_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: reported.append(what.exc_type))

    @ctypes.CFUNCTYPE(None, ctypes.c_int32)
    def back(thread: int) -> None:
        if thread == 1:
            raise ZeroDivisionError

    pool.run(library().address("call"), ctypes.cast(back, ctypes.c_void_p).value or 0, 2)
    assert reported == [ZeroDivisionError]
    assert meet(2, 100) == 0


def test_other_python_threads_go_on_meanwhile() -> None:
    running = threading.Event()
    job = threading.Thread(target=lambda: (running.set(), meet(2, 100_000)))
    job.start()
    running.wait()
    turns = sum(1 for _ in itertools.takewhile(lambda _: job.is_alive(), itertools.count()))
    job.join()
    assert turns > 10


@pytest.mark.skipif(team.architecture() != "x86_64", reason="a register of x86")
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_denormals_count_as_zero_inside_only(threads: int) -> None:
    tiny = np.float32(1e-38)
    context = np.full(threads + 1, 7, np.float32)
    context[0] = tiny
    pool.run(library().address("halve"), context.ctypes.data, threads)
    np.testing.assert_array_equal(context[1:], 0)
    assert tiny * np.float32(0.5) > 0


def test_where_the_system_gives_no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    group = pool.Team(3, pool._native())
    assert group.threads == 1
    marks = (ctypes.c_int32 * 3)()
    pool.run(library().address("mark"), ctypes.addressof(marks), 37)  # no team has that many
    assert list(marks) == [1, 0, 0]


def test_where_there_are_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "usual_parking", lambda: "none")
    marks = (ctypes.c_int32 * 3)()
    pool.run(library().address("mark"), ctypes.addressof(marks), 3)
    assert list(marks) == [1, 0, 0]


def test_the_number_of_threads_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, meant in (("3", 3), (" 1 ", 1), ("1024", 1024)):
        monkeypatch.setenv("TIZA_THREADS", said)
        assert pool.default_threads() == meant
    monkeypatch.setenv("TIZA_THREADS", "")
    assert 1 <= pool.default_threads() <= cores.usable_cores()


@pytest.mark.parametrize("said", ["many", "0", "-1", "2.5", "1000000000"])
def test_what_is_no_number_of_threads_is_said_once(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("TIZA_THREADS", said)
    pool.chosen.cache_clear()
    with pytest.warns(UserWarning, match="TIZA_THREADS") as met:
        found = [pool.default_threads() for _ in range(3)]
    assert [str(w.message) for w in met] == [
        f"TIZA_THREADS={said!r} is no number of threads: give 1 to 1024; as many are taken as "
        "have a core to themselves"
    ]
    assert all(1 <= n <= cores.usable_cores() for n in found)
    pool.chosen.cache_clear()
    with use_language("es"), pytest.warns(UserWarning, match="no es un número de hilos: dé de 1"):
        pool.default_threads()


@pytest.mark.parametrize(
    ("usable", "all_cores", "load", "running", "threads"),
    [
        (4, 4, 0.0, 1, 4),  # idle
        (4, 4, 4.0, 1, 4),  # we ourselves worked a moment ago
        (4, 4, 0.0, 5, 4),  # somebody else woke up briefly
        (4, 4, 1.2, 2, 3),  # one core is taken
        (4, 4, 9.0, 9, 2),  # all are: half are taken in any case
        (2, 2, 5.0, 5, 1),
        (4, 64, 40.0, 41, 4),  # busy, but there is room elsewhere
        (1, 1, 9.0, 9, 1),
    ],
)
def test_fewer_threads_on_a_busy_machine(
    monkeypatch: pytest.MonkeyPatch,
    usable: int, all_cores: int, load: float, running: int, threads: int,
) -> None:  # fmt: skip
    monkeypatch.delenv("TIZA_THREADS", raising=False)
    monkeypatch.setattr(cores, "usable_cores", lambda: usable)
    monkeypatch.setattr(cores, "_running", lambda: running)
    monkeypatch.setattr(cores, "_own", lambda: 1)
    monkeypatch.setattr(os, "cpu_count", lambda: all_cores)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    assert cores.free_cores.__wrapped__() == threads


def test_asking_for_the_threads_is_cheap() -> None:
    cores.free_cores()
    start = time.perf_counter()
    for _ in range(1000):
        pool.default_threads()
    assert time.perf_counter() - start < 0.1  # a thousand times what the system tells: 0.2


@pytest.mark.skipif(sys.platform != "linux", reason="told by /proc")
def test_our_own_threads_do_not_count_as_others() -> None:
    stop, found = threading.Event(), 0
    # A thread that computes in native code, without Python's lock.
    job = threading.Thread(
        target=lambda: [meet(1, 3_000_000) for _ in range(40) if not stop.is_set()]
    )
    job.start()
    for _ in range(200):
        found = max(found, cores._own())
        time.sleep(0.001)
    stop.set()
    job.join()
    assert found >= 2


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({"cpu.max": "max 100000"}, None),
        ({"cpu.max": "150000 100000"}, 2),
        ({"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"}, None),
        ({"cpu.cfs_quota_us": "400000", "cpu.cfs_period_us": "100000"}, 4),
        ({"cpu.max": "nonsense"}, None),
        ({}, None),
    ],
)
def test_quotas_of_control_groups(tmp_path: Path, files: dict[str, str], quota: int | None) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    assert cores._limit(tmp_path) == (math.inf if quota is None else quota)


def python(code: str, limit: float = 20) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True, text=True, timeout=limit, check=False,
    )  # fmt: skip


START = f"""
import ctypes, os, random, signal, sys, threading, time
from tiza.readings.native.machine import pool
from tiza.readings.native.machine.llvm import load

library = load(pool.BARRIER_IR + '''{TEXT}''')
def meet(threads, turns=20):
    context = (ctypes.c_int64 * (threads + 2))(turns)
    pool.run(library.address("meeting"), ctypes.addressof(context), threads)
    assert context[1] == 0 and list(context[2:]) == [turns - 1] * threads
def other(threads):  # where no workers can be had any more, the caller does it alone
    marks = (ctypes.c_int32 * threads)()
    pool.run(library.address("mark"), ctypes.addressof(marks), threads)
    assert list(marks) in ([threads] * threads, [1] + [0] * (threads - 1))
"""


@pytest.mark.parametrize(
    "ending",
    ["", "os._exit(0)", "sys.exit(0)", "threading.Thread(target=meet, args=(4,)).start()",
     "threading.Thread(target=meet, args=(4, 10**9), daemon=True).start(); time.sleep(0.05)",
     "import atexit; atexit.register(meet, 5)",
     "class Late:\n    def __del__(self): meet(3); other(2)\nlate = Late(); late.self = late"],
    ids=["plainly", "at once", "by exit", "while a thread works", "while a daemon works",
         "in atexit", "in a finalizer"],
)  # fmt: skip
def test_the_interpreter_ends(ending: str) -> None:
    done = python(f"{START}\nmeet(3)\nmeet(1)\n{ending}\n")
    assert (done.stderr, done.returncode) == ("", 0)


FORKING = """
draw = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
stop = False
def others():
    mine = random.Random(1)
    while not stop:
        meet(mine.randint(1, 4))
callers = [threading.Thread(target=others) for _ in range(2)]
for caller in callers: caller.start()
for turn in range(30):
    if draw.random() < 0.5: meet(draw.randint(1, 4))
    child = os.fork()
    if not child:
        signal.alarm(60)  # rather than hang
        meet(draw.randint(1, 4))
        if draw.random() < 0.3:
            grandchild = os.fork()
            meet(3)
            if grandchild: assert os.waitpid(grandchild, 0)[1] == 0
        os._exit(0)
    if draw.random() < 0.5: meet(draw.randint(1, 4))
    assert os.waitpid(child, 0)[1] == 0
stop = True
for caller in callers: caller.join()
print("whole")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_forks_between_and_beside_jobs() -> None:
    done = python(START + FORKING)
    assert (done.stdout, done.stderr, done.returncode) == ("whole\n", "", 0)


INTERRUPTED = """
import signal
draw, caught, armed, done = random.Random(0), 0, False, False
def interrupt(*_):
    global armed
    if armed:
        armed = False  # so that the handling of one is not interrupted by the next
        raise KeyboardInterrupt
def finish(*_):
    global done
    done = True
signal.signal(signal.SIGINT, interrupt)
signal.signal(signal.SIGTERM, finish)
def press():
    for _ in range(60):
        time.sleep(draw.random() * 0.01)
        os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
meet(4)
presses = threading.Thread(target=press)
presses.start()
while not done:
    try:
        armed = True
        while not done: meet(draw.randint(1, 4), 5)
        armed = False
    except KeyboardInterrupt:
        caught += 1
presses.join()
meet(4)
print(caught > 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_interruptions_at_any_moment() -> None:
    done = python(START + INTERRUPTED)
    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)
