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
)

__all__ = [
    "choose", "contraction", "control", "decompositions", "elementwise", "indexing", "leaves",
    "movement", "reductions", "softmax", "window",
]  # fmt: skip
