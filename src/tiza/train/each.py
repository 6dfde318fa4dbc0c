"""The loss of each example by itself, so that examples can have weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tiza import nn
from tiza.errors import ArgumentError
from tiza.lang.tensor import Tensor

Loss = Callable[..., Any]


def each_loss(loss: Loss, prediction: Tensor, target: Tensor) -> Tensor:
    """The loss of each example."""
    if isinstance(loss, nn.Module) and hasattr(loss, "reduction"):
        before, loss.reduction = loss.reduction, "none"
        try:
            found: Tensor = loss(prediction, target)
        finally:
            loss.reduction = before
    else:
        try:
            found = loss(prediction, target, reduction="none")
        except TypeError:
            name = getattr(loss, "__name__", type(loss).__name__)
            raise ArgumentError("fit-loss-each", loss=name) from None
    if found.ndim == 0 or found.shape[0] != target.shape[0]:
        name = getattr(loss, "__name__", type(loss).__name__)
        raise ArgumentError("fit-loss-each", loss=name)
    return found
