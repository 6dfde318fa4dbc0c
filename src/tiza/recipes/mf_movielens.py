"""mf-movielens: stars that people give to films, by biases and an inner product."""

from dataclasses import dataclass

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.data import k_folds, load
from tiza.recipes import films
from tiza.recipes.about import About, Goal
from tiza.recipes.curves import drawn
from tiza.recipes.films import predict as predict
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Outcome, descent

ABOUT = About(
    title=(
        "Stars for films, by matrix factorisation",
        "Estrellas para películas, por factorización",
    ),
    data=("MovieLens 100k, 5 folds", "MovieLens 100k, 5 partes"),
    model="MatrixFactorization, rank 50",
    expects=("RMSE 0.935 or lower", "RMSE de 0.935 o menos"),
    minutes=2.0,
    goals=(Goal("rmse", "<=", 0.935),),
    ask=films.ASK,
)
SPANISH = {"films": "películas"}


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    epochs: int = setting(18, ("passes over the ratings", "pasadas por las calificaciones"),
                          quick=1, low=1)  # fmt: skip
    batch: int = setting(500, ("ratings in each step", "calificaciones en cada paso"), quick=5000,
                         low=1)  # fmt: skip
    lr: float = setting(3e-3, ("learning rate", "tasa de aprendizaje"), low=0)
    ridge: float = setting(0.1, ("weight λ of the penalty", "peso λ de la penalización"), low=0)
    rank: int = setting(50, ("length of the vectors", "largo de los vectores"), low=1)
    folds: int = setting(5, ("folds that are judged", "partes que se juzgan"), quick=1, low=1,
                         high=5)  # fmt: skip


def study(settings: Chosen) -> Outcome:
    """Each fifth is judged once by a model of the other four; nothing is chosen by it."""
    data = load("movielens_100k")
    user, item, rating = data.user, data.item, data.rating
    found: dict[str, list[float]] = {"model": [], "biases": [], "mean": []}
    for number, (train, test) in enumerate(list(k_folds(len(rating), 5, seed=settings.seed))):
        if number == settings.folds:
            break
        mean = float(rating[train].mean())
        parts = user[train], item[train], rating[train]
        tz.manual_seed(settings.seed + number)
        model = models.MatrixFactorization(films.USERS, films.FILMS, settings.rank, mean)
        optimizer = optim.Adam(model.parameters(), lr=settings.lr)
        step = descent(lambda u, i, r, m=model: m.loss(u, i, r, settings.ridge), optimizer)
        rows = films.descended(step, parts, settings.epochs, settings.batch, settings,
                               model, optimizer)  # fmt: skip
        who, what, truth = user[test], item[test], rating[test]
        found["model"].append(films.rmse(films.stars(model, who, what), truth))
        found["biases"].append(films.rmse(films.biases(parts, mean, who, what), truth))
        found["mean"].append(films.rmse(np.full(len(test), mean), truth))
        settings.say(f"{number + 1}: {found['model'][-1]:.4f}")
    figures = {name: float(np.mean(values)) for name, values in found.items()}
    vectors = model.item.weight.numpy()
    return Outcome(
        spanish=SPANISH,
        figures={"rmse": figures},
        several=("rmse", found["model"]),
        sentence=(
            f"RMSE {figures['model']:.4f} stars over {settings.folds} folds; biases alone "
            f"{figures['biases']:.4f}, the mean {figures['mean']:.4f}.",
            f"RMSE {figures['model']:.4f} estrellas en {settings.folds} partes; solo sesgos "
            f"{figures['biases']:.4f}, la media {figures['mean']:.4f}.",
        ),
        model=model,
        rows=rows,
        data={"data": "movielens_100k", "ratings": len(rating)},
        notes=(films.APART,),
        pictures=drawn(films=lambda: films.map_of(vectors, data)),
    )
