"""Threads that work side by side: how they wait, meet and are given work, in LLVM's language.

A *team* is a block of `SIZE` bytes, aligned to a cache line, which its threads share:

    byte    0  i32  how many threads there are
            4  i32  how often a thread looks again before it sleeps
          128  i64  how often one arrived at the barrier   136  i32  how many sleep for it
          192  i32  how many jobs there have been          200  i32  how many sleep for one
          196  i32  not 0: the workers are to end
          256  i32  how many workers are still busy        264  i32  how many sleep for them
          320  ptr  the job: a function                    328  ptr  its context
          336  i64  how many kernels jobs have taken piece by piece (taking.py)
          384       a mutex and a condition of pthread, where the system has no futex
          640       a line for each thread: the pieces that were taken of its part

Each word that threads wait for has a cache line of its own. Waiting is a mixture: look a number of
times (a partner on another core needs a microsecond), then sleep in the system (on a busy machine
the partner may not be running, and to go on looking would take the very core that it needs).

The barrier counts arrivals and never begins anew: with n threads it is open for who came as one of
n·k … n·k + n − 1 when n·(k + 1) have come. So one word goes from core to core, once for each thread
that arrives. (A word to count and another to wait for, as in the sense-reversing barrier of
Mellor-Crummey & Scott 1991, Algorithm 7, cost a message more.) Sleeping follows Drepper 2011,
"Futexes are tricky"; a 64-bit word is slept for by its lower half.
"""

import platform
import sys
from typing import Literal

SIZE, LINE = 640, 64
COUNTED = 336
MUTEX, CONDITION = 384, 512
Parking = Literal["futex", "pthread", "none"]
FUTEX = {"x86_64": 202, "aarch64": 98}  # the number of the system call
PAUSE = {"x86_64": "llvm.x86.sse2.pause()", "aarch64": "llvm.aarch64.hint(i32 1)"}
DECLARED_PAUSE = {"x86_64": "llvm.x86.sse2.pause()", "aarch64": "llvm.aarch64.hint(i32)"}


def architecture() -> str:
    """This processor's architecture in LLVM's spelling."""
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)


def usual_parking() -> Parking:
    """How threads sleep on this system; "none" where there are no workers at all."""
    if sys.platform == "linux" and architecture() in FUTEX:
        return "futex"
    return "none" if sys.platform == "win32" else "pthread"


FUTEX_TEXT = """
declare i64 @syscall(i64, ...)
define internal void @tz_sleep(ptr %team, ptr %word, i32 %seen) noinline nounwind {{
  %value = zext i32 %seen to i64
  %r = call i64 (i64, ...) @syscall(i64 {number}, ptr %word, i64 128, i64 %value, i64 0)
  ret void
}}
define internal void @tz_rouse(ptr %team, ptr %word) noinline nounwind {{
  %r = call i64 (i64, ...) @syscall(i64 {number}, ptr %word, i64 129, i64 2147483647)
  ret void
}}
"""

PTHREAD_TEXT = f"""
declare i32 @pthread_mutex_lock(ptr)
declare i32 @pthread_mutex_unlock(ptr)
declare i32 @pthread_cond_wait(ptr, ptr)
declare i32 @pthread_cond_broadcast(ptr)
define internal void @tz_sleep(ptr %team, ptr %word, i32 %seen) noinline nounwind {{
  %mutex = getelementptr i8, ptr %team, i64 {MUTEX}
  %condition = getelementptr i8, ptr %team, i64 {CONDITION}
  %a = call i32 @pthread_mutex_lock(ptr %mutex)
  %now = load atomic i32, ptr %word seq_cst, align 4
  %same = icmp eq i32 %now, %seen
  br i1 %same, label %wait, label %done
wait:
  %b = call i32 @pthread_cond_wait(ptr %condition, ptr %mutex)
  br label %done
done:
  %c = call i32 @pthread_mutex_unlock(ptr %mutex)
  ret void
}}
define internal void @tz_rouse(ptr %team, ptr %word) noinline nounwind {{
  %mutex = getelementptr i8, ptr %team, i64 {MUTEX}
  %condition = getelementptr i8, ptr %team, i64 {CONDITION}
  %a = call i32 @pthread_mutex_lock(ptr %mutex)
  %b = call i32 @pthread_cond_broadcast(ptr %condition)
  %c = call i32 @pthread_mutex_unlock(ptr %mutex)
  ret void
}}
"""

