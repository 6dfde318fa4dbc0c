"""Pooling as functions of tensors, with PyTorch's names, arguments and defaults."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.graph.prims.window import Window, counts, reach, window
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.pooling_formulas import max_unpool
from tiza.nn.spatial import each, images, reshape, whole

Sizes = int | Sequence[int]
Ints = tuple[int, ...]


def pool_window(layer: str, axes: int, kernel_size: Any, stride: Any = None, padding: Any = 0,
                dilation: Any = 1) -> Window:  # fmt: skip
    """A pooling window from PyTorch's arguments; the stride is the kernel's size by default.

    Errors: ArgumentError for sizes that make no sense, or padding above half the window.
    """
    size = each(layer, "kernel_size", kernel_size, axes, 1)
    steps = size if stride is None or stride == () else each(layer, "stride", stride, axes, 1)
    gaps = each(layer, "dilation", dilation, axes, 1)
    low = each(layer, "padding", padding, axes)
    if any(p > span // 2 for p, span in zip(low, reach(size, gaps), strict=True)):
        raise ArgumentError("pool-padding", layer=layer, got=low, size=size,
                            most=tuple(n // 2 for n in reach(size, gaps)))  # fmt: skip
    return window(size, steps, gaps, low, low)


def ceiled(w: Window, image: Ints) -> Window:
    """The window reaching so far over the edge that it misses no entry of the image.

    A window that would start beyond the image (and its padding in front) is left out.
    """
    high = []
    for n, k, s, d, p in zip(image, *(w[x] for x in ("size", "stride", "dilation", "low")),
                             strict=True):  # fmt: skip
        span = d * (k - 1) + 1
        m = -(-(n + 2 * p - span) // s) + 1
        m -= (m - 1) * s >= n + p
        high.append((m - 1) * s + span - n - p)
    return w | {"high": tuple(high)}


def _placed(x: Tensor, w: Window, ceil_mode: bool) -> tuple[Window, Ints]:
    axes = len(w["size"])
    image = x.shape[x.ndim - axes :]
    reached = ceiled(w, image) if ceil_mode else w
    counts(image, **reached)  # at least one window must fit; with ceil_mode, begin
    return reached, image


def _max_pool(axes: int, input: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any,
              ceil_mode: bool, return_indices: bool) -> Any:  # fmt: skip
    name = f"max_pool{axes}d"
    x = images(name, input, axes)
    w = pool_window(name, axes, kernel_size, stride, padding, dilation)
    w, image = _placed(x, w, ceil_mode)
    y = make(PRIMITIVES["window_max"], x, **w)
    return (y, _flat_places(make(PRIMITIVES["window_argmax"], x, **w), w, image)) \
        if return_indices else y  # fmt: skip


def _flat_places(k: Tensor, w: Window, image: Ints) -> Tensor:
    """Where entry k of each window stands on the image, counted row by row."""
    number, axes = as_tensor(k, np.dtype(np.int64)), len(image)
    flat = as_tensor(np.zeros((), np.int64))
    for i in range(axes):
        inner = math.prod(w["size"][i + 1 :])
        within = number // inner % w["size"][i]
        m = k.shape[k.ndim - axes + i]
        start = np.arange(m) * w["stride"][i] - w["low"][i]
        place = within * w["dilation"][i] + start.reshape(-1, *(1,) * (axes - 1 - i))
        flat = flat * image[i] + place
    return flat


def max_pool1d(input: Any, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
               dilation: Sizes = 1, ceil_mode: bool = False,
               return_indices: bool = False) -> Any:  # fmt: skip
    """y[i] = max over j of x[i · stride + j · dilation − padding].

    The slope belongs to the first greatest entry. `return_indices` also gives its place.

    Shapes: x (*n, C, L) → (*n, C, m), m = ⌊(L + 2 padding − dilation (k − 1) − 1) / stride⌋ + 1,
    rounded up instead with `ceil_mode`.

    >>> max_pool1d([[1.0, 3.0, 2.0, 0.0]], 2).tolist()
    [[3.0, 2.0]]
    """
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(input: Any, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
               dilation: Sizes = 1, ceil_mode: bool = False,
               return_indices: bool = False) -> Any:  # fmt: skip
    """The greatest entry of each window of an image; as `max_pool1d`, over two axes.

    >>> max_pool2d([[[1.0, 3.0], [2.0, 0.0]]], 2).tolist()
    [[[3.0]]]
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(input: Any, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
               dilation: Sizes = 1, ceil_mode: bool = False,
               return_indices: bool = False) -> Any:  # fmt: skip
    """The greatest entry of each window of a volume; as `max_pool1d`, over three axes.

    >>> max_pool3d([[[[1.0, 3.0]]]], (1, 1, 2)).tolist()
    [[[[3.0]]]]
    """
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _avg_pool(axes: int, input: Any, kernel_size: Any, stride: Any, padding: Any,
              ceil_mode: bool, count_include_pad: bool,
              divisor_override: int | None) -> Tensor:  # fmt: skip
    name = f"avg_pool{axes}d"
    x = images(name, input, axes)
    w, image = _placed(x, pool_window(name, axes, kernel_size, stride, padding), ceil_mode)
    check_divisor(name, divisor_override)
    total = make(PRIMITIVES["window_sum"], x, **w)
    if divisor_override is not None:
        return total / divisor_override
    sizes = _entries_in(w, image, count_include_pad)
    return total / (int(sizes.flat[0]) if sizes.min() == sizes.max()
                    else as_tensor(sizes, x.dtype))  # fmt: skip


