"""autoencoder: digits pass through two numbers, or through 32, and come out again."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.ink import APART, MNIST, Ink, PerPass, digits, mean_loss, plane
from tiza.recipes.setting import setting
from tiza.recipes.study import Array, Outcome, batches, descent, grid

ABOUT = About(
    title=("Digits through a narrow middle", "Dígitos por un medio angosto"),
    data=MNIST,
    model="Autoencoder 784-512-256-2",
    expects=("squared error of 0.042 or less by 2 numbers (PCA 0.056)",
             "error cuadrático de 0.042 o menos con 2 números (PCA: 0.056)"),
    minutes=1.5,
    goals=(Goal("squared error, 2 numbers", "<=", 0.042),),
    ask="0 0",
)  # fmt: skip
SPANISH = {
    "squared error, 2 numbers": "error cuadrático, 2 números",
    "squared error, 32 numbers": "error cuadrático, 32 números",
    "mean": "imagen media",
    "reconstructions": "reconstrucciones (arriba, entradas; luego, con 2 y con 32 números)",
    "walk": "paseo por el plano",
    "plane": "el plano de las imágenes de prueba",
}


@dataclass(frozen=True)
class Chosen(PerPass):
    """What may be set."""

    epochs: int = 7
    lr: float = 2e-3
    hidden: tuple[int, ...] = setting(
        (512, 256), ("widths of the hidden layers", "anchos de las capas ocultas"), quick=(32,)
    )


def study(settings: Chosen) -> Outcome:
    """Two autoencoders: the plane of the first can be looked at, the second sees details."""
    rng = np.random.default_rng(settings.seed)
    ink = digits(settings)
    flat, rows = learn(ink, 2, settings, rng)
    fine, _ = learn(ink, 32, settings, rng)
    axes = directions(ink.x)
    figures = {
        f"squared error, {count} numbers": {
            "model": error(ink.x_test, remade(model, ink.x_test)),
            "PCA": error(ink.x_test, pca(ink.x, axes[:, -count:], ink.x_test)),
            "mean": error(ink.x_test, ink.x.mean(0)),
        }
        for model, count in ((flat, 2), (fine, 32))
    }
    two, many = (row["model"] for row in figures.values())
    straight, straight_many = (row["PCA"] for row in figures.values())
    with tz.no_grad():
        codes = flat.encode(ink.x_test).numpy()
    low, high = np.quantile(codes, [0.02, 0.98], axis=0)
    shown = ink.x_test[:16]
    return Outcome(
        spanish=SPANISH,
        figures=figures,
        sentence=(
            f"Through 2 numbers a pixel's squared error is {two:.4f} (PCA {straight:.4f}), "
            f"through 32 {many:.4f} (PCA {straight_many:.4f}).",
            f"Con 2 números el error cuadrático de un píxel es {two:.4f} (PCA: {straight:.4f}); "
            f"con 32, {many:.4f} (PCA: {straight_many:.4f}).",
        ),
        model=flat,
        rows=rows,
        pictures={
            "plane": plane(codes, ink.x_test, ink.y_test),
            "walk": grid(walk(flat, low, high, 20), 20),
            "reconstructions": grid(
                np.concatenate([shown, remade(flat, shown), remade(fine, shown)]), len(shown)
            ),
        },
        data=ink.facts,
        notes=(APART,),
    )


def learn(ink: Ink, count: int, settings: Chosen, rng: np.random.Generator) -> tuple[Any, Any]:
    """An autoencoder with a code of `count` numbers, and what each pass measured."""
    model = models.Autoencoder(784, settings.hidden, count)
    optimizer = optim.Adam(model.parameters(), lr=settings.lr)
    step, judge = descent(model.loss, optimizer), tz.compile(model.loss)
    rows: list[dict[str, float]] = []
    for _ in settings.loop(settings.epochs, model, optimizer, rng, rows):
        losses = []
        for some in batches(len(ink.x), settings.batch, rng):
            losses.append(step(ink.x[some]))
        row = {"loss": float(np.mean(losses)), "val_loss": mean_loss(judge, ink.x_valid)}
        rows.append(settings.epoch(row) if count == 2 else row)
    return model, rows


def remade(model: Any, x: Array) -> Array:
    """Pictures after the narrow middle.

    Shapes: (n, 28, 28) → (n, 28, 28).
    """
    with tz.no_grad():
        made: Array = model(x).numpy().reshape(x.shape)
    return made


def error(x: Array, made: Array) -> float:
    """The mean of (x̂ − x)² over all pixels."""
    return float(np.square(x - made, dtype=np.float64).mean())


def directions(x: Array) -> Array:
    """The directions in which pictures differ, those in which they differ most last.

    Shapes: (n, 28, 28) → (784, 784), a direction each column.
    """
    flat = x.reshape(len(x), -1) - x.mean(0).reshape(-1)
    found: Array = np.linalg.eigh((flat.T @ flat).astype(np.float64))[1]
    return found


def pca(x: Array, axes: Array, test: Array) -> Array:
    """Test pictures from their coordinates along axes: the best that straight lines can do.

    Shapes: x (n, 28, 28), axes (784, k), test (m, 28, 28) → (m, 28, 28).
    """
    mean = x.mean(0).reshape(-1)
    centred = test.reshape(len(test), -1) - mean
    made: Array = (mean + centred @ axes @ axes.T).reshape(test.shape)
    return made


def walk(model: Any, low: Array, high: Array, side: int) -> Array:
    """What the points of a grid over the plane stand for, from the upper left on.

    Shapes: low, high (2) → (side · side, 28, 28).
    """
    x, y = (np.linspace(low[k], high[k], side, dtype=np.float32) for k in (0, 1))
    points = np.stack([a.reshape(-1) for a in np.meshgrid(x, y[::-1])], axis=1)
    with tz.no_grad():
        made: Array = model.decode(points).numpy().reshape(-1, 28, 28)
    return made


def predict(asked: Asked) -> list[Reply]:
    """The picture of a point of the plane, or of several: x y x y …

    Errors: UsageError where the numbers are not pairs.
    """
    numbers = asked.numbers()
    if len(numbers) % 2:
        raise asked.unread(("pairs of numbers", "pares de números"))
    points = np.reshape(numbers, (-1, 2)).astype(np.float32)
    made = asked.model.decode(points).numpy().reshape(-1, 28, 28)
    replies = []
    for (x, y), picture in zip(points.tolist(), made, strict=True):
        text = pick((f"the picture of ({x:g}, {y:g}); -o FILE.png keeps it",
                     f"la imagen de ({x:g}, {y:g}); -o ARCHIVO.png la guarda"))  # fmt: skip
        replies.append(Reply(text, [x, y], picture))
    return replies