WAIT_TEXT = """
define internal void @tz_pause() alwaysinline nounwind {{
  {pause}
  ret void
}}
define internal void @tz_wait(ptr %team, i64 %place, i32 %seen) noinline nounwind {{
entry:
  %word = getelementptr i8, ptr %team, i64 %place
  %sleepers = getelementptr i8, ptr %word, i64 8
  %patience = getelementptr i8, ptr %team, i64 4
  %limit = load i32, ptr %patience, align 4
  br label %look
look:
  %i = phi i32 [ 0, %entry ], [ %next, %again ]
  %now = load atomic i32, ptr %word acquire, align 4
  %same = icmp eq i32 %now, %seen
  br i1 %same, label %again, label %done
again:
  call void @tz_pause()
  %next = add i32 %i, 1
  %more = icmp ult i32 %next, %limit
  br i1 %more, label %look, label %sleep
sleep:
  %a = atomicrmw add ptr %sleepers, i32 1 seq_cst, align 4
  %later = load atomic i32, ptr %word seq_cst, align 4
  %still = icmp eq i32 %later, %seen
  br i1 %still, label %park, label %awake
park:
  call void @tz_sleep(ptr %team, ptr %word, i32 %seen)
  br label %awake
awake:
  %b = atomicrmw sub ptr %sleepers, i32 1 seq_cst, align 4
  %then = load atomic i32, ptr %word acquire, align 4
  %early = icmp eq i32 %then, %seen
  br i1 %early, label %sleep, label %done
done:
  ret void
}}
define internal void @tz_wake(ptr %team, i64 %place) noinline nounwind {{
  %word = getelementptr i8, ptr %team, i64 %place
  %count = getelementptr i8, ptr %word, i64 8
  %sleepers = load atomic i32, ptr %count seq_cst, align 4
  %none = icmp eq i32 %sleepers, 0
  br i1 %none, label %done, label %rouse
rouse:
  call void @tz_rouse(ptr %team, ptr %word)
  br label %done
done:
  ret void
}}
"""

MEET_TEXT = """
define internal void @tz_barrier(ptr %team) noinline nounwind {
  %threads = load i32, ptr %team, align 4
  %alone = icmp ule i32 %threads, 1
  br i1 %alone, label %done, label %meet
meet:
  %word = getelementptr i8, ptr %team, i64 128
  %before = atomicrmw add ptr %word, i64 1 seq_cst, align 8
  %n = zext i32 %threads to i64
  %part = urem i64 %before, %n
  %first = sub i64 %before, %part
  %all = add i64 %first, %n
  %here = add i64 %before, 1
  %last = icmp eq i64 %here, %all
  br i1 %last, label %open, label %wait
open:
  call void @tz_wake(ptr %team, i64 128)
  br label %done
wait:
  %seen = phi i64 [ %here, %meet ], [ %now, %wait ]
  %low = trunc i64 %seen to i32
  call void @tz_wait(ptr %team, i64 128, i32 %low)
  %now = load atomic i64, ptr %word acquire, align 8
  %over = icmp uge i64 %now, %all
  br i1 %over, label %done, label %wait
done:
  ret void
}
"""

ALONE_TEXT = """
define internal void @tz_barrier(ptr %team) alwaysinline nounwind {
  ret void
}
"""


def barrier_text(parking: Parking, processor: str) -> str:
    """`define internal void @tz_barrier(ptr %team)`, and what it needs, for a module to include.

    It declares `syscall`, or `pthread_mutex_lock`, `_unlock`, `pthread_cond_wait`, `_broadcast`,
    and one intrinsic of the processor; all that it defines is internal and begins with tz_.
    """
    if parking == "none":
        return ALONE_TEXT
    declared, pause = "", ""
    if processor in PAUSE:
        declared = f"declare void @{DECLARED_PAUSE[processor]}"
        pause = f"call void @{PAUSE[processor]}"
    sleep = FUTEX_TEXT.format(number=FUTEX[processor]) if parking == "futex" else PTHREAD_TEXT
    return declared + sleep + WAIT_TEXT.format(pause=pause) + MEET_TEXT


FLUSH_TEXT = """
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
define internal i32 @tz_flush() alwaysinline nounwind {
  %place = alloca i32, align 4
  call void @llvm.x86.sse.stmxcsr(ptr %place)
  %old = load volatile i32, ptr %place, align 4
  %new = or i32 %old, 32832
  store volatile i32 %new, ptr %place, align 4
  call void @llvm.x86.sse.ldmxcsr(ptr %place)
  ret i32 %old
}
define internal void @tz_restore(i32 %old) alwaysinline nounwind {
  %place = alloca i32, align 4
  store volatile i32 %old, ptr %place, align 4
  call void @llvm.x86.sse.ldmxcsr(ptr %place)
  ret void
}
"""

