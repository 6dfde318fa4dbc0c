"""Measuring one rung: first that all modes agree, then their times in turns."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.check import (
    FITTED,
    FOREIGN,
    SHUFFLED,
    Agreement,
    faults,
    shuffled,
    told,
    trajectories,
    with_reference,
)
from bench.modes import Maker, Mode
from bench.modes.base import TIMED_RATE
from bench.rung import Rung, cached, forget

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How thoroughly is measured: rounds in turns, each of `chunks` chunks of `seconds`."""

    rounds: int = 7
    chunks: int = 3
    seconds: float = 0.1

    @classmethod
    def quick(cls) -> Plan:
        """A plan that takes minutes for the whole ladder."""
        return cls(rounds=3, chunks=2, seconds=0.05)


@dataclass
class Timing:
    """The samples of one mode, in microseconds a step."""

    label: str
    samples: list[float] = field(default_factory=list)

    @property
    def least(self) -> float:
        """The best sample."""
        return min(self.samples)

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.samples)

    @property
    def is_peer(self) -> bool:
        """Whether it is another framework's; what stands in brackets only helps to read."""
        return not self.label.startswith(("tiza", "("))


@dataclass
class Result:
    """What was found about one rung."""

    rung: str
    title: str
    batch: int
    source: str
    rows: int
    first: float
    goal: float
    note: tuple[str, str] | None = None
    timings: list[Timing] = field(default_factory=list)
    deviations: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    memory: dict[str, dict[str, float]] = field(default_factory=dict)
    starts: dict[str, dict[str, float]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)  # machine, versions, date
    unit: str = "step"

    def timing(self, label: str) -> Timing | None:
        """The samples of one mode, if it was timed."""
        return next((t for t in self.timings if t.label == label), None)

    def best_peer(self, figure: str = "least") -> Timing | None:
        """The quickest of the other frameworks' modes by "least" or "median"."""
        peers = [t for t in self.timings if t.is_peer and t.samples]
        return min(peers, key=lambda t: getattr(t, figure), default=None)

    def own(self, figure: str = "least") -> Timing | None:
        """`fit`; in a contest without it the quickest of tiza's ways."""
        ours = [t for t in self.timings if t.label.startswith("tiza") and t.samples]
        fit = self.timing(FITTED)
        return fit or min(ours, key=lambda t: getattr(t, figure), default=None)

    def ratio(self, figure: str = "least") -> float | None:
        """How many times quicker than the best peer; None where one of them was not measured."""
        ours, best = self.own(figure), self.best_peer(figure)
        if ours is None or best is None:
            return None
        return float(getattr(best, figure) / getattr(ours, figure))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Result:
        """What `to_dict` gave."""
        note = tuple(kept["note"]) if kept["note"] else None
        timings = [Timing(**t) for t in kept["timings"]]
        return cls(**{**kept, "note": note, "timings": timings})


def begun(rung: Rung) -> Result:
    """A result that holds nothing measured yet."""
    rows = cached(rung)
    return Result(rung.name, rung.title, rung.batch, rows.source, len(rows), rung.first,
                  rung.goal, rung.note)  # fmt: skip


def compare(rung: Rung, makers: Mapping[str, Maker], result: Result) -> dict[str, Maker]:
    """Check that all modes lose the same; those that may be timed.

    A mode that does not agree is left out. None is timed where `fit` itself does not agree.
    """
    rows = cached(rung)
    modes = with_reference(makers)
    both: list[Agreement] = [trajectories(rung, rows, modes), shuffled(rung, rows, modes)]
    for agreement in both:
        result.deviations |= agreement.deviations()
        result.refused |= agreement.refused
    wrong = faults(both)
    result.faults = [f"{label} is {how}" for label, how in wrong.items()]
    if "JAX jit" in wrong:  # scan makes the same steps
        wrong["JAX scan"] = wrong["JAX jit"]
    needed = {FITTED, SHUFFLED} & {*makers, SHUFFLED}
    result.faults += [f"{k} failed: {v}" for k, v in result.refused.items() if k in needed]
    if needed & {*wrong, *result.refused}:
        return {}
    left = {*wrong, *result.refused}
    return {label: make for label, make in makers.items() if label not in left}


def time_rung(rung: Rung, makers: Mapping[str, Maker], result: Result, plan: Plan,
              say: Say = print) -> None:  # fmt: skip
    """Time all modes in turns: A B C … A B C …, so that all see the same machine."""
    rows = cached(rung)
    modes: dict[str, Mode] = {}
    timings = {label: Timing(label) for label in makers}
    for turn in range(plan.rounds):
        for label in list(timings):
            try:
                if label not in modes:
                    modes[label] = makers[label](rung, rows, TIMED_RATE)
                taken = modes[label].sample(plan.seconds, plan.chunks)
            except Exception as error:
                result.refused[label] = told(error)
                del timings[label]
                say(f"  {label}: left out, {result.refused[label]}")
                continue
            timings[label].samples += [s * 1e6 for s in taken]
        say(f"  {rung.name}: round {turn + 1} of {plan.rounds}")
    result.timings = [t for t in timings.values() if t.samples]


def measure(rung: Rung, makers: Mapping[str, Maker], plan: Plan, say: Say = print) -> Result:
    """Agreement, then the times of what agrees."""
    result = begun(rung)
    say(f"{rung.name}: {rung.title} ({result.source}, {result.rows:,} rows)")
    good = compare(rung, makers, result)
    for fault in result.faults:
        say(f"  NOT TIMED: {fault}")
    if good:
        fine = [v for v in result.deviations.values() if v <= FOREIGN]
        say(f"  losses agree over 20 steps (worst {max(fine, default=0.0):.1e})")
        time_rung(rung, good, result, plan, say)
    forget(rung)
    return result
