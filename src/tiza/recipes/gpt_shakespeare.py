"""gpt-shakespeare: a small GPT learns to write plays, letter by letter or piece by piece."""

from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

import tiza as tz
from tiza import models
from tiza.data.tokens import BytePairs, Characters, Tokens, tokens_from
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.plays import PLAYS, SPANISH, expected, halves, sentence
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Outcome, grid
from tiza.recipes.writing import NOTES, by_counting, crops, judge, judging, learn, passages

ABOUT = About(
    title=("Shakespeare by a small GPT", "Shakespeare con un GPT pequeño"),
    data=PLAYS,
    model="GPT, 4 blocks × 128",
    expects=expected(1.55),
    minutes=7.0,
    goals=(Goal("validation loss", "<=", 1.55),),
    ask="ROMEO:",
)
WORDS = SPANISH | {
    "bits per character": "bits por carácter",
    "loss per token": "pérdida por token",
    "attention": "atención",
}
START = "\n"


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    tokens: str = setting("characters", ("characters, or pieces by byte-pair encoding",
                                         "caracteres, o piezas por codificación de pares"),
                          among=("characters", "bpe"))  # fmt: skip
    pieces: int = setting(512, ("how many pieces", "cuántas piezas"), low=256)
    steps: int = setting(2000, ("batches", "lotes"), quick=4, low=1)
    batch: int = setting(16, ("passages of a batch", "pasajes de un lote"), quick=4, low=1)
    context: int = setting(128, ("tokens of a passage", "tokens de un pasaje"), quick=16, low=2)
    layers: int = setting(4, ("blocks", "bloques"), quick=1, low=1)
    heads: int = setting(4, ("heads of attention", "cabezas de atención"), quick=2, low=1)
    width: int = setting(128, ("width", "ancho"), quick=16, low=2)
    dropout: float = setting(0.0, ("dropout", "dropout"), low=0, high=0.9)
    lr: float = setting(3e-3, ("learning rate", "tasa de aprendizaje"), low=0)


def study(settings: Chosen) -> Outcome:
    """Random passages for every batch; Muon for the blocks' matrices, AdamW for the rest."""
    alphabet, first, last = halves()
    letters = Characters(alphabet)
    tokens: Tokens = letters
    if settings.tokens == "bpe":
        tokens = BytePairs.learn([first], settings.pieces)
    train, rest = tokens.encode(first), tokens.encode(last)
    held = passages(rest[: settings.few(len(rest), 500)], settings.context)
    model = models.GPT(len(tokens), settings.context, settings.layers, settings.heads,
                       settings.width, settings.dropout)  # fmt: skip
    rng = np.random.default_rng(settings.seed)
    batches = (crops(train, settings.batch, settings.context, rng) for _ in repeat(0))
    rows = learn(settings, model, model.loss, batches, held, steps=settings.steps, lr=settings.lr,
                 inner=["blocks"])  # fmt: skip
    each = len(tokens.decode(held[1].reshape(-1))) / held[1].size  # characters of a token
    spent = judge(model, judging(model.loss), held)
    loss = spent / each
    counted = by_counting(letters.encode(first), letters.encode(last), len(alphabet))
    some = tokens.decode(held[0][0])
    return Outcome(
        spanish=WORDS,
        figures={
            "validation loss": {"model": loss, **counted},
            "bits per character": {"model": float(loss / np.log(2))},
            "loss per token": {"model": spent},
        },
        sentence=sentence(loss, counted),
        model=model,
        rows=rows,
        pictures={"attention": attention(model, tokens, some)},
        texts={"samples": write(model, tokens, START, settings.few(600, 20), settings.seed)},
        data={"data": "tiny_shakespeare", "train": len(first), "validation": len(last)},
        notes=NOTES,
        kept=tokens.to_config(),
    )


def write(model: Any, tokens: Tokens, start: str, count: int, seed: int,
          temperature: float = 0.8) -> str:  # fmt: skip
    """The text and what the model writes after it, drawn from its 20 best guesses."""
    tz.manual_seed(seed)
    ids = tokens.encode(start or START)[None]
    return tokens.decode(model.generate(ids, count, temperature, top_k=20)[0])


def attention(model: Any, tokens: Tokens, text: str) -> Any:
    """Who looks at whom: a line for each block, a square for each head; dark is much."""
    model.eval()
    with tz.no_grad():
        found = [w.numpy()[0] for w in model.attention(tokens.encode(text)[None, : model.context])]
    model.train()
    return grid(-np.sqrt(np.concatenate(found)), model.heads, gap=4)


def predict(asked: Asked) -> list[Reply]:
    """400 tokens that might come after the text; keys and values of what is read are kept."""
    text = write(asked.model, tokens_from(asked.kept), asked.text(), 400, asked.seed)
    return [Reply(text, value=text)]
