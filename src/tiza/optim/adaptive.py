"""Optimizers that measure each entry's step by how large its gradients have been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from tiza.graph import Node
from tiza.graph.prims.elementwise import sign, sqrt
from tiza.optim.optimizer import Optimizer, Shape, Update


class Adagrad(Optimizer):
    """Divide by the root of all squared gradients so far: rare features take larger steps.

    s ← s + g²        p ← p − η/(1 + (t−1)κ) · g / (√s + ε)

    Weak side: s only grows, so that steps die away.

    Source: Duchi, Hazan & Singer 2011, JMLR 12, fig. 1 (diagonal); κ is `lr_decay`.
    """

    lr: float = 1e-2
    lr_decay: float = 0.0
    weight_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10
    slots: ClassVar[tuple[str, ...]] = ("sum",)

    @classmethod
    def initial(cls, slot: str, group: Mapping[str, Any], shape: Shape) -> np.ndarray[Any, Any]:
        """The accumulator may start above zero, which tempers the first steps."""
        return np.full(shape, float(group["initial_accumulator_value"]))

    @classmethod
    def by_rows(cls, group: Mapping[str, Any]) -> bool:
        """Without decay, p and s stay where g is 0."""
        return not group["weight_decay"]

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; s is the slot."""
        (s,) = slots
        if self.weight_decay:
            g = g + p * self.weight_decay
        s = s + g * g
        step = g / (sqrt(s) + self.eps)
        rate = self.lr / (1 + (t - 1) * self.lr_decay) if self.lr_decay else self.lr
        return p - rate * step, (s,)


class RMSprop(Optimizer):
    """Divide by the running root mean square of the gradients.

    v ← αv + (1−α)g²        p ← p − η g / (√v + ε)

    `centered` subtracts the squared running mean of g from v; with momentum μ the quotient
    is summed up first: b ← μb + g/(√v + ε), p ← p − ηb.

    Source: Tieleman & Hinton 2012, Coursera lecture 6.5; centred by Graves 2013,
    arXiv:1308.0850, eqs. 38–41.
    """

    lr: float = 1e-2
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False

    @classmethod
    def slots_for(cls, group: Mapping[str, Any], shape: Shape) -> tuple[str, ...]:
        """v always; b and the mean gradient where they are wanted."""
        del shape
        return ("square_avg", *["momentum_buffer"] * bool(group["momentum"]),
                *["grad_avg"] * bool(group["centered"]))  # fmt: skip

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; v, then b, then the mean gradient."""
        v, *rest = slots
        if self.weight_decay:
            g = g + p * self.weight_decay
        v = v * self.alpha + g * g * (1 - self.alpha)
        kept = [v]
        size = v
        if self.centered:
            mean = rest[-1] * self.alpha + g * (1 - self.alpha)
            size = v - mean * mean
        step = g / (sqrt(size) + self.eps)
        if self.momentum:
            step = rest[0] * self.momentum + step
            kept.append(step)
        if self.centered:
            kept.append(mean)
        return p - self.lr * step, tuple(kept)


class Adadelta(Optimizer):
    """Steps in the unit of the parameter: the running size of steps over that of gradients.

    v ← ρv + (1−ρ)g²    d = g √(u + ε)/√(v + ε)    u ← ρu + (1−ρ)d²    p ← p − ηd

    Source: Zeiler 2012, arXiv:1212.5701, Algorithm 1; η = 1 there.
    """

    lr: float = 1.0
    rho: float = 0.9
    eps: float = 1e-6
    weight_decay: float = 0.0
    slots: ClassVar[tuple[str, ...]] = ("square_avg", "acc_delta")

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; v and u are the slots."""
        v, u = slots
        if self.weight_decay:
            g = g + p * self.weight_decay
        v = v * self.rho + g * g * (1 - self.rho)
        d = sqrt(u + self.eps) / sqrt(v + self.eps) * g
        u = u * self.rho + d * d * (1 - self.rho)
        return p - self.lr * d, (v, u)


class Lion(Optimizer):
    """Step by the sign of an interpolation of momentum and gradient.

    p ← (1 − ηλ)p − η sign(β₁m + (1−β₁)g)        m ← β₂m + (1−β₂)g

    Every entry moves by η, so η is to be some ten times smaller than Adam's.

    Source: Chen et al. 2023, arXiv:2302.06675, Algorithm 2.
    """

    lr: float = 1e-4
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.0
    slots: ClassVar[tuple[str, ...]] = ("exp_avg",)

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; m is the slot."""
        (m,) = slots
        b1, b2 = self.betas
        if self.weight_decay:
            p = p - self.lr * (p * self.weight_decay)
        direction = sign(m * b1 + g * (1 - b1))
        return p - self.lr * direction, (m * b2 + g * (1 - b2),)
