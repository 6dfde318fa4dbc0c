"""Dropout of whole channels, and the dropout that keeps mean and variance."""

from __future__ import annotations

from typing import Any

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang import random
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.spatial import reshape

ALPHA = 1.7580993408473766  # SELU's λα: what an entry far below 0 becomes, with its sign turned


def check_p(layer: str, p: float) -> None:
    """Refuse what is no probability."""
    if not 0 <= p <= 1:
        raise ArgumentError("dropout-share", layer=layer, got=p)


def _kept(x: Tensor, p: float, shape: tuple[int, ...]) -> Tensor:
    """Truth values, True with probability 1 − p."""
    return random.bernoulli(as_tensor(1 - p, x.dtype), shape)


def _given(x: Tensor, y: Tensor, inplace: bool) -> Tensor:
    if not inplace:
        return y
    x._assign(y)
    return x


def drop_channels(layer: str, x: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """(N, C, …) with whole channels set to 0."""
    check_p(layer, p)
    if not training or p == 0:
        return x
    mask = _kept(x, p, (*x.shape[:2], *(1,) * (x.ndim - 2)))
    scaled = x * (1 / (1 - p)) if p < 1 else x * 0.0
    y = make(PRIMITIVES["where"], mask, scaled, as_tensor(0.0, x.dtype))
    return _given(x, y, inplace)


def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, each channel of a sequence becomes 0 with probability p; the others grow.

    Shapes: x (N, C, L) or (C, L) → as x.
    Source: Tompson et al. 2015, arXiv:1411.4280, "SpatialDropout".

    >>> dropout1d([[1.0, 2.0]], training=False).tolist()
    [[1.0, 2.0]]
    """
    x = as_tensor(input)
    if x.ndim not in (2, 3):
        raise ShapeError("dropout-axes", layer="dropout1d", got=x.shape, want="2 / 3")
    if x.ndim == 3:
        return drop_channels("dropout1d", x, p, training, inplace)
    y = drop_channels("dropout1d", reshape(x, (1, *x.shape)), p, training, False)
    return _given(x, reshape(y, x.shape), inplace)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, each channel of an image becomes 0 with probability p; the others grow.

    Shapes: x (N, C, H, W) → as x. Three axes are read as (N, C, L), as PyTorch does.

    >>> dropout2d([[[[1.0]]]], p=1.0).tolist()
    [[[[0.0]]]]
    """
    x = as_tensor(input)
    if x.ndim not in (3, 4):
        raise ShapeError("dropout-axes", layer="dropout2d", got=x.shape, want="3 / 4")
    return drop_channels("dropout2d", x, p, training, inplace)


def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """In training, each channel of a volume becomes 0 with probability p; the others grow.

    Shapes: x (N, C, D, H, W) → as x. Four axes are read as (N, C, H, W), as PyTorch does.

    >>> dropout3d([[[[[1.0]]]]], p=1.0).tolist()
    [[[[[0.0]]]]]
    """
    x = as_tensor(input)
    if x.ndim not in (4, 5):
        raise ShapeError("dropout-axes", layer="dropout3d", got=x.shape, want="4 / 5")
    return drop_channels("dropout3d", x, p, training, inplace)


def _alpha(layer: str, x: Tensor, p: float, training: bool, inplace: bool,
           shape: tuple[int, ...]) -> Tensor:  # fmt: skip
    check_p(layer, p)
    if not training or p == 0:
        return x
    if p == 1:
        return _given(x, x * 0.0, inplace)
    a = ((ALPHA**2 * p + 1) * (1 - p)) ** -0.5
    mask = _kept(x, p, shape)
    y = make(PRIMITIVES["where"], mask, x * a, as_tensor(-ALPHA * a, x.dtype)) + ALPHA * a * p
    return _given(x, y, inplace)


def alpha_dropout(input: Any, p: float = 0.5, training: bool = False,
                  inplace: bool = False) -> Tensor:  # fmt: skip
    """In training, entries become −α′ with probability p, and all are stretched and shifted.

    y = a x + b, or −a α′ + b; a = 1/√((1 + α′² p)(1 − p)), b = a α′ p, α′ = SELU's λα: mean 0
    and variance 1 are kept. Unlike `dropout`, it must be told that it is training, as in PyTorch.

    Source: Klambauer et al. 2017, arXiv:1706.02515, section "alpha dropout".

    >>> alpha_dropout([1.0], training=False).tolist()
    [1.0]
    """
    x = as_tensor(input)
    return _alpha("alpha_dropout", x, p, training, inplace, x.shape)


def feature_alpha_dropout(input: Any, p: float = 0.5, training: bool = False,
                          inplace: bool = False) -> Tensor:  # fmt: skip
    """As `alpha_dropout`, for whole channels of (N, C, …).

    >>> feature_alpha_dropout([[1.0]], training=False).tolist()
    [[1.0]]
    """
    x = as_tensor(input)
    if x.ndim < 2 and training and p:
        raise ShapeError("dropout-axes", layer="feature_alpha_dropout", got=x.shape, want="≥ 2")
    shape = (*x.shape[:2], *(1,) * (x.ndim - 2))
    return _alpha("feature_alpha_dropout", x, p, training, inplace, shape)
