"""Normalization layers, with PyTorch's names, arguments, defaults and buffers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node
from tiza.lang.arrays import default_dtype
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn import init, normalize
from tiza.nn.layers import in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Buffer, Parameter, assign
from tiza.nn.running import count_batch
from tiza.nn.spatial import each


def _eps(layer: str, eps: Any) -> float:
    if not isinstance(eps, int | float) or not eps >= 0:
        raise ArgumentError("norm-eps", layer=layer, got=repr(eps))
    return eps


class _Affine(Module):
    """A layer with weight γ = 1 and bias β = 0 at first."""

    weight: Parameter | None
    bias: Parameter | None

    def _register_affine(self, shape: Sequence[int], affine: bool, bias: bool = True) -> None:
        self.weight = Parameter(init.ones(shape)) if affine else None
        self.bias = Parameter(init.zeros(shape)) if affine and bias else None
        for name in ("weight", "bias"):
            if name not in self._parameters:
                self.register_parameter(name, None)

    def reset_parameters(self) -> None:
        """Weight 1 and bias 0 again."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class _Tracking(_Affine):
    """What batch and instance normalization share: statistics kept for use."""

    axes: ClassVar[tuple[int, ...]]  # how many axes the input may have

    def __init__(self, num_features: int, eps: float, momentum: float | None, affine: bool,
                 track_running_stats: bool, device: Any, dtype: Any,
                 bias: bool) -> None:  # fmt: skip
        super().__init__()
        name = type(self).__name__
        self.num_features = size(name, "num_features", num_features)
        self.eps = _eps(name, eps)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ArgumentError("norm-momentum", layer=name, got=momentum)
        self.momentum, self.affine = momentum, affine
        self.track_running_stats = track_running_stats
        self._register_affine((num_features,), affine, bias)
        blank = np.zeros(num_features, default_dtype())
        self.register_buffer("running_mean", Buffer(blank) if track_running_stats else None)
        self.register_buffer("running_var", Buffer(blank + 1) if track_running_stats else None)
        count = Buffer(np.zeros((), np.int64)) if track_running_stats else None
        self.register_buffer("num_batches_tracked", count)
        self.to(device=device, dtype=dtype)

    def reset_running_stats(self) -> None:
        """Forget the statistics: mean 0, variance 1, no batch seen."""
        if self.track_running_stats:
            assign(self.running_mean, np.zeros(self.num_features))
            assign(self.running_var, np.ones(self.num_features))
            assign(self.num_batches_tracked, np.zeros(()))

    def reset_parameters(self) -> None:
        """Forget the statistics and what was learned."""
        self.reset_running_stats()
        super().reset_parameters()

    def _checked(self, input: Any) -> Tensor:
        x = as_tensor(input)
        name = type(self).__name__
        if x.ndim not in self.axes:
            raise ShapeError("norm-input-axes", layer=name, got=x.shape,
                             want=" / ".join(map(str, self.axes)))  # fmt: skip
        return x

    def _check_channels(self, x: Tensor, channels: int) -> None:
        if channels != self.num_features:
            raise ShapeError("norm-channels", layer=type(self).__name__, x=x.shape, got=channels,
                             want=self.num_features)  # fmt: skip

    def _momentum(self) -> float | Node:
        """How far the statistics move; with momentum None they are the mean over all batches."""
        if self.running_mean is None or not self.training:
            return self.momentum or 0.0
        seen = count_batch(self.num_batches_tracked)
        if self.momentum is not None:
            return self.momentum
        return 1.0 / P["cast"](seen, dtype=self.running_mean.dtype)

    def extra_repr(self) -> str:
        """The arguments."""
        shown = {"eps": self.eps, "momentum": self.momentum, "affine": self.affine,
                 "bias": self.bias is not None,
                 "track_running_stats": self.track_running_stats}  # fmt: skip
        return ", ".join([str(self.num_features), *(f"{k}={v}" for k, v in shown.items())])


