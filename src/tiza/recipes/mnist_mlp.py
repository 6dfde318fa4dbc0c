"""mnist-mlp: a perceptron 784-128-10 reads the 70,000 digits of MNIST."""

from dataclasses import dataclass

from tiza.recipes.about import About, Goal
from tiza.recipes.images import MNIST, pictures
from tiza.recipes.networks import mlp
from tiza.recipes.problem import Planned, Problem
from tiza.recipes.setting import setting

ABOUT = About(
    title=("MNIST with a perceptron 784-128-10", "MNIST con un perceptrón 784-128-10"),
    data=MNIST,
    model="MLP 784-128-10",
    expects=("accuracy of 97.8 % or more", "exactitud de 97.8 % o más"),
    minutes=0.5,
    goals=(Goal("accuracy", ">=", 0.978),),
)


@dataclass(frozen=True)
class Chosen(Planned):
    """What may be set."""

    epochs: int = 10
    batch_size: int = 128
    lr: float = 0.002
    hidden: tuple[int, ...] = setting(
        (128,), ("widths of the hidden layers", "anchos de las capas ocultas"), low=1
    )


def problem(settings: Chosen) -> Problem:
    """The official test set; of the 60,000 training images 5,000 are watched."""
    return pictures(
        ABOUT.title, "mnist-mlp", "mnist", lambda i, o: mlp(i, settings.hidden, o), settings
    )
