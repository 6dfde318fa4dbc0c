"""Stochastic gradient descent, with momentum where wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tiza.errors import ArgumentError
from tiza.graph import Node, literal
from tiza.graph.prims.choose import where
from tiza.graph.prims.elementwise import equal
from tiza.optim.optimizer import Optimizer, Update


class SGD(Optimizer):
    """Step against the gradient, or against its running sum.

    p ← p − ηg, or with momentum μ:  b ← μb + (1−τ)g,  p ← p − ηb
    (b begins as g; τ is `dampening`; Nesterov's form takes g + μb in place of b).

    A `weight_decay` λ adds λp to g first.

    Source: Sutskever et al. 2013, ICML, eqs. 1–4, with η outside b as in PyTorch.
    """

    lr: float = 1e-3
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False
    foreign: ClassVar[dict[str, object]] = {}

    @classmethod
    def slots_for(cls, group: Mapping[str, Any], shape: tuple[int, ...]) -> tuple[str, ...]:
        """The running sum b is kept only where there is momentum."""
        del shape
        return ("momentum_buffer",) if group["momentum"] else ()

    @classmethod
    def by_rows(cls, group: Mapping[str, Any]) -> bool:
        """Without momentum and decay, p stays where g is 0."""
        return not group["momentum"] and not group["weight_decay"]

    @classmethod
    def check(cls, group: Mapping[str, Any]) -> None:
        """Nesterov's form needs momentum, and nothing dampened."""
        super().check(group)
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ArgumentError("optim-nesterov")

    def saved(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Only b: as in PyTorch, whoever has one is past its first step."""
        return super().saved({name: value for name, value in kept.items() if name != "step"})

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; b is the only slot, if any."""
        if self.weight_decay:
            g = g + p * self.weight_decay
        if not slots:
            return p - self.lr * g, ()
        (b,) = slots
        b = b * self.momentum
        b = (
            b + g
            if not self.dampening
            else where(equal(t, literal(1, t.dtype)), g, b + g * (1 - self.dampening))
        )
        g = g + b * self.momentum if self.nesterov else b
        return p - self.lr * g, (b,)
