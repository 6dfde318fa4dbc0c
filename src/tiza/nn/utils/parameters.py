"""What is done to parameters as a whole: counted, frozen, tied together, pruned."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.lang.tensor import Tensor
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter, assign

Array = np.ndarray[Any, Any]


def count_parameters(model: Module, trainable: bool = False) -> int:
    """How many numbers a model has, each shared one once; only those that are trained, if asked.

    >>> from tiza import nn
    >>> nn.utils.count_parameters(nn.Linear(784, 10))
    7850
    """
    return sum(p.size for p in model.parameters() if p.requires_grad or not trainable)


def freeze(model: Module, pattern: str | Iterable[str] = "*") -> list[str]:
    """Train no longer the parameters whose names fit a pattern such as "encoder.*"; their names.

    Errors: ArgumentError where nothing fits.

    >>> from tiza import nn
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    >>> nn.utils.freeze(net, "0.*"), nn.utils.count_parameters(net, trainable=True)
    (['0.weight', '0.bias'], 3)
    """
    return _train(model, pattern, False)


def unfreeze(model: Module, pattern: str | Iterable[str] = "*") -> list[str]:
    """Train again the parameters whose names fit; undoes `freeze`.

    >>> from tiza import nn
    >>> net = nn.Linear(2, 2); _ = nn.utils.freeze(net)
    >>> nn.utils.unfreeze(net, "bias")
    ['bias']
    """
    return _train(model, pattern, True)


def _train(model: Module, pattern: str | Iterable[str], wanted: bool) -> list[str]:
    patterns = [pattern] if isinstance(pattern, str) else list(pattern)
    named = dict(model.named_parameters())
    fits = {name: [p for p in patterns if fnmatchcase(name, p)] for name in named}
    for one in patterns:
        if not any(one in found for found in fits.values()):
            raise ArgumentError("parameter-pattern", got=one, known=", ".join(named))
    chosen = [name for name, found in fits.items() if found]
    for name in chosen:
        named[name].requires_grad = wanted
    return chosen


def tie(model: Module, name: str, to: str) -> None:
    """Make two parameters one: `name` becomes the parameter `to`, and both learn together.

    Use it where two tables mean the same, as the first and last of a language model do; the
    gradient is the sum of both places'. Make the optimizer afterwards.

    Source: Press & Wolf 2017, arXiv:1608.05859.
    Errors: ArgumentError for a name that is not there, ShapeError for different shapes.

    >>> from tiza import nn
    >>> net = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5, bias=False))
    >>> nn.utils.tie(net, "1.weight", to="0.weight"); nn.utils.count_parameters(net)
    15
    """
    named = dict(model.named_parameters(remove_duplicate=False))
    for one in (name, to):
        if one not in named:
            raise ArgumentError("parameter-pattern", got=one, known=", ".join(named))
    if named[name].shape != named[to].shape:
        raise ShapeError("tie-shapes", name=name, got=named[name].shape, to=to,
                         want=named[to].shape)  # fmt: skip
    path, _, own = name.rpartition(".")
    setattr(model.get_submodule(path), own, named[to])


class Masks:
    """Which weights were kept; calling it sets the others to 0 again, after `optimizer.step()`."""

    def __init__(self, kept: dict[str, tuple[Tensor, Array]]) -> None:
        self.kept = kept

    def __call__(self, model: object = None) -> None:
        """Set what was pruned to 0; the model may be named, as other rules of a step want it."""
        for param, mask in self.kept.values():
            assign(param, np.where(mask, param.numpy(), 0))

    @property
    def sparsity(self) -> float:
        """The share that was pruned."""
        whole = sum(mask.size for _, mask in self.kept.values())
        return 1 - sum(int(mask.sum()) for _, mask in self.kept.values()) / whole if whole else 0.0

    def __repr__(self) -> str:
        return f"Masks({len(self.kept)}, sparsity={self.sparsity:.3g})"


def prune(model: Module, amount: float, together: bool = True) -> Masks:
    """Set the share `amount` of the weights with the least |w| to 0.

    Of all weights `together`, or of each parameter for itself; biases and other vectors are
    left alone. What is 0 would learn again: call the masks after every step to keep it so,
    or train with `train.AfterStep(masks)`; `train.Prune` does both while it trains.

    Source: Han, Pool, Tran & Dally 2015, arXiv:1506.02626.
    Errors: ArgumentError for a share outside 0 … 1.

    >>> from tiza import nn
    >>> net = nn.Linear(4, 1); net.weight.data = [[3.0, -1.0, 0.5, 2.0]]
    >>> masks = nn.utils.prune(net, 0.5); net.weight.tolist(), masks
    ([[3.0, 0.0, 0.0, 2.0]], Masks(1, sparsity=0.5))
    """
    if not 0 <= amount <= 1:
        raise ArgumentError("share-range", layer="prune", name="amount", got=amount)
    weights: dict[str, Parameter] = {k: p for k, p in model.named_parameters() if p.ndim > 1}
    sizes = {name: np.abs(p.numpy()) for name, p in weights.items()}
    if together and sizes:
        flat = _largest(np.concatenate([s.ravel() for s in sizes.values()]), amount)
        cuts = np.cumsum([s.size for s in sizes.values()])[:-1]
        parts = np.split(flat, cuts)
    else:
        parts = [_largest(s.ravel(), amount) for s in sizes.values()]
    masks = Masks({
        name: (param, part.reshape(param.shape))
        for (name, param), part in zip(weights.items(), parts, strict=True)
    })  # fmt: skip
    masks()
    return masks


def _largest(sizes: Array, amount: float) -> Array:
    """True for all but the share `amount` that is smallest; of equals, the later ones stay."""
    kept = np.ones(sizes.shape, bool)
    kept[np.argsort(sizes, kind="stable")[: round(amount * sizes.size)]] = False
    return kept
