"""The networks that recipes use."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiza import nn


def mlp(inputs: int, hidden: Sequence[int], outputs: int, dropout: float = 0.0) -> "nn.Sequential":
    """A perceptron of ReLU layers: inputs → hidden[0] → ... → outputs; with none, a linear model.

    >>> mlp(64, [32], 10)
    Sequential(
      (0): Linear(in_features=64, out_features=32, bias=True)
      (1): ReLU()
      (2): Linear(in_features=32, out_features=10, bias=True)
    )
    """
    from tiza import nn

    layers: list[nn.Module] = []
    for units in hidden:
        layers += [nn.Linear(inputs, units), nn.ReLU()]
        if dropout:
            layers.append(nn.Dropout(dropout))
        inputs = units
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))
