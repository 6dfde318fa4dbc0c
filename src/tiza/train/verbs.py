"""Keras's verbs on the model itself: `model.fit(X, y)`. Each model keeps its trainer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tiza import nn
from tiza.lang.verbs import VERBS
from tiza.train.history import History
from tiza.train.scores import Scores
from tiza.train.trainer import Trainer

KEPT, ASKED = "_trainer", "_asked"


class Kept:
    """A model's trainer. A copy of the model begins with its own."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()


def fit(
    model: nn.Module,
    X: object,
    y: object = None,
    *,
    loss: Callable[..., Any] | None = None,
    optimizer: Any = None,
    metrics: Sequence[Any] | None = None,
    run_dir: Any = None,
    seed: int = 0,
    **options: Any,
) -> History:
    """`Trainer(model, loss, optimizer, metrics).fit(X, y, **options)`.

    A second call without these goes on with the trainer of the first. Without a loss, whole-number
    targets take cross_entropy and others mse_loss; without an optimizer it is Adam.

    >>> import numpy as np
    >>> x = np.linspace(-1, 1, 32, dtype=np.float32)[:, None]
    >>> len(nn.Linear(1, 1).fit(x, 2 * x, epochs=3, verbose=0))
    3
    """
    trainer = _trainer(model)
    if trainer is None or loss is not None or optimizer is not None or run_dir is not None:
        chosen = loss or _usual_loss(X, y)
        trainer = Trainer(model, chosen, optimizer or "adam", metrics or (), run_dir=run_dir,
                          seed=seed)  # fmt: skip
        model.__dict__[KEPT] = Kept(trainer)
    elif metrics is not None:
        trainer.measure(metrics)
    return trainer.fit(X, y, **options)


def evaluate(model: nn.Module, X: object, y: object = None, *,
             loss: Callable[..., Any] | None = None, metrics: Sequence[Any] | None = None,
             **options: Any) -> Scores:  # fmt: skip
    """Loss and metrics of the model on data; those of its `fit`, unless others are given."""
    trainer = _trainer(model)
    if trainer is None or loss is not None or metrics is not None:
        trainer = Trainer(model, loss or _usual_loss(X, y), "adam", metrics or ())
    return trainer.evaluate(X, y, **options)


def predict(model: nn.Module, X: object, **options: Any) -> np.ndarray[Any, Any]:
    """The model's answers to X, in batches, as one array."""
    trainer = _trainer(model) or _trainer(model, ASKED)
    if trainer is None:  # one that only answers: SGD keeps nothing beside the weights
        trainer = Trainer(model, optimizer="sgd")
        model.__dict__[ASKED] = Kept(trainer)
    return trainer.predict(X, **options)


def _trainer(model: nn.Module, name: str = KEPT) -> Trainer | None:
    found = model.__dict__.get(name)
    if isinstance(found, Kept) and found.trainer.model is model:
        return found.trainer
    return None


def _usual_loss(X: object, y: object) -> Callable[..., Any]:
    from tiza.nn import functional
    from tiza.train.feed import rows_of

    target = rows_of(X, y, floating=np.dtype("float32")).y
    whole = target is not None and target.dtype.kind in "biu" and target.ndim == 1
    found: Callable[..., Any] = functional.cross_entropy if whole else functional.mse_loss
    return found


VERBS.update(fit=fit, evaluate=evaluate, predict=predict)
