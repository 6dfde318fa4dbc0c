"""What a recipe hands over: the data, the network, and how to train it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tiza.recipes.setting import Settings, setting

if TYPE_CHECKING:
    from tiza import nn
    from tiza.data.preparation import Preparation

Array = NDArray[Any]
Pair = tuple[str, str]  # English, Spanish
Task = Literal["classification", "regression"]


Network = Callable[[int, int], "nn.Module"]  # from the numbers of inputs and outputs


@dataclass(frozen=True)
class Part:
    """Inputs and targets, ready for the network.

    Shapes: x (rows, features); y (rows) classes as int64, or (rows, 1) standardised numbers.
    """

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Plan:
    """How a network is trained: AdamW, its rate falling along half a cosine.

    With `patience`, training stops when the validation loss has not improved for so many epochs,
    and the best weights are put back.
    """

    epochs: int = 30
    batch_size: int = 32
    lr: float = 1e-3
    weight_decay: float = 1e-2
    patience: int = 0


@dataclass(frozen=True)
class Planned(Settings):
    """Settings of a recipe that the Trainer learns; a recipe derives its own defaults from it."""

    epochs: int = setting(30, ("passes over the data", "pasadas por los datos"), quick=1, low=1)
    batch_size: int = setting(32, ("examples in each step", "ejemplos en cada paso"), low=1)
    lr: float = setting(1e-3, ("learning rate at first", "tasa de aprendizaje inicial"), low=0)
    weight_decay: float = setting(
        1e-2, ("how fast unused weights shrink", "cuánto se encogen los pesos sin uso"), low=0
    )

    def plan(self) -> Plan:
        """How the network is trained."""
        return Plan(self.epochs, self.batch_size, self.lr, self.weight_decay)


@dataclass(frozen=True)
class Problem:
    """A task ready to be learned: learn from `train`, watch `valid`, judge once on `test`.

    `network` makes the model from the number of inputs and outputs.
    """

    name: str
    title: Pair
    task: Task
    train: Part
    valid: Part
    test: Part
    network: Network
    plan: Plan = field(default_factory=Plan)
    classes: tuple[str, ...] = ()
    preparation: "Preparation | None" = None  # of tables
    divisor: float = 1.0  # of arrays: the network takes x / divisor
    picture: tuple[int, ...] = ()  # the shape of an input as a picture, if it is one
    scale: float = 1.0  # of a standardised target, to give errors in its own unit
    examples: Sequence[Mapping[str, str]] = ()  # a few raw test rows, to ask with
    facts: Mapping[str, object] = field(default_factory=dict)  # about the data
    pictures: "Callable[[nn.Module], Mapping[Pair, Any]] | None" = None  # for the report
    notes: Sequence[Pair] = ()  # what else was kept apart

    def planned(self, **changes: Any) -> "Problem":
        """The same problem with another plan: epochs, batch_size, lr, ..."""
        return replace(self, plan=replace(self.plan, **changes))

    def quick(self, rows: int = 1000) -> "Problem":
        """The same problem with few rows and one epoch: whether all runs, not how well."""

        def few(part: Part) -> Part:
            return Part(part.x[:rows], part.y[:rows])

        less = replace(self, train=few(self.train), valid=few(self.valid), test=few(self.test))
        return less.planned(epochs=1)

    @property
    def inputs(self) -> int:
        """How many numbers the network takes."""
        return int(np.prod(self.train.x.shape[1:]))

    @property
    def outputs(self) -> int:
        """One for each class, or the one number to be predicted."""
        return len(self.classes) if self.task == "classification" else 1
