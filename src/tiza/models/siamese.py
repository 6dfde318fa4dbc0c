"""The siamese network: one network looks at both pictures, and distance says whether alike."""

from __future__ import annotations

from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import losses, nn


class Siamese(nn.Module):
    """e = f(x)/‖f(x)‖; two inputs are alike where ‖e₁ − e₂‖ is small. f is a small CNN.

    contrastive: d²/2 for pairs alike, max(0, m − d)²/2 for others;
    triplet: max(0, d(a, p) − d(a, n) + m).

    Shapes: x (n, 28, 28) or (n, 1, 28, 28) → e (n, code), of length 1.
    Source: Bromley et al. 1993, NIPS; Hadsell, Chopra & LeCun 2006, CVPR, eq. 4; Schroff,
    Kalenichenko & Philbin 2015, arXiv:1503.03832, eq. 3.

    >>> import tiza as tz
    >>> Siamese(code=8)(tz.ones((3, 28, 28))).shape
    (3, 8)
    """

    def __init__(self, code: int = 32, maps: int = 16, margin: float = 0.5) -> None:
        super().__init__()
        self.code, self.maps, self.margin = code, maps, margin
        self.conv1 = nn.Conv2d(1, maps, 3, padding=1)
        self.conv2 = nn.Conv2d(maps, 2 * maps, 3, padding=1)
        self.fc1 = nn.Linear(2 * maps * 7 * 7, 128)
        self.fc2 = nn.Linear(128, code)

    def forward(self, x: Any) -> Any:
        """The embedding."""
        x = tz.asarray(x)
        h = F.max_pool2d(F.relu(self.conv1(tz.reshape(x, (x.shape[0], 1, 28, 28)))), 2)
        h = F.max_pool2d(F.relu(self.conv2(h)), 2)
        h = F.relu(self.fc1(tz.reshape(h, (h.shape[0], -1))))
        return F.normalize(self.fc2(h), dim=1)

    def distance(self, x1: Any, x2: Any) -> Any:
        """‖e₁ − e₂‖ of each pair, (n)."""
        return F.pairwise_distance(self(x1), self(x2))

    def contrastive(self, x1: Any, x2: Any, alike: Any) -> Any:
        """The loss of pairs; alike (n) of 1 and −1."""
        return losses.contrastive_loss(self(x1), self(x2), alike, self.margin)

    def triplet(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """The loss of triplets."""
        return losses.triplet_margin_loss(self(anchor), self(positive), self(negative), self.margin)
