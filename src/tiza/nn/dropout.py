"""Layers that drop whole channels, or keep mean and variance while they drop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from tiza.lang.tensor import Tensor
from tiza.nn import drop
from tiza.nn.module import Module


class _Dropout(Module):
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        drop.check_p(type(self).__name__, p)
        self.p, self.inplace = p, inplace

    def forward(self, input: Any) -> Tensor:
        """Something dropped in training; x itself otherwise."""
        return type(self).function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout1d(_Dropout):
    """In training, each channel of (N, C, L) becomes 0 with probability p.

    >>> from tiza import nn
    >>> nn.Dropout1d().eval()([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    function = drop.dropout1d


class Dropout2d(_Dropout):
    """In training, each channel of (N, C, H, W) becomes 0 with probability p.

    Source: Tompson et al. 2015, arXiv:1411.4280.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Dropout2d(0.2)(tz.zeros((2, 3, 4, 4))).shape
    (2, 3, 4, 4)
    """

    function = drop.dropout2d


class Dropout3d(_Dropout):
    """In training, each channel of (N, C, D, H, W) becomes 0 with probability p."""

    function = drop.dropout3d


class AlphaDropout(_Dropout):
    """Dropout for networks of SELU, which keeps mean 0 and variance 1.

    Source: Klambauer et al. 2017, arXiv:1706.02515; see `nn.functional.alpha_dropout`.
    """

    function = drop.alpha_dropout


class FeatureAlphaDropout(_Dropout):
    """As `AlphaDropout`, for whole channels."""

    function = drop.feature_alpha_dropout
