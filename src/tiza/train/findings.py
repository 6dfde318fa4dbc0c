"""What a classifier got right and wrong, ready for a report."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.metrics import confusion_matrix
from tiza.train.report import Mistake

Array = np.ndarray[Any, Any]


def softmax(logits: Array) -> Array:
    """Probabilities from logits: exp(xᵢ − max x) / Σ exp(xⱼ − max x), over the last axis.

    >>> softmax(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    raised = np.exp(shifted)
    result: Array = raised / raised.sum(axis=-1, keepdims=True)
    return result


def confusion(probabilities: Array, truth: Array) -> Array:
    """How many examples of each class (row) were taken for each class (column).

    Shapes: probabilities or logits (n, k), truth (n) → (k, k).

    >>> confusion(np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]), np.array([0, 1, 1])).tolist()
    [[1, 0], [1, 1]]
    """
    count = probabilities.shape[-1]
    found = confusion_matrix(probabilities.argmax(axis=-1), truth, num_classes=count)
    return np.asarray(found).astype(np.int64)


def mistakes(
    probabilities: Array,
    truth: Array,
    *,
    classes: Sequence[str] = (),
    pictures: Array | None = None,
    texts: Sequence[str] = (),
) -> list[Mistake]:
    """The misclassified examples, the most confident first.

    Shapes: probabilities (n, k), truth (n), pictures (n, h, w) or (n, h, w, 3) or (n, 3, h, w).
    """
    guesses = probabilities.argmax(axis=-1)
    sure = probabilities.max(axis=-1)
    wrong = np.flatnonzero(guesses != truth)
    names = [str(name) for name in classes] or [str(i) for i in range(probabilities.shape[-1])]
    return [
        Mistake(
            truth=names[int(truth[i])],
            guess=names[int(guesses[i])],
            probability=float(sure[i]),
            picture=None if pictures is None else np.asarray(pictures[i]),
            text=texts[i] if len(texts) else "",
        )
        for i in wrong[np.argsort(-sure[wrong], kind="stable")].tolist()
    ]
