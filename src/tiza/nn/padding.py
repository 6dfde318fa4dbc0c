"""Padding layers: each axis made longer, as `nn.functional.pad` does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from tiza.errors import ArgumentError, ShapeError
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn.module import Module
from tiza.nn.pad import pad
from tiza.nn.spatial import whole

Sides = int | Sequence[int]


class _Pad(Module):
    axes: ClassVar[int]
    mode: ClassVar[str] = "constant"
    value: float = 0.0

    def __init__(self, padding: Sides) -> None:
        super().__init__()
        sides: tuple[Any, ...] = (
            tuple(padding) if isinstance(padding, Sequence) else (padding,) * (2 * self.axes)
        )
        if len(sides) != 2 * self.axes or not all(whole(n) for n in sides):
            raise ArgumentError("pad-layer", layer=type(self).__name__, got=repr(padding),
                                count=2 * self.axes)  # fmt: skip
        self.padding = tuple(int(n) for n in sides)

    def forward(self, input: Any) -> Tensor:
        """x with longer axes; negative numbers shorten them."""
        x = as_tensor(input)
        if self.mode != "constant" and x.ndim not in (self.axes + 1, self.axes + 2):
            raise ShapeError("image-axes", layer=type(self).__name__, got=x.shape, axes=self.axes,
                             batched=self.axes + 2, single=self.axes + 1)  # fmt: skip
        return pad(x, self.padding, self.mode, self.value if self.mode == "constant" else None)

    def extra_repr(self) -> str:
        """How far each side."""
        return f"{self.padding}"


class _ConstantPad(_Pad):
    def __init__(self, padding: Sides, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        """How far each side, and with what."""
        return f"padding={self.padding}, value={self.value}"


class ZeroPad1d(_Pad):
    """Zeros before and after the last axis: padding is one number, or (left, right).

    >>> from tiza import nn
    >>> nn.ZeroPad1d((1, 2))([[1.0]]).tolist()
    [[0.0, 1.0, 0.0, 0.0]]
    """

    axes = 1


class ZeroPad2d(_Pad):
    """Zeros around images: padding is one number, or (left, right, top, bottom).

    >>> from tiza import nn
    >>> nn.ZeroPad2d((1, 0, 0, 1))([[[1.0]]]).tolist()
    [[[0.0, 1.0], [0.0, 0.0]]]
    """

    axes = 2


class ZeroPad3d(_Pad):
    """Zeros around volumes: one number, or (left, right, top, bottom, front, back)."""

    axes = 3


class ConstantPad1d(_ConstantPad):
    """One value before and after the last axis.

    >>> from tiza import nn
    >>> nn.ConstantPad1d(1, 9.0)([[1.0]]).tolist()
    [[9.0, 1.0, 9.0]]
    """

    axes = 1


class ConstantPad2d(_ConstantPad):
    """One value around images: padding is one number, or (left, right, top, bottom)."""

    axes = 2


class ConstantPad3d(_ConstantPad):
    """One value around volumes."""

    axes = 3


class ReflectionPad1d(_Pad):
    """The mirror image at both ends; the edge itself is not repeated.

    >>> from tiza import nn
    >>> nn.ReflectionPad1d(1)([[1.0, 2.0, 3.0]]).tolist()
    [[2.0, 1.0, 2.0, 3.0, 2.0]]
    """

    axes, mode = 1, "reflect"


class ReflectionPad2d(_Pad):
    """The mirror image around images; the edge itself is not repeated."""

    axes, mode = 2, "reflect"


class ReflectionPad3d(_Pad):
    """The mirror image around volumes; the edge itself is not repeated."""

    axes, mode = 3, "reflect"


class ReplicationPad1d(_Pad):
    """The first and last entries repeated.

    >>> from tiza import nn
    >>> nn.ReplicationPad1d((2, 0))([[1.0, 2.0]]).tolist()
    [[1.0, 1.0, 1.0, 2.0]]
    """

    axes, mode = 1, "replicate"


class ReplicationPad2d(_Pad):
    """The edge of images repeated."""

    axes, mode = 2, "replicate"


class ReplicationPad3d(_Pad):
    """The edge of volumes repeated."""

    axes, mode = 3, "replicate"


class CircularPad1d(_Pad):
    """The other end: the axis goes round.

    >>> from tiza import nn
    >>> nn.CircularPad1d(1)([[1.0, 2.0, 3.0]]).tolist()
    [[3.0, 1.0, 2.0, 3.0, 1.0]]
    """

    axes, mode = 1, "circular"


class CircularPad2d(_Pad):
    """The other side of images: both axes go round."""

    axes, mode = 2, "circular"


class CircularPad3d(_Pad):
    """The other side of volumes: all three axes go round."""

    axes, mode = 3, "circular"
