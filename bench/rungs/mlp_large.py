"""A perceptron for handwritten digits whose work is matrix products."""

from typing import Any

from bench.rung import Rung, cross_entropy
from bench.sources import digits


def model(lib: Any, width: int = 256) -> Any:
    """784-width-128-10 with ReLU."""
    nn = lib.nn
    layers = (nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 128), nn.ReLU())
    return nn.Sequential(*layers, nn.Linear(128, 10))


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    x = kit.relu(kit.linear(w, "0", x))
    x = kit.relu(kit.linear(w, "2", x))
    return kit.cross_entropy(kit.linear(w, "4", x), y)


def at(batch: int = 128, width: int = 256) -> Rung:
    """The rung at another size of batch, or another width of the first layer."""
    return Rung(
        name="mlp_large",
        title=f"MLP 784-{width}-128-10, batch {batch}",
        batch=batch,
        data=lambda: digits((784,)),
        model=lambda lib: model(lib, width),
        loss=cross_entropy,
        jax=loss,
        first=1.3,
        goal=1.6,
    )


RUNG = at()
