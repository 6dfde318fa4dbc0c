"""Film reviews made ready: leaks taken out, divided by film, written as words of one length."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza.data import group_split, load
from tiza.data.tokens import Ids, WordList, padded
from tiza.recipes.setting import Settings
from tiza.recipes.study import Array

QUICK = 100  # reviews of a quick run
SENTIMENT = (("negative", "negativa"), ("positive", "positiva"))
NOTES = ((
    "The official test reviews were looked at once, at the end. Left out of training: reviews "
    "whose text occurs in the test part, and those of the one film that both parts share. No film "
    "is both in the training and in the validation part; the words were counted in the former.",
    "Las reseñas oficiales de prueba se miraron una sola vez, al final. Se quitaron del "
    "entrenamiento las reseñas cuyo texto está en la parte de prueba y las de la única película "
    "que ambas partes comparten. Ninguna película está a la vez en entrenamiento y en validación; "
    "las palabras se contaron en el primero.",
),)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Reviews and whether they are for the film.

    Shapes: ids, each its own length; x (reviews, length); y (reviews), 1 for praise.
    """

    ids: Sequence[Ids]
    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Reviews:
    """Training, validation and test part, and the words that they are written in."""

    tokens: WordList
    train: Part
    valid: Part
    test: Part


def reviews(settings: Settings, size: int, length: int, special: Sequence[str] = (),
            first: Sequence[int] = ()) -> Reviews:  # fmt: skip
    """IMDB in the `size` commonest words; of long reviews the beginning and the end stay.

    first: tokens that every review begins with. Source: Maas et al. 2011; beginning and end:
    Sun, Qiu, Xu & Huang 2019, arXiv:1905.05583, section 5.3.1.
    """
    films = load("imdb")
    shared = set(films.train_title) & set(films.test_title)
    known = set(films.test.x)
    both = zip(films.train_title, films.train.x, strict=True)
    rows = np.flatnonzero([title not in shared and text not in known for title, text in both])
    learned, held = group_split(films.train_title[rows], test_size=0.1, seed=settings.seed)
    rng = np.random.default_rng(settings.seed)

    def some(at: Array) -> Array:
        return rng.permutation(at)[: settings.few(len(at), QUICK)]

    train, valid, test = some(rows[learned]), some(rows[held]), some(np.arange(len(films.test)))
    tokens = WordList.learn(films.train.x[train], size, special)

    def part(texts: Array, y: Array) -> Part:
        ids = [np.concatenate([np.array(first, np.int64), tokens.encode(text)]) for text in texts]
        return Part(ids, padded(ids, length, keep_end=length // 3), np.asarray(y))

    return Reviews(
        tokens,
        part(films.train.x[train], films.train.y[train]),
        part(films.train.x[valid], films.train.y[valid]),
        part(films.test.x[test], films.test.y[test]),
    )


def naive_bayes(found: Reviews) -> float:
    """The accuracy on the test part of log odds added up over the words that occur.

    Source: Wang & Manning 2012, ACL, section 2.1: each word counts once in a review.
    """
    count = np.ones((2, len(found.tokens)))
    for ids, y in zip(found.train.ids, found.train.y, strict=True):
        count[y, np.unique(ids)] += 1
    odds = np.log(count[1] / count[1].sum()) - np.log(count[0] / count[0].sum())
    shares = np.bincount(found.train.y, minlength=2)
    start = np.log(shares[1] / shares[0])
    guess = [start + odds[np.unique(ids)].sum() > 0 for ids in found.test.ids]
    return float(np.mean(np.array(guess) == found.test.y))


def answers(model: Any, part: Part, size: int = 100) -> Array:
    """The class of each review; dropout rests. A BERT is asked for its classes.

    Shapes: → (reviews).
    """
    import tiza as tz

    model.eval()
    answer = tz.compile(getattr(model, "classify", model))
    with tz.no_grad():
        found = [answer(part.x[i : i + size]).numpy().argmax(1) for i in range(0, len(part), size)]
    return np.concatenate(found)
