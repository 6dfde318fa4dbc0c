"""perceptron: the learning rule on flowers that a line separates, and on flowers that none does."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.data import load
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, descent

ABOUT = About(
    title=("Rosenblatt's rule, and its limits", "La regla de Rosenblatt y sus límites"),
    data=("iris: four lengths of 150 flowers", "iris: cuatro longitudes de 150 flores"),
    model="Perceptron, Adaline",
    expects=(
        "setosa told apart without error; the rule goes on for ever for versicolor",
        "setosa separada sin error; la regla nunca termina con versicolor",
    ),
    minutes=0.1,
    goals=(
        Goal("corrections in the last pass (setosa)", "<=", 0),
        Goal("Adaline's distance from least squares", "<=", 1e-4),
    ),
    ask="5.1 3.5 1.4 0.2",
)
SPANISH = {
    "passes until no correction (setosa)": "pasadas hasta no corregir (setosa)",
    "corrections in the last pass (setosa)": "correcciones en la última pasada (setosa)",
    "corrections in the last pass (versicolor)": "correcciones en la última pasada (versicolor)",
    "accuracy of Adaline (versicolor)": "exactitud de Adaline (versicolor)",
    "Adaline's distance from least squares": "distancia de Adaline a los mínimos cuadrados",
}


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    passes: int = setting(100, ("passes over the flowers", "pasadas por las flores"), quick=20,
                          low=1)  # fmt: skip
    steps: int = setting(500, ("steps of Adaline", "pasos de Adaline"), quick=20, low=1)


def study(settings: Chosen) -> Outcome:
    """Setosa against the rest ends after a few passes; versicolor against the rest never does."""
    iris = load("iris")
    x = iris.x.astype("float32")
    mean, std = x.mean(0), x.std(0)
    x = (x - mean) / std
    passes = settings.passes
    model = models.Perceptron(4)
    made = model.learn(x, _signs(iris.y == 0), epochs=passes, shuffle=True)
    hard = _signs(iris.y == 1)
    endless = models.Perceptron(4).learn(x, hard, epochs=passes, shuffle=True)
    adaline = _adaline(x, hard, settings.steps)
    best = np.linalg.lstsq(np.c_[x, np.ones(len(x))], hard, rcond=None)[0]
    apart = np.abs(adaline.unit.weight.numpy()[0] - best[:4]).max()
    right = float((adaline.classify(x).numpy() == (hard > 0)).mean())
    rows = [{"corrections": float(n)} for n in endless]
    return Outcome(
        spanish=SPANISH,
        figures={
            "passes until no correction (setosa)": {"model": float(len(made))},
            "corrections in the last pass (setosa)": {"model": float(made[-1])},
            "corrections in the last pass (versicolor)": {"model": float(endless[-1])},
            "accuracy of Adaline (versicolor)": {"model": right, "majority": 2 / 3},
            "Adaline's distance from least squares": {"model": float(apart)},
        },
        sentence=(
            f"For setosa the rule stopped after {len(made)} passes; for versicolor it still made "
            f"{endless[-1]} corrections in pass {len(endless)}.",
            f"Con setosa la regla se detuvo tras {len(made)} pasadas; con versicolor todavía hizo "
            f"{endless[-1]} correcciones en la pasada {len(endless)}.",
        ),
        model=model,
        rows=rows,
        data={"data": "iris"},
        kept={"mean": mean.tolist(), "std": std.tolist()},
    )


def _signs(which: Array) -> Array:
    return np.where(which, 1.0, -1.0).astype("float32")


def _adaline(x: Array, t: Array, steps: int) -> models.Adaline:
    model = models.Adaline(4)
    optimizer = optim.SGD(model.parameters(), lr=0.3, momentum=0.8)

    step = descent(model.loss, optimizer)

    for _ in range(steps):
        step(x, t)
    return model


def network(kept: Any) -> models.Perceptron:
    """The model of a run, with fresh weights."""
    return models.Perceptron(len(kept["mean"]))


def predict(asked: Asked) -> list[Reply]:
    """Whether a flower is a setosa, from its four lengths in centimetres."""
    given = np.array(asked.numbers(), np.float32)
    if given.size % 4:
        raise asked.unread(("4 lengths in centimetres", "4 longitudes en centímetros"))
    x = (given.reshape(-1, 4) - np.float32(asked.kept["mean"])) / np.float32(asked.kept["std"])
    said = pick(("setosa", "setosa")), pick(("not setosa", "no es setosa"))
    signs = np.asarray(asked.model.score(x.astype(np.float32))).reshape(-1)
    return [Reply(said[0] if sign > 0 else said[1], bool(sign > 0)) for sign in signs]


def board(model: Any, kept: Any) -> tuple[tz.Tensor, dict[str, tz.Tensor]]:
    """The perceptron's loss on one flower, which is 0 where it is on its side."""
    del kept
    x, t = tz.tensor([[-0.9, 1.0, -1.3, -1.3]]), tz.tensor([-1.0])
    return tz.mean(tz.relu(-t * model.score(x)[:, 0])), {"X": x, "t": t}
