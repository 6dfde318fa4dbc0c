"""lstm-imdb: an LSTM that reads in both directions tells praise from complaint."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models
from tiza.data.tokens import padded, tokens_from
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.passes import Best
from tiza.recipes.reviews import NOTES, SENTIMENT, Reviews, answers, naive_bayes, reviews
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Outcome, batches, descent
from tiza.recipes.writing import judge, judging, rate

ABOUT = About(
    title=("Film reviews by an LSTM", "Reseñas de películas con una LSTM"),
    data=("IMDB: 25,000 + 25,000 film reviews", "IMDB: 25 000 + 25 000 reseñas de películas"),
    model="LSTMClassifier, 2 × 64, 50 words at a time",
    expects=("accuracy of 86 % or more", "exactitud de 86 % o más"),
    minutes=5.0,
    goals=(Goal("accuracy", ">=", 0.86),),
    ask="a wonderful film with a brilliant cast",
)  # fmt: skip
SPANISH = {"accuracy": "exactitud", "naive Bayes": "Bayes ingenuo"}


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    words: int = setting(20_000, ("words known", "palabras conocidas"), quick=200, low=10)
    length: int = setting(400, ("words read of a review", "palabras leídas de una reseña"),
                          quick=12, low=4)  # fmt: skip
    epochs: int = setting(5, ("passes over the reviews", "pasadas por las reseñas"), quick=1,
                          low=1)  # fmt: skip
    batch: int = setting(64, ("reviews of a batch", "reseñas de un lote"), low=1)
    width: int = setting(64, ("width of the words", "ancho de las palabras"), quick=8, low=1)
    hidden: int = setting(64, ("width of the memory", "ancho de la memoria"), quick=8, low=1)
    piece: int = setting(50, ("words read at a time; 0 for all",
                              "palabras leídas de una vez; 0 para todas"),
                         quick=6, low=0)  # fmt: skip
    unread: float = setting(0.5, ("share of words not seen in training",
                                  "parte de las palabras que no se ve al entrenar"),
                            low=0, high=0.9)  # fmt: skip
    dropout: float = setting(0.5, ("dropout", "dropout"), low=0, high=0.9)
    lr: float = setting(2e-3, ("learning rate", "tasa de aprendizaje"), low=0)


def study(settings: Chosen) -> Outcome:
    """Adam's rate falls along a cosine; the epoch that is best on the validation part is kept."""
    found = reviews(settings, settings.words, settings.length)
    model = models.LSTMClassifier(len(found.tokens), 2, settings.width, settings.hidden,
                                  settings.dropout, settings.unread, settings.piece)  # fmt: skip
    rows = fit(settings, model, found)
    guess = answers(model, found.test)
    confusion = np.zeros((2, 2), np.int64)
    np.add.at(confusion, (found.test.y, guess), 1)
    accuracy = {"model": float((guess == found.test.y).mean()), "naive Bayes": naive_bayes(found)}
    return Outcome(
        spanish=SPANISH,
        figures={"accuracy": accuracy},
        sentence=(
            f"It judges {accuracy['model']:.1%} of the test reviews rightly; counting words, "
            f"{accuracy['naive Bayes']:.1%}.",
            f"Juzga bien el {accuracy['model']:.1%} de las reseñas de prueba; contando palabras, "
            f"el {accuracy['naive Bayes']:.1%}.",
        ),
        model=model,
        rows=rows,
        confusion=confusion,
        classes=[pick(pair) for pair in SENTIMENT],
        data={"data": "imdb", "train": len(found.train), "validation": len(found.valid),
              "test": len(found.test)},
        notes=NOTES,
        kept={**found.tokens.to_config(), "length": settings.length},
    )  # fmt: skip


def fit(settings: Chosen, model: Any, found: Reviews) -> list[dict[str, float]]:
    """Each epoch's figures; the model ends with the weights of the lowest validation loss."""
    optimizer = tz.optim.Adam(model.parameters(), lr=settings.lr)
    step, measure = descent(model.loss, optimizer), judging(model.loss)
    rng, best = np.random.default_rng(settings.seed), Best(model)
    rows: list[dict[str, float]] = []
    each = len(found.train) // settings.batch
    steps = settings.epochs * each
    for epoch in settings.loop(settings.epochs, model, optimizer, best, rng, rows):
        model.train()
        losses = []
        for k, at in enumerate(batches(len(found.train), settings.batch, rng), epoch * each):
            optimizer.param_groups[0]["lr"] = settings.lr * rate(k, steps, min(100, steps // 10))
            losses.append(step(found.train.x[at], found.train.y[at]))
        held = judge(model, measure, (found.valid.x, found.valid.y))
        right = float((answers(model, found.valid) == found.valid.y).mean())
        rows.append(settings.epoch({"loss": float(np.mean(losses)), "val_loss": held,
                                    "val_accuracy": right}))  # fmt: skip
        best.see(-held)
    best.settle()
    return rows


def predict(asked: Asked) -> list[Reply]:
    """For or against the film, and how sure; unknown words count as one word."""
    length = int(asked.kept["length"])
    ids = padded([tokens_from(asked.kept).encode(asked.text())], length, length // 3)
    with tz.no_grad():
        share = tz.nn.functional.softmax(asked.model(ids), dim=1).numpy()[0]
    k = int(share.argmax())
    return [Reply(f"{pick(SENTIMENT[k])} ({share[k]:.1%})", value=("negative", "positive")[k])]
