"""neural-mf-movielens: towers and perceptrons in the place of one inner product; what is liked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import metrics, models, optim
from tiza.data import k_folds, load
from tiza.errors import pick
from tiza.recipes import films
from tiza.recipes.about import About, Goal
from tiza.recipes.curves import drawn
from tiza.recipes.films import predict as predict
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, descent

ABOUT = About(
    title=("Films by networks of embeddings: stars, and what is watched next",
           "Películas con redes de vectores: estrellas, y qué se ve después"),
    data=("MovieLens 100k: 5 folds; each person's last film",
          "MovieLens 100k: 5 partes; la última película de cada persona"),
    model="NeuralMF 32, 128-64; TwoTower 32-64-32",
    expects=("RMSE 0.935 or lower; the last film among the first 10 of 100 for 65 %",
             "RMSE de 0.935 o menos; la última película entre las primeras 10 de 100 para el 65 %"),
    minutes=2.0,
    goals=(Goal("rmse", "<=", 0.935), Goal("share of hits in the first 10", ">=", 0.65)),
    ask=films.ASK,
)  # fmt: skip
SPANISH = {
    "share of hits in the first 10": "parte de aciertos entre los primeros 10",
    "NDCG of the first 10": "NDCG de los primeros 10",
    "two towers": "dos torres", "popularity": "popularidad", "films": "películas",
    "ranks": "puestos",
}  # fmt: skip
OTHERS, FIRST = 99, 10  # films that were not rated, beside the last one; places that count
NOTES = (
    films.APART,
    ("Ranking, as He et al. 2017: the last film of each person, by time, is judged among 99 that "
     "the person never rated, drawn once; the last but one is only watched; all else is learned "
     "from. Popularity orders films by how often others rated them.",
     "Orden, como He et al. 2017: la última película de cada persona, por fecha, se juzga entre "
     "99 que nunca calificó, sorteadas una vez; la penúltima solo se vigila; de lo demás se "
     "aprende. La popularidad ordena por cuántas veces otras personas calificaron."),
)  # fmt: skip
Make = Callable[[float], Any]


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    epochs: int = setting(10, ("passes over the ratings", "pasadas por las calificaciones"),
                          quick=1, low=1)  # fmt: skip
    ranking: int = setting(12, ("passes over what was watched", "pasadas por lo visto"), quick=1,
                           low=1)  # fmt: skip
    batch: int = setting(500, ("ratings in each step", "calificaciones en cada paso"), quick=5000,
                         low=1)  # fmt: skip
    lr: float = setting(1e-3, ("learning rate", "tasa de aprendizaje"), low=0)
    weight_decay: float = setting(1.0, ("weight decay", "decaimiento de pesos"), low=0)
    negatives: int = setting(
        4, ("films not rated for each one rated", "películas sin calificar por cada calificada"),
        quick=1, low=1,
    )  # fmt: skip
    rank: int = setting(32, ("length of the vectors", "largo de los vectores"), quick=4, low=2)
    dropout: float = setting(0.2, ("dropout", "dropout"), low=0, high=0.9)
    folds: int = setting(5, ("folds that are judged", "partes que se juzgan"), quick=1, low=1,
                         high=5)  # fmt: skip


def study(settings: Chosen) -> Outcome:
    """Stars by squared error over five folds; then what is watched next, by cross entropy."""
    data = load("movielens_100k")
    stars = _stars(data, settings)
    model, rows, places = _watched(data, settings)
    by = {who: _figures(values) for who, values in places.items()}
    hits = {who: hit for who, (hit, _) in by.items()}
    mean = {name: float(np.mean(values)) for name, values in stars.items()}
    vectors = model.item.weight.numpy()
    return Outcome(
        spanish=SPANISH,
        figures={
            "rmse": mean,
            "share of hits in the first 10": hits,
            "NDCG of the first 10": {who: gain for who, (_, gain) in by.items()},
        },
        several=("rmse", stars["model"]),
        sentence=(
            f"RMSE {mean['model']:.4f} stars over {settings.folds} folds (biases "
            f"{mean['biases']:.4f}); the last film is among the first 10 of 100 for "
            f"{hits['model']:.1%} of people, by popularity for {hits['popularity']:.1%}.",
            f"RMSE {mean['model']:.4f} estrellas en {settings.folds} partes (sesgos "
            f"{mean['biases']:.4f}); la última película está entre las primeras 10 de 100 para el "
            f"{hits['model']:.1%} de las personas, por popularidad para el "
            f"{hits['popularity']:.1%}.",
        ),
        model=model,
        rows=rows,
        data={"data": "movielens_100k", "ratings": len(data.rating)},
        notes=NOTES,
        pictures=drawn(films=lambda: films.map_of(vectors, data), ranks=lambda: _ranks(places)),
    )


def _makers(settings: Chosen) -> dict[str, tuple[Make, float, float]]:
    """Each model with its learning rate and its weight decay."""
    k, lr, decay = settings.rank, settings.lr, settings.weight_decay

    def neural(mean: float) -> Any:
        return models.NeuralMF(films.USERS, films.FILMS, k, (4 * k, 2 * k), settings.dropout, mean)

    def towers(mean: float) -> Any:
        return models.TwoTower(films.USERS, films.FILMS, k, (2 * k,), k, mean)

    return {"model": (neural, lr, decay), "two towers": (towers, 2 * lr, decay / 10)}


def _stars(data: Any, settings: Chosen) -> dict[str, list[float]]:
    """The RMSE of every fold, for both models, for biases and for the mean."""
    user, item, rating = data.user, data.item, data.rating
    found: dict[str, list[float]] = {"model": [], "two towers": [], "biases": [], "mean": []}
    for number, (train, test) in enumerate(k_folds(len(rating), 5, seed=settings.seed)):
        if number == settings.folds:
            break
        mean, parts = float(rating[train].mean()), (user[train], item[train], rating[train])
        who, what, truth = user[test], item[test], rating[test]
        for name, (make, lr, decay) in _makers(settings).items():
            tz.manual_seed(settings.seed + number)
            model = make(mean)
            optimizer = optim.AdamW(model.parameters(), lr=lr, weight_decay=decay)
            films.descended(descent(model.loss, optimizer), parts, settings.epochs, settings.batch,
                            settings.watched(), model, optimizer)  # fmt: skip
            found[name].append(films.rmse(films.stars(model, who, what), truth))
        found["biases"].append(films.rmse(films.biases(parts, mean, who, what), truth))
        found["mean"].append(films.rmse(np.full(len(test), mean), truth))
        settings.say(f"{number + 1}: {found['model'][-1]:.4f}, {found['two towers'][-1]:.4f}")
    return found


def _watched(data: Any, settings: Chosen) -> tuple[Any, list[dict[str, float]], dict[str, Array]]:
    """Networks that tell what was watched from what was not; the place of each last film."""
    rng = np.random.default_rng(settings.seed)
    seen = np.zeros((films.USERS, films.FILMS), bool)
    seen[data.user, data.item] = True
    order = np.lexsort((np.arange(len(data.user)), data.time, data.user))
    ends = np.searchsorted(data.user[order], np.arange(films.USERS), side="right") - 1
    others = np.stack([rng.choice(np.flatnonzero(~row), OTHERS, replace=False) for row in seen])
    known = np.delete(order, [*ends, *(ends - 1)])
    valid, test = (np.column_stack([data.item[order[at]], others]) for at in (ends - 1, ends))
    places: dict[str, Array] = {}
    for name, (make, lr, decay) in _makers(settings).items():
        tz.manual_seed(settings.seed)
        model = make(0.0)
        tell = settings if name == "model" else settings.watched()
        optimizer = optim.AdamW(model.parameters(), lr=lr, weight_decay=decay / 10)
        curve = _tell_apart(
            model, optimizer, (data.user[known], data.item[known]), seen, tell, valid
        )
        places[name] = _places(model, test)
        if name == "model":
            main, rows = model, curve
    often = np.bincount(data.item[known], minlength=films.FILMS)
    places["popularity"] = (often[test[:, 1:]] >= often[test[:, :1]]).sum(1)
    return main, rows, places


def _tell_apart(model: Any, optimizer: optim.Optimizer, pairs: tuple[Array, Array], seen: Array,
                settings: Chosen, valid: Array) -> list[dict[str, float]]:  # fmt: skip
    """Cross entropy of pairs that were watched (1) and of films drawn for the same people (0)."""
    rng, rows = np.random.default_rng(settings.seed), list[dict[str, float]]()
    step, (user, item), size = descent(model.bce, optimizer), pairs, 2 * settings.batch
    who = np.tile(user, 1 + settings.negatives)
    liked = np.repeat([1.0, 0.0], [len(user), len(who) - len(user)]).astype("float32")
    for epoch in settings.loop(settings.ranking, model, optimizer, rng, rows):
        drawn_items = rng.integers(0, films.FILMS, len(who) - len(user))
        again = seen[who[len(user) :], drawn_items]  # once more where the person knows the film
        drawn_items[again] = rng.integers(0, films.FILMS, int(again.sum()))
        row = films.descended(step, (who, np.concatenate([item, drawn_items]), liked), 1, size,
                              Settings(settings.seed + epoch))[0]  # fmt: skip
        rows.append(settings.epoch(row | {"val_hits": _figures(_places(model, valid))[0]}))
    return rows


def _places(model: Any, shown: Array) -> Array:
    """How many of the others stand before the first film of each row, by the model's scores.

    Shapes: shown (people, 1 + others) → (people).
    """
    who = np.repeat(np.arange(len(shown)), shown.shape[1])
    found = films.scores(model, who, shown.reshape(-1)).reshape(shown.shape)
    made: Array = (found[:, 1:] >= found[:, :1]).sum(1)
    return made


def _figures(places: Array) -> tuple[float, float]:
    """Hit rate and NDCG of the first ten places."""
    scores = np.zeros((len(places), OTHERS + 1))
    scores[:, :] = -np.arange(OTHERS + 1)
    relevant = places[:, None] == np.arange(OTHERS + 1)
    return (float(metrics.HitRate(FIRST)(scores, relevant)),
            float(metrics.Ndcg(FIRST)(scores, relevant)))  # fmt: skip


def _ranks(places: dict[str, Array]) -> Any:
    """For how many people the last film stands among the first k."""
    from tiza.plot.style import figure, legend, line, titled

    fig, axes = figure(size=(6.4, 4.0))
    ax, k = axes[0, 0], np.arange(1, OTHERS + 2)
    names = {"model": ("NeuralMF", "NeuralMF"), "two towers": ("two towers", "dos torres"),
             "popularity": ("popularity", "popularidad")}  # fmt: skip
    for n, (who, found) in enumerate(places.items()):
        share = np.cumsum(np.bincount(found, minlength=OTHERS + 1)) / len(found)
        ax.plot(k, share, label=pick(names[who]), **line(n))
    ax.axvline(FIRST, linewidth=0.8, color="grey")
    title = ("People whose last film is among the first k",
             "Personas cuya última película está entre las primeras k")  # fmt: skip
    titled(ax, pick(title), "k", pick(("share", "parte")))
    legend(ax)
    return fig
