"""What the recipes on films share: folds, figures, simple guesses beside, what to watch next."""

from collections.abc import Callable
from typing import Any

import numpy as np

import tiza as tz
from tiza.data import load
from tiza.errors import pick
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings
from tiza.recipes.study import Array, batches

USERS, FILMS = 943, 1682
ASK = "196"
AT_ONCE = 20_000
Ratings = tuple[Array, Array, Array]  # who, what, how many stars
APART = (
    "Each fifth of the ratings is judged once by a model of the other four. A random split lets "
    "later ratings of a person explain earlier ones.",
    "Cada quinto de las calificaciones se juzga una vez con un modelo de los otros cuatro. Una "
    "división al azar deja que lo que alguien calificó después explique lo de antes.",
)


def descended(step: Callable[..., float], parts: Ratings, epochs: int, size: int,
              settings: Settings, *what: Any) -> list[dict[str, float]]:  # fmt: skip
    """So many passes over the ratings in random order; one row of the curve for each.

    what: the model and the optimizer that the step changes.
    """
    rng, rows = np.random.default_rng(settings.seed), list[dict[str, float]]()
    for _ in settings.loop(epochs, *what, rng, rows):
        losses = []
        for at in batches(len(parts[0]), min(size, len(parts[0])), rng):
            losses.append(step(*(part[at] for part in parts)))
        rows.append(settings.epoch({"loss": float(np.mean(losses))}))
    return rows


def stars(model: Any, user: Array, item: Array) -> Array:
    """What a model expects, as ratings can be: 1 … 5."""
    made: Array = scores(model, user, item).clip(1, 5)
    return made


def scores(model: Any, user: Array, item: Array) -> Array:
    """The outputs of a model at rest, a piece at a time.

    Shapes: user, item (n) → (n).
    """
    learning = model.training
    model.eval()
    with tz.no_grad():
        pieces = [model(user[k : k + AT_ONCE], item[k : k + AT_ONCE]).numpy()
                  for k in range(0, len(user), AT_ONCE)]  # fmt: skip
    model.train(learning)
    return np.concatenate(pieces)


def rmse(guess: Array, truth: Array) -> float:
    """The root of the mean squared error.

    >>> rmse(np.array([1.0, 3.0]), np.array([2.0, 2.0]))
    1.0
    """
    return float(np.sqrt(((guess - truth) ** 2).mean()))


def biases(parts: Ratings, mean: float, user: Array, item: Array) -> Array:
    """μ + b_u + c_i, each bias shrunk: Koren 2010, section 2.1 (λ 10 and 25), films first."""
    u, i, r = parts
    film = _shrunk(i, r - mean, FILMS, 25)
    person = _shrunk(u, r - mean - film[i], USERS, 10)
    found: Array = (mean + film[item] + person[user]).clip(1, 5)
    return found


def _shrunk(at: Array, values: Array, count: int, prior: float) -> Array:
    found: Array = np.bincount(at, values, count) / (prior + np.bincount(at, minlength=count))
    return found


def map_of(vectors: Array, films: Any, often: int = 24) -> Any:
    """The vectors of the films that were rated most, by their principal components."""
    from tiza.plot import embedding

    most = np.argsort(-np.bincount(films.item, minlength=FILMS), kind="stable")[:often]
    return embedding(vectors[most], words=[films.titles[k] for k in most])


def predict(asked: Asked) -> list[Reply]:
    """The ten films, not rated yet, that the model puts first for a person (1 … 943)."""
    films = load("movielens_100k")
    numbers = asked.numbers()
    if any(n != round(n) or not 1 <= n <= USERS for n in numbers):
        raise asked.unread((f"people, 1 … {USERS}", f"personas, 1 … {USERS}"))
    replies = []
    for n in map(int, numbers):
        found = scores(asked.model, np.full(FILMS, n - 1), np.arange(FILMS))
        found[films.item[films.user == n - 1]] = -np.inf
        best = np.argsort(-found, kind="stable")[:10]
        lines = [f"{found[k]:6.2f}  {films.titles[k]}" for k in best]
        head = pick((f"for person {n}, by score:", f"para la persona {n}, según el puntaje:"))
        replies.append(Reply("\n".join([head, *lines]), [films.titles[k] for k in best]))
    return replies
