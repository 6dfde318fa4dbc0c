"""Figures for groupings and maps: silhouette, Rand index, mutual information, errors of maps."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.metrics.base import Array, array
from tiza.metrics.classification import ConfusionMatrix
from tiza.metrics.labels import whole

AT_ONCE = 10**7  # distances held in memory at one time


class AdjustedRand(ConfusionMatrix):
    """Agreement of two groupings beyond chance: 1 the same, 0 as by chance; names do not matter.

    (Σ C(nᵢⱼ, 2) − e) / ((Σ C(aᵢ, 2) + Σ C(bⱼ, 2))/2 − e), e = Σ C(aᵢ, 2) Σ C(bⱼ, 2) / C(n, 2);
    nᵢⱼ examples in group i of one and j of the other, aᵢ and bⱼ the sizes of the groups.

    Use it where true groups are known. Weak side: favours groups of like size.
    Source: Hubert & Arabie 1985, J. Classification 2.

    >>> AdjustedRand()([1, 1, 0, 0], [0, 0, 1, 1])
    1.0
    """

    name = "ari"

    def compute(self) -> float:
        """The index; NaN where there is nothing."""
        matrix = self.state["matrix"]
        n = matrix.sum()
        if not n:
            return math.nan
        together = _pairs(matrix).sum()
        one, other = _pairs(matrix.sum(axis=0)).sum(), _pairs(matrix.sum(axis=1)).sum()
        if one == other == together:
            return 1.0  # the same grouping, or nothing to choose
        chance = one * other / _pairs(n)
        return float((together - chance) / ((one + other) / 2 - chance))


class MutualInformation(ConfusionMatrix):
    """What one grouping tells of another, as a share: I(a; b) / ((H(a) + H(b))/2), from 0 to 1.

    I = Σ pᵢⱼ log(pᵢⱼ / pᵢ pⱼ). Two groupings with a single group each agree: 1.

    Use it where true groups are known. Weak side: chance is not subtracted, so that many small
    groups look good; see `AdjustedRand`.
    Source: Strehl & Ghosh 2002, JMLR 3; the arithmetic mean as in scikit-learn.

    >>> MutualInformation()([1, 1, 0, 0], [0, 0, 1, 1])
    1.0
    """

    name = "nmi"

    def compute(self) -> float:
        """The share; NaN where there is nothing."""
        matrix = self.state["matrix"]
        if not matrix.sum():
            return math.nan
        p = matrix / matrix.sum()
        one, other = p.sum(axis=0), p.sum(axis=1)
        if max(one.max(), other.max()) == 1:
            return float(one.max() == other.max())  # one group: it tells nothing
        told = _entropy(one) + _entropy(other) - _entropy(p)
        return max(0.0, 2 * told / (_entropy(one) + _entropy(other)))


def _pairs(n: Array) -> Array:
    pairs: Array = n * (n - 1) / 2
    return pairs


def _entropy(p: Array) -> float:
    q = p[p > 0]
    return float(-(q * np.log(q)).sum())


def adjusted_rand(prediction: object, target: object) -> float:
    """`AdjustedRand` of one batch.

    >>> adjusted_rand([0, 0, 1, 2], [0, 0, 1, 1])
    0.5714285714285715
    """
    return float(AdjustedRand()(prediction, target))


def mutual_information(prediction: object, target: object) -> float:
    """`MutualInformation` of one batch, as a share.

    >>> mutual_information([0, 1, 0, 1], [0, 0, 1, 1])
    0.0
    """
    return float(MutualInformation()(prediction, target))


def silhouette(points: object, groups: object) -> float:
    """How much nearer points are to their own group than to the next: mean of (b − a)/max(a, b).

    a is the mean distance to the others of one's group, b the least mean distance to another
    group; alone in a group counts 0. From −1 (misplaced) to 1 (dense and apart).

    Use it to choose how many groups there are, where no truth is known. Weak side: favours round
    groups; the time grows with the square of the points.
    Shapes: points (n, d), groups (n).
    Source: Rousseeuw 1987, J. Comput. Appl. Math. 20.
    Errors: ArgumentError for fewer than 2 groups or as many as points.

    >>> round(silhouette([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1]), 4)
    0.8997
    """
    x, labels = array(points).astype(np.float64), whole(array(groups))
    if x.ndim != 2 or labels.shape != x.shape[:1]:
        raise ShapeError("metric-shapes", prediction=x.shape, target=labels.shape)
    _, member, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if not 2 <= len(sizes) < len(x):
        raise ArgumentError("cluster-count", clusters=len(sizes), points=len(x))
    belongs = np.eye(len(sizes))[member]
    rows = max(1, AT_ONCE // len(x))
    sums = np.concatenate(
        [_distances(x[i : i + rows], x) @ belongs for i in range(0, len(x), rows)]
    )
    here = np.arange(len(x)), member
    own = sums[here] / np.maximum(sizes[member] - 1, 1)
    others = sums / sizes
    others[here] = np.inf
    near = others.min(axis=1)
    greater = np.maximum(own, near)
    value = np.divide(near - own, greater, out=np.zeros(len(x)), where=greater > 0)
    return float(np.where(sizes[member] > 1, value, 0.0).mean())


def _distances(x: Array, y: Array) -> Array:
    """Euclidean distances of all rows of x from all of y, a column at a time: exact where near."""
    total = np.zeros((len(x), len(y)))
    for one, other in zip(x.T, y.T, strict=True):
        total += (one[:, None] - other) ** 2
    return np.sqrt(total)


Grid = Literal["rectangular", "hexagonal"]
GRIDS: tuple[Grid, ...] = ("rectangular", "hexagonal")
TOUCH: dict[str, float] = {"rectangular": math.sqrt(2), "hexagonal": 1.0}


class _Map:
    """The units of a map over their data: each row's nearest two."""

    def __init__(self, weights: object, data: object) -> None:
        w, x = array(weights).astype(np.float64), array(data).astype(np.float64)
        if w.ndim != 3 or x.ndim != 2 or not w.size or w.shape[-1] != x.shape[-1]:
            raise ShapeError("map-shapes", weights=w.shape, data=x.shape)
        self.shape, units = w.shape[:2], w.reshape(-1, w.shape[-1])
        rows = max(1, AT_ONCE // max(1, len(units)))
        most = min(2, len(units))
        near, places = [np.zeros((0, most))], [np.zeros((0, most), int)]
        for i in range(0, len(x), rows):
            d = _distances(x[i : i + rows], units)
            order = np.argsort(d, axis=1, kind="stable")[:, :most]
            places.append(order)
            near.append(np.take_along_axis(d, order, axis=1))
        self.near, self.places = np.concatenate(near), np.concatenate(places)


def quantization_error(weights: object, data: object) -> float:
    """Mean distance of the rows to their nearest unit of a map: mean ‖x − w_c‖.

    Weak side: falls with every further unit, whether or not the map is in order.
    Shapes: weights (rows, columns, d), data (n, d).
    Source: Kohonen 1995, Self-Organizing Maps, section 3.2.

    >>> quantization_error([[[0.0], [1.0]]], [[0.25], [1.0]])
    0.125
    """
    near = _Map(weights, data).near
    return float(near[:, 0].mean()) if len(near) else math.nan


def topographic_error(weights: object, data: object, grid: Grid = "rectangular") -> float:
    """Share of the rows whose two nearest units do not touch on the map.

    Weak side: blind to how far apart the two are.

    On a rectangular grid units touch along sides and at corners, on a hexagonal one (odd rows half
    a step to the right) along their six sides.
    Shapes: weights (rows, columns, d) of two units or more, data (n, d).
    Source: Kiviluoto 1996, "Topology preservation in self-organizing maps", eq. 6.

    >>> topographic_error([[[0.0], [5.0], [1.0]]], [[0.25], [4.5]])
    0.5
    """
    if grid not in GRIDS:
        raise ArgumentError("choice-unknown", name="grid", got=grid, known=", ".join(GRIDS))
    found = _Map(weights, data)
    if math.prod(found.shape) < 2:
        raise ShapeError("map-shapes", weights=array(weights).shape, data=array(data).shape)
    if not len(found.places):
        return math.nan
    y, x = np.divmod(found.places, found.shape[1])
    if grid == "hexagonal":
        height, across = y * (math.sqrt(3) / 2), x + 0.5 * (y % 2)
    else:
        height, across = y.astype(float), x.astype(float)
    apart = np.hypot(*(part[:, 0] - part[:, 1] for part in (height, across)))
    return float((apart > TOUCH[grid] + 1e-6).mean())
