"""Losses of tensors, with PyTorch's names, arguments and defaults. None of them broadcasts."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError, DTypeError, ShapeError
from tiza.graph import PRIMITIVES
from tiza.graph.types import is_float
from tiza.lang.pairs import not_equal
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.losses import formulas
from tiza.losses.checks import classes_inside, pair, reduced, reduction_of, weighted


def mse_loss(input: Any, target: Any, reduction: str = "mean", weight: Any = None) -> Tensor:
    """Mean squared error: mean of w (x − t)².

    For numbers with errors of one spread: its minimum is the mean. Weak side: one far outlier
    outweighs all else, and after a sigmoid its slope dies; use a cross entropy there.

    Shapes: input, target alike; the answer is a scalar, or that shape with reduction "none".
    Source: Gauss 1809, Theoria motus.

    >>> mse_loss([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """
    reduction_of("mse_loss", reduction)
    x, t = pair("mse_loss", input, target)
    error = x - t
    return reduced(weighted(error * error, weight), reduction)


def l1_loss(input: Any, target: Any, reduction: str = "mean", weight: Any = None) -> Tensor:
    """Mean absolute error: mean of w |x − t|.

    For numbers with outliers: its minimum is the median. Weak side: its slope does not shrink
    towards the minimum, where it jumps.

    Shapes: input, target alike; the answer is a scalar, or that shape with reduction "none".
    Source: Laplace 1793; PyTorch's names.

    >>> l1_loss([1.0, 2.0], [1.0, 4.0]).item()
    1.0
    """
    reduction_of("l1_loss", reduction)
    x, t = pair("l1_loss", input, target)
    return reduced(weighted(abs(x - t), weight), reduction)


def smooth_l1_loss(input: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """(x − t)²/2β where |x − t| < β, |x − t| − β/2 elsewhere; their mean.

    For numbers with outliers, smooth at 0. Weak side: β has to suit the unit of the target.

    Source: Girshick 2015, arXiv:1504.08083, eq. 3.

    >>> smooth_l1_loss([0.5, 3.0], [0.0, 0.0], reduction="none").tolist()
    [0.125, 2.5]
    """
    if beta < 0:
        raise ArgumentError("loss-beta", got=beta)
    if beta == 0:
        return l1_loss(input, target, reduction)
    return _bowl("smooth_l1_loss", input, target, reduction, beta, 1 / beta)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0,
               weight: Any = None) -> Tensor:  # fmt: skip
    """w (x − t)²/2 where |x − t| < δ, w δ(|x − t| − δ/2) elsewhere; their mean.

    For numbers with outliers, squared up to δ. Weak side: δ has to suit the unit of the target.

    Source: Huber 1964, Ann. Math. Statist. 35.

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none", delta=2.0).tolist()
    [0.125, 4.0]
    """
    if delta <= 0:
        raise ArgumentError("loss-delta", got=delta)
    return _bowl("huber_loss", input, target, reduction, delta, 1.0, weight)


def _bowl(loss: str, input: Any, target: Any, reduction: str, limit: float, scale: float,
          weight: Any = None) -> Tensor:  # fmt: skip
    """scale · (e²/2 where |e| < limit, limit (|e| − limit/2) elsewhere), e = x − t."""
    reduction_of(loss, reduction)
    x, t = pair(loss, input, target)
    error = x - t
    far = abs(error)
    near = error * error * (0.5 * scale)
    straight = (far - 0.5 * limit) * (limit * scale)
    values = make(PRIMITIVES["where"], far < limit, near, straight)
    return reduced(weighted(values, weight), reduction)


def cross_entropy(input: Any, target: Any, weight: Any = None, ignore_index: int = -100,
                  reduction: str = "mean", label_smoothing: float = 0.0) -> Tensor:  # fmt: skip
    """−Σ_c q_c log softmax(x)_c, q being the target; its slope with respect to x is p − q.

    The target holds a class for each example, or a distribution over the classes. Smoothing ε
    makes q = (1 − ε) target + ε/C. `weight` holds one factor for each class. The mean is
    weighted by the classes' factors, and leaves targets equal to `ignore_index` out.

    For one class out of several; x are logits, so no softmax goes before it. Weak side: it
    never rests, and drives weights up until the network is surer than it is right.

    Shapes: input (n, C, …) or (C); target (n, …) or () of integers, or like the input.
    Source: PyTorch's conventions; label smoothing by Szegedy et al. 2016, arXiv:1512.00567.

    >>> cross_entropy([[0.0, 0.0]], [1]).item() == cross_entropy([[0.0, 0.0]], [[0.5, 0.5]]).item()
    True
    """
    reduction_of("cross_entropy", reduction)
    if not 0 <= label_smoothing <= 1:
        raise ArgumentError("loss-smoothing", got=label_smoothing)
    x, t = as_tensor(input), as_tensor(target)
    if not is_float(x.dtype):
        raise DTypeError("loss-type", loss="cross_entropy", got=x.dtype)
    if x.ndim == 1:
        x, t = _row(x), _row(t)
        flat = reduction == "none"
        answer = cross_entropy(x, t, weight, ignore_index, reduction, label_smoothing)
        return make(PRIMITIVES["reshape"], answer, shape=()) if flat else answer
    if x.ndim == 0:
        raise ShapeError("loss-scalar-logits")
    w = _class_weight(weight, x)
    if is_float(t.dtype):
        return _soft(x, t, w, reduction, label_smoothing)
    return _hard(x, t, w, ignore_index, reduction, label_smoothing)


def _row(x: Tensor) -> Tensor:
    return make(PRIMITIVES["reshape"], x, shape=(1, *x.shape))


def _class_weight(weight: Any, x: Tensor) -> Tensor | None:
    if weight is None:
        return None
    w = as_tensor(weight, x.dtype)
    if w.shape != x.shape[1:2]:
        raise ShapeError("loss-class-weight", got=w.shape, classes=x.shape[1])
    return w


def _over_classes(w: Tensor, x: Tensor) -> Tensor:
    return make(PRIMITIVES["reshape"], w, shape=(1, -1 if not w.size else w.size,
                                                 *(1,) * (x.ndim - 2)))  # fmt: skip


def _soft(x: Tensor, q: Tensor, w: Tensor | None, reduction: str, smoothing: float) -> Tensor:
    """Targets that are distributions over the classes."""
    if q.shape != x.shape:
        raise ShapeError("loss-cross-shapes", x=x.shape, t=q.shape,
                         wanted=(x.shape[0], *x.shape[2:]))  # fmt: skip
    q = as_tensor(q, x.dtype)
    if smoothing:
        q = q * (1 - smoothing) + smoothing / x.shape[1]
    if w is not None:
        q = q * _over_classes(w, x)
    return reduced(make(formulas.soft_cross_entropy, x, q), reduction)


def _hard(x: Tensor, t: Tensor, w: Tensor | None, ignore_index: int, reduction: str,
          smoothing: float) -> Tensor:  # fmt: skip
    """Targets that are classes."""
    wanted = (x.shape[0], *x.shape[2:])
    if t.shape != wanted:
        raise ShapeError("loss-cross-shapes", x=x.shape, t=t.shape, wanted=wanted)
    if t.dtype.kind not in "iu":
        raise DTypeError("loss-target-type", got=t.dtype)
    kept, safe = _without_ignored(t, x.shape[1], ignore_index)
    if smoothing:
        one_hot = Tensor(formulas.one_hot(safe.node, x.node))
        q = one_hot * (1 - smoothing) + smoothing / x.shape[1]
        values = make(formulas.soft_cross_entropy, x, q if w is None else q * _over_classes(w, x))
    else:
        values = make(formulas.cross_entropy, x, safe)
    factor = None if w is None else make(PRIMITIVES["take"], w, safe, axis=0)
    if factor is not None and not smoothing:
        values = values * factor
    return _mean_of_kept(values, kept, factor, reduction)


def _without_ignored(t: Tensor, classes: int,
                     ignore_index: int) -> tuple[Tensor | None, Tensor]:  # fmt: skip
    """Which targets count, and the targets with a class that exists in the place of others.

    Errors: IndexingError for any other class that does not exist.
    """
    limits, value = np.iinfo(t.dtype), t.node.value
    if value is not None:
        classes_inside(t, classes, ignore_index)
    possible = limits.min <= ignore_index <= limits.max
    if not possible or (value is not None and not (value == ignore_index).any()):
        return None, classes_inside(t, classes)
    kept = not_equal(t, ignore_index)
    safe = make(PRIMITIVES["where"], kept, t, t * 0)
    return kept, safe if value is not None else classes_inside(safe, classes)


def _mean_of_kept(values: Tensor, kept: Tensor | None, factor: Tensor | None,
                  reduction: str) -> Tensor:  # fmt: skip
    if kept is not None:
        share = as_tensor(kept, values.dtype)
        values = make(PRIMITIVES["where"], kept, values, values.detach() * 0)
        factor = share if factor is None else factor * share
    if reduction != "mean" or factor is None:
        return reduced(values, reduction)
    return reduced(values, "sum") / reduced(factor, "sum")


def nll_loss(input: Any, target: Any, weight: Any = None, ignore_index: int = -100,
             reduction: str = "mean") -> Tensor:  # fmt: skip
    """−w_t x_t: what `cross_entropy` does to logits, for log-probabilities that are given.

    For networks that end in log_softmax. Weak side: given anything else it means nothing, and
    says so only by falling below 0.

    Shapes: input (n, C, …) or (C); target (n, …) or () of integers.
    Source: Fisher 1922, Phil. Trans. R. Soc. A 222; PyTorch's conventions.

    >>> nll_loss([[-1.0, -2.0], [-3.0, -4.0]], [0, 1]).item()
    2.5
    """
    reduction_of("nll_loss", reduction)
    x, t = as_tensor(input), as_tensor(target)
    if x.ndim == 1:
        answer = nll_loss(_row(x), _row(t), weight, ignore_index, reduction)
        return make(PRIMITIVES["reshape"], answer, shape=()) if reduction == "none" else answer
    wanted = (x.shape[0], *x.shape[2:])
    if t.shape != wanted:
        raise ShapeError("loss-cross-shapes", x=x.shape, t=t.shape, wanted=wanted)
    if t.dtype.kind not in "iu":
        raise DTypeError("loss-target-type", got=t.dtype)
    kept, safe = _without_ignored(t, x.shape[1], ignore_index)
    places = make(PRIMITIVES["reshape"], safe, shape=(wanted[0], 1, *wanted[1:]))
    values = -make(PRIMITIVES["reshape"], make(PRIMITIVES["take_along"], x, places, axis=1),
                   shape=wanted)  # fmt: skip
    w = _class_weight(weight, x)
    factor = None if w is None else make(PRIMITIVES["take"], w, safe, axis=0)
    return _mean_of_kept(values if factor is None else values * factor, kept, factor, reduction)


def binary_cross_entropy(input: Any, target: Any, weight: Any = None,
                         reduction: str = "mean") -> Tensor:  # fmt: skip
    """−(t log p + (1 − t) log(1 − p)) for probabilities p; logarithms are kept above −100.

    For probabilities that are given. Weak side: far from the truth the floor leaves no slope.

    Shapes: input, target alike. Prefer `binary_cross_entropy_with_logits`, which needs no floor.
    Source: Good 1952, J. R. Statist. Soc. B 14; the floor is PyTorch's.

    >>> round(binary_cross_entropy([0.5, 0.5], [0.0, 1.0]).item(), 4)
    0.6931
    """
    reduction_of("binary_cross_entropy", reduction)
    p, t = pair("binary_cross_entropy", input, target)
    value = p.node.value
    if value is not None and ((value < 0) | (value > 1)).any():
        raise ArgumentError("loss-probability", got=float(value[(value < 0) | (value > 1)].flat[0]))
    return reduced(weighted(make(formulas.bce, p, t), weight), reduction)


def binary_cross_entropy_with_logits(input: Any, target: Any, weight: Any = None,
                                     reduction: str = "mean",
                                     pos_weight: Any = None) -> Tensor:  # fmt: skip
    """log(1 + eˣ) − t x, the cross entropy of yes (t = 1) or no from a logit; its slope is p − t.

    For yes or no, or several labels at once. Weak side: of rare classes it sees little; see
    `pos_weight` and `losses.focal_loss`.

    `pos_weight` multiplies the loss of the yes part: −(w t log σ(x) + (1 − t) log σ(−x)).

    Shapes: input, target alike.
    Source: Cox 1958, J. R. Statist. Soc. B 20; PyTorch's names.

    >>> binary_cross_entropy_with_logits([1e4, -1e4], [0.0, 0.0]).item()
    5000.0
    """
    reduction_of("binary_cross_entropy_with_logits", reduction)
    x, t = pair("binary_cross_entropy_with_logits", input, target)
    if pos_weight is None:
        values = make(formulas.bce_with_logits, x, t)
    else:
        softplus = PRIMITIVES["softplus"]
        values = weighted(t * make(softplus, -x), pos_weight) + (1 - t) * make(softplus, x)
    return reduced(weighted(values, weight), reduction)
