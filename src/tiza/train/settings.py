"""The arguments of fit that decide what is computed, as one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import inf
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, CheckpointError
from tiza.train.clipping import Clip


@dataclass(frozen=True)
class Settings:
    """How one fit goes about it. `start` is the number of epochs done before it."""

    epochs: int = 1
    batch_size: int = 32
    validation_split: float = 0.0
    shuffle: bool = True
    accumulate: int = 1
    start: int = 0
    augment: list[dict[str, Any]] = field(default_factory=list)  # modules as data
    clip_norm: float | None = None
    clip_value: float | None = None

    @property
    def until(self) -> int:
        """The number of epochs after which this fit ends."""
        return self.start + self.epochs

    @property
    def clip(self) -> Clip:
        """What is done to the gradients of a step."""
        return Clip(self.clip_norm, self.clip_value)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def of(cls, given: Mapping[str, Any], before: Settings | None, start: int) -> Settings:
        """What was given, over what the interrupted fit had, over the defaults.

        Errors: ArgumentError for values without meaning; CheckpointError where what is given
        contradicts the interrupted fit (more epochs than it wanted are welcome).

        >>> Settings.of({"epochs": 5, "batch_size": None}, None, 2).until
        7
        """
        stated = {key: value.item() if isinstance(value, np.generic) else value
                  for key, value in given.items() if value is not None}  # fmt: skip
        for name, value in stated.items():
            _check(name, value)
        if before is None:
            return cls(**stated, start=start)
        for name, value in stated.items():
            old = getattr(before, name)
            if value != old and not (name == "epochs" and before.start + value >= start):
                raise CheckpointError("checkpoint-misfit", what=name, kept=old, got=value)
        return cls(**{**before.to_dict(), **stated})


def _check(name: str, value: Any) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if name in ("batch_size", "accumulate"):
        good, wanted = whole and value >= 1, "≥ 1"
    elif name == "epochs":
        good, wanted = whole and value >= 0, "≥ 0"
    elif name == "augment":
        return  # tiza.train.augmenting has looked
    elif name == "shuffle":
        good, wanted = isinstance(value, bool), "True, False"
    elif name in ("clip_norm", "clip_value"):
        number = whole or isinstance(value, float)
        good, wanted = number and 0 < value < inf, "> 0"
    else:
        good, wanted = isinstance(value, int | float) and 0 <= value < 1, "0 … 1"
    if not good:
        raise ArgumentError("fit-argument", verb="fit", name=name, got=value, wanted=wanted)
