"""Losses that are the negative logarithm of a distribution: KL, Poisson, Gauss, and the ELBO."""

from __future__ import annotations

from math import log, pi
from typing import Any

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.pairs import not_equal
from tiza.lang.searching import where
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.losses.checks import pair, reduced, reduction_of


def _exp(x: Tensor) -> Tensor:
    return make(PRIMITIVES["exp"], x)


def _log(x: Tensor) -> Tensor:
    return make(PRIMITIVES["log"], x)


def kl_div(input: Any, target: Any, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """q (log q − x), the Kullback–Leibler divergence of q from log-probabilities x, by entries.

    For matching a distribution, such as a teacher's. "batchmean" divides the sum by the first
    axis and is the divergence itself; "mean" divides by all entries. Weak side: unsymmetric,
    and infinite where x is −∞ but q is not 0.

    Shapes: input, target alike; the target holds q, or log q with `log_target`.
    Source: Kullback & Leibler 1951, Ann. Math. Statist. 22.

    >>> kl_div([[-1.0, -1.0]], [[0.0, 1.0]], reduction="sum").item()
    1.0
    """
    if reduction != "batchmean":
        reduction_of("kl_div", reduction)
    x, q = pair("kl_div", input, target)
    if log_target:
        values = _exp(q) * (q - x)
    else:
        some = not_equal(q, 0.0)  # below 0 there is no logarithm, and the loss says so by NaN
        safe = where(some, q, as_tensor(1.0, q.dtype))
        values = where(some, q * _log(safe), q * 0) - q * x
    if reduction == "batchmean":
        return reduced(values, "sum") / float(x.shape[0] if x.ndim else 1)
    return reduced(values, reduction)


def poisson_nll_loss(input: Any, target: Any, log_input: bool = True, full: bool = False,
                     eps: float = 1e-8, reduction: str = "mean") -> Tensor:  # fmt: skip
    """eˣ − t x for log-rates x (or x − t log(x + ε) for rates): the loss of counts.

    For counts, whose variance is their mean. `full` adds Stirling's log t! for t > 1. Weak
    side: real counts often vary more than that.

    Source: McCullagh & Nelder 1989, Generalized Linear Models, ch. 6.

    >>> poisson_nll_loss([0.0], [3.0]).item()
    1.0
    """
    reduction_of("poisson_nll_loss", reduction)
    x, t = pair("poisson_nll_loss", input, target)
    values = _exp(x) - t * x if log_input else x - t * _log(x + eps)
    if full:
        many = t > 1
        safe = where(many, t, as_tensor(1.0, t.dtype))
        stirling = safe * _log(safe) - safe + 0.5 * _log(2 * pi * safe)
        values = values + where(many, stirling, t * 0)
    return reduced(values, reduction)


def gaussian_nll_loss(input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6,
                      reduction: str = "mean") -> Tensor:  # fmt: skip
    """(log σ² + (x − t)²/σ²)/2: a regression that also predicts how sure it is.

    σ² is kept above ε without touching its slope. Weak side: the variance can grow to explain
    errors away before the mean has been learned.

    Shapes: input, target alike; var alike, or with its last axis 1 or missing.
    Source: Nix & Weigend 1994, ICNN.

    >>> round(gaussian_nll_loss([0.0], [2.0], [4.0]).item(), 4)  # (log 4 + 1)/2
    1.1931
    """
    reduction_of("gaussian_nll_loss", reduction)
    x, t = pair("gaussian_nll_loss", input, target)
    v = as_tensor(var, x.dtype)
    if v.shape == x.shape[:-1] and v.shape != x.shape:
        v = make(PRIMITIVES["reshape"], v, shape=(*v.shape, 1))
    fits = v.ndim == x.ndim and sum(a != b for a, b in zip(v.shape, x.shape, strict=True)) <= 1
    if v.shape != () and not (fits and (v * x).shape == x.shape):
        raise ShapeError("loss-weight", got=v.shape, wanted=x.shape)
    if v.node.value is not None and (v.node.value < 0).any():
        raise ArgumentError("loss-variance", got=float(v.node.value.min()))
    floor = make(PRIMITIVES["maximum"], v, as_tensor(eps, v.dtype))
    v = v + (floor - v).detach()
    error = x - t
    values = 0.5 * (_log(v) + error * error / v)
    return reduced(values + 0.5 * log(2 * pi) if full else values, reduction)


def gaussian_kl(mean: Any, log_var: Any, reduction: str = "mean") -> Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)) = (μ² + σ² − log σ² − 1)/2, summed over the last axis.

    The price of the code of a variational autoencoder.

    Weak side: too dear at first, it empties the code; let its factor grow.

    Shapes: mean, log_var (n, d) alike → (n) before the reduction.
    Source: Kingma & Welling 2014, arXiv:1312.6114, appendix B.

    >>> gaussian_kl([[1.0, 1.0]], [[0.0, 0.0]]).item()
    1.0
    """
    reduction_of("gaussian_kl", reduction)
    m, s = pair("gaussian_kl", mean, log_var)
    each = 0.5 * (m * m + _exp(s) - s - 1)
    total = make(PRIMITIVES["sum"], each, axis=(each.ndim - 1,), keepdims=False)
    return reduced(total, reduction)


def elbo_loss(reconstruction: Any, target: Any, mean: Any, log_var: Any, beta: float = 1.0,
              reduction: str = "mean") -> Tensor:  # fmt: skip
    """−ELBO of a variational autoencoder with yes-or-no pixels, per example.

    Σ cross entropy of the logits `reconstruction` with the target + β KL(N(μ, σ²) ‖ N(0, 1)).
    Weak side: with a strong decoder or a large β the code is ignored.

    Shapes: reconstruction, target (n, …) alike; mean, log_var (n, d).
    Source: Kingma & Welling 2014, arXiv:1312.6114, eq. 10; β by Higgins et al. 2017, ICLR.

    >>> round(elbo_loss([[0.0]], [[1.0]], [[0.0]], [[0.0]]).item(), 4)
    0.6931
    """
    from tiza.losses.functions import binary_cross_entropy_with_logits

    reduction_of("elbo_loss", reduction)
    each = binary_cross_entropy_with_logits(reconstruction, target, reduction="none")
    axes = tuple(range(1, each.ndim))
    price = gaussian_kl(mean, log_var, reduction="none")
    total = make(PRIMITIVES["sum"], each, axis=axes, keepdims=False)
    if total.shape != price.shape:
        raise ShapeError("loss-shapes", loss="elbo_loss", x=total.shape, t=price.shape)
    return reduced(total + beta * price, reduction)