def check_divisor(layer: str, divisor: int | None) -> None:
    """Refuse to divide by 0."""
    if divisor is not None and (not whole(divisor) or divisor == 0):
        raise ArgumentError("pool-divisor", layer=layer, got=repr(divisor))


def _entries_in(w: Window, image: Ints, with_padding: bool) -> np.ndarray[Any, Any]:
    """How many entries each window has, those of the padding included or not."""
    total: np.ndarray[Any, Any] = np.ones((), np.int64)
    m = counts(image, **w)
    for n, k, size, s, p in zip(image, m, w["size"], w["stride"], w["low"], strict=True):
        start = np.arange(k) * s - p
        stop = np.minimum(start + size, n + p)
        if not with_padding:
            start, stop = np.maximum(start, 0), np.minimum(stop, n)
        total = total[..., None] * (stop - start)
    return total


def avg_pool1d(input: Any, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
               ceil_mode: bool = False, count_include_pad: bool = True) -> Tensor:  # fmt: skip
    """y[i] = mean over j of x[i · stride + j − padding]; the padding counts as zeros, or not.

    >>> avg_pool1d([[1.0, 3.0, 2.0, 0.0]], 2).tolist()
    [[2.0, 1.0]]
    """
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(input: Any, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
               ceil_mode: bool = False, count_include_pad: bool = True,
               divisor_override: int | None = None) -> Tensor:  # fmt: skip
    """The mean of each window of an image; as `avg_pool1d`, over two axes.

    >>> avg_pool2d([[[1.0, 3.0], [2.0, 0.0]]], 2).tolist()
    [[[1.5]]]
    """
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad,
                     divisor_override)  # fmt: skip


def avg_pool3d(input: Any, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
               ceil_mode: bool = False, count_include_pad: bool = True,
               divisor_override: int | None = None) -> Tensor:  # fmt: skip
    """The mean of each window of a volume; as `avg_pool1d`, over three axes.

    >>> avg_pool3d([[[[1.0, 3.0]]]], (1, 1, 2)).tolist()
    [[[[2.0]]]]
    """
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad,
                     divisor_override)  # fmt: skip


