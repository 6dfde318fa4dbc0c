"""How far drawn samples are from real ones: Fréchet distance, KL and JS divergence, MMD."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.metrics.base import Array, Metric, array


class FrechetDistance(Metric):
    """Distance of two clouds taken for Gaussians: ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½).

    Of the features of a network trained on pictures it is the FID. Use it to compare generators
    on many samples. Weak side: biased upwards for few samples, blind to all but mean and
    covariance, and as good as the features.

    Shapes: prediction (n, d) features of drawn samples, target (m, d) of real ones; n and m may
    differ. Batches are merged, so that no features are kept.
    Source: Fréchet 1957; Dowson & Landau 1982, J. Multivariate Anal. 12; Heusel et al. 2017,
    arXiv:1706.08500, eq. 6.

    >>> round(FrechetDistance()([[0.0], [2.0]], [[3.0], [5.0]]), 6)
    9.0
    """

    name = "frechet"
    better: ClassVar[Literal["max", "min"]] = "min"

    def zero(self) -> dict[str, Array]:
        """No samples; the sums take their size with the first batch."""
        return {f"{key}_{which}": np.zeros(()) for which in ("drawn", "real")
                for key in ("count", "mean", "scatter")}  # fmt: skip

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Merge one batch of drawn and one of real features."""
        if weight is not None:
            raise ArgumentError("metric-weightless", name=self.name)
        x, y = tables(self.name, prediction, target, least=0)
        for which, rows in (("drawn", x), ("real", y)):
            if len(rows):
                self._merge(which, rows)

    def _merge(self, which: str, rows: Array) -> None:
        """Chan, Golub & LeVeque 1983: the scatter about the joint mean."""
        count, mean = self.state[f"count_{which}"], self.state[f"mean_{which}"]
        here = rows.mean(axis=0)
        shift, total = here - mean, count + len(rows)
        centred = rows - here
        scatter = self.state[f"scatter_{which}"] + centred.T @ centred
        if count:
            scatter = scatter + np.outer(shift, shift) * (count * len(rows) / total)
        self.state |= {f"count_{which}": total, f"mean_{which}": mean + shift * len(rows) / total,
                       f"scatter_{which}": scatter}  # fmt: skip

    def compute(self) -> float:
        """The distance; NaN where either has fewer than two samples."""
        s = self.state
        if min(s["count_drawn"], s["count_real"]) < 2:
            return math.nan
        one, other = (s[f"scatter_{w}"] / (s[f"count_{w}"] - 1) for w in ("drawn", "real"))
        gap = s["mean_drawn"] - s["mean_real"]
        root = _root(one)
        # tr (Σ₁Σ₂)^½ = tr (Σ₁^½ Σ₂ Σ₁^½)^½, whose inside is symmetric
        crossed = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0)).sum()
        distance = gap @ gap + np.trace(one) + np.trace(other) - 2 * crossed
        return max(0.0, float(distance))


def _root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    root: Array = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def frechet_distance(prediction: object, target: object) -> float:
    """`FrechetDistance` of two tables of features.

    >>> frechet_distance([[0.0], [2.0]], [[0.0], [2.0]])
    0.0
    """
    return float(FrechetDistance()(prediction, target))


def gaussian_kl(prediction: object, target: object) -> float:
    """KL(real ‖ drawn) of two clouds taken for Gaussians, in nats.

    ½ (tr Σ₁⁻¹Σ₂ + (μ₁ − μ₂)ᵀ Σ₁⁻¹ (μ₁ − μ₂) − d + log |Σ₁|/|Σ₂|), 1 drawn and 2 real.

    Weak side: infinite as soon as a cloud is flat, and blind to shape.
    Shapes: prediction (n, d), target (m, d), each of more rows than columns.
    Source: Kullback & Leibler 1951; for Gaussians, Kullback 1959, ch. 9.
    Errors: ArgumentError where a covariance has no inverse.

    >>> gaussian_kl([[0.0], [2.0]], [[1.0], [3.0]])
    0.25
    """
    x, y = tables("gaussian_kl", prediction, target, least=2)
    one, other = (np.atleast_2d(np.cov(z, rowvar=False)) for z in (x, y))
    for matrix, rows in ((one, x), (other, y)):
        if np.linalg.matrix_rank(matrix, hermitian=True) < rows.shape[1]:
            raise ArgumentError("samples-flat", name="gaussian_kl")
    gap = x.mean(axis=0) - y.mean(axis=0)
    inverse = np.linalg.inv(one)
    volumes = np.linalg.slogdet(one)[1] - np.linalg.slogdet(other)[1]
    return float((np.trace(inverse @ other) + gap @ inverse @ gap - len(gap) + volumes) / 2)


