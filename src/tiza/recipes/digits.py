"""digits: a perceptron learns to read 8×8 scans of handwritten digits."""

from tiza.data import load, train_test_split
from tiza.recipes.networks import mlp
from tiza.recipes.problem import Part, Plan, Problem
from tiza.recipes.words import WORDS


def problem(seed: int) -> Problem:
    """1,797 scans: a stratified fifth is kept for the test, a tenth of the rest for validation."""
    digits = load("digits").split(test_size=0.2, seed=seed)
    scale = 16  # ink from 0 to 16
    x = digits.train.x.reshape(-1, 64).astype("float32") / scale
    x_train, x_valid, y_train, y_valid = train_test_split(
        x, digits.train.y, test_size=0.1, stratify=digits.train.y, seed=seed
    )
    return Problem(
        name="digits",
        title=WORDS["digits"],
        task="classification",
        train=Part(x_train, y_train),
        valid=Part(x_valid, y_valid),
        test=Part(digits.test.x.reshape(-1, 64).astype("float32") / scale, digits.test.y),
        network=lambda inputs, outputs: mlp(inputs, [256, 128], outputs, dropout=0.3),
        plan=Plan(epochs=40, batch_size=64, lr=4e-3, weight_decay=1e-2),
        classes=digits.classes,
        divisor=scale,
        picture=(8, 8),
        facts={"data": "digits", "files": [file.sha256 for file in digits.card.files]},
    )
