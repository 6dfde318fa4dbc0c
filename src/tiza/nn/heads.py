"""What attention of several heads computes, from weights that a layer or the caller holds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.manipulation import concat
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn.affine import linear as affine
from tiza.nn.attend import dropout_factors, scaled_dot_product_attention
from tiza.nn.attention_formulas import attention_weights


class Heads:
    """Queries, keys and values projected, split into heads, attended and joined again."""

    embed_dim: int
    kdim: int
    vdim: int
    num_heads: int
    head_dim: int
    batch_first: bool
    add_zero_attn: bool
    dropout: float
    training: bool
    in_proj_weight: Any
    q_proj_weight: Any
    k_proj_weight: Any
    v_proj_weight: Any
    in_proj_bias: Any
    bias_k: Any
    bias_v: Any
    out_proj: Any

    def answer(self, query: Any, key: Any, value: Any, key_padding_mask: Any, need_weights: bool,
               attn_mask: Any, average_attn_weights: bool, is_causal: bool,
               ) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        """The answer, and the weights if wanted; see MultiheadAttention.forward."""
        given = [as_tensor(x) for x in (query, key, value)]
        flat = given[0].ndim == 2
        same = query is key is value
        q, k, v = (self._batch_first(x, flat) for x in given)
        self._check(q, k, v)
        q, k, v = self._projected(q, k, v, same)
        mask = self._mask(q, k, attn_mask, key_padding_mask, flat, is_causal)
        k, v, mask = self._longer(k, v, mask)
        q, k, v = (self._heads(x) for x in (q, k, v))
        if self.add_zero_attn:
            k, v, mask = _with_zeros(k), _with_zeros(v), _seen(mask)
        y, w = self._attend(q, k, v, mask, need_weights)
        y = make(P["permute"], y, axes=(0, 2, 1, 3))
        y = self.out_proj(make(P["reshape"], y, shape=(*y.shape[:2], self.embed_dim)))
        if w is not None and average_attn_weights:
            total = make(P["sum"], w, axis=(1,), keepdims=False)
            w = total / self.num_heads
        if flat:
            return y[0], None if w is None else w[0]
        return (y if self.batch_first else make(P["permute"], y, axes=(1, 0, 2))), w

    def _batch_first(self, x: Tensor, flat: bool) -> Tensor:
        if x.ndim != (2 if flat else 3):
            raise ShapeError("attention-rank", got=x.shape)
        if flat:
            return make(P["reshape"], x, shape=(1, *x.shape))
        return x if self.batch_first else make(P["permute"], x, axes=(1, 0, 2))

    def _check(self, q: Tensor, k: Tensor, v: Tensor) -> None:
        for name, x, wide in (("query", q, self.embed_dim), ("key", k, self.kdim),
                              ("value", v, self.vdim)):  # fmt: skip
            if x.shape[-1] != wide:
                raise ShapeError("attention-width", name=name, got=x.shape[-1], want=wide)
        if k.shape[:2] != v.shape[:2] or q.shape[0] != k.shape[0]:
            raise ShapeError("attention-batch", query=q.shape, key=k.shape, value=v.shape)

    def _projected(self, q: Tensor, k: Tensor, v: Tensor, same: bool) -> list[Tensor]:
        e, bias = self.embed_dim, self.in_proj_bias
        if self.in_proj_weight is None:
            weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        elif same:  # one product for all three
            whole = linear(q, self.in_proj_weight, bias)
            return [whole[..., i * e : (i + 1) * e] for i in range(3)]
        else:
            weights = [self.in_proj_weight[i * e : (i + 1) * e] for i in range(3)]
        biases = [None if bias is None else bias[i * e : (i + 1) * e] for i in range(3)]
        return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases, strict=True)]

    def _mask(self, q: Tensor, k: Tensor, attn_mask: Any, padding: Any, flat: bool,
              causal: bool) -> Tensor | None:  # fmt: skip
        """Both masks as numbers to add, (n or 1, heads or 1, l, s)."""
        n, rows, columns = q.shape[0], q.shape[1], k.shape[1]
        if attn_mask is None and causal:
            attn_mask = ~np.tri(rows, columns, dtype=bool)
        parts = []
        if attn_mask is not None:
            m = _added(attn_mask, q.dtype)
            if m.shape not in ((rows, columns), (n * self.num_heads, rows, columns)):
                raise ShapeError("attention-attn-mask", got=m.shape, want=(rows, columns),
                                 many=(n * self.num_heads, rows, columns))  # fmt: skip
            lead = (1, 1) if m.ndim == 2 else (n, self.num_heads)
            parts.append(make(P["reshape"], m, shape=(*lead, rows, columns)))
        if padding is not None:
            m = _added(padding, q.dtype)
            want = (columns,) if flat else (n, columns)
            if m.shape != want:
                raise ShapeError("attention-padding", got=m.shape, want=want)
            parts.append(make(P["reshape"], m, shape=(n, 1, 1, columns)))
        if len(parts) == 2:
            return parts[0] + parts[1]
        return parts[0] if parts else None

    def _longer(self, k: Tensor, v: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Any]:
        """With the learned extra key and value, if there are any."""
        if self.bias_k is None:
            return k, v, mask
        shape = (k.shape[0], 1, self.embed_dim)
        k, v = (concat([x, make(P["broadcast_to"], extra, shape=shape)], axis=1)
                for x, extra in ((k, self.bias_k), (v, self.bias_v)))  # fmt: skip
        return k, v, _seen(mask)

    def _heads(self, x: Tensor) -> Tensor:
        x = make(P["reshape"], x, shape=(*x.shape[:2], self.num_heads, self.head_dim))
        return make(P["permute"], x, axes=(0, 2, 1, 3))  # (n, heads, t, d)

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None,
                need_weights: bool) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        p = self.dropout if self.training else 0.0
        if not need_weights:
            return scaled_dot_product_attention(q, k, v, mask, p), None
        w = make(attention_weights, q, k, *([] if mask is None else [mask]),
                 scale=1 / math.sqrt(self.head_dim), causal=False, safe=False)  # fmt: skip
        if p:
            w = w * dropout_factors(w.shape, p, w.dtype)
        return make(P["matmul"], w, v), w


def _added(mask: Any, dtype: Any) -> Tensor:
    """A mask as numbers to add to the scores: −∞ where booleans forbid."""
    m = as_tensor(mask)
    if m.dtype.kind != "b":
        return as_tensor(m, dtype)
    return make(P["where"], m, as_tensor(-math.inf, dtype), as_tensor(0.0, dtype))


def _with_zeros(x: Tensor) -> Tensor:
    shape = (*x.shape[:2], 1, x.shape[3])
    return concat([x, as_tensor(np.zeros(shape, x.dtype))], axis=2)


def _seen(mask: Tensor | None) -> Tensor | None:
    """The mask with one more key, which all queries see."""
    if mask is None:
        return None
    extra = np.zeros((*mask.shape[:3], 1), mask.dtype)
    return concat([mask, as_tensor(extra)], axis=3)


def linear(x: Tensor, weight: Any, bias: Any) -> Tensor:
    """x Wᵀ + b."""
    given = (x, as_tensor(weight)) if bias is None else (x, as_tensor(weight), as_tensor(bias))
    return make(affine, *given)


def multi_head_attention_forward(
    query: Any, key: Any, value: Any, embed_dim_to_check: int, num_heads: int,
    in_proj_weight: Any, in_proj_bias: Any, bias_k: Any, bias_v: Any, add_zero_attn: bool,
    dropout_p: float, out_proj_weight: Any, out_proj_bias: Any, training: bool = True,
    key_padding_mask: Any = None, need_weights: bool = True, attn_mask: Any = None,
    use_separate_proj_weight: bool = False, q_proj_weight: Any = None, k_proj_weight: Any = None,
    v_proj_weight: Any = None, static_k: Any = None, static_v: Any = None,
    average_attn_weights: bool = True, is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """What `nn.MultiheadAttention` computes, from weights that are given.

    Shapes: query (l, n, e), key, value (s, n, e) → (l, n, e) and the weights (n, l, s).
    Errors: ArgumentError for static_k or static_v, which stand for keys already projected.

    >>> import tiza as tz
    >>> x, w = tz.ones((3, 1, 2)), tz.ones((6, 2))
    >>> y, _ = multi_head_attention_forward(
    ...     x, x, x, 2, 1, w, None, None, None, False, 0.0, tz.ones((2, 2)), None)
    >>> y.shape
    (3, 1, 2)
    """
    if static_k is not None or static_v is not None:
        raise ArgumentError("attention-static")
    wide = as_tensor(query).shape[-1]
    if wide != embed_dim_to_check:
        raise ShapeError("attention-width", name="query", got=wide, want=embed_dim_to_check)
    if wide % num_heads:
        raise ArgumentError("attention-heads", embed=wide, heads=num_heads)
    own = Heads()
    own.embed_dim, own.num_heads, own.head_dim = wide, num_heads, wide // num_heads
    own.kdim, own.vdim = as_tensor(key).shape[-1], as_tensor(value).shape[-1]
    own.batch_first, own.add_zero_attn = False, add_zero_attn
    own.dropout, own.training = dropout_p, training
    own.in_proj_weight = None if use_separate_proj_weight else as_tensor(in_proj_weight)
    own.q_proj_weight, own.k_proj_weight = q_proj_weight, k_proj_weight
    own.v_proj_weight = v_proj_weight
    own.in_proj_bias = None if in_proj_bias is None else as_tensor(in_proj_bias)
    own.bias_k, own.bias_v = bias_k, bias_v
    own.out_proj = lambda y: linear(y, out_proj_weight, out_proj_bias)
    return own.answer(query, key, value, key_padding_mask, need_weights, attn_mask,
                      average_attn_weights, is_causal)  # fmt: skip
