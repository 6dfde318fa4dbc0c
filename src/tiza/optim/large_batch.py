"""Optimizers that look at a whole layer: its norms, its rows and columns, its directions."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod, sqrt
from typing import Any, ClassVar

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import Node, literal
from tiza.graph.prims import elementwise as e
from tiza.graph.prims.choose import where
from tiza.graph.prims.contraction import transposed
from tiza.graph.prims.reductions import sum_
from tiza.optim.optimizer import Optimizer, Shape, Update, unbias


def norm(x: Node) -> Node:
    """‖x‖₂ over all entries."""
    return e.sqrt(sum_(x * x, axis=tuple(range(x.ndim)), keepdims=False))


def root_mean_square(x: Node) -> Node:
    """√(mean of x²) over all entries."""
    return norm(x) * (1 / sqrt(max(1, prod(x.shape))))


def mean(x: Node, axis: int) -> Node:
    """The mean along one axis, which stays with size 1."""
    return sum_(x, axis=(axis % x.ndim,), keepdims=True) * (1 / max(1, x.shape[axis]))


def trust(weights: Node, step: Node) -> Node:
    """‖p‖/‖step‖, and 1 where either is 0."""
    a, b = norm(weights), norm(step)
    none = literal(0.0, a.dtype)
    both = e.greater(e.minimum(a, b), none)
    return where(both, a / where(both, b, b + 1), literal(1.0, a.dtype))


class LARS(Optimizer):
    """Momentum whose rate is scaled to each layer: by its weights' norm over its gradient's.

    g ← g + λp      b ← μb + c ‖p‖/‖g‖ · g      p ← p − ηb

    c is `trust_coefficient`; the ratio is 1/c where a norm is 0.

    Source: You, Gitman & Ginsburg 2017, arXiv:1708.03888, Algorithm 1.
    """

    lr: float = 1.0
    momentum: float = 0.9
    weight_decay: float = 0.0
    trust_coefficient: float = 1e-3
    slots: ClassVar[tuple[str, ...]] = ("momentum_buffer",)

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; b is the slot."""
        (b,) = slots
        if self.weight_decay:
            g = g + p * self.weight_decay
        a, size = norm(p), norm(g)
        both = e.greater(e.minimum(a, size), literal(0.0, p.dtype))
        ratio = self.trust_coefficient * a / where(both, size, size + 1)
        b = b * self.momentum + g * where(both, ratio, literal(1.0, p.dtype))
        return p - self.lr * b, (b,)


class LAMB(Optimizer):
    """Adam's direction, with weight decay, at the length of the layer's weights.

    m, v as in Adam     r = m̂/(√v̂ + ε) + λp     p ← p − η ‖p‖/‖r‖ · r

    Source: You et al. 2020, arXiv:1904.00962, Algorithm 2, φ(x) = x.
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-6
    weight_decay: float = 0.0
    slots: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_avg_sq")

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; m and v are the slots."""
        m, v = slots
        b1, b2 = self.betas
        m = m * b1 + g * (1 - b1)
        v = v * b2 + g * g * (1 - b2)
        r = m / unbias(b1, t) / (e.sqrt(v / unbias(b2, t)) + self.eps)
        if self.weight_decay:
            r = r + p * self.weight_decay
        return p - self.lr * (r * trust(p, r)), (m, v)


