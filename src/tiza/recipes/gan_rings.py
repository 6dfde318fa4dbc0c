"""gan-rings: two networks play until one paints eight spots on a ring."""

from dataclasses import dataclass

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, descent, scatter

ABOUT = About(
    title=("Eight spots on a ring, by a GAN", "Ocho manchas en un anillo, con una GAN"),
    data=("8 Gaussians of deviation 0.1 on a circle of radius 2",
          "8 gaussianas de desviación 0.1 en un círculo de radio 2"),
    model="GAN 2-128-128-2",
    expects=("all 8 spots; 90 % of the samples on one",
             "las 8 manchas; el 90 % de las muestras en una"),
    minutes=2.0,
    goals=(Goal("spots", ">=", 8), Goal("share on a spot", ">=", 0.9)),
    ask="500",
)  # fmt: skip
SPANISH = {
    "spots": "manchas",
    "share on a spot": "parte en una mancha",
}
SPOTS = 2 * np.stack([f(2 * np.pi * np.arange(8) / 8) for f in (np.cos, np.sin)], axis=1)
SPREAD, SIZE = 0.1, 256


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    steps: int = setting(6000, ("steps of each of the two", "pasos de cada una"), quick=60, low=1)
    lr: float = setting(1e-3, ("learning rate of both", "tasa de aprendizaje de ambas"), low=0)
    noise: int = setting(8, ("numbers of noise", "números de ruido"), low=1)
    hidden: int = setting(128, ("width of the hidden layers", "ancho de las capas ocultas"), low=1)


def draw(count: int, rng: np.random.Generator) -> Array:
    """Points of the true ring.

    Shapes: → (count, 2).
    """
    at = SPOTS[rng.integers(0, 8, count)]
    return (at + SPREAD * rng.normal(size=(count, 2))).astype("float32")


def judge(points: Array) -> tuple[int, float]:
    """Spots that have at least 1 % of the points, and the share within 3 deviations of one."""
    far = np.sqrt(((points[:, None] - SPOTS) ** 2).sum(-1))
    near, which = far.min(1) <= 3 * SPREAD, far.argmin(1)
    shares = np.bincount(which[near], minlength=8) / len(points)
    return int((shares >= 0.01).sum()), float(near.mean())


def study(settings: Chosen) -> Outcome:
    """A step of the critic, a step of the generator; the average generator is kept."""
    rng = np.random.default_rng(settings.seed)
    model = models.GAN(noise=settings.noise, hidden=settings.hidden)
    critic = optim.Adam(model.discriminator.parameters(), lr=settings.lr, betas=(0.5, 0.99))
    maker = optim.Adam(model.generator.parameters(), lr=settings.lr, betas=(0.5, 0.99))

    doubt = descent(model.critic_loss, critic)

    make = descent(lambda: model.generator_loss(SIZE), maker)

    rows: list[dict[str, float]] = []
    mean = {k: v.numpy().copy() for k, v in model.generator.state_dict().items()}
    steps = settings.steps
    for k in settings.loop(steps, model, critic, maker, mean, rng, rows):
        row = {"critic": doubt(draw(SIZE, rng)), "generator": make()}
        for name, value in model.generator.state_dict().items():
            mean[name] += (value.numpy() - mean[name]) * 0.005
        if (k + 1) % max(1, steps // 50) == 0:
            rows.append(settings.epoch(row))
    model.generator.load_state_dict(mean)
    with tz.no_grad():
        points = model.sample(10_000).numpy()
    spots, share = judge(points)
    true_spots, true_share = judge(draw(10_000, rng))
    return Outcome(
        spanish=SPANISH,
        figures={
            "spots": {"model": float(spots), "data": float(true_spots)},
            "share on a spot": {"model": share, "data": true_share},
        },
        sentence=(
            f"{spots} of 8 spots are painted; {share:.1%} of the points lie on one.",
            f"Pinta {spots} de 8 manchas; el {share:.1%} de los puntos cae en una.",
        ),
        model=model,
        rows=rows,
        pictures={"made": scatter(points, -3, 3), "data": scatter(draw(10_000, rng), -3, 3)},
    )


def predict(asked: Asked) -> list[Reply]:
    """So many points by the generator, as coordinates and as a picture."""
    count = round(asked.numbers()[0])
    if not 1 <= count <= 100_000:
        raise asked.unread(("a number from 1 to 100000", "un número de 1 a 100000"))
    points = asked.model.sample(count).numpy()
    lines = "\n".join(f"{x:.4f} {y:.4f}" for x, y in points)
    return [Reply(lines, points.tolist(), scatter(points, -3, 3))]
