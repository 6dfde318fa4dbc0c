"""What the recipes about pictures of digits share: the data, a reader that judges, colours."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.data import load, split_rows
from tiza.errors import pick
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, batches, descent, grid

if TYPE_CHECKING:
    from tiza import nn
    from tiza.optim import Optimizer

SIDE, WATCHED = 28, 5000  # pixels; training pictures that are only watched
AT_ONCE = 1000  # pictures that are looked at together
MNIST = ("MNIST: 70,000 digits", "MNIST: 70 000 dígitos")
COLOURS = np.array([
    (0x1F, 0x77, 0xB4), (0xFF, 0x7F, 0x0E), (0x2C, 0xA0, 0x2C), (0xD6, 0x27, 0x28),
    (0x94, 0x67, 0xBD), (0x8C, 0x56, 0x4B), (0xE3, 0x77, 0xC2), (0x7F, 0x7F, 0x7F),
    (0xBC, 0xBD, 0x22), (0x17, 0xBE, 0xCF),
], np.uint8)  # fmt: skip
APART = (
    "The 10,000 official test pictures are looked at once, after all choices; 5,000 of the "
    "training pictures are only watched.",
    "Las 10 000 imágenes oficiales de prueba se miran una vez, tras todas las decisiones; 5000 "
    "de las de entrenamiento solo se vigilan.",
)


@dataclass(frozen=True)
class Ink:
    """Pictures to learn from, to watch, to judge with, and the digits they show.

    Shapes: x (n, 28, 28) float32, ink from 0 to 1; y (n) int64.
    """

    x: Array
    y: Array
    x_valid: Array
    y_valid: Array
    x_test: Array
    y_test: Array
    facts: Mapping[str, object]


@dataclass(frozen=True)
class PerPass(Settings):
    """What may be set where pictures are learned pass by pass; a recipe gives its own numbers."""

    epochs: int = setting(15, ("passes over the data", "pasadas por los datos"), quick=1, low=1)
    batch: int = setting(128, ("pictures in each step", "imágenes en cada paso"), quick=100, low=1)
    lr: float = setting(2e-3, ("learning rate at first", "tasa de aprendizaje inicial"), low=0)


def digits(settings: Settings, quick: int = 600) -> Ink:
    """MNIST with its official test set; a quick run takes few pictures of each part."""
    made = load("mnist")
    x, y = made.train.x, made.train.y
    learned, held = split_rows(len(x), test_size=WATCHED, stratify=y, seed=settings.seed)
    few = settings.few(len(x), quick)
    learned, held = learned[:few], held[:few]
    return Ink(
        x[learned].astype("float32") / 255,
        y[learned],
        x[held].astype("float32") / 255,
        y[held],
        made.test.x[:few].astype("float32") / 255,
        made.test.y[:few],
        {"data": "mnist", "files": [file.sha256 for file in made.card.files]},
    )


class Falling:
    """Called after each step, it lowers the learning rate along half a cosine to 0.

    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts.
    """

    def __init__(self, optimizer: "Optimizer", lr: float, steps: int) -> None:
        self.optimizer, self.lr, self.steps, self.done = optimizer, lr, steps, 0

    def __call__(self) -> None:
        """Called after each step."""
        self.done += 1
        share = min(self.done, self.steps) / self.steps
        self.optimizer.lr = self.lr * 0.5 * (1 + math.cos(math.pi * share))

    def state_dict(self) -> dict[str, int]:
        """How many steps are done."""
        return {"done": self.done}

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Go on where `state_dict` was taken."""
        self.done = state["done"]


def mean_loss(judge: Callable[..., Any], *arrays: Array) -> float:
    """The mean over all examples of a loss that is a mean over a batch; a compiled one is fast."""
    import tiza as tz

    sizes, losses = [], []
    with tz.no_grad():
        for k in range(0, len(arrays[0]), AT_ONCE):
            parts = [array[k : k + AT_ONCE] for array in arrays]
            sizes.append(len(parts[0]))
            losses.append(float(judge(*parts)))
    return float(np.average(losses, weights=sizes))


@dataclass(frozen=True)
class Reader:
    """A LeNet-5 that has learned to read digits, and how many of the test pictures it reads."""

    model: Any
    accuracy: float

    def __call__(self, pictures: Array) -> Array:
        """The probabilities of the ten digits.

        Shapes: (n, 28, 28) or (n, 784) → (n, 10).
        """
        import tiza as tz
        from tiza.train.findings import softmax

        x = np.asarray(pictures, np.float32).reshape(-1, SIDE, SIDE)
        with tz.no_grad():
            parts = [self.model(x[k : k + AT_ONCE]).numpy() for k in range(0, len(x), AT_ONCE)]
        return softmax(np.concatenate(parts))


