"""What the core costs beside hand-written NumPy; each pair is timed alternately in one run."""

import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import tiza as tz
from tiza import nn, optim
from tiza.nn import functional as F
from tiza.readings.evaluate import Program

Row = tuple[str, str, str]  # what was measured, the figure, the figure to reach


def seconds(work: Callable[[], object], times: int) -> float:
    """Mean seconds of one call, over `times` calls."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def alternately(
    ours: Callable[[], object], theirs: Callable[[], object], times: int, rounds: int = 15
) -> tuple[float, float]:
    """Median seconds of each, measured in turns, so that both see the same machine."""
    pairs = [(seconds(ours, times), seconds(theirs, times)) for _ in range(rounds)]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def building(count: int = 2000) -> list[Row]:
    """The cost of one node, by tensor operators."""

    def chain() -> object:
        y = x = tz.tensor(np.ones(8, np.float32))  # new data: no node of it exists yet
        for _ in range(count // 2):
            y = tz.tanh(y) + x
        return y

    best = min(seconds(chain, 1) for _ in range(15)) / count
    return [("build one node", f"{best * 1e6:.2f} us", "<= 5 us")]


def small_expression(size: int) -> list[Row]:
    """Ten element-wise operations, as a program run again and again, against NumPy."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=size).astype(np.float32) for _ in range(3)]

    def by_hand(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
        for _ in range(3):
            x = np.tanh(x * w + b)
        return x * x

    def ours(x: tz.Tensor, w: tz.Tensor, b: tz.Tensor) -> tz.Tensor:
        for _ in range(3):
            x = tz.tanh(x * w + b)
        return x * x

    inputs = [tz.tensor(a) for a in arrays]
    program = Program([t.node for t in inputs], [ours(*inputs).node])
    assert np.allclose(program(*arrays)[0], by_hand(*arrays), atol=1e-6)
    mine, numpy = alternately(lambda: program(*arrays), lambda: by_hand(*arrays), 500)
    figure = f"{mine / 10 * 1e6:.2f} us, {mine / numpy:.2f} x NumPy"
    return [(f"evaluate an operation on {size} floats", figure, "<= 3 x")]


def long_chain(length: int = 20_000) -> list[Row]:
    """Differentiate and evaluate one chain of 20,000 nodes."""
    start = time.perf_counter()
    x = tz.tensor(np.full(4, 0.5, np.float32), requires_grad=True)
    y = x
    for _ in range(length // 2):
        y = tz.sin(y) + x
    y.sum().backward()
    assert np.isfinite(x.grad.numpy()).all()
    took = time.perf_counter() - start
    return [(f"build, differentiate, evaluate {length:,} nodes", f"{took:.2f} s", "< 5 s")]


def memory(steps: int) -> list[Row]:
    """Growth of the process over PyTorch-style training steps, after a warm-up."""
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = optim.SGD(model.parameters(), lr=0.01)
    rng = np.random.default_rng(0)
    x = tz.tensor(rng.normal(size=(8, 2)).astype(np.float32))
    y = tz.tensor(rng.normal(size=(8, 1)).astype(np.float32))

    def step() -> None:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()

    warm = max(steps // 10, 1)
    seconds(step, warm)
    gc.collect()
    objects, before = len(gc.get_objects()), resident()
    each = seconds(step, steps)
    gc.collect()
    grown, kept = resident() - before, len(gc.get_objects()) - objects
    return [
        (
            f"memory grown in {steps:,} steps",
            f"{grown / 1024:.2f} MB, {kept:+d} objects",
            "none",
        ),
        ("one such step (forward, backward, SGD)", f"{each * 1e6:.0f} us", ""),
    ]


def resident() -> int:
    """Memory that this process holds, in KB (its peak, where the system tells no more)."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmRSS"))
        return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def importing() -> list[Row]:
    """Seconds of `import tiza` in a fresh interpreter, and of NumPy's share in it."""

    def fresh(module: str) -> float:
        code = (
            f"import time; s = time.perf_counter(); import {module}; print(time.perf_counter() - s)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        return float(done.stdout)

    ours, numpy = zip(*[(fresh("tiza"), fresh("numpy")) for _ in range(7)], strict=True)
    return [
        (
            "import tiza",
            f"{statistics.median(ours):.3f} s (NumPy {statistics.median(numpy):.3f} s)",
            "< 0.3 s",
        )
    ]


def main() -> None:
    """Print the table; `--json` prints it as JSON, `--quick` takes a tenth of the steps."""
    steps = 10_000 if "--quick" in sys.argv else 100_000
    rows = [
        *importing(),
        *building(),
        *small_expression(64),
        *small_expression(1000),
        *long_chain(),
        *memory(steps),
    ]
    if "--json" in sys.argv:
        print(json.dumps([dict(zip(("what", "figure", "goal"), row, strict=True)) for row in rows]))
        return
    for what, figure, goal in rows:
        print(f"{what:<45} {figure:<32} {goal}")


if __name__ == "__main__":
    main()
