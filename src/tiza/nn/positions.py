"""Where a token stands, told to a network that sees no order: sinusoids and rotations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.manipulation import concat
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.layers import size
from tiza.nn.module import Module

Array = np.ndarray[Any, Any]


def _angles(steps: int, dim: int, base: float, offset: int = 0) -> Array:
    """Position times frequency base^(−2i/d), (t, d/2)."""
    frequency = base ** (-np.arange(0, dim, 2) / dim)
    return np.outer(np.arange(offset, offset + steps), frequency)


def _even(layer: str, dim: int) -> int:
    if size(layer, "dim", dim, least=2) % 2:
        raise ArgumentError("positions-odd", layer=layer, got=dim)
    return int(dim)


def sinusoids(steps: int, dim: int, base: float = 10000.0, dtype: Any = np.float32) -> Tensor:
    """PE[t, 2i] = sin(t / base^(2i/d)), PE[t, 2i + 1] = cos(t / base^(2i/d)).

    Shapes: (t, d).
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5.

    >>> sinusoids(1, 4).tolist()
    [[0.0, 1.0, 0.0, 1.0]]
    """
    angles = _angles(steps, _even("sinusoids", dim), base)
    pairs = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return as_tensor(pairs.reshape(steps, dim).astype(dtype))


def rotary(input: Any, base: float = 10000.0, offset: int = 0, interleaved: bool = True) -> Tensor:
    """Each pair of entries turned by an angle t·base^(−2i/d), so that ⟨q, k⟩ sees t_q − t_k.

    x′₂ᵢ = x₂ᵢ cos a − x₂ᵢ₊₁ sin a,  x′₂ᵢ₊₁ = x₂ᵢ sin a + x₂ᵢ₊₁ cos a. Not `interleaved`, the
    pairs are (i, i + d/2). `offset` is the position of the first row (for generation).

    Shapes: x (*n, t, d) → the same.
    Source: Su et al. 2021, arXiv:2104.09864, eq. 34.

    >>> rotary([[1.0, 0.0]]).tolist()
    [[1.0, 0.0]]
    """
    x = as_tensor(input)
    if x.ndim < 2:
        raise ShapeError("positions-rank", got=x.shape)
    steps, dim = x.shape[-2], _even("rotary", x.shape[-1])
    angles = _angles(steps, dim, base, offset)
    cos, sin = as_tensor(np.cos(angles).astype(x.dtype)), as_tensor(np.sin(angles).astype(x.dtype))
    half = (*x.shape[:-1], dim // 2)
    if interleaved:
        pairs = make(P["reshape"], x, shape=(*half, 2))
        a, b = pairs[..., 0], pairs[..., 1]
    else:
        a, b = x[..., : dim // 2], x[..., dim // 2 :]
    turned = [a * cos - b * sin, a * sin + b * cos]
    if not interleaved:
        return concat(turned, axis=-1)
    columns = [make(P["reshape"], y, shape=(*half, 1)) for y in turned]
    return make(P["reshape"], concat(columns, axis=-1), shape=x.shape)


class SinusoidalPositions(Module):
    """y = x + PE, the table of sinusoids for the positions 0, 1, …; it learns nothing.

    Shapes: x (n, t, d), or (t, n, d) with batch_first=False → the same.
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.SinusoidalPositions(4)(tz.zeros((1, 1, 4))).tolist()
    [[[0.0, 1.0, 0.0, 1.0]]]
    """

    def __init__(self, dim: int, base: float = 10000.0, batch_first: bool = True) -> None:
        super().__init__()
        self.dim, self.base = _even("SinusoidalPositions", dim), base
        self.batch_first = batch_first

    def forward(self, input: Any) -> Tensor:
        """x with its positions added."""
        x = as_tensor(input)
        if x.ndim not in (2, 3) or x.shape[-1] != self.dim:
            raise ShapeError("positions-width", got=x.shape, dim=self.dim)
        middle = x.ndim == 3 and not self.batch_first
        steps = x.shape[0] if middle else x.shape[-2]
        table = sinusoids(steps, self.dim, self.base, x.dtype)
        return x + (make(P["reshape"], table, shape=(steps, 1, self.dim)) if middle else table)

    def extra_repr(self) -> str:
        """The width."""
        return f"{self.dim}"


class RotaryPositions(Module):
    """Queries and keys turned by their positions; see `nn.functional.rotary`.

    Shapes: x (*n, t, d) → the same.
    Source: Su et al. 2021, arXiv:2104.09864.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.RotaryPositions(2)(tz.ones((1, 2))).tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, dim: int, base: float = 10000.0, interleaved: bool = True) -> None:
        super().__init__()
        self.dim, self.base = _even("RotaryPositions", dim), base
        self.interleaved = interleaved

    def forward(self, input: Any, offset: int = 0) -> Tensor:
        """x turned; the first row stands at position `offset`."""
        x = as_tensor(input)
        if x.ndim < 2 or x.shape[-1] != self.dim:
            raise ShapeError("positions-width", got=x.shape, dim=self.dim)
        return rotary(x, self.base, offset, self.interleaved)

    def extra_repr(self) -> str:
        """The width."""
        return f"{self.dim}"
