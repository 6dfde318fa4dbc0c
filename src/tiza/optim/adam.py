"""Adam, and Adam with decoupled weight decay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiza.graph import Node
from tiza.graph.prims.elementwise import maximum, sqrt
from tiza.optim.adam_kin import decayed
from tiza.optim.optimizer import Optimizer, Shape, Update, unbias

Betas = tuple[float, float]


class Adam(Optimizer):
    """Step along the mean gradient divided by its running size.

    m ← β₁m + (1−β₁)g        v ← β₂v + (1−β₂)g²
    p ← p − η m̂/(√v̂ + ε),    m̂ = m/(1−β₁ᵗ),  v̂ = v/(1−β₂ᵗ)

    A `weight_decay` λ adds λp to g first, as an L2 penalty would; `AdamW` decays apart. With
    `amsgrad` v̂ is the greatest v so far, see `AMSGrad`.

    Source: Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1.
    """

    lr: float = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False
    decoupled_weight_decay: bool = False

    @classmethod
    def slots_for(cls, group: Mapping[str, Any], shape: Shape) -> tuple[str, ...]:
        """m and v, and with `amsgrad` the greatest v."""
        del shape
        return ("exp_avg", "exp_avg_sq", *["max_exp_avg_sq"] * bool(group["amsgrad"]))

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; m and v are the slots."""
        p, g = decayed(self, p, g)
        m, v, *greatest = slots
        b1, b2 = self.betas
        m = m * b1 + g * (1 - b1)
        v = v * b2 + g * g * (1 - b2)
        kept = (m, v, *(maximum(w, v) for w in greatest))
        m_hat = m / unbias(b1, t)
        v_hat = kept[-1] / unbias(b2, t)
        return p - self.lr * (m_hat / (sqrt(v_hat) + self.eps)), kept


class AdamW(Adam):
    """Adam whose weights shrink apart from the gradient: p ← (1 − ηλ)p before Adam's step.

    Source: Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2; λ as PyTorch counts it.
    """

    lr: float = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 1e-2
    amsgrad: bool = False
    decoupled_weight_decay: bool = True


class AMSGrad(Adam):
    """Adam whose size of the gradient never shrinks: v̂ is the greatest v so far.

    m ← β₁m + (1−β₁)g      v ← β₂v + (1−β₂)g²      w ← max(w, v)
    p ← p − η m̂/(√ŵ + ε),  m̂ = m/(1−β₁ᵗ),  ŵ = w/(1−β₂ᵗ)

    The same as Adam(amsgrad=True), which is what PyTorch has.

    Source: Reddi, Kale & Kumar 2018, arXiv:1904.09237, Algorithm 2; unbiased as in PyTorch.
    """

    lr: float = 1e-3
    betas: Betas = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = True
