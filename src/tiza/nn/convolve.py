"""Convolutions as functions of tensors, with PyTorch's names, arguments and defaults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tiza.errors import ArgumentError
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.convolution_formulas import conv, conv_transpose
from tiza.nn.spatial import each, images, on_batch, whole

Sizes = int | Sequence[int]
Pads = tuple[tuple[int, ...], tuple[int, ...]]


def paddings(layer: str, padding: Any, size: Sequence[int], stride: Sequence[int],
             dilation: Sequence[int]) -> Pads:  # fmt: skip
    """How many zeros stand before and after each axis: "same" keeps its length.

    Errors: ArgumentError for another word, and for "same" with a stride.
    """
    axes = len(size)
    if not isinstance(padding, str):
        both = each(layer, "padding", padding, axes)
        return both, both
    if padding not in ("same", "valid"):
        raise ArgumentError("conv-padding-word", layer=layer, got=padding)
    if padding == "valid":
        return (0,) * axes, (0,) * axes
    if any(s != 1 for s in stride):
        raise ArgumentError("conv-same-stride", layer=layer, stride=tuple(stride))
    total = [d * (k - 1) for k, d in zip(size, dilation, strict=True)]
    return tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)


def group_count(layer: str, groups: Any) -> int:
    """A number of groups, at least one."""
    if not whole(groups) or groups < 1:
        raise ArgumentError("layer-size", layer=layer, name="groups", got=repr(groups), least=1)
    return int(groups)


def _convolved(axes: int, input: Any, weight: Any, bias: Any, stride: Sizes,
               padding: Sizes | str, dilation: Sizes, groups: int) -> Tensor:  # fmt: skip
    name = f"conv{axes}d"
    x, w = images(name, input, axes), as_tensor(weight)
    rest = () if bias is None else (as_tensor(bias),)
    steps = each(name, "stride", stride, axes, 1)
    gaps = each(name, "dilation", dilation, axes, 1)
    low, high = paddings(name, padding, (*w.shape[2:], *(1,) * axes)[:axes], steps, gaps)
    attrs = {"stride": steps, "low": low, "high": high, "dilation": gaps,
             "groups": group_count(name, groups)}  # fmt: skip
    return on_batch(x, axes, lambda batch: make(conv, batch, w, *rest, **attrs))


def conv1d(input: Any, weight: Any, bias: Any = None, stride: Sizes = 1,
           padding: Sizes | str = 0, dilation: Sizes = 1, groups: int = 1) -> Tensor:  # fmt: skip
    """y[n, o, i] = b[o] + Σ over c, j of w[o, c, j] x[n, c, i · stride + j · dilation − padding].

    Shapes: x (N, C, L) or (C, L), weight (out, C / groups, k), bias (out) → (N, out, m).
    Errors: ShapeError where channels, groups or sizes do not fit.

    >>> conv1d([[[1.0, 2.0, 4.0]]], [[[-1.0, 1.0]]]).tolist()
    [[[1.0, 2.0]]]
    """
    return _convolved(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input: Any, weight: Any, bias: Any = None, stride: Sizes = 1,
           padding: Sizes | str = 0, dilation: Sizes = 1, groups: int = 1) -> Tensor:  # fmt: skip
    """Convolution over images; as `conv1d`, over two axes.

    Shapes: x (N, C, H, W) or (C, H, W), weight (out, C / groups, h, w), bias (out).

    >>> import tiza as tz
    >>> conv2d(tz.ones((1, 1, 3, 3)), tz.ones((1, 1, 2, 2)), padding="same").tolist()
    [[[[4.0, 4.0, 2.0], [4.0, 4.0, 2.0], [2.0, 2.0, 1.0]]]]
    """
    return _convolved(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input: Any, weight: Any, bias: Any = None, stride: Sizes = 1,
           padding: Sizes | str = 0, dilation: Sizes = 1, groups: int = 1) -> Tensor:  # fmt: skip
    """Convolution over volumes or films; as `conv1d`, over three axes.

    >>> import tiza as tz
    >>> conv3d(tz.ones((1, 1, 2, 2, 2)), tz.ones((1, 1, 2, 2, 2))).tolist()
    [[[[[8.0]]]]]
    """
    return _convolved(3, input, weight, bias, stride, padding, dilation, groups)


def _back(axes: int, input: Any, weight: Any, bias: Any, stride: Sizes, padding: Sizes,
          output_padding: Sizes, groups: int, dilation: Sizes) -> Tensor:  # fmt: skip
    name = f"conv_transpose{axes}d"
    x, w = images(name, input, axes), as_tensor(weight)
    rest = () if bias is None else (as_tensor(bias),)
    attrs = {
        "stride": each(name, "stride", stride, axes, 1),
        "padding": each(name, "padding", padding, axes),
        "output_padding": each(name, "output_padding", output_padding, axes),
        "dilation": each(name, "dilation", dilation, axes, 1),
        "groups": group_count(name, groups),
    }
    check_output_padding(name, attrs["output_padding"], attrs["stride"], attrs["dilation"])
    return on_batch(x, axes, lambda batch: make(conv_transpose, batch, w, *rest, **attrs))


def check_output_padding(layer: str, extra: Any, stride: Any, dilation: Any) -> None:
    """Refuse lengths that no convolution of that stride and dilation could have had."""
    for e, s, d in zip(extra, stride, dilation, strict=True):
        if e >= max(s, d):
            raise ArgumentError("conv-output-padding", layer=layer, got=tuple(extra),
                                stride=tuple(stride), dilation=tuple(dilation))  # fmt: skip


def conv_transpose1d(input: Any, weight: Any, bias: Any = None, stride: Sizes = 1,
                     padding: Sizes = 0, output_padding: Sizes = 0, groups: int = 1,
                     dilation: Sizes = 1) -> Tensor:  # fmt: skip
    """The transpose of `conv1d`: w[c, o, j] x[n, c, i] is added to y[n, o, place].

    place = i · stride + j · dilation − padding.

    Shapes: x (N, C, L), weight (C, out / groups, k), bias (out) →
    (N, out, (L − 1) stride − 2 padding + dilation (k − 1) + output_padding + 1).

    >>> conv_transpose1d([[[1.0, 2.0]]], [[[1.0, 10.0]]]).tolist()
    [[[1.0, 12.0, 20.0]]]
    """
    return _back(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(input: Any, weight: Any, bias: Any = None, stride: Sizes = 1,
                     padding: Sizes = 0, output_padding: Sizes = 0, groups: int = 1,
                     dilation: Sizes = 1) -> Tensor:  # fmt: skip
    """The transpose of `conv2d`; as `conv_transpose1d`, over two axes.

    >>> import tiza as tz
    >>> conv_transpose2d(tz.ones((1, 1, 2, 2)), tz.ones((1, 1, 2, 2))).tolist()
    [[[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]]]
    """
    return _back(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(input: Any, weight: Any, bias: Any = None, stride: Sizes = 1,
                     padding: Sizes = 0, output_padding: Sizes = 0, groups: int = 1,
                     dilation: Sizes = 1) -> Tensor:  # fmt: skip
    """The transpose of `conv3d`; as `conv_transpose1d`, over three axes.

    >>> import tiza as tz
    >>> conv_transpose3d(tz.ones((1, 1, 1, 1, 1)), tz.ones((1, 1, 1, 1, 2))).tolist()
    [[[[[1.0, 1.0]]]]]
    """
    return _back(3, input, weight, bias, stride, padding, output_padding, groups, dilation)
