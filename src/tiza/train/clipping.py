"""Gradients kept in bounds inside fit, on the graph of the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tiza.graph import Node
from tiza.nn.utils.gradients import clipped_by_norm, clipped_by_value


@dataclass(frozen=True)
class Clip:
    """What is done to all gradients together before the optimizer takes them.

    norm: g ← g · min(1, norm / (‖g‖₂ + 10⁻⁶)), ‖g‖₂ over all entries of all gradients.
    value: every entry is kept between −value and value; after the norm, where both are given.

    Source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, Algorithm 1; PyTorch's 10⁻⁶.

    >>> from tiza.graph import constant
    >>> from tiza.readings.evaluate import evaluate
    >>> import numpy as np
    >>> g = constant(np.array([3.0, -4.0]))
    >>> evaluate(Clip(value=3.5)([g, None])[:1])[0].tolist()
    [3.0, -3.5]
    >>> evaluate(Clip(norm=1.0)([g])[:1])[0].round(3).tolist()
    [0.6, -0.8]
    """

    norm: float | None = None
    value: float | None = None

    def __call__(self, grads: Sequence[Node | None]) -> list[Node | None]:
        """The gradients in bounds; None where a parameter has none."""
        kept = list(grads)
        if self.norm is not None:
            kept, _ = clipped_by_norm(kept, float(self.norm))
        if self.value is not None:
            kept = clipped_by_value(kept, float(self.value))
        return kept

    def lines(self, parameters: str) -> list[str]:
        """The same with PyTorch's functions, on the parameters so called."""
        made = []
        if self.norm is not None:
            made.append(f"nn.utils.clip_grad_norm_({parameters}, {self.norm!r})")
        if self.value is not None:
            made.append(f"nn.utils.clip_grad_value_({parameters}, {self.value!r})")
        return made


__all__ = ["Clip"]
