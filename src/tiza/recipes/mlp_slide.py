"""mlp-slide: the slides' network of eight hidden units, 784-8-10, reads MNIST."""

from dataclasses import dataclass

from tiza import models
from tiza.recipes.about import About, Goal
from tiza.recipes.images import MNIST, pictures
from tiza.recipes.problem import Planned, Problem

ABOUT = About(
    title=("MNIST with the slides' 784-8-10", "MNIST con la red 784-8-10 de las láminas"),
    data=MNIST,
    model="SlideMLP 784-8-10",
    expects=("accuracy of 92 % or more", "exactitud de 92 % o más"),
    minutes=0.5,
    goals=(Goal("accuracy", ">=", 0.92),),
)


@dataclass(frozen=True)
class Chosen(Planned):
    """What may be set."""

    epochs: int = 30
    batch_size: int = 256
    lr: float = 0.01


def problem(settings: Chosen) -> Problem:
    """6,370 parameters; each digit must pass through eight numbers."""
    return pictures(ABOUT.title, "mlp-slide", "mnist", lambda i, o: models.SlideMLP(), settings)
