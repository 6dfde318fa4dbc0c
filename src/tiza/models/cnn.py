"""A small convolutional network of today, for clothes (Fashion-MNIST) and digits."""

from __future__ import annotations

from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import nn


class SmallCNN(nn.Module):
    """h₁ = pool ReLU(conv₃ₓ₃ x), h₂ = pool ReLU(conv₃ₓ₃ h₁), y = W₂ drop(ReLU(W₁ h₂)).

    Shapes: x (n, 1, 28, 28) or (n, 28, 28) → logits (n, 10); 421,642 parameters with the
    defaults (32 and 64 maps, 128 units).
    Source: the plan of LeCun et al. 1998 with ReLU (Nair & Hinton 2010, ICML) and dropout
    (Srivastava et al. 2014, JMLR 15).

    >>> sum(p.size for p in SmallCNN().parameters())
    421642
    """

    def __init__(self, classes: int = 10, maps: int = 32, units: int = 128,
                 dropout: float = 0.4) -> None:  # fmt: skip
        super().__init__()
        self.classes, self.maps, self.units, self.dropout = classes, maps, units, dropout
        self.conv1 = nn.Conv2d(1, maps, 3, padding=1)
        self.conv2 = nn.Conv2d(maps, 2 * maps, 3, padding=1)
        self.fc1 = nn.Linear(2 * maps * 7 * 7, units)
        self.drop = nn.Dropout(dropout)
        self.fc2 = nn.Linear(units, classes)

    def features(self, x: Any) -> tuple[Any, Any]:
        """The maps after each convolution: (n, maps, 28, 28) and (n, 2·maps, 14, 14)."""
        x = tz.asarray(x)
        first = F.relu(self.conv1(tz.reshape(x, (x.shape[0], 1, 28, 28))))
        return first, F.relu(self.conv2(F.max_pool2d(first, 2)))

    def forward(self, x: Any) -> Any:
        """The logits."""
        h = F.max_pool2d(self.features(x)[1], 2)  # (n, 2·maps, 7, 7)
        h = F.relu(self.fc1(tz.reshape(h, (h.shape[0], -1))))
        return self.fc2(self.drop(h))
