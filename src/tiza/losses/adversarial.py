"""Losses of a generator and of the critic that tells its work from the real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang import random
from tiza.lang.autodiff import grad
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.losses.checks import reduced

KINDS = ("minimax", "non_saturating", "least_squares", "wasserstein")


def _softplus(x: Tensor) -> Tensor:
    return make(PRIMITIVES["softplus"], x)


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise ArgumentError("loss-gan", got=kind, known=", ".join(KINDS))
    return kind


def gan_critic_loss(real: Any, fake: Any, kind: str = "non_saturating") -> Tensor:
    """What the critic minimises, from its scores of real and of made examples.

    minimax, non_saturating: mean −log σ(r) + mean −log(1 − σ(f)); least_squares:
    (mean (r − 1)² + mean f²)/2; wasserstein: mean f − mean r (with `gradient_penalty`).

    Weak side: a critic that is too sure teaches the generator nothing; the last two suffer
    less.

    Source: Goodfellow et al. 2014, arXiv:1406.2661, eq. 1; Mao et al. 2017, arXiv:1611.04076,
    eq. 2; Arjovsky et al. 2017, arXiv:1701.07875, eq. 2.

    >>> gan_critic_loss([1.0], [0.0], "least_squares").item()
    0.0
    """
    r, f = as_tensor(real), as_tensor(fake)
    if _kind(kind) == "least_squares":
        return 0.5 * (reduced((r - 1) * (r - 1), "mean") + reduced(f * f, "mean"))
    if kind == "wasserstein":
        return reduced(f, "mean") - reduced(r, "mean")
    return reduced(_softplus(-r), "mean") + reduced(_softplus(f), "mean")


def gan_generator_loss(fake: Any, kind: str = "non_saturating") -> Tensor:
    """What the generator minimises, from the critic's scores of its work.

    minimax: mean log(1 − σ(f)), whose slope dies while the critic is sure; non_saturating:
    mean −log σ(f); least_squares: mean (f − 1)²/2; wasserstein: −mean f. Sources as for
    `gan_critic_loss`.

    Weak side: asks for no variety, so that the generator may repeat one picture.

    >>> gan_generator_loss([3.0], "wasserstein").item()
    -3.0
    """
    f = as_tensor(fake)
    values = {
        "minimax": lambda: -_softplus(f),
        "non_saturating": lambda: _softplus(-f),
        "least_squares": lambda: 0.5 * (f - 1) * (f - 1),
        "wasserstein": lambda: -f,
    }[_kind(kind)]()
    return reduced(values, "mean")


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Any, fake: Any,
                     weight: float = 10.0) -> Tensor:  # fmt: skip
    """λ · mean (‖∂ critic(x̂)/∂x̂‖₂ − 1)², x̂ drawn on the lines from real to made examples.

    Holds a Wasserstein critic to slope 1. It is a function of a derivative, and is itself
    differentiated: a derivative of a derivative.

    Weak side: costs a second derivative, and looks only between the examples.

    Shapes: real, fake (n, …) alike.
    Source: Gulrajani et al. 2017, arXiv:1704.00028, Algorithm 1.

    >>> round(gradient_penalty(lambda x: x * 3.0, [[0.0]], [[1.0]], weight=1.0).item(), 4)
    4.0
    """
    r, f = as_tensor(real), as_tensor(fake)
    if r.shape != f.shape or not r.ndim:
        raise ShapeError("loss-shapes", loss="gradient_penalty", x=f.shape, t=r.shape)
    mix = random.uniform((r.shape[0], *(1,) * (r.ndim - 1)), dtype=r.dtype)
    between = r.detach() * mix + f.detach() * (1 - mix)
    slope = grad(lambda x: reduced(critic(x), "sum"))(between)
    total = make(PRIMITIVES["sum"], slope * slope, axis=tuple(range(1, r.ndim)), keepdims=False)
    excess = make(PRIMITIVES["sqrt"], total + 1e-12) - 1
    return weight * reduced(excess * excess, "mean")
