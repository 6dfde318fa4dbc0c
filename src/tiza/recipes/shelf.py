"""The list of recipes: what each learns from, what to expect of it, and how long it takes."""

from importlib import import_module

from tiza.recipes.about import About
from tiza.recipes.words import WORDS

MNIST = ("MNIST: 70,000 digits", "MNIST: 70 000 dígitos")
FASHION = ("Fashion-MNIST: 70,000 clothes", "Fashion-MNIST: 70 000 prendas")
DIGITS = ("1,797 scans of digits", "1797 imágenes de dígitos")
STUDIES = (
    "perceptron", "linear-regression", "logistic-regression", "water-tank", "cocktail-factory",
    "gan-rings", "diffusion-2d", "som-colours", "gcn-cora", "gat-cora", "sage-cora",
    "mf-movielens", "ec-rank",
)  # fmt: skip
_PROBLEMS = {  # name → data, model, accuracy to expect in %, minutes
    "digits": (DIGITS, "MLP 64-256-128-10", 97, 0.1),
    "mnist-mlp": (MNIST, "MLP 784-128-10", 97.8, 0.5),
    "mlp-slide": (MNIST, "SlideMLP 784-8-10", 92, 0.5),
    "mlp-mnist": (MNIST, "MLP 784-512-256-10", 98.3, 2),
    "lenet-mnist": (MNIST, "LeNet5", 99, 1.5),
    "cnn-fashion": (FASHION, "SmallCNN", 91.5, 20),
}


def shelf() -> dict[str, About]:
    """Every recipe by its name.

    >>> shelf()["lenet-mnist"].model
    'LeNet5'
    """
    made = {}
    for name, (data, model, share, minutes) in _PROBLEMS.items():
        expects = (f"accuracy of {share:g} % or more", f"exactitud de {share:g} % o más")
        made[name] = About(WORDS[name], data, model, expects, minutes)
    for name in STUDIES:
        about = import_module(f"tiza.recipes.{name.replace('-', '_')}").ABOUT
        assert isinstance(about, About)
        made[name] = about
    return made