def reader(ink: Ink, settings: Settings, epochs: int = 4) -> Reader:
    """A judge of made digits: it learns from the true ones alone and never sees a made one."""
    from tiza import models, optim
    from tiza.nn import functional as F

    size = settings.few(64, 50)
    epochs = settings.few(epochs, 1)
    rng = np.random.default_rng(settings.seed)
    model = models.LeNet5(10, "relu")
    optimizer = optim.AdamW(model.parameters(), lr=2e-3)
    step = descent(lambda x, y: F.cross_entropy(model(x), y), optimizer)
    lower = Falling(optimizer, 2e-3, epochs * (len(ink.x) // size))
    for _ in settings.loop(epochs, model, optimizer, lower, rng):
        for rows in batches(len(ink.x), size, rng):
            step(ink.x[rows], ink.y[rows])
            lower()
    right = Reader(model, 0.0)(ink.x_test).argmax(1) == ink.y_test
    return Reader(model, float(right.mean()))


def drawn_anew(asked: Asked, draw: Callable[[int], Array]) -> list[Reply]:
    """As many new digits as the number that is given, `draw`n as (n, 28, 28), in lines of 20."""
    count = min(400, max(1, int(asked.numbers()[0])))
    text = pick((f"{count} digits; -o FILE.png keeps them",
                 f"{count} dígitos; -o ARCHIVO.png los guarda"))  # fmt: skip
    return [Reply(text, count, grid(draw(count), min(count, 20)))]


class Average:
    """The mean of a model's weights over the last steps, which makes better pictures than they.

    m ← m + a (w − m) every `every` steps, a falling from 1 to `least`.

    Source: Polyak & Juditsky 1992, SIAM J. Control Optim. 30(4); for generators: Yazıcı et al.
    2019, arXiv:1806.04498.
    """

    def __init__(self, model: Any, every: int = 5, least: float = 0.01) -> None:
        self.model, self.every, self.least, self.steps = model, every, least, 0
        self.mean = self._now()

    def _now(self) -> dict[str, Array]:
        return {name: value.numpy().copy() for name, value in self.model.state_dict().items()}

    def follow(self) -> None:
        """Called after each step."""
        self.steps += 1
        if self.steps % self.every == 0:
            share = max(self.least, self.every / self.steps)
            for name, value in self.model.state_dict().items():
                self.mean[name] += share * (value.numpy() - self.mean[name])

    def settle(self) -> None:
        """Give the model its mean weights."""
        self.model.load_state_dict(self.mean)

    def state_dict(self) -> dict[str, Any]:
        """The mean weights, and of how many steps."""
        return {"mean": self.mean, "steps": self.steps}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        self.mean, self.steps = dict(state["mean"]), state["steps"]


def insights(x: Array) -> "Callable[[nn.Module], Mapping[tuple[str, str], Array]]":
    """Pictures of what a convolutional network has learned: filters, and its maps of one input.

    Shapes: x (784) or (28, 28); the network has `conv1` and `features`.
    """

    def made(model: Any) -> Mapping[tuple[str, str], Array]:
        import tiza as tz

        learning = model.training
        model.eval()
        with tz.no_grad():
            first, second = (h.numpy()[0] for h in model.features(x.reshape(1, SIDE, SIDE)))
        model.train(learning)
        filters = model.conv1.weight.numpy()[:, 0]
        return {
            ("filters of the first layer", "filtros de la primera capa"): enlarged(
                grid(filters, 8), 8
            ),
            ("input", "entrada"): x.reshape(SIDE, SIDE),
            ("maps of the first layer", "mapas de la primera capa"): grid(scaled(first), 8),
            ("maps of the second layer", "mapas de la segunda capa"): grid(scaled(second), 16),
        }

    return made


def scaled(maps: Array) -> Array:
    """Each map divided by its largest number, so that faint ones are seen as well.

    Shapes: (n, h, w) → (n, h, w).

    >>> scaled(np.array([[[0.0, 0.1]], [[0.0, 0.0]]])).max(axis=(1, 2)).tolist()
    [1.0, 0.0]
    """
    most = maps.max(axis=(1, 2), keepdims=True)
    made: Array = maps / np.where(most > 0, most, 1)
    return made


def legend(x: Array, y: Array, wide: int = 420) -> Array:
    """The ten digits, each an average of its pictures, in the colours that stand for them.

    Shapes: x (n, h, h), y (n) → (wide // 10, wide, 3) uint8, wide a multiple of 10 · h.
    """
    side = x.shape[1]
    parts = []
    for k in range(10):
        some = x[y == k]
        mean = some.mean(0) if len(some) else np.zeros((side, side))
        ink = (mean / (mean.max() or 1.0))[..., None]
        parts.append(255 - ink * (255.0 - COLOURS[k]))
    line = np.rint(np.concatenate(parts, axis=1)).astype(np.uint8)
    return enlarged(line, max(1, wide // line.shape[1]))


def plane(points: Array, x: Array, y: Array) -> Array:
    """Codes of digits in the plane, under the digits in their colours.

    Shapes: points (n, 2), x (n, 28, 28), y (n) → one picture.
    """
    line = legend(x, y, 560)
    return np.concatenate([line, coloured(points, y, line.shape[1])])


def coloured(points: Array, labels: Array, size: int = 420) -> Array:
    """Points of the plane as a picture, each in the colour of its class; y points up.

    Shapes: points (n, 2), labels (n) of 0 … 9 → (size, size, 3) uint8.

    >>> coloured(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0, 1]), 8)[7, 0].tolist()
    [31, 119, 180]
    """
    low, high = np.quantile(points, [0.002, 0.998], axis=0)
    at = np.rint((points - low) / np.maximum(high - low, 1e-9) * (size - 1)).astype(int)
    inside = ((at >= 0) & (at < size)).all(1)
    made = np.full((size, size, 3), 255, np.uint8)
    reach = (0, 1) if size > 100 else (0,)  # a point is 2 × 2 pixels
    for down in reach:
        for right in reach:
            y = np.minimum(size - 1 - at[inside, 1] + down, size - 1)
            x = np.minimum(at[inside, 0] + right, size - 1)
            made[y, x] = COLOURS[labels[inside]]
    return made


def enlarged(picture: Array, times: int) -> Array:
    """Each pixel as a square of `times` × `times`.

    >>> enlarged(np.zeros((2, 3)), 4).shape
    (8, 12)
    """
    made: Array = np.repeat(np.repeat(picture, times, axis=0), times, axis=1)
    return made
