"""What the recipes on MNIST and Fashion-MNIST share: 28×28 pictures of ten classes, as rows."""

from tiza.data import load, split_rows
from tiza.recipes.problem import Network, Pair, Part, Planned, Problem

MNIST = ("MNIST: 70,000 digits", "MNIST: 70 000 dígitos")
FASHION = ("Fashion-MNIST: 70,000 clothes", "Fashion-MNIST: 70 000 prendas")

SCALE, WATCHED = 255, 5000  # ink from 0 to 255; training pictures that are only watched


def pictures(title: Pair, name: str, data: str, network: Network, settings: Planned) -> Problem:
    """The official test set; of the 60,000 training pictures 5,000 are watched."""
    made = load(data)
    x, y = made.train.x.reshape(-1, 784), made.train.y
    learned, held = split_rows(len(x), test_size=WATCHED, stratify=y, seed=settings.seed)
    return Problem(
        name=name,
        title=title,
        task="classification",
        train=Part(x[learned].astype("float32") / SCALE, y[learned]),
        valid=Part(x[held].astype("float32") / SCALE, y[held]),
        test=Part(made.test.x.reshape(-1, 784).astype("float32") / SCALE, made.test.y),
        network=network,
        plan=settings.plan(),
        classes=made.classes,
        divisor=SCALE,
        picture=(28, 28),
        facts={"data": data, "files": [file.sha256 for file in made.card.files]},
    )
