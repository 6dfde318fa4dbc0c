"""What is done to batches in training only: pictures changed, examples mixed, on the step's graph.

The random numbers are those of the step, so that a continued run draws what it would have drawn.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tiza import nn
from tiza.errors import ArgumentError, CheckpointError
from tiza.graph import Node
from tiza.lang.tensor import Tensor
from tiza.train import blueprint
from tiza.train.settings import Settings

Part = Callable[..., Any]


@dataclass(frozen=True)
class Augment:
    """Changes of a batch, one after the other: x → x, or (x, target) → (x, target).

    The loss of training is that of the changed batch; metrics of training compare with the targets
    as they were given.

    >>> both = Augment.of([nn.RandomFlip(), nn.Mixup(0.2, num_classes=10)], None)
    >>> [part["class"] for part in both.told()]
    ['RandomFlip', 'Mixup']
    """

    parts: tuple[Part, ...] = ()

    @classmethod
    def of(cls, given: Any, before: Settings | None) -> Augment:
        """What was given; else what the interrupted fit had, rebuilt.

        Errors: ArgumentError for what cannot be called, CheckpointError where code is missing.
        """
        if given is None:
            return cls(tuple(_built(told) for told in (before.augment if before else ())))
        parts = tuple(given) if isinstance(given, Sequence) else (given,)
        for part in parts:
            if not callable(part) or takes(part) not in (1, 2):
                raise ArgumentError("fit-argument", verb="fit", name="augment", got=part,
                                    wanted="x → x, (x, y) → (x, y)")  # fmt: skip
        return cls(parts)

    def told(self) -> list[dict[str, Any]]:
        """The parts as data, as far as they are no code of the user's."""
        return [_told(part) for part in self.parts]

    def __call__(self, batch: Sequence[Node], inputs: int) -> list[Node]:
        """The batch as training sees it: the input, the target, the weights, if there are any.

        Errors: ArgumentError for a model of several inputs, and where weighted examples are mixed.
        """
        if not self.parts:
            return list(batch)
        if inputs != 1:
            raise ArgumentError("augment-inputs", got=inputs)
        x, target, *weight = (Tensor(node) for node in batch)
        for part in self.parts:
            if takes(part) == 1:
                x = part(x)
            elif weight:
                raise ArgumentError("augment-weights", part=_name(part))
            else:
                x, target = part(x, target)
        return [x.node, target.node, *(w.node for w in weight)]


def takes(part: Part) -> int:
    """How many arguments a part must be given."""
    called = part.forward if isinstance(part, nn.Module) else part
    return sum(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
               for p in inspect.signature(called).parameters.values())  # fmt: skip


def _name(part: Part) -> str:
    return type(part).__name__ if isinstance(part, nn.Module) else getattr(part, "__name__", "λ")


def _told(part: Part) -> dict[str, Any]:
    try:
        if isinstance(part, nn.Module):
            return blueprint.describe(part)
    except CheckpointError:
        pass  # a class of the user's: only its name is kept
    return {"class": _name(part), "plain": False}


def _built(told: dict[str, Any]) -> Part:
    if told.get("plain") is False:
        raise CheckpointError("augment-not-plain", kind=told["class"])
    return blueprint.build(told)


__all__ = ["Augment", "takes"]
