"""One answer of a small network through the Python call: MLP 784-128-10, a single example."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import tiza as tz
from bench.contest import Contest, apart, here
from bench.rung import Array

x = np.random.default_rng(0).random((1, 784), np.float32)


def network(lib: Any) -> Any:
    """784-128-10 with ReLU."""
    nn = lib.nn
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def weights() -> dict[str, Array]:
    """The weights that all have."""
    tz.manual_seed(0)
    return {k: np.array(t.numpy()) for k, t in network(tz).state_dict().items()}


def own() -> dict[str, Callable[[], Array]]:
    """tiza's ways."""
    tz.manual_seed(0)
    model = network(tz)
    trainer = tz.Trainer(model)

    def call() -> Array:
        with tz.no_grad():
            return model(tz.tensor(x)).numpy()

    found = {"tiza predict": lambda: trainer.predict(x), "tiza model(x)": call}
    if hasattr(tz, "compile"):
        compiled = tz.compile(model)

        def answered() -> Array:
            with tz.no_grad():
                return compiled(x).numpy()

        found["tiza @compile"] = answered
    return found


def with_torch() -> dict[str, Callable[[], Array]]:
    """PyTorch's ways."""
    import torch

    model = network(torch).eval()
    model.load_state_dict({k: torch.from_numpy(v) for k, v in weights().items()})
    quick = torch.compile(model)

    def way(f: Any) -> Callable[[], Array]:
        def call() -> Array:
            with torch.inference_mode():
                return f(torch.from_numpy(x)).numpy()

        return call

    return {"PyTorch eager": way(model), "PyTorch compile": way(quick)}


def with_jax() -> dict[str, Callable[[], Array]]:
    """JAX's way."""
    import jax

    from bench import kit

    w = {k: jax.numpy.asarray(v) for k, v in weights().items()}

    @jax.jit
    def f(w: Any, x: Any) -> Any:
        return kit.linear(w, "2", kit.relu(kit.linear(w, "0", x)))

    return {"JAX jit": lambda: np.asarray(f(w, x))}


def by_hand() -> dict[str, Callable[[], Array]]:
    """What it costs in NumPy without any framework."""
    w1, b1, w2, b2 = weights().values()
    return {"(NumPy by hand)": lambda: np.maximum(x @ w1.T + b1, 0) @ w2.T + b2}


def ways() -> Mapping[str, Callable[[], Array]]:
    """All of them."""
    found = own()
    if here("torch"):
        found |= with_torch()
    if here("jax"):
        found |= with_jax()
    return found | by_hand()


CONTEST = Contest(
    name="latency",
    title="one answer of an MLP 784-128-10, NumPy array in and out",
    unit="call",
    ways=ways,
    agree=lambda answers: apart(answers, 1e-5),
    source="random numbers",
)
