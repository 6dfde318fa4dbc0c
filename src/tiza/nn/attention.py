"""MultiheadAttention: attention in several small spaces side by side."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.lang.tensor import Tensor
from tiza.nn import init
from tiza.nn.heads import Heads
from tiza.nn.layers import Linear, in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter


class MultiheadAttention(Heads, Module):
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
        return self.answer(query, key, value, key_padding_mask, need_weights, attn_mask,
                           average_attn_weights, is_causal)  # fmt: skip

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.embed_dim}, {self.num_heads}, batch_first={self.batch_first}"
