"""Adam, and Adam with decoupled weight decay."""

from __future__ import annotations

from typing import ClassVar

from tiza.graph import Node
from tiza.graph.prims.elementwise import sqrt
from tiza.optim.optimizer import Optimizer, Update, unbias

Betas = tuple[float, float]


class Adam(Optimizer):
    """Step along the mean gradient divided by its running size.

    m ← β₁m + (1−β₁)g        v ← β₂v + (1−β₂)g²
    p ← p − η m̂/(√v̂ + ε),    m̂ = m/(1−β₁ᵗ),  v̂ = v/(1−β₂ᵗ)

    A `weight_decay` λ adds λp to g first, as an L2 penalty would; `AdamW` decays apart.

    Source: Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1.
    """

    lr: float = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    slots: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_avg_sq")
    foreign: ClassVar[dict[str, object]] = {"amsgrad": False, "decoupled_weight_decay": False}

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; m and v are the slots."""
        m, v = slots
        b1, b2 = self.betas
        if self.weight_decay:
            g = g + p * self.weight_decay
        m = m * b1 + g * (1 - b1)
        v = v * b2 + g * g * (1 - b2)
        m_hat = m / unbias(b1, t)
        v_hat = v / unbias(b2, t)
        return p - self.lr * (m_hat / (sqrt(v_hat) + self.eps)), (m, v)


class AdamW(Adam):
    """Adam whose weights shrink apart from the gradient: p ← (1 − ηλ)p before Adam's step.

    Source: Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2; λ as PyTorch counts it.
    """

    lr: float = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 1e-2
    foreign: ClassVar[dict[str, object]] = {"amsgrad": False, "decoupled_weight_decay": True}

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; m and v are the slots."""
        m, v = slots
        b1, b2 = self.betas
        p = p - self.lr * (p * self.weight_decay)
        m = m * b1 + g * (1 - b1)
        v = v * b2 + g * g * (1 - b2)
        m_hat = m / unbias(b1, t)
        v_hat = v / unbias(b2, t)
        return p - self.lr * (m_hat / (sqrt(v_hat) + self.eps)), (m, v)
