"""Pooling layers: each calls the function of `nn.functional` in its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from tiza.errors import ArgumentError
from tiza.lang.tensor import Tensor
from tiza.nn import adaptive, pool
from tiza.nn.adaptive import OutputSize, output_sizes
from tiza.nn.module import Module
from tiza.nn.pool import Sizes, check_divisor, pool_window
from tiza.nn.spatial import each


class _Pool(Module):
    """A layer without parameters; `shown` are the attributes that its repr says."""

    axes: ClassVar[int]
    shown: ClassVar[tuple[str, ...]]

    def _ask(self, kind: str, *args: Any) -> Any:
        where = adaptive if kind.startswith("adaptive") else pool
        return getattr(where, f"{kind}{self.axes}d")(*args)

    def extra_repr(self) -> str:
        """The arguments."""
        return ", ".join(f"{name}={getattr(self, name)}" for name in self.shown)


class _MaxPool(_Pool):
    shown = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
                 dilation: Sizes = 1, return_indices: bool = False,
                 ceil_mode: bool = False) -> None:  # fmt: skip
        super().__init__()
        pool_window(type(self).__name__, self.axes, kernel_size, stride, padding, dilation)
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input: Any) -> Any:
        """The maxima, and with `return_indices` their places."""
        return self._ask("max_pool", input, self.kernel_size, self.stride, self.padding,
                         self.dilation, self.ceil_mode, self.return_indices)  # fmt: skip


class MaxPool1d(_MaxPool):
    """The greatest entry of each window of a sequence; see `nn.functional.max_pool1d`.

    >>> from tiza import nn
    >>> nn.MaxPool1d(2)([[1.0, 3.0, 2.0, 0.0]]).tolist()
    [[3.0, 2.0]]
    """

    axes = 1


class MaxPool2d(_MaxPool):
    """The greatest entry of each window of an image; see `nn.functional.max_pool2d`.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.MaxPool2d(2)(tz.zeros((4, 3, 28, 28))).shape
    (4, 3, 14, 14)
    """

    axes = 2


class MaxPool3d(_MaxPool):
    """The greatest entry of each window of a volume; see `nn.functional.max_pool3d`."""

    axes = 3


class _AvgPool(_Pool):
    shown = ("kernel_size", "stride", "padding")
    divisor_override: int | None = None

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
                 ceil_mode: bool = False, count_include_pad: bool = True,
                 divisor_override: int | None = None) -> None:  # fmt: skip
        super().__init__()
        name = type(self).__name__
        pool_window(name, self.axes, kernel_size, stride, padding)
        check_divisor(name, divisor_override)
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Any) -> Tensor:
        """The means."""
        extra = () if self.axes == 1 else (self.divisor_override,)
        y: Tensor = self._ask("avg_pool", input, self.kernel_size, self.stride, self.padding,
                              self.ceil_mode, self.count_include_pad, *extra)  # fmt: skip
        return y


class AvgPool1d(_AvgPool):
    """The mean of each window of a sequence; see `nn.functional.avg_pool1d`.

    >>> from tiza import nn
    >>> nn.AvgPool1d(2)([[1.0, 3.0, 2.0, 0.0]]).tolist()
    [[2.0, 1.0]]
    """

    axes = 1

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0,
                 ceil_mode: bool = False, count_include_pad: bool = True) -> None:  # fmt: skip
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.kernel_size, self.stride, self.padding = (
            each("AvgPool1d", "", n, 1) for n in (self.kernel_size, self.stride, self.padding)
        )


class AvgPool2d(_AvgPool):
    """The mean of each window of an image; see `nn.functional.avg_pool2d`.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.AvgPool2d(3, stride=2, padding=1)(tz.zeros((4, 3, 28, 28))).shape
    (4, 3, 14, 14)
    """

    axes = 2


class AvgPool3d(_AvgPool):
    """The mean of each window of a volume; see `nn.functional.avg_pool3d`."""

    axes = 3


class _LPPool(_Pool):
    shown = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(self, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None,
                 ceil_mode: bool = False) -> None:  # fmt: skip
        super().__init__()
        pool_window(type(self).__name__, self.axes, kernel_size, stride)
        if not norm_type > 0:
            raise ArgumentError("pool-norm", layer=type(self).__name__, got=norm_type)
        self.norm_type, self.kernel_size, self.stride = norm_type, kernel_size, stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Any) -> Tensor:
        """The p-norms."""
        y: Tensor = self._ask("lp_pool", input, float(self.norm_type), self.kernel_size,
                              self.stride, self.ceil_mode)  # fmt: skip
        return y


class LPPool1d(_LPPool):
    """The p-norm of each window of a sequence; see `nn.functional.lp_pool1d`.

    >>> from tiza import nn
    >>> nn.LPPool1d(2, 2)([[3.0, 4.0]]).tolist()
    [[5.0]]
    """

    axes = 1


class LPPool2d(_LPPool):
    """The p-norm of each window of an image; see `nn.functional.lp_pool2d`."""

    axes = 2


class LPPool3d(_LPPool):
    """The p-norm of each window of a volume; see `nn.functional.lp_pool3d`."""

    axes = 3


class _MaxUnpool(_Pool):
    shown = ("kernel_size", "stride", "padding")

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None,
                 padding: Sizes = 0) -> None:  # fmt: skip
        super().__init__()
        w = pool_window(type(self).__name__, self.axes, kernel_size, stride, padding)
        self.kernel_size, self.stride, self.padding = w["size"], w["stride"], w["low"]

    def forward(self, input: Any, indices: Any, output_size: Sequence[int] | None = None) -> Tensor:
        """The maxima back where they were found."""
        y: Tensor = self._ask("max_unpool", input, indices, self.kernel_size, self.stride,
                              self.padding, output_size)  # fmt: skip
        return y


class MaxUnpool1d(_MaxUnpool):
    """Undoes `MaxPool1d(return_indices=True)`, as far as that can be undone.

    >>> from tiza import nn
    >>> y, places = nn.MaxPool1d(2, return_indices=True)([[1.0, 3.0, 2.0, 0.0]])
    >>> nn.MaxUnpool1d(2)(y, places).tolist()
    [[0.0, 3.0, 2.0, 0.0]]
    """

    axes = 1


class MaxUnpool2d(_MaxUnpool):
    """Undoes `MaxPool2d(return_indices=True)`, as far as that can be undone."""

    axes = 2


class MaxUnpool3d(_MaxUnpool):
    """Undoes `MaxPool3d(return_indices=True)`, as far as that can be undone."""

    axes = 3


class _AdaptiveAvg(_Pool):
    shown = ("output_size",)

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        output_sizes(type(self).__name__, output_size, self.axes)
        self.output_size = output_size

    def forward(self, input: Any) -> Tensor:
        """The means of windows that cover the input."""
        y: Tensor = self._ask("adaptive_avg_pool", input, self.output_size)
        return y


class AdaptiveAvgPool1d(_AdaptiveAvg):
    """Means of `output_size` windows; see `nn.functional.adaptive_avg_pool1d`."""

    axes = 1


class AdaptiveAvgPool2d(_AdaptiveAvg):
    """Means of windows that cover the image; see `nn.functional.adaptive_avg_pool2d`.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.AdaptiveAvgPool2d((1, None))(tz.zeros((4, 3, 7, 5))).shape
    (4, 3, 1, 5)
    """

    axes = 2


class AdaptiveAvgPool3d(_AdaptiveAvg):
    """Means of windows that cover the volume; see `nn.functional.adaptive_avg_pool3d`."""

    axes = 3


class _AdaptiveMax(_Pool):
    shown = ("output_size",)

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__()
        output_sizes(type(self).__name__, output_size, self.axes)
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input: Any) -> Any:
        """The maxima of windows that cover the input, and with `return_indices` their places."""
        return self._ask("adaptive_max_pool", input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMax):
    """Maxima of `output_size` windows; see `nn.functional.adaptive_max_pool1d`."""

    axes = 1


class AdaptiveMaxPool2d(_AdaptiveMax):
    """Maxima of windows that cover the image; see `nn.functional.adaptive_max_pool2d`.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.AdaptiveMaxPool2d(2)(tz.zeros((4, 3, 7, 5))).shape
    (4, 3, 2, 2)
    """

    axes = 2


class AdaptiveMaxPool3d(_AdaptiveMax):
    """Maxima of windows that cover the volume; see `nn.functional.adaptive_max_pool3d`."""

    axes = 3
