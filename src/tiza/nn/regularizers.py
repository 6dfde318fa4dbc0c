"""What keeps weights small or inputs uncertain: penalties, a limit on norms, and noise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.lang import random
from tiza.lang.statistical import sum as sum_
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn.module import Module
from tiza.nn.parameter import assign

Model = Module | Iterable[Tensor]
Choice = Callable[[str, Tensor], bool]


class Penalty:
    """A price on large parameters, to be added to a loss; prices add up and are scaled.

    `only(name, parameter)` chooses which parameters are priced, by default all of a model's; in
    a plain list they are named "0", "1", … Parameters without gradient are left out.

    >>> from tiza import nn
    >>> net = nn.Linear(2, 1); net.weight.data = [[3.0, -4.0]]; net.bias.data = [1.0]
    >>> (nn.L1(0.1) + 2 * nn.L2(0.5))(net).item()
    13.800000190734863
    >>> nn.L2(2.0, only=lambda name, p: "bias" not in name)(net).item()
    25.0
    """

    def __init__(self, strength: float = 1e-4, only: Choice | None = None) -> None:
        self.strength = _positive(type(self).__name__, "strength", strength)
        self.only = only

    def of(self, param: Tensor) -> Tensor:
        """The price of one parameter, before its strength."""
        raise ArgumentError("penalty-abstract", kind=type(self).__name__)

    def __call__(self, model: Model) -> Tensor:
        """The price of a model, or of parameters."""
        priced = [
            self.of(p) for name, p in _named(model) if self.only is None or self.only(name, p)
        ]
        return _total(priced) * self.strength

    def with_loss(self, loss: Callable[..., Tensor], model: Model) -> Callable[..., Tensor]:
        """The loss plus the price, as one function (prediction, target) → number for `fit`."""

        @wraps(loss)
        def priced(*args: Any, **kwargs: Any) -> Tensor:
            return loss(*args, **kwargs) + self(model)

        return priced

    def __add__(self, other: object) -> Penalty:
        return _Sum([self, other]) if isinstance(other, Penalty) else NotImplemented

    def __mul__(self, factor: float) -> Penalty:
        return _Sum([self], factor)

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.strength})"


class _Sum(Penalty):
    def __init__(self, parts: list[Penalty], strength: float = 1.0) -> None:
        super().__init__(strength)
        self.parts = parts

    def __call__(self, model: Model) -> Tensor:
        params = model if isinstance(model, Module) else list(model)
        return _total([part(params) for part in self.parts]) * self.strength

    def __repr__(self) -> str:
        inner = " + ".join(map(repr, self.parts))
        return inner if self.strength == 1 else f"{self.strength} * ({inner})"


class L2(Penalty):
    """(λ/2) Σ p²: its derivative λp shortens each weight by a share, as `weight_decay` λ does.

    Use it against weights that grow without need; it spreads weight over inputs that say the
    same. Weak side: with Adam it is divided by the running size of the gradient; there decay
    apart (`AdamW`). Ridge regression, a Gaussian prior on the weights.

    Source: Hoerl & Kennard 1970, Technometrics 12; Loshchilov & Hutter 2019, arXiv:1711.05101.

    >>> L2(2.0)([as_tensor([3.0, 4.0])]).item()
    25.0
    """

    def of(self, param: Tensor) -> Tensor:
        """½ Σ p²."""
        return sum_(param * param) * 0.5


class L1(Penalty):
    """λ Σ |p|: its derivative λ sign p draws every weight to 0 at the same speed.

    Use it where few inputs should matter. Weak side: by steps of a gradient weights come near 0
    without staying there (`prune` finishes the work); of inputs that say the same it keeps one,
    by chance. The lasso, a Laplace prior on the weights.

    Source: Tibshirani 1996, J. R. Stat. Soc. B 58.

    >>> L1(2.0)([as_tensor([3.0, -4.0])]).item()
    14.0
    """

    def of(self, param: Tensor) -> Tensor:
        """Σ |p|."""
        return sum_(abs(param))


class ElasticNet(Penalty):
    """λ (α Σ |p| + (1 − α)/2 Σ p²), α = `l1_ratio`: few inputs, but groups of like ones together.

    Use it where inputs come in groups that say the same. Weak side: two numbers to choose.

    Source: Zou & Hastie 2005, J. R. Stat. Soc. B 67, with scikit-learn's parameters.

    >>> ElasticNet(1.0, l1_ratio=0.5)([as_tensor([3.0, -4.0])]).item()
    9.75
    """

    def __init__(
        self, strength: float = 1e-4, l1_ratio: float = 0.5, only: Choice | None = None
    ) -> None:
        if not 0 <= l1_ratio <= 1:
            raise ArgumentError("share-range", layer="ElasticNet", name="l1_ratio", got=l1_ratio)
        super().__init__(strength, only)
        self.l1_ratio = l1_ratio

    def of(self, param: Tensor) -> Tensor:
        """α Σ |p| + (1 − α)/2 Σ p²."""
        square = sum_(param * param) * (0.5 * (1 - self.l1_ratio))
        return sum_(abs(param)) * self.l1_ratio + square


class MaxNorm:
    """Each unit's incoming weights no longer than c: w ← w · min(1, c / ‖w‖), after every step.

    A limit instead of a price: it lets the learning rate be large without weights running away.
    Applies to parameters of two axes or more, whose first axis counts the units. In fit:
    `callbacks=[train.AfterStep(nn.MaxNorm(3.0))]`. Weak side: one limit for all units.

    Source: Srebro & Shraibman 2005; with dropout, Srivastava et al. 2014, JMLR 15, section 5.1.

    >>> from tiza import nn
    >>> net = nn.Linear(2, 2); net.weight.data = [[3.0, 4.0], [0.3, 0.4]]
    >>> nn.MaxNorm(1.0)(net); net.weight.numpy().round(4).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.30000001192092896, 0.4000000059604645]]
    """

    def __init__(self, limit: float = 3.0, only: Choice | None = None) -> None:
        self.limit, self.only = _positive("MaxNorm", "limit", limit), only
        if not limit:
            raise ArgumentError("penalty-negative", layer="MaxNorm", name="limit", got=limit)

    def __call__(self, model: Model) -> None:
        """Shorten what is too long, in place; call it after `optimizer.step()`."""
        for name, param in _named(model):
            if param.ndim < 2 or (self.only is not None and not self.only(name, param)):
                continue
            value = param.numpy()
            axes = tuple(range(1, value.ndim))
            length = np.sqrt(np.sum(np.square(value, dtype=np.float64), axis=axes, keepdims=True))
            if (length > self.limit).any():
                assign(param, value * np.minimum(1, self.limit / np.maximum(length, self.limit)))

    def __repr__(self) -> str:
        return f"MaxNorm({self.limit})"


class GaussianNoise(Module):
    """In training, y = x + σ n with n ~ N(0, 1) for every entry; otherwise x itself.

    Use it on inputs or hidden layers; small noise on the inputs of a linear model is an L2 penalty.
    Weak side: σ has to fit the scale of x.

    Source: Bishop 1995, Neural Computation 7.

    >>> GaussianNoise(0.1).eval()([1.0, 2.0]).tolist()
    [1.0, 2.0]
    """

    def __init__(self, std: float = 0.1) -> None:
        super().__init__()
        self.std = _positive("GaussianNoise", "std", std)

    def forward(self, input: Any) -> Tensor:
        """x with noise in training."""
        x = as_tensor(input)
        if not self.training or not self.std:
            return x
        return x + random.normal(x.shape, dtype=x.dtype) * self.std

    def extra_repr(self) -> str:
        """The size of the noise."""
        return f"std={self.std}"


def _positive(layer: str, name: str, value: float) -> float:
    if not value >= 0:
        raise ArgumentError("penalty-negative", layer=layer, name=name, got=value)
    return value


def _named(model: Model) -> list[tuple[str, Tensor]]:
    if isinstance(model, Module):
        return [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    return [(str(i), p) for i, p in enumerate(model)]


def _total(parts: list[Tensor]) -> Tensor:
    if not parts:
        return as_tensor(0.0)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
