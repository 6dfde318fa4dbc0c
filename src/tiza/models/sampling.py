"""Draw the next token from the scores of a language model."""

from __future__ import annotations

import math
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
    check_temperature(temperature)
    with tz.no_grad():
        z = tz.asarray(logits)
        if temperature == 0:
            likeliest: Array = tz.argmax(z, axis=1).numpy()
            return likeliest
        u = tz.random.uniform((len(z), 1), dtype=tz.float64)
        found: Array = chosen(z, u, temperature, top_k).numpy()
        return found


def check_temperature(temperature: float) -> None:
    """Errors: ArgumentError for a negative one."""
    if temperature < 0:
        raise ArgumentError("model-temperature", got=temperature)


def chosen(z: Any, u: Any, temperature: Any, top_k: int | None = None) -> Any:
    """The first token up to which the shares of all exceed u in [0, 1): an expression.

    Shapes: z (n, vocabulary), u (n, 1) → (n) int64.
    """
    if top_k is not None and top_k < z.shape[1]:
        z = tz.where(z < _least(z, top_k), -math.inf, z)
    shares = F.softmax(tz.asarray(z, dtype=tz.float64) / temperature, dim=1)
    at = tz.sum(tz.cumsum(shares, axis=1) <= u, axis=1)
    last = tz.max(tz.where(tz.isfinite(z), np.arange(z.shape[1]), 0), axis=1)
    return tz.minimum(at, last)  # rounding passes nobody


def _least(z: Any, count: int) -> Any:
    """The `count`-th largest of each row: from the largest down, until so many are not less."""

    def turn(now: Any, _: Any) -> tuple[Any, None]:
        enough = tz.sum(z >= now, axis=1, keepdims=True) >= count
        lower = tz.max(tz.where(z < now, z, -math.inf), axis=1, keepdims=True)
        return tz.where(enough, now, lower), None

    return tz.scan(turn, tz.max(z, axis=1, keepdims=True), length=count - 1)[0]
