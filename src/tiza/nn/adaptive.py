"""Adaptive pooling: windows as large as it takes to give an output of the size asked for.

Window i of m over n entries goes from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES
from tiza.graph.prims.window import window
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.spatial import images, reshape, whole

OutputSize = int | Sequence[int | None]
Array = np.ndarray[Any, Any]


def output_sizes(layer: str, output_size: Any, axes: int) -> tuple[int | None, ...]:
    """One size for each axis; None keeps what the input has.

    Errors: ArgumentError for anything else.
    """
    given = output_size if isinstance(output_size, Sequence) else (output_size,)
    many = tuple(given) * axes if len(given) == 1 else tuple(given)
    if len(many) != axes or not all(n is None or (whole(n) and n >= 0) for n in many):
        raise ArgumentError("adaptive-size", layer=layer, got=repr(output_size), axes=axes)
    return many


def _bounds(n: int, m: int) -> tuple[Array, Array]:
    i = np.arange(m)
    return i * n // m, -(-(i + 1) * n // m)


def _goal(layer: str, x: Tensor, output_size: Any, axes: int) -> tuple[int, ...]:
    wanted = output_sizes(layer, output_size, axes)
    image = x.shape[x.ndim - axes :]
    goal = tuple(n if m is None else m for n, m in zip(image, wanted, strict=True))
    if any(n == 0 and m > 0 for n, m in zip(image, goal, strict=True)):
        raise ArgumentError("adaptive-empty", layer=layer, image=image)
    return goal


def averaging(n: int, m: int) -> Array:
    """The matrix (m, n) that takes the mean of each window along an axis."""
    start, stop = _bounds(n, m)
    i = np.arange(n)
    inside: Array = (start[:, None] <= i) & (i < stop[:, None])
    shares: Array = inside / (stop - start)[:, None]
    return shares


def along(x: Tensor, axis: int, matrix: Array) -> Tensor:
    """A linear map of one axis: y[…, i, …] = Σ over j of matrix[i, j] x[…, j, …]."""
    m, n = matrix.shape
    lead, rest = x.shape[:axis], x.shape[axis + 1 :]
    a = as_tensor(matrix.astype(x.dtype))
    if not rest:
        back = make(PRIMITIVES["permute"], a, axes=(1, 0))
        rows = make(PRIMITIVES["matmul"], reshape(x, (math.prod(lead), n)), back)
    else:
        columns = reshape(x, (math.prod(lead), n, math.prod(rest)))
        rows = make(PRIMITIVES["matmul"], a, columns)
    return reshape(rows, (*lead, m, *rest))


def _even(image: tuple[int, ...], goal: tuple[int, ...]) -> bool:
    """Whether the windows tile the image, all of one size."""
    return all(m and n and n % m == 0 for n, m in zip(image, goal, strict=True))


def _adaptive_avg(axes: int, input: Any, output_size: Any) -> Tensor:
    name = f"adaptive_avg_pool{axes}d"
    x = images(name, input, axes)
    goal, image = _goal(name, x, output_size, axes), x.shape[x.ndim - axes :]
    if _even(image, goal):
        size = tuple(n // m for n, m in zip(image, goal, strict=True))
        total = make(PRIMITIVES["window_sum"], x, **window(size))
        mean: Tensor = total / math.prod(size)
        return mean
    for axis, m in enumerate(goal, x.ndim - axes):
        x = along(x, axis, averaging(x.shape[axis], m))
    return x


def _adaptive_max(axes: int, input: Any, output_size: Any, return_indices: bool) -> Any:
    name = f"adaptive_max_pool{axes}d"
    x = images(name, input, axes)
    goal, image = _goal(name, x, output_size, axes), x.shape[x.ndim - axes :]
    lead = x.shape[: x.ndim - axes]
    places = np.zeros((1,) * 2 * axes, np.int64)  # (*goal, *longest window): flat places
    for i, (n, m) in enumerate(zip(image, goal, strict=True)):
        start, stop = _bounds(n, m)
        longest = int((stop - start).max(initial=1))
        entries = np.minimum(start[:, None] + np.arange(longest), stop[:, None] - 1)
        shape = [1] * 2 * axes
        shape[i], shape[axes + i] = m, longest
        places = places * n + entries.reshape(shape)
    flat = places.reshape(math.prod(goal), -1)
    seen = make(PRIMITIVES["take"], reshape(x, (*lead, math.prod(image))), as_tensor(flat),
                axis=len(lead))  # fmt: skip
    k = make(PRIMITIVES["argmax"], seen, axis=len(lead) + 1)
    best = make(PRIMITIVES["take_along"], seen, reshape(k, (*k.shape, 1)), axis=len(lead) + 1)
    y = reshape(best, (*lead, *goal))
    if not return_indices:
        return y
    number = k + as_tensor(np.arange(flat.shape[0]) * flat.shape[1])
    at = make(PRIMITIVES["take"], as_tensor(flat.ravel()), number, axis=0)
    return y, reshape(at, (*lead, *goal))


def adaptive_avg_pool1d(input: Any, output_size: OutputSize) -> Tensor:
    """The mean of each of `output_size` windows that cover the axis.

    >>> adaptive_avg_pool1d([[1.0, 2.0, 3.0]], 2).tolist()
    [[1.5, 2.5]]
    """
    return _adaptive_avg(1, input, output_size)


def adaptive_avg_pool2d(input: Any, output_size: OutputSize) -> Tensor:
    """The means of windows that cover the image; None keeps an axis as it is.

    Source: Lin, Chen & Yan 2014, arXiv:1312.4400, for output_size 1: global average pooling.

    >>> adaptive_avg_pool2d([[[1.0, 2.0], [3.0, 6.0]]], 1).tolist()
    [[[3.0]]]
    """
    return _adaptive_avg(2, input, output_size)


def adaptive_avg_pool3d(input: Any, output_size: OutputSize) -> Tensor:
    """The means of windows that cover the volume.

    >>> adaptive_avg_pool3d([[[[1.0, 3.0]]]], 1).tolist()
    [[[[2.0]]]]
    """
    return _adaptive_avg(3, input, output_size)


def adaptive_max_pool1d(input: Any, output_size: OutputSize, return_indices: bool = False) -> Any:
    """The greatest entry of each of `output_size` windows that cover the axis.

    >>> adaptive_max_pool1d([[1.0, 4.0, 3.0]], 2).tolist()
    [[4.0, 4.0]]
    """
    return _adaptive_max(1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Any, output_size: OutputSize, return_indices: bool = False) -> Any:
    """The greatest entries of windows that cover the image; `return_indices` gives their places.

    >>> adaptive_max_pool2d([[[1.0, 2.0], [3.0, 6.0]]], 1).tolist()
    [[[6.0]]]
    """
    return _adaptive_max(2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Any, output_size: OutputSize, return_indices: bool = False) -> Any:
    """The greatest entries of windows that cover the volume.

    >>> adaptive_max_pool3d([[[[1.0, 3.0]]]], 1).tolist()
    [[[[3.0]]]]
    """
    return _adaptive_max(3, input, output_size, return_indices)
