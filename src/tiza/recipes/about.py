"""What a recipe says of itself in the list: data, model, the figure to expect, the time."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Pair = tuple[str, str]  # English, Spanish
SIGNS = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True)
class Goal:
    """A figure that is asked of a recipe: the model's `name` must be `sign` `value`.

    >>> Goal("accuracy", ">=", 0.98).reached({"accuracy": {"model": 0.983}})
    True
    """

    name: str
    sign: Literal[">=", "<="]
    value: float
    who: str = "model"

    def figure(self, figures: Mapping[str, Mapping[str, float]]) -> float | None:
        """What was reached; None where the run does not say."""
        return figures.get(self.name, {}).get(self.who)

    def reached(self, figures: Mapping[str, Mapping[str, float]]) -> bool:
        """Whether the figures of a run are good enough."""
        found = self.figure(figures)
        return found is not None and bool(SIGNS[self.sign](found, self.value))


@dataclass(frozen=True)
class About:
    """One line of `tiza recipes`; minutes are those of one core.

    goals: the figures asked, so that what was reached can be judged. ask: an example of the
    input of `tiza predict`, in which {run} is the folder of the run; empty where the recipe's
    model is not to be asked.
    """

    title: Pair
    data: Pair
    model: str
    expects: Pair
    minutes: float
    goals: tuple[Goal, ...] = ()
    ask: str = ""