KEEP_TEXT = """
define internal i32 @tz_flush() alwaysinline nounwind {
  ret i32 0
}
define internal void @tz_restore(i32 %old) alwaysinline nounwind {
  ret void
}
"""

SOLO_TEXT = f"""
@tz_alone = internal constant {{ i32, [{SIZE - 4} x i8] }} {{ i32 1, [{SIZE - 4} x i8] zeroinitializer }}, align 64
define void @tz_solo(ptr %job, ptr %context) nounwind {{
  %old = call i32 @tz_flush()
  call void %job(ptr %context, i32 0, i32 1, ptr @tz_alone)
  call void @tz_restore(i32 %old)
  ret void
}}
"""  # noqa: E501

TEAM_TEXT = """
define void @tz_pauses(i32 %count) noinline nounwind {
entry:
  br label %look
look:
  %i = phi i32 [ 0, %entry ], [ %next, %look ]
  call void @tz_pause()
  %next = add i32 %i, 1
  %more = icmp ult i32 %next, %count
  br i1 %more, label %look, label %done
done:
  ret void
}
define void @tz_run(ptr %team, ptr %job, ptr %context) nounwind {
entry:
  %threads = load i32, ptr %team, align 4
  %old = call i32 @tz_flush()
  %workers = sub i32 %threads, 1
  %alone = icmp eq i32 %workers, 0
  br i1 %alone, label %own, label %call
call:
  %job_place = getelementptr i8, ptr %team, i64 320
  %context_place = getelementptr i8, ptr %team, i64 328
  %busy = getelementptr i8, ptr %team, i64 256
  %jobs = getelementptr i8, ptr %team, i64 192
  store ptr %job, ptr %job_place, align 8
  store ptr %context, ptr %context_place, align 8
  store atomic i32 %workers, ptr %busy release, align 4
  %a = atomicrmw add ptr %jobs, i32 1 seq_cst, align 4
  call void @tz_wake(ptr %team, i64 192)
  br label %own
own:
  call void %job(ptr %context, i32 0, i32 %threads, ptr %team)
  call void @tz_restore(i32 %old)
  br i1 %alone, label %done, label %finish
finish:
  %busy_place = getelementptr i8, ptr %team, i64 256
  %left = load atomic i32, ptr %busy_place acquire, align 4
  %none = icmp eq i32 %left, 0
  br i1 %none, label %done, label %wait
wait:
  call void @tz_wait(ptr %team, i64 256, i32 %left)
  br label %finish
done:
  ret void
}
define void @tz_serve(ptr %team, i32 %index) nounwind {
entry:
  %busy = getelementptr i8, ptr %team, i64 256
  %end_place = getelementptr i8, ptr %team, i64 196
  %job_place = getelementptr i8, ptr %team, i64 320
  %context_place = getelementptr i8, ptr %team, i64 328
  br label %next
next:
  %seen = phi i32 [ 0, %entry ], [ %now, %ready ]
  call void @tz_wait(ptr %team, i64 192, i32 %seen)
  %now = add i32 %seen, 1
  %end = load atomic i32, ptr %end_place acquire, align 4
  %ending = icmp ne i32 %end, 0
  br i1 %ending, label %done, label %work
work:
  %threads = load i32, ptr %team, align 4
  %job = load ptr, ptr %job_place, align 8
  %context = load ptr, ptr %context_place, align 8
  %old = call i32 @tz_flush()
  call void %job(ptr %context, i32 %index, i32 %threads, ptr %team)
  call void @tz_restore(i32 %old)
  %before = atomicrmw sub ptr %busy, i32 1 seq_cst, align 4
  %last = icmp eq i32 %before, 1
  br i1 %last, label %report, label %ready
report:
  call void @tz_wake(ptr %team, i64 256)
  br label %ready
ready:
  br label %next
done:
  ret void
}
define void @tz_end(ptr %team) nounwind {
  %end_place = getelementptr i8, ptr %team, i64 196
  %jobs = getelementptr i8, ptr %team, i64 192
  store atomic i32 1, ptr %end_place release, align 4
  %a = atomicrmw add ptr %jobs, i32 1 seq_cst, align 4
  call void @tz_wake(ptr %team, i64 192)
  ret void
}
"""


def pool_text(parking: Parking, processor: str) -> str:
    """The module behind the pool.

    It defines `tz_solo`, and where there are workers `tz_run`, `tz_serve`, `tz_end`, `tz_pauses`.
    """
    flush = FLUSH_TEXT if processor == "x86_64" else KEEP_TEXT
    if parking == "none":
        return flush + SOLO_TEXT
    return barrier_text(parking, processor) + flush + SOLO_TEXT + TEAM_TEXT
