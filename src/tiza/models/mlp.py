"""The multilayer perceptron (m₀, m₁, …, m_{L+1}), and the 784-8-10 of the course's slides."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tiza import nn
from tiza.errors import ArgumentError

ACTIVATIONS = {
    "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU, "silu": nn.SiLU,
}  # fmt: skip


class MLP(nn.Module):
    """a⁰ = x, aˡ = φ(W ˡ aˡ⁻¹ + bˡ), and the last layer without φ.

    Shapes: x (n, m₀), or (n, …) of m₀ numbers each → (n, m_{L+1}); Σ (mₗ₋₁ + 1)·mₗ parameters.
    Source: Rumelhart, Hinton & Williams 1986, Nature 323.

    >>> model = MLP((784, 128, 10))
    >>> sum(p.size for p in model.parameters())
    101770
    """

    def __init__(self, sizes: Sequence[int], activation: str = "relu", dropout: float = 0.0
                 ) -> None:  # fmt: skip
        super().__init__()
        if len(sizes) < 2:
            raise ArgumentError("model-sizes", got=tuple(sizes))
        if activation not in ACTIVATIONS:
            raise ArgumentError("model-choice", model="MLP", name="activation", got=activation,
                                known=", ".join(ACTIVATIONS))  # fmt: skip
        self.sizes, self.activation, self.dropout = tuple(sizes), activation, dropout
        layers: list[nn.Module] = [nn.Flatten()]
        for n, m in pairwise(sizes[:-1]):
            layers += [nn.Linear(n, m), ACTIVATIONS[activation]()]
            if dropout:
                layers.append(nn.Dropout(dropout))
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))

    def forward(self, x: Any) -> Any:
        """The numbers of the last layer."""
        return self.layers(x)


class SlideMLP(MLP):
    """The slides' network for MNIST: 784 pixels, 8 hidden units, 10 digits.

    Shapes: x (n, 28, 28) or (n, 784) → logits (n, 10); 6,370 parameters.
    Source: the course's slides (document b), which show it in NumPy, Keras and PyTorch.

    >>> sum(p.size for p in SlideMLP().parameters())
    6370
    """

    def __init__(self, activation: str = "relu") -> None:
        super().__init__((784, 8, 10), activation)
