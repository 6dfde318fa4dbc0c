"""mf-movielens: stars that people give to films, by biases and an inner product."""

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.data import k_folds, load
from tiza.recipes.about import About
from tiza.recipes.study import Array, Outcome, Settings, batches, descent

ABOUT = About(
    title=(
        "Stars for films, by matrix factorisation",
        "Estrellas para películas, por factorización",
    ),
    data=("MovieLens 100k, 5 folds", "MovieLens 100k, 5 partes"),
    model="MatrixFactorization, rank 50",
    expects=("RMSE 0.935 or lower", "RMSE de 0.935 o menos"),
    minutes=2.0,
)
SPANISH = {
    "deviation over folds": "desviación entre partes",
}
SIZE, RIDGE, RANK = 500, 0.1, 50


def study(settings: Settings) -> Outcome:
    """Each fifth is judged once by a model of the other four; nothing is chosen by it."""
    films = load("movielens_100k")
    user, item, rating = films.user, films.item, films.rating
    found: dict[str, list[float]] = {"model": [], "biases": [], "mean": []}
    rows: list[dict[str, float]] = []
    model = None
    folds = list(k_folds(len(rating), 5, seed=settings.seed))[: settings.few(5, 1)]
    for number, (train, test) in enumerate(folds):
        mean = float(rating[train].mean())
        parts = user[train], item[train], rating[train]
        tz.manual_seed(settings.seed + number)
        model = models.MatrixFactorization(943, 1682, RANK, mean)
        rows = _train(model, parts, settings.few(18, 2), settings.seed)
        guess = _guess(model, user[test], item[test])
        found["model"].append(_rmse(guess, rating[test]))
        found["biases"].append(_rmse(_biases(parts, mean, user[test], item[test]), rating[test]))
        found["mean"].append(_rmse(np.full(len(test), mean), rating[test]))
        settings.say(f"fold {number + 1}: {found['model'][-1]:.4f}")
    figures = {who: float(np.mean(values)) for who, values in found.items()}
    return Outcome(
        spanish=SPANISH,
        figures={"rmse": figures, "deviation over folds": {"model": float(np.std(found["model"]))}},
        sentence=(
            f"RMSE {figures['model']:.4f} stars over {len(folds)} folds; biases alone "
            f"{figures['biases']:.4f}, the mean {figures['mean']:.4f}.",
            f"RMSE {figures['model']:.4f} estrellas en {len(folds)} partes; solo sesgos "
            f"{figures['biases']:.4f}, la media {figures['mean']:.4f}.",
        ),
        model=model,
        rows=rows,
        data={"data": "movielens_100k", "ratings": len(rating)},
    )


def _train(model: models.MatrixFactorization, parts: tuple[Array, Array, Array], epochs: int,
           seed: int) -> list[dict[str, float]]:  # fmt: skip
    optimizer = optim.Adam(model.parameters(), lr=3e-3)

    step = descent(lambda u, i, r: model.loss(u, i, r, RIDGE), optimizer)

    rng, rows = np.random.default_rng(seed), []
    for _ in range(epochs):
        losses = [step(*(p[at] for p in parts)) for at in batches(len(parts[0]), SIZE, rng)]
        rows.append({"loss": float(np.mean(losses))})
    return rows


def _guess(model: models.MatrixFactorization, user: Array, item: Array) -> Array:
    with tz.no_grad():
        found: Array = model(user, item).numpy().clip(1, 5)
    return found


def _biases(parts: tuple[Array, Array, Array], mean: float, user: Array, item: Array) -> Array:
    """μ + b_u + c_i, each bias shrunk: Koren 2010, section 2.1 (λ 10 and 25), films first."""
    u, i, r = parts
    film = _shrunk(i, r - mean, 1682, 25)
    person = _shrunk(u, r - mean - film[i], 943, 10)
    found: Array = (mean + film[item] + person[user]).clip(1, 5)
    return found


def _shrunk(at: Array, values: Array, count: int, prior: float) -> Array:
    found: Array = np.bincount(at, values, count) / (prior + np.bincount(at, minlength=count))
    return found


def _rmse(guess: Array, truth: Array) -> float:
    return float(np.sqrt(((guess - truth) ** 2).mean()))
