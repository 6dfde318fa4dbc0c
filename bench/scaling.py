"""How the time of a step grows with the size of the batch, the width, the length of the text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from bench.harness import Plan, Say, begun, time_rung
from bench.modes import Maker
from bench.rung import forget

# kind → the rung, what the picture calls it, its parameter, the sizes
SERIES: dict[str, tuple[str, str, str, tuple[int, ...]]] = {
    "batch": ("mlp_large", "MLP 784-256-128-10", "batch", (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)),
    "width": (
        "mlp_large",
        "MLP 784-…-128-10, batch 128",
        "width",
        (16, 32, 64, 128, 256, 512, 1024, 2048),
    ),
    "length": ("gpt", "GPT 4 × 128, batch 12", "length", (8, 16, 32, 64, 128, 256)),
}
# torch.compile takes up to a minute for each size, and draws no other curve than the rest
MODES = ("tiza fit", "PyTorch one thread", "PyTorch fused", "JAX jit", "JAX scan")


def grow(kind: str, makers: Mapping[str, Maker], plan: Plan, say: Say = print, *,
         few: bool = False) -> dict[str, Any]:  # fmt: skip
    """The least time of a step of each mode at each size; None where a mode failed.

    few: every other size and the largest, in no more than two rounds.
    """
    name, title, parameter, sizes = SERIES[kind]
    if few:
        sizes, plan = (*sizes[:-1:2], sizes[-1]), replace(plan, rounds=min(plan.rounds, 2))
    at = import_module(f"bench.rungs.{name}").at
    some = {label: make for label, make in makers.items() if label in MODES}
    times: dict[str, list[float | None]] = {label: [] for label in some}
    for size in sizes:
        rung = at(**{parameter: size})
        forget(rung)
        result = begun(rung)
        say(f"{kind} {size}: {rung.title}")
        time_rung(rung, some, result, plan, say)
        for label in some:
            timing = result.timing(label)
            found = math.nan if timing is None else timing.least
            times[label].append(found if math.isfinite(found) else None)
        forget(rung)
    return {"title": title, "sizes": list(sizes), "times": times}
