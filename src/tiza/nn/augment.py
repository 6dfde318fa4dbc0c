"""Pictures moved, turned, mirrored and cut in training, on the graph: each example at random.

Shapes: x (n, c, h, w). Outside training all of these give x itself.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph.types import int64
from tiza.lang import random
from tiza.lang.elementwise import cos, floor, sin
from tiza.lang.manipulation import astype, broadcast_to, flip, reshape
from tiza.lang.searching import clip, take_along_axis, where
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn.layers import size
from tiza.nn.module import Module


class _Augment(Module):
    """A change of pictures that happens in training only."""

    def forward(self, input: Any) -> Tensor:
        """Changed in training; x itself otherwise."""
        x = as_tensor(input)
        if x.ndim != 4:
            raise ShapeError("augment-axes", layer=type(self).__name__, got=x.shape)
        return self.changed(x) if self.training else x

    def changed(self, x: Tensor) -> Tensor:
        """The pictures as training sees them."""
        raise ArgumentError("module-forward", kind=type(self).__name__)


class RandomShift(_Augment):
    """Each picture moved by up to `pixels` whole steps down or up and right or left; 0 moves in.

    Use it where what is seen may stand anywhere. Weak side: what leaves the frame is lost.

    Source: LeCun et al. 1998, Proc. IEEE 86, on distorted digits.

    >>> import tiza as tz
    >>> RandomShift(1)(tz.ones((2, 1, 4, 4))).shape
    (2, 1, 4, 4)
    """

    def __init__(self, pixels: int = 2) -> None:
        super().__init__()
        self.pixels = size("RandomShift", "pixels", pixels)

    def changed(self, x: Tensor) -> Tensor:
        """x moved."""
        down, right = _steps(x, -self.pixels, self.pixels + 1)
        rows, columns = _places(x, x.shape[2:])
        return sampled(x, rows - down, columns - right)

    def extra_repr(self) -> str:
        """How far."""
        return f"pixels={self.pixels}"


class RandomCrop(_Augment):
    """A window of `size` from a random place of each picture, framed by `padding` zeros first.

    In use, the window in the middle: where the size changes it belongs into the model, where it
    does not, into `fit(augment=…)`. Source: torchvision's arguments.

    Use it as for CIFAR, with a frame of 4. Weak side: may cut off what matters.

    Shapes: (n, c, h, w) → (n, c, size, size), or two sizes.

    >>> import tiza as tz
    >>> RandomCrop(3)(tz.ones((2, 1, 5, 5))).shape
    (2, 1, 3, 3)
    """

    def __init__(self, size: int | tuple[int, int], padding: int = 0) -> None:
        super().__init__()
        both = (size, size) if isinstance(size, int) else tuple(size)
        self.size = (_size("RandomCrop", both[0], 1), _size("RandomCrop", both[1], 1))
        self.padding = _size("RandomCrop", padding, 0, "padding")

    def forward(self, input: Any) -> Tensor:
        """A random window in training, the middle one otherwise."""
        x = as_tensor(input)
        if x.ndim != 4 or any(
            n + 2 * self.padding < m for n, m in zip(x.shape[2:], self.size, strict=True)
        ):
            raise ShapeError("crop-size", got=x.shape, size=self.size, padding=self.padding)
        spare = [n + 2 * self.padding - m for n, m in zip(x.shape[2:], self.size, strict=True)]
        rows, columns = _places(x, self.size)
        if self.training:
            top, left = (_whole(x, 0, n + 1) for n in spare)
        else:
            top, left = (as_tensor(float(n // 2), x.dtype) for n in spare)
        return sampled(x, rows + top - float(self.padding), columns + left - float(self.padding))

    def extra_repr(self) -> str:
        """The window."""
        return f"size={self.size}, padding={self.padding}"


class RandomFlip(_Augment):
    """Each picture mirrored left to right with probability p; with axis=2, upside down.

    Weak side: wrong where left and right matter, as for digits and letters.

    Source: Krizhevsky, Sutskever & Hinton 2012, NIPS, section 4.1.

    >>> import tiza as tz
    >>> RandomFlip(1.0)(tz.asarray([[[[1.0, 2.0]]]])).tolist()
    [[[[2.0, 1.0]]]]
    """

    def __init__(self, p: float = 0.5, axis: int = 3) -> None:
        super().__init__()
        self.p, self.axis = share("RandomFlip", "p", p), axis
        if axis not in (2, 3, -1, -2):
            raise ArgumentError("choice-unknown", name="axis", got=axis, known="2, 3")

    def changed(self, x: Tensor) -> Tensor:
        """x, some of it mirrored."""
        turned = random.bernoulli(as_tensor(self.p, x.dtype), (x.shape[0], 1, 1, 1))
        return where(turned, flip(x, axis=self.axis), x)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}, axis={self.axis}"


class RandomRotation(_Augment):
    """Each picture turned about its middle by an angle from −`degrees` to `degrees`.

    Entries are bilinear means of the four nearest; 0 stands outside.

    Use it for what may be tilted, such as handwriting. Weak side: the means blur a little.

    Source: Simard, Steinkraus & Platt 2003, ICDAR.

    >>> import tiza as tz
    >>> RandomRotation(10.0)(tz.ones((2, 1, 4, 4))).shape
    (2, 1, 4, 4)
    """

    def __init__(self, degrees: float = 10.0) -> None:
        super().__init__()
        if not degrees >= 0:
            raise ArgumentError(
                "penalty-negative", layer="RandomRotation", name="degrees", got=degrees
            )
        self.degrees = degrees

    def changed(self, x: Tensor) -> Tensor:
        """x turned."""
        most = math.radians(self.degrees)
        return rotated(x, random.uniform((x.shape[0],), -most, most, dtype=x.dtype))

    def extra_repr(self) -> str:
        """How far."""
        return f"degrees={self.degrees}"


class Cutout(_Augment):
    """A square of side `length` set to 0 in each picture, about a point drawn from all of it.

    The square may reach over the edge, so that less is lost. Makes a network look at all parts.

    Weak side: a hole over small objects hides them.

    Source: DeVries & Taylor 2017, arXiv:1708.04552, section 3.2.

    >>> import tiza as tz
    >>> Cutout(2)(tz.ones((3, 1, 4, 4))).shape
    (3, 1, 4, 4)
    """

    def __init__(self, length: int = 8) -> None:
        super().__init__()
        self.length = size("Cutout", "length", length)

    def changed(self, x: Tensor) -> Tensor:
        """x with a hole in each picture."""
        h, w = x.shape[2:]
        top, left = (_whole(x, 0, n) - float(self.length // 2) for n in (h, w))
        hole = boxed(x, top, left, top + float(self.length), left + float(self.length))
        return where(hole, as_tensor(0.0, x.dtype), x)

    def extra_repr(self) -> str:
        """The side."""
        return f"length={self.length}"


def rotated(x: Any, radians: Any) -> Tensor:
    """Pictures turned counter-clockwise about their middles, by bilinear means; 0 outside.

    Shapes: x (n, c, h, w), radians (n) → (n, c, h, w).

    >>> rotated([[[[1.0, 2.0], [3.0, 4.0]]]], [math.pi / 2]).numpy().round(3).tolist()
    [[[[2.0, 4.0], [1.0, 3.0]]]]
    """
    pictures = as_tensor(x)
    theta = reshape(as_tensor(radians, pictures.dtype), (-1, 1, 1))
    rows, columns = _places(pictures, pictures.shape[2:])
    middle = [(n - 1) / 2 for n in pictures.shape[2:]]
    down, right = rows - middle[0], columns - middle[1]
    # where each entry comes from: the other way round
    return sampled(pictures, down * cos(theta) + right * sin(theta) + middle[0],
                   right * cos(theta) - down * sin(theta) + middle[1])  # fmt: skip


def sampled(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The values of pictures at any places: bilinear means of the four nearest; 0 outside.

    y = Σ over the corners (i, j) of (1 − |r − i|)(1 − |s − j|) x[i, j].

    Shapes: x (n, c, h, w); rows, columns broadcast to (n, h', w') → (n, c, h', w').

    >>> sampled(as_tensor([[[[1.0, 3.0]]]]), as_tensor([[[0.0]]]), as_tensor([[[0.5]]])).tolist()
    [[[[2.0]]]]
    """
    n, c, h, w = x.shape
    shape = np.broadcast_shapes((n, 1, 1), rows.shape, columns.shape)
    rows, columns = broadcast_to(rows, shape), broadcast_to(columns, shape)
    flat = reshape(x, (n, c, h * w))
    top, left = floor(rows), floor(columns)
    corners = []
    for i in (0.0, 1.0):
        for j in (0.0, 1.0):
            y, z = top + i, left + j
            inside = (y >= 0.0) & (y <= h - 1.0) & (z >= 0.0) & (z <= w - 1.0)
            place = clip(y, 0.0, h - 1.0) * float(w) + clip(z, 0.0, w - 1.0)
            weight = (1.0 - abs(rows - y)) * (1.0 - abs(columns - z))
            weight = where(inside, weight, as_tensor(0.0, x.dtype))
            index = reshape(astype(place, int64), (n, 1, -1))
            corners.append(take_along_axis(flat, index, axis=2) * reshape(weight, (n, 1, -1)))
    a, b, d, e = corners
    return reshape(a + b + d + e, (n, c, *shape[1:]))


