"""digits: a perceptron learns to read 8×8 scans of handwritten digits."""

from dataclasses import dataclass

from tiza.data import load, train_test_split
from tiza.recipes.about import About, Goal
from tiza.recipes.networks import mlp
from tiza.recipes.problem import Part, Planned, Problem
from tiza.recipes.setting import setting

ABOUT = About(
    title=("Handwritten digits, 8×8 pixels", "Dígitos manuscritos, 8×8 píxeles"),
    data=("1,797 scans of digits", "1797 imágenes de dígitos"),
    model="MLP 64-256-128-10",
    expects=("accuracy of 97 % or more", "exactitud de 97 % o más"),
    minutes=0.1,
    goals=(Goal("accuracy", ">=", 0.97),),
)


@dataclass(frozen=True)
class Chosen(Planned):
    """What may be set."""

    epochs: int = 40
    batch_size: int = 64
    lr: float = 4e-3
    hidden: tuple[int, ...] = setting(
        (256, 128), ("widths of the hidden layers", "anchos de las capas ocultas"), low=1
    )
    dropout: float = setting(
        0.3, ("share of units left out in a step", "parte de las unidades que se omite"),
        low=0, high=0.95,
    )  # fmt: skip


def problem(settings: Chosen) -> Problem:
    """1,797 scans: a stratified fifth is kept for the test, a tenth of the rest for validation."""
    digits = load("digits").split(test_size=0.2, seed=settings.seed)
    scale = 16  # ink from 0 to 16
    x = digits.train.x.reshape(-1, 64).astype("float32") / scale
    x_train, x_valid, y_train, y_valid = train_test_split(
        x, digits.train.y, test_size=0.1, stratify=digits.train.y, seed=settings.seed
    )
    return Problem(
        name="digits",
        title=ABOUT.title,
        task="classification",
        train=Part(x_train, y_train),
        valid=Part(x_valid, y_valid),
        test=Part(digits.test.x.reshape(-1, 64).astype("float32") / scale, digits.test.y),
        network=lambda i, o: mlp(i, settings.hidden, o, dropout=settings.dropout),
        plan=settings.plan(),
        classes=digits.classes,
        divisor=scale,
        picture=(8, 8),
        facts={"data": "digits", "files": [file.sha256 for file in digits.card.files]},
    )
