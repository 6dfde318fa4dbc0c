"""mnist-mlp: a perceptron 784-128-10 reads the 70,000 digits of MNIST."""

from tiza.recipes.images import pictures
from tiza.recipes.networks import mlp
from tiza.recipes.problem import Plan, Problem


def problem(seed: int) -> Problem:
    """The official test set; of the 60,000 training images 5,000 are watched."""
    plan = Plan(epochs=10, batch_size=128, lr=2e-3, weight_decay=1e-2)
    return pictures("mnist-mlp", "mnist", lambda i, o: mlp(i, [128], o), plan, seed)
