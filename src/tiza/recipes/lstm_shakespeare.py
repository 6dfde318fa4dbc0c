"""lstm-shakespeare: an LSTM learns to write plays, letter by letter, by what it remembers."""

from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

import tiza as tz
from tiza import models
from tiza.data.tokens import Characters, Tokens, tokens_from
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.plays import PLAYS, SPANISH, expected, halves, sentence
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Outcome
from tiza.recipes.writing import NOTES, by_counting, crops, judge, judging, learn, passages

ABOUT = About(
    title=("Shakespeare by an LSTM", "Shakespeare con una LSTM"),
    data=PLAYS,
    model="CharLSTM 256",
    expects=expected(1.60),
    minutes=6.0,
    goals=(Goal("validation loss", "<=", 1.60),),
    ask="ROMEO:",
)
READ = 500  # characters of a passage that is judged


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    steps: int = setting(3000, ("batches", "lotes"), quick=4, low=1)
    batch: int = setting(32, ("passages of a batch", "pasajes de un lote"), quick=4, low=1)
    length: int = setting(100, ("characters of a passage", "caracteres de un pasaje"), quick=10,
                          low=2)  # fmt: skip
    width: int = setting(64, ("width of the characters", "ancho de los caracteres"), quick=8, low=1)
    hidden: int = setting(256, ("width of the memory", "ancho de la memoria"), quick=8, low=1)
    layers: int = setting(1, ("layers", "capas"), low=1)
    dropout: float = setting(0.1, ("dropout", "dropout"), low=0, high=0.9)
    lr: float = setting(3e-3, ("learning rate", "tasa de aprendizaje"), low=0)


def study(settings: Chosen) -> Outcome:
    """Random passages for every batch; Muon for the gates' matrices, AdamW for the rest."""
    alphabet, first, last = halves()
    tokens = Characters(alphabet)
    train, rest = tokens.encode(first), tokens.encode(last)
    held = passages(rest[: settings.few(len(rest), 2000)], READ)
    model = models.CharLSTM(len(tokens), settings.width, settings.hidden, settings.layers,
                            settings.dropout)  # fmt: skip
    rng = np.random.default_rng(settings.seed)
    batches = (crops(train, settings.batch, settings.length, rng) for _ in repeat(0))
    rows = learn(settings, model, model.loss, batches, held, steps=settings.steps, lr=settings.lr,
                 inner=["recurrent.weight"])  # fmt: skip
    loss = judge(model, judging(model.loss), held)
    counted = by_counting(train, rest, len(tokens))
    return Outcome(
        spanish=SPANISH,
        figures={"validation loss": {"model": loss, **counted}},
        sentence=sentence(loss, counted),
        model=model,
        rows=rows,
        texts={"samples": write(model, tokens, "\n", settings.few(600, 20), settings.seed)},
        data={"data": "tiny_shakespeare", "train": len(first), "validation": len(last)},
        notes=NOTES,
        kept=tokens.to_config(),
    )


def write(model: Any, tokens: Tokens, start: str, count: int, seed: int) -> str:
    """The text and what the model writes after it."""
    tz.manual_seed(seed)
    model.eval()
    ids = model.generate(tokens.encode(start or "\n")[None], count, temperature=0.8, top_k=20)
    return tokens.decode(ids[0])


def predict(asked: Asked) -> list[Reply]:
    """400 characters that might come after the text."""
    text = write(asked.model, tokens_from(asked.kept), asked.text(), 400, asked.seed)
    return [Reply(text, value=text)]
