"""diffusion-mnist: noise becomes the digit that is asked for, by many small steps or a few."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.ink import (
    APART,
    MNIST,
    Average,
    Falling,
    PerPass,
    Reader,
    digits,
    mean_loss,
    reader,
)
from tiza.recipes.setting import setting
from tiza.recipes.study import Array, Outcome, batches, descent, grid

ABOUT = About(
    title=("Digits out of noise", "Dígitos a partir de ruido"),
    data=MNIST,
    model="Diffusion, PatchUNet 24, 200 steps",
    expects=("95 % confidence of a reader on average, by DDPM and by DDIM",
             "95 % de seguridad media de un lector, con DDPM y con DDIM"),
    minutes=9.0,
    goals=(Goal("confidence, DDPM", ">=", 0.95), Goal("confidence, DDIM", ">=", 0.95)),
    ask="3 1 4",
)  # fmt: skip
SPANISH = {
    "confidence, DDPM": "seguridad, DDPM",
    "confidence, DDIM": "seguridad, DDIM",
    "share read as asked, DDPM": "parte leída como se pidió, DDPM",
    "share read as asked, DDIM": "parte leída como se pidió, DDIM",
    "not guided": "sin guía",
    "test pictures": "imágenes de prueba",
    "from noise": "desde el ruido",
}
LEAPS, MOST = 50, 100  # steps of DDIM; digits that one question may ask for
NOTES = (
    APART,
    ("A LeNet-5 that learned from the true digits alone reads the made ones.",
     "Una LeNet-5 que aprendió solo de los dígitos verdaderos lee los creados."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(PerPass):
    """What may be set."""

    epochs: int = 8
    batch: int = setting(32, ("pictures in each step", "imágenes en cada paso"), quick=20, low=1)
    lr: float = 1.5e-3
    maps: int = setting(24, ("maps, a multiple of 2", "mapas, múltiplo de 2"), quick=8, low=2)
    steps: int = setting(200, ("steps of noise", "pasos de ruido"), quick=10, low=2)
    guidance: float = setting(2.0, ("how strongly the class guides", "cuánto guía la clase"), low=0)
    unknown: float = setting(
        0.15, ("share of classes not told", "parte de clases no dichas"), low=0, high=1
    )
    samples: int = setting(100, ("pictures to judge", "imágenes a juzgar"), quick=10, low=10)


def study(settings: Chosen) -> Outcome:
    """Learn to find the noise, with and without the class; the average weights are kept."""
    rng = np.random.default_rng(settings.seed)
    ink = digits(settings, quick=200)
    judge = reader(ink, settings)
    real, watched = spread(ink.x), spread(ink.x_valid[:2000])
    model = models.Diffusion(models.PatchUNet(settings.maps, 10), settings.steps)
    optimizer = optim.Adam(model.parameters(), lr=settings.lr)
    step, valid = descent(model.loss, optimizer), tz.compile(model.loss)
    lower = Falling(optimizer, settings.lr, settings.epochs * (len(real) // settings.batch))
    mean, rows = Average(model, every=10, least=0.02), list[dict[str, float]]()
    for _ in settings.loop(settings.epochs, model, optimizer, lower, mean, rng, rows):
        losses = []
        for some in batches(len(real), settings.batch, rng):
            told = np.where(rng.random(settings.batch) < settings.unknown, 10, ink.y[some])
            losses.append(step(real[some], told))
            lower()
            mean.follow()
        rows.append(settings.epoch({
            "loss": float(np.mean(losses)),
            "val_loss": mean_loss(valid, watched, ink.y_valid[:2000]),
        }))  # fmt: skip
    mean.settle()
    asked = np.arange(settings.samples) % 10
    denoise = tz.compile(model.denoiser)
    guide, alone = (model.guided(asked, w, denoise) for w in (settings.guidance, 0.0))
    shape, leaps = (len(asked), 1, 28, 28), min(LEAPS, settings.steps)
    settings.say(pick(("drawing digits", "dibujando dígitos")))
    many = seen(model.sample(shape, guide))
    few = seen(model.ddim(shape, leaps, denoise=guide, clip=1.0))
    free = seen(model.ddim(shape, leaps, denoise=alone, clip=1.0))
    figures = compared(judge, {"DDPM": many, "DDIM": few, "free": free}, asked, ink.x_test)
    sure = {how: figures[f"confidence, {how}"]["model"] for how in ("DDPM", "DDIM")}
    right = figures["share read as asked, DDIM"]["model"]
    return Outcome(
        spanish=SPANISH,
        figures=figures,
        sentence=(
            f"A reader recognises the digits with {sure['DDPM']:.1%} confidence by all steps, "
            f"{sure['DDIM']:.1%} by {leaps}; {right:.1%} of those are the digit asked for.",
            f"Un lector reconoce los dígitos con {sure['DDPM']:.1%} de seguridad con todos los "
            f"pasos, {sure['DDIM']:.1%} con {leaps}; el {right:.1%} de estos es el pedido.",
        ),
        model=model,
        rows=rows,
        pictures={
            "DDPM": grid(many[:100], 10),
            "DDIM": grid(few[:100], 10),
            "not guided": grid(free[:100], 10),
            "from noise": grid(way(model, denoise, leaps, settings.guidance), 10),
        },
        data={**ink.facts, "judge's test accuracy": judge.accuracy},
        notes=NOTES,
        kept={"maps": settings.maps, "steps": settings.steps, "guidance": settings.guidance},
    )


def network(kept: Mapping[str, Any]) -> Any:
    """The model of a run, to be asked."""
    return models.Diffusion(models.PatchUNet(kept["maps"], 10), kept["steps"])


def spread(x: Array) -> Array:
    """Ink from 0 … 1 as −1 … 1, where the noise has its mean in the middle.

    Shapes: (n, 28, 28) → (n, 1, 28, 28).
    """
    made: Array = 2 * x[:, None] - 1
    return made


def seen(x: Any) -> Array:
    """What the model made as ink from 0 to 1.

    Shapes: (n, 1, 28, 28) → (n, 28, 28).
    """
    made: Array = (x.numpy()[:, 0].clip(-1, 1) + 1) / 2
    return made


def compared(judge: Reader, made: dict[str, Array], asked: Array, true: Array) -> Any:
    """How sure the reader is of each kind of picture, and how many it reads as what was asked."""
    shares = {how: judge(pictures) for how, pictures in made.items()}
    sure = {how: float(p.max(1).mean()) for how, p in shares.items()}
    right = {how: float((p.argmax(1) == asked).mean()) for how, p in shares.items()}
    test = float(judge(true).max(1).mean())
    return {
        "confidence, DDPM": {"model": sure["DDPM"], "test pictures": test},
        "confidence, DDIM": {
            "model": sure["DDIM"], "not guided": sure["free"], "test pictures": test,
        },
        "share read as asked, DDPM": {"model": right["DDPM"]},
        "share read as asked, DDIM": {"model": right["DDIM"], "not guided": right["free"]},
    }  # fmt: skip


def way(model: Any, denoise: Any, leaps: int, guidance: float) -> Array:
    """One noise on its way to each of the ten digits, in ten looks from left to right.

    Shapes: → (100, 28, 28).
    """
    guide = model.guided(np.arange(10), guidance, denoise)
    looks: list[Array] = []

    def watched(x: Any, t: Any) -> Any:
        looks.append(seen(x))
        return guide(x, t)

    tz.manual_seed(1)
    last = seen(model.ddim((10, 1, 28, 28), leaps, denoise=watched, clip=1.0))
    at = np.linspace(0, len(looks) - 1, 9).round().astype(int)
    made: Array = np.stack([*(looks[k] for k in at), last], axis=1).reshape(-1, 28, 28)
    return made


def predict(asked: Asked) -> list[Reply]:
    """The digits that are asked for, drawn anew: `3 1 4`, or `314`.

    Errors: UsageError where something else than digits is asked.
    """
    wanted = [int(c) for c in asked.text() if c.isdecimal() and c.isascii()][:MOST]
    if not wanted or any(not c.isdecimal() and c not in " ,;" for c in asked.text()):
        raise asked.unread(("digits from 0 to 9", "dígitos del 0 al 9"))
    guide = asked.model.guided(
        np.asarray(wanted), asked.kept["guidance"], tz.compile(asked.model.denoiser)
    )
    leaps = min(LEAPS, asked.model.steps)
    made = seen(asked.model.ddim((len(wanted), 1, 28, 28), leaps, denoise=guide, clip=1.0))
    shown = " ".join(map(str, wanted))
    text = pick((f"{shown}, drawn; -o FILE.png keeps them",
                 f"{shown}, en dibujo; -o ARCHIVO.png los guarda"))  # fmt: skip
    return [Reply(text, wanted, grid(made, min(len(made), 20)))]
