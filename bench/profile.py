"""Where a training step spends its time: `python -m bench.profile RUNG`.

The step is compiled as `fit` traces it; every kernel of it is then timed alone, on the memory of
the whole. `--threads N`, `--top N` (lines shown). A compiled program that has a `profile` of its
own is asked for it, too.

`--fit`: what Python does around the compiled steps while `fit` trains.
`--evaluate`: the step computed by NumPy, primitive by primitive, the mean of `--steps N`.
"""

from __future__ import annotations

import argparse
import copy
import cProfile
import pstats
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from bench.modes.base import TIMED_RATE
from bench.modes.with_tiza import Fit, parts
from bench.rung import Rung, cached, rung
from tiza.readings.evaluate import Program


@dataclass
class Step:
    """One traced training step and its inputs; `aliased`: output → the input it replaces."""

    inputs: Sequence[Any]
    outputs: Sequence[Any]
    arrays: list[Any]
    aliased: dict[int, int]


def step_of(which: Rung) -> Step:
    """The step that `fit` traces for the first batch of a rung."""
    from tiza.train.feed import rows_of

    model, optimizer, loss = parts(which, TIMED_RATE)
    trainer = tz.Trainer(model, loss, optimizer)
    few = cached(which).part(slice(0, which.batch))
    rows = rows_of(few.x, few.y, floating=trainer.steps.floating)
    state = trainer.state
    traced = trainer.steps.traced("train", rows, state)
    arrays = [np.array(a) for a in trainer.steps.inputs("train", state, rows, trainer.rates)]
    program = traced.program
    params, slots = len(state.params), sum(len(group) for group in state.slots)
    aliased = {2 + i: i for i in range(params)}
    before = len(arrays) - slots - 1 - len(trainer.rates)
    aliased |= {2 + params + i: before + i for i in range(slots)}
    fits = {o: i for o, i in aliased.items()
            if program.outputs[o].shape == program.inputs[i].shape}  # fmt: skip
    return Step(program.inputs, program.outputs, arrays, fits)


def each_step(run: Callable[[int], object], seconds: float = 0.004, rounds: int = 4) -> float:
    """The least seconds of one step; `run(n)` makes n, as many as fill `seconds`."""
    count, took = 1, 0.0
    while True:
        start = time.perf_counter()
        run(count)
        took = time.perf_counter() - start
        if took >= seconds or count >= 1 << 20:
            break
        count *= 4 if took < seconds / 8 else 2
    found = [took]
    for _ in range(rounds):
        start = time.perf_counter()
        run(count)
        found.append(time.perf_counter() - start)
    return min(found) / count


def names(nodes: Sequence[Any], most: int = 5) -> str:
    """The primitives of a kernel, the frequent ones first."""
    counts = Counter(n.prim.name for n in nodes)
    shown = [f"{name}×{k}" if k > 1 else name for name, k in counts.most_common(most)]
    return " ".join(shown) + (" …" if len(counts) > most else "")


def kernels(which: Rung, threads: int | None, top: int) -> int:
    """Compile the step, check it, time it whole and kernel by kernel; 1 where it cannot be."""
    from tiza.readings.native import compiled
    from tiza.readings.native.machine.llvm import load

    step = step_of(which)
    start = time.perf_counter()
    made = compiled(step.inputs, step.outputs, aliased=step.aliased, threads=threads)
    took = time.perf_counter() - start
    if made is None:
        print("no machine code can be made here")
        return 1
    made = made.afresh()
    agree(made, step)
    given = [np.require(a, n.dtype, ("C", "A")).copy()
             for a, n in zip(step.arrays, made.inputs, strict=True)]  # fmt: skip
    whole = each_step(lambda n: made.run(given, steps=n, threads=threads))
    calls = made.builder.calls
    print(f"compiled in {took:.3f} s: {len(calls)} kernels, "
          f"arena {made.builder.layout.arena / 2**20:.1f} MB")  # fmt: skip
    rows = []
    for k, call in enumerate(calls):
        one = copy.copy(made)
        one.library = load(made.builder.text(only=k), cache=False)
        one.entry = one.library.address("run")
        each = each_step(lambda n, one=one: one.run(given, steps=n, threads=threads))
        rows.append((each, k, call))
    table(rows, whole, top)
    fitted = min(Fit(which, cached(which), TIMED_RATE).sample(0.05, 3))
    print(f"\nTrainer.fit, rows gathered, epochs and all: {fitted * 1e6:,.3f} us a step")
    print("\nwhat the program itself says, on one thread:\n")
    print(made.profile())
    return 0


