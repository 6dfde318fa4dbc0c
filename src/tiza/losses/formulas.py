"""The losses entry by entry, as composites with the derivatives that the textbooks give."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.graph import Node, composite, constant, literal
from tiza.graph.primitive import Sample
from tiza.graph.prims import choose as c
from tiza.graph.prims import elementwise as e
from tiza.graph.prims import indexing as at
from tiza.graph.prims import reductions as r
from tiza.graph.prims import softmax as soft
from tiza.graph.prims.families import reshaped
from tiza.graph.types import DType, Shape

WIDE = np.dtype(np.int64)
SMALLEST_LOG = -100.0  # PyTorch's floor for the log of a probability that is 0
SMALLEST_VARIANCE = 1e-12  # and for p(1 − p) in the derivative


def softmax(x: Node) -> Node:
    """Softmax over axis 1."""
    return soft.softmax(x, axis=1)


def log_softmax(x: Node) -> Node:
    """Its logarithm, over axis 1."""
    return soft.log_softmax(x, axis=1)


def one_hot(t: Node, like: Node) -> Node:
    """1 at the target along axis 1, 0 elsewhere, in shape and type of `like`."""
    wide = t if t.dtype == WIDE else c.cast(t, dtype=WIDE)  # int8 cannot count to 200
    row = constant(np.arange(like.shape[1]).reshape((-1,) + (1,) * (like.ndim - 2)))
    return c.cast(e.equal(_with_class_axis(wide), row), dtype=like.dtype)


def _with_class_axis(x: Node) -> Node:
    return reshaped(x, (x.shape[0], 1, *x.shape[1:]))


def _rest(x: Node, *others: Node) -> tuple[Shape, DType]:
    return (x.shape[0], *x.shape[2:]), x.dtype


def _same(x: Node, *others: Node) -> tuple[Shape, DType]:
    return x.shape, x.dtype


def _hard_samples(rng: Any) -> list[Sample]:
    return [
        ((rng.normal(size=(4, 3)), rng.integers(0, 3, 4)), {}),
        ((rng.normal(size=(2, 3, 5)), rng.integers(0, 3, (2, 5))), {}),
        ((rng.normal(size=(1, 1)), np.zeros(1, "int64")), {}),
    ]


def _soft_samples(rng: Any) -> list[Sample]:
    return [
        ((rng.normal(size=(4, 3)), rng.dirichlet(np.ones(3), 4)), {}),
        ((rng.normal(size=(2, 3, 5)), rng.uniform(0.1, 1, (2, 3, 5))), {}),
    ]


def _pair_samples(rng: Any) -> list[Sample]:
    return [((rng.normal(size=s), rng.uniform(0.1, 0.9, s)), {}) for s in [(4,), (2, 3), (0, 2)]]


def _share_samples(rng: Any) -> list[Sample]:
    return [
        ((rng.uniform(0.1, 0.9, s), rng.uniform(0.1, 0.9, s)), {}) for s in [(4,), (2, 3), (0, 2)]
    ]


cross_entropy = composite(
    "cross_entropy",
    lambda x, t: -reshaped(at.take_along(log_softmax(x), _with_class_axis(t), axis=1),
                           _rest(x)[0]),
    vjp=lambda g, y, x, t: [_with_class_axis(g) * (softmax(x) - one_hot(t, x)), None],
    infer=_rest, samples=_hard_samples,
    latex=r"-\log \operatorname{{softmax}}({0})_{{{1}}}",
    latex_vjp=(r"{g} \odot (\operatorname{{softmax}}({0}) - \mathbf{{1}}_{{{1}}})", ""),
    says="−log of the softmax at the target class, over axis 1; its slope is p − y",
)  # fmt: skip
soft_cross_entropy = composite(
    "soft_cross_entropy",
    lambda x, q: -r.sum_(q * log_softmax(x), axis=(1,), keepdims=False),
    vjp=lambda g, y, x, q: [
        _with_class_axis(g) * (softmax(x) * r.sum_(q, axis=(1,), keepdims=True) - q),
        -(_with_class_axis(g) * log_softmax(x)),
    ],
    infer=_rest, samples=_soft_samples,
    latex=r"-\sum_c {1}_c \log \operatorname{{softmax}}({0})_c",
    latex_vjp=(r"{g} \odot (\operatorname{{softmax}}({0}) \textstyle\sum_c {1}_c - {1})",
               r"-{g} \odot \log \operatorname{{softmax}}({0})"),
    says="−Σ q log softmax(x) over axis 1, for targets q that are shares of the classes",
)  # fmt: skip
bce_with_logits = composite(
    "bce_with_logits",
    lambda x, t: e.relu(x) - x * t + e.log1p(e.exp(-e.abs_(x))),
    vjp=lambda g, y, x, t: [g * (e.sigmoid(x) - t), -(g * x)],
    infer=_same, samples=_pair_samples,
    latex=r"\log(1 + e^{{{0}}}) - {0} \odot {1}",
    latex_vjp=(r"{g} \odot (\sigma({0}) - {1})", r"-{g} \odot {0}"),
    says="cross entropy of yes or no from a logit; its slope is p − y",
)  # fmt: skip


def _floored_log(p: Node) -> Node:
    return e.maximum(e.log(p), literal(SMALLEST_LOG, p.dtype))


bce = composite(
    "bce",
    lambda p, t: -(t * _floored_log(p) + (1 - t) * _floored_log(1 - p)),
    vjp=lambda g, y, p, t: [
        g * ((p - t) / e.maximum(p * (1 - p), literal(SMALLEST_VARIANCE, p.dtype))),
        g * (_floored_log(1 - p) - _floored_log(p)),
    ],
    infer=_same, samples=_share_samples,
    latex=r"-({1} \log {0} + (1 - {1}) \log(1 - {0}))",
    latex_vjp=(r"{g} \odot \frac{{{0} - {1}}}{{{0}(1 - {0})}}",
               r"{g} \odot (\log(1 - {0}) - \log {0})"),
    says="cross entropy of yes or no from a probability, logarithms kept above −100",
)  # fmt: skip
