"""mlp-mnist: a larger perceptron, 784-512-256-10 with dropout, reads MNIST."""

from tiza import models
from tiza.recipes.images import pictures
from tiza.recipes.problem import Plan, Problem


def problem(seed: int) -> Problem:
    """535,818 parameters."""
    plan = Plan(epochs=15, batch_size=128, lr=1e-3, weight_decay=1e-2)

    def network(inputs: int, outputs: int) -> models.MLP:
        return models.MLP((inputs, 512, 256, outputs), dropout=0.25)

    return pictures("mlp-mnist", "mnist", network, plan, seed)
