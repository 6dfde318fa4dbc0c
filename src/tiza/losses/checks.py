"""What every loss refuses: shapes that would broadcast, unknown reductions, wrong classes."""

from __future__ import annotations

from typing import Any

from tiza.errors import ArgumentError, DTypeError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.graph.place import describe, here
from tiza.graph.prims.indexing import refuse_outside
from tiza.lang.tensor import Tensor, as_tensor, make

REDUCTIONS = ("mean", "sum", "none")


def pair(loss: str, input: Any, target: Any) -> tuple[Tensor, Tensor]:
    """Prediction and target as tensors of one shape, the target in the prediction's type."""
    x = as_tensor(input)
    t = as_tensor(target)
    if x.dtype.kind != "f":
        raise DTypeError("loss-type", loss=loss, got=x.dtype)
    if x.shape != t.shape:
        operands = (("input", f"{x.shape} {x.dtype}"), ("target", f"{t.shape} {t.dtype}"))
        where = describe(here())
        if x.size == t.size:
            raise ShapeError("loss-broadcast", loss=loss, operands=operands, place=where,
                             x=x.shape, t=t.shape)  # fmt: skip
        raise ShapeError("loss-shapes", loss=loss, operands=operands, place=where,
                         x=x.shape, t=t.shape)  # fmt: skip
    if t.dtype.kind not in "biuf":
        raise DTypeError("loss-type", loss=loss, got=t.dtype)
    return x, as_tensor(t, x.dtype)


def reduction_of(loss: str, reduction: str) -> str:
    """One of "mean", "sum", "none"."""
    if reduction not in REDUCTIONS:
        raise ArgumentError("loss-reduction", loss=loss, got=reduction)
    return reduction


def reduced(values: Tensor, reduction: str) -> Tensor:
    """The mean, the sum, or the entries themselves."""
    if reduction == "none":
        return values
    total = make(PRIMITIVES["sum"], values, axis=tuple(range(values.ndim)), keepdims=False)
    return total / float(values.size) if reduction == "mean" else total


def weighted(values: Tensor, weight: Any) -> Tensor:
    """The entries times a weight, which must broadcast to their shape."""
    if weight is None:
        return values
    w = as_tensor(weight, values.dtype)
    product = values * w
    if product.shape != values.shape:
        raise ShapeError("loss-weight", got=w.shape, wanted=values.shape)
    return product


def classes_inside(t: Tensor, classes: int, ignore_index: int | None = None) -> Tensor:
    """The targets, refused where a class does not exist: at once, or as they are computed."""
    known = t.node.value
    if known is None:
        return make(PRIMITIVES["within"], t, size=classes, code="loss-class")
    refuse_outside(known, classes, "loss-class", ignore_index)
    return t
