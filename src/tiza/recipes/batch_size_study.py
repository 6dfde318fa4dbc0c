"""batch-size-study: which learning rate suits which batch size, and what either costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import models, optim
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.curves import counted, drawn, logits
from tiza.recipes.ink import APART, MNIST, Ink, digits
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, batches, descent
from tiza.train.findings import softmax

ABOUT = About(
    title=("Batch size and learning rate on MNIST", "Lotes y tasas de aprendizaje en MNIST"),
    data=(f"{MNIST[0]}, 20,000 of them to learn from", f"{MNIST[1]}, 20 000 para aprender"),
    model="MLP 784-128-10",
    expects=("96 % by the best pair; larger batches want larger rates",
             "96 % con el mejor par; lotes mayores piden tasas mayores"),
    minutes=2.0,
    goals=(Goal("accuracy", ">=", 0.96),),
    ask="{run}/samples.npy",
)  # fmt: skip
BATCHES, RATES = (8, 32, 128, 512, 2048), (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
SPANISH = {
    "accuracy by batch size and rate": "exactitud por tamaño de lote y tasa",
    "after the same number of passes": "tras las mismas pasadas",
    "descents": "descensos",
    "table": "tabla",
    "accuracy watched": "exactitud vigilada",
    "best learning rate": "mejor tasa de aprendizaje",
    "steps": "pasos",
} | {f"batch of {n}": f"lote de {n}" for n in BATCHES}  # fmt: skip
NOTES = (
    APART,
    ("Plain gradient descent on mini-batches, for the same number of passes over the data, from "
     "the same initial weights. The pair is chosen on the watched pictures; it alone is judged on "
     "the test pictures.",
     "Descenso de gradiente simple con mini-lotes, las mismas pasadas por los datos, desde los "
     "mismos pesos iniciales. El par se elige con las imágenes vigiladas; solo él se juzga con las "
     "de prueba."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    epochs: int = setting(4, ("passes over the data", "pasadas por los datos"), quick=1, low=1)
    rows: int = setting(20_000, ("pictures to learn from", "imágenes para aprender"), quick=600,
                        low=100)  # fmt: skip
    largest: int = setting(2048, ("the largest batch", "el lote más grande"), quick=128, low=8)
    hidden: int = setting(128, ("hidden units", "neuronas ocultas"), quick=16, low=1)


@dataclass(frozen=True)
class Descent:
    """One pair of batch size and rate: the loss of each step, what it reached, the weights."""

    losses: Array
    accuracy: float
    weights: Mapping[str, Array]


def study(settings: Chosen) -> Outcome:
    """Every batch size with every learning rate; the best pair by the watched pictures.

    Source: Goyal et al. 2017, arXiv:1706.02677, section 2.1: k times the batch wants k times the
    rate, until the rate is as large as it may be at all.
    """
    ink = digits(settings)
    x, y = ink.x[: settings.rows].reshape(-1, 784), ink.y[: settings.rows]
    tz.manual_seed(settings.seed)
    model = models.MLP((784, settings.hidden, 10))
    start = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    found: dict[tuple[int, float], Descent] = {}
    rows = []
    sizes = [n for n in BATCHES if n <= min(settings.largest, len(x))]
    for size in sizes:
        optimizer = optim.SGD(model.parameters(), lr=RATES[0])
        step = descent(lambda a, b: F.cross_entropy(model(a), b), optimizer)
        for rate in RATES:
            model.load_state_dict(start)
            optimizer.param_groups[0]["lr"] = rate
            found[size, rate] = _descended(step, model, optimizer, (x, y), size, ink, settings)
            row = {"batch": float(size), "lr": rate, "val_accuracy": found[size, rate].accuracy}
            rows.append(settings.epoch(row))
    best = max(found, key=lambda pair: found[pair].accuracy)
    model.load_state_dict(found[best].weights)
    guess = logits(model, ink.x_test.reshape(-1, 784)).argmax(1)
    share = float((guess == ink.y_test).mean())
    chosen = {n: max(RATES, key=lambda rate: found[n, rate].accuracy) for n in sizes}
    return Outcome(
        spanish=SPANISH,
        figures=_figures(found, chosen, share, ink),
        sentence=(
            f"The best pair, batches of {best[0]} with rate {best[1]:g}, reaches {share:.2%} of "
            f"the test; the best rate grows from {chosen[sizes[0]]:g} to {chosen[sizes[-1]]:g}.",
            f"El mejor par, lotes de {best[0]} con tasa {best[1]:g}, alcanza el {share:.2%} de la "
            f"prueba; la mejor tasa crece de {chosen[sizes[0]]:g} a {chosen[sizes[-1]]:g}.",
        ),
        model=model,
        rows=rows,
        data=ink.facts,
        notes=NOTES,
        confusion=counted(guess, ink.y_test, 10),
        classes=[str(k) for k in range(10)],
        pictures=drawn(
            table=lambda: _table(found, sizes), descents=lambda: _descents(found, chosen)
        ),
        files={"samples.npy": np.rint(ink.x_test[:8] * 255).astype(np.uint8)},
    )


def _descended(step: Any, model: Any, optimizer: optim.SGD, data: tuple[Array, Array], size: int,
               ink: Ink, settings: Chosen) -> Descent:  # fmt: skip
    """So many passes; a descent whose loss is no number any more stops."""
    x, y = data
    rng, losses = np.random.default_rng(settings.seed), [float("nan")]
    for _ in settings.loop(settings.epochs, model, optimizer, rng, losses):
        for at in batches(len(x), size, rng):
            losses.append(step(x[at], y[at]))
            if not np.isfinite(losses[-1]):
                break
    with np.errstate(all="ignore"):
        answers = logits(model, ink.x_valid.reshape(-1, 784))
    right = (answers.argmax(1) == ink.y_valid) & np.isfinite(answers).all(1)
    weights = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    return Descent(np.array(losses[1:]), float(right.mean()), weights)


def _figures(found: Mapping[tuple[int, float], Descent], chosen: Mapping[int, float],
             share: float, ink: Ink) -> dict[str, dict[str, float]]:  # fmt: skip
    most = float((ink.y_test == np.bincount(ink.y).argmax()).mean())
    made = {"accuracy": {"model": share, "majority": most}}
    for size, rate in chosen.items():
        run = found[size, rate]
        made[f"batch of {size}"] = {"best learning rate": rate, "accuracy watched": run.accuracy,
                                    "steps": float(len(run.losses))}  # fmt: skip
    return made


def _table(found: Mapping[tuple[int, float], Descent], sizes: list[int]) -> Any:
    """The accuracy that was watched, for every pair."""
    from tiza.plot.style import figure, titled

    share = np.array([[found[size, rate].accuracy for rate in RATES] for size in sizes])
    fig, axes = figure(size=(7.2, 4.2))
    ax = axes[0, 0]
    ax.imshow(share, vmin=max(0.1, float(share.max()) - 0.25), aspect="auto")
    ax.grid(False)
    ax.set_xticks(range(len(RATES)), [f"{rate:g}" for rate in RATES])
    ax.set_yticks(range(len(sizes)), [str(size) for size in sizes])
    middle = float(share.max()) - 0.12
    for (i, j), value in np.ndenumerate(share):
        ax.text(j, i, f"{value:.1%}", ha="center", va="center", fontsize=9,
                color="black" if value > middle else "white")  # fmt: skip
    across = pick(("learning rate", "tasa de aprendizaje"))
    titled(ax, pick(("Watched accuracy", "Exactitud vigilada")), across,
           pick(("batch size", "tamaño de lote")))  # fmt: skip
    return fig


def _descents(found: Mapping[tuple[int, float], Descent], chosen: Mapping[int, float]) -> Any:
    """The loss of each batch size with its best rate, against the share of the passes."""
    from tiza.plot.style import figure, legend, line, titled

    fig, axes = figure(size=(7.2, 4.2))
    ax = axes[0, 0]
    for k, (size, rate) in enumerate(chosen.items()):
        losses = found[size, rate].losses
        parts = [float(part.mean()) for part in np.array_split(losses, min(40, len(losses)))]
        at = np.linspace(0, 1, len(parts))
        name = pick((f"batch {size}, rate {rate:g}", f"lote {size}, tasa {rate:g}"))
        ax.plot(at, parts, label=name, **line(k))
    ax.set_yscale("log")
    across = pick(("share of the passes", "parte de las pasadas"))
    titled(ax, pick(("Each batch size with its best rate", "Cada tamaño con su mejor tasa")),
           across, pick(("loss", "pérdida")))  # fmt: skip
    legend(ax)
    return fig


def predict(asked: Asked) -> list[Reply]:
    """The digits on pictures."""
    x = asked.picture(28, 28).reshape(-1, 784)
    share = softmax(asked.model(x).numpy())
    best = share.argmax(1)
    return [Reply(f"{k} ({p[k]:.1%})", int(k)) for k, p in zip(best, share, strict=True)]
