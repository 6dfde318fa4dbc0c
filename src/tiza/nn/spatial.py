"""What the layers on images, sounds and volumes share: sizes given once or for each axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.tensor import Tensor, as_tensor, make

Ints = tuple[int, ...]


def whole(value: object) -> bool:
    """Whether this is a whole number, and not a truth value."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def each(layer: str, name: str, value: Any, axes: int, least: int = 0) -> Ints:
    """One number for each axis: given once for all, or one by one.

    Errors: ArgumentError where that is neither, or a number is below `least`.

    >>> each("Conv2d", "kernel_size", 3, 2)
    (3, 3)
    """
    many = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    many = many * axes if len(many) == 1 else many
    if len(many) != axes or not all(whole(v) and v >= least for v in many):
        raise ArgumentError("layer-sizes", layer=layer, name=name, got=repr(value), axes=axes,
                            least=least)  # fmt: skip
    return tuple(int(v) for v in many)


def images(layer: str, input: Any, axes: int) -> Tensor:
    """The input as a tensor of shape (N, C, …) or (C, …).

    Errors: ShapeError for any other number of axes.
    """
    x = as_tensor(input)
    if x.ndim not in (axes + 1, axes + 2):
        raise ShapeError("image-axes", layer=layer, got=x.shape, axes=axes, batched=axes + 2,
                         single=axes + 1)  # fmt: skip
    return x


def as_batch(x: Tensor, axes: int) -> Tensor:
    """(C, …) as a batch of one."""
    return reshape(x, (1, *x.shape)) if x.ndim == axes + 1 else x


def on_batch(x: Tensor, axes: int, function: Callable[[Tensor], Tensor]) -> Tensor:
    """A function of batches on a batch, or on one image alone."""
    y = function(as_batch(x, axes))
    return y if x.ndim == axes + 2 else reshape(y, y.shape[1:])


def reshape(x: Tensor, shape: Ints) -> Tensor:
    """x in another shape, if it has not got it already."""
    return x if x.shape == shape else make(PRIMITIVES["reshape"], x, shape=shape)


def part(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    """x from start to stop along one axis."""
    if (start, stop) == (0, x.shape[axis]):
        return x
    starts = tuple(start if i == axis else 0 for i in range(x.ndim))
    stops = tuple(stop if i == axis else n for i, n in enumerate(x.shape))
    return make(PRIMITIVES["slice"], x, starts=starts, stops=stops, steps=(1,) * x.ndim)


def joined(xs: Sequence[Tensor], axis: int) -> Tensor:
    """The tensors one after the other along an axis, without the empty ones."""
    full = [x for x in xs if x.shape[axis]] or [xs[0]]
    return full[0] if len(full) == 1 else make(PRIMITIVES["concat"], *full, axis=axis)
