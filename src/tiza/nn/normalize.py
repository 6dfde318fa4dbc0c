"""Normalization as functions of tensors, with PyTorch's names, arguments and defaults."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, literal
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import normalization_formulas as formulas
from tiza.nn.running import keep, kept
from tiza.nn.spatial import reshape


def _affine(formula: Any, x: Tensor, weight: Any, bias: Any, **attrs: Any) -> Tensor:
    """A composite that takes γ and β, either of which may be missing."""
    if weight is None and bias is not None:
        weight = np.ones(as_tensor(bias).shape)
    given = [as_tensor(p, x.dtype) for p in (weight, bias) if p is not None]
    return make(formula, x, *given, **attrs)


def layer_norm(input: Any, normalized_shape: int | Sequence[int], weight: Any = None,
               bias: Any = None, eps: float = 1e-5) -> Tensor:  # fmt: skip
    """y = γ (x − μ) / √(σ² + ε) + β, μ and σ² over the last axes.

    Shapes: x (*n, *normalized_shape); γ, β normalized_shape → as x.
    Errors: ShapeError where x does not end in normalized_shape.
    Source: Ba, Kiros & Hinton 2016, arXiv:1607.06450, eqs. 3–4; ε added.

    >>> [round(v, 3) for v in layer_norm([1.0, 3.0], 2).tolist()]
    [-1.0, 1.0]
    """
    x = as_tensor(input)
    axes = _last_axes("layer_norm", x, normalized_shape)
    return _affine(formulas.layer_norm, x, weight, bias, axes=axes, eps=float(eps))


def rms_norm(input: Any, normalized_shape: int | Sequence[int], weight: Any = None,
             eps: float | None = None) -> Tensor:  # fmt: skip
    """y = γ x / √(mean of x² + ε) over the last axes; ε is the type's own by default.

    Source: Zhang & Sennrich 2019, arXiv:1910.07467, eq. 4.

    >>> [round(v, 3) for v in rms_norm([3.0, 4.0], 2).tolist()]
    [0.849, 1.131]
    """
    x = as_tensor(input)
    axes = _last_axes("rms_norm", x, normalized_shape)
    small = formulas.machine_eps(x.dtype) if eps is None else float(eps)
    return _affine(formulas.rms_norm, x, weight, None, axes=axes, eps=small)


def _last_axes(op: str, x: Tensor, normalized_shape: int | Sequence[int]) -> int:
    given = normalized_shape if isinstance(normalized_shape, Sequence) else (normalized_shape,)
    shape = tuple(given)
    if not shape or x.shape[x.ndim - len(shape) :] != shape or x.ndim < len(shape):
        raise ShapeError("norm-shape", op=op, got=x.shape, want=shape)
    return len(shape)


def group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None,
               eps: float = 1e-5) -> Tensor:  # fmt: skip
    """y = γ (x − μ) / √(σ² + ε) + β, μ and σ² over each example's groups of channels.

    Shapes: x (N, C, *n); γ, β (C) → as x.
    Source: Wu & He 2018, arXiv:1803.08494, eqs. 1, 2 and 7.

    >>> [round(v, 3) for v in group_norm([[1.0, 3.0]], 1).tolist()[0]]
    [-1.0, 1.0]
    """
    x = as_tensor(input)
    if num_groups < 1:
        raise ArgumentError("norm-groups", op="group_norm", channels="C", groups=num_groups)
    return _affine(formulas.group_norm, x, weight, bias, groups=int(num_groups), eps=float(eps))


def local_response_norm(input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75,
                        k: float = 1.0) -> Tensor:  # fmt: skip
    """y = x / (k + α/size Σ x²)^β, the sum over `size` neighbouring channels.

    Source: Krizhevsky, Sutskever & Hinton 2012, NeurIPS, section 3.3; α/size as in PyTorch.

    >>> local_response_norm([[[3.0]]], 1, alpha=1.0, beta=0.5, k=0.0).tolist()
    [[[1.0]]]
    """
    x = as_tensor(input)
    if x.ndim < 3:
        raise ShapeError("norm-axes", op="local_response_norm", got=x.shape)
    return make(formulas.local_response_norm, x, size=int(size), alpha=float(alpha),
                beta=float(beta), k=float(k))  # fmt: skip


def batch_norm(input: Any, running_mean: Any, running_var: Any, weight: Any = None,
               bias: Any = None, training: bool = False, momentum: Any = 0.1,
               eps: float = 1e-5) -> Tensor:  # fmt: skip
    """y = γ (x − μ) / √(σ² + ε) + β for each channel.

    In training μ and σ² are those of the batch, and the running ones move towards them:
    r ← (1 − momentum) r + momentum μ, likewise with σ² n/(n − 1). Otherwise they are given.

    Shapes: x (N, C, *n); running_mean, running_var, γ, β (C) → as x.
    Errors: ShapeError in training with one value per channel, whose variance is 0.
    Source: Ioffe & Szegedy 2015, arXiv:1502.03167, Algorithms 1 and 2.

    >>> [round(v[0], 3) for v in batch_norm([[1.0], [3.0]], None, None, training=True).tolist()]
    [-1.0, 1.0]
    """
    x = as_tensor(input)
    if not training:
        if running_mean is None or running_var is None:
            raise ArgumentError("norm-no-statistics")
        mean, variance = as_tensor(running_mean, x.dtype), as_tensor(running_var, x.dtype)
        if weight is None and bias is not None:
            weight = np.ones(as_tensor(bias).shape)
        given = [as_tensor(p, x.dtype) for p in (weight, bias) if p is not None]
        return make(formulas.batch_norm_fixed, x, mean, variance, *given, eps=float(eps))
    entries = math.prod(n for i, n in enumerate(x.shape) if i != 1)
    if entries == 1:
        raise ShapeError("norm-one-value", got=x.shape)
    y = _affine(formulas.batch_norm, x, weight, bias, eps=float(eps))
    axes = formulas.batch_axes(x.node)
    update_statistics(running_mean, running_var, x.node, axes, entries, momentum)
    return y


def update_statistics(mean: Any, variance: Any, x: Node, axes: tuple[int, ...], entries: int,
                      momentum: Any) -> None:  # fmt: skip
    """Move running statistics, where there are any, towards those of x over `axes`.

    What remains besides the channels (the examples, for instances) is averaged.
    """
    if 0 in x.shape:
        return  # an empty batch teaches nothing
    found = formulas.moments(x, axes)
    bessel = entries / (entries - 1)
    for buffer, value in ((mean, found[0]), (variance, found[1] * bessel)):
        if buffer is not None:
            old = kept(buffer)
            new = _channels(value)
            new = new if new.dtype == old.dtype else P["cast"](new, dtype=old.dtype)
            share = momentum if isinstance(momentum, Node) else literal(float(momentum), old.dtype)
            keep(buffer, old * (1.0 - share) + new * share)


def _channels(x: Node) -> Node:
    """(N, C, 1, …) or (1, C, 1, …) as (C): the mean over what else there is."""
    flat = P["reshape"](x, shape=x.shape[:2])
    return P["sum"](flat, axis=(0,), keepdims=False) / x.shape[0]


def instance_norm(input: Any, running_mean: Any = None, running_var: Any = None,
                  weight: Any = None, bias: Any = None, use_input_stats: bool = True,
                  momentum: Any = 0.1, eps: float = 1e-5) -> Tensor:  # fmt: skip
    """y = γ (x − μ) / √(σ² + ε) + β, μ and σ² over each channel of each example.

    Source: Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022, eq. 4.

    >>> [round(v, 3) for v in instance_norm([[[1.0, 3.0]]]).tolist()[0][0]]
    [-1.0, 1.0]
    """
    x = as_tensor(input)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    entries = math.prod(x.shape[2:])
    if x.ndim < 3 or entries == 1:
        raise ShapeError("norm-one-place", got=x.shape)
    y = _affine(formulas.group_norm, x, weight, bias, groups=x.shape[1], eps=float(eps))
    axes = tuple(range(2, x.ndim))
    if running_mean is not None or running_var is not None:
        update_statistics(running_mean, running_var, x.node, axes, entries, momentum)
    return y


def without_batch(x: Tensor, axes: int, apply: Any) -> Tensor:
    """`apply` on (C, …) as on a batch of one."""
    if x.ndim != axes + 1:
        answer: Tensor = apply(x)
        return answer
    y = apply(reshape(x, (1, *x.shape)))
    return reshape(y, y.shape[1:])
