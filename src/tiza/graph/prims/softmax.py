"""Softmax and its kin along one axis, as composites with the derivatives of the textbooks."""

from __future__ import annotations

from typing import Any

from tiza.graph.composite import composite
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims import elementwise as e
from tiza.graph.prims.families import expanded, removed, same_type
from tiza.graph.prims.movement import broadcast_to
from tiza.graph.prims.reductions import max_, sum_
from tiza.graph.types import DType, Shape


def _total(x: Node, axis: int) -> Node:
    return sum_(x, axis=(axis,), keepdims=True)


def _shifted(x: Node, axis: int) -> Node:
    if not x.shape[axis]:
        return x  # nothing has no maximum
    return x - max_(x, axis=(axis,), keepdims=True)  # e⁸⁹ overflows float32


def _softmax(x: Node, axis: int) -> Node:
    powers = e.exp(_shifted(x, axis))
    return powers / _total(powers, axis)


def _log_softmax(x: Node, axis: int) -> Node:
    shifted = _shifted(x, axis)
    return shifted - e.log(_total(e.exp(shifted), axis))


def _logsumexp(x: Node, axis: int) -> Node:
    if not x.shape[axis]:
        return e.log(sum_(x, axis=(axis,), keepdims=False))  # log 0
    greatest = max_(x, axis=(axis,), keepdims=False)
    # an infinite maximum is the answer itself, and is not to be subtracted from itself
    finite = where_finite(greatest)
    shifted = e.exp(x - broadcast_to(expanded(finite, x, (axis,), False), shape=x.shape))
    return finite + e.log(sum_(shifted, axis=(axis,), keepdims=False))


def where_finite(x: Node) -> Node:
    """x, with 0 in the place of what is not finite."""
    from tiza.graph.apply import literal
    from tiza.graph.prims.choose import where

    return where(e.isfinite(x), x, literal(0, x.dtype))


def _same(name: str) -> Any:
    def infer(x: Node, axis: int) -> tuple[Shape, DType]:
        return x.shape, same_type(name, "f", (x,))

    return infer


def _samples(rng: Any) -> list[Sample]:
    cases: list[tuple[Shape, int]] = [
        ((3, 4), 1),
        ((3, 4), 0),
        ((2, 3, 2), 1),
        ((5, 1), 1),
        ((0, 2), 1),
    ]
    return [((rng.normal(size=shape),), {"axis": axis}) for shape, axis in cases]


softmax: Primitive = composite(
    "softmax", _softmax, infer=_same("softmax"), samples=_samples,
    vjp=lambda g, y, x, axis: [y * (g - _total(g * y, axis))],
    latex=r"\operatorname{{softmax}}({0})",
    latex_vjp=(r"{y} \odot ({g} - \textstyle\sum {g} \odot {y})",),
    says="e^x over its sum along an axis; the maximum is subtracted first",
)  # fmt: skip
log_softmax: Primitive = composite(
    "log_softmax", _log_softmax, infer=_same("log_softmax"), samples=_samples,
    vjp=lambda g, y, x, axis: [g - softmax(x, axis=axis) * _total(g, axis)],
    latex=r"\log \operatorname{{softmax}}({0})",
    latex_vjp=(r"{g} - \operatorname{{softmax}}({0}) \textstyle\sum {g}",),
    says="the logarithm of softmax, without forming softmax",
)  # fmt: skip
logsumexp: Primitive = composite(
    "logsumexp", _logsumexp, samples=_samples,
    infer=lambda x, axis: (removed(x.shape, (axis,), False), same_type("logsumexp", "f", (x,))),
    vjp=lambda g, y, x, axis: [expanded(g, x, (axis,), False) * softmax(x, axis=axis)],
    latex=r"\log \textstyle\sum e^{{{0}}}", latex_vjp=(r"{g} \odot \operatorname{{softmax}}({0})",),
    says="log of the sum of e^x along an axis, without overflow",
)  # fmt: skip
