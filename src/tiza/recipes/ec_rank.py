"""ec-rank: how many independent points of infinite order, told from counts of points mod p."""

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import models, optim
from tiza.data import load, split_rows
from tiza.recipes.about import About
from tiza.recipes.study import Array, Outcome, Settings, batches, descent

ABOUT = About(
    title=("The rank of elliptic curves from traces of Frobenius",
           "El rango de curvas elípticas a partir de trazas de Frobenius"),
    data=("122,975 isogeny classes, a_p at the first 100 primes",
          "122 975 clases de isogenia, a_p en los primeros 100 primos"),
    model="EllipticMLP 100-256-128-3",
    expects=("accuracy of 96 %", "exactitud del 96 %"),
    minutes=0.5,
)  # fmt: skip
SPANISH = {"accuracy": "exactitud", "accuracy of Mestre's sum": "exactitud de la suma de Mestre",
           "accuracy for rank 2 and 3": "exactitud en rango 2 y 3"}  # fmt: skip


def study(settings: Settings) -> Outcome:
    """One row for each isogeny class, since its curves share rank and traces; a fifth to test.

    Beside the network: thresholds on Mestre's sum Σ −a_p log(p)/p, fitted on the training rows.
    """
    curves = load("elliptic_curves")
    rank = np.zeros(len(curves.ap), np.int64)
    rank[curves.class_id] = np.minimum(curves.table["rank"].astype(int), 2)
    x = curves.ap.astype("float32")
    few = settings.few(len(x), 3000)
    train, test = split_rows(few, test_size=0.2, stratify=rank[:few], seed=settings.seed)
    model = models.EllipticMLP(100, 3)
    optimizer = optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2)
    step = descent(lambda a, b: F.cross_entropy(model(a), b), optimizer)
    rng, rows = np.random.default_rng(settings.seed), []
    for _ in range(settings.few(15, 1)):
        model.train()
        found = [step(x[train[at]], rank[train[at]]) for at in batches(len(train), 512, rng)]
        rows.append({"loss": float(np.mean(found))})
    model.eval()
    with tz.no_grad():
        guess = model(x[test]).numpy().argmax(1)
    right = guess == rank[test]
    high = rank[test] == 2
    mestre = -(x * np.log(curves.primes) / curves.primes).sum(1)
    return Outcome(
        spanish=SPANISH,
        figures={
            "accuracy": {
                "model": float(right.mean()),
                "majority": float((rank[test] == np.bincount(rank[train]).argmax()).mean()),
            },
            "accuracy for rank 2 and 3": {"model": float(right[high].mean())},
            "accuracy of Mestre's sum": {"model": _by_sum(mestre, rank, train, test)},
        },
        sentence=(
            f"It tells rank 0, 1 and 2 or more in {right.mean():.1%} of classes it never saw.",
            f"Distingue rango 0, 1 y 2 o más en el {right.mean():.1%} de clases que nunca vio.",
        ),
        model=model,
        rows=rows,
        data={"data": "elliptic_curves", "classes": few},
    )


def _by_sum(total: Array, rank: Array, train: Array, test: Array) -> float:
    """The best two thresholds on one number, found on the training rows."""
    marks = np.quantile(total[train], np.linspace(0.01, 0.999, 120))
    value, truth = total[train], rank[train]
    shares = [((value[:, None] > marks) == (truth[:, None] > k)).mean(0) for k in (0, 1)]
    low, high = (marks[share.argmax()] for share in shares)
    guess = (total[test] > low).astype(int) + (total[test] > max(low, high))
    return float((guess == rank[test]).mean())
