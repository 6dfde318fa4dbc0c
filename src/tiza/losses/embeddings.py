"""Losses of distances and similarities: what belongs together is drawn together."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.pairs import equal
from tiza.lang.searching import where
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.losses.checks import pair, reduced, reduction_of
from tiza.losses.functions import cross_entropy
from tiza.losses.margins import positive_part, signs


def distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6) -> Tensor:
    """‖x₁ − x₂ + ε‖ₚ over the last axis; ε keeps the root's slope finite where both agree.

    >>> round(distance([[3.0, 0.0]], [[0.0, 4.0]]).tolist()[0], 4)
    5.0
    """
    a, b = pair("distance", x1, x2)
    gap = abs(a - b + eps)
    powers = gap * gap if p == 2 else gap**p
    total = make(PRIMITIVES["sum"], powers, axis=(gap.ndim - 1,), keepdims=False)
    return make(PRIMITIVES["sqrt"], total) if p == 2 else total ** (1 / p)


def similarity(x1: Tensor, x2: Tensor) -> Tensor:
    """Cosine of the angle over the last axis, 10⁻¹² added to both squared lengths."""
    axis = (x1.ndim - 1,)
    dot, a, b = (make(PRIMITIVES["sum"], x, axis=axis, keepdims=False)
                 for x in (x1 * x2, x1 * x1, x2 * x2))  # fmt: skip
    return dot / make(PRIMITIVES["sqrt"], (a + 1e-12) * (b + 1e-12))


def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0,
                          reduction: str = "mean") -> Tensor:  # fmt: skip
    """1 − cos(x₁, x₂) where t = 1, max(0, cos(x₁, x₂) − m) where t = −1.

    For directions whose lengths do not matter. Shapes: inputs (n, d) or (d), target (n) or ().

    Weak side: lengths are left to themselves.

    Source: PyTorch's form.

    >>> cosine_embedding_loss([[1.0, 0.0]], [[0.0, 2.0]], [1]).item()
    1.0
    """
    reduction_of("cosine_embedding_loss", reduction)
    a, b = pair("cosine_embedding_loss", input1, input2)
    cos, t = signs("cosine_embedding_loss", similarity(a, b), target)
    return reduced(where(equal(t, 1.0), 1 - cos, positive_part(cos - margin)), reduction)


def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0,
                        reduction: str = "mean") -> Tensor:  # fmt: skip
    """max(0, −t (x₁ − x₂) + m): x₁ is to rank higher where t = 1, lower where t = −1.

    Other numbers t weigh the pairs.

    For which of two scores higher. Weak side: only differences matter, so that scores drift.

    Source: Herbrich, Graepel & Obermayer 2000, Advances in Large Margin Classifiers.

    >>> margin_ranking_loss([2.0], [1.0], [-1]).item()
    1.0
    """
    reduction_of("margin_ranking_loss", reduction)
    a, b = pair("margin_ranking_loss", input1, input2)
    x, t = pair("margin_ranking_loss", a - b, target)
    return reduced(positive_part(margin - t * x), reduction)


def triplet_margin_loss(anchor: Any, positive: Any, negative: Any, margin: float = 1.0,
                        p: float = 2.0, eps: float = 1e-6, swap: bool = False,
                        reduction: str = "mean") -> Tensor:  # fmt: skip
    """max(0, d(a, p) − d(a, n) + m): nearer to what is alike than to what is not, by a margin.

    `swap` takes the distance from p to n where that is less than from a. Weak side: most
    random triplets soon give 0, so hard ones must be looked for.

    Shapes: (n, d) each. Source: Balntas et al. 2016, BMVC; Schroff et al. 2015, arXiv:1503.03832.

    >>> round(triplet_margin_loss([[0.0]], [[0.0]], [[3.0]], margin=5.0).item(), 4)
    2.0
    """
    reduction_of("triplet_margin_loss", reduction)
    near, far = distance(anchor, positive, p, eps), distance(anchor, negative, p, eps)
    if swap:
        far = make(PRIMITIVES["minimum"], far, distance(positive, negative, p, eps))
    return reduced(positive_part(near - far + margin), reduction)


def contrastive_loss(input1: Any, input2: Any, target: Any, margin: float = 1.0,
                     reduction: str = "mean") -> Tensor:  # fmt: skip
    """d²/2 for pairs alike (t = 1), max(0, m − d)²/2 for others (t = −1).

    For siamese networks. Weak side: it draws every alike pair to distance 0, however they
    vary.

    Shapes: inputs (n, d), target (n).
    Source: Hadsell, Chopra & LeCun 2006, CVPR, eq. 4.

    >>> round(contrastive_loss([[0.0]], [[2.0]], [1]).item(), 4)
    2.0
    """
    reduction_of("contrastive_loss", reduction)
    d, t = signs("contrastive_loss", distance(input1, input2), target)
    short = positive_part(margin - d)
    return reduced(where(equal(t, 1.0), d * d, short * short) * 0.5, reduction)


def info_nce_loss(query: Any, key: Any, temperature: float = 0.1,
                  reduction: str = "mean") -> Tensor:  # fmt: skip
    """Cross entropy of finding one's own key among all keys of the batch by cosine.

    −log (e^(cos(qᵢ, kᵢ)/τ) / Σⱼ e^(cos(qᵢ, kⱼ)/τ)). Weak side: it needs large batches, and
    calls alike examples of the batch unlike.

    Shapes: query, key (n, d).
    Source: van den Oord, Li & Vinyals 2018, arXiv:1807.03748, eq. 4; the cosine from SimCLR.

    >>> info_nce_loss([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], 0.01).item()
    0.0
    """
    if temperature <= 0:
        raise ArgumentError("loss-temperature", got=temperature)
    q, k = pair("info_nce_loss", query, key)
    if q.ndim != 2:
        raise ShapeError("loss-vectors", loss="info_nce_loss", got=q.shape)
    q, k = _unit(q), _unit(k)
    scores = make(PRIMITIVES["matmul"], q, make(PRIMITIVES["permute"], k, axes=(1, 0)))
    own = as_tensor(np.arange(q.shape[0]))
    return cross_entropy(scores / temperature, own, reduction=reduction)


def _unit(x: Tensor) -> Tensor:
    total = make(PRIMITIVES["sum"], x * x, axis=(1,), keepdims=True)
    return x / make(PRIMITIVES["sqrt"], total + 1e-12)
