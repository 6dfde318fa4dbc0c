"""The slides' network for handwritten digits, its rows gathered from a shuffled 60,000."""

from typing import Any

from bench.rung import Rung, cross_entropy
from bench.sources import digits


def model(lib: Any) -> Any:
    """784-8-10 with ReLU."""
    nn = lib.nn
    return nn.Sequential(nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 10))


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    hidden = kit.relu(kit.linear(w, "0", x))
    return kit.cross_entropy(kit.linear(w, "2", hidden), y)


RUNG = Rung(
    name="mlp_slide",
    title="MLP 784-8-10, batch 32",
    batch=32,
    data=lambda: digits((784,)),
    model=model,
    loss=cross_entropy,
    jax=loss,
    first=3,
    goal=5,
)
