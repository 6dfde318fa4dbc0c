"""Convolutional layers, with PyTorch's names, arguments, layouts and initial distributions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from tiza.errors import ArgumentError
from tiza.lang.tensor import Tensor
from tiza.nn import convolve, init
from tiza.nn.layers import in_type, size
from tiza.nn.module import Module
from tiza.nn.pad import pad
from tiza.nn.parameter import Parameter
from tiza.nn.spatial import each, images

Sizes = int | Sequence[int]
MODES = ("zeros", "reflect", "replicate", "circular")


class _Conv(Module):
    """What convolutions over any number of axes share."""

    axes: ClassVar[int]
    transposed: ClassVar[bool] = False
    padding: tuple[int, ...] | str

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Sizes, stride: Sizes,
                 padding: Sizes | str, output_padding: Sizes, dilation: Sizes, groups: int,
                 bias: bool, padding_mode: str, device: Any, dtype: Any) -> None:  # fmt: skip
        super().__init__()
        name = type(self).__name__
        self.in_channels = size(name, "in_channels", in_channels, 1)
        self.out_channels = size(name, "out_channels", out_channels, 1)
        self.kernel_size = each(name, "kernel_size", kernel_size, self.axes, 1)
        self.stride = each(name, "stride", stride, self.axes, 1)
        self.dilation = each(name, "dilation", dilation, self.axes, 1)
        self.output_padding = each(name, "output_padding", output_padding, self.axes)
        self.groups = convolve.group_count(name, groups)
        for which, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % groups:
                raise ArgumentError("conv-layer-groups", layer=name, which=which,
                                    channels=channels, groups=groups)  # fmt: skip
        modes = MODES[:1] if self.transposed else MODES
        if padding_mode not in modes:
            raise ArgumentError(
                "conv-padding-mode", layer=name, got=padding_mode, known=", ".join(modes)
            )
        self.padding_mode = padding_mode
        low, high = convolve.paddings(name, padding, self.kernel_size, self.stride, self.dilation)
        self.padding = padding if isinstance(padding, str) else low
        self._low = low
        self._sides = [n for pair in reversed(list(zip(low, high, strict=True))) for n in pair]
        first, second = self.out_channels, self.in_channels
        first, second = (second, first) if self.transposed else (first, second)
        shape = (first, second // self.groups, *self.kernel_size)
        fan_in = math.prod(shape[1:])
        self.weight = Parameter(init.fan_in_uniform(shape, fan_in))
        self.bias = Parameter(init.fan_in_uniform((self.out_channels,), fan_in)) if bias else None
        in_type(self, dtype, device)

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
        for param in self.parameters():
            init.uniform_(param, -bound, bound)

    def forward(self, input: Any) -> Tensor:
        """The convolution, after the padding that its mode asks for."""
        x = images(type(self).__name__, input, self.axes)
        padding: tuple[int, ...] | str | int = self.padding
        if self.padding_mode != "zeros":
            x, padding = pad(x, self._sides, mode=self.padding_mode), 0
        function = getattr(convolve, f"conv{self.axes}d")
        y: Tensor = function(x, self.weight, self.bias, self.stride, padding, self.dilation,
                             self.groups)  # fmt: skip
        return y

    def extra_repr(self) -> str:
        """The sizes, and whatever is not as usual."""
        none, one = (0,) * self.axes, (1,) * self.axes
        said = [f"{self.in_channels}, {self.out_channels}", f"kernel_size={self.kernel_size}",
                f"stride={self.stride}"]  # fmt: skip
        usual = {"padding": none, "dilation": one, "output_padding": none, "groups": 1}
        said += [f"{name}={getattr(self, name)}" for name, value in usual.items()
                 if getattr(self, name) != value]  # fmt: skip
        said += ["bias=False"] if self.bias is None else []
        said += [f"padding_mode={self.padding_mode}"] if self.padding_mode != "zeros" else []
        return ", ".join(said)


class _Forward(_Conv):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: Sizes, stride: Sizes = 1,
                 padding: Sizes | str = 0, dilation: Sizes = 1, groups: int = 1,
                 bias: bool = True, padding_mode: str = "zeros",
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, 0, dilation,
                         groups, bias, padding_mode, device, dtype)  # fmt: skip


class Conv1d(_Forward):
    """Convolution over sequences: y = w ⋆ x + b; see `nn.functional.conv1d`.

    Shapes: x (N, in, L) or (in, L) → y (N, out, m); weight (out, in / groups, kernel_size);
    bias (out), m = ⌊(L + 2 padding − dilation (kernel_size − 1) − 1) / stride⌋ + 1.
    Source: PyTorch's names, layout and initial distribution, U(−1/√fan_in, 1/√fan_in).

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Conv1d(2, 4, 3, padding="same")(tz.zeros((5, 2, 9))).shape
    (5, 4, 9)
    """

    axes = 1


class Conv2d(_Forward):
    """Convolution over images: y = w ⋆ x + b; see `nn.functional.conv2d`.

    Shapes: x (N, in, H, W) or (in, H, W) → y (N, out, h, w);
    weight (out, in / groups, *kernel_size); bias (out).
    Source: LeCun et al. 1989, Neural Computation 1(4); PyTorch's names, layout and initial
    distribution, U(−1/√fan_in, 1/√fan_in).

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Conv2d(1, 6, 5, stride=2)(tz.zeros((4, 1, 28, 28))).shape
    (4, 6, 12, 12)
    """

    axes = 2


class Conv3d(_Forward):
    """Convolution over volumes or films: y = w ⋆ x + b; see `nn.functional.conv3d`.

    Shapes: x (N, in, D, H, W) or (in, D, H, W); weight (out, in / groups, *kernel_size).

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Conv3d(1, 2, 3)(tz.zeros((1, 1, 4, 5, 6))).shape
    (1, 2, 2, 3, 4)
    """

    axes = 3


class _Transposed(_Conv):
    transposed = True

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Sizes, stride: Sizes = 1,
                 padding: Sizes = 0, output_padding: Sizes = 0, groups: int = 1,
                 bias: bool = True, dilation: Sizes = 1, padding_mode: str = "zeros",
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        padding = each(type(self).__name__, "padding", padding, self.axes)
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, output_padding,
                         dilation, groups, bias, padding_mode, device, dtype)  # fmt: skip

    def forward(self, input: Any, output_size: Sequence[int] | None = None) -> Tensor:
        """The transposed convolution; `output_size` says which of the possible sizes is meant."""
        x = images(type(self).__name__, input, self.axes)
        extra = self.output_padding if output_size is None else self._extra(x, output_size)
        function = getattr(convolve, f"conv_transpose{self.axes}d")
        y: Tensor = function(x, self.weight, self.bias, self.stride, self.padding, extra,
                             self.groups, self.dilation)  # fmt: skip
        return y

    def _extra(self, x: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        wanted = tuple(output_size)[-self.axes :]
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(x.shape[-self.axes :], self.stride, self._low,
                                     self.dilation, self.kernel_size, strict=True)
        ]  # fmt: skip
        extra = tuple(a - b for a, b in zip(wanted, least, strict=False))
        most = [b + s - 1 for b, s in zip(least, self.stride, strict=True)]
        fits = len(output_size) in (self.axes, x.ndim) and len(extra) == self.axes
        if not fits or not all(0 <= e < s for e, s in zip(extra, self.stride, strict=True)):
            raise ArgumentError("conv-output-size", layer=type(self).__name__,
                                got=tuple(output_size), least=tuple(least),
                                most=tuple(most))  # fmt: skip
        return extra


class ConvTranspose1d(_Transposed):
    """The transpose of a convolution over sequences; see `nn.functional.conv_transpose1d`.

    Shapes: x (N, in, L) or (in, L) → y (N, out, m); weight (in, out / groups, kernel_size),
    m = (L − 1) stride − 2 padding + dilation (kernel_size − 1) + output_padding + 1.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.ConvTranspose1d(4, 2, 3, stride=2)(tz.zeros((5, 4, 9))).shape
    (5, 2, 19)
    """

    axes = 1


class ConvTranspose2d(_Transposed):
    """The transpose of a convolution over images, which makes them larger.

    Shapes: x (N, in, H, W) or (in, H, W); weight (in, out / groups, *kernel_size).
    Source: Zeiler et al. 2010, CVPR, "Deconvolutional networks"; PyTorch's names.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.ConvTranspose2d(4, 2, 2, stride=2)(tz.zeros((5, 4, 7, 7))).shape
    (5, 2, 14, 14)
    """

    axes = 2


class ConvTranspose3d(_Transposed):
    """The transpose of a convolution over volumes.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.ConvTranspose3d(1, 1, 2, stride=2)(tz.zeros((1, 1, 2, 2, 2))).shape
    (1, 1, 4, 4, 4)
    """

    axes = 3
