"""The autoencoder: a network that must pass its input through a narrow middle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.models.mlp import MLP


class Autoencoder(nn.Module):
    """z = f(x), x̂ = σ(g(z)); f and g are perceptrons, g with f's widths backwards.

    Minimises ‖x̂ − x‖² over data in [0, 1]. With linear f and g the best z spans the directions
    of PCA; hidden layers bend them.

    Shapes: x (n, …) of `inputs` numbers → x̂ (n, inputs); z (n, code).
    Source: Hinton & Salakhutdinov 2006, Science 313.

    >>> import tiza as tz
    >>> model = Autoencoder(784, (128,), code=2)
    >>> model(tz.zeros((3, 28, 28))).shape, model.encode(tz.zeros((3, 784))).shape
    ((3, 784), (3, 2))
    """

    def __init__(self, inputs: int = 784, hidden: Sequence[int] = (256, 64), code: int = 32,
                 activation: str = "relu") -> None:  # fmt: skip
        super().__init__()
        self.inputs, self.hidden, self.code, self.activation = (
            inputs,
            tuple(hidden),
            code,
            activation,
        )
        self.encoder = MLP((inputs, *hidden, code), activation)
        self.decoder = MLP((code, *reversed(hidden), inputs), activation)

    def encode(self, x: Any) -> Any:
        """The code z."""
        return self.encoder(x)

    def decode(self, z: Any) -> Any:
        """The picture x̂ of a code."""
        return F.sigmoid(self.decoder(z))

    def forward(self, x: Any) -> Any:
        """The reconstruction."""
        return self.decode(self.encode(x))

    def loss(self, x: Any) -> Any:
        """The mean squared error of the reconstruction."""
        y = self(x)
        return F.mse_loss(y, tz.reshape(tz.asarray(x), y.shape))
