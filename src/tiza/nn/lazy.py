"""Layers that learn the size of their input from the first batch."""

from __future__ import annotations

from inspect import Signature, signature
from typing import Any, ClassVar

import numpy as np

from tiza.errors import ArgumentError
from tiza.lang.arrays import default_dtype
from tiza.lang.tensor import as_tensor
from tiza.nn import convolution, layers, normalization
from tiza.nn.module import Module


class Lazy(Module):
    """A layer without parameters that becomes one of class `becomes` when first called.

    Give the parameters to an optimizer only after that: until then there are none.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> layer = nn.LazyLinear(3); _ = layer(tz.zeros((2, 5))); layer
    Linear(in_features=5, out_features=3, bias=True)
    """

    becomes: ClassVar[type[Module]]
    axis: ClassVar[int] = 1  # of the input, whose size is to be learned
    own: ClassVar[dict[str, Any]] = {}  # defaults that are not those of `becomes`
    takes: ClassVar[Signature]
    unbatched: ClassVar[int] = 0  # how many axes an input without batch has, where it may

    def __init_subclass__(cls) -> None:
        given = list(signature(cls.becomes).parameters.values())[1:]
        cls.takes = Signature([p.replace(default=cls.own.get(p.name, p.default)) for p in given])
        cls.__signature__ = cls.takes  # type: ignore[attr-defined]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        given = self.takes.bind(*args, **kwargs).arguments
        self._given = {**self.own, **given}
        # what casts a model casts this, too, so that the type is known at the first call
        self.register_buffer("_kind", as_tensor(np.zeros(0, default_dtype())), persistent=False)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Become the layer that fits the input, and be that."""
        x = as_tensor(args[0] if args else next(iter(kwargs.values())))
        axis = self.axis - (x.ndim == self.unbatched)
        if not x.ndim or axis >= x.ndim:
            raise ArgumentError("lazy-input", kind=type(self).__name__, shape=x.shape)
        becomes: Any = self.becomes
        given, training, label = self._given, self.training, self._label
        kind = self._kind.dtype
        self.__dict__.clear()
        self.__class__ = becomes
        becomes.__init__(self, x.shape[axis], **given)
        self.to(kind).train(training)
        self._called(label)
        return self(*args, **kwargs)


class LazyLinear(Lazy):
    """`Linear` that reads its number of input features from the first batch."""

    becomes = layers.Linear
    axis = -1


class LazyConv1d(Lazy):
    """`Conv1d` that reads its number of input channels from the first batch."""

    becomes = convolution.Conv1d
    unbatched = 2


class LazyConv2d(Lazy):
    """`Conv2d` that reads its number of input channels from the first batch."""

    becomes = convolution.Conv2d
    unbatched = 3


class LazyConv3d(Lazy):
    """`Conv3d` that reads its number of input channels from the first batch."""

    becomes = convolution.Conv3d
    unbatched = 4


class LazyConvTranspose1d(Lazy):
    """`ConvTranspose1d` that reads its number of input channels from the first batch."""

    becomes = convolution.ConvTranspose1d
    unbatched = 2


class LazyConvTranspose2d(Lazy):
    """`ConvTranspose2d` that reads its number of input channels from the first batch."""

    becomes = convolution.ConvTranspose2d
    unbatched = 3


class LazyConvTranspose3d(Lazy):
    """`ConvTranspose3d` that reads its number of input channels from the first batch."""

    becomes = convolution.ConvTranspose3d
    unbatched = 4


class LazyBatchNorm1d(Lazy):
    """`BatchNorm1d` that reads its number of input channels from the first batch."""

    becomes = normalization.BatchNorm1d


class LazyBatchNorm2d(Lazy):
    """`BatchNorm2d` that reads its number of input channels from the first batch."""

    becomes = normalization.BatchNorm2d


class LazyBatchNorm3d(Lazy):
    """`BatchNorm3d` that reads its number of input channels from the first batch."""

    becomes = normalization.BatchNorm3d


class LazyInstanceNorm1d(Lazy):
    """`InstanceNorm1d` that reads its number of input channels from the first batch."""

    becomes = normalization.InstanceNorm1d
    own: ClassVar[dict[str, Any]] = {"affine": True, "track_running_stats": True}
    unbatched = 2


class LazyInstanceNorm2d(Lazy):
    """`InstanceNorm2d` that reads its number of input channels from the first batch."""

    becomes = normalization.InstanceNorm2d
    own: ClassVar[dict[str, Any]] = {"affine": True, "track_running_stats": True}
    unbatched = 3


class LazyInstanceNorm3d(Lazy):
    """`InstanceNorm3d` that reads its number of input channels from the first batch."""

    becomes = normalization.InstanceNorm3d
    own: ClassVar[dict[str, Any]] = {"affine": True, "track_running_stats": True}
    unbatched = 4
