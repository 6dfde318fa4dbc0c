"""The scalar network 2-1-1 of the first lecture, one example a step."""

from typing import Any

from bench.rung import Rung, mean_square
from bench.sources import points


def model(lib: Any) -> Any:
    """σ(w₂ tanh(w₁·x + b₁) + b₂)."""
    nn = lib.nn
    return nn.Sequential(nn.Linear(2, 1), nn.Tanh(), nn.Linear(1, 1), nn.Sigmoid())


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    hidden = kit.tanh(kit.linear(w, "0", x))
    return kit.mean_square(kit.sigmoid(kit.linear(w, "2", hidden)), y)


RUNG = Rung(
    name="tiny",
    title="tiny 2-1-1, batch 1",
    batch=1,
    data=lambda: points(100_000),
    model=model,
    loss=mean_square,
    jax=loss,
    first=1.5,
    goal=2.5,
)