def table(rows: Sequence[tuple[float, int, Any]], whole: float, top: int) -> None:
    """The kernels that take longest, then the sums over kernels of the same kind."""
    total = sum(each for each, _, _ in rows)
    print(f"whole step {whole * 1e6:,.3f} us; kernels alone {total * 1e6:,.3f} us\n")
    print(f"{'us':>10} {'share':>6} {'GFLOP/s':>8} {'GB/s':>7} {'trips':>7}  no. kind, primitives")
    for each, k, call in sorted(rows, key=lambda r: -r[0])[:top]:
        shared = "∥" if call.shared else " "
        roots = names(call.group.roots) if call.group else ""
        shape = call.group.shape if call.group else ""
        print(
            f"{each * 1e6:10.3f} {each / total:6.1%} {call.flops / each / 1e9:8.1f} "
            f"{call.bytes / each / 1e9:7.1f} {call.trips:7}{shared} {k:3} {kind_of(call)} {shape} "
            f"{roots}"
        )
    sums: dict[str, float] = defaultdict(float)
    for each, _, call in rows:
        sums[kind_of(call)] += each
    print()
    for kind, each in sorted(sums.items(), key=lambda item: -item[1]):
        print(f"{each * 1e6:10.3f} {each / total:6.1%}  {kind}")


def kind_of(call: Any) -> str:
    """What a kernel is, and how its loops are arranged."""
    kind = call.group.kind if call.group else "copy"
    return f"{kind}/{call.plan.kind if call.plan else '-'}"


def agree(made: Any, step: Step) -> None:
    """Say how far the compiled step is from NumPy's."""
    wanted = Program(step.inputs, step.outputs)(*step.arrays)
    found = made(*step.arrays)
    worst = 0.0
    for a, b in zip(found, wanted, strict=True):
        if np.asarray(b).dtype.kind == "f" and np.size(b):
            scale = float(np.abs(b).max()) or 1.0
            worst = max(worst, float(np.abs(a - b).max()) / scale)
    print(f"largest difference from NumPy, relative to each output's size: {worst:.1e}")


def primitives(which: Rung, steps: int, top: int) -> int:
    """The step computed by NumPy: seconds of each primitive."""
    step = step_of(which)
    program = Program(step.inputs, step.outputs)
    spent: dict[str, float] = defaultdict(float)
    counts: Counter[str] = Counter()
    slots = program.start.copy()
    with np.errstate(all="ignore"):
        for _ in range(steps):
            slots[: len(step.arrays)] = step.arrays
            for node, (value, ins, out, attrs, _) in zip(program.nodes, program.steps, strict=True):
                start = time.perf_counter()
                slots[out] = value(*[slots[i] for i in ins], **attrs)
                spent[node.prim.name] += time.perf_counter() - start
                counts[node.prim.name] += 1
    total = sum(spent.values())
    print(f"{len(program.nodes)} nodes, {total / steps * 1e6:,.0f} us a step by NumPy\n")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1])[:top]:
        print(f"{seconds / steps * 1e6:12.1f} us {seconds / total:6.1%}  {name} "
              f"×{counts[name] // steps}")  # fmt: skip
    return 0


def around(which: Rung, top: int) -> int:
    """What Python does while `fit` trains: the functions that take longest themselves."""
    mode = Fit(which, cached(which), TIMED_RATE)
    mode.calibrate(0.1)
    mode.sample(0.1, 1)
    profile = cProfile.Profile()
    profile.enable()
    mode.sample(0.1, 10)
    profile.disable()
    steps = (10 * mode.together + 1) * mode.steps
    print(f"{steps:,} steps, {mode.steps:,} in an epoch; the times are those of all together\n")
    pstats.Stats(profile).sort_stats("tottime").print_stats(top)
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("rung")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--top", type=int, default=30)
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    which = rung(given.rung)
    if given.fit:
        return around(which, given.top)
    if given.evaluate:
        return primitives(which, given.steps, given.top)
    return kernels(which, given.threads, given.top)


if __name__ == "__main__":
    raise SystemExit(main())
