"""mlp-slide: the slides' network of eight hidden units, 784-8-10, reads MNIST."""

from tiza import models
from tiza.recipes.images import pictures
from tiza.recipes.problem import Plan, Problem


def problem(seed: int) -> Problem:
    """6,370 parameters; each digit must pass through eight numbers."""
    plan = Plan(epochs=30, batch_size=256, lr=1e-2, weight_decay=1e-2)
    return pictures("mlp-slide", "mnist", lambda i, o: models.SlideMLP(), plan, seed)
