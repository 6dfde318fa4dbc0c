"""Before anything is timed: all modes must lose the same, step by step."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bench.modes import Maker, makers
from bench.modes.base import ROUNDED
from bench.rung import Data, Rung

STEPS, BATCHES = 20, 4
TOLERANCE = 1e-5  # relative, over 20 steps
FOREIGN = 1e-3  # for JAX: its compiler rounds functions, and breaks ties of maxima, in its own way
HALF = 2e-2  # for factors with 8 binary digits, each off by up to 2⁻⁹
REFERENCE, OWN = "PyTorch eager", "tiza loop"
FITTED, SHUFFLED = "tiza fit", "tiza fit, shuffled"


@dataclass(frozen=True)
class Agreement:
    """The losses of each mode over the same batches, beside those of one of them."""

    reference: str
    losses: dict[str, list[float]]
    refused: dict[str, str] = field(default_factory=dict)  # modes that failed, and why

    def deviation(self, label: str) -> float:
        """The largest relative difference from the reference; NaN where a loss is NaN."""
        ours, theirs = np.array(self.losses[label]), np.array(self.losses[self.reference])
        return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-12)))

    def deviations(self) -> dict[str, float]:
        """Those of all modes but the reference."""
        return {k: self.deviation(k) for k in self.losses if k != self.reference}


def faults(agreements: list[Agreement]) -> dict[str, str]:
    """The modes that do not agree with the reference, and by how much, in words."""
    found = {}
    for agreement in agreements:
        for label, off in agreement.deviations().items():
            if not off <= (most := allowed(label)):  # so that NaN counts as a fault
                found[label] = f"off {agreement.reference} by {off:.1e}, allowed {most:.0e}"
    return found


def allowed(label: str) -> float:
    """How far a mode's losses may be off, relative."""
    if label == ROUNDED:
        return HALF
    return FOREIGN if label.startswith("JAX") else TOLERANCE


def with_reference(chosen: Mapping[str, Maker]) -> dict[str, Maker]:
    """The chosen modes and what they are compared with: PyTorch's loop, or else tiza's own."""
    if REFERENCE in chosen or OWN in chosen:
        return dict(chosen)
    known = makers()
    label = REFERENCE if REFERENCE in known else OWN
    return {**chosen, label: known[label]}


def trajectories(rung: Rung, rows: Data, modes: Mapping[str, Maker],
                 steps: int = STEPS) -> Agreement:  # fmt: skip
    """The losses of all modes over steps on the first batch, from the same weights."""
    first = rows.part(slice(0, rung.batch))
    losses, refused = {}, {}
    for label, make in modes.items():
        if label == "JAX scan":  # the same step as jit's, in a loop
            continue
        try:
            losses[label] = make(rung, rows, rung.rate).repeated(first, steps)
        except Exception as error:
            if label == OWN:
                raise
            refused[label] = told(error)
    return Agreement(REFERENCE if REFERENCE in losses else OWN, losses, refused)


def shuffled(rung: Rung, rows: Data, modes: Mapping[str, Maker],
             epochs: int = STEPS // BATCHES) -> Agreement:  # fmt: skip
    """The mean losses of shuffled epochs of `fit`, beside the same batches given one by one."""
    from bench.modes.with_tiza import Fit
    from tiza.train.feed import order, spans

    few = rows.part(slice(0, min(BATCHES, max(1, len(rows) // rung.batch)) * rung.batch))
    try:
        fitted = Fit(rung, few, rung.rate).fit(few, epochs).losses
    except Exception as error:
        return Agreement("", {}, {SHUFFLED: told(error)})
    batches = []
    for epoch in range(epochs):
        where = order(len(few), 0, epoch, shuffle=rung.shuffle)
        batches += [few.part(where[span]) for (span,) in spans(len(few), rung.batch, 1)]
    label = REFERENCE if REFERENCE in modes else OWN
    each = modes[label](rung, few, rung.rate).losses(batches)
    means = [float(np.mean(part)) for part in np.array_split(each, epochs)]
    return Agreement(label, {SHUFFLED: fitted, label: means})


traced = False  # whether errors are shown in full, too


def told(error: BaseException) -> str:
    """An error in one line."""
    if traced:
        traceback.print_exception(error)
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:160]