class _BatchNorm(_Tracking):
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
                 affine: bool = True, track_running_stats: bool = True,
                 device: Any = None, dtype: Any = None, *, bias: bool = True) -> None:  # fmt: skip
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype,
                         bias)  # fmt: skip

    def forward(self, input: Any) -> Tensor:
        """Each channel centred and scaled: by the batch in training, by what it kept in use."""
        x = self._checked(input)
        self._check_channels(x, x.shape[1])
        by_batch = self.training or self.running_mean is None
        return normalize.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias,
                                    by_batch, self._momentum(), self.eps)  # fmt: skip


class BatchNorm1d(_BatchNorm):
    """y = γ (x − μ) / √(σ² + ε) + β for each feature; see `nn.functional.batch_norm`.

    Shapes: x (N, C) or (N, C, L); weight γ, bias β, running_mean, running_var (C).
    Source: Ioffe & Szegedy 2015, arXiv:1502.03167; PyTorch's names and defaults.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> norm = nn.BatchNorm1d(1); y = norm(tz.tensor([[1.0], [3.0]]))
    >>> [round(v, 3) for v in norm.running_mean.tolist()]
    [0.2]
    """

    axes = (2, 3)


class BatchNorm2d(_BatchNorm):
    """y = γ (x − μ) / √(σ² + ε) + β for each channel of images (N, C, H, W).

    Source: Ioffe & Szegedy 2015, arXiv:1502.03167; PyTorch's names and defaults.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.BatchNorm2d(3)(tz.ones((2, 3, 4, 4))).shape
    (2, 3, 4, 4)
    """

    axes = (4,)


class BatchNorm3d(_BatchNorm):
    """y = γ (x − μ) / √(σ² + ε) + β for each channel of volumes (N, C, D, H, W)."""

    axes = (5,)


class _InstanceNorm(_Tracking):
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
                 affine: bool = False, track_running_stats: bool = False,
                 device: Any = None, dtype: Any = None, *, bias: bool = True) -> None:  # fmt: skip
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype,
                         bias)  # fmt: skip

    def forward(self, input: Any) -> Tensor:
        """Each channel of each example centred and scaled."""
        x = self._checked(input)
        axes = self.axes[0] - 1
        if self.affine or self.track_running_stats:
            self._check_channels(x, x.shape[x.ndim - axes - 1])
        share = self.momentum or 0.0
        return normalize.without_batch(x, axes, lambda batch: normalize.instance_norm(
            batch, self.running_mean, self.running_var, self.weight, self.bias,
            self.training or not self.track_running_stats, share, self.eps))  # fmt: skip


class InstanceNorm1d(_InstanceNorm):
    """y = γ (x − μ) / √(σ² + ε) + β over each channel of each sequence.

    Shapes: x (N, C, L) or (C, L). Source: Ulyanov et al. 2016, arXiv:1607.08022.

    >>> from tiza import nn
    >>> [round(v, 3) for v in nn.InstanceNorm1d(1)([[1.0, 3.0]]).tolist()[0]]
    [-1.0, 1.0]
    """

    axes = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """y = γ (x − μ) / √(σ² + ε) + β over each channel of each image (N, C, H, W) or (C, H, W)."""

    axes = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """y = γ (x − μ) / √(σ² + ε) + β over each channel of each volume."""

    axes = (4, 5)


