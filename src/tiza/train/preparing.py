"""What stands between raw rows and the network: it is kept with the model.

`model.preparation` is a `tiza.data.Preparation` (rows of a table) or a transform (arrays).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza import nn
from tiza.data import DataLoader, Dataset, Preparation, Transform, transform_from_config
from tiza.lang.tensor import Tensor
from tiza.train.feed import Rows, Unread, array_of

Array = np.ndarray[Any, Any]
Ready = Preparation | Transform


def of_model(model: nn.Module) -> Ready | None:
    """The preparation that a model carries."""
    found: Ready | None = getattr(model, "preparation", None)
    return found


def is_raw(model: nn.Module, X: object) -> bool:
    """Whether X are rows of a table that the model's preparation turns into numbers."""
    arrays = np.ndarray | Tensor | Dataset | DataLoader
    return isinstance(of_model(model), Preparation) and not isinstance(X, arrays)


def from_table(model: nn.Module, X: object, y: object) -> tuple[object, object]:
    """Features and targets of raw rows; anything else as it is."""
    ready = of_model(model)
    if not isinstance(ready, Preparation) or not is_raw(model, X):
        return X, y
    return ready.features(X), ready.targets(X) if y is None else y


def learn(model: nn.Module, rows: Rows) -> None:
    """Let a transform take its constants from the training rows."""
    ready = of_model(model)
    if ready is not None and not isinstance(ready, Preparation):
        model.preparation = ready.fit(np.asarray(rows.xs[0][slice(0, len(rows))]))


def changed(model: nn.Module, rows: Rows, floating: np.dtype[Any]) -> Rows:
    """The rows as the model's transform leaves them."""
    ready = of_model(model)
    if ready is None or isinstance(ready, Preparation) or isinstance(rows.xs[0], Unread):
        return rows
    first = array_of(ready.apply(rows.xs[0]), "X", floating)
    return Rows((first, *rows.xs[1:]), rows.y, rows.weight)


def answers(model: nn.Module, outputs: Array) -> Array:
    """Outputs for raw rows as values of the target, or names of classes."""
    ready = of_model(model)
    return np.asarray(ready.decode(outputs)) if isinstance(ready, Preparation) else outputs


def to_config(model: nn.Module) -> dict[str, Any] | None:
    """The model's preparation as data."""
    ready = of_model(model)
    if ready is None:
        return None
    kind = "table" if isinstance(ready, Preparation) else "transform"
    return {"kind": kind, "config": ready.to_config()}


def from_config(config: dict[str, Any] | None) -> Ready | None:
    """The inverse of `to_config`."""
    if config is None:
        return None
    if config["kind"] == "table":
        return Preparation.from_config(config["config"])
    return transform_from_config(config["config"])
