"""The records of all primitives, one file per family."""

from tiza.graph.prims import (
    choose,
    contraction,
    control,
    decompositions,
    elementwise,
    indexing,
    leaves,
    movement,
    reductions,
    softmax,
    window,
    window_summaries,
)

__all__ = [
    "choose", "contraction", "control", "decompositions", "elementwise", "indexing", "leaves",
    "movement", "reductions", "softmax", "window", "window_summaries",
]  # fmt: skip
