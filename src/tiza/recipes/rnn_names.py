"""rnn-names: a recurrent network reads 32,033 first names and makes up new ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.data import load, split_rows
from tiza.data.tokens import Characters, Ids, tokens_from
from tiza.models.bert import UNCOUNTED
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, batches, descent
from tiza.recipes.writing import Pairs, judge, judging, rate

ABOUT = About(
    title=("New first names by a recurrent network", "Nombres nuevos con una red recurrente"),
    data=("32,033 first names from the United States",
          "32 033 nombres de pila de Estados Unidos"),
    model="CharRNN 128",
    expects=("test loss of 2.10 nats per letter or lower; names that sound like names",
             "pérdida de prueba de 2.10 nats por letra o menos; nombres que suenan a nombres"),
    minutes=0.5,
    goals=(Goal("test loss", "<=", 2.10),),
    ask="mar",
)  # fmt: skip
SPANISH = {
    "test loss": "pérdida de prueba",
    "new names": "nombres nuevos",
    "pairs": "pares de letras",
    "names": "nombres",
}
END, LENGTH = "\n", 16  # before and after each name; letters of the longest, and one


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    kind: str = setting("rnn", ("kind of cell", "clase de celda"), among=("rnn", "lstm", "gru"))
    epochs: int = setting(5, ("passes over the names", "pasadas por los nombres"), quick=1, low=1)
    batch: int = setting(64, ("names of a batch", "nombres de un lote"), low=1)
    width: int = setting(32, ("width of the letters", "ancho de las letras"), quick=8, low=1)
    hidden: int = setting(128, ("width of the memory", "ancho de la memoria"), quick=8, low=1)
    lr: float = setting(3e-3, ("learning rate", "tasa de aprendizaje"), low=0)


KINDS = {"rnn": models.CharRNN, "lstm": models.CharLSTM, "gru": models.CharGRU}


def study(settings: Chosen) -> Outcome:
    """A tenth of the names to watch, a tenth to judge once, at the end."""
    names = load("names")
    few = settings.few(len(names), 300)
    tokens = Characters([END, *names.alphabet])
    rest, test = split_rows(few, test_size=0.1, seed=settings.seed)
    learned, held = split_rows(len(rest), test_size=1 / 9, seed=settings.seed)
    train, valid = rest[learned], rest[held]
    x, y = lines([names.words[k] for k in range(few)], tokens)
    model = KINDS[settings.kind](len(tokens), settings.width, settings.hidden)
    optimizer = optim.AdamW(model.parameters(), lr=settings.lr)
    step, measure = descent(model.loss, optimizer), judging(model.loss)
    rng, rows = np.random.default_rng(settings.seed), list[dict[str, float]]()
    each = len(train) // settings.batch
    for epoch in settings.loop(settings.epochs, model, optimizer, rng, rows):
        losses = []
        for k, at in enumerate(batches(len(train), settings.batch, rng), epoch * each):
            now = settings.lr * rate(k, settings.epochs * each, 20)
            optimizer.param_groups[0]["lr"] = now
            losses.append(step(x[train[at]], y[train[at]]))
        found = judge(model, measure, (x[valid], y[valid]), 500)
        rows.append(settings.epoch({"loss": float(np.mean(losses)), "val_loss": found}))
    z = log_shares(model, x[test])
    counts = y[test] != UNCOUNTED
    loss = float(-np.take_along_axis(z, y[test].clip(0)[..., None], 2)[..., 0][counts].mean())
    made = invent(model, tokens, "", settings.few(1000, 20), settings.seed)
    known = {names.words[k] for k in train}
    new = [name for name in made if name not in known]
    return Outcome(
        spanish=SPANISH,
        figures={
            "test loss": {"model": loss, "pairs": by_pairs(x[train], y[train], x[test], y[test],
                                                           len(tokens))},
            "new names": {"model": len(new) / len(made)},
        },
        sentence=(
            f"{len(new) / len(made):.0%} of the names that it makes are in no list it has read: "
            f"{', '.join(new[:8])}.",
            f"El {len(new) / len(made):.0%} de los nombres que inventa no está en la lista que "
            f"leyó: {', '.join(new[:8])}.",
        ),
        model=model,
        rows=rows,
        texts={"names": "\n".join(" ".join(f"{n:<12}" for n in new[i : i + 6])
                                  for i in range(0, min(60, len(new)), 6))},
        data={"data": "names", "train": len(train), "validation": len(valid), "test": len(test)},
        notes=NOTES,
        kept=tokens.to_config(),
    )  # fmt: skip


NOTES = ((
    "No name occurs twice in the list, so the test part shares none with the others.",
    "Ningún nombre está repetido en la lista, así que la parte de prueba no comparte ninguno con "
    "las demás.",
),)  # fmt: skip


def lines(words: list[str], tokens: Characters) -> Pairs:
    r"""Each name behind a line's end; what follows each letter, and -100 behind the name's end.

    Shapes: → (names, 16) twice.

    >>> x, y = lines(["ab"], Characters("\nab"))
    >>> x[0, :4].tolist(), y[0, :4].tolist()
    ([0, 1, 2, 0], [1, 2, 0, -100])
    """
    x = np.zeros((len(words), LENGTH), np.int64)
    y = np.full_like(x, UNCOUNTED)
    for k, word in enumerate(words):
        ids = tokens.encode(END + word + END)
        x[k, : len(ids) - 1], y[k, : len(ids) - 1] = ids[:-1], ids[1:]
    return x, y


def log_shares(model: Any, x: Array) -> Array:
    """log P of each next letter.

    Shapes: x (n, t) → (n, t, vocabulary).
    """
    with tz.no_grad():
        return tz.nn.functional.log_softmax(model(x), dim=2).numpy()


def by_pairs(x: Array, y: Array, x_test: Array, y_test: Array, size: int) -> float:
    """Mean nats per letter of the test names from how often letters follow one another."""
    counts = np.ones((size, size))
    np.add.at(counts, (x[y >= 0], y[y >= 0]), 1)
    shares = counts / counts.sum(1, keepdims=True)
    return float(-np.log(shares[x_test[y_test >= 0], y_test[y_test >= 0]]).mean())


def invent(model: Any, tokens: Characters, start: str, count: int, seed: int) -> list[str]:
    """Names that begin with `start`, drawn letter by letter; each once."""
    tz.manual_seed(seed)
    ids: Ids = np.repeat(tokens.encode(END + start)[None], count, axis=0)
    rows = model.generate(ids, LENGTH + 2 - ids.shape[1])
    found = [tokens.decode(row)[1:].split(END)[0] for row in rows]
    return list(dict.fromkeys(name for name in found if name))


def predict(asked: Asked) -> list[Reply]:
    """Ten names that begin so."""
    tokens = tokens_from(asked.kept)
    assert isinstance(tokens, Characters)
    start = "".join(asked.text().lower().split())[: LENGTH - 2]
    return [Reply(name, value=name)
            for name in invent(asked.model, tokens, start, 10, asked.seed)]  # fmt: skip
