"""cnn-fashion: a small convolutional network tells clothes apart."""

from dataclasses import dataclass, replace

from tiza import models
from tiza.recipes.about import About, Goal
from tiza.recipes.images import FASHION, pictures
from tiza.recipes.ink import insights
from tiza.recipes.problem import Planned, Problem

ABOUT = About(
    title=("Clothes by a convolutional network", "Prendas con una red convolucional"),
    data=FASHION,
    model="SmallCNN",
    expects=("accuracy of 91.5 % or more", "exactitud de 91.5 % o más"),
    minutes=5.0,
    goals=(Goal("accuracy", ">=", 0.915),),
)


@dataclass(frozen=True)
class Chosen(Planned):
    """What may be set."""

    epochs: int = 12
    batch_size: int = 128
    lr: float = 0.002


def problem(settings: Chosen) -> Problem:
    """421,642 parameters; no picture is changed or added."""
    made = pictures(
        ABOUT.title, "cnn-fashion", "fashion_mnist", lambda i, o: models.SmallCNN(o), settings
    )
    return replace(made, pictures=insights(made.test.x[0]))
