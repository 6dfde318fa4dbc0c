"""LeNet-5 on 28×28 pictures."""

from typing import Any

from bench.rung import Rung, cross_entropy
from bench.sources import digits


def model(lib: Any) -> Any:
    """Two convolutions 5×5 with pooling, then 400-120-84-10, as LeCun et al. 1998 with ReLU."""
    nn = lib.nn
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    x = kit.max_pool(kit.relu(kit.conv(w, "0", x, padding=2)))
    x = kit.max_pool(kit.relu(kit.conv(w, "3", x)))
    x = kit.relu(kit.linear(w, "7", x.reshape(len(x), -1)))
    x = kit.relu(kit.linear(w, "9", x))
    return kit.cross_entropy(kit.linear(w, "11", x), y)


def at(batch: int = 64) -> Rung:
    """The rung at another size of batch."""
    return Rung(
        name="lenet",
        title=f"LeNet-5, 28×28, batch {batch}",
        batch=batch,
        data=lambda: digits((1, 28, 28)),
        model=model,
        loss=cross_entropy,
        jax=loss,
        first=2.5,
        goal=5,
    )


RUNG = at()
