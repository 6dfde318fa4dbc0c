"""Layers as functions of tensors: `import tiza.nn.functional as F`, as in PyTorch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, DTypeError
from tiza.graph import COMPOSITES, PRIMITIVES
from tiza.lang import random
from tiza.lang.calls import axis_of
from tiza.lang.entrywise import clamp
from tiza.lang.indexing import within
from tiza.lang.norms import vector_norm
from tiza.lang.pairs import equal
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cosine_embedding_loss,
    cross_entropy,
    ctc_loss,
    gaussian_nll_loss,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    l1_loss,
    margin_ranking_loss,
    mse_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    nll_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from tiza.nn.absent import absent
from tiza.nn.activate import (
    celu,
    elu,
    gelu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    logsigmoid,
    mish,
    prelu,
    relu,
    relu6,
    rrelu,
    selu,
    sigmoid,
    silu,
    softplus,
    softshrink,
    softsign,
    tanh,
    tanhshrink,
    threshold,
)
from tiza.nn.adaptive import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from tiza.nn.affine import linear as _linear
from tiza.nn.attend import scaled_dot_product_attention
from tiza.nn.bags import embedding_bag
from tiza.nn.compare import bilinear, cosine_similarity, pairwise_distance
from tiza.nn.convolve import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from tiza.nn.drop import (
    alpha_dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
)
from tiza.nn.heads import multi_head_attention_forward
from tiza.nn.lookup import embedding
from tiza.nn.normalize import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    local_response_norm,
    rms_norm,
)
from tiza.nn.pad import pad
from tiza.nn.pool import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)
from tiza.nn.positions import rotary, sinusoids
from tiza.nn.rearrange import (
    channel_shuffle,
    fold,
    pixel_shuffle,
    pixel_unshuffle,
    unfold,
)
from tiza.nn.resize import interpolate, upsample, upsample_bilinear, upsample_nearest
from tiza.nn.sampling import affine_grid, grid_sample
from tiza.nn.segments import segment_max, segment_mean, segment_softmax, segment_sum
from tiza.nn.spellings import (
    adaptive_max_pool1d_with_indices,
    adaptive_max_pool2d_with_indices,
    adaptive_max_pool3d_with_indices,
    celu_,
    elu_,
    gumbel_softmax,
    hardtanh_,
    leaky_relu_,
    max_pool1d_with_indices,
    max_pool2d_with_indices,
    max_pool3d_with_indices,
    pdist,
    relu_,
    rrelu_,
    selu_,
    threshold_,
)

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d",
    "adaptive_max_pool2d_with_indices", "adaptive_max_pool3d",
    "adaptive_max_pool3d_with_indices", "affine_grid", "alpha_dropout", "avg_pool1d",
    "avg_pool2d", "avg_pool3d", "batch_norm", "bilinear", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "celu", "celu_", "channel_shuffle", "conv1d", "conv2d",
    "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
    "cosine_embedding_loss", "cosine_similarity", "cross_entropy", "ctc_loss", "dropout",
    "dropout1d", "dropout2d", "dropout3d", "elu", "elu_", "embedding", "embedding_bag",
    "feature_alpha_dropout", "fold", "gaussian_nll_loss", "gelu", "glu", "grid_sample",
    "group_norm", "gumbel_softmax", "hardshrink", "hardsigmoid", "hardswish", "hardtanh",
    "hardtanh_", "hinge_embedding_loss", "huber_loss", "instance_norm", "interpolate",
    "kl_div", "l1_loss", "layer_norm", "leaky_relu", "leaky_relu_", "linear",
    "local_response_norm", "log_softmax", "logsigmoid", "lp_pool1d", "lp_pool2d", "lp_pool3d",
    "margin_ranking_loss", "max_pool1d", "max_pool1d_with_indices", "max_pool2d",
    "max_pool2d_with_indices", "max_pool3d", "max_pool3d_with_indices", "max_unpool1d",
    "max_unpool2d", "max_unpool3d", "mish", "mse_loss", "multi_head_attention_forward",
    "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "nll_loss",
    "normalize", "one_hot", "pad", "pairwise_distance", "pdist", "pixel_shuffle",
    "pixel_unshuffle", "poisson_nll_loss", "prelu", "relu", "relu6", "relu_", "rms_norm",
    "rotary", "rrelu", "rrelu_", "scaled_dot_product_attention", "segment_max", "segment_mean",
    "segment_softmax", "segment_sum", "selu", "selu_", "sigmoid", "silu", "sinusoids",
    "smooth_l1_loss", "soft_margin_loss", "softmax", "softmin", "softplus", "softshrink",
    "softsign", "tanh", "tanhshrink", "threshold", "threshold_", "triplet_margin_loss",
    "triplet_margin_with_distance_loss", "unfold", "upsample", "upsample_bilinear",
    "upsample_nearest",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """What PyTorch has under a name that is not here, said together with what is near."""
    raise AttributeError(absent("tiza.nn.functional", name, __all__))


def linear(input: Any, weight: Any, bias: Any = None) -> Tensor:
    """y = x Wᵀ + b.

    Shapes: x (*n, in), weight (out, in), bias (out) → y (*n, out).
    Errors: ShapeError where the last axis of x is not `in`.

    >>> linear([[1.0, 2.0]], [[3.0, 4.0]], [0.5]).tolist()
    [[11.5]]
    """
    x, w = as_tensor(input), as_tensor(weight)
    if w.ndim == 1:  # one output, whose axis is dropped
        row = make(PRIMITIVES["reshape"], w, shape=(1, w.size))
        y = make(_linear, x, row)
        y = make(PRIMITIVES["reshape"], y, shape=y.shape[:-1])
        return y if bias is None else y + as_tensor(bias)
    return make(_linear, x, w) if bias is None else make(_linear, x, w, as_tensor(bias))


def softmax(input: Any, dim: int | None = None, dtype: Any = None) -> Tensor:
    """eˣ / Σ eˣ along an axis; the maximum is subtracted first, so that nothing overflows.

    >>> softmax([0.0, 0.0], dim=0).tolist()
    [0.5, 0.5]
    """
    x = as_tensor(input, None if dtype is None else np.dtype(dtype))
    return _along("softmax", x, dim)


def log_softmax(input: Any, dim: int | None = None, dtype: Any = None) -> Tensor:
    """x − log Σ eˣ along an axis, without overflow.

    >>> log_softmax([1e4, 0.0], dim=0).tolist()
    [0.0, -10000.0]
    """
    x = as_tensor(input, None if dtype is None else np.dtype(dtype))
    return _along("log_softmax", x, dim)


def softmin(input: Any, dim: int | None = None, dtype: Any = None) -> Tensor:
    """softmax(−x) along an axis.

    >>> softmin([0.0, 0.0], dim=0).tolist()
    [0.5, 0.5]
    """
    return softmax(-as_tensor(input), dim, dtype)


def _along(name: str, x: Tensor, dim: int | None) -> Tensor:
    if dim is None:
        raise ArgumentError("softmax-dim", name=name)
    if x.ndim:
        return make(COMPOSITES[name], x, axis=axis_of(dim, x.ndim))
    row = make(PRIMITIVES["reshape"], x, shape=(1,))  # a number is an array of one entry
    out = make(COMPOSITES[name], row, axis=axis_of(dim, 1))
    return make(PRIMITIVES["reshape"], out, shape=())


def glu(input: Any, dim: int = -1) -> Tensor:
    """a σ(b), a and b being the halves of x along an axis.

    Source: Dauphin et al. 2017, arXiv:1612.08083.

    >>> glu([2.0, 0.0]).tolist()
    [1.0]
    """
    x = as_tensor(input)
    axis = axis_of(dim, x.ndim)
    n = x.shape[axis]
    if n % 2:
        raise ArgumentError("glu-odd", axis=dim, got=n)
    return _part(x, axis, 0, n // 2) * sigmoid(_part(x, axis, n // 2, n))


def _part(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    starts = tuple(start if i == axis else 0 for i in range(x.ndim))
    stops = tuple(stop if i == axis else n for i, n in enumerate(x.shape))
    return make(PRIMITIVES["slice"], x, starts=starts, stops=stops, steps=(1,) * x.ndim)


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, each entry becomes 0 with probability p, and the others grow by 1/(1 − p).

    Source: Srivastava et al. 2014, JMLR 15, in the form that leaves use unchanged.

    >>> dropout([1.0, 2.0], training=False).tolist()
    [1.0, 2.0]
    """
    if not 0 <= p <= 1:
        raise ArgumentError("dropout-p", got=p)
    x = as_tensor(input)
    if not training or p == 0:
        return x
    if p == 1:
        y = x * 0.0
    else:
        kept = random.bernoulli(as_tensor(1 - p, x.dtype), x.shape)
        y = make(PRIMITIVES["where"], kept, x * (1 / (1 - p)), as_tensor(0.0, x.dtype))
    if inplace:
        x._assign(y)
        return x
    return y


