"""Losses that ask for a margin: perceptron, hinge and its relatives. Targets are +1 or −1."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError, DTypeError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.lang.pairs import equal
from tiza.lang.searching import where
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.losses.checks import classes_inside, pair, reduced, reduction_of
from tiza.losses.formulas import one_hot


def positive_part(x: Tensor) -> Tensor:
    """max(x, 0)."""
    return make(PRIMITIVES["relu"], x)


def perceptron_loss(input: Any, target: Any, reduction: str = "mean") -> Tensor:
    """max(0, −t x): only what is on the wrong side counts, and its slope is −t x's.

    For a linear separator of separable data. Weak side: it is 0 for the zero vector, asks for
    no margin, and stops at the first line that separates.

    Source: Rosenblatt 1958, Psychological Review 65; as a criterion, Duda & Hart 1973, § 5.5.

    >>> perceptron_loss([2.0, 0.5], [1, -1], reduction="none").tolist()
    [0.0, 0.5]
    """
    reduction_of("perceptron_loss", reduction)
    x, t = signs("perceptron_loss", input, target)
    return reduced(positive_part(-(t * x)), reduction)


def hinge_loss(input: Any, target: Any, margin: float = 1.0, reduction: str = "mean",
               squared: bool = False) -> Tensor:  # fmt: skip
    """max(0, m − t x), or its square: the loss of support vector machines.

    For classes that should stand apart by a margin. Weak side: its outputs are no
    probabilities, and far outliers pull with full (squared: growing) force.

    Source: Cortes & Vapnik 1995, Machine Learning 20.

    >>> hinge_loss([2.0, 0.5], [1, -1], reduction="none").tolist()
    [0.0, 1.5]
    """
    reduction_of("hinge_loss", reduction)
    x, t = signs("hinge_loss", input, target)
    short = positive_part(margin - t * x)
    return reduced(short * short if squared else short, reduction)


def soft_margin_loss(input: Any, target: Any, reduction: str = "mean") -> Tensor:
    """log(1 + e^(−t x)): the logistic loss for targets ±1.

    For yes or no with ±1; the same as `binary_cross_entropy_with_logits` with 0 and 1.

    Weak side: never quite 0, however right.

    Source: Cox 1958, J. R. Statist. Soc. B 20.

    >>> round(soft_margin_loss([0.0], [1]).item(), 4)
    0.6931
    """
    reduction_of("soft_margin_loss", reduction)
    x, t = pair("soft_margin_loss", input, target)
    return reduced(make(PRIMITIVES["softplus"], -(t * x)), reduction)


def multi_margin_loss(input: Any, target: Any, p: int = 1, margin: float = 1.0,
                      weight: Any = None, reduction: str = "mean") -> Tensor:  # fmt: skip
    """Σ_{c ≠ t} w_t max(0, m − x_t + x_c)^p / C: the hinge of several classes.

    Weak side: no probabilities, and every wrong class within the margin pulls.

    Shapes: input (n, C), target (n) of classes.
    Source: Crammer & Singer 2001, JMLR 2, in PyTorch's summed form (Weston & Watkins 1999).

    >>> multi_margin_loss([[0.0, 1.0]], [0]).item()
    1.0
    """
    reduction_of("multi_margin_loss", reduction)
    if p not in (1, 2):
        raise ArgumentError("loss-power", got=p)
    x, t = as_tensor(input), as_tensor(target)
    if x.ndim < 2:
        x = make(PRIMITIVES["reshape"], x, shape=(1, x.size))
        t = make(PRIMITIVES["reshape"], t, shape=(1,))
        single = multi_margin_loss(x, t, p, margin, weight, reduction)
        return make(PRIMITIVES["reshape"], single, shape=())
    if x.ndim != 2 or t.shape != x.shape[:1]:
        raise ShapeError("loss-cross-shapes", x=x.shape, t=t.shape, wanted=x.shape[:1])
    if t.dtype.kind not in "iu":
        raise DTypeError("loss-target-type", got=t.dtype)
    t = classes_inside(t, x.shape[1])
    at = make(PRIMITIVES["reshape"], t, shape=(*t.shape, 1))
    short = positive_part(margin - make(PRIMITIVES["take_along"], x, at, axis=1) + x)
    short = short * short if p == 2 else short
    if weight is not None:
        w = as_tensor(weight, x.dtype)
        if w.shape != x.shape[1:]:
            raise ShapeError("loss-class-weight", got=w.shape, classes=x.shape[1])
        short = short * make(PRIMITIVES["take"], w, at, axis=0)
    others = short * (1 - Tensor(one_hot(t.node, x.node)))
    total = make(PRIMITIVES["sum"], others, axis=(1,), keepdims=False)
    return reduced(total / float(max(1, x.shape[1])), reduction)


def multilabel_soft_margin_loss(input: Any, target: Any, weight: Any = None,
                                reduction: str = "mean") -> Tensor:  # fmt: skip
    """Mean over the labels of the logistic loss, one yes or no for each label.

    For several labels at once. Weak side: takes them for independent.

    Shapes: input, target (n, C) alike, the target of 0 and 1; weight (C).
    Source: Zhang & Zhou 2006, IEEE Trans. Knowl. Data Eng. 18.

    >>> round(multilabel_soft_margin_loss([[0.0, 0.0]], [[0, 1]]).item(), 4)
    0.6931
    """
    from tiza.losses.functions import binary_cross_entropy_with_logits

    reduction_of("multilabel_soft_margin_loss", reduction)
    each = binary_cross_entropy_with_logits(input, target, weight, reduction="none")
    total = make(PRIMITIVES["sum"], each, axis=(each.ndim - 1,), keepdims=False)
    return reduced(total / float(each.shape[-1]), reduction)


def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0,
                         reduction: str = "mean") -> Tensor:  # fmt: skip
    """x where t = 1, max(0, m − x) where t = −1, for distances x of pairs alike or unlike.

    For distances that are learned. Weak side: the margin fixes their scale.

    Source: PyTorch's form.

    >>> hinge_embedding_loss([0.25, 0.25], [1, -1], reduction="none").tolist()
    [0.25, 0.75]
    """
    reduction_of("hinge_embedding_loss", reduction)
    x, t = pair("hinge_embedding_loss", input, target)
    zero = as_tensor(0.0, x.dtype)
    alike = where(equal(t, -1.0), zero, x)
    unlike = where(equal(t, 1.0), zero, positive_part(margin - x))
    return reduced(alike + unlike, reduction)


def signs(loss: str, input: Any, target: Any) -> tuple[Tensor, Tensor]:
    """Prediction and target of one shape, the target known to hold +1 and −1 only."""
    x, t = pair(loss, input, target)
    value = t.node.value
    if value is not None and not (np.abs(value) == 1).all():
        raise ArgumentError("loss-signs", loss=loss, got=float(value[np.abs(value) != 1].flat[0]))
    return x, t
