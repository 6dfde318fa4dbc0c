"""Pixels moved about: channels turned into pixels and back, images into windows and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.graph.prims.window import counts, window
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.module import Module
from tiza.nn.spatial import each, images, on_batch, reshape, whole

Sizes = int | Sequence[int]


def _permuted(x: Tensor, axes: Sequence[int]) -> Tensor:
    return make(PRIMITIVES["permute"], x, axes=tuple(axes))


def _factor(layer: str, name: str, value: Any) -> int:
    if not whole(value) or value < 1:
        raise ArgumentError("layer-size", layer=layer, name=name, got=repr(value), least=1)
    return int(value)


def _pixels(layer: str, input: Any) -> Tensor:
    x = as_tensor(input)
    if x.ndim < 3:
        raise ShapeError("shuffle-axes", layer=layer, got=x.shape)
    return x


def pixel_shuffle(input: Any, upscale_factor: int) -> Tensor:
    """r² channels become r by r pixels: (*n, C r², H, W) → (*n, C, H r, W r).

    Source: Shi et al. 2016, arXiv:1609.05158, eq. 4.

    >>> pixel_shuffle([[[1.0]], [[2.0]], [[3.0]], [[4.0]]], 2).tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """
    r = _factor("pixel_shuffle", "upscale_factor", upscale_factor)
    x = _pixels("pixel_shuffle", input)
    *lead, channels, height, width = x.shape
    if channels % (r * r):
        raise ShapeError("shuffle-factor", layer="pixel_shuffle", what="channels", got=channels,
                         by=r * r)  # fmt: skip
    k = len(lead)
    parts = reshape(x, (*lead, channels // (r * r), r, r, height, width))
    order = (*range(k + 1), k + 3, k + 1, k + 4, k + 2)
    return reshape(_permuted(parts, order), (*lead, channels // (r * r), height * r, width * r))


def pixel_unshuffle(input: Any, downscale_factor: int) -> Tensor:
    """r by r pixels become r² channels; undoes `pixel_shuffle`.

    >>> pixel_unshuffle([[[1.0, 2.0], [3.0, 4.0]]], 2).tolist()
    [[[1.0]], [[2.0]], [[3.0]], [[4.0]]]
    """
    r = _factor("pixel_unshuffle", "downscale_factor", downscale_factor)
    x = _pixels("pixel_unshuffle", input)
    *lead, channels, height, width = x.shape
    for what, n in (("height", height), ("width", width)):
        if n % r:
            raise ShapeError("shuffle-factor", layer="pixel_unshuffle", what=what, got=n, by=r)
    k = len(lead)
    parts = reshape(x, (*lead, channels, height // r, r, width // r, r))
    order = (*range(k + 1), k + 2, k + 4, k + 1, k + 3)
    return reshape(_permuted(parts, order), (*lead, channels * r * r, height // r, width // r))


def channel_shuffle(input: Any, groups: int) -> Tensor:
    """Channels dealt out like cards, one from each group in turn: (N, C, *n) → as x.

    Source: Zhang et al. 2018, arXiv:1707.01083, section 3.1.

    >>> channel_shuffle([[[1.0], [2.0], [3.0], [4.0]]], 2).tolist()
    [[[1.0], [3.0], [2.0], [4.0]]]
    """
    g = _factor("channel_shuffle", "groups", groups)
    x = _pixels("channel_shuffle", input)
    channels, rest = x.shape[1], x.shape[2:]
    if channels % g:
        raise ShapeError("shuffle-factor", layer="channel_shuffle", what="channels", got=channels,
                         by=g)  # fmt: skip
    parts = reshape(x, (x.shape[0], g, channels // g, *rest))
    return reshape(_permuted(parts, (0, 2, 1, *range(3, parts.ndim))), x.shape)


def _window(layer: str, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    low = each(layer, "padding", padding, 2)
    return window(each(layer, "kernel_size", kernel_size, 2, 1),
                  each(layer, "stride", stride, 2, 1),
                  each(layer, "dilation", dilation, 2, 1), low, low)  # fmt: skip


def unfold(input: Any, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0,
           stride: Sizes = 1) -> Tensor:  # fmt: skip
    """The windows of images as columns: (N, C, H, W) → (N, C h w, windows).

    A convolution is the product of its weight, as a matrix, with these columns.

    >>> unfold([[[1.0, 2.0], [3.0, 4.0]]], (1, 2)).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    x = images("unfold", input, 2)
    w = _window("unfold", kernel_size, dilation, padding, stride)

    def columns(x: Tensor) -> Tensor:
        seen = _permuted(make(PRIMITIVES["windows"], x, **w), (0, 1, 4, 5, 2, 3))
        n, c, *rest = seen.shape
        return reshape(seen, (n, c * math.prod(rest[:2]), math.prod(rest[2:])))

    return on_batch(x, 2, columns)


