"""LeNet-5, the convolutional network that read cheques."""

from __future__ import annotations

from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import nn


class LeNet5(nn.Module):
    """Two convolutions with halving between, then three affine maps; φ = tanh, or ReLU.

    h = pool φ(conv₅ₓ₅ x), 6 maps;  h = pool φ(conv₅ₓ₅ h), 16 maps;  120 → 84 → classes.
    The second convolution sees all six maps, as in today's editions; 1998's saw some of them.

    Shapes: x (n, 1, 28, 28) or (n, 28, 28) → logits (n, 10); 61,706 parameters.
    Source: LeCun, Bottou, Bengio & Haffner 1998, Proc. IEEE 86(11), section II.B.

    >>> sum(p.size for p in LeNet5().parameters())
    61706
    """

    def __init__(self, classes: int = 10, activation: str = "tanh") -> None:
        super().__init__()
        self.classes, self.activation = classes, activation
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def features(self, x: Any) -> tuple[Any, Any]:
        """The maps after each convolution: (n, 6, 28, 28) and (n, 16, 10, 10)."""
        x = tz.asarray(x)
        x = tz.reshape(x, (x.shape[0], 1, 28, 28))
        first = self._phi(self.conv1(x))
        return first, self._phi(self.conv2(self._half(first)))

    def forward(self, x: Any) -> Any:
        """The logits."""
        h = self._half(self.features(x)[1])  # (n, 16, 5, 5)
        h = self._phi(self.fc1(tz.reshape(h, (h.shape[0], 400))))
        return self.fc3(self._phi(self.fc2(h)))

    def _phi(self, x: Any) -> Any:
        return F.relu(x) if self.activation == "relu" else F.tanh(x)

    def _half(self, x: Any) -> Any:
        return F.max_pool2d(x, 2) if self.activation == "relu" else F.avg_pool2d(x, 2)
