"""bert-imdb: a small BERT first guesses covered words of film reviews, then judges reviews."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models
from tiza.data.tokens import Ids, padded, tokens_from
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.attention_map import attention_map
from tiza.recipes.reviews import NOTES, SENTIMENT, Part, answers, naive_bayes, reviews
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, batches
from tiza.recipes.writing import learn

ABOUT = About(
    title=("Film reviews by a small BERT", "Reseñas de películas con un BERT pequeño"),
    data=("IMDB: 25,000 + 25,000 film reviews", "IMDB: 25 000 + 25 000 reseñas de películas"),
    model="BERT, 2 layers × 128",
    expects=("accuracy of 86 % or more", "exactitud de 86 % o más"),
    minutes=17.0,
    goals=(Goal("accuracy", ">=", 0.86),),
    ask="a wonderful film with a brilliant cast",
)  # fmt: skip
SPANISH = {
    "accuracy": "exactitud",
    "naive Bayes": "Bayes ingenuo",
    "guessed words": "palabras adivinadas",
    "commonest word": "palabra más común",
    "attention": "atención",
}
FIRST, COVER, SPECIAL = 2, 3, 4  # [CLS], [MASK], the first ordinary word
INNER = ("encoder", "guess_map", "pool")
SHORT = "I expected nothing, but this was a wonderful film! Not a boring minute, great cast."


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    words: int = setting(8000, ("words known", "palabras conocidas"), quick=200, low=10)
    length: int = setting(192, ("words read of a review", "palabras leídas de una reseña"),
                          quick=12, low=4)  # fmt: skip
    guesses: int = setting(2500, ("batches of covered words; 0 for none",
                                  "lotes de palabras tapadas; 0 para ninguno"),
                           quick=2, low=0)  # fmt: skip
    epochs: int = setting(2, ("passes over the reviews", "pasadas por las reseñas"), quick=1,
                          low=1)  # fmt: skip
    batch: int = setting(16, ("reviews of a batch", "reseñas de un lote"), quick=10, low=1)
    layers: int = setting(2, ("layers", "capas"), quick=1, low=1)
    heads: int = setting(2, ("heads of attention", "cabezas de atención"), low=1)
    width: int = setting(128, ("width", "ancho"), quick=16, low=2)
    dropout: float = setting(0.1, ("dropout", "dropout"), low=0, high=0.9)
    lr: float = setting(2e-3, ("learning rate of guessing", "tasa de aprendizaje al adivinar"),
                        low=0)  # fmt: skip
    lr_reviews: float = setting(5e-4, ("learning rate of judging",
                                       "tasa de aprendizaje al juzgar"), low=0)  # fmt: skip


def study(settings: Chosen) -> Outcome:
    """The reviews' own text first, without labels; then the labels, from the first token."""
    found = reviews(settings, settings.words, settings.length, ("[CLS]", "[MASK]"), [FIRST])
    size = len(found.tokens)
    model = models.BERT(size, settings.length, settings.layers, settings.heads, settings.width,
                        dropout=settings.dropout)  # fmt: skip
    rng = np.random.default_rng(settings.seed)
    held = puzzle(found.valid, 20 * settings.batch, settings.length, size, rng)
    puzzles = endless(found.train, settings.batch, settings.length, size, rng)
    rows = learn(settings, model, model.guess_loss, puzzles, held, steps=settings.guesses,
                 lr=settings.lr, inner=INNER, decay=0.01, called="guess")  # fmt: skip
    right, common = guessed(model, held)
    steps = settings.epochs * (len(found.train) // settings.batch)
    rows += learn(settings, model, model.loss, judged(found.train, settings.batch, rng),
                  (found.valid.x, found.valid.y), steps=steps, lr=settings.lr_reviews,
                  inner=INNER, decay=0.01, times=settings.epochs)  # fmt: skip
    right_test = float((answers(model, found.test) == found.test.y).mean())
    accuracy = {"model": right_test, "naive Bayes": naive_bayes(found)}
    ids = np.array([FIRST, *found.tokens.encode(SHORT)])[None, : settings.length]
    return Outcome(
        spanish=SPANISH,
        figures={"accuracy": accuracy,
                 "guessed words": {"model": right, "commonest word": common}},
        sentence=(
            f"It judges {accuracy['model']:.1%} of the test reviews rightly; of covered words it "
            f"guesses {right:.1%}.",
            f"Juzga bien el {accuracy['model']:.1%} de las reseñas de prueba; de las palabras "
            f"tapadas adivina el {right:.1%}.",
        ),
        model=model,
        rows=rows,
        pictures={"attention": drawn(model, found.tokens.words, ids)},
        data={"data": "imdb", "train": len(found.train), "validation": len(found.valid),
              "test": len(found.test)},
        notes=NOTES,
        kept=found.tokens.to_config(),
    )  # fmt: skip


def puzzle(part: Part, count: int, length: int, size: int, rng: np.random.Generator
           ) -> tuple[Array, Array, Array]:  # fmt: skip
    """Passages with 15 % of their words covered, the words themselves, and where they stood.

    Of these, 80 % become [MASK], 10 % another word, 10 % stay. Source: Devlin et al. 2019,
    arXiv:1810.04805, section 3.1; the same number in each row, as in its code.

    Shapes: → (count, length), (count, k), (count, k).
    """
    text = np.concatenate(part.ids)
    start = rng.integers(0, len(text) - length, count)[:, None]
    ids = text[start + np.arange(length)]
    ids[:, 0] = FIRST
    chance = rng.random(ids.shape) * (ids >= SPECIAL)  # special words are not covered
    at = np.sort(np.argsort(-chance, axis=1)[:, : max(1, round(0.15 * length))], axis=1)
    target = np.take_along_axis(ids, at, 1)
    way, other = rng.random(at.shape), rng.integers(SPECIAL, size, at.shape)
    shown = np.where(way < 0.8, COVER, np.where(way < 0.9, other, target))
    np.put_along_axis(ids, at, shown, 1)
    return ids, target, at


def endless(part: Part, count: int, length: int, size: int, rng: np.random.Generator
            ) -> Iterator[tuple[Array, Array, Array]]:  # fmt: skip
    """Puzzles without end."""
    joined = Part([np.concatenate(part.ids)], part.x, part.y)
    while True:
        yield puzzle(joined, count, length, size, rng)


def judged(part: Part, count: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Batches of reviews and their labels, without end."""
    while True:
        for at in batches(len(part), count, rng):
            yield part.x[at], part.y[at]


def guessed(model: Any, held: tuple[Array, Array, Array]) -> tuple[float, float]:
    """The shares of covered words that are right by the model, and by the commonest word."""
    ids, target, at = held
    with tz.no_grad():
        best = [model.guess(ids[i : i + 50], at[i : i + 50]).numpy().argmax(2)
                for i in range(0, len(ids), 50)]  # fmt: skip
    common = np.bincount(target.reshape(-1)).argmax()
    return float((np.concatenate(best) == target).mean()), float((target == common).mean())


def drawn(model: Any, words: tuple[str, ...], ids: Ids) -> str:
    """The attention of every layer and head for one short review."""
    with tz.no_grad():
        layers = [w.numpy()[0] for w in model.attention(ids)]
    return attention_map([words[i] for i in ids[0]], layers)


def predict(asked: Asked) -> list[Reply]:
    """For or against the film, and how sure; unknown words count as one word."""
    tokens = tokens_from(asked.kept)
    ids = np.concatenate([[FIRST], tokens.encode(asked.text())])
    with tz.no_grad():
        z = asked.model.classify(padded([ids], asked.model.context, asked.model.context // 3))
    share = tz.nn.functional.softmax(z, dim=1).numpy()[0]
    k = int(share.argmax())
    return [Reply(f"{pick(SENTIMENT[k])} ({share[k]:.1%})", value=("negative", "positive")[k])]
