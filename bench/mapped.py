"""One pass of `fit` over a memory-mapped file, beside reading that file: `python -m bench.mapped`.

Options: `--gb N` (8; take more than the machine's memory to be strict), `--folder` (where the file
is written, and removed afterwards), `--ordered` (leave out the epoch whose rows are
shuffled, and read one by one), `--dry` (keep nothing).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

import tiza as tz
from bench.harness import Result, Timing
from bench.kept import Kept, every
from bench.machine import about, level
from bench.page import write

COLUMNS, BLOCK, BATCH = 784, 1 << 23, 256
READING = "(reading the file)"


def make(path: Path, gigabytes: float) -> int:
    """Write rows of random numbers until the file is that long; how many rows."""
    rng = np.random.default_rng(0)
    block = rng.random((BATCH * 32, COLUMNS), np.float32)
    blocks = max(1, round(gigabytes * 1e9 / block.nbytes))
    with path.open("wb") as file:
        for _ in range(blocks):
            file.write(block.tobytes())
        file.flush()
        os.fsync(file.fileno())
    return blocks * len(block)


def forget(path: Path) -> None:
    """Ask the system to drop what it holds of the file in memory."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read(path: Path) -> float:
    """Seconds of reading the file from end to end."""
    forget(path)
    space = bytearray(BLOCK)
    start = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.readinto(space):
            pass
    return time.perf_counter() - start


def fit(path: Path, rows: int, *, shuffle: bool) -> float:
    """Seconds of one epoch of a linear model over the mapped rows; the step is compiled before."""
    x = np.memmap(path, np.float32, "r", shape=(rows, COLUMNS))
    y = np.arange(rows) % 10
    tz.manual_seed(0)
    model = tz.nn.Linear(COLUMNS, 10)
    loss = tz.nn.functional.cross_entropy
    trainer = tz.Trainer(model, loss, tz.optim.SGD(model.parameters(), lr=1e-6))
    options = {"epochs": 1, "batch_size": BATCH, "shuffle": shuffle, "verbose": 0}
    trainer.fit(x[: 2 * BATCH], y[: 2 * BATCH], **options)
    forget(path)
    start = time.perf_counter()
    trainer.fit(x, y, **options)
    return time.perf_counter() - start


def hold(gigabytes: float, folder: Path, *, ordered: bool = False) -> Result:
    """Make the file, read it and train on it, in turns."""
    path = folder / "rows.f32"
    rows = make(path, gigabytes)
    size = path.stat().st_size / 1e9
    ways = {
        READING: lambda: read(path),
        "tiza fit": lambda: fit(path, rows, shuffle=False),
        "tiza fit, shuffled": lambda: fit(path, rows, shuffle=True),
    }
    if ordered:
        del ways["tiza fit, shuffled"]
    timings = {label: Timing(label) for label in ways}
    for _ in range(2):
        for label, way in ways.items():
            took = way()
            timings[label].samples.append(took / size * 1e6)
            print(f"  {label:<24}{took:8.2f} s, {size / took:6.2f} GB/s", flush=True)
    memory = about()["memory_gb"]
    return Result("mapped", f"one pass over a mapped file of {size:.1f} GB, 784-10, batch {BATCH}",
                  1, "random numbers", rows, 1.0, 1.0,
                  (f"The machine has {memory} GB of memory.",
                   f"La máquina tiene {memory} GB de memoria."), list(timings.values()),
                  about=about(), unit="GB")  # fmt: skip


def main() -> int:
    """The command line; 1 where `fit` in order reaches less than 80 % of the speed of reading."""
    parser = argparse.ArgumentParser(prog="python -m bench.mapped", description=__doc__)
    parser.add_argument("--gb", type=float, default=8.0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--ordered", action="store_true")
    parser.add_argument("--dry", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        result = hold(given.gb, Path(name), ordered=given.ordered)
    reading, fitting = result.timing(READING), result.timing("tiza fit")
    assert reading is not None  # hold times both
    assert fitting is not None
    share = reading.least / fitting.least
    print(f"fit in order reaches {share:.0%} of the speed of reading")
    if not given.dry:
        kept = Kept.read(level())
        kept.results[result.rung] = result
        kept.write()
        write(every())
    return 0 if share >= 0.8 else 1


if __name__ == "__main__":
    raise SystemExit(main())
