"""Images made larger or smaller by interpolation: along each axis a linear map of its entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.adaptive import along, averaging
from tiza.nn.module import Module
from tiza.nn.spatial import each, reshape

Array = np.ndarray[Any, Any]
Sizes = int | Sequence[int]
Scales = float | Sequence[float]
KNOWN = {  # how many axes each mode takes
    "nearest": (1, 2, 3), "nearest-exact": (1, 2, 3), "linear": (1,), "bilinear": (2,),
    "bicubic": (2,), "trilinear": (3,), "area": (1, 2, 3),
}  # fmt: skip
SMOOTH = ("linear", "bilinear", "trilinear", "bicubic")


def _sources(n: int, m: int, ratio: float, align_corners: bool) -> Array:
    """Where, between the n entries, each of the m new ones lies."""
    if align_corners:
        return np.arange(m) * ((n - 1) / (m - 1) if m > 1 else 0.0)
    return (np.arange(m) + 0.5) * ratio - 0.5


def _linear(n: int, m: int, ratio: float, align_corners: bool) -> Array:
    """Each new entry on the line between its two neighbours."""
    at = np.maximum(_sources(n, m, ratio, align_corners), 0)
    left = np.minimum(np.floor(at).astype(int), n - 1)
    share = np.where(left < n - 1, at - left, 0.0)
    matrix = np.zeros((m, n))
    np.add.at(matrix, (np.arange(m), left), 1 - share)
    np.add.at(matrix, (np.arange(m), np.minimum(left + 1, n - 1)), share)
    return matrix


def _cubic(n: int, m: int, ratio: float, align_corners: bool) -> Array:
    """Each new entry on the cubic through four neighbours (Keys 1981, with a = −0.75)."""
    a = -0.75
    at = _sources(n, m, ratio, align_corners)
    left = np.floor(at).astype(int)
    matrix = np.zeros((m, n))
    for k in range(-1, 3):
        t = np.abs(at - left - k)
        near = ((a + 2) * t - (a + 3)) * t * t + 1
        far = ((t - 5) * t + 8) * t * a - 4 * a
        weight = np.where(t <= 1, near, far)
        np.add.at(matrix, (np.arange(m), np.clip(left + k, 0, n - 1)), weight)
    return matrix


def _antialiased(n: int, m: int, ratio: float, align_corners: bool, *, cubic: bool) -> Array:
    """Each new entry a mean of all old ones under a filter as wide as one step, as PIL's."""
    if align_corners:
        ratio = (n - 1) / (m - 1) if m > 1 else 0.0
    wide = max(ratio, 1.0)
    support = (2 if cubic else 1) * wide
    center = ratio * (np.arange(m)[:, None] + 0.5)
    first = np.maximum((center - support + 0.5).astype(int), 0)
    last = np.minimum((center + support + 0.5).astype(int), n)
    at = np.arange(n)[None]
    t = np.abs((at - center + 0.5) / wide)
    if cubic:
        a = -0.5
        near = ((a + 2) * t - (a + 3)) * t * t + 1
        far = ((t - 5) * t + 8) * t * a - 4 * a
        weight = np.where(t < 1, near, np.where(t < 2, far, 0.0))
    else:
        weight = np.maximum(1 - t, 0)
    weight = np.where((at >= first) & (at < last), weight, 0.0)
    total = weight.sum(axis=1, keepdims=True)
    found: Array = weight / np.where(total == 0, 1.0, total)
    return found


def _nearest(n: int, m: int, ratio: float, shift: float) -> Array:
    """Which entry stands for each new one; in float32, as PyTorch counts."""
    place = np.float32(ratio) * (np.arange(m, dtype=np.float32) + np.float32(shift))
    found: Array = np.minimum(np.floor(place).astype(int), n - 1)
    return found