def _lp_pool(axes: int, input: Any, norm_type: float, kernel_size: Any, stride: Any,
             ceil_mode: bool) -> Tensor:  # fmt: skip
    x = as_tensor(input)
    mean = _avg_pool(axes, x**norm_type, kernel_size, stride, 0, ceil_mode, True, None)
    kept = make(PRIMITIVES["sign"], mean) * make(PRIMITIVES["relu"], abs(mean))
    entries = math.prod(each(f"lp_pool{axes}d", "kernel_size", kernel_size, axes, 1))
    root: Tensor = (kept * entries) ** (1.0 / norm_type)
    return root


def lp_pool1d(input: Any, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None,
              ceil_mode: bool = False) -> Tensor:  # fmt: skip
    """y[i] = (Σ over j of x[i · stride + j]^p)^(1/p): between sum (p = 1) and maximum (p → ∞).

    >>> lp_pool1d([[3.0, 4.0]], 2, 2).tolist()
    [[5.0]]
    """
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input: Any, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None,
              ceil_mode: bool = False) -> Tensor:  # fmt: skip
    """The p-norm of each window of an image; as `lp_pool1d`, over two axes.

    >>> lp_pool2d([[[3.0], [4.0]]], 2, (2, 1)).tolist()
    [[[5.0]]]
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input: Any, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None,
              ceil_mode: bool = False) -> Tensor:  # fmt: skip
    """The p-norm of each window of a volume; as `lp_pool1d`, over three axes.

    >>> lp_pool3d([[[[3.0, 4.0]]]], 2, (1, 1, 2)).tolist()
    [[[[5.0]]]]
    """
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def _max_unpool(axes: int, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any,
                output_size: Sequence[int] | None) -> Tensor:  # fmt: skip
    name = f"max_unpool{axes}d"
    x, at = images(name, input, axes), as_tensor(indices)
    w = pool_window(name, axes, kernel_size, stride, padding)
    rows = zip(x.shape[x.ndim - axes :], w["size"], w["stride"], w["low"], strict=True)
    usual = tuple((n - 1) * s - 2 * p + k for n, k, s, p in rows)
    image = usual if output_size is None else tuple(output_size)[-axes:]
    off = [abs(a - b) for a, b in zip(image, usual, strict=False)]
    if len(image) != axes or any(a >= s for a, s in zip(off, w["stride"], strict=True)):
        raise ArgumentError("unpool-size", layer=name, got=tuple(output_size or ()), usual=usual)
    if at.shape != x.shape:
        raise ShapeError("unpool-indices", layer=name, got=at.shape, want=x.shape)
    lead = x.shape[: x.ndim - axes]
    flat = (*lead, math.prod(x.shape[x.ndim - axes :]))
    y = make(max_unpool, reshape(x, flat), reshape(as_tensor(at, np.dtype(np.int64)), flat),
             size=math.prod(image))  # fmt: skip
    return reshape(y, (*lead, *image))


def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Every maximum back at the place where `max_pool1d` found it, zeros elsewhere.

    >>> y, places = max_pool1d([[1.0, 3.0, 2.0, 0.0]], 2, return_indices=True)
    >>> max_unpool1d(y, places, 2).tolist()
    [[0.0, 3.0, 2.0, 0.0]]
    """
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Every maximum back at the place where `max_pool2d` found it, zeros elsewhere.

    >>> y, places = max_pool2d([[[1.0, 3.0], [2.0, 0.0]]], 2, return_indices=True)
    >>> max_unpool2d(y, places, 2).tolist()
    [[[0.0, 3.0], [0.0, 0.0]]]
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Every maximum back at the place where `max_pool3d` found it, zeros elsewhere.

    >>> y, places = max_pool3d([[[[1.0, 3.0]]]], (1, 1, 2), return_indices=True)
    >>> max_unpool3d(y, places, (1, 1, 2)).tolist()
    [[[[0.0, 3.0]]]]
    """
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)
