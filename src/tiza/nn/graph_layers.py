"""Convolutions on graphs given as edge lists: GCN, GraphSAGE, GAT and GIN.

An edge list is (2, e): sources above, targets below; features flow from source to target. An
undirected graph lists each edge in both directions. Names and layouts are PyTorch Geometric's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, DTypeError, IndexingError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.manipulation import concat
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import functional as F
from tiza.nn import graph_formulas as formulas
from tiza.nn import init
from tiza.nn.layers import Linear, in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Buffer, Parameter
from tiza.nn.segments import segment_max, segment_mean, segment_softmax, segment_sum

AGGREGATIONS = {"mean": segment_mean, "max": segment_max, "sum": segment_sum, "add": segment_sum}


def _edges(layer: str, x: Tensor, edge_index: Any) -> tuple[Tensor, Tensor]:
    """Sources and targets, refused where already known to name no node."""
    if x.ndim != 2:
        raise ShapeError("graph-nodes", layer=layer, got=x.shape)
    edges = as_tensor(edge_index)
    if edges.ndim != 2 or edges.shape[0] != 2:
        raise ShapeError("graph-edges", layer=layer, got=edges.shape)
    if edges.dtype.kind not in "iu":
        raise DTypeError("segments-type", got=edges.dtype)
    known = edges.node.value
    if known is not None and known.size and (known.min() < 0 or known.max() >= x.shape[0]):
        worst = int(known.min() if known.min() < 0 else known.max())
        raise IndexingError("graph-node", layer=layer, got=worst, n=x.shape[0])
    return edges[0], edges[1]


def _with_loops(source: Tensor, target: Tensor, n: int) -> tuple[Tensor, Tensor]:
    loops = as_tensor(np.arange(n, dtype=source.dtype))
    return concat([source, loops]), concat([target, loops])


def _bias(layer: Module, width: int, wanted: bool) -> None:
    layer.register_parameter("bias", Parameter(init.zeros((width,))) if wanted else None)


def _glorot(in_features: int, out_features: int) -> Linear:
    linear = Linear(in_features, out_features, bias=False)
    init.xavier_uniform_(linear.weight)
    return linear


class GCNConv(Module):
    """Y = D̃^(−1/2) Ã D̃^(−1/2) X Wᵀ + b, with Ã = A + I and D̃ its degrees.

    Edges may carry weights, the entries of A. Without `add_self_loops`, Ã = A; without
    `normalize`, Y = Ã X Wᵀ + b.

    Shapes: x (n, in), edge_index (2, e), edge_weight (e) → (n, out); lin.weight (out, in).
    Source: Kipf & Welling 2017, arXiv:1609.02907, eq. 2. As there, I is added even where A has
    loops of its own already.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.GCNConv(3, 2)(tz.ones((4, 3)), [[0, 1, 1, 2], [1, 0, 2, 1]]).shape
    (4, 2)
    """

    def __init__(self, in_channels: int, out_channels: int, add_self_loops: bool = True,
                 normalize: bool = True, bias: bool = True, device: Any = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.in_channels = size("GCNConv", "in_channels", in_channels, least=1)
        self.out_channels = size("GCNConv", "out_channels", out_channels, least=1)
        self.add_self_loops, self.normalize = add_self_loops, normalize
        self.lin = _glorot(in_channels, out_channels)
        _bias(self, out_channels, bias)
        in_type(self, dtype, device)

    def forward(self, x: Any, edge_index: Any, edge_weight: Any = None) -> Tensor:
        """The features of the next layer."""
        x = as_tensor(x)
        n = x.shape[0] if x.ndim else 0
        source, target = _edges("GCNConv", x, edge_index)
        ones = np.ones(source.shape, x.dtype)
        w = as_tensor(ones if edge_weight is None else edge_weight, x.dtype)
        if w.shape != source.shape:
            raise ShapeError("edge-weights", x=x.shape, weights=w.shape, edges=source.shape)
        if self.add_self_loops:
            source, target = _with_loops(source, target, n)
            w = concat([w, as_tensor(np.ones(n, x.dtype))])
        if self.normalize:
            w = make(formulas.symmetric_norm, w, source, target, size=n)
        y = make(formulas.propagate, self.lin(x), source, target, w)
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:
        """The widths."""
        return f"{self.in_channels}, {self.out_channels}"


class SAGEConv(Module):
    """y_i = W_l agg{x_j : j → i} + b + W_r x_i, the neighbours' mean, maximum or sum.

    With `normalize`, each y_i is divided by its length. A node without neighbours gets 0 from
    them.

    Shapes: x (n, in), edge_index (2, e) → (n, out); lin_l.weight, lin_r.weight (out, in).
    Source: Hamilton, Ying & Leskovec 2017, arXiv:1706.02216, algorithm 1, lines 4 to 7; its
    W [x ‖ a] is W_r x + W_l a.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.SAGEConv(3, 2, aggr="max")(tz.ones((4, 3)), [[0, 1], [1, 0]]).shape
    (4, 2)
    """

    def __init__(self, in_channels: int, out_channels: int, aggr: str = "mean",
                 normalize: bool = False, root_weight: bool = True, bias: bool = True,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.in_channels = size("SAGEConv", "in_channels", in_channels, least=1)
        self.out_channels = size("SAGEConv", "out_channels", out_channels, least=1)
        if aggr not in AGGREGATIONS:
            raise ArgumentError("graph-aggregation", got=aggr, known=", ".join(AGGREGATIONS))
        self.aggr, self.normalize = aggr, normalize
        self.lin_l = Linear(in_channels, out_channels, bias=bias)
        self.lin_r = Linear(in_channels, out_channels, bias=False) if root_weight else None
        in_type(self, dtype, device)

    def forward(self, x: Any, edge_index: Any) -> Tensor:
        """The features of the next layer."""
        x = as_tensor(x)
        source, target = _edges("SAGEConv", x, edge_index)
        messages = make(P["take"], x, source, axis=0)
        y: Tensor = self.lin_l(AGGREGATIONS[self.aggr](messages, target, x.shape[0]))
        if self.lin_r is not None:
            y = y + self.lin_r(x)
        return F.normalize(y, dim=-1) if self.normalize else y

    def extra_repr(self) -> str:
        """The widths and the aggregation."""
        return f"{self.in_channels}, {self.out_channels}, aggr={self.aggr!r}"


class GATConv(Module):
    """y_i = Σ_j α_ij W x_j, α_ij = softmax_j LeakyReLU(a_srcᵀ W x_j + a_dstᵀ W x_i).

    The sum goes over the edges j → i and over i itself, unless `add_self_loops` is False.
    Several heads stand side by side, or are averaged (`concat=False`). Dropout falls on the α.

    Shapes: x (n, in), edge_index (2, e) → (n, heads·out), or (n, out) averaged; lin.weight
    (heads·out, in); att_src, att_dst (1, heads, out).
    Source: Veličković et al. 2018, arXiv:1710.10903, eqs. 1–6, a = [a_dst ‖ a_src].

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.GATConv(3, 2, heads=4)(tz.ones((4, 3)), [[0, 1], [1, 0]]).shape
    (4, 8)
    """

    def __init__(self, in_channels: int, out_channels: int, heads: int = 1, concat: bool = True,
                 negative_slope: float = 0.2, dropout: float = 0.0, add_self_loops: bool = True,
                 bias: bool = True, device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.in_channels = size("GATConv", "in_channels", in_channels, least=1)
        self.out_channels = size("GATConv", "out_channels", out_channels, least=1)
        self.heads = size("GATConv", "heads", heads, least=1)
        if not 0 <= dropout <= 1:
            raise ArgumentError("dropout-p", got=dropout)
        self.concat, self.negative_slope, self.dropout = concat, negative_slope, dropout
        self.add_self_loops = add_self_loops
        for name in ("att_src", "att_dst"):
            bound = math.sqrt(6 / (heads + out_channels))
            setattr(self, name, Parameter(init.uniform((1, heads, out_channels), -bound, bound)))
        _bias(self, heads * out_channels if concat else out_channels, bias)
        self.lin = _glorot(in_channels, heads * out_channels)
        in_type(self, dtype, device)

    def forward(self, x: Any, edge_index: Any, return_attention_weights: bool = False) -> Any:
        """The features of the next layer; on request with (edges, α (edges, heads))."""
        x = as_tensor(x)
        source, target = _edges("GATConv", x, edge_index)
        n = x.shape[0]
        h = make(P["reshape"], self.lin(x), shape=(n, self.heads, self.out_channels))
        own = make(P["equal"], source, target)
        if self.add_self_loops:
            source, target = _with_loops(source, target, n)
        send, get = (make(P["sum"], h * a, axis=(2,), keepdims=False)
                     for a in (self.att_src, self.att_dst))  # fmt: skip
        score = make(P["take"], send, source, axis=0) + make(P["take"], get, target, axis=0)
        score = F.leaky_relu(score, self.negative_slope)
        if self.add_self_loops:  # a loop that was there already must not count twice
            own = concat([own, as_tensor(np.zeros(n, bool))])
            own = make(P["reshape"], own, shape=(own.shape[0], 1))
            score = make(P["where"], own, as_tensor(-math.inf, x.dtype), score)
        alpha = segment_softmax(score, target, n)
        used = F.dropout(alpha, self.dropout, self.training)
        y = make(formulas.propagate, h, source, target, used)
        if self.concat:
            y = make(P["reshape"], y, shape=(n, self.heads * self.out_channels))
        else:
            y = make(P["sum"], y, axis=(1,), keepdims=False) / self.heads
        y = y if self.bias is None else y + self.bias
        edges = make(P["concat"], *(make(P["reshape"], e, shape=(1, e.shape[0]))
                                    for e in (source, target)), axis=0)  # fmt: skip
        return (y, (edges, alpha)) if return_attention_weights else y

    def extra_repr(self) -> str:
        """The widths and heads."""
        return f"{self.in_channels}, {self.out_channels}, heads={self.heads}"


class GINConv(Module):
    """y_i = f((1 + ε) x_i + Σ_{j → i} x_j), f being a network of the user's.

    ε is learned with `train_eps`.

    Shapes: x (n, in), edge_index (2, e) → what f makes of (n, in); eps (1).
    Source: Xu et al. 2019, arXiv:1810.00826, eq. 4.1.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.GINConv(nn.Linear(3, 2))(tz.ones((4, 3)), [[0, 1], [1, 0]]).shape
    (4, 2)
    """

    def __init__(self, nn: Module, eps: float = 0.0, train_eps: bool = False) -> None:
        super().__init__()
        if not isinstance(nn, Module):
            raise ArgumentError("graph-network", got=type(nn).__name__)
        self.nn = nn
        start = np.array([eps], np.float32)
        self.eps = Parameter(start) if train_eps else Buffer(start)

    def forward(self, x: Any, edge_index: Any) -> Any:
        """The features of the next layer."""
        x = as_tensor(x)
        source, target = _edges("GINConv", x, edge_index)
        ones = as_tensor(np.ones(source.shape, x.dtype))
        around = make(formulas.propagate, x, source, target, ones)
        return self.nn(x * (1 + as_tensor(self.eps, x.dtype)) + around)
