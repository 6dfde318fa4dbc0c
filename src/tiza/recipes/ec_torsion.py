"""ec-torsion: how many points of finite order a curve has, told from counts of points mod p."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza.errors import pick
from tiza.models.elliptic import primes
from tiza.recipes import curves
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.curves import Parts, Scale
from tiza.recipes.setting import setting
from tiza.recipes.study import Array, Outcome

ABOUT = About(
    title=("The torsion of elliptic curves from traces of Frobenius",
           "La torsión de curvas elípticas a partir de trazas de Frobenius"),
    data=("192,143 curves in 122,975 isogeny classes, a_p at the first 100 primes",
          "192 143 curvas en 122 975 clases de isogenia, a_p en los primeros 100 primos"),
    model="EllipticMLP 711-256-128-12",
    expects=("accuracy of 97 %, for classes and for single curves",
             "exactitud del 97 %, en clases y en curvas sueltas"),
    minutes=4.0,
    goals=(Goal("accuracy", ">=", 0.97), Goal("accuracy for single curves", ">=", 0.97)),
    ask="0,-1,1,-10,-20",
)  # fmt: skip
SPANISH = {
    "accuracy for single curves": "exactitud en curvas sueltas",
    "traces alone": "solo trazas", "greatest common divisor": "máximo común divisor",
    "class's torsion": "torsión de la clase", "divisibility": "divisibilidad",
}  # fmt: skip
ORDERS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16]  # those over Q (Mazur 1977)
CODE = np.searchsorted(ORDERS, np.arange(17))
MODULI = (2, 3, 4, 5, 7, 8)
RARE = 5  # orders from here on share a stratum, since some are of three classes only
WORDS = ("largest torsion in its isogeny class:", "mayor torsión en su clase de isogenia:")
NOTES = (
    curves.APART,
    ("A class: the largest torsion among its curves, from a_p alone; by Katz it is the greatest "
     "common divisor of #E(F_p) over good p, which stands beside it. Single curves: also "
     "conductor, Tamagawa product and real period, neither special value nor regulator.",
     "Una clase: la mayor torsión entre sus curvas, solo a partir de a_p; según Katz es el máximo "
     "común divisor de #E(F_p) en los p buenos, que está al lado. Curvas sueltas: además "
     "conductor, producto de Tamagawa y período real, sin valor especial ni regulador."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(curves.Chosen):
    """What may be set."""

    epochs: int = setting(6, ("passes over the data", "pasadas por los datos"), quick=1, low=1)


def features(ap: Array) -> Array:
    """Which small numbers divide #E(F_p), for each p and in the mean over all p, and the traces.

    The points of finite order inject into E(F_p) for good p > 2, so that their number divides
    #E(F_p) = p + 1 − a_p; a network cannot see that in a_p/√p, where parity is lost.

    Shapes: (n, 100) → (n, 711).
    Source: Silverman 2009, The Arithmetic of Elliptic Curves, proposition VII.3.1.
    """
    first = np.array(primes(ap.shape[1]))
    count = first + 1 - ap
    maybe_bad = np.abs(ap) <= 1
    divides = [count % m == 0 for m in MODULI]
    share = [((count % m == 0) | maybe_bad).mean(1) for m in ORDERS[1:]]
    return np.concatenate([ap / np.sqrt(first), *divides, np.stack(share, 1)], axis=1,
                          dtype=np.float32)  # fmt: skip


def study(settings: Chosen) -> Outcome:
    """Two questions: the largest torsion of a class, and the torsion of each curve."""
    data = curves.loaded()
    table, class_id = data.table, data.class_id
    order = CODE[table["torsion"].astype(int)]
    largest = np.zeros(len(data.ap), np.int64)
    np.maximum.at(largest, class_id, order)
    parts = curves.divided(np.minimum(largest, RARE - 1), settings)
    few = settings.few(len(largest), 3000)
    ap = data.ap[:few].astype(np.int64)
    raw = features(ap)
    scale = Scale.of(raw[parts.train])
    x, test = scale(raw), parts.test
    model, rows = curves.learned(x, largest, len(ORDERS), parts, settings)
    guess, truth = curves.logits(model, x[test]).argmax(1), largest[test]
    angle = x[:, : ap.shape[1]]
    plain, _ = curves.learned(angle, largest, len(ORDERS), parts, settings, tell=False)
    alone = curves.logits(plain, angle[test]).argmax(1)
    mine = parts.rows(class_id)
    own = _invariants(table, class_id, raw, mine)
    single, _ = curves.learned(own, order, len(ORDERS), mine, settings, tell=False)
    right = curves.logits(single, own[mine.test]).argmax(1) == order[mine.test]
    share, each = float((guess == truth).mean()), float(right.mean())
    return Outcome(
        spanish=SPANISH,
        figures={
            "accuracy": {
                "model": share,
                "traces alone": float((alone == truth).mean()),
                "greatest common divisor": float((_divisor(ap[test]) == truth).mean()),
                "majority": float((truth == np.bincount(largest[parts.train]).argmax()).mean()),
            },
            "accuracy for single curves": {
                "model": each,
                "class's torsion": float((largest[class_id] == order)[mine.test].mean()),
                "majority": float(
                    (order[mine.test] == np.bincount(order[mine.train]).argmax()).mean()
                ),
            },
        },
        sentence=(
            f"The largest torsion of a class is right in {share:.2%} of classes it never saw; the "
            f"torsion of single curves, from traces and three invariants, in {each:.1%}.",
            f"La mayor torsión de una clase es correcta en el {share:.2%} de clases que nunca vio; "
            f"la de curvas sueltas, con trazas y tres invariantes, en el {each:.1%}.",
        ),
        model=model,
        rows=rows,
        data={"data": "elliptic_curves", "classes": few},
        confusion=curves.counted(guess, truth, len(ORDERS)),
        classes=[str(n) for n in ORDERS],
        notes=NOTES,
        kept=scale.kept(),
        pictures=curves.drawn(divisibility=lambda: divisibility(ap, largest[:few])),
    )


def _invariants(table: Any, class_id: Array, raw: Array, mine: Parts) -> Array:
    """For each curve: logarithms of conductor, Tamagawa product and real period; the traces.

    Shapes: → (curves, 14 + 711); rows outside the three parts stay 0.
    """
    used = np.concatenate([mine.train, mine.valid, mine.test])
    names = ("conductor", "tamagawa_product", "real_period")
    logs = np.stack([np.log(table[name]) for name in names], axis=1)[used]
    product = table["tamagawa_product"].astype(int)[used]
    divides = np.stack([product % m == 0 for m in ORDERS[1:]], axis=1)
    rows = np.concatenate([logs, divides, raw[class_id[used]]], axis=1)
    made = np.zeros((len(class_id), rows.shape[1]), np.float32)
    made[used] = rows
    made[used] = Scale.of(made[mine.train])(made[used])
    return made


def _divisor(ap: Array) -> Array:
    """The greatest common divisor of #E(F_p) for p > 3 that are surely good (|a_p| > 1).

    Source: Katz 1981, Inventiones 62, theorem 2.
    """
    count = np.where(np.abs(ap) > 1, np.array(primes(ap.shape[1])) + 1 - ap, 0)[:, 2:]
    found = np.gcd.reduce(count, axis=1)
    return np.where(np.isin(found, ORDERS), CODE[np.minimum(found, 16)], -1)


def divisibility(ap: Array, largest: Array) -> Any:
    """The share of primes at which m divides #E(F_p), by the largest torsion of the class."""
    from tiza.plot.style import figure, titled

    raw = features(ap)[:, -len(ORDERS) + 1 :]
    seen = np.unique(largest)
    means = np.stack([raw[largest == k].mean(0) for k in seen])
    fig, axes = figure(size=(6.4, 5.2))
    ax = axes[0, 0]
    shown = ax.imshow(means, vmin=0, vmax=1)
    ax.grid(False)
    ax.set_xticks(range(means.shape[1]), [str(m) for m in ORDERS[1:]])
    ax.set_yticks(range(len(seen)), [str(ORDERS[k]) for k in seen])
    title = ("Share of primes p at which m divides #E(F_p)",
             "Parte de los primos p en que m divide a #E(F_p)")  # fmt: skip
    titled(ax, pick(title), "m", pick(("largest torsion", "mayor torsión")))
    fig.colorbar(shown, ax=ax)
    return fig


def predict(asked: Asked) -> list[Reply]:
    """The largest torsion in a curve's class, from its coefficients: its points are counted."""
    text, order, share = curves.told(asked, features, [str(n) for n in ORDERS], WORDS)
    return [Reply(text, {"torsion": int(order), "probability": share})]
