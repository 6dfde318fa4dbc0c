"""One mode in a process of its own: how much memory it takes, how long its first step.

`python -m bench.probe RUNG MODE ROWS` prints one line of JSON; `probe` starts it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bench.rung import ROOT, Data, Rung, cached, rung

STEPS = 20
PROBED = ("tiza fit", "tiza @compile", "PyTorch eager", "PyTorch fused", "JAX jit", "JAX scan")
QUICKLY = ("tiza fit", "tiza @compile", "PyTorch fused", "JAX jit")
CACHES = ("XDG_CACHE_HOME", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR")


def peak_so_far() -> float:
    """The most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> float:
    """Begin to count the peak anew where the system can; the memory held now, in MB."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return peak_so_far()
    return status("VmRSS")


def status(field: str) -> float:
    """A field of the process's status, in MB; the peak so far where there is none."""
    path = Path("/proc/self/status")
    if not path.exists():
        return peak_so_far()
    line = next(row for row in path.read_text().splitlines() if row.startswith(field))
    return int(line.split()[1]) / 1024


def run_one(which: Rung, label: str, rows: Data) -> dict[str, float]:
    """Import, take the first step, then 20 more: memory beyond the imports and the data."""
    from bench.modes import family, makers

    make = makers(family(label))[label]
    first = rows.part(slice(0, which.batch))
    base = forget_peak()
    mode = make(which, rows, which.rate)
    start = time.perf_counter()
    mode.repeated(first, 1)
    began = time.perf_counter() - start
    starting = status("VmHWM") - base
    start = time.perf_counter()
    mode.repeated(first, 1)
    again = time.perf_counter() - start
    forget_peak()
    mode.repeated(first, STEPS)
    later = status("VmHWM") - base
    return {"imports_mb": base, "peak_mb": max(starting, later), "steady_mb": later,
            "first_s": began, "second_s": again}  # fmt: skip


def probe(which: Rung, label: str, rows: Path, caches: Path) -> dict[str, float]:
    """What `run_one` finds in a fresh process whose compilers keep their files in `caches`."""
    own = {name: str(caches / name.lower()) for name in CACHES}
    done = subprocess.run(
        [sys.executable, "-m", "bench.probe", which.name, label, str(rows)],
        cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise RuntimeError(f"{label}: {last}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def keep_rows(which: Rung, folder: Path) -> Path:
    """Write a few batches to a file, so that reading them leaves no peak of its own."""
    few = cached(which).part(slice(0, 4 * which.batch))
    path = folder / "rows.npz"
    named = {f"x{i}": x for i, x in enumerate(few.xs)}
    np.savez(path, y=few.y, **named)
    return path


Figures = dict[str, dict[str, float]]


def probe_all(which: Rung, labels: Iterable[str]) -> tuple[Figures, Figures, dict[str, str]]:
    """Memory, and seconds of the first step with empty and with filled caches, of each mode.

    The third part: the modes that failed, and why.
    """
    memory: Figures = {}
    starts: Figures = {}
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = keep_rows(which, folder)
        for i, label in enumerate(labels):
            try:
                cold, warm = (probe(which, label, rows, folder / str(i)) for _ in range(2))
            except RuntimeError as error:
                failed[label] = str(error)
                continue
            memory[label] = {k: cold[k] for k in ("imports_mb", "peak_mb", "steady_mb")}
            starts[label] = {"cold_s": cold["first_s"], "cached_s": warm["first_s"],
                             "second_s": cold["second_s"]}  # fmt: skip
    return memory, starts, failed


def main() -> None:
    """The child's side."""
    name, label, path = sys.argv[1:4]
    with np.load(path) as kept:
        xs = tuple(kept[f"x{i}"] for i in range(len(kept.files) - 1))
        rows = Data(xs, kept["y"], "kept")
    print(json.dumps(run_one(rung(name), label, rows)))


if __name__ == "__main__":
    main()
