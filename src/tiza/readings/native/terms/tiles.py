"""Pictures cut into tiles, transformed, multiplied, put together: what `winograd` is made of.

Every tile d is multiplied by one small matrix from both sides: L d Lᵀ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.graph.primitive import Primitive
from tiza.graph.types import DType, Shape

Matrix = tuple[tuple[float, ...], ...]
Ints = tuple[int, ...]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Own(Primitive):
    """A primitive that only the compiler makes: users neither write nor read it."""

    def __post_init__(self) -> None:
        """It is in no table."""


def _apart(x: Any, matrix: Matrix, step: int, low: Ints, tiles: Ints) -> Any:
    """(C, H, W, N) as (entries of a transformed tile, C, tiles · N); zeros around pictures."""
    left = np.array(matrix, x.dtype)
    size = left.shape[1]
    far = [(t - 1) * step + size - a for t, a in zip(tiles, low, strict=True)]
    sides = [(a, max(0, f - n)) for a, f, n in zip(low, far, x.shape[1:3], strict=True)]
    wide = np.pad(x, ((0, 0), *sides, (0, 0)))
    rows, columns = (np.arange(t)[:, None] * step + np.arange(size) for t in tiles)
    seen = wide[:, rows][:, :, :, columns]  # (C, th, size, tw, size, N)
    made = np.einsum("ia,jb,cuavbn->ijcuvn", left, left, seen)
    return made.reshape(len(left) ** 2, x.shape[0], -1)


def _together(m: Any, matrix: Matrix, tiles: Ints, shape: Ints) -> Any:
    """(entries of a tile, C, tiles · N) as (C, H, W, N), transformed tiles side by side."""
    left = np.array(matrix, m.dtype)
    (rows, side), (high, wide) = left.shape, tiles
    seen = m.reshape(side, side, m.shape[1], high, wide, -1)
    made = np.einsum("pi,qj,ijcuvn->cupvqn", left, left, seen)
    whole = made.reshape(m.shape[1], high * rows, wide * rows, -1)
    return whole[:, : shape[0], : shape[1]]


def _slid(x: Any, u: Any, *bias: Any, after: Matrix, before: Matrix, low: Ints, tiles: Ints,
          shape: Ints, relu: bool) -> Any:  # fmt: skip
    y = _together(u @ _apart(x, before, len(after), low, tiles), after, tiles, shape)
    for b in bias:
        y = y + b[:, None, None, None]
    return np.maximum(y, 0) if relu else y


def _learned(
    e: Any, x: Any, *tables: Any, after: Matrix, before: Matrix, low: Ints, tiles: Ints
) -> Any:
    v = _apart(x, before, len(after), low, tiles)
    turned = tuple(zip(*after, strict=True))
    return _apart(e, turned, len(after), (0, 0), tiles) @ v.swapaxes(1, 2)


def _apart_infer(x: Node, matrix: Matrix, step: int, low: Ints, tiles: Ints) -> tuple[Shape, DType]:
    return (len(matrix) ** 2, x.shape[0], math.prod(tiles) * x.shape[3]), x.dtype


def _together_infer(m: Node, matrix: Matrix, tiles: Ints, shape: Ints) -> tuple[Shape, DType]:
    return (m.shape[1], *shape, m.shape[2] // math.prod(tiles)), m.dtype


def _slid_infer(x: Node, u: Node, *bias: Node, shape: Ints, **attrs: Any) -> tuple[Shape, DType]:
    return (u.shape[1], *shape, x.shape[3]), x.dtype


def _learned_infer(
    e: Node, x: Node, *tables: Node, before: Matrix, **attrs: Any
) -> tuple[Shape, DType]:
    return (len(before) ** 2, e.shape[0], x.shape[0]), x.dtype


apart = Own(name="apart", family="tiles", value=_apart, infer=_apart_infer)
together = Own(name="together", family="tiles", value=_together, infer=_together_infer)
# together(u @ apart(x)): a convolution; a bias is added, ReLU taken, where that is asked for
slid = Own(name="slid", family="tiles", value=_slid, infer=_slid_infer)
# apart(e) @ apart(x)ᵀ: what its kernel learns from the gradient e
learned = Own(name="learned", family="tiles", value=_learned, infer=_learned_infer)
