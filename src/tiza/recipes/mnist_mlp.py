"""mnist-mlp: a perceptron 784-128-10 reads the 70,000 digits of MNIST."""

from tiza.data import load, train_test_split
from tiza.recipes.networks import mlp
from tiza.recipes.problem import Part, Plan, Problem
from tiza.recipes.words import WORDS


def problem(seed: int) -> Problem:
    """The official test set; of the 60,000 training images 5,000 are watched."""
    mnist = load("mnist")
    scale = 255  # ink from 0 to 255
    x = mnist.train.x.reshape(-1, 784).astype("float32") / scale
    x_train, x_valid, y_train, y_valid = train_test_split(
        x, mnist.train.y, test_size=5000, stratify=mnist.train.y, seed=seed
    )
    return Problem(
        name="mnist-mlp",
        title=WORDS["mnist-mlp"],
        task="classification",
        train=Part(x_train, y_train),
        valid=Part(x_valid, y_valid),
        test=Part(mnist.test.x.reshape(-1, 784).astype("float32") / scale, mnist.test.y),
        network=lambda inputs, outputs: mlp(inputs, [128], outputs),
        plan=Plan(epochs=10, batch_size=128, lr=2e-3, weight_decay=1e-2),
        classes=mnist.classes,
        divisor=scale,
        picture=(28, 28),
        facts={"data": "mnist", "files": [file.sha256 for file in mnist.card.files]},
    )
