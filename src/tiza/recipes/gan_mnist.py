"""gan-mnist: one network draws digits until another cannot tell them from handwritten ones."""

from dataclasses import dataclass

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.ink import APART, MNIST, Average, PerPass, Reader, digits, drawn_anew, reader
from tiza.recipes.setting import setting
from tiza.recipes.study import Array, Outcome, batches, descent, grid

ABOUT = About(
    title=("Digits drawn by a GAN", "Dígitos dibujados por una GAN"),
    data=MNIST,
    model="GAN 64-400-400-784",
    expects=("all ten digits recognised", "los diez dígitos reconocidos"),
    minutes=3.0,
    goals=(Goal("digits recognised", ">=", 10),),
    ask="40",
)
SPANISH = {
    "digits recognised": "dígitos reconocidos",
    "rarest digit's share": "parte del dígito más raro",
    "confidence": "seguridad",
    "test pictures": "imágenes de prueba",
    "made": "creadas",
    "by digit": "por dígito",
}
LEAST, SURE = 0.01, 0.9  # the share that counts as made; the confidence that counts as recognised
NOTES = (
    APART,
    ("A LeNet-5 that learned from the true digits alone judges; a digit counts as recognised "
     "where at least 1 % of the made pictures show it with 90 % confidence.",
     "Juzga una LeNet-5 que aprendió solo de dígitos verdaderos; un dígito cuenta como reconocido "
     "si al menos el 1 % de las imágenes creadas lo muestra con 90 % de seguridad."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(PerPass):
    """What may be set."""

    epochs: int = 16
    lr: float = 4e-4
    noise: int = setting(64, ("numbers of noise", "números de ruido"), low=1)
    hidden: int = setting(400, ("hidden units", "neuronas ocultas"), quick=32, low=1)
    dropout: float = setting(0.3, ("dropout of the critic", "dropout del crítico"), low=0, high=0.9)


def study(settings: Chosen) -> Outcome:
    """A step of the critic, a step of the generator; the average generator is kept."""
    rng = np.random.default_rng(settings.seed)
    ink = digits(settings)
    judge = reader(ink, settings)
    real = (2 * ink.x - 1).reshape(len(ink.x), -1)
    model = models.GAN(settings.noise, 784, settings.hidden, True, settings.dropout)
    critic = optim.Adam(model.discriminator.parameters(), lr=settings.lr, betas=(0.5, 0.99))
    maker = optim.Adam(model.generator.parameters(), lr=settings.lr, betas=(0.5, 0.99))
    doubt = descent(model.critic_loss, critic)
    make = descent(lambda: model.generator_loss(settings.batch), maker)
    mean, rows = Average(model.generator), list[dict[str, float]]()
    for _ in settings.loop(settings.epochs, model, critic, maker, mean, rng, rows):
        losses = []
        for some in batches(len(real), settings.batch, rng):
            losses.append((doubt(real[some]), make()))
            mean.follow()
        doubts, makes = np.mean(losses, axis=0)
        rows.append(settings.epoch({"critic": doubts, "generator": makes}))
    mean.settle()
    with tz.no_grad():
        made = (model.sample(settings.few(2000, 50)).numpy().reshape(-1, 28, 28) + 1) / 2
    found, rarest, sure = judged(judge, made)
    _, true_rarest, true_sure = judged(judge, ink.x_test)
    return Outcome(
        spanish=SPANISH,
        figures={
            "digits recognised": {"model": float(found), "test pictures": 10.0},
            "rarest digit's share": {"model": rarest, "test pictures": true_rarest},
            "confidence": {"model": sure, "test pictures": true_sure},
        },
        sentence=(
            f"{found} of 10 digits are recognised, the rarest in {rarest:.1%} of the pictures, "
            f"with {sure:.1%} confidence on average (true digits {true_sure:.1%}).",
            f"Se reconocen {found} de 10 dígitos, el más raro en el {rarest:.1%} de las imágenes, "
            f"con {sure:.1%} de seguridad media (dígitos verdaderos: {true_sure:.1%}).",
        ),
        model=model,
        rows=rows,
        pictures={"made": grid(made[:200], 20), "by digit": grid(sorted_by_digit(judge, made), 12)},
        data={**ink.facts, "judge's test accuracy": judge.accuracy},
        notes=NOTES,
    )


def judged(judge: Reader, made: Array) -> tuple[int, float, float]:
    """How many digits are recognised, the share of the rarest, the mean confidence."""
    shares = judge(made)
    sure, which = shares.max(1), shares.argmax(1)
    counts = np.bincount(which[sure >= SURE], minlength=10) / len(made)
    return int((counts >= LEAST).sum()), float(counts.min()), float(sure.mean())


def sorted_by_digit(judge: Reader, made: Array, each: int = 12) -> Array:
    """The first pictures taken for a 0, for a 1 …; black where there are too few.

    Shapes: (n, 28, 28) → (10 · each, 28, 28).
    """
    which = judge(made).argmax(1)
    lines = np.zeros((10, each, 28, 28), np.float32)
    for k in range(10):
        some = made[which == k][:each]
        lines[k, : len(some)] = some
    return lines.reshape(-1, 28, 28)


def predict(asked: Asked) -> list[Reply]:
    """As many new digits as the number that is given."""
    return drawn_anew(asked, lambda n: (asked.model.sample(n).numpy().reshape(-1, 28, 28) + 1) / 2)