def _picked(x: Tensor, axis: int, places: Array) -> Tensor:
    """The entries at `places` along an axis; whole-number enlargement repeats them."""
    n, m = x.shape[axis], len(places)
    if m == n and (places == np.arange(n)).all():
        return x
    if m % n == 0 and (places == np.arange(m) // (m // n)).all():
        lead, rest = x.shape[: axis + 1], x.shape[axis + 1 :]
        column = reshape(x, (*lead, 1, *rest))
        wide = make(PRIMITIVES["broadcast_to"], column, shape=(*lead, m // n, *rest))
        return reshape(wide, (*x.shape[:axis], m, *rest))
    return make(PRIMITIVES["take"], x, as_tensor(places), axis=axis)


MATRICES: dict[str, Callable[..., Array]] = {
    "linear": _linear, "bilinear": _linear, "trilinear": _linear, "bicubic": _cubic,
}  # fmt: skip


def _scales(layer: str, scale_factor: Any, axes: int) -> tuple[float, ...]:
    given = scale_factor if isinstance(scale_factor, Sequence) else (scale_factor,)
    many = tuple(given) * axes if len(given) == 1 else tuple(given)
    good = all(isinstance(s, int | float | np.number) and s > 0 for s in many)
    if len(many) != axes or not good:
        raise ArgumentError("resize-scale", layer=layer, got=repr(scale_factor), axes=axes)
    return tuple(float(s) for s in many)


def check_mode(layer: str, mode: str, align_corners: bool | None, axes: int | None = None) -> None:
    """Refuse a mode that is unknown, or not for that many axes."""
    if mode not in KNOWN or (axes is not None and axes not in KNOWN[mode]):
        known = [name for name, some in KNOWN.items() if axes is None or axes in some]
        raise ArgumentError("resize-mode", layer=layer, got=mode, axes=axes or "1, 2, 3",
                            known=", ".join(known))  # fmt: skip
    if align_corners is not None and mode not in SMOOTH:
        raise ArgumentError("resize-corners", layer=layer, mode=mode)


def interpolate(input: Any, size: Sizes | None = None, scale_factor: Scales | None = None,
                mode: str = "nearest", align_corners: bool | None = None,
                recompute_scale_factor: bool | None = None,
                antialias: bool = False) -> Tensor:  # fmt: skip
    """Resize the axes after the channels to `size`, or by `scale_factor`.

    Along each axis y = A x, where A's row i weighs the entries near place
    (i + ½) n/m − ½ (or i (n − 1)/(m − 1) with `align_corners`): one of them ("nearest",
    "nearest-exact"), two ("linear", "bilinear", "trilinear"), four ("bicubic"), or the mean
    of a window ("area"). With `antialias` ("bilinear", "bicubic") the window grows as an image
    shrinks, so that no entry is passed over.

    Shapes: x (N, C, *image) → (N, C, *size).
    Errors: ArgumentError for a mode that does not fit, and unless one of the sizes is given.
    Source: PyTorch's conventions; Keys 1981, IEEE Trans. ASSP 29(6) for the cubic.

    >>> interpolate([[[1.0, 3.0]]], scale_factor=2).tolist()
    [[[1.0, 1.0, 3.0, 3.0]]]
    >>> interpolate([[[1.0, 3.0]]], size=4, mode="linear").tolist()
    [[[1.0, 1.5, 2.5, 3.0]]]
    """
    name = "interpolate"
    x = as_tensor(input)
    axes = x.ndim - 2
    if axes not in (1, 2, 3):
        raise ShapeError("resize-axes", layer=name, got=x.shape)
    check_mode(name, mode, align_corners, axes)
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ArgumentError("resize-antialias", mode=mode)
    image = x.shape[2:]
    goal, ratios = _goal(name, image, size, scale_factor, bool(recompute_scale_factor))
    if mode == "nearest" and axes == 2 and goal == image:
        return x  # PyTorch copies then, whatever the scale
    for k, (n, m, ratio) in enumerate(zip(image, goal, ratios, strict=True)):
        if mode in MATRICES:
            matrix = partial(_antialiased, cubic=mode == "bicubic") if antialias else MATRICES[mode]
            if n != m or ratio != 1:
                x = along(x, 2 + k, matrix(n, m, ratio, bool(align_corners)))
        elif mode == "area":
            x = along(x, 2 + k, averaging(n, m))
        else:
            x = _picked(x, 2 + k, _nearest(n, m, ratio, 0.5 if mode == "nearest-exact" else 0.0))
    return x


def _goal(layer: str, image: tuple[int, ...], size: Any, scale_factor: Any,
          recompute: bool) -> tuple[tuple[int, ...], list[float]]:  # fmt: skip
    """The new size, and how many old entries one step takes along each axis."""
    axes = len(image)
    if (size is None) == (scale_factor is None):
        raise ArgumentError("resize-one", layer=layer)
    scales = None
    if size is not None:
        goal = each(layer, "size", size, axes, 1)
    else:
        scales = _scales(layer, scale_factor, axes)
        goal = tuple(int(np.floor(n * s)) for n, s in zip(image, scales, strict=True))
    if min(goal) < 1 or min(image) < 1:
        raise ArgumentError("resize-empty", layer=layer, image=image, size=goal)
    if scales is None or recompute:
        return goal, [n / m for n, m in zip(image, goal, strict=True)]
    return goal, [1 / s for s in scales]


def upsample(input: Any, size: Sizes | None = None, scale_factor: Scales | None = None,
             mode: str = "nearest", align_corners: bool | None = None) -> Tensor:  # fmt: skip
    """The older name of `interpolate`.

    >>> upsample([[[1.0, 3.0]]], scale_factor=2).shape
    (1, 1, 4)
    """
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Sizes | None = None,
                     scale_factor: Scales | None = None) -> Tensor:  # fmt: skip
    """`interpolate` with every entry repeated.

    >>> upsample_nearest([[[1.0, 3.0]]], scale_factor=2).tolist()
    [[[1.0, 1.0, 3.0, 3.0]]]
    """
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Any, size: Sizes | None = None,
                      scale_factor: Scales | None = None) -> Tensor:  # fmt: skip
    """`interpolate` along lines between pixels, corners on corners.

    >>> upsample_bilinear([[[[1.0, 3.0]]]], size=(1, 3)).tolist()
    [[[[1.0, 2.0, 3.0]]]]
    """
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)


