"""What a rung of the ladder is: one workload, written once for tiza and PyTorch, once for JAX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Data:
    """The rows that a rung trains on, and where they come from."""

    xs: tuple[Array, ...]
    y: Array
    source: str

    def __len__(self) -> int:
        return len(self.y)

    @property
    def x(self) -> Any:
        """What fit takes as X: one array, or a tuple of them."""
        return self.xs[0] if len(self.xs) == 1 else self.xs

    def part(self, where: Any) -> Data:
        """The rows at these positions (a slice costs no copy)."""
        return Data(tuple(x[where] for x in self.xs), self.y[where], self.source)


@dataclass(frozen=True)
class Rung:
    """One workload of the ladder.

    data: makes the rows.
    model: library → module. `tiza` and `torch` have the same names, so that one definition
        serves both; where a peer has a better way of its own, the definition asks which it is.
    loss: library, prediction, target → one number.
    jax: kit, weights by name, *inputs, target → the same number, as JAX's users write it.
    first, goal: the ratios to the best peer that are to be reached, where there are any.
    rate: Adam's learning rate where losses are compared. Pooling and batch norm turn a difference
        in the last bit into another choice now and then, and large steps let it grow: at 1e-3
        PyTorch with oneDNN and without differ by 6e-4 within 20 steps of such networks.
    """

    name: str
    title: str
    batch: int
    data: Callable[[], Data]
    model: Callable[[Any], Any]
    loss: Callable[[Any, Any, Any], Any]
    jax: Callable[..., Any]
    first: float = 1.0
    goal: float = 1.0
    rate: float = 1e-3
    shuffle: bool = True
    note: tuple[str, str] | None = None  # in English and Spanish

    @property
    def steps(self) -> int:
        """Whole batches in the data."""
        return len(cached(self)) // self.batch


LADDER = ("tiny", "mlp_tanh", "mlp_slide", "mlp_large", "lenet", "cnn", "lstm", "gpt")
FURTHER = ("vae", "encoder", "factors", "gcn", "gru", "unet", "resnet")
RUNGS = LADDER + FURTHER

_made: dict[str, Data] = {}


def rung(name: str) -> Rung:
    """The rung of this name."""
    if name not in RUNGS:
        raise SystemExit(f"bench: no rung {name!r}; there are: {', '.join(RUNGS)}")
    found: Rung = import_module(f"bench.rungs.{name}").RUNG
    return found


def cached(of: Rung) -> Data:
    """The rows of a rung, made once."""
    if of.name not in _made:
        _made[of.name] = of.data()
    return _made[of.name]


def forget(of: Rung) -> None:
    """Give the rows of a rung back."""
    _made.pop(of.name, None)


def cross_entropy(lib: Any, prediction: Any, target: Any) -> Any:
    """The loss of classifiers: logits (n, classes) against classes (n)."""
    return lib.nn.functional.cross_entropy(prediction, target)


def token_loss(lib: Any, prediction: Any, target: Any) -> Any:
    """The loss of language models: logits (n, t, vocabulary) against tokens (n, t)."""
    rows = prediction.reshape(-1, prediction.shape[-1])
    return lib.nn.functional.cross_entropy(rows, target.reshape(-1))


def mean_square(lib: Any, prediction: Any, target: Any) -> Any:
    """The loss of regressions."""
    return lib.nn.functional.mse_loss(prediction, target)


def initial(of: Rung) -> dict[str, Array]:
    """The weights that every mode begins with: tiza's own for seed 0, by name."""
    import tiza as tz

    tz.manual_seed(0)
    return {name: np.array(t.numpy()) for name, t in of.model(tz).state_dict().items()}


def parameters(of: Rung) -> dict[str, Array]:
    """Those of the initial weights that are learned."""
    import tiza as tz

    learned = {name for name, _ in of.model(tz).named_parameters()}
    return {name: a for name, a in initial(of).items() if name in learned}


ROOT = Path(__file__).resolve().parent.parent
