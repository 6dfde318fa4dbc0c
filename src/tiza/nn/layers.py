"""The first layers: affine maps, dropout, and changes of shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.calls import axis_of
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import functional as F
from tiza.nn import init
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter, retyped
from tiza.nn.state import floating, on_cpu


def size(layer: str, name: str, value: Any, least: int = 0) -> int:
    """A size given to a layer: a whole number, at least `least`."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        raise ArgumentError("layer-size", layer=layer, name=name, got=repr(value), least=least)
    return int(value)


def in_type(module: Module, dtype: Any, device: Any = None) -> None:
    """Give a new layer the type that its maker asked for.

    Errors: ArgumentError for a device that is not the processor, or a type that is none.
    """
    on_cpu(device)
    kind = floating(dtype)
    if kind is not None:
        for param in module.parameters():
            retyped(param, kind)


class Linear(Module):
    """Affine map y = xWᵀ + b.

    Shapes: x (*n, in) → y (*n, out); weight (out, in); bias (out).
    Source: PyTorch's names, layout and initial distribution, U(−1/√in, 1/√in).

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Linear(3, 2)(tz.zeros((4, 3))).shape
    (4, 2)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.in_features = size("Linear", "in_features", in_features)
        self.out_features = size("Linear", "out_features", out_features)
        shape = (self.out_features, self.in_features)
        self.weight = Parameter(init.fan_in_uniform(shape, in_features))
        self.bias = Parameter(init.fan_in_uniform(shape[:1], in_features)) if bias else None
        in_type(self, dtype, device)

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        for param in self.parameters():
            init.uniform_(param, -bound, bound)

    def forward(self, input: Any) -> Tensor:
        """xWᵀ + b."""
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes."""
        return (f"in_features={self.in_features}, out_features={self.out_features}, "
                f"bias={self.bias is not None}")  # fmt: skip


class Dropout(Module):
    """In training, each entry becomes 0 with probability p, and the others grow by 1/(1 − p).

    Source: Srivastava et al. 2014, JMLR 15.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ArgumentError("dropout-p", got=p)
        self.p, self.inplace = p, inplace

    def forward(self, input: Any) -> Tensor:
        """Some entries dropped in training; x itself otherwise."""
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}, inplace={self.inplace}"


class Identity(Module):
    """y = x. Takes any arguments, so that it can stand in for any layer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        del args, kwargs
        super().__init__()

    def forward(self, input: Any) -> Any:
        """x itself."""
        return input


class Flatten(Module):
    """The axes from `start_dim` to `end_dim` become one.

    Shapes: (n, a, b, …) → (n, ab…) by default.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Flatten()(tz.zeros((2, 3, 4))).shape
    (2, 12)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Any) -> Tensor:
        """The same entries with fewer axes."""
        x = as_tensor(input)
        first, last = axis_of(self.start_dim, x.ndim), axis_of(self.end_dim, x.ndim)
        if first > last:
            raise ArgumentError("flatten-order", start=self.start_dim, end=self.end_dim)
        middle = math.prod(x.shape[first : last + 1])
        shape = (*x.shape[:first], middle, *x.shape[last + 1 :])
        return make(PRIMITIVES["reshape"], x, shape=shape)

    def extra_repr(self) -> str:
        """The axes."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One axis becomes several; one of their sizes may be −1.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Unflatten(1, (3, 4))(tz.zeros((2, 12))).shape
    (2, 3, 4)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, input: Any) -> Tensor:
        """The same entries with more axes."""
        x = as_tensor(input)
        axis = axis_of(self.dim, x.ndim)
        known = math.prod(n for n in self.unflattened_size if n != -1)
        guess = x.shape[axis] // known if known else 0
        sizes = tuple(guess if n == -1 else n for n in self.unflattened_size)
        if math.prod(sizes) != x.shape[axis] or self.unflattened_size.count(-1) > 1:
            raise ShapeError("unflatten-size", got=self.unflattened_size, size=x.shape[axis],
                             axis=self.dim)  # fmt: skip
        shape = (*x.shape[:axis], *sizes, *x.shape[axis + 1 :])
        return make(PRIMITIVES["reshape"], x, shape=shape)

    def extra_repr(self) -> str:
        """The axis and its sizes."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
