"""mlp-mnist: a larger perceptron, 784-512-256-10 with dropout, reads MNIST."""

from dataclasses import dataclass

from tiza import models
from tiza.recipes.about import About, Goal
from tiza.recipes.images import MNIST, pictures
from tiza.recipes.problem import Planned, Problem
from tiza.recipes.setting import setting

ABOUT = About(
    title=("MNIST with a larger perceptron", "MNIST con un perceptrón más grande"),
    data=MNIST,
    model="MLP 784-512-256-10",
    expects=("accuracy of 98.3 % or more", "exactitud de 98.3 % o más"),
    minutes=2.0,
    goals=(Goal("accuracy", ">=", 0.983),),
)


@dataclass(frozen=True)
class Chosen(Planned):
    """What may be set."""

    epochs: int = 15
    batch_size: int = 128
    lr: float = 0.001
    hidden: tuple[int, ...] = setting(
        (512, 256), ("widths of the hidden layers", "anchos de las capas ocultas"), low=1
    )
    dropout: float = setting(
        0.25,
        ("share of units left out in a step", "parte de las unidades que se omite"),
        low=0,
        high=0.95,
    )


def problem(settings: Chosen) -> Problem:
    """535,818 parameters."""

    def network(inputs: int, outputs: int) -> models.MLP:
        return models.MLP((inputs, *settings.hidden, outputs), dropout=settings.dropout)

    return pictures(ABOUT.title, "mlp-mnist", "mnist", network, settings)
