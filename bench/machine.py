"""Where and with what was measured: processor, memory, versions, date, load."""

from __future__ import annotations

import os
import platform
import time
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("tiza", "numpy", "llvmlite", "torch", "jax", "jaxlib", "scikit-learn")
VECTORS = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON"), ("sse2", "SSE2"))
LEVELS = (*(shown for _, shown in VECTORS), "")  # "": the system does not tell


def about() -> dict[str, Any]:
    """All of it, as plain data."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": processor(),
        "cores": cores,
        "memory_gb": memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: v for name in PACKAGES if (v := installed(name))},
        "date": date.today().isoformat(),
        "load": round(load(), 2),
    }


def load(seconds: float = 0.5) -> float:
    """Cores that other processes take, on average, while this one sleeps.

    The system's own load of the last minute stands in where it does not count ticks: that would
    take a measurement which has just ended for a busy machine.
    """
    before = ticks()
    time.sleep(seconds)
    busy, every = (now - then for now, then in zip(ticks(), before, strict=True))
    if every:
        return busy / every * (os.cpu_count() or 1)
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def ticks() -> tuple[int, int]:
    """Clock ticks of all cores since the start: the busy ones, all; zeros where not counted."""
    path = Path("/proc/stat")
    if not path.exists():
        return 0, 0
    user, nice, system, idle, waiting, *more = map(int, path.read_text().split()[1:9])
    busy = user + nice + system + sum(more)
    return busy, busy + idle + waiting


def installed(name: str) -> str:
    """The version of a package, "" where it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def processor() -> str:
    """The processor's name and its widest vectors."""
    fields, widest = core(), level()
    if not fields:
        return platform.processor() or platform.machine()
    name = fields.get("model name", platform.machine())
    family = f", family {fields['cpu family']}" if "cpu family" in fields else ""
    return f"{name}{family}" + (f", {widest}" if widest else "")


def level() -> str:
    """The processor's widest vectors, "" where the system does not tell."""
    fields = core()
    flags = fields.get("flags", fields.get("Features", "")).split()
    return next((shown for flag, shown in VECTORS if flag in flags), "")


def core() -> dict[str, str]:
    """What the system tells of its last core; nothing where it tells nothing."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def memory() -> int:
    """Gigabytes of memory, 0 where the system does not tell."""
    path = Path("/proc/meminfo")
    if not path.exists():
        return 0
    line = next(row for row in path.read_text().splitlines() if row.startswith("MemTotal"))
    return round(int(line.split()[1]) / 2**20)
