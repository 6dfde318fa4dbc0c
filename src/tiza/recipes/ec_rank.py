"""ec-rank: how many independent points of infinite order, told from counts of points mod p."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza.errors import pick
from tiza.models.elliptic import HEIGHTS, on_axis, primes
from tiza.recipes import curves
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.curves import Scale
from tiza.recipes.study import Array, Outcome

ABOUT = About(
    title=("The rank of elliptic curves from traces of Frobenius",
           "El rango de curvas elípticas a partir de trazas de Frobenius"),
    data=("122,975 isogeny classes, a_p at the first 100 primes",
          "122 975 clases de isogenia, a_p en los primeros 100 primos"),
    model="EllipticMLP 236-256-128-3",
    expects=("accuracy of 97 %", "exactitud del 97 %"),
    minutes=2.0,
    goals=(Goal("accuracy", ">=", 0.97),),
    ask="0,1,1,-2,0",
)  # fmt: skip
SPANISH = {
    "accuracy for rank 2 and 3": "exactitud en rango 2 y 3",
    "traces alone": "solo trazas", "Mestre's sum": "suma de Mestre",
    "murmurations": "murmullos", "forms": "formas",
}  # fmt: skip
RANKS = ["0", "1", "2+"]
FIRST = 20  # primes whose a_p² and whose signs of bad reduction are given as well


@dataclass(frozen=True)
class Chosen(curves.Chosen):
    """What may be set."""


def features(ap: Array) -> Array:
    """The form on the imaginary axis, its direction, and the traces as Hasse's bound scales them.

    Nothing but a_p goes in: neither conductor nor coefficients.

    Shapes: (n, 100) → (n, 236).
    """
    form = on_axis(ap)
    size = np.sqrt((form**2).sum(1, keepdims=True))
    angle = ap / np.sqrt(primes(ap.shape[1]))
    first = angle[:, :FIRST]
    small = np.abs(ap[:, :FIRST]) <= 1  # a_p of bad reduction is 0 or ±1
    return np.concatenate([form / size, form, angle, first**2, small], axis=1, dtype=np.float32)


def study(settings: Chosen) -> Outcome:
    """One row for each isogeny class, since its curves share rank and traces; a fifth to test.

    Beside it: the same network on the traces alone, and thresholds on Mestre's sum
    Σ −a_p log(p)/p, fitted on the training rows.
    """
    data = curves.loaded()
    rank = np.zeros(len(data.ap), np.int64)
    rank[data.class_id] = np.minimum(data.table["rank"].astype(int), 2)
    parts = curves.divided(rank, settings)
    ap = data.ap[: settings.few(len(rank), 3000)].astype(np.int64)
    x = features(ap)
    scale = Scale.of(x[parts.train])
    x = scale(x)
    model, rows = curves.learned(x, rank, 3, parts, settings)
    guess, truth = curves.logits(model, x[parts.test]).argmax(1), rank[parts.test]
    angle = (ap / np.sqrt(primes(100))).astype("float32")
    plain, _ = curves.learned(angle, rank, 3, parts, settings, tell=False)
    alone = curves.logits(plain, angle[parts.test]).argmax(1)
    right, high = guess == truth, truth == 2
    mestre = -(ap * np.log(data.primes) / data.primes).sum(1)
    share = float(right.mean())
    return Outcome(
        spanish=SPANISH,
        figures={
            "accuracy": {
                "model": share,
                "traces alone": float((alone == truth).mean()),
                "Mestre's sum": _by_sum(mestre, rank, parts.train, parts.test),
                "majority": float((truth == np.bincount(rank[parts.train]).argmax()).mean()),
            },
            "accuracy for rank 2 and 3": {
                "model": float(right[high].mean()),
                "traces alone": float((alone == truth)[high].mean()),
            },
        },
        sentence=(
            f"It tells rank 0, 1 and 2 or more in {share:.1%} of classes it never saw.",
            f"Distingue rango 0, 1 y 2 o más en el {share:.1%} de clases que nunca vio.",
        ),
        model=model,
        rows=rows,
        data={"data": "elliptic_curves", "classes": len(ap)},
        confusion=curves.counted(guess, truth, 3),
        classes=RANKS,
        notes=(curves.APART, KNOWN),
        kept=scale.kept(),
        pictures=curves.drawn(
            murmurations=lambda: murmurations(ap, rank[: len(ap)], data.primes),
            forms=lambda: forms(ap, rank[: len(ap)]),
        ),
    )


KNOWN = (
    "Only a_p is given. The form f(iy) = Σ aₙ e^(−2πny) is computed from it by Hecke's relations; "
    "the conductor is not. Rank 3 (74 curves) counts as 2 or more.",
    "Solo se da a_p. La forma f(iy) = Σ aₙ e^(−2πny) se calcula de ella con las relaciones de "
    "Hecke; el conductor no se da. El rango 3 (74 curvas) cuenta como 2 o más.",
)


def _by_sum(total: Array, rank: Array, train: Array, test: Array) -> float:
    """The best two thresholds on one number, found on the training rows."""
    marks = np.quantile(total[train], np.linspace(0.01, 0.999, 120))
    value, truth = total[train], rank[train]
    shares = [((value[:, None] > marks) == (truth[:, None] > k)).mean(0) for k in (0, 1)]
    low, high = (marks[share.argmax()] for share in shares)
    guess = (total[test] > low).astype(int) + (total[test] > max(low, high))
    return float((guess == rank[test]).mean())


def murmurations(ap: Array, rank: Array, primes_: Array) -> Any:
    """The mean of a_p over the classes of each rank, prime after prime.

    Source: He, Lee, Oliver & Pozdnyakov 2022, arXiv:2204.10140.
    """
    from tiza.plot.style import figure, legend, line, titled

    fig, axes = figure(size=(7.0, 3.8))
    ax = axes[0, 0]
    for k in range(3):
        name = pick((f"rank {RANKS[k]}", f"rango {RANKS[k]}"))
        ax.plot(primes_, ap[rank == k].mean(0), "o", ms=3.5, color=line(k)["color"], label=name)
    title = ("Mean of a_p over the classes of one rank", "Media de a_p en las clases de un rango")
    titled(ax, pick(title), "p", pick(("mean a_p", "media de a_p")))
    legend(ax)
    return fig


def forms(ap: Array, rank: Array, each: int = 3) -> Any:
    """y f(iy) of a few curves of each rank: even or odd about −½ log N, area 2π L(E, 1)."""
    from tiza.plot.style import figure, line, titled

    fig, axes = figure(1, 3, size=(9.6, 3.2))
    for k, ax in enumerate(axes[0]):
        some = np.flatnonzero(rank == k)[-each:]
        for n, curve in enumerate(on_axis(ap[some])):
            ax.plot(HEIGHTS, curve, **line(n))
        ax.set_xscale("log")
        titled(ax, pick((f"rank {RANKS[k]}", f"rango {RANKS[k]}")), "y", "" if k else "y f(iy)")
    return fig


def predict(asked: Asked) -> list[Reply]:
    """The rank of a curve from its coefficients: its points are counted first."""
    text, rank, share = curves.told(asked, features, RANKS, ("rank", "rango"))
    return [Reply(text, {"rank": rank, "probability": share})]