def boxed(x: Tensor, top: Tensor, left: Tensor, bottom: Tensor, right: Tensor) -> Tensor:
    """True inside a box of each picture, whose sides are given as (n, 1, 1) or numbers.

    Shapes: x (n, c, h, w) → (n or 1, 1, h, w).
    """
    rows, columns = _places(x, x.shape[2:])
    inside = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
    return reshape(inside, (-1, 1, *x.shape[2:]))


def share(layer: str, name: str, value: float) -> float:
    """A number from 0 to 1."""
    if not 0 <= value <= 1:
        raise ArgumentError("share-range", layer=layer, name=name, got=value)
    return value


def _size(layer: str, value: int, least: int, name: str = "size") -> int:
    return size(layer, name, value, least)


def _places(x: Tensor, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Rows (1, h, 1) and columns (1, 1, w), as numbers of the type of x."""
    rows, columns = (np.arange(n, dtype=x.dtype) for n in shape)
    return as_tensor(rows[None, :, None]), as_tensor(columns[None, None, :])


def _whole(x: Tensor, low: int, high: int) -> Tensor:
    """A whole number from low to high − 1 for each picture, (n, 1, 1)."""
    return astype(random.randint(low, high, (x.shape[0], 1, 1)), x.dtype)


def _steps(x: Tensor, low: int, high: int) -> tuple[Tensor, Tensor]:
    return _whole(x, low, high), _whole(x, low, high)
