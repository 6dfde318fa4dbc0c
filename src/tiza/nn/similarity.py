"""Layers that compare two inputs: Bilinear, CosineSimilarity, PairwiseDistance."""

from __future__ import annotations

import math
from typing import Any

from tiza.lang.tensor import Tensor
from tiza.nn import functional as F
from tiza.nn import init
from tiza.nn.layers import in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter


class Bilinear(Module):
    """y_k = x₁ᵀ W_k x₂ + b_k.

    Shapes: x₁ (*n, in1), x₂ (*n, in2) → (*n, out); weight (out, in1, in2); bias (out).
    Source: PyTorch's names, layout and initial distribution, U(−1/√in1, 1/√in1).

    >>> import tiza as tz
    >>> from tiza import nn
    >>> nn.Bilinear(3, 4, 2)(tz.zeros((5, 3)), tz.zeros((5, 4))).shape
    (5, 2)
    """

    def __init__(self, in1_features: int, in2_features: int, out_features: int, bias: bool = True,
                 device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.in1_features = size("Bilinear", "in1_features", in1_features, least=1)
        self.in2_features = size("Bilinear", "in2_features", in2_features)
        self.out_features = size("Bilinear", "out_features", out_features)
        shape = (self.out_features, self.in1_features, self.in2_features)
        self.weight = Parameter(init.fan_in_uniform(shape, in1_features))
        self.bias = Parameter(init.fan_in_uniform(shape[:1], in1_features)) if bias else None
        in_type(self, dtype, device)

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(self.in1_features)
        for param in self.parameters():
            init.uniform_(param, -bound, bound)

    def forward(self, input1: Any, input2: Any) -> Tensor:
        """x₁ᵀ W x₂ + b."""
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """The sizes."""
        return (f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
                f"out_features={self.out_features}, bias={self.bias is not None}")  # fmt: skip


class CosineSimilarity(Module):
    """x₁·x₂ / (max(‖x₁‖, ε) max(‖x₂‖, ε)); see `nn.functional.cosine_similarity`.

    >>> from tiza import nn
    >>> nn.CosineSimilarity()([[2.0, 0.0]], [[0.0, 5.0]]).tolist()
    [0.0]
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Any, x2: Any) -> Tensor:
        """The cosine of each pair."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """‖x₁ − x₂ + ε‖ₚ; see `nn.functional.pairwise_distance`.

    >>> from tiza import nn
    >>> round(nn.PairwiseDistance(p=1)([[2.0, 0.0]], [[0.0, 5.0]]).item(), 4)
    7.0
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Any, x2: Any) -> Tensor:
        """The distance of each pair."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
