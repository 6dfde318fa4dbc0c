"""What the recipes on MNIST and Fashion-MNIST share: 28×28 pictures of ten classes, as rows."""

from tiza.data import load, train_test_split
from tiza.recipes.problem import Network, Pair, Part, Planned, Problem

MNIST = ("MNIST: 70,000 digits", "MNIST: 70 000 dígitos")
FASHION = ("Fashion-MNIST: 70,000 clothes", "Fashion-MNIST: 70 000 prendas")

SCALE, WATCHED = 255, 5000  # ink from 0 to 255; training pictures that are only watched


def pictures(title: Pair, name: str, data: str, network: Network, settings: Planned) -> Problem:
    """The official test set; of the 60,000 training pictures 5,000 are watched."""
    made = load(data)
    x = made.train.x.reshape(-1, 784).astype("float32") / SCALE
    x_train, x_valid, y_train, y_valid = train_test_split(
        x, made.train.y, test_size=WATCHED, stratify=made.train.y, seed=settings.seed
    )
    return Problem(
        name=name,
        title=title,
        task="classification",
        train=Part(x_train, y_train),
        valid=Part(x_valid, y_valid),
        test=Part(made.test.x.reshape(-1, 784).astype("float32") / SCALE, made.test.y),
        network=network,
        plan=settings.plan(),
        classes=made.classes,
        divisor=SCALE,
        picture=(28, 28),
        facts={"data": data, "files": [file.sha256 for file in made.card.files]},
    )
