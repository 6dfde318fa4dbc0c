"""What the recipes on elliptic curves share: parts divided by isogeny class, a net that learns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import models, optim
from tiza.data import load, split_rows
from tiza.data.bundles import Curves
from tiza.errors import pick
from tiza.recipes.asking import Asked
from tiza.recipes.ink import Average
from tiza.recipes.points import asked_curve, equation, traces
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, batches, descent
from tiza.train.findings import softmax

AT_ONCE = 4096
APART = (
    "A fifth of the isogeny classes is kept for the test and looked at once; a tenth of the rest "
    "is only watched. Isogenous curves share rank and traces: no class is in two parts.",
    "Un quinto de las clases de isogenia queda para la prueba y se mira una vez; un décimo del "
    "resto solo se vigila. Las curvas isógenas comparten rango y trazas: ninguna clase está en "
    "dos partes.",
)


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    epochs: int = setting(15, ("passes over the data", "pasadas por los datos"), quick=1, low=1)
    batch: int = setting(512, ("rows in each step", "filas en cada paso"), quick=256, low=1)
    lr: float = setting(2e-3, ("learning rate", "tasa de aprendizaje"), low=0)
    weight_decay: float = setting(1e-2, ("weight decay", "decaimiento de pesos"), low=0)
    hidden: tuple[int, ...] = setting(
        (256, 128), ("widths of the hidden layers", "anchos de las capas ocultas"), low=1
    )
    dropout: float = setting(0.2, ("dropout", "dropout"), low=0, high=0.9)


@dataclass(frozen=True)
class Parts:
    """Positions of the rows to learn from, to watch, and to judge with."""

    train: Array
    valid: Array
    test: Array

    def rows(self, class_id: Array) -> "Parts":
        """The curves that belong to these classes."""
        return Parts(*(np.flatnonzero(np.isin(class_id, part))
                       for part in (self.train, self.valid, self.test)))  # fmt: skip

    def alone(self) -> tuple[Array, "Parts"]:
        """All these positions, and the parts as positions among them.

        >>> Parts(np.array([7, 3]), np.array([5]), np.array([9])).alone()[1].valid.tolist()
        [2]
        """
        parts = self.train, self.valid, self.test
        at = np.concatenate(parts)
        return at, Parts(*np.split(np.arange(len(at)), np.cumsum([len(p) for p in parts])[:2]))

    def among(self, chosen: Array) -> "Parts":
        """The rows for which `chosen` is true."""
        return Parts(*(part[chosen[part]] for part in (self.train, self.valid, self.test)))


@cache
def loaded() -> Curves:
    """The curves; a process reads their 192,143 rows once."""
    found: Curves = load("elliptic_curves")
    return found


def divided(labels: Array, settings: Settings) -> Parts:
    """Classes of isogeny by parts of 72, 8 and 20 %; a quick run takes 3,000 classes."""
    labels = labels[: settings.few(len(labels), 3000)]
    known, test = split_rows(len(labels), test_size=0.2, stratify=labels, seed=settings.seed)
    train, valid = split_rows(len(known), test_size=0.1, stratify=labels[known],
                              seed=settings.seed + 1)  # fmt: skip
    return Parts(known[train], known[valid], test)


@dataclass(frozen=True)
class Scale:
    """Columns with mean 0 and deviation 1, as they are over the training rows."""

    mean: Array
    deviation: Array

    @classmethod
    def of(cls, x: Array) -> "Scale":
        """The scale of these rows."""
        return cls(x.mean(0), np.maximum(x.std(0), 1e-6))

    def __call__(self, x: Array) -> Array:
        """Rows in this scale."""
        made: Array = ((x - self.mean) / self.deviation).astype("float32")
        return made

    def kept(self) -> dict[str, list[float]]:
        """As plain data, for `predict`."""
        return {"mean": self.mean.tolist(), "deviation": self.deviation.tolist()}

    @classmethod
    def again(cls, kept: Mapping[str, Any]) -> "Scale":
        """From plain data."""
        return cls(np.array(kept["mean"]), np.array(kept["deviation"]))


def learned(x: Array, y: Array, classes: int, parts: Parts, settings: Chosen, tell: bool = True
            ) -> tuple[Any, list[dict[str, float]]]:  # fmt: skip
    """A network that tells classes apart, and its curves, by AdamW.

    What is kept is the mean of the weights over the last steps. Whoever watches the run is told
    of the main network alone.
    """
    settings = settings if tell else settings.watched()
    model = models.EllipticMLP(x.shape[1], classes, settings.hidden, settings.dropout, False)
    optimizer = optim.AdamW(model.parameters(), lr=settings.lr, weight_decay=settings.weight_decay)
    step = descent(lambda a, b: F.cross_entropy(model(a), b), optimizer)
    size = min(settings.batch, len(parts.train))
    mean, rng = Average(model), np.random.default_rng(settings.seed)
    rows: list[dict[str, float]] = []
    for _ in settings.loop(settings.epochs, model, optimizer, mean, rng, rows):
        model.train()
        losses = []
        for at in batches(len(parts.train), size, rng):
            some = parts.train[at]
            losses.append(step(x[some], y[some]))
            mean.follow()
        right = logits(model, x[parts.valid]).argmax(1) == y[parts.valid]
        rows.append(settings.epoch({
            "loss": float(np.mean(losses)), "val_accuracy": float(right.mean()),
        }))  # fmt: skip
    mean.settle()
    return model, rows


def logits(model: Any, x: Array) -> Array:
    """The outputs of a model at rest.

    Shapes: (n, features) → (n, classes).
    """
    model.eval()
    with tz.no_grad():
        pieces = [model(x[k : k + AT_ONCE]).numpy() for k in range(0, len(x), AT_ONCE)]
    return np.concatenate(pieces)


def counted(guess: Array, truth: Array, classes: int) -> Array:
    """How often each true class (row) was given each answer (column).

    >>> counted(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    return np.bincount(truth * classes + guess, minlength=classes**2).reshape(classes, classes)


def drawn(**makers: Callable[[], Any]) -> dict[str, Any]:
    """Pictures by name; none where matplotlib is missing."""
    try:
        from tiza.plot.style import use_theme
    except ImportError:
        return {}
    with use_theme("light"):
        return {name: make() for name, make in makers.items()}


def told(asked: Asked, features: Callable[[Array], Array], names: list[str], what: tuple[str, str],
         ) -> tuple[str, str, float]:  # fmt: skip
    """Ask about one curve: the sentence, the answer, and its probability."""
    curve = asked_curve(asked)
    x = Scale.again(asked.kept)(features(traces(curve)[None]))
    share = softmax(asked.model(x).numpy())[0]
    best = int(share.argmax())
    text = f"{equation(curve)}: {pick(what)} {names[best]} ({share[best]:.1%})"
    return text, names[best], float(share[best])