def fold(input: Any, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1,
         padding: Sizes = 0, stride: Sizes = 1) -> Tensor:  # fmt: skip
    """Columns added up where their windows stood: the transpose of `unfold`.

    Shapes: x (N, C h w, windows) → (N, C, *output_size).

    >>> fold([[1.0, 3.0], [2.0, 4.0]], 2, (1, 2)).tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """
    x = images("fold", input, 1)
    w = _window("fold", kernel_size, dilation, padding, stride)
    image = each("fold", "output_size", output_size, 2, 1)
    m, entries = counts(image, **w), math.prod(w["size"])
    if x.shape[-1] != math.prod(m) or x.shape[-2] % entries:
        raise ShapeError("fold-shape", got=x.shape, entries=entries, columns=math.prod(m))

    def added(x: Tensor) -> Tensor:
        parts = reshape(x, (x.shape[0], x.shape[1] // entries, *w["size"], *m))
        return make(PRIMITIVES["windows_add"], _permuted(parts, (0, 1, 4, 5, 2, 3)), shape=image,
                    **w)  # fmt: skip

    if x.ndim == 3:
        return added(x)
    y = added(reshape(x, (1, *x.shape)))
    return reshape(y, y.shape[1:])


class PixelShuffle(Module):
    """r² channels become r by r pixels; see `nn.functional.pixel_shuffle`.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.PixelShuffle(2)(tz.zeros((1, 8, 3, 3))).shape
    (1, 2, 6, 6)
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = _factor("PixelShuffle", "upscale_factor", upscale_factor)

    def forward(self, input: Any) -> Tensor:
        """The larger images."""
        return pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        """The factor."""
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """r by r pixels become r² channels; see `nn.functional.pixel_unshuffle`."""

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = _factor("PixelUnshuffle", "downscale_factor", downscale_factor)

    def forward(self, input: Any) -> Tensor:
        """The smaller images."""
        return pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        """The factor."""
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Channels dealt out, one from each group in turn; see `nn.functional.channel_shuffle`."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = _factor("ChannelShuffle", "groups", groups)

    def forward(self, input: Any) -> Tensor:
        """The same channels in another order."""
        return channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        """The number of groups."""
        return f"groups={self.groups}"


class Unfold(Module):
    """The windows of images as columns; see `nn.functional.unfold`.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Unfold(3, padding=1)(tz.zeros((2, 4, 5, 5))).shape
    (2, 36, 25)
    """

    def __init__(self, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0,
                 stride: Sizes = 1) -> None:  # fmt: skip
        super().__init__()
        _window("Unfold", kernel_size, dilation, padding, stride)
        self.kernel_size, self.dilation = kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input: Any) -> Tensor:
        """The columns."""
        return unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        """The window."""
        return (f"kernel_size={self.kernel_size}, dilation={self.dilation}, "
                f"padding={self.padding}, stride={self.stride}")  # fmt: skip


class Fold(Module):
    """Columns added up where their windows stood; see `nn.functional.fold`.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Fold(5, 3, padding=1)(tz.zeros((2, 36, 25))).shape
    (2, 4, 5, 5)
    """

    def __init__(self, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1,
                 padding: Sizes = 0, stride: Sizes = 1) -> None:  # fmt: skip
        super().__init__()
        _window("Fold", kernel_size, dilation, padding, stride)
        each("Fold", "output_size", output_size, 2, 1)
        self.output_size, self.kernel_size, self.dilation = output_size, kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, input: Any) -> Tensor:
        """The images."""
        return fold(input, self.output_size, self.kernel_size, self.dilation, self.padding,
                    self.stride)  # fmt: skip

    def extra_repr(self) -> str:
        """The image and the window."""
        return (f"output_size={self.output_size}, kernel_size={self.kernel_size}, "
                f"dilation={self.dilation}, padding={self.padding}, "
                f"stride={self.stride}")  # fmt: skip
