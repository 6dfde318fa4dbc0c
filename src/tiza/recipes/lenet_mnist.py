"""lenet-mnist: LeNet-5 with ReLU and maximum pooling reads MNIST."""

from dataclasses import dataclass, replace

from tiza import models
from tiza.recipes.about import About, Goal
from tiza.recipes.images import MNIST, pictures
from tiza.recipes.ink import insights
from tiza.recipes.problem import Planned, Problem
from tiza.recipes.setting import setting

ABOUT = About(
    title=("MNIST with LeNet-5", "MNIST con LeNet-5"),
    data=MNIST,
    model="LeNet5",
    expects=("accuracy of 99 % or more", "exactitud de 99 % o más"),
    minutes=1.5,
    goals=(Goal("accuracy", ">=", 0.99),),
)


@dataclass(frozen=True)
class Chosen(Planned):
    """What may be set."""

    epochs: int = 12
    batch_size: int = 64
    lr: float = 0.002
    activation: str = setting(
        "relu",
        ("activation; tanh as in 1998", "activación; tanh como en 1998"),
        among=("relu", "tanh"),
    )


def problem(settings: Chosen) -> Problem:
    """61,706 parameters, as in 1998; the activation is today's."""

    def network(inputs: int, outputs: int) -> models.LeNet5:
        return models.LeNet5(outputs, settings.activation)

    made = pictures(ABOUT.title, "lenet-mnist", "mnist", network, settings)
    return replace(made, pictures=insights(made.test.x[0]))