def _whole_shape(layer: str, normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    given = normalized_shape if isinstance(normalized_shape, Sequence) else (normalized_shape,)
    if not given:
        raise ArgumentError("layer-size", layer=layer, name="normalized_shape", got="()", least=1)
    return each(layer, "normalized_shape", tuple(given), len(given))


class LayerNorm(_Affine):
    """y = γ (x − μ) / √(σ² + ε) + β, μ and σ² over the last axes.

    Shapes: x (*n, *normalized_shape); weight γ, bias β normalized_shape.
    Source: Ba, Kiros & Hinton 2016, arXiv:1607.06450.

    >>> from tiza import nn
    >>> [round(v, 3) for v in nn.LayerNorm(2)([1.0, 3.0]).tolist()]
    [-1.0, 1.0]
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float = 1e-5,
                 elementwise_affine: bool = True, bias: bool = True,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.normalized_shape = _whole_shape("LayerNorm", normalized_shape)
        self.eps, self.elementwise_affine = _eps("LayerNorm", eps), elementwise_affine
        self._register_affine(self.normalized_shape, elementwise_affine, bias)
        in_type(self, dtype, device)

    def forward(self, input: Any) -> Tensor:
        """The last axes centred and scaled."""
        return normalize.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (f"{self.normalized_shape}, eps={self.eps}, elementwise_affine="
                f"{self.elementwise_affine}, bias={self.bias is not None}")  # fmt: skip


class RMSNorm(_Affine):
    """y = γ x / √(mean of x² + ε) over the last axes; ε is the type's own by default.

    Source: Zhang & Sennrich 2019, arXiv:1910.07467.

    >>> from tiza import nn
    >>> [round(v, 3) for v in nn.RMSNorm(2)([3.0, 4.0]).tolist()]
    [0.849, 1.131]
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float | None = None,
                 elementwise_affine: bool = True, device: Any = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.normalized_shape = _whole_shape("RMSNorm", normalized_shape)
        self.eps = None if eps is None else _eps("RMSNorm", eps)
        self.elementwise_affine = elementwise_affine
        self.weight = Parameter(init.ones(self.normalized_shape)) if elementwise_affine else None
        if not elementwise_affine:
            self.register_parameter("weight", None)
        in_type(self, dtype, device)

    def reset_parameters(self) -> None:
        """Weight 1 again."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Any) -> Tensor:
        """The last axes divided by their root mean square."""
        return normalize.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (f"{self.normalized_shape}, eps={self.eps}, "
                f"elementwise_affine={self.elementwise_affine}")  # fmt: skip


class GroupNorm(_Affine):
    """y = γ (x − μ) / √(σ² + ε) + β, μ and σ² over each example's groups of channels.

    Shapes: x (N, C, *n); weight γ, bias β (C). Source: Wu & He 2018, arXiv:1803.08494.

    >>> from tiza import nn
    >>> [round(v, 3) for v in nn.GroupNorm(1, 2)([[1.0, 3.0]]).tolist()[0]]
    [-1.0, 1.0]
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5,
                 affine: bool = True, device: Any = None, dtype: Any = None, *,
                 bias: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.num_groups = size("GroupNorm", "num_groups", num_groups, 1)
        self.num_channels = size("GroupNorm", "num_channels", num_channels)
        if num_channels % num_groups:
            raise ArgumentError("norm-groups", op="GroupNorm", channels=num_channels,
                                groups=num_groups)  # fmt: skip
        self.eps, self.affine = _eps("GroupNorm", eps), affine
        self._register_affine((num_channels,), affine, bias)
        in_type(self, dtype, device)

    def forward(self, input: Any) -> Tensor:
        """Groups of channels centred and scaled."""
        return normalize.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (f"{self.num_groups}, {self.num_channels}, eps={self.eps}, "
                f"affine={self.affine}, bias={self.bias is not None}")  # fmt: skip


class LocalResponseNorm(Module):
    """y = x / (k + α/size Σ x²)^β, the sum over `size` neighbouring channels.

    Source: Krizhevsky, Sutskever & Hinton 2012, NeurIPS; α/size as in PyTorch.

    >>> from tiza import nn
    >>> nn.LocalResponseNorm(1, alpha=1.0, beta=0.5, k=0.0)([[[3.0]]]).tolist()
    [[[1.0]]]
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75,
                 k: float = 1.0) -> None:  # fmt: skip
        super().__init__()
        (self.size,) = each("LocalResponseNorm", "size", size, 1, 1)
        self.alpha, self.beta, self.k = alpha, beta, k

    def forward(self, input: Any) -> Tensor:
        """x divided by the power of its neighbourhood."""
        return normalize.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
