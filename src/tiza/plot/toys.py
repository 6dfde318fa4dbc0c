"""Points of the plane in classes, to see what a network can part: moons, circles, spirals ..."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tiza.errors import ArgumentError
from tiza.plot.style import Array


def _moons(t: Array, k: Array) -> Array:
    upper = np.stack([np.cos(np.pi * t), np.sin(np.pi * t)], 1)
    return np.where(k[:, None] == 0, upper, [1.0, 0.5] - upper)


def _circles(t: Array, k: Array) -> Array:
    radius = np.where(k == 0, 1.0, 0.45)
    return np.stack([radius * np.cos(2 * np.pi * t), radius * np.sin(2 * np.pi * t)], 1)


def _spirals(t: Array, k: Array) -> Array:
    turn = 3 * np.pi * np.sqrt(t) + np.pi * k
    return np.stack([np.sqrt(t) * np.cos(turn), np.sqrt(t) * np.sin(turn)], 1)


def _xor(t: Array, k: Array) -> Array:
    corner = np.floor(2 * t)  # which of the two corners of a class
    return np.stack([2 * corner - 1, (2 * corner - 1) * np.where(k == 0, 1, -1)], 1)


def _blobs(t: Array, k: Array) -> Array:
    return np.array([[-1.0, -0.6], [1.0, -0.6], [0.0, 1.1]])[k]


TOYS: dict[str, tuple[Callable[[Array, Array], Array], int, float]] = {  # curve, classes, noise
    "moons": (_moons, 2, 0.15),
    "circles": (_circles, 2, 0.1),
    "spirals": (_spirals, 2, 0.03),
    "xor": (_xor, 2, 0.35),
    "blobs": (_blobs, 3, 0.3),
}


def toy(name: str, n: int = 300, seed: int = 0) -> tuple[Array, Array]:
    """Points and their classes.

    Shapes: → (n, 2), (n). Errors: ArgumentError for an unknown name.

    >>> X, y = toy("blobs", 30)
    >>> X.shape, sorted(set(y.tolist()))
    ((30, 2), [0, 1, 2])
    """
    if name not in TOYS:
        raise ArgumentError("plot-choice", name="toy", got=name, known=", ".join(TOYS))
    curve, classes, noise = TOYS[name]
    rng = np.random.default_rng(seed)
    k = np.arange(n) % classes
    points = curve(rng.random(n), k) + noise * rng.normal(size=(n, 2))
    return points, k