class Upsample(Module):
    """Images made larger (or smaller); see `nn.functional.interpolate`.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Upsample(scale_factor=2, mode="bilinear")(tz.zeros((1, 3, 4, 5))).shape
    (1, 3, 8, 10)
    """

    def __init__(self, size: Sizes | None = None, scale_factor: Scales | None = None,
                 mode: str = "nearest", align_corners: bool | None = None,
                 recompute_scale_factor: bool | None = None) -> None:  # fmt: skip
        super().__init__()
        name = type(self).__name__
        if (size is None) == (scale_factor is None):
            raise ArgumentError("resize-one", layer=name)
        check_mode(name, mode, align_corners)
        self.size = size
        self.scale_factor: float | tuple[float, ...] | None = (
            tuple(float(s) for s in scale_factor) if isinstance(scale_factor, Sequence)
            else None if scale_factor is None else float(scale_factor)
        )  # fmt: skip
        self.mode, self.align_corners = mode, align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Any) -> Tensor:
        """The resized images."""
        return interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners,
                           self.recompute_scale_factor)  # fmt: skip

    def extra_repr(self) -> str:
        """The size or factor, and the mode."""
        size = f"size={self.size}" if self.scale_factor is None else \
            f"scale_factor={self.scale_factor}"  # fmt: skip
        return f"{size}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Every pixel repeated: `Upsample` with mode "nearest".

    >>> from tiza import nn
    >>> nn.UpsamplingNearest2d(scale_factor=2)([[[[1.0]]]]).tolist()
    [[[[1.0, 1.0], [1.0, 1.0]]]]
    """

    def __init__(self, size: Sizes | None = None, scale_factor: Scales | None = None) -> None:
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """Lines between pixels, corners on corners: mode "bilinear" with align_corners.

    >>> from tiza import nn
    >>> nn.UpsamplingBilinear2d(size=(1, 3))([[[[1.0, 3.0]]]]).tolist()
    [[[[1.0, 2.0, 3.0]]]]
    """

    def __init__(self, size: Sizes | None = None, scale_factor: Scales | None = None) -> None:
        super().__init__(size, scale_factor, "bilinear", align_corners=True)
