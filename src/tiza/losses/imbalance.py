"""Losses for classes of very different sizes: focal and dice."""

from __future__ import annotations

from typing import Any

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES
from tiza.lang.tensor import Tensor, make
from tiza.losses.checks import pair, reduced, reduction_of
from tiza.losses.functions import binary_cross_entropy_with_logits


def focal_loss(input: Any, target: Any, alpha: float | None = 0.25, gamma: float = 2.0,
               reduction: str = "mean") -> Tensor:  # fmt: skip
    """α_t (1 − p_t)^γ · (−log p_t): cross entropy in which easy examples fade.

    p_t = σ(x) where t = 1, 1 − σ(x) where t = 0; α weighs yes, 1 − α no, and None neither.
    Weak side: its outputs are not calibrated, and γ must be tuned.

    Shapes: input (logits), target alike.
    Source: Lin et al. 2017, arXiv:1708.02002, eq. 5.

    >>> focal_loss([0.0], [1.0], alpha=None, gamma=1.0).item() == 0.5 * float(
    ...     binary_cross_entropy_with_logits([0.0], [1.0]))
    True
    """
    reduction_of("focal_loss", reduction)
    if gamma < 0:
        raise ArgumentError("loss-gamma", got=gamma)
    x, t = pair("focal_loss", input, target)
    p = make(PRIMITIVES["sigmoid"], x)
    wrong = p + t - 2 * p * t  # 1 − p_t
    values = binary_cross_entropy_with_logits(x, t, reduction="none")
    if gamma:
        values = values * (wrong if gamma == 1 else wrong**gamma)
    if alpha is not None:
        values = values * (alpha * t + (1 - alpha) * (1 - t))
    return reduced(values, reduction)


def dice_loss(input: Any, target: Any, smooth: float = 1.0, reduction: str = "mean") -> Tensor:
    """1 − (2 Σ p t + s)/(Σ p + Σ t + s) for each example: overlap of a region with its target.

    For segmentation, where the background would drown everything else. Weak side: its slope is
    uneven, and small regions weigh as much as large ones.

    Shapes: input (probabilities), target (n, …) alike → (n) before the reduction.
    Source: Milletari, Navab & Ahmadi 2016, arXiv:1606.04797, with Σp and Σt unsquared.

    >>> dice_loss([[1.0, 0.0]], [[1.0, 0.0]]).item()
    0.0
    """
    reduction_of("dice_loss", reduction)
    p, t = pair("dice_loss", input, target)
    axes = tuple(range(1, p.ndim))
    both, a, b = (make(PRIMITIVES["sum"], x, axis=axes, keepdims=False) for x in (p * t, p, t))
    return reduced(1 - (2 * both + smooth) / (a + b + smooth), reduction)
