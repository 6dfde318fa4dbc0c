"""The water tank of the course: how must the taps be set for a volume V after t seconds?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import nn


class WaterTank(nn.Module):
    """r_i = K_i P_i, V = max(0, t (Σ r_i − R)): a neuron with inputs P, weights K and bias −R.

    P_i is the pressure of tap i, K_i its setting from 0 (shut) to 1 (open), r_i its flow, R what
    flows out of the tank. The settings are learned: K = σ(k), so that none leaves 0 … 1.

    Shapes: pressure (n, taps), seconds (n) → volume (n); `taps` parameters.
    Source: the course's first class (document c, example 1), after Calin 2020, Deep Learning
    Architectures, section 1.1.

    >>> tank = WaterTank(2, outflow=1.0)
    >>> tank([[4.0, 2.0]], [10.0]).tolist()  # both half open at first: 10 (2 + 1 − 1)
    [20.0]
    """

    def __init__(self, taps: int = 2, outflow: float = 0.0) -> None:
        super().__init__()
        self.taps, self.outflow = taps, outflow
        self.knob = nn.Parameter(np.zeros(taps, np.float32))

    def settings(self) -> Any:
        """K, from 0 to 1."""
        return F.sigmoid(self.knob)

    def forward(self, pressure: Any, seconds: Any) -> Any:
        """The volume."""
        flow = tz.asarray(pressure) @ self.settings() - self.outflow
        return F.relu(tz.asarray(seconds) * flow)

    def loss(self, pressure: Any, seconds: Any, volume: Any) -> Any:
        """The mean squared error of the volumes."""
        return F.mse_loss(self(pressure, seconds), volume)


def reachable(pressure: Sequence[float], seconds: float, outflow: float = 0.0
              ) -> tuple[float, float]:  # fmt: skip
    """The least and the greatest volume that settings can give.

    >>> reachable([4.0, 2.0], 10.0, outflow=1.0)
    (0.0, 50.0)
    """
    return 0.0, max(0.0, seconds * (sum(pressure) - outflow))
