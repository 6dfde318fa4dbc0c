"""Equal or not: two formulas compared at many points in float64, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tiza.errors import TizaError
from tiza.readings.blackboard.mistakes.claims import Compute
from tiza.readings.blackboard.mistakes.points import Point
from tiza.readings.blackboard.mistakes.subject import Array

CLOSE = 1e-7  # relative: far above rounding, far below any mistake
ROUNDING = 2.0**-46
ENOUGH = 3  # points at which both sides are finite


@dataclass(frozen=True)
class Sample:
    """A point, the values of all names there, and the true value."""

    point: Point
    values: Mapping[str, Array]
    truth: Array


@dataclass(frozen=True)
class Difference:
    """Where a claim differs from the truth."""

    sample: Sample
    got: Array
    where: tuple[int, ...] = ()  # the entry that differs most

    @property
    def claimed(self) -> float:
        """The claim's number there."""
        return float(np.broadcast_to(self.got, self.sample.truth.shape)[self.where])

    @property
    def true(self) -> float:
        """The true number there."""
        return float(self.sample.truth[self.where])


@dataclass(frozen=True)
class Comparison:
    """The outcome for one claim and one meaning of it."""

    equal: bool
    shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None  # claimed, true, if they differ
    first: Difference | None = None
    undefined: bool = False  # the claim has no value at points where the truth has one


def same_shape(got: Array, truth: Array) -> bool:
    """Whether shapes agree; a number may stand for an array of equal entries."""
    return got.shape == truth.shape or got.shape == () or _squeezed(got) == _squeezed(truth)


def _squeezed(x: Array) -> tuple[int, ...]:
    return tuple(n for n in x.shape if n != 1)


def fitted(got: Array, truth: Array) -> Array:
    """`got` in the shape of the truth."""
    if got.shape == ():
        return np.broadcast_to(got, truth.shape)
    return got.reshape(truth.shape)


def attempted(compute: Compute, sample: Sample) -> Array:
    """The claim's value; NaN where it has none, as the inverse of a singular matrix."""
    try:
        return np.asarray(compute(sample.values), float)
    except TizaError:
        return np.full(sample.truth.shape, np.nan)


def compared(compute: Compute, samples: Sequence[Sample], seed: int = 0) -> Comparison:
    """A claim against the truth at all samples; points where either is undefined say nothing."""
    usable, undefined = 0, 0
    scale = _scale(samples)
    for sample in samples:
        if not np.isfinite(sample.truth).all():
            continue
        got = attempted(compute, sample)
        if not same_shape(got, sample.truth):
            return Comparison(False, (got.shape, sample.truth.shape))
        got = fitted(got, sample.truth)
        if not np.isfinite(got).all():
            undefined += 1
            continue
        usable += 1
        gap = np.abs(got - sample.truth)
        size = np.maximum(np.abs(got), np.abs(sample.truth))
        wrong = gap > CLOSE * size + 1e-11 * scale
        if wrong.any() and not _is_rounding(compute, sample, gap, seed):
            score = np.where(wrong, gap, -1.0)
            where = np.unravel_index(int(np.argmax(score)), gap.shape)
            return Comparison(False, None, Difference(sample, got, tuple(map(int, where))))
    return Comparison(usable >= ENOUGH, None, None, undefined > usable)


def _scale(samples: Sequence[Sample]) -> float:
    """The usual size of the truth, below which numbers count as 0."""
    sizes = [float(np.abs(s.truth).max(initial=0.0)) for s in samples
             if np.isfinite(s.truth).all()]  # fmt: skip
    return float(np.median(sizes)) if sizes else 0.0


def _is_rounding(compute: Compute, sample: Sample, gap: Array, seed: int) -> bool:
    """Whether the claim wavers as much when its inputs move by their rounding: ill-conditioned."""
    rng = np.random.default_rng(seed)
    before = fitted(np.asarray(compute(sample.values), float), gap)
    noise = np.zeros(gap.shape)
    for _ in range(3):
        moved = {
            n: v * (1 + ROUNDING * rng.choice([-1.0, 1.0], np.shape(v)))
            if np.asarray(v).dtype.kind == "f"
            else v
            for n, v in sample.values.items()
        }
        after = fitted(np.asarray(compute(moved), float), gap)
        noise = np.maximum(noise, np.abs(after - before))
    return bool((gap <= 4 * noise).all())