class Adafactor(Optimizer):
    """Adam's size of the gradient from one row and one column of sums instead of a matrix.

    κ = tᵞ     R ← R + κ(row mean of g² − R)     C ← C + κ(column mean of g² − C)
    u = g / √(R C / mean R),     clipped to root mean square d
    p ← (1 − ηλ)p − max(ε₂, rms(p)) min(η, 1/√t) u

    γ is `beta2_decay`. Vectors keep the whole running mean of g².

    Source: Shazeer & Stern 2018, arXiv:1804.04235, Algorithms 4 and 5, as in PyTorch.
    """

    lr: float = 1e-2
    beta2_decay: float = -0.8
    eps: tuple[float | None, float] = (None, 1e-3)
    d: float = 1.0
    weight_decay: float = 0.0

    @classmethod
    def slots_for(cls, group: Mapping[str, Any], shape: Shape) -> tuple[str, ...]:
        """A row and a column for matrices, the whole for vectors."""
        del group
        return ("row_var", "col_var") if len(shape) > 1 else ("variance",)

    @classmethod
    def initial(cls, slot: str, group: Mapping[str, Any], shape: Shape) -> np.ndarray[Any, Any]:
        """Zeros: (…, n, 1), (…, 1, m), or the parameter's shape."""
        if slot == "row_var":
            return np.zeros((*shape[:-1], 1))
        return np.zeros((*shape[:-2], 1, shape[-1]) if slot == "col_var" else shape)

    @classmethod
    def check(cls, group: Mapping[str, Any]) -> None:
        """The decay's exponent is the one number that must not be positive."""
        super().check({k: v for k, v in group.items() if k != "beta2_decay"})
        if group["beta2_decay"] > 0:
            raise ArgumentError("optim-value", name="beta2_decay", got=group["beta2_decay"],
                                wanted="≤ 0")  # fmt: skip
        if group["d"] < 1:
            raise ArgumentError("optim-value", name="d", got=group["d"], wanted="≥ 1")

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; R and C, or v, are the slots."""
        eps1 = self.eps[0] if self.eps[0] is not None else float(np.finfo(p.dtype).eps)
        share = t**self.beta2_decay
        kept: tuple[Node, ...]
        if p.ndim > 1:
            r, c = slots
            r = r + (mean(g * g, -1) - r) * share
            c = c + (mean(g * g, -2) - c) * share
            v, kept = (r @ c) / e.maximum(mean(r, -2), literal(eps1, p.dtype)), (r, c)
        else:
            v = slots[0] + (g * g - slots[0]) * share
            kept = (v,)
        u = g / e.sqrt(e.maximum(v, literal(eps1 * eps1, p.dtype)))
        u = u / e.maximum(root_mean_square(u) * (1 / self.d), literal(1.0, p.dtype))
        one = literal(1.0, p.dtype)
        rate = e.minimum(one * self.lr, 1 / e.sqrt(t))
        rate = rate * e.maximum(root_mean_square(p), literal(self.eps[1], p.dtype))
        if self.weight_decay:
            p = p - self.lr * (p * self.weight_decay)
        return p - rate * u, kept


class Muon(Optimizer):
    """Momentum whose step is made (nearly) orthogonal: every direction moves alike. Matrices only.

    b ← μb + (1−μ)g     o = NS₅((1−μ)g + μb, or b)     p ← (1 − ηλ)p − η √max(1, n/m) o

    NS₅ is five rounds of X ← aX + (bA + cA²)X, A = XXᵀ, from X/‖X‖, which draw all singular
    values near 1. Computed in the parameter's own type. adjust_lr_fn="match_rms_adamw" takes
    0.2 √max(n, m) in the place of √max(1, n/m), so that rates found for AdamW fit.

    Source: Jordan et al. 2024, kellerjordan.github.io/posts/muon.
    """

    lr: float = 1e-3
    weight_decay: float = 0.1
    momentum: float = 0.95
    nesterov: bool = True
    ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315)
    eps: float = 1e-7
    ns_steps: int = 5
    adjust_lr_fn: str | None = None
    slots: ClassVar[tuple[str, ...]] = ("momentum_buffer",)

    @classmethod
    def check(cls, group: Mapping[str, Any]) -> None:
        """The adjustment of the rate is one of PyTorch's two."""
        super().check({k: v for k, v in group.items() if k != "adjust_lr_fn"})
        if group["adjust_lr_fn"] not in (None, "original", "match_rms_adamw"):
            raise ArgumentError("optim-adjust", got=group["adjust_lr_fn"])

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter; b is the slot."""
        if p.ndim != 2:
            raise ArgumentError("optim-matrix", kind="Muon", shape=p.shape)
        b = slots[0] * self.momentum + g * (1 - self.momentum)
        step = g * (1 - self.momentum) + b * self.momentum if self.nesterov else b
        n, m = p.shape
        alike = self.adjust_lr_fn == "match_rms_adamw"
        size = 0.2 * sqrt(max(n, m)) if alike else sqrt(max(1.0, n / max(m, 1)))
        o = self.orthogonal(step) * size
        if self.weight_decay:
            p = p - self.lr * (p * self.weight_decay)
        return p - self.lr * o, (b,)

    def orthogonal(self, x: Node) -> Node:
        """The nearest (semi-)orthogonal matrix, roughly: singular values between 0.7 and 1.2."""
        a, b, c = self.ns_coefficients
        tall = x.shape[0] > x.shape[1]
        x = transposed(x) if tall else x
        x = x / e.maximum(norm(x), literal(self.eps, x.dtype))
        for _ in range(self.ns_steps):
            gram = x @ transposed(x)
            x = x * a + (gram * b + gram @ gram * c) @ x
        return transposed(x) if tall else x

    def saved(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Only b, as in PyTorch."""
        return super().saved({name: value for name, value in kept.items() if name != "step"})