def histogram_kl(prediction: object, target: object, bins: int = 20) -> float:
    """KL(real ‖ drawn) = Σ p log(p/q) over boxes that cover all samples, in nats.

    p and q are the shares of real and drawn samples in each of binsᵈ boxes; where a box holds real
    samples only, the answer is ∞: the drawn ones miss what exists.

    Use it in one or two dimensions. Weak side: depends on the boxes, of which there are too many
    in more dimensions; `histogram_js` is never infinite.
    Shapes: (n) or (n, d), and (m) or (m, d).
    Source: Kullback & Leibler 1951, Ann. Math. Statist. 22.

    >>> round(histogram_kl([0.0, 1.0], [0.0, 0.0, 0.0, 1.0], bins=2), 4)
    0.1308
    """
    q, p = _shares("histogram_kl", prediction, target, bins)
    return _divergence(p, q)


def histogram_js(prediction: object, target: object, bins: int = 20) -> float:
    """Jensen–Shannon divergence ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q)/2: from 0 to log 2.

    Weak side: depends on the boxes.

    Arguments as `histogram_kl`.
    Source: Lin 1991, IEEE Trans. Inf. Theory 37.

    >>> round(histogram_js([0.0], [1.0], bins=2), 4)
    0.6931
    """
    q, p = _shares("histogram_js", prediction, target, bins)
    middle = (p + q) / 2
    return (_divergence(p, middle) + _divergence(q, middle)) / 2


def _divergence(p: Array, q: Array) -> float:
    seen = p > 0
    if (q[seen] == 0).any():
        return math.inf
    return max(0.0, float((p[seen] * np.log(p[seen] / q[seen])).sum()))


def _shares(name: str, x: object, y: object, bins: int) -> tuple[Array, Array]:
    if bins < 1:
        raise ArgumentError("metric-positive", name="bins", got=bins)
    one, other = tables(name, x, y, least=1)
    both = np.concatenate([one, other])
    spans = list(zip(both.min(axis=0), both.max(axis=0), strict=True))
    counted = [np.histogramdd(z, bins=bins, range=spans)[0].ravel() / len(z) for z in (one, other)]
    return counted[0], counted[1]


def mmd(prediction: object, target: object, bandwidth: float | None = None) -> float:
    """Squared maximum mean discrepancy: E k(x, x') + E k(y, y') − 2 E k(x, y), without bias.

    k(x, y) = exp(−‖x − y‖² / 2σ²); by default σ is the median distance of all samples. 0 on
    average where both come from one distribution, so that it may be a little below.

    Use it for samples of any shape, in moderate dimensions. Weak side: depends on σ, and takes
    time n².
    Shapes: prediction (n, d) or (n), target (m, d) or (m), two rows or more of each.
    Source: Gretton et al. 2012, JMLR 13, eq. 3; the median heuristic from section 8.

    >>> round(mmd([0.0, 1.0], [0.0, 1.0], bandwidth=1.0), 4)
    -0.3935
    """
    x, y = tables("mmd", prediction, target, least=2)
    both = np.concatenate([x, y])
    squares = np.zeros((len(both),) * 2)
    for column in both.T:
        squares += (column[:, None] - column) ** 2
    if bandwidth is None:
        bandwidth = float(np.median(np.sqrt(squares[np.triu_indices(len(both), 1)]))) or 1.0
    if bandwidth <= 0:
        raise ArgumentError("metric-positive", name="bandwidth", got=bandwidth)
    k, n, m = np.exp(-squares / (2 * bandwidth**2)), len(x), len(y)
    within = [
        (block.sum() - np.trace(block)) / (size * (size - 1))
        for block, size in ((k[:n, :n], n), (k[n:, n:], m))
    ]
    return float(sum(within) - 2 * k[:n, n:].mean())


def tables(name: str, x: object, y: object, least: int) -> tuple[Array, Array]:
    """Both as tables (n, d) of float64; single numbers are rows of one column."""
    one, other = (array(z).astype(np.float64) for z in (x, y))
    one, other = (z[:, None] if z.ndim == 1 else z for z in (one, other))
    if one.ndim != 2 or other.ndim != 2 or one.shape[1] != other.shape[1]:
        raise ShapeError("samples-shape", name=name, left=one.shape, right=other.shape)
    few = min(len(one), len(other))
    if few < least:
        raise ArgumentError("samples-few", name=name, got=few, least=least)
    return one, other
