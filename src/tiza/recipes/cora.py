"""What the three recipes on Cora share: the public split, training, the mean of several seeds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import nn, optim
from tiza.data import load
from tiza.errors import pick
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.curves import counted, drawn
from tiza.recipes.passes import Best
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, descent
from tiza.train.findings import softmax

Make = Callable[[int, int], Any]
ASK = "2000 2001"
SPANISH = {"embedding": "representación"}
NOTES = (
    ("All 2,708 papers and their citations are seen while learning, the topics of 140 alone "
     "(transductive); the weights of the best epoch on 500 others are judged on the 1,000 test "
     "papers.",
     "Al aprender se ven los 2708 artículos y sus citas, pero solo los temas de 140 "
     "(transductivo); los pesos de la mejor época en otros 500 se juzgan con los 1000 de prueba."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    seeds: int = setting(10, ("networks, each with a seed of its own",
                              "redes, cada una con su semilla"), quick=1, low=1)  # fmt: skip
    epochs: int = setting(200, ("steps over the whole graph", "pasos con todo el grafo"), quick=3,
                          low=1)  # fmt: skip
    lr: float = setting(0.01, ("learning rate", "tasa de aprendizaje"), low=0)
    weight_decay: float = setting(5e-4, ("weight decay", "decaimiento de pesos"), low=0)


def mean_of_seeds(make: Make, settings: Chosen, decayed: str = "") -> Outcome:
    """Train `make(features, classes)` for several seeds on the 140 labelled papers.

    `decayed`: only parameters whose names begin so decay (Kipf & Welling's first layer).
    """
    cora = load("cora")
    inputs = tz.asarray(prepared(cora.x)), tz.asarray(cora.both_ways())
    scores, rows = [], []
    model: Any = None
    for seed in range(settings.seed, settings.seed + settings.seeds):
        tz.manual_seed(seed)
        model = make(cora.x.shape[1], len(cora.classes))
        groups = _groups(model, decayed, settings.weight_decay)
        rows = _train(model, optim.Adam(groups, lr=settings.lr), inputs, cora, settings)
        guess = model(*inputs).numpy().argmax(1)
        scores.append(float((guess == cora.y)[cora.test].mean()))
        settings.say(f"{pick(('seed', 'semilla'))} {seed}: {scores[-1]:.1%}")
    mean, deviation = float(np.mean(scores)), float(np.std(scores))
    most = np.bincount(cora.y[cora.train]).argmax()
    embedded = model.embed(*inputs).numpy()
    return Outcome(
        spanish=SPANISH,
        figures={
            "accuracy": {"model": mean, "majority": float((cora.y[cora.test] == most).mean())},
        },
        several=("accuracy", scores),
        sentence=(
            f"{mean:.1%} ± {deviation:.1%} of the test papers, over {len(scores)} seeds.",
            f"{mean:.1%} ± {deviation:.1%} de los artículos de prueba, con {len(scores)} semillas.",
        ),
        model=model,
        rows=rows,
        data={"data": "cora", "split": "140/500/1000 (Yang et al. 2016)"},
        confusion=counted(guess[cora.test], cora.y[cora.test], len(cora.classes)),
        classes=cora.classes,
        notes=NOTES,
        pictures=drawn(embedding=lambda: _map(embedded, cora, settings)),
    )


def prepared(x: Array) -> Array:
    """Words as shares: each row sums to 1."""
    made: Array = x / np.maximum(x.sum(1, keepdims=True), 1)
    return made


def _groups(model: nn.Module, decayed: str, weight_decay: float) -> list[dict[str, Any]]:
    named = list(model.named_parameters())
    first = [p for name, p in named if name.startswith(decayed)]
    rest = [p for name, p in named if not name.startswith(decayed)]
    groups: list[dict[str, Any]] = [{"params": first, "weight_decay": weight_decay}]
    return [*groups, {"params": rest}] if rest else groups


def _train(model: Any, optimizer: optim.Optimizer, inputs: Any, cora: Any, settings: Chosen
           ) -> list[dict[str, float]]:  # fmt: skip
    """Descend, and leave the model at rest with the weights of its best validation epoch."""
    labelled, wanted = tz.asarray(cora.train), tz.asarray(cora.y[cora.train])

    def loss() -> Any:
        return F.cross_entropy(tz.take(model(*inputs), labelled, axis=0), wanted)

    step = descent(loss, optimizer)
    guess = tz.compile(lambda: tz.argmax(model(*inputs), axis=1))
    best, rows = Best(model), list[dict[str, float]]()
    for _ in settings.loop(settings.epochs, model, optimizer, best, rows):
        model.train()
        figure = step()
        model.eval()
        watched = float((guess().numpy() == cora.y)[cora.val].mean())
        best.see(watched)
        rows.append(settings.epoch({"loss": figure, "val_accuracy": watched}))
    best.settle()
    return rows


def _map(embedded: Array, cora: Any, settings: Settings) -> Any:
    """The hidden features of the test papers on the plane; t-SNE where scikit-learn is there."""
    from tiza.errors import MissingExtraError
    from tiza.plot import embedding

    shown, topics = embedded[cora.test], cora.y[cora.test]
    if not settings.quick:
        try:
            return embedding(shown, topics, names=cora.classes, by="tsne", seed=settings.seed)
        except MissingExtraError:
            settings.say(pick(("no scikit-learn: principal components", "sin scikit-learn: PCA")))
    return embedding(shown, topics, names=cora.classes)


def predict(asked: Asked) -> list[Reply]:
    """The topics of papers, by their numbers in Cora (0 … 2707)."""
    cora = load("cora")
    papers = asked.numbers()
    if any(n != round(n) or not 0 <= n < len(cora.y) for n in papers):
        last = len(cora.y) - 1
        raise asked.unread((f"numbers of papers, 0 … {last}", f"números de artículos, 0 … {last}"))
    share = softmax(asked.model(prepared(cora.x), cora.both_ways()).numpy())
    replies = []
    for n in map(int, papers):
        best = int(share[n].argmax())
        said = pick(("paper {n}: {name} ({p:.1%}); its topic: {true}",
                     "artículo {n}: {name} ({p:.1%}); su tema: {true}"))  # fmt: skip
        text = said.format(n=n, name=cora.classes[best], p=share[n, best],
                           true=cora.classes[cora.y[n]])  # fmt: skip
        replies.append(Reply(text, cora.classes[best]))
    return replies
