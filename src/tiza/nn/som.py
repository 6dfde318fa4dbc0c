"""Kohonen's self-organising map: units on a grid that come to lie over the data, in order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang import random
from tiza.lang.control import scan
from tiza.lang.mode import no_grad
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.layers import size
from tiza.nn.module import Module
from tiza.nn.parameter import Buffer, assign
from tiza.nn.som_formulas import NEIGHBOURHOODS, som_step

Array = np.ndarray[Any, Any]
AT_ONCE = 10**7  # numbers that differences of all rows from all units may fill at once
GRIDS = ("rectangular", "hexagonal")


def coordinates(rows: int, columns: int, grid: str) -> Array:
    """Where the units stand, (rows·columns, 2); hexagons have distance 1 to all six neighbours."""
    y, x = np.divmod(np.arange(rows * columns), columns)
    if grid == "rectangular":
        return np.stack([y, x], axis=1).astype(float)
    return np.stack([y * math.sqrt(3) / 2, x + 0.5 * (y % 2)], axis=1)


class SOM(Module):
    """w_i ← w_i + η N(‖r_i − r_c‖², σ) (x − w_i), c being the unit whose w_c is nearest to x.

    Units stand at r_i on a "rectangular" or "hexagonal" grid; the neighbourhood N is
    "gaussian", "bubble" or "mexican_hat". `learn` takes one example after the other, `learn_batch`
    all at once. Neither needs a derivative: `weight` is a buffer.

    Shapes: x (n, features) → the winner of each, (n); weight (rows·columns, features).
    Source: Kohonen 1982, Biological Cybernetics 43; batch rule: Kohonen 1995, section 3.6.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> som = nn.SOM(1, 2, 1)
    >>> som.weight = nn.Buffer([[0.0], [1.0]])
    >>> som([[0.2], [0.9]]).tolist()
    [0, 1]
    """

    weight: Tensor

    def __init__(self, rows: int, columns: int, features: int, grid: str = "rectangular",
                 neighbourhood: str = "gaussian") -> None:  # fmt: skip
        super().__init__()
        self.rows = size("SOM", "rows", rows, least=1)
        self.columns = size("SOM", "columns", columns, least=1)
        self.features = size("SOM", "features", features, least=1)
        if grid not in GRIDS:
            raise ArgumentError("som-grid", got=grid, known=", ".join(GRIDS))
        if neighbourhood not in NEIGHBOURHOODS:
            raise ArgumentError("som-neighbourhood", got=neighbourhood,
                                known=", ".join(NEIGHBOURHOODS))  # fmt: skip
        self.grid, self.neighbourhood = grid, neighbourhood
        place = coordinates(rows, columns, grid)
        self._apart = ((place[:, None] - place) ** 2).sum(-1)  # squared, on the map
        self.weight = Buffer(random.uniform((rows * columns, features)))

    def forward(self, input: Any) -> Tensor:
        """The number of the nearest unit for each row; unit i stands in row i // columns."""
        return make(P["argmin"], self.distances(input), axis=1)

    def distances(self, input: Any) -> Tensor:
        """‖x − w_i‖ for each row and unit, (n, units)."""
        x, w = self._data(input), self.weight
        if x.size * w.shape[0] <= AT_ONCE:
            return _lengths(make(P["reshape"], x, shape=(x.shape[0], 1, self.features)) - w)
        found: Tensor = scan(lambda s, row: (s, _lengths(row - w)), 0.0, x)[1]
        return found

    def _data(self, input: Any) -> Tensor:
        x = as_tensor(input, self.weight.dtype)
        if x.ndim != 2 or x.shape[1] != self.features:
            raise ShapeError("som-data", got=x.shape, features=self.features)
        return x

    # -- before learning ------------------------------------------------------------------

    def start_from(self, data: Any, how: str = "plane") -> None:
        """Lay the units over the plane of the two main directions of the data, or over its rows.

        "plane": mean + a u₁ σ₁ + b u₂ σ₂ with a, b from −1 to 1 over the grid; "rows": rows of
        the data, drawn at random.
        """
        x = self._data(data).numpy()
        if how == "rows":
            chosen = random.randint(0, len(x), (self.rows * self.columns,)).numpy()
            assign(self.weight, x[chosen])
        elif how == "plane":
            centred = x - x.mean(0)
            _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
            axes = directions[:2] * lengths[:2, None] / math.sqrt(len(x))
            steps = [np.linspace(-1, 1, k) if k > 1 else np.zeros(1)
                     for k in (self.rows, self.columns)]  # fmt: skip
            b, a = (s.reshape(-1, 1) for s in np.meshgrid(*steps, indexing="ij"))
            second = b * axes[1] if len(axes) > 1 else 0.0
            assign(self.weight, x.mean(0) + a * axes[0] + second)
        else:
            raise ArgumentError("som-start", got=how)

    # -- learning -------------------------------------------------------------------------

    def learn(self, data: Any, epochs: int = 1, rate: Sequence[float] = (0.5, 0.01),
              radius: Sequence[float] | None = None) -> None:  # fmt: skip
        """Show every row `epochs` times in random order; η and σ fall from first to last value.

        Both fall geometrically, σ by default from half the longer side of the map to 0.5.
        """
        x = self._data(data)
        n = x.shape[0]
        steps = n * size("SOM", "epochs", epochs)
        orders = [random.permutation(n).numpy() for _ in range(epochs)]
        order = np.concatenate(orders) if orders and n else np.zeros(0, np.int64)
        kind = self.weight.dtype
        falling = [_falling(*pair, steps).astype(kind)
                   for pair in (_pair("rate", rate), self._radius(radius))]  # fmt: skip
        apart = as_tensor(self._apart.astype(kind))

        def step(w: Tensor, row: Sequence[Tensor]) -> tuple[Tensor, None]:
            i, eta, sigma = row
            example = make(P["take"], x, i, axis=0)
            gap = example - w
            near = make(P["sum"], gap * gap, axis=(1,), keepdims=False)
            c = make(P["argmin"], near, axis=0)
            h = make(NEIGHBOURHOODS[self.neighbourhood], make(P["take"], apart, c, axis=0), sigma)
            return make(som_step, w, example, h, eta), None

        with no_grad():
            w, _ = scan(step, self.weight, (order, *falling), length=steps)
            assign(self.weight, w.numpy())

    def learn_batch(self, data: Any, epochs: int = 10,
                    radius: Sequence[float] | None = None) -> None:  # fmt: skip
        """w_i = Σ_j h_ij x_j / Σ_j h_ij over all rows j, h_ij = N(‖r_i − r_c(j)‖², σ); repeated.

        No order, no rate: the same data give the same map. A unit that no row reaches stays.
        """
        if self.neighbourhood == "mexican_hat":
            raise ArgumentError("som-batch-hat")
        x, kind = self._data(data), self.weight.dtype
        apart = as_tensor(self._apart.astype(kind))
        for sigma in _falling(*self._radius(radius), size("SOM", "epochs", epochs)):
            h = make(NEIGHBOURHOODS[self.neighbourhood], make(P["take"], apart, self(x), axis=0),
                     as_tensor(sigma, kind))  # fmt: skip
            total = make(P["sum"], h, axis=(0,), keepdims=False)
            total = make(P["reshape"], total, shape=(*total.shape, 1))
            reached = total > 0
            mean = make(P["matmul"], h.T, x) / make(
                P["where"], reached, total, as_tensor(1.0, kind)
            )
            assign(self.weight, make(P["where"], reached, mean, self.weight).numpy())

    def _radius(self, radius: Sequence[float] | None) -> tuple[float, float]:
        if radius is None:
            return max(self.rows, self.columns) / 2, 0.5
        return _pair("radius", radius)

    # -- judging --------------------------------------------------------------------------

    def quantization_error(self, input: Any) -> Tensor:
        """The mean distance of the rows to their nearest unit: mean ‖x − w_c‖.

        Source: Kohonen 1995, section 3.2.
        """
        nearest = make(P["min"], self.distances(input), axis=(1,), keepdims=False)
        return _mean(nearest)

    def topographic_error(self, input: Any) -> Tensor:
        """The share of rows whose two nearest units do not touch on the map.

        Units touch along sides and corners on a rectangular grid, along sides on a hexagonal one.

        Source: Kiviluoto 1996, Topology preservation in self-organizing maps, eq. 6.
        """
        if self.rows * self.columns < 2:
            raise ArgumentError("som-one-unit")
        order = make(P["argsort"], self.distances(input), axis=1, descending=False)
        touching = as_tensor(~self._touching())
        pairs = order[:, 0] * (self.rows * self.columns) + order[:, 1]
        flat = make(P["reshape"], touching, shape=(touching.size,))
        return _mean(as_tensor(make(P["take"], flat, pairs, axis=0), self.weight.dtype))

    def _touching(self) -> Array:
        limit = 2.0 if self.grid == "rectangular" else 1.0
        near: Array = self._apart < limit + 1e-6
        return near

    def u_matrix(self) -> Tensor:
        """The mean distance of each unit's weight to those it touches, (rows, columns)."""
        touching = self._touching() & ~np.eye(len(self._apart), dtype=bool)
        kind = self.weight.dtype
        sums = self.distances(self.weight) * as_tensor(touching.astype(kind))
        mean = sums.sum(axis=1) / as_tensor(np.maximum(touching.sum(1), 1).astype(kind))
        return make(P["reshape"], mean, shape=(self.rows, self.columns))

    def extra_repr(self) -> str:
        """The sizes and the kind of map."""
        return (f"{self.rows}, {self.columns}, {self.features}, grid={self.grid!r}, "
                f"neighbourhood={self.neighbourhood!r}")  # fmt: skip


def _lengths(gap: Tensor) -> Tensor:
    """The length of each row."""
    squares = make(P["sum"], gap * gap, axis=(gap.ndim - 1,), keepdims=False)
    return make(P["sqrt"], squares)


def _mean(x: Tensor) -> Tensor:
    return make(P["sum"], x, axis=(0,), keepdims=False) / x.shape[0]


def _pair(name: str, values: Sequence[float]) -> tuple[float, float]:
    if len(values) != 2 or min(values) <= 0:
        raise ArgumentError("som-falling", name=name, got=tuple(values))
    return float(values[0]), float(values[1])


def _falling(first: float, last: float, steps: int) -> Array:
    """From the first to the last value by equal factors."""
    return np.geomspace(first, last, steps) if steps else np.zeros(0)
