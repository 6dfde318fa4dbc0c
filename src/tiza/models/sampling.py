"""Draw the next token from the scores of a language model."""

from __future__ import annotations

from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza.errors import ArgumentError

Array = np.ndarray[Any, Any]


def draw_token(logits: Any, temperature: float = 1.0, top_k: int | None = None) -> Array:
    """One token for each row from softmax(z/τ), or the likeliest one for τ = 0.

    `top_k` keeps the k largest scores. Small τ is cautious, large τ is wild.

    Shapes: logits (n, vocabulary) → (n) int64.
    Source: Ackley, Hinton & Sejnowski 1985, Cognitive Science 9; top-k: Fan, Lewis & Dauphin
    2018, arXiv:1805.04833.

    >>> draw_token([[0.0, 5.0, 1.0]], temperature=0.0).tolist()
    [1]
    """
    if temperature < 0:
        raise ArgumentError("model-temperature", got=temperature)
    z: Array = tz.asarray(logits).numpy()
    if temperature == 0:
        likeliest: Array = z.argmax(axis=1)
        return likeliest
    if top_k is not None and top_k < z.shape[1]:
        least = np.sort(z, axis=1)[:, -top_k][:, None]
        z = np.where(z < least, -np.inf, z)
    shares = F.softmax(tz.asarray(z.astype("float64") / temperature), dim=1).numpy()
    u = tz.random.uniform((len(z), 1), dtype=tz.float64).numpy()
    at = (shares.cumsum(axis=1) <= u).sum(axis=1)
    last = z.shape[1] - 1 - np.isfinite(z)[:, ::-1].argmax(axis=1)  # rounding passes nobody
    found: Array = np.minimum(at, last)
    return found
