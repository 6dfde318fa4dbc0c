"""`python -m bench`: measure, keep the figures, write the pages; `--help` tells the options."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from bench import check
from bench.contest import CONTESTS, contest, hold
from bench.harness import Plan, Result, measure
from bench.kept import Kept, every, place
from bench.machine import about, level, load
from bench.modes import makers, missing
from bench.page import BUSY, write
from bench.probe import PROBED, QUICKLY, probe_all
from bench.rung import FURTHER, LADDER, RUNGS, forget, rung
from bench.scaling import SERIES, grow

MEMORY = "memory"  # of all rungs that were measured before, and their first steps


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    known = ", ".join((*RUNGS, *CONTESTS, *SERIES, MEMORY))
    parser.add_argument("names", nargs="*", help=f"what to measure; all of: {known}")
    parser.add_argument("--quick", action="store_true", help="minutes: the ladder, few rounds")
    parser.add_argument("--rounds", type=int, help="turns of all modes")
    parser.add_argument("--seconds", type=float, help="of one chunk")
    parser.add_argument("--modes", help="only modes whose label holds one of these, as a,b")
    parser.add_argument("--probe", action="store_true", help="memory and first steps, too")
    parser.add_argument("--no-probe", action="store_true", help="neither memory nor first steps")
    parser.add_argument("--dry", action="store_true", help="print only; keep and write nothing")
    parser.add_argument("--trace", action="store_true", help="show errors of modes in full")
    parser.add_argument("--page", action="store_true", help="write the pages from what was kept")
    return parser.parse_args(arguments)


def chosen(given: argparse.Namespace) -> list[str]:
    """The names of what is to be measured.

    Errors: SystemExit for a name that does not exist.
    """
    every = (*RUNGS, *CONTESTS, *SERIES, MEMORY)
    unknown = [name for name in given.names if name not in every]
    if unknown:
        raise SystemExit(f"bench: no {unknown[0]!r}; there are: {', '.join(every)}")
    if given.names:
        return list(given.names)
    return list(LADDER) if given.quick else [*LADDER, *FURTHER, *CONTESTS, *SERIES]


def planned(given: argparse.Namespace) -> Plan:
    """How thoroughly."""
    base = Plan.quick() if given.quick else Plan()
    return Plan(given.rounds or base.rounds, base.chunks, given.seconds or base.seconds)


def show(result: Result) -> None:
    """The figures of one rung, as lines."""
    for t in result.timings:
        print(f"    {t.label:<24}{t.least:>14,.3f}{t.median:>14,.3f} us (least, median)")
    if (ratio := result.ratio()) and (best := result.best_peer()):
        median = result.ratio("median") or 0.0
        print(f"    {ratio:.2f} times faster than {best.label} (by medians {median:.2f})")
    for label, why in result.refused.items():
        print(f"    {label} left out: {why}")


def one(name: str, given: argparse.Namespace, plan: Plan) -> Result:
    """Measure a rung or a contest."""
    if name in CONTESTS:
        return hold(contest(name), plan)
    wanted = given.modes.split(",") if given.modes else [""]
    modes = {k: make for k, make in makers().items() if any(w in k for w in wanted)}
    which = rung(name)
    result = measure(which, modes, plan)
    if result.timings and not given.no_probe and (given.probe or not given.quick):
        memory, starts, failed = probe_all(which, [t.label for t in result.timings])
        result.memory, result.starts = memory, starts
        for label, why in failed.items():
            print(f"    {label}: no memory measured: {why}")
    return result


def remember(kept: Kept, given: argparse.Namespace) -> None:
    """Memory and first steps of what was measured before; its times stay as they are."""
    known = makers()
    wanted = given.modes.split(",") if given.modes else [""]
    labels = [k for k in (QUICKLY if given.quick else PROBED)
              if k in known and any(w in k for w in wanted)]  # fmt: skip
    for name in (n for n in RUNGS if n in kept.results):
        result, which = kept.results[name], rung(name)
        memory, starts, failed = probe_all(which, labels)
        forget(which)
        result.memory, result.starts = {**result.memory, **memory}, {**result.starts, **starts}
        print(f"{name}: {result.title}")
        for label, found in memory.items():
            whole, start = found["imports_mb"] + found["peak_mb"], starts[label]
            print(f"    {label:<24}{whole:8.0f} MB ({found['peak_mb']:.0f} beyond imports), "
                  f"first step {start['cold_s']:.3g} s ({start['cached_s']:.3g} s)")  # fmt: skip
        for label, why in failed.items():
            print(f"    {label}: no memory measured: {why}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; 1 where something did not agree."""
    given = options(arguments)
    check.traced = given.trace
    levels = every()
    if given.page:
        print(*(path.name for path in write(levels)))
        return 0
    kept = next(k for k in levels if k.level == level())
    facts, plan, faults = about(), planned(given), 0
    for shown in missing():
        print(f"{shown} is not installed: its figures are left out")
    if load() > BUSY * (facts["cores"] or 1):
        print(f"this machine is busy (load {load():.1f}): times will be too long", file=sys.stderr)
    start = time.perf_counter()
    for name in chosen(given):
        if name == MEMORY:
            remember(kept, given)
        elif name in SERIES:
            kept.scaling[name] = {**grow(name, makers(), plan, few=given.quick), "about": facts}
        else:
            result = one(name, given, plan)
            result.about = facts
            show(result)
            kept.results[name] = result
            faults += len(result.faults)
        if not given.dry:
            kept.write()
            write(every())  # from the digits that are kept, so that `--page` writes the same
    where = "" if given.dry else f", kept in bench/{place(kept.level).name}"
    print(f"{time.perf_counter() - start:.0f} s{where}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
