"""Normalization as composites: entries centred and scaled by their mean and variance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import Node, Primitive, composite
from tiza.graph.primitive import Sample
from tiza.graph.prims.elementwise import sqrt
from tiza.graph.prims.families import reshaped, same_type
from tiza.graph.prims.movement import permute
from tiza.graph.prims.reductions import sum_
from tiza.graph.prims.window import window
from tiza.graph.prims.window_summaries import window_sum
from tiza.graph.types import DType, Shape

Ints = tuple[int, ...]


def _mean(x: Node, axes: Ints) -> Node:
    return sum_(x, axis=axes, keepdims=True) / math.prod(x.shape[i] for i in axes)


def moments(x: Node, axes: Ints) -> tuple[Node, Node]:
    """Mean and variance (divided by the number of entries) over some axes, kept as 1s."""
    mean = _mean(x, axes)
    centred = x - mean
    return mean, _mean(centred * centred, axes)


def _standardize(x: Node, axes: Ints, eps: float) -> Node:
    mean, variance = moments(x, axes)
    return (x - mean) / sqrt(variance + eps)


def _standardize_vjp(g: Node, y: Node, x: Node, axes: Ints, eps: float) -> list[Node]:
    _, variance = moments(x, axes)
    return [(g - _mean(g, axes) - y * _mean(g * y, axes)) / sqrt(variance + eps)]


def _same(name: str) -> Any:
    return lambda x, **attrs: (x.shape, same_type(name, "f", (x,)))


standardize: Primitive = composite(
    "standardize", _standardize, infer=_same("standardize"), vjp=_standardize_vjp,
    latex=r"\frac{{{0} - \mu}}{{\sqrt{{\sigma^2 + \varepsilon}}}}",
    latex_vjp=(r"\tfrac{{1}}{{\sigma}} ({g} - \overline{{{g}}} - {y}\,\overline{{{g} {y}}})",),
    samples=lambda rng: [
        ((rng.normal(size=(3, 4)),), {"axes": (1,), "eps": 1e-5}),
        ((rng.normal(size=(2, 3, 2)),), {"axes": (0, 2), "eps": 0.1}),
        ((rng.normal(size=(3, 0)),), {"axes": (0,), "eps": 1e-5}),
    ],
    says="(x − μ) / √(σ² + ε), μ and σ² over some axes",
)  # fmt: skip


def _stretched(y: Node, affine: tuple[Node, ...], shape: Ints) -> Node:
    """γ y + β, whichever of the two is given, in that order."""
    for k, factor in enumerate(affine):
        factor = reshaped(factor, shape)
        y = y + factor if k else y * factor
    return y


def _check(op: str, x: Node, affine: tuple[Node, ...], want: Shape) -> DType:
    for name, node in zip(("weight", "bias"), affine, strict=False):
        if node.shape != want:
            raise ShapeError("norm-affine", op=op, name=name, got=node.shape, want=want,
                             x=x.shape)  # fmt: skip
    return same_type(op, "f", (x, *affine))


# over the last axes
def _last(x: Node, axes: int) -> Ints:
    return tuple(range(x.ndim - axes, x.ndim))


def _layer_norm(x: Node, *affine: Node, axes: int, eps: float) -> Node:
    y = standardize(x, axes=_last(x, axes), eps=eps)
    return _stretched(y, affine, x.shape[x.ndim - axes :])


def _rms_norm(x: Node, *weight: Node, axes: int, eps: float) -> Node:
    y = x / sqrt(_mean(x * x, _last(x, axes)) + eps)
    return _stretched(y, weight, x.shape[x.ndim - axes :])


def _last_infer(name: str) -> Any:
    def infer(x: Node, *affine: Node, axes: int, eps: float) -> tuple[Shape, DType]:
        return x.shape, _check(name, x, affine, x.shape[x.ndim - axes :])

    return infer


def _last_samples(inputs: int) -> Any:
    def samples(rng: Any) -> list[Sample]:
        cases: list[tuple[Shape, int]] = [((3, 4), 1), ((2, 3, 2), 2), ((0, 3), 1)]
        return [
            ((rng.normal(size=s), *(rng.normal(size=s[-k:]) for _ in range(inputs))),
             {"axes": k, "eps": 1e-5})
            for s, k in cases
        ]  # fmt: skip

    return samples


layer_norm: Primitive = composite(
    "layer_norm", _layer_norm, infer=_last_infer("layer_norm"), samples=_last_samples(2),
    latex=r"\gamma \frac{{{0} - \mu}}{{\sqrt{{\sigma^2 + \varepsilon}}}} + \beta",
    says="the last axes centred and scaled, then stretched and shifted; Ba et al. 2016",
)  # fmt: skip
rms_norm: Primitive = composite(
    "rms_norm", _rms_norm, infer=_last_infer("rms_norm"), samples=_last_samples(1),
    latex=r"\gamma \frac{{{0}}}{{\sqrt{{\overline{{{0}^2}} + \varepsilon}}}}",
    says="the last axes divided by their root mean square; Zhang & Sennrich 2019",
)  # fmt: skip


# over channels (axis 1)
def _per_channel(x: Node) -> Ints:
    return (x.shape[1], *(1,) * (x.ndim - 2))


def batch_axes(x: Node) -> Ints:
    """All axes but that of the channels."""
    return (0, *range(2, x.ndim))


def _batch_norm(x: Node, *affine: Node, eps: float) -> Node:
    return _stretched(standardize(x, axes=batch_axes(x), eps=eps), affine, _per_channel(x))


def _fixed_norm(x: Node, mean: Node, variance: Node, *affine: Node, eps: float) -> Node:
    channels = _per_channel(x)
    scale = 1 / sqrt(variance + eps)
    scale = scale * affine[0] if affine else scale
    y = (x - reshaped(mean, channels)) * reshaped(scale, channels)
    return y + reshaped(affine[1], channels) if len(affine) > 1 else y


def _group_norm(x: Node, *affine: Node, groups: int, eps: float) -> Node:
    if groups == 1:  # nothing to be parted: compiled products read x where it lies
        y = standardize(x, axes=tuple(range(1, x.ndim)), eps=eps)
        return _stretched(y, affine, _per_channel(x))
    parts = (x.shape[0], groups, math.prod(x.shape[1:]) // groups)
    y = standardize(reshaped(x, parts), axes=(2,), eps=eps)
    return _stretched(reshaped(y, x.shape), affine, _per_channel(x))


def _channel_infer(name: str) -> Any:
    def infer(x: Node, *affine: Node, eps: float, groups: int = 1) -> tuple[Shape, DType]:
        if x.ndim < 2:
            raise ShapeError("norm-axes", op=name, got=x.shape)
        if x.shape[1] % groups:
            raise ArgumentError("norm-groups", op=name, channels=x.shape[1], groups=groups)
        return x.shape, _check(name, x, affine, x.shape[1:2])

    return infer


def _fixed_infer(x: Node, mean: Node, variance: Node, *affine: Node,
                 eps: float) -> tuple[Shape, DType]:  # fmt: skip
    if x.ndim < 2:
        raise ShapeError("norm-axes", op="batch_norm", got=x.shape)
    if mean.shape != x.shape[1:2] or variance.shape != x.shape[1:2]:
        raise ShapeError("norm-statistics", got=mean.shape, channels=x.shape[1])
    return x.shape, _check("batch_norm", x, (*affine, mean, variance)[: len(affine)], x.shape[1:2])


def _channel_samples(*sizes: str, **attrs: Any) -> Any:
    """Samples whose further inputs are drawn per channel; "+" asks for positive ones."""

    def samples(rng: Any) -> list[Sample]:
        shapes: list[Shape] = [(3, 4), (2, 2, 3), (2, 4, 1, 2), (0, 2)]
        return [
            ((rng.normal(size=s), *(rng.uniform(0.5, 1.5, s[1]) if k == "+" else
                                    rng.normal(size=s[1]) for k in sizes)),
             {**attrs, "eps": 1e-3})
            for s in shapes
        ]  # fmt: skip

    return samples


batch_norm: Primitive = composite(
    "batch_norm", _batch_norm, infer=_channel_infer("batch_norm"),
    samples=_channel_samples("", ""),
    latex=r"\gamma \frac{{{0} - \mu_B}}{{\sqrt{{\sigma_B^2 + \varepsilon}}}} + \beta",
    says="each channel centred and scaled by its mean and variance over the batch; Ioffe & "
         "Szegedy 2015",
)  # fmt: skip
batch_norm_fixed: Primitive = composite(
    "batch_norm_fixed", _fixed_norm, infer=_fixed_infer,
    samples=_channel_samples("", "+", "", ""),
    latex=r"\gamma \frac{{{0} - {1}}}{{\sqrt{{{2} + \varepsilon}}}} + \beta",
    says="batch_norm in use: with a mean and variance kept from training",
)  # fmt: skip
group_norm: Primitive = composite(
    "group_norm", _group_norm, infer=_channel_infer("group_norm"),
    samples=_channel_samples("", "", groups=2),
    latex=r"\gamma \frac{{{0} - \mu_G}}{{\sqrt{{\sigma_G^2 + \varepsilon}}}} + \beta",
    says="each example's channels centred and scaled group by group; Wu & He 2018",
)  # fmt: skip


def _response_norm(x: Node, size: int, alpha: float, beta: float, k: float) -> Node:
    order = (0, *range(2, x.ndim), 1)
    back = (0, x.ndim - 1, *range(1, x.ndim - 1))
    last = permute(x * x, axes=order)
    near = window_sum(last, **window((size,), (1,), None, (size // 2,), ((size - 1) // 2,)))
    return x / (permute(near, axes=back) * (alpha / size) + k) ** beta


local_response_norm: Primitive = composite(
    "local_response_norm", _response_norm, infer=_same("local_response_norm"),
    latex=r"\frac{{{0}}}{{(k + \tfrac{{\alpha}}{{n}} \sum {0}^2)^\beta}}",
    samples=lambda rng: [
        ((rng.normal(size=s),), {"size": n, "alpha": 0.3, "beta": 0.75, "k": 1.0})
        for s, n in [((2, 4, 3), 3), ((1, 3, 2, 2), 2), ((2, 1, 2), 5)]
    ],
    says="x divided by a power of the mean square of its neighbouring channels",
)  # fmt: skip


def machine_eps(dtype: DType) -> float:
    """The distance from 1 to the next number, PyTorch's ε for RMSNorm."""
    return float(np.finfo(dtype).eps)
