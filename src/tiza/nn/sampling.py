"""Images read at places that are themselves computed, as spatial transformers do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.pairs import equal
from tiza.lang.tensor import Tensor, as_tensor, make

MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")
INT = np.dtype(np.int64)


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The places θ (x, y, 1)ᵀ for a grid of x and y between −1 and 1.

    Shapes: theta (n, 2, 3), size (n, c, h, w) → (n, h, w, 2); or (n, 3, 4) and (n, c, d, h, w).
    Source: Jaderberg et al. 2015, arXiv:1506.02025, eq. 1.

    >>> affine_grid([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]], (1, 1, 1, 2)).tolist()
    [[[[-0.5, 0.0], [0.5, 0.0]]]]
    """
    t = as_tensor(theta)
    image = tuple(size)[2:]
    axes = len(image)
    if axes not in (2, 3) or t.shape != (size[0], axes, axes + 1):
        raise ShapeError("grid-theta", got=t.shape, size=tuple(size))
    lines = []
    for n in image:
        ends = (n - 1) / n if not align_corners else 1.0
        lines.append(np.linspace(-ends, ends, n) if n > 1 else np.zeros(1))
    places = np.meshgrid(*lines, indexing="ij")[::-1]  # x first
    base = np.stack([*places, np.ones(image)], axis=-1).reshape(1, -1, axes + 1)
    turned = make(P["permute"], t, axes=(0, 2, 1))
    rows = make(P["matmul"], as_tensor(base.astype(t.dtype)), turned)
    return make(P["reshape"], rows, shape=(size[0], *image, axes))


def grid_sample(input: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros",
                align_corners: bool | None = None) -> Tensor:  # fmt: skip
    """The image read at the places of the grid, x and y between −1 and 1.

    Each entry is a mean of its neighbours ("bilinear"; "bicubic" of sixteen) or the nearest one.
    Outside lie zeros, the border's entries, or the image's reflection. `align_corners`: −1 and 1
    are the middles of the outermost pixels, not their edges.

    Shapes: input (n, c, h, w), grid (n, h', w', 2) → (n, c, h', w'); or with a third axis d.
    Source: Jaderberg et al. 2015, arXiv:1506.02025, eq. 5; Keys 1981 for the cubic.

    >>> grid_sample([[[[1.0, 3.0]]]], [[[[0.0, 0.0]]]]).tolist()
    [[[[2.0]]]]
    """
    x, g = as_tensor(input), as_tensor(grid)
    axes = x.ndim - 2
    if mode not in MODES or (mode == "bicubic" and axes != 2):
        raise ArgumentError("grid-mode", name="mode", got=mode, known=", ".join(MODES))
    if padding_mode not in PADDINGS:
        raise ArgumentError("grid-mode", name="padding_mode", got=padding_mode,
                            known=", ".join(PADDINGS))  # fmt: skip
    if axes not in (2, 3) or g.ndim != x.ndim or g.shape[0] != x.shape[0] or g.shape[-1] != axes:
        raise ShapeError("grid-shapes", x=x.shape, grid=g.shape)
    image = x.shape[2:]
    corners = bool(align_corners)
    at = []
    for k, n in enumerate(image):
        u = g[..., axes - 1 - k]  # x stands first
        at.append((u + 1) * ((n - 1) / 2) if corners else ((u + 1) * n - 1) * 0.5)
    if mode != "bicubic":
        at = [_padded(u, n, padding_mode, corners) for u, n in zip(at, image, strict=True)]
    reader = _Reader(x, image, padding_mode if mode == "bicubic" else "zeros", corners)
    if mode == "nearest":
        return reader.at([make(P["round"], u) for u in at])
    low = [make(P["floor"], u).detach() for u in at]
    weights = _cubic if mode == "bicubic" else _linear
    near = [weights(u - first) for u, first in zip(at, low, strict=True)]
    total: Any = None
    for shifts in product(*(range(len(w)) for w in near)):
        first = -1 if mode == "bicubic" else 0
        share = near[0][shifts[0]]
        for w, s in zip(near[1:], shifts[1:], strict=True):
            share = share * w[s]
        places = [u + float(s + first) for u, s in zip(low, shifts, strict=True)]
        part = reader.at(places) * make(P["reshape"], share, shape=(x.shape[0], 1, *g.shape[1:-1]))
        total = part if total is None else total + part
    found: Tensor = total
    return found


def _linear(t: Tensor) -> list[Tensor]:
    return [1 - t, t]


def _cubic(t: Tensor) -> list[Tensor]:
    a = -0.75

    def near(u: Tensor) -> Tensor:
        return ((a + 2) * u - (a + 3)) * u * u + 1

    def far(u: Tensor) -> Tensor:
        return ((a * u - 5 * a) * u + 8 * a) * u - 4 * a

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _padded(u: Tensor, n: int, padding: str, corners: bool) -> Tensor:
    """Places outside brought inside, unless zeros lie there."""
    if padding == "zeros":
        return u
    if padding == "reflection":
        low, high = (0.0, float(n - 1)) if corners else (-0.5, n - 0.5)
        span = high - low
        if span == 0:
            return u * 0
        away = abs(u - low)
        turns = make(P["floor"], away / span).detach()
        rest = away - turns * span
        even = equal(turns - 2 * make(P["floor"], turns * 0.5), 0.0)
        u = make(P["where"], even, rest + low, high - rest)
    zero, last = as_tensor(0.0, u.dtype), as_tensor(float(n - 1), u.dtype)
    return make(P["minimum"], make(P["maximum"], u, zero), last)


class _Reader:
    """The entries of an image at whole-number places, zeros outside."""

    def __init__(self, x: Tensor, image: tuple[int, ...], padding: str, corners: bool) -> None:
        n, c = x.shape[:2]
        last = make(P["permute"], x, axes=(0, *range(2, x.ndim), 1))
        self.rows = make(P["reshape"], last, shape=(n * prod(image), c))
        self.image, self.padding, self.corners, self.n = image, padding, corners, n

    def at(self, places: Sequence[Tensor]) -> Tensor:
        """(n, c, *grid)."""
        inside: Any = None
        flat: Any = None
        for u, size in zip(places, self.image, strict=True):
            u = _padded(u, size, self.padding, self.corners).detach()
            good = (u >= 0) & (u <= size - 1)
            inside = good if inside is None else inside & good
            whole = as_tensor(make(P["where"], good, u, u * 0), INT)
            flat = whole if flat is None else flat * size + whole
        start = (np.arange(self.n) * prod(self.image)).reshape(-1, *(1,) * (flat.ndim - 1))
        found = make(P["take"], self.rows, flat + as_tensor(start), axis=0)
        column = make(P["reshape"], inside, shape=(*inside.shape, 1))
        found = make(P["where"], column, found, as_tensor(0.0, found.dtype))
        return make(P["permute"], found, axes=(0, found.ndim - 1, *range(1, found.ndim - 1)))
