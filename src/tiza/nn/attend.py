"""Attention as a function of tensors, under PyTorch's name."""

from __future__ import annotations

import math
from typing import Any

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES as P
from tiza.graph.prims.families import broadcast_shapes
from tiza.lang import random
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.attention_formulas import attention


def dropout_factors(shape: tuple[int, ...], p: float, dtype: Any) -> Tensor:
    """0 with probability p, else 1/(1 − p): what dropout multiplies with."""
    if not 0 <= p <= 1:
        raise ArgumentError("dropout-p", got=p)
    kept = random.bernoulli(as_tensor(1 - p, dtype), shape)
    grown = as_tensor(1 / (1 - p) if p < 1 else 0.0, dtype)
    return make(P["where"], kept, grown, as_tensor(0.0, dtype))


def scaled_dot_product_attention(
    query: Any, key: Any, value: Any, attn_mask: Any = None, dropout_p: float = 0.0,
    is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False,
) -> Tensor:  # fmt: skip
    """softmax(s Q Kᵀ + mask) V, s being 1/√d unless given.

    A mask of booleans says which keys a query sees (True) and one of numbers is added; a query
    that sees nothing gets zeros. `is_causal`: query i sees keys 0 … i. `dropout_p` applies at
    once, there being no mode. `enable_gqa`: several heads of queries share a head of keys.

    Shapes: Q (*n, l, d), K (*n, s, d), V (*n, s, v), mask (*n, l, s) or fewer axes → (*n, l, v).
    Errors: ArgumentError for a mask together with `is_causal`.
    Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 1.

    >>> scaled_dot_product_attention([[0.0]], [[1.0], [2.0]], [[1.0], [3.0]]).tolist()
    [[2.0]]
    """
    q, k, v = as_tensor(query), as_tensor(key), as_tensor(value)
    if is_causal and attn_mask is not None:
        raise ArgumentError("attention-causal-mask")
    if enable_gqa:
        k, v = (_shared_heads(x, q) for x in (k, v))
    if scale is None:
        scale = 1 / math.sqrt(max(q.shape[-1], 1)) if q.ndim else 1.0
    mask = [] if attn_mask is None else [as_tensor(attn_mask)]
    mask = [m if m.dtype.kind == "b" else as_tensor(m, q.dtype) for m in mask]
    rest = list(mask)
    if dropout_p:
        lead = broadcast_shapes(*(x.shape[:-2] for x in (q, k, *mask)))
        rest.append(dropout_factors((*lead, q.shape[-2], k.shape[-2]), dropout_p, q.dtype))
    return make(attention, q, k, v, *rest, scale=float(scale), causal=bool(is_causal),
                masked=bool(mask))  # fmt: skip


def _shared_heads(x: Tensor, q: Tensor) -> Tensor:
    """Each head of x, repeated for as many heads of q as it serves."""
    heads, own = q.shape[-3], x.shape[-3]
    if own == 0 or heads % own:
        raise ArgumentError("attention-gqa", query=heads, key=own)
    times, rest = heads // own, x.shape[-2:]
    wide = make(P["reshape"], x, shape=(*x.shape[:-2], 1, *rest))
    wide = make(P["broadcast_to"], wide, shape=(*x.shape[:-2], times, *rest))
    return make(P["reshape"], wide, shape=(*x.shape[:-3], heads, *rest))
