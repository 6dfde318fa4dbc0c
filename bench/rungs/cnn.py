"""A convolutional network for handwritten digits, as introductions to Keras and PyTorch have it."""

from typing import Any

from bench.rung import Rung, cross_entropy
from bench.sources import digits


def model(lib: Any) -> Any:
    """conv32-conv64-pool-128-10, 3×3 kernels, ReLU."""
    nn = lib.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(9216, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    x = kit.relu(kit.conv(w, "0", x))
    x = kit.max_pool(kit.relu(kit.conv(w, "2", x)))
    x = kit.relu(kit.linear(w, "6", x.reshape(len(x), -1)))
    return kit.cross_entropy(kit.linear(w, "8", x), y)


RUNG = Rung(
    name="cnn",
    title="CNN conv32-conv64-pool-128, batch 64",
    batch=64,
    data=lambda: digits((1, 28, 28)),
    model=model,
    loss=cross_entropy,
    jax=loss,
    rate=1e-4,
    first=1.3,
    goal=2,
)
