"""Optimizers of the batch era: steps by the sign alone, and averages of all weights so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import Node, literal
from tiza.graph.prims import elementwise as e
from tiza.graph.prims.choose import where
from tiza.optim.optimizer import Optimizer, Shape, Update


class Rprop(Optimizer):
    """Each entry has a step of its own, longer while its slope keeps its sign, else shorter.

    Δ ← min(Δ η⁺, Δmax) where g·g₋ > 0,   max(Δ η⁻, Δmin) and g ← 0 where g·g₋ < 0
    p ← p − sign(g) Δ,   g₋ ← g

    Δ begins as `lr`; (η⁻, η⁺) are `etas`, (Δmin, Δmax) `step_sizes`.

    For all data at once. Weak side: the noise of mini-batches flips signs.

    Source: Riedmiller & Braun 1993, ICNN, "A direct adaptive method", in PyTorch's form.
    """

    lr: float = 1e-2
    etas: tuple[float, float] = (0.5, 1.2)
    step_sizes: tuple[float, float] = (1e-6, 50.0)
    slots: ClassVar[tuple[str, ...]] = ("prev", "step_size")

    @classmethod
    def initial(cls, slot: str, group: Mapping[str, Any], shape: Shape) -> np.ndarray[Any, Any]:
        """No slope yet; every step is the learning rate."""
        return np.full(shape, float(group["lr"]) if slot == "step_size" else 0.0)

    @classmethod
    def check(cls, group: Mapping[str, Any]) -> None:
        """Steps shrink by η⁻ and grow by η⁺."""
        super().check(group)
        if not 0 < group["etas"][0] < 1 < group["etas"][1]:
            raise ArgumentError("optim-value", name="etas", got=group["etas"],
                                wanted="0 < η⁻ < 1 < η⁺")  # fmt: skip

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; the slope before and Δ are the slots."""
        before, size = slots
        none, one = literal(0.0, p.dtype), literal(1.0, p.dtype)
        kept = g * before
        turned = e.less(kept, none)
        factor = where(turned, one * self.etas[0],
                       where(e.greater(kept, none), one * self.etas[1], one))  # fmt: skip
        low, high = (one * bound for bound in self.step_sizes)
        size = e.minimum(e.maximum(size * factor, low), high)
        g = where(turned, none, g)
        return p - e.sign(g) * size, (g, size)


class ASGD(Optimizer):
    """Gradient descent with a falling rate, and the average of all weights from step t₀ on.

    p ← (1 − ληₜ)p − ηₜg    a ← a + μₜ(p − a)    ηₜ₊₁ = η/(1 + ληt)^α    μₜ₊₁ = 1/max(1, t − t₀)

    λ is `lambd`. The average is kept as `ax` in the state; the weights themselves stay last.

    Source: Polyak & Juditsky 1992, SIAM J. Control Optim. 30, in PyTorch's form.
    """

    lr: float = 1e-2
    lambd: float = 1e-4
    alpha: float = 0.75
    t0: float = 1e6
    weight_decay: float = 0.0
    slots: ClassVar[tuple[str, ...]] = ("eta", "mu", "ax")

    @classmethod
    def initial(cls, slot: str, group: Mapping[str, Any], shape: Shape) -> np.ndarray[Any, Any]:
        """η begins as the learning rate, μ as 1."""
        if slot == "ax":
            return np.zeros(shape)
        return np.asarray(float(group["lr"]) if slot == "eta" else 1.0)

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; η, μ and a are the slots."""
        eta, mu, average = slots
        one = literal(1.0, p.dtype)
        if self.weight_decay:
            g = g + p * self.weight_decay
        p = p * (1 - eta * self.lambd) - g * eta
        average = where(e.equal(mu, one), p, average + (p - average) * mu)
        lr = one * self.lr
        eta = lr / (1 + t * lr * self.lambd) ** self.alpha
        mu = 1 / e.maximum(t - self.t0, one)
        return p, (eta, mu, average)
