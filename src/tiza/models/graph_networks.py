"""Networks on graphs that give each node a class: GCN, GAT and GraphSAGE, two layers each."""

from __future__ import annotations

from typing import Any

import tiza.nn.functional as F
from tiza import nn


class GCN(nn.Module):
    """Z = Â drop(ReLU(Â drop(X) W₀ᵀ + b₀)) W₁ᵀ + b₁, Â = D̃^(−½)(A + I) D̃^(−½).

    Renaming the nodes renames the rows of Z and changes nothing else.

    Shapes: x (n, in), edges (2, e) in both directions → logits (n, classes); 23,063 parameters
    for Cora (1433 words, 16 units, 7 classes).
    Source: Kipf & Welling 2017, arXiv:1609.02907, eq. 9.

    >>> sum(p.size for p in GCN(1433, 7).parameters())
    23063
    """

    def __init__(self, features: int, classes: int, hidden: int = 16, dropout: float = 0.5) -> None:
        super().__init__()
        self.features, self.classes, self.hidden = features, classes, hidden
        self.dropout = dropout
        self.conv1 = nn.GCNConv(features, hidden)
        self.conv2 = nn.GCNConv(hidden, classes)
        self.drop = nn.Dropout(dropout)

    def embed(self, x: Any, edges: Any) -> Any:
        """The hidden features of each node, (n, hidden)."""
        return F.relu(self.conv1(self.drop(x), edges))

    def forward(self, x: Any, edges: Any) -> Any:
        """The logits of each node."""
        return self.conv2(self.drop(self.embed(x, edges)), edges)


class GAT(nn.Module):
    """Two layers of attention over neighbours: 8 heads side by side, ELU, then one head.

    Shapes: x (n, in), edges (2, e) → logits (n, classes); 92,373 parameters for Cora.
    Source: Veličković et al. 2018, arXiv:1710.10903, section 3.3 (transductive).

    >>> sum(p.size for p in GAT(1433, 7).parameters())
    92373
    """

    def __init__(self, features: int, classes: int, hidden: int = 8, heads: int = 8,
                 dropout: float = 0.6) -> None:  # fmt: skip
        super().__init__()
        self.features, self.classes, self.hidden = features, classes, hidden
        self.heads, self.dropout = heads, dropout
        self.conv1 = nn.GATConv(features, hidden, heads, dropout=dropout)
        self.conv2 = nn.GATConv(heads * hidden, classes, dropout=dropout)
        self.drop = nn.Dropout(dropout)

    def embed(self, x: Any, edges: Any) -> Any:
        """The hidden features of each node, (n, heads·hidden)."""
        return F.elu(self.conv1(self.drop(x), edges))

    def forward(self, x: Any, edges: Any) -> Any:
        """The logits of each node."""
        return self.conv2(self.drop(self.embed(x, edges)), edges)


class GraphSAGE(nn.Module):
    """h_i = ReLU(W_l mean_{j → i} x_j + W_r x_i + b), twice, the second time without ReLU.

    Shapes: x (n, in), edges (2, e) → logits (n, classes); 46,103 parameters for Cora.
    Source: Hamilton, Ying & Leskovec 2017, arXiv:1706.02216, algorithm 1, over all neighbours.

    >>> sum(p.size for p in GraphSAGE(1433, 7).parameters())
    46103
    """

    def __init__(self, features: int, classes: int, hidden: int = 16, dropout: float = 0.5,
                 aggr: str = "mean") -> None:  # fmt: skip
        super().__init__()
        self.features, self.classes, self.hidden = features, classes, hidden
        self.dropout, self.aggr = dropout, aggr
        self.conv1 = nn.SAGEConv(features, hidden, aggr)
        self.conv2 = nn.SAGEConv(hidden, classes, aggr)
        self.drop = nn.Dropout(dropout)

    def embed(self, x: Any, edges: Any) -> Any:
        """The hidden features of each node, (n, hidden)."""
        return F.relu(self.conv1(self.drop(x), edges))

    def forward(self, x: Any, edges: Any) -> Any:
        """The logits of each node."""
        return self.conv2(self.drop(self.embed(x, edges)), edges)
