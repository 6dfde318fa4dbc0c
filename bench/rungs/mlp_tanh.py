"""A perceptron on points of the plane, as the first notebooks train."""

from typing import Any

from bench.rung import Rung, mean_square
from bench.sources import points


def model(lib: Any) -> Any:
    """2-16-16-1 with tanh."""
    nn = lib.nn
    layers = (nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    return nn.Sequential(*layers)


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    x = kit.tanh(kit.linear(w, "0", x))
    x = kit.tanh(kit.linear(w, "2", x))
    return kit.mean_square(kit.linear(w, "4", x), y)


RUNG = Rung(
    name="mlp_tanh",
    title="MLP 2-16-16-1 tanh, batch 32",
    batch=32,
    data=lambda: points(320_000),
    model=model,
    loss=mean_square,
    jax=loss,
    first=5,
    goal=9,
)
