"""How many cores the system lets us have: for the process as a whole, and at this moment."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from math import ceil, inf
from pathlib import Path


def recent(seconds: float) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Ask a function again only after some time: what the system tells takes 200 microseconds."""

    def decorate(function: Callable[[], int]) -> Callable[[], int]:
        known: list[tuple[float, int]] = []

        @wraps(function)
        def ask() -> int:
            now = time.monotonic()
            if not known or now > known[-1][0]:
                known[:] = [(now + seconds, function())]
            return known[-1][1]

        return ask

    return decorate


@recent(1.0)
def usable_cores() -> int:
    """The cores that this process may use: its affinity, its quota, two threads of a core once."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    siblings = {_siblings(number) for number in os.sched_getaffinity(0)}
    return int(max(1, min(len(siblings), _quota())))


@recent(0.25)
def free_cores() -> int:
    """The cores that this process may use and that nobody else keeps busy just now; at least 1.

    Busy is what was busy both in the last minute and at this instant, so that neither a brief
    command nor our own work a moment ago counts; half of the cores are taken in any case.
    """
    usable = usable_cores()
    try:
        busy = min(os.getloadavg()[0], _running() - _own())
    except (OSError, AttributeError):
        return usable
    free = (os.cpu_count() or 1) - round(max(busy, 0))  # of the whole machine
    return max(min(usable, free), usable // 2, 1)


def _running() -> float:
    """How many threads of the machine run or want to; ∞ where nobody says."""
    try:
        return int(Path("/proc/loadavg").read_text().split()[3].split("/")[0])
    except (OSError, ValueError, IndexError):
        return inf


def _own() -> int:
    """How many of them are our own: this one, and workers that look for their next job."""
    found = 0
    for task in os.listdir("/proc/self/task"):
        with suppress(OSError):
            found += Path(f"/proc/self/task/{task}/stat").read_text().rpartition(")")[2][1] == "R"
    return max(found, 1)


def _siblings(number: int) -> str:
    """The hardware threads of one core, as Linux writes them."""
    folder = Path(f"/sys/devices/system/cpu/cpu{number}/topology")
    try:
        return (folder / "thread_siblings_list").read_text().strip()
    except OSError:
        return str(number)


def _quota() -> float:
    """The cores that the process's control groups grant it, rounded up; ∞ without a limit."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return inf
    names = {line.rpartition(":")[2].strip("/") for line in lines} | {""}
    return min(
        (
            quota
            for name in names
            for quota in (
                _limit(Path("/sys/fs/cgroup", name)),
                _limit(Path("/sys/fs/cgroup/cpu", name)),
            )
        ),
        default=inf,
    )


def _limit(folder: Path) -> float:
    """One control group's limit, in either version's files."""
    try:
        if (folder / "cpu.max").is_file():
            used, period = (folder / "cpu.max").read_text().split()
        else:
            used = (folder / "cpu.cfs_quota_us").read_text()
            period = (folder / "cpu.cfs_period_us").read_text()
        return inf if used == "max" or int(used) < 0 else ceil(int(used) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return inf
