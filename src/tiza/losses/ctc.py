"""Connectionist temporal classification: labels in order, without knowing when each occurs."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError, DTypeError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.control import scan
from tiza.lang.pairs import equal, less
from tiza.lang.searching import where
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.losses.checks import classes_inside, reduced, reduction_of

NEVER = -1e30  # the log of an impossible path: finite, so that slopes stay numbers


def ctc_loss(log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: int = 0,
             reduction: str = "mean", zero_infinity: bool = False) -> Tensor:  # fmt: skip
    """−log of the summed probability of all paths that spell the target.

    A path has one class for each step of time; repeated classes count once, blanks vanish.
    αₜ(s) = pₜ(l'ₛ) (αₜ₋₁(s) + αₜ₋₁(s−1) + [l'ₛ ≠ blank, l'ₛ ≠ l'ₛ₋₂] αₜ₋₁(s−2)), in logarithms,
    l' being the target with blanks between and around. The mean divides each loss by its target's
    length first. Targets that do not fit into their input cost ∞, or 0 with `zero_infinity`.

    For speech and handwriting. Weak side: takes the steps as independent, given the input.

    Shapes: log_probs (t, n, classes) or (t, classes); targets (n, s), padded, or all in one row
    of their summed lengths; lengths (n) or ().
    Source: Graves et al. 2006, ICML, eqs. 6–8; conventions as in PyTorch.

    >>> round(ctc_loss(np.log(np.full((2, 1, 2), 0.5)), [[1]], [2], [1]).item(), 4)  # −log ¾
    0.2877
    """
    reduction_of("ctc_loss", reduction)
    x = as_tensor(log_probs)
    if x.ndim == 2:
        one = ctc_loss(make(P["reshape"], x, shape=(x.shape[0], 1, x.shape[1])), targets,
                       np.reshape(input_lengths, 1), np.reshape(target_lengths, 1), blank,
                       reduction, zero_infinity)  # fmt: skip
        return make(P["reshape"], one, shape=())
    if x.ndim != 3 or x.dtype.kind != "f":
        raise ShapeError("ctc-scores", got=x.shape)
    steps, batch, classes = x.shape
    if not 0 <= blank < classes:
        raise ArgumentError("ctc-blank", got=blank, classes=classes)
    long, wide = as_tensor(input_lengths), as_tensor(target_lengths)
    if long.shape != (batch,) or wide.shape != (batch,):
        raise ShapeError("ctc-lengths", input=long.shape, target=wide.shape, batch=batch)
    if long.node.value is not None and (long.node.value > steps).any():
        raise ArgumentError("ctc-too-long", got=int(long.node.value.max()), steps=steps)
    labels = _padded(as_tensor(targets), wide, batch)
    if labels.node.value is not None:
        classes_inside(labels, classes, blank)
    final = _forward(x, labels, long, wide, blank)
    impossible = less(final, NEVER / 10)
    values = where(impossible, as_tensor(0.0 if zero_infinity else np.inf, x.dtype), -final)
    if reduction != "mean":
        return reduced(values, reduction)
    lengths = make(P["maximum"], as_tensor(wide, x.dtype), as_tensor(1.0, x.dtype))
    return reduced(values / lengths, "mean")


def _padded(targets: Tensor, lengths: Tensor, batch: int) -> Tensor:
    """Targets as one row for each example; from one long row this needs the lengths' values."""
    if targets.dtype.kind not in "iu":
        raise DTypeError("loss-target-type", got=targets.dtype)
    if targets.ndim == 2 and targets.shape[0] == batch:
        return targets
    sizes = lengths.numpy().astype(int)
    if targets.ndim != 1 or targets.size != sizes.sum():
        raise ShapeError("ctc-targets", got=targets.shape, batch=batch)
    rows = np.zeros((batch, max(1, sizes.max(initial=0))), targets.dtype)
    ends = np.cumsum(sizes)
    for row, size, end in zip(rows, sizes, ends, strict=True):
        row[:size] = targets.numpy()[end - size : end]
    return as_tensor(rows)


def _forward(x: Tensor, labels: Tensor, long: Tensor, wide: Tensor, blank: int) -> Tensor:
    """log of the summed probability of the paths, for each example."""
    steps, batch, _ = x.shape
    labels = as_tensor(labels, np.dtype(np.int64))
    count = labels.shape[1]
    gaps = as_tensor(np.full((batch, count, 1), blank))
    pairs = make(P["concat"], gaps, make(P["reshape"], labels, shape=(batch, count, 1)), axis=2)
    path = make(P["concat"], make(P["reshape"], pairs, shape=(batch, 2 * count)),
                as_tensor(np.full((batch, 1), blank)), axis=1)  # fmt: skip
    width = 2 * count + 1
    everywhere = make(P["broadcast_to"], path, shape=(steps, batch, width))
    emitted = make(P["take_along"], x, everywhere, axis=2)
    skips = ~equal(path, blank) & ~equal(path, _shifted(path, 2, -1))
    none = as_tensor(np.full((batch, width), NEVER, x.dtype))
    begun = as_tensor(np.arange(width) < 2)
    first = where(begun, as_tensor(0.0, x.dtype), none)

    def step(alpha: Tensor, row: tuple[Tensor, Tensor]) -> tuple[Tensor, None]:
        scores, t = row
        stay = make(P["logaddexp"], alpha, _shifted(alpha, 1, NEVER))
        both = make(P["logaddexp"], stay, where(skips, _shifted(alpha, 2, NEVER), none))
        # before the first step only the first blank and the first label may be entered
        new = where(equal(t, 0), first, both) + scores
        running = make(P["reshape"], less(t, long), shape=(batch, 1))
        return where(running, new, alpha), None

    times = as_tensor(np.arange(steps))
    alpha, _ = scan(step, first, (emitted, times), length=steps)
    end = make(P["reshape"], as_tensor(wide, np.dtype(np.int64)) * 2, shape=(batch, 1))
    last = make(P["take_along"], alpha, end, axis=1)
    before = make(P["take_along"], alpha, make(P["maximum"], end - 1, end * 0), axis=1)
    empty = equal(end, 0)
    total = where(empty, last, make(P["logaddexp"], last, before))
    return make(P["reshape"], total, shape=(batch,))


def _shifted(x: Tensor, by: int, fill: float) -> Tensor:
    """The columns moved right, `fill` entering at the left."""
    batch, width = x.shape
    by = min(by, width)
    head = as_tensor(np.full((batch, by), fill, x.dtype))
    rest = make(P["slice"], x, starts=(0, 0), stops=(batch, width - by), steps=(1, 1))
    return make(P["concat"], head, rest, axis=1)
