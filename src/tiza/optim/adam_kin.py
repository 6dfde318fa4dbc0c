"""Adam's relatives: another size of the gradient, another momentum, a warm-up of its own."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any, ClassVar

import numpy as np

from tiza.graph import Node, literal
from tiza.graph.prims import elementwise as e
from tiza.graph.prims.choose import cast, where
from tiza.optim.optimizer import Optimizer, Shape, Update, unbias

Betas = tuple[float, float]
FLOAT64 = np.dtype(np.float64)


class Adamax(Optimizer):
    """Adam with the greatest gradient in place of the root mean square.

    m ← β₁m + (1−β₁)g      u ← max(β₂u, |g| + ε)      p ← p − η/(1−β₁ᵗ) · m/u

    Source: Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2; ε as in PyTorch.
    """

    lr: float = 2e-3
    betas: Betas = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    slots: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_inf")

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; m and u are the slots."""
        m, u = slots
        b1, b2 = self.betas
        if self.weight_decay:
            g = g + p * self.weight_decay
        m = m * b1 + g * (1 - b1)
        u = e.maximum(u * b2, e.abs_(g) + self.eps)
        return p - self.lr * (m / unbias(b1, t) / u), (m, u)


class NAdam(Optimizer):
    """Adam with Nesterov's look ahead, its momentum growing from step to step.

    μₜ = β₁(1 − 0.96^(tψ)/2)    m, v as in Adam    Πₜ = μ₁ … μₜ
    p ← p − η/(√v̂ + ε) · (μₜ₊₁ m/(1 − Πₜμₜ₊₁) + (1−μₜ) g/(1 − Πₜ))

    ψ is `momentum_decay`.

    Source: Dozat 2016, ICLR workshop, Algorithm 8.
    """

    lr: float = 2e-3
    betas: Betas = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum_decay: float = 4e-3
    decoupled_weight_decay: bool = False
    slots: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_avg_sq", "mu_product")

    @classmethod
    def initial(cls, slot: str, group: Mapping[str, Any], shape: Shape) -> np.ndarray[Any, Any]:
        """Π is one number, which starts at 1."""
        return np.ones(()) if slot == "mu_product" else np.zeros(shape)

    def momentum_at(self, t: Node) -> Node:
        """μₜ."""
        return self.betas[0] * (1 - 0.5 * e.exp(t * (self.momentum_decay * log(0.96))))

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; m, v and Π are the slots."""
        m, v, product = slots
        b1, b2 = self.betas
        p, g = decayed(self, p, g)
        mu, mu_next = self.momentum_at(t), self.momentum_at(t + 1)
        product = product * mu
        m = m * b1 + g * (1 - b1)
        v = v * b2 + g * g * (1 - b2)
        size = e.sqrt(v / unbias(b2, t)) + self.eps
        ahead = m * (mu_next / (1 - product * mu_next)) + g * ((1 - mu) / (1 - product))
        return p - self.lr * (ahead / size), (m, v, product)


class RAdam(Optimizer):
    """Adam that waits for v to be trustworthy: plain momentum at first, then rectified.

    ρ∞ = 2/(1−β₂) − 1     ρₜ = ρ∞ − 2tβ₂ᵗ/(1−β₂ᵗ)     m, v as in Adam
    p ← p − η m̂ rₜ/√v̂ where ρₜ > 5, else p − η m̂,
    rₜ = √((ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ))

    Source: Liu et al. 2020, arXiv:1908.03265, Algorithm 2; ε as in PyTorch.
    """

    lr: float = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    decoupled_weight_decay: bool = False
    slots: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_avg_sq")

    def rectifier(self, t: Node) -> tuple[Node, Node]:
        """Whether ρₜ > 5, and rₜ √(1−β₂ᵗ); in float64, as ρₜ is a difference of large numbers."""
        b2 = self.betas[1]
        t64 = t if t.dtype == FLOAT64 else cast(t, dtype=FLOAT64)
        gathered = unbias(b2, t64)
        longest = 2 / (1 - b2) - 1
        length = longest - 2 * t64 * (1 - gathered) / gathered
        ready = e.greater(length, literal(5.0, FLOAT64))
        safe = where(ready, length, literal(6.0, FLOAT64))
        scale = longest / ((longest - 4) * (longest - 2))
        rect = e.sqrt((safe - 4) * (safe - 2) / safe * scale * gathered)
        return ready, rect if t.dtype == FLOAT64 else cast(rect, dtype=t.dtype)

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; m and v are the slots."""
        m, v = slots
        b1, b2 = self.betas
        p, g = decayed(self, p, g)
        m = m * b1 + g * (1 - b1)
        v = v * b2 + g * g * (1 - b2)
        m_hat = m / unbias(b1, t)
        ready, rect = self.rectifier(t)
        step = where(ready, m_hat * rect / (e.sqrt(v) + self.eps), m_hat)
        return p - self.lr * step, (m, v)


def decayed(options: Any, p: Node, g: Node) -> tuple[Node, Node]:
    """Weight decay, added to the gradient or taken off the weights."""
    if not options.weight_decay:
        return p, g
    if options.decoupled_weight_decay:
        return p - options.lr * (p * options.weight_decay), g
    return p, g + p * options.weight_decay
