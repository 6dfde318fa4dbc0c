"""MultiheadAttention: attention in several small spaces side by side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.manipulation import concat
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import functional as F
from tiza.nn import init
from tiza.nn.attend import dropout_factors, scaled_dot_product_attention
from tiza.nn.attention_formulas import attention_weights
from tiza.nn.layers import Linear, in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter


class MultiheadAttention(Module):
    """concat(head₁, …, head_h) W_outᵀ, headᵢ = softmax(Qᵢ Kᵢᵀ/√d + mask) Vᵢ, Q = x W_qᵀ + b_q …

    Shapes: query (l, n, e), key (s, n, kdim), value (s, n, vdim), or without n; with
    `batch_first` (n, l, e) …; in_proj_weight (3e, e), or q_proj_weight (e, e), k_proj_weight
    (e, kdim), v_proj_weight (e, vdim) where kdim or vdim differ from e; out_proj.weight (e, e).
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2; PyTorch's names, layouts and
    initial values.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> x = tz.zeros((2, 5, 8))
    >>> y, w = nn.MultiheadAttention(8, 2, batch_first=True)(x, x, x); y.shape, w.shape
    ((2, 5, 8), (2, 5, 5))
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True,
                 add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: int | None = None,
                 vdim: int | None = None, batch_first: bool = False,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        name = "MultiheadAttention"
        e = self.embed_dim = size(name, "embed_dim", embed_dim, least=1)
        self.num_heads = size(name, "num_heads", num_heads, least=1)
        if e % num_heads:
            raise ArgumentError("attention-heads", embed=e, heads=num_heads)
        if not 0 <= dropout <= 1:
            raise ArgumentError("dropout-p", got=dropout)
        self.kdim = e if kdim is None else size(name, "kdim", kdim)
        self.vdim = e if vdim is None else size(name, "vdim", vdim)
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        self.head_dim = e // num_heads
        same = self.kdim == e == self.vdim
        shapes = {"in_proj_weight": (3 * e, e) if same else None,
                  "q_proj_weight": None if same else (e, e),
                  "k_proj_weight": None if same else (e, self.kdim),
                  "v_proj_weight": None if same else (e, self.vdim),
                  "in_proj_bias": (3 * e,) if bias else None,
                  "bias_k": (1, 1, e) if add_bias_kv else None,
                  "bias_v": (1, 1, e) if add_bias_kv else None}  # fmt: skip
        for key, shape in shapes.items():
            param = None if shape is None else Parameter(np.zeros(shape, np.float32))
            self.register_parameter(key, param)
        self.out_proj = Linear(e, e, bias=bias)
        self._reset_parameters()
        in_type(self, dtype, device)

    def _reset_parameters(self) -> None:
        for key, param in self._parameters.items():
            if param is not None and key.endswith("weight"):
                init.xavier_uniform_(param)
            elif param is not None and key.startswith("bias"):
                init.xavier_normal_(param)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)

    def forward(self, query: Any, key: Any, value: Any, key_padding_mask: Any = None,
                need_weights: bool = True, attn_mask: Any = None,
                average_attn_weights: bool = True, is_causal: bool = False,
                ) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        """The answer (l, n, e), and the weights (n, l, s), or (n, heads, l, s) if not averaged.

        Masks of booleans say what is *not* seen; numbers are added to the scores.
        key_padding_mask (n, s), attn_mask (l, s) or (n·heads, l, s). `is_causal` stands for
        the causal mask where none is given.
        """
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
            whole = F.linear(q, self.in_proj_weight, bias)
            return [whole[..., i * e : (i + 1) * e] for i in range(3)]
        else:
            weights = [self.in_proj_weight[i * e : (i + 1) * e] for i in range(3)]
        biases = [None if bias is None else bias[i * e : (i + 1) * e] for i in range(3)]
        return [F.linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases, strict=True)]

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

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.embed_dim}, {self.num_heads}, batch_first={self.batch_first}"


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
