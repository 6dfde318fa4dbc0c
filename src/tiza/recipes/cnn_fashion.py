"""cnn-fashion: a small convolutional network tells clothes apart."""

from tiza import models
from tiza.recipes.images import pictures
from tiza.recipes.problem import Plan, Problem


def problem(seed: int) -> Problem:
    """421,642 parameters; no picture is changed or added."""
    plan = Plan(epochs=10, batch_size=128, lr=1.5e-3, weight_decay=1e-2)
    return pictures("cnn-fashion", "fashion_mnist", lambda i, o: models.SmallCNN(o), plan, seed)