def one_hot(tensor: Any, num_classes: int = -1) -> Tensor:
    """1 in the column that each whole number names, 0 in the others, as int64.

    Without `num_classes` the greatest number decides, which computes the tensor.

    >>> one_hot([1, 0]).tolist()
    [[0, 1], [1, 0]]
    """
    ids = as_tensor(tensor)
    if ids.dtype.kind not in "iu":
        raise DTypeError("embedding-ids", got=ids.dtype)
    if num_classes < 0:
        if not ids.size:
            raise ArgumentError("one-hot-empty")
        num_classes = int(ids.numpy().max()) + 1
    ids = as_tensor(within(ids, num_classes, "one-hot-class"), np.dtype(np.int64))
    columns = as_tensor(np.arange(num_classes))
    at = equal(make(PRIMITIVES["reshape"], ids, shape=(*ids.shape, 1)), columns)
    return as_tensor(at, np.dtype(np.int64))


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """x / max(‖x‖ₚ, ε) along an axis.

    >>> [round(x, 4) for x in normalize([3.0, 4.0], dim=0).tolist()]
    [0.6, 0.8]
    """
    x = as_tensor(input)
    if x.ndim == 0:
        row = make(PRIMITIVES["reshape"], x, shape=(1,))
        return make(PRIMITIVES["reshape"], normalize(row, p, dim, eps), shape=())
    axis = axis_of(dim, x.ndim)
    if not 0 < p < math.inf:
        return x / clamp(vector_norm(x, axis=axis, ord=p, keepdims=True), min=eps)
    powers = x * x if p == 2 else abs(x) ** p
    total = make(PRIMITIVES["sum"], powers, axis=(axis,), keepdims=True)
    bounded = clamp(total, min=eps**p)  # before the root, whose slope at 0 is infinite
    norm = make(PRIMITIVES["sqrt"], bounded) if p == 2 else bounded ** (1 / p)
    return x / norm
