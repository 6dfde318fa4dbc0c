"""Padding: the axes made longer by a value, a mirror image, the edge, or the other end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.spatial import joined, part, whole

Pair = tuple[int, int]


def _cropped(x: Tensor, axis: int, low: int, high: int) -> Tensor:
    """x without what negative paddings take away."""
    return part(x, axis, max(-low, 0), x.shape[axis] - max(-high, 0))


def _flipped(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    return make(PRIMITIVES["flip"], part(x, axis, start, stop), axes=(axis,))


def _reflect(x: Tensor, axis: int, low: int, high: int) -> list[Tensor]:
    n = x.shape[axis]
    if max(low, high) >= n:
        raise ShapeError("pad-reflect", axis=axis, n=n, got=max(low, high), most=max(n - 1, 0))
    before = [_flipped(x, axis, 1, low + 1)] if low > 0 else []
    after = [_flipped(x, axis, n - 1 - high, n - 1)] if high > 0 else []
    return [*before, _cropped(x, axis, low, high), *after]


def _replicate(x: Tensor, axis: int, low: int, high: int) -> list[Tensor]:
    n = x.shape[axis]
    if not n:
        raise ShapeError("pad-empty", axis=axis, shape=x.shape)

    def repeated(at: int, times: int) -> list[Tensor]:
        shape = tuple(times if i == axis else k for i, k in enumerate(x.shape))
        edge = part(x, axis, at, at + 1)
        return [make(PRIMITIVES["broadcast_to"], edge, shape=shape)] if times > 0 else []

    return [*repeated(0, low), _cropped(x, axis, low, high), *repeated(n - 1, high)]


def _circular(x: Tensor, axis: int, low: int, high: int) -> list[Tensor]:
    x = _cropped(x, axis, low, high)
    n = x.shape[axis]
    if max(low, high) > n:
        raise ShapeError("pad-circular", axis=axis, n=n, got=max(low, high))
    before = [part(x, axis, n - low, n)] if low > 0 else []
    after = [part(x, axis, 0, high)] if high > 0 else []
    return [*before, x, *after]


Rule = Callable[[Tensor, int, int, int], list[Tensor]]
MODES: dict[str, Rule] = {"reflect": _reflect, "replicate": _replicate, "circular": _circular}


def pad(input: Any, pad: Sequence[int], mode: str = "constant",
        value: float | None = None) -> Tensor:  # fmt: skip
    """Lengthen the last axes: `pad` is (before, after) of the last one, of the one before, …

    mode: "constant" (with `value`), "reflect" (mirrored at the edge, which is not repeated),
    "replicate" (the edge repeated) or "circular" (the other end). Negative numbers shorten.

    Errors: ArgumentError for another mode; ShapeError where the axis is too short for it.

    >>> pad([1.0, 2.0, 3.0], (1, 2)).tolist()
    [0.0, 1.0, 2.0, 3.0, 0.0, 0.0]
    >>> pad([[1.0, 2.0, 3.0]], (1, 2), mode="reflect").tolist()
    [[2.0, 1.0, 2.0, 3.0, 2.0, 1.0]]
    """
    x = as_tensor(input)
    pairs = _pairs(pad, x)
    if mode == "constant":
        return _constant(x, pairs, 0.0 if value is None else value)
    if mode not in MODES:
        raise ArgumentError("pad-mode", got=mode)
    if value:
        raise ArgumentError("pad-value", mode=mode, got=value)
    if len(pairs) > x.ndim - 1:
        raise ShapeError("pad-axes", mode=mode, axes=len(pairs), shape=x.shape)
    for k, (low, high) in enumerate(pairs):
        axis = x.ndim - 1 - k
        if (low, high) != (0, 0):
            x = joined(MODES[mode](x, axis, low, high), axis)
    return x


def _pairs(sides: Sequence[int], x: Tensor) -> list[Pair]:
    if len(sides) % 2 or len(sides) > 2 * x.ndim or not all(whole(n) for n in sides):
        raise ArgumentError("pad-sides", got=tuple(sides), ndim=x.ndim, most=2 * x.ndim)
    pairs = [(int(a), int(b)) for a, b in zip(sides[::2], sides[1::2], strict=True)]
    for k, (low, high) in enumerate(pairs):
        n = x.shape[x.ndim - 1 - k]
        if n + low + high < 0 or n + min(low, 0) + min(high, 0) < 0:
            raise ShapeError("pad-negative", axis=x.ndim - 1 - k, n=n, got=(low, high))
    return pairs


def _constant(x: Tensor, pairs: Sequence[Pair], value: float) -> Tensor:
    for k, pair in enumerate(pairs):
        x = _cropped(x, x.ndim - 1 - k, *pair)
    full = [(0, 0)] * (x.ndim - len(pairs)) + [(max(a, 0), max(b, 0)) for a, b in pairs[::-1]]
    if not any(a or b for a, b in full):
        return x
    low, high = (tuple(side) for side in zip(*full, strict=True))
    zeros = make(PRIMITIVES["pad"], x, low=low, high=high, interior=(0,) * x.ndim)
    if value == 0:
        return zeros
    k = len(pairs)
    inside = np.zeros(zeros.shape[x.ndim - k :], np.bool_)
    inside[tuple(slice(a, a + n) for (a, _), n in
                 zip(full[x.ndim - k:], x.shape[x.ndim - k:], strict=True))] = True  # fmt: skip
    return make(PRIMITIVES["where"], as_tensor(inside), zeros, as_tensor(value, x.dtype))
