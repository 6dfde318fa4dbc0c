"""`tz.explain_zero`: why a gradient is exactly zero."""

from __future__ import annotations

import sys

from tiza.api.draw import scope
from tiza.errors import ArgumentError, language, use_language
from tiza.lang.tensor import PENDING, Tensor
from tiza.readings.zero import Explanation, explain


def explain_zero(p: Tensor, loss: Tensor | None = None, *, lang: str | None = None) -> Explanation:
    """Why d loss / d p is zero: where the chain rule meets a factor 0, with the numbers.

    Follows ∂L/∂p = Σ ∂L/∂u ∂u/∂p from the loss to `p`, edge by edge, and names every place
    where something arrives and nothing goes on: a dead ReLU, a saturated sigmoid, weights that
    are 0 or equal, a mask, a factor 0, `detach`, a variable that is unused or frozen. Without
    `loss`: the loss whose `backward` was called last, or the calling function's scalar that
    depends on variables. Ask before `optimizer.step()`, which forgets the expression.

    Errors: ArgumentError where no loss is found, or p is no tensor.

    >>> import tiza as tz
    >>> w = tz.tensor([1.0, -2.0], requires_grad=True)
    >>> loss = tz.maximum(-(w * w), 0.0).sum()
    >>> tz.explain_zero(w).kinds
    ['clamped']
    """
    if not isinstance(p, Tensor):
        raise ArgumentError("zero-what", got=type(p).__name__)
    with use_language(lang or language()):
        frame = sys._getframe(1)
        names, _ = scope(frame)
        if loss is None:
            loss = _last_loss(list(frame.f_locals.values()))
        if loss.shape != () or not loss.node.inputs:
            raise ArgumentError("zero-loss")
        return explain(loss.node, p.node, name=names.get(p.node) or p.name or "p", names=names,
                       trained=p.requires_grad)  # fmt: skip


def _last_loss(local: list[object]) -> Tensor:
    waiting = [loss for ref, _ in PENDING.values() if (loss := ref()) is not None]
    scalars = [
        v
        for v in local
        if isinstance(v, Tensor) and v.shape == () and v.requires_grad and v.node.inputs
    ]
    found = [*scalars, *(t for t in waiting if t.shape == () and t.node.inputs)]
    if not found:
        raise ArgumentError("zero-loss")
    return found[-1]
