"""A contest: several ways of doing one thing, checked against each other and timed in turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from bench.check import told
from bench.harness import Plan, Result, Say, Timing
from bench.modes.base import Stepper

Way = Callable[[], Any]  # does the thing once; its answer is checked
CONTESTS = ("logistic", "latency", "generate")


@dataclass(frozen=True)
class Contest:
    """One thing to do.

    ways: label → what does it once; those that this machine cannot do are left out.
    agree: the answers → the faults found, in words.
    per: units in one call, such as tokens; the times are per unit.
    """

    name: str
    title: str
    unit: str
    ways: Callable[[], Mapping[str, Way]]
    agree: Callable[[Mapping[str, Any]], list[str]]
    source: str
    per: int = 1
    goal: float = 1.0
    note: tuple[str, str] | None = None  # in English and Spanish


def contest(name: str) -> Contest:
    """The contest of this name."""
    found: Contest = import_module(f"bench.contests.{name}").CONTEST
    return found


def here(package: str) -> bool:
    """Whether a package is installed."""
    return find_spec(package) is not None


class Calls(Stepper):
    """A way, called again and again."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way

    def run(self, count: int) -> None:
        """Call it `count` times."""
        for _ in range(count):
            self.way()


def hold(which: Contest, plan: Plan, say: Say = print) -> Result:
    """Do the thing in every way, compare the answers, then time the ways in turns."""
    result = Result(which.name, which.title, which.per, which.source, 0, 1.0, which.goal,
                    which.note, unit=which.unit)  # fmt: skip
    say(f"{which.name}: {which.title} ({which.source})")
    ways, answers = dict(which.ways()), {}
    for label in list(ways):
        try:
            answers[label] = ways[label]()
        except Exception as error:
            result.refused[label] = told(error)
            say(f"  {label}: left out, {result.refused[label]}")
            del ways[label]
    result.faults = which.agree(answers)
    if result.faults:
        for fault in result.faults:
            say(f"  NOT TIMED: {fault}")
        return result
    modes = {label: Calls(way) for label, way in ways.items()}
    timings = {label: Timing(label) for label in ways}
    for turn in range(plan.rounds):
        for label, mode in modes.items():
            taken = mode.sample(plan.seconds, plan.chunks)
            timings[label].samples += [s * 1e6 / which.per for s in taken]
        say(f"  {which.name}: round {turn + 1} of {plan.rounds}")
    result.timings = list(timings.values())
    return result


def apart(answers: Mapping[str, Any], tolerance: float) -> list[str]:
    """The answers (arrays) that differ from the first by more than `tolerance` times its size."""
    import numpy as np

    (first, wanted), *rest = answers.items()
    scale = float(np.abs(wanted).max())
    offs = {k: float(np.abs(np.asarray(v) - wanted).max()) / scale for k, v in rest}
    return [f"{k} is off {first} by {off:.1e}" for k, off in offs.items() if not off <= tolerance]
