"""L-BFGS: Newton's direction from the last few gradients, with a strong Wolfe line search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from tiza.errors import ArgumentError
from tiza.lang.tensor import evaluate_together
from tiza.nn.parameter import assign
from tiza.optim.optimizer import Optimizer
from tiza.optim.wolfe import strong_wolfe

Array = np.ndarray[Any, Any]


class Whole(Optimizer):
    """What optimizers share that see all parameters as one vector and ask for the loss anew."""

    defaults: ClassVar[dict[str, Any]] = {"lr": 1e-3}

    def update(self, *args: Any, **kwargs: Any) -> Any:
        """There is no formula for one parameter, and none for one gradient."""
        raise ArgumentError("optim-closure", kind=type(self).__name__)

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """All parameters stand in one group."""
        if self.param_groups:
            raise ArgumentError("optim-one-group", kind=type(self).__name__)
        super().add_param_group(param_group)

    def vector(self) -> Array:
        """All entries of all parameters in float64, one after the other."""
        return np.concatenate([p.numpy().ravel() for p in self.params]).astype(np.float64)

    def set_vector(self, values: Array) -> None:
        """Give the parameters their entries from one vector."""
        start = 0
        for p in self.params:
            assign(p, values[start : start + p.size].reshape(p.shape))
            start += p.size

    def gradient(self) -> Array:
        """All gradients as one vector, 0 where there is none."""
        evaluate_together([p.grad for p in self.params if p.grad is not None])
        parts = [np.zeros(p.size) if p.grad is None else p.grad.numpy().ravel()
                 for p in self.params]  # fmt: skip
        return np.concatenate(parts).astype(np.float64)


class LBFGS(Whole):
    """Step along −Hg, H being the inverse Hessian as the last steps s and changes y tell it.

    sₖ = pₖ₊₁ − pₖ    yₖ = gₖ₊₁ − gₖ    ρₖ = 1/(yₖᵀsₖ)
    H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ,    H₀ = (yᵀs / yᵀy) I

    H is never formed: two loops over the kept pairs apply it. `step(closure)` makes up to
    `max_iter` steps, calling closure for loss and gradients each time. With
    `line_search_fn="strong_wolfe"` the length of each step is searched for; without, it is `lr`.

    For smooth losses on all data at once. Weak side: noise of mini-batches ruins the curvature.

    Source: Liu & Nocedal 1989, Math. Program. 45, Algorithm 2.1; Nocedal & Wright 2006,
    Algorithm 7.4. Names, defaults and stopping rules as in PyTorch.

    >>> from tiza import nn
    >>> w = nn.Parameter([3.0, -2.0]); optimizer = LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad(); loss = ((w - 1) ** 2).sum(); loss.backward(); return loss
    >>> _ = optimizer.step(closure); [round(x, 4) for x in w.tolist()]
    [1.0, 1.0]
    """

    lr: float = 1.0
    max_iter: int = 20
    max_eval: int | None = None
    tolerance_grad: float = 1e-7
    tolerance_change: float = 1e-9
    history_size: int = 100
    line_search_fn: str | None = None

    @classmethod
    def check(cls, group: Mapping[str, Any]) -> None:
        """The only line search is the one of Wolfe's strong conditions."""
        super().check({k: v for k, v in group.items() if k != "line_search_fn"})
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise ArgumentError("optim-search", got=group["line_search_fn"])

    def __init__(self, params: Any, *values: Any, **options: Any) -> None:
        super().__init__(params, *values, **options)
        self.pairs: list[tuple[Array, Array]] = []  # (s, y), oldest first
        self.scale = 1.0  # yᵀs / yᵀy of the last pair
        self.before: tuple[Array, Array] | None = None  # last step and the gradient before it
        self.iterations = 0

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make up to `max_iter` steps; gives the loss at the beginning, as PyTorch does."""
        if closure is None:
            raise ArgumentError("optim-closure", kind=type(self).__name__)
        first = closure()
        loss, g = float(first), self.gradient()
        limit = self.max_eval if self.max_eval is not None else self.max_iter * 5 // 4
        calls = 1
        for turn in range(1, self.max_iter + 1):
            if np.abs(g).max(initial=0.0) <= self.tolerance_grad:
                break
            d = self._direction(g)
            slope = float(g @ d)
            if slope > -self.tolerance_change:
                break
            start = min(1.0, 1.0 / np.abs(g).sum()) * self.lr if self.iterations == 1 else self.lr
            old_loss, old_g, at = loss, g, self.vector()
            if self.line_search_fn is None:
                length = start
                self.set_vector(at + length * d)
                if turn < self.max_iter:
                    loss, g, calls = float(closure()), self.gradient(), calls + 1
            else:
                length, loss, g, tried = strong_wolfe(
                    lambda t, at=at, d=d: self._try(closure, at + t * d),  # type: ignore[misc]
                    d, start, loss, g, most=limit - calls,
                )  # fmt: skip
                self.set_vector(at + length * d)
                calls += tried
            self.before = (length * d, old_g)
            if (calls >= limit or np.abs(length * d).max() <= self.tolerance_change
                    or abs(loss - old_loss) < self.tolerance_change):  # fmt: skip
                break
        return first

    def _try(self, closure: Callable[[], Any], values: Array) -> tuple[float, Array]:
        self.set_vector(values)
        return float(closure()), self.gradient()

    def _direction(self, g: Array) -> Array:
        """−Hg by two loops over the kept pairs."""
        self.iterations += 1
        if self.before is not None:
            s, y = self.before[0], g - self.before[1]
            if y @ s > 1e-10:
                self.pairs = [*self.pairs, (s, y)][-self.history_size :]
                self.scale = float(y @ s / (y @ y))
        q, shares = -g, []
        for s, y in reversed(self.pairs):
            shares.append(s @ q / (y @ s))
            q = q - shares[-1] * y
        r = q * self.scale
        for (s, y), share in zip(self.pairs, reversed(shares), strict=True):
            r = r + (share - y @ r / (y @ s)) * s
        return r

    def state_dict(self) -> dict[str, Any]:
        """The kept pairs and the last step, as arrays."""
        return {**super().state_dict(), "lbfgs": {
            "pairs": [(s.copy(), y.copy()) for s, y in self.pairs], "scale": self.scale,
            "before": self.before, "iterations": self.iterations}}  # fmt: skip

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        super().load_state_dict({k: v for k, v in state_dict.items() if k != "lbfgs"})
        kept = state_dict["lbfgs"]
        self.pairs = [(np.array(s), np.array(y)) for s, y in kept["pairs"]]
        self.scale, self.iterations = float(kept["scale"]), int(kept["iterations"])
        before: Sequence[Any] | None = kept["before"]
        self.before = None if before is None else (np.array(before[0]), np.array(before[1]))
