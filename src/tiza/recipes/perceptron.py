"""perceptron: the learning rule on flowers that a line separates, and on flowers that none does."""

import numpy as np

from tiza import models, optim
from tiza.data import load
from tiza.recipes.about import About
from tiza.recipes.study import Array, Outcome, Settings, descent

ABOUT = About(
    title=("Rosenblatt's rule, and its limits", "La regla de Rosenblatt y sus límites"),
    data=("iris: four lengths of 150 flowers", "iris: cuatro longitudes de 150 flores"),
    model="Perceptron, Adaline",
    expects=(
        "setosa told apart without error; the rule goes on for ever for versicolor",
        "setosa separada sin error; la regla nunca termina con versicolor",
    ),
    minutes=0.1,
)
SPANISH = {
    "passes until no correction (setosa)": "pasadas hasta no corregir (setosa)",
    "corrections in the last pass (setosa)": "correcciones en la última pasada (setosa)",
    "corrections in the last pass (versicolor)": "correcciones en la última pasada (versicolor)",
    "accuracy of Adaline (versicolor)": "exactitud de Adaline (versicolor)",
    "Adaline's distance from least squares": "distancia de Adaline a los mínimos cuadrados",
}


def study(settings: Settings) -> Outcome:
    """Setosa against the rest ends after a few passes; versicolor against the rest never does."""
    iris = load("iris")
    x = iris.x.astype("float32")
    x = (x - x.mean(0)) / x.std(0)
    passes = settings.few(100, 20)
    model = models.Perceptron(4)
    made = model.learn(x, _signs(iris.y == 0), epochs=passes, shuffle=True)
    hard = _signs(iris.y == 1)
    endless = models.Perceptron(4).learn(x, hard, epochs=passes, shuffle=True)
    adaline = _adaline(x, hard, settings.few(500, 20))
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
