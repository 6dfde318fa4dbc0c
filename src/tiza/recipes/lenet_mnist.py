"""lenet-mnist: LeNet-5 with ReLU and maximum pooling reads MNIST."""

from tiza import models
from tiza.recipes.images import pictures
from tiza.recipes.problem import Plan, Problem


def problem(seed: int) -> Problem:
    """61,706 parameters, as in 1998; the activation is today's."""
    plan = Plan(epochs=12, batch_size=64, lr=2e-3, weight_decay=1e-2)
    return pictures("lenet-mnist", "mnist", lambda i, o: models.LeNet5(o, "relu"), plan, seed)
