"""Transformers: layers of attention and of a small network, each around a residual path."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn import functional as F
from tiza.nn import init
from tiza.nn.attention import MultiheadAttention
from tiza.nn.containers import ModuleList
from tiza.nn.layers import Dropout, Linear, in_type, size
from tiza.nn.module import Module
from tiza.nn.normalization import LayerNorm
from tiza.nn.state import floating, on_cpu

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"relu": F.relu, "gelu": F.gelu}


class TransformerLayer(Module):
    """What both kinds of layer share: linear₂(dropout(φ(linear₁ x))), dropout, norms."""

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int, dropout: float,
                 activation: str | Callable[[Any], Any], layer_norm_eps: float,
                 batch_first: bool, norm_first: bool, bias: bool, attentions: tuple[str, ...],
                 device: Any, dtype: Any) -> None:  # fmt: skip
        super().__init__()
        for name in attentions:
            setattr(self, name, MultiheadAttention(d_model, nhead, dropout, bias,
                                                   batch_first=batch_first))  # fmt: skip
        self.linear1 = Linear(d_model, size(type(self).__name__, "dim_feedforward",
                                            dim_feedforward), bias=bias)  # fmt: skip
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias)
        self.norm_first = norm_first
        many = range(1, len(attentions) + 2)
        for k in many:
            setattr(self, f"norm{k}", LayerNorm(d_model, layer_norm_eps, bias=bias))
        for k in many:
            setattr(self, f"dropout{k}", Dropout(dropout))
        if isinstance(activation, str):
            if activation not in ACTIVATIONS:
                raise ArgumentError("transformer-activation", got=activation)
            activation = ACTIVATIONS[activation]
        self.activation: Callable[[Any], Any] = activation
        in_type(self, dtype, device)

    def _look(self, attention: Module, x: Any, memory: Any, mask: Any, padding: Any,
              causal: bool) -> Any:  # fmt: skip
        return attention(x, memory, memory, padding, False, mask, is_causal=causal)[0]

    def _network(self, x: Any) -> Any:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def _around(self, x: Any, steps: list[Callable[[Any], Any]]) -> Any:
        """x + f(norm(x)) with `norm_first`, else norm(x + f(x)), step after step."""
        for k, step in enumerate(steps, 1):
            norm, drop = getattr(self, f"norm{k}"), getattr(self, f"dropout{k}")
            x = x + drop(step(norm(x))) if self.norm_first else norm(x + drop(step(x)))
        return x


class TransformerEncoderLayer(TransformerLayer):
    """x ← norm(x + attention(x, x, x)), x ← norm(x + W₂ φ(W₁ x)), with dropout on each f.

    With `norm_first`, x ← x + f(norm(x)) instead.

    Shapes: src (t, n, d), or (n, t, d) with `batch_first`, or (t, d) → the same.
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.1; norms first: Xiong et al. 2020,
    arXiv:2002.04745. PyTorch's names and defaults.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.TransformerEncoderLayer(8, 2, 16)(tz.zeros((5, 3, 8))).shape
    (5, 3, 8)
    """

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Any], Any] = F.relu, layer_norm_eps: float = 1e-5,
                 batch_first: bool = False, norm_first: bool = False, bias: bool = True,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps,
                         batch_first, norm_first, bias, ("self_attn",), device, dtype)  # fmt: skip

    def forward(self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None,
                is_causal: bool = False) -> Any:  # fmt: skip
        """The sequence, each token having looked at the others; masks as in MultiheadAttention."""
        return self._around(as_tensor(src), [
            lambda x: self._look(self.self_attn, x, x, src_mask, src_key_padding_mask, is_causal),
            self._network,
        ])  # fmt: skip


class TransformerDecoderLayer(TransformerLayer):
    """Attention within the target, attention from it to the memory, then the small network.

    Shapes: tgt (t, n, d), memory (s, n, d), or the batch first → the shape of tgt.
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.1. PyTorch's names and defaults.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.TransformerDecoderLayer(8, 2, 16)(tz.zeros((5, 3, 8)), tz.zeros((7, 3, 8))).shape
    (5, 3, 8)
    """

    def __init__(self, d_model: int, nhead: int, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Any], Any] = F.relu, layer_norm_eps: float = 1e-5,
                 batch_first: bool = False, norm_first: bool = False, bias: bool = True,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps,
                         batch_first, norm_first, bias, ("self_attn", "multihead_attn"),
                         device, dtype)  # fmt: skip

    def forward(self, tgt: Any, memory: Any, tgt_mask: Any = None, memory_mask: Any = None,
                tgt_key_padding_mask: Any = None, memory_key_padding_mask: Any = None,
                tgt_is_causal: bool = False, memory_is_causal: bool = False) -> Any:  # fmt: skip
        """The target sequence; masks as in MultiheadAttention."""
        memory = as_tensor(memory)
        return self._around(as_tensor(tgt), [
            lambda x: self._look(self.self_attn, x, x, tgt_mask, tgt_key_padding_mask,
                                 tgt_is_causal),
            lambda x: self._look(self.multihead_attn, x, memory, memory_mask,
                                 memory_key_padding_mask, memory_is_causal),
            self._network,
        ])  # fmt: skip


class TransformerEncoder(Module):
    """x ← layerₖ(x) for `num_layers` copies of an encoder layer, then `norm` if given.

    The copies start with equal weights, as PyTorch's do. `enable_nested_tensor` and `mask_check`
    choose how PyTorch computes; here nothing hangs on them. What comes out where a row is padding
    means nothing (PyTorch, in use and without gradients, may put 0 there).

    Shapes: src as of the layer → the same.
    Source: Vaswani et al. 2017, arXiv:1706.03762; PyTorch's names.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), num_layers=2)
    >>> encoder(tz.zeros((5, 3, 8))).shape
    (5, 3, 8)
    """

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None,
                 enable_nested_tensor: bool = True, mask_check: bool = True) -> None:  # fmt: skip
        del enable_nested_tensor, mask_check
        super().__init__()
        self.num_layers = size("TransformerEncoder", "num_layers", num_layers)
        self.layers = ModuleList([deepcopy(encoder_layer) for _ in range(num_layers)])
        self.norm = norm

    def forward(self, src: Any, mask: Any = None, src_key_padding_mask: Any = None,
                is_causal: bool | None = None) -> Any:  # fmt: skip
        """The sequence after all layers."""
        x = as_tensor(src)
        for layer in self.layers:
            x = layer(x, mask, src_key_padding_mask, bool(is_causal))
        return x if self.norm is None else self.norm(x)


class TransformerDecoder(Module):
    """x ← layerₖ(x, memory) for `num_layers` copies of a decoder layer, then `norm` if given.

    Shapes: tgt and memory as of the layer → the shape of tgt.
    Source: Vaswani et al. 2017, arXiv:1706.03762; PyTorch's names.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), num_layers=2)
    >>> decoder(tz.zeros((5, 3, 8)), tz.zeros((7, 3, 8))).shape
    (5, 3, 8)
    """

    def __init__(self, decoder_layer: Module, num_layers: int,
                 norm: Module | None = None) -> None:  # fmt: skip
        super().__init__()
        self.num_layers = size("TransformerDecoder", "num_layers", num_layers)
        self.layers = ModuleList([deepcopy(decoder_layer) for _ in range(num_layers)])
        self.norm = norm

    def forward(self, tgt: Any, memory: Any, tgt_mask: Any = None, memory_mask: Any = None,
                tgt_key_padding_mask: Any = None, memory_key_padding_mask: Any = None,
                tgt_is_causal: bool | None = None,
                memory_is_causal: bool = False) -> Any:  # fmt: skip
        """The target sequence after all layers."""
        x = as_tensor(tgt)
        for layer in self.layers:
            x = layer(x, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                      memory_key_padding_mask, bool(tgt_is_causal), memory_is_causal)  # fmt: skip
        return x if self.norm is None else self.norm(x)


class Transformer(Module):
    """An encoder, and a decoder that looks at what the encoder gives out.

    Shapes: src (s, n, d), tgt (t, n, d), or the batch first → the shape of tgt.
    Source: Vaswani et al. 2017, arXiv:1706.03762, figure 1, without embeddings and last softmax.
    PyTorch's names, defaults and initial distribution (Xavier's).

    >>> import tiza as tz
    >>> from tiza import nn
    >>> net = nn.Transformer(8, 2, 1, 1, 16)
    >>> net(tz.zeros((5, 3, 8)), tz.zeros((7, 3, 8))).shape
    (7, 3, 8)
    """

    def __init__(self, d_model: int = 512, nhead: int = 8, num_encoder_layers: int = 6,
                 num_decoder_layers: int = 6, dim_feedforward: int = 2048, dropout: float = 0.1,
                 activation: str | Callable[[Any], Any] = F.relu,
                 custom_encoder: Module | None = None, custom_decoder: Module | None = None,
                 layer_norm_eps: float = 1e-5, batch_first: bool = False, norm_first: bool = False,
                 bias: bool = True, device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        options = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps,
                   batch_first, norm_first, bias)  # fmt: skip
        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(*options), num_encoder_layers,
            LayerNorm(d_model, layer_norm_eps, bias=bias))  # fmt: skip
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(*options), num_decoder_layers,
            LayerNorm(d_model, layer_norm_eps, bias=bias))  # fmt: skip
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for param in self.parameters():
            if param.ndim > 1:
                init.xavier_uniform_(param)
        in_type(self, dtype, device)

    def forward(self, src: Any, tgt: Any, src_mask: Any = None, tgt_mask: Any = None,
                memory_mask: Any = None, src_key_padding_mask: Any = None,
                tgt_key_padding_mask: Any = None, memory_key_padding_mask: Any = None,
                src_is_causal: bool | None = None, tgt_is_causal: bool | None = None,
                memory_is_causal: bool = False) -> Any:  # fmt: skip
        """The decoder's answer to tgt, having seen src."""
        x, y = as_tensor(src), as_tensor(tgt)
        if x.ndim != y.ndim or self.d_model not in x.shape[-1:] or x.shape[-1] != y.shape[-1]:
            raise ShapeError("transformer-shapes", src=x.shape, tgt=y.shape, width=self.d_model)
        memory = self.encoder(x, src_mask, src_key_padding_mask, src_is_causal)
        return self.decoder(y, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                            memory_key_padding_mask, tgt_is_causal, memory_is_causal)  # fmt: skip

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """−∞ above the diagonal, 0 elsewhere: no token sees a later one.

        >>> Transformer.generate_square_subsequent_mask(2).tolist()
        [[0.0, -inf], [0.0, 0.0]]
        """
        on_cpu(device)
        later = np.triu(np.ones((sz, sz), bool), 1)
        return as_tensor(np.where(later, -np.inf, 0.0).astype(floating(dtype) or np.float32))
