"""diffusion-2d: noise becomes two moons, by many small steps and by a few large ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import metrics, models, optim
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, descent, scatter

ABOUT = About(
    title=("Two moons out of noise", "Dos lunas a partir de ruido"),
    data=("two half circles, deviation 0.05", "dos medios círculos, desviación 0.05"),
    model="Diffusion, MLPDenoiser 128, 200 steps",
    expects=(
        "MMD² below 0.002 by DDPM, 0.005 by DDIM",
        "MMD² menor que 0.002 con DDPM, que 0.005 con DDIM",
    ),
    minutes=1.0,
    goals=(Goal("MMD²", "<=", 0.002), Goal("MMD²", "<=", 0.005, "DDIM")),
    ask="500",
)
SIZE, WIDTH = 512, 0.3  # of a batch; of the kernel that compares


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    steps: int = setting(8000, ("steps of training", "pasos de entrenamiento"), quick=60, low=1)
    lr: float = setting(1e-3, ("learning rate", "tasa de aprendizaje"), low=0)
    noise_steps: int = setting(200, ("steps of the noise", "pasos del ruido"), quick=20, low=2)
    hidden: int = setting(128, ("width of the hidden layers", "ancho de las capas ocultas"), low=1)


def draw(count: int, rng: np.random.Generator) -> Array:
    """Points of the two moons, about 0, deviation about 1.

    Shapes: → (count, 2).
    """
    angle, upper = rng.uniform(0, np.pi, count), rng.integers(0, 2, count)
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle)) - 0.5
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    points = np.stack([x, y], axis=1) + 0.05 * rng.normal(size=(count, 2))
    return (points / (0.87, 0.5)).astype("float32")


def study(settings: Chosen) -> Outcome:
    """New points for every batch, so that nothing can be learned by heart."""
    rng = np.random.default_rng(settings.seed)
    model = _network(settings.hidden, settings.noise_steps)
    optimizer = optim.Adam(model.parameters(), lr=settings.lr)

    step = descent(model.loss, optimizer)

    rows: list[dict[str, float]] = []
    losses: list[float] = []
    every = max(1, settings.steps // 50)
    for _ in settings.loop(settings.steps, model, optimizer, rng, rows, losses):
        losses.append(step(draw(SIZE, rng)))
        if len(losses) == every:
            rows.append(settings.epoch({"loss": sum(losses) / every}))
            losses.clear()
    count = settings.few(2000, 200)
    denoise = tz.compile(model.denoiser)
    many = model.sample((count, 2), denoise).numpy()
    few = model.ddim((count, 2), settings.few(50, 10), denoise=denoise, clip=2.5).numpy()
    truth = draw(count, rng)
    noise = rng.normal(size=(count, 2)).astype("float32")
    far = {
        "DDPM": metrics.mmd(many, truth, WIDTH), "DDIM": metrics.mmd(few, truth, WIDTH),
        "data": metrics.mmd(draw(count, rng), truth, WIDTH),
        "noise": metrics.mmd(noise, truth, WIDTH),
    }  # fmt: skip
    return Outcome(
        figures={"MMD²": {"model": far["DDPM"], **far}},
        sentence=(
            f"MMD² from the true moons: {far['DDPM']:.5f} by all steps, {far['DDIM']:.5f} by a few "
            f"(plain noise {far['noise']:.3f}).",
            f"MMD² respecto de las lunas verdaderas: {far['DDPM']:.5f} con todos los pasos, "
            f"{far['DDIM']:.5f} con unos pocos (ruido puro {far['noise']:.3f}).",
        ),
        model=model,
        rows=rows,
        kept={"hidden": settings.hidden, "noise_steps": settings.noise_steps},
        pictures={"ddpm": scatter(many, -3, 3), "ddim": scatter(few, -3, 3),
                  "data": scatter(truth, -3, 3)},
    )  # fmt: skip


def _network(hidden: int, steps: int) -> models.Diffusion:
    return models.Diffusion(models.MLPDenoiser(2, hidden), steps)


def network(kept: Mapping[str, Any]) -> models.Diffusion:
    """The model of a run, with fresh weights."""
    return _network(int(kept["hidden"]), int(kept["noise_steps"]))


def predict(asked: Asked) -> list[Reply]:
    """So many points out of noise, by all steps, as coordinates and as a picture."""
    count = round(asked.numbers()[0])
    if not 1 <= count <= 100_000:
        raise asked.unread(("a number from 1 to 100000", "un número de 1 a 100000"))
    points = asked.model.sample((count, 2)).numpy()
    lines = "\n".join(f"{x:.4f} {y:.4f}" for x, y in points)
    return [Reply(lines, points.tolist(), scatter(points, -3, 3))]
