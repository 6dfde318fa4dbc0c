"""Figures for lists in order of score: hit rate, reciprocal rank, NDCG, average precision."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from tiza.errors import ArgumentError
from tiza.metrics.base import Array, Mean, same_shape


class Ranking(Mean):
    """A figure of each row's items in the order of their scores; the mean over the rows.

    Shapes: prediction, target (n, items) alike: scores, and how relevant each item is.
    Ties keep the order of the items. Rows without anything relevant count 0.
    """

    better: ClassVar[Literal["max", "min"]] = "max"

    def __init__(self, k: int | None = None) -> None:
        if k is not None and k < 1:
            raise ArgumentError("metric-k", got=k)
        self.k = k
        super().__init__()

    def each(self, prediction: Array, target: Array) -> Array:
        """The figure of every row."""
        same_shape(prediction, target)
        order = np.argsort(-prediction, axis=-1, kind="stable")
        ranked = np.take_along_axis(target.astype(np.float64), order, axis=-1)
        figure = self.of(ranked, ranked.shape[-1] if self.k is None else self.k)
        return np.where(np.isnan(prediction).any(axis=-1), np.nan, figure)  # as with any mean

    def of(self, ranked: Array, k: int) -> Array:
        """The figure of relevances in ranked order, of which the first k are looked at."""
        found: Array = np.any(ranked[..., :k] > 0, axis=-1)
        return found


class HitRate(Ranking):
    """Share of the rows with something relevant among the first k.

    Use it where one good suggestion is enough. Weak side: blind to its place and to the others.

    Source: Deshpande & Karypis 2004, ACM TOIS 22.

    >>> HitRate(1)([[0.9, 0.1], [0.2, 0.8]], [[1, 0], [1, 0]])
    0.5
    """

    name = "hit_rate"


class ReciprocalRank(Ranking):
    """Mean of 1/rank of the first relevant item (MRR); 0 where none is among the first k.

    Use it where a person takes the first good answer. Weak side: the second one does not count.

    Source: Voorhees 1999, TREC-8 question answering track.

    >>> ReciprocalRank()([[0.9, 0.1], [0.2, 0.8]], [[1, 0], [1, 0]])
    0.75
    """

    name = "mrr"

    def of(self, ranked: Array, k: int) -> Array:
        """1/rank of the first relevant one."""
        hits = ranked[..., :k] > 0
        first = np.argmax(hits, axis=-1)
        return np.where(hits.any(axis=-1), 1 / (first + 1), 0.0)


class Ndcg(Ranking):
    """Discounted gain Σ relᵢ / log₂(i + 1), as a share of the best possible order's.

    Use it where items are relevant by degrees. Weak side: every row counts alike, however much
    there was to find. Equal scores count as the mean of all their orders.

    Source: Järvelin & Kekäläinen 2002, ACM TOIS 20; gains are the relevances themselves. Ties as
    in McSherry & Najork 2008, ECIR.

    >>> Ndcg()([[0.1, 0.9]], [[0, 1]])
    1.0
    """

    name = "ndcg"

    def each(self, prediction: Array, target: Array) -> Array:
        """The share of the ideal gain, each tie at its mean relevance."""
        same_shape(prediction, target)
        relevance = target.astype(np.float64)
        level = relevance.copy()
        rows = (x.reshape(-1, x.shape[-1]) for x in (prediction, relevance, level))
        for scores, own, shared in zip(*rows, strict=True):
            _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
            shared[:] = (np.bincount(group, own) / sizes)[group]
        gain, ideal = super().each(prediction, level), super().each(relevance, relevance)
        return np.divide(gain, ideal, out=np.zeros_like(gain), where=~(ideal <= 0))

    def of(self, ranked: Array, k: int) -> Array:
        """The discounted gain."""
        discount = 1 / np.log2(np.arange(2, ranked.shape[-1] + 2))
        discount[k:] = 0
        gain: Array = ranked @ discount
        return gain


class MeanAveragePrecision(Ranking):
    """Mean over the rows of the precision at each relevant item, averaged (MAP).

    (1/m) Σ over relevant ranks i of (relevant among the first i)/i, m = min(relevant, k). Use it
    where all that is relevant should stand in front. Weak side: relevance is yes or no.

    Source: Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4.

    >>> MeanAveragePrecision()([[0.9, 0.8, 0.7]], [[1, 0, 1]])
    0.8333333333333333
    """

    name = "map"

    def of(self, ranked: Array, k: int) -> Array:
        """The average precision of a row."""
        hits = ranked > 0
        wanted = np.minimum(hits.sum(axis=-1), k)
        hits = hits[..., :k]
        precision = np.cumsum(hits, axis=-1) / np.arange(1, hits.shape[-1] + 1)
        total = np.sum(precision * hits, axis=-1)
        average: Array = np.divide(total, wanted, out=np.zeros_like(total), where=wanted > 0)
        return average


class PrecisionAtK(Ranking):
    """Share of the first k that is relevant; places beyond the last item count as misses.

    Use it where k places are shown. Weak side: cannot reach 1 where fewer than k are relevant.

    Source: Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, ch. 8.

    >>> PrecisionAtK(2)([[0.9, 0.8, 0.7]], [[1, 0, 1]])
    0.5
    """

    name = "precision_at_k"

    def of(self, ranked: Array, k: int) -> Array:
        """Relevant ones among the first k, by k."""
        share: Array = np.sum(ranked[..., :k] > 0, axis=-1) / k
        return share


class RecallAtK(Ranking):
    """Share of what is relevant that stands among the first k.

    Use it for a first choice that is sorted again later. Weak side: grows with k alone.

    Source: Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, ch. 8.

    >>> RecallAtK(2)([[0.9, 0.8, 0.7]], [[1, 0, 1]])
    0.5
    """

    name = "recall_at_k"

    def of(self, ranked: Array, k: int) -> Array:
        """Relevant ones among the first k, by all relevant ones."""
        found, wanted = (np.sum(x > 0, axis=-1) for x in (ranked[..., :k], ranked))
        share: Array = np.divide(found, wanted, out=np.zeros(found.shape), where=wanted > 0)
        return share
