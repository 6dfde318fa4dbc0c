"""ec-sha: the order of the Tate–Shafarevich group, from what else the BSD formula holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tiza import models, optim
from tiza.errors import pick
from tiza.models.elliptic import primes
from tiza.recipes import curves
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.curves import Parts, Scale
from tiza.recipes.points import asked_curve, equation, traces
from tiza.recipes.setting import setting
from tiza.recipes.study import Array, Outcome
from tiza.train.findings import softmax

ABOUT = About(
    title=("The order of Ш: 4 against 9, trivial or not",
           "El orden de Ш: 4 contra 9, trivial o no"),
    data=("192,143 elliptic curves, as many of each kind",
          "192 143 curvas elípticas, tantas de una clase como de otra"),
    model="EllipticMLP 7-64-64-2",
    expects=("0.9 where the special value is seen through traces alone",
             "0.9 cuando el valor especial solo se ve en las trazas"),
    minutes=2.0,
    goals=(Goal("accuracy 4/9: traces for special_value", ">=", 0.9),
           Goal("accuracy 1/more: traces for special_value", ">=", 0.9)),
    ask="curve=0,-1,1,-929,-10595 conductor=571 rank=0 torsion=1 tamagawa_product=1 "
        "real_period=0.432341 regulator=1",
)  # fmt: skip
INVARIANTS = {
    "conductor": "conductor", "rank": "rango", "torsion": "torsión",
    "tamagawa_product": "producto de Tamagawa", "real_period": "período real",
    "special_value": "valor especial", "regulator": "regulador",
}  # fmt: skip
EULER = "euler_product"  # of the first 100 primes
ALL, TRACES, INSTEAD = "all invariants", "traces alone", "traces for special_value"
LOOKS = {ALL: "todos los invariantes", TRACES: "solo trazas",
         INSTEAD: "trazas por valor especial"} | {
    f"without {name}": f"sin {spanish}" for name, spanish in INVARIANTS.items()
}  # fmt: skip
TASKS = {"4/9": "4/9", "1/more": "1/más"}
SPANISH = {"removed": "sin cada uno"} | {
    f"accuracy {task}: {look}": f"exactitud {tarea}: {vista}"
    for task, tarea in TASKS.items() for look, vista in LOOKS.items()
}  # fmt: skip
RIDGE, THRICE = 1e-4, 3  # passes over the fewer rows of 4/9
NOTES = (
    ("All invariants on a log scale determine Ш exactly: log Ш = log L^(r)(1)/r! + 2 log T − "
     "log Ω − log c − log R is an algebraic identity (that is how the column was computed), not "
     "learning. A straight line finds it; what is missing is what the other rows show.",
     "Todos los invariantes en escala logarítmica determinan Ш exactamente: log Ш = log "
     "L^(r)(1)/r! + 2 log T − log Ω − log c − log R es una identidad algebraica (así se calculó "
     "la columna), no aprendizaje. Una recta la encuentra; lo que falta lo muestran las otras "
     "filas."),
    ("A fifth of the isogeny classes is kept for the test; no class is in two parts. The "
     "majority class has one half by construction, but for chance.",
     "Un quinto de las clases de isogenia queda para la prueba; ninguna clase está en dos partes. "
     "La clase mayoritaria tiene la mitad por construcción, salvo azar."),
    ("The row that names the traces has, in the place of special_value, the Euler product of the "
     "first 100 primes at s = 1, smoothed; the conductor says which of them are bad. Nobody is "
     "told L(E, 1), but in rank 0 the product comes near it.",
     "La fila que nombra las trazas tiene, en vez del valor especial, el producto de Euler de los "
     "primeros 100 primos en s = 1, suavizado; el conductor dice cuáles son malos. Nadie da "
     "L(E, 1), pero en rango 0 el producto se le acerca."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(curves.Chosen):
    """What may be set."""

    epochs: int = setting(40, ("passes over the data", "pasadas por los datos"), quick=1, low=1)
    batch: int = setting(128, ("rows in each step", "filas en cada paso"), low=1)
    hidden: tuple[int, ...] = setting(
        (64, 64), ("widths of the hidden layers", "anchos de las capas ocultas"), low=1
    )
    dropout: float = setting(0.0, ("dropout", "dropout"), low=0, high=0.9)


def study(settings: Chosen) -> Outcome:
    """Two questions; for each the network and logistic regression, with every feature removed."""
    data = curves.loaded()
    sha = data.table["sha_an"].astype(int)
    parts = curves.divided(np.zeros(len(data.ap), np.int64), settings)
    columns = {name: _log(name, data.table[name]) for name in INVARIANTS}
    angle = data.ap / np.sqrt(primes(data.ap.shape[1]))
    columns[EULER] = euler(data.ap[data.class_id], data.table["conductor"])
    kinds = {"4/9": (sha == 4, sha == 9), "1/more": (sha == 1, sha > 1)}
    figures: dict[str, dict[str, float]] = {}
    rows: list[dict[str, float]] = []
    for task, (one, other) in kinds.items():
        at, own = balanced(parts.rows(data.class_id), one, other, settings.seed).alone()
        y, seen = other[at].astype(np.int64), {name: column[at] for name, column in columns.items()}
        longer = settings.epochs * (THRICE if task == "4/9" else 1)
        for look, x in looks(seen, angle, data.class_id[at], settings.quick).items():
            scale = Scale.of(x[own.train])
            model, found = curves.learned(scale(x), y, 2, own, replace(settings, epochs=longer),
                                          tell=look == INSTEAD)  # fmt: skip
            share = _share(curves.logits(model, scale(x[own.test])).argmax(1), y[own.test])
            beside = logistic(scale(x[own.train]), y[own.train], scale(x[own.test]))
            name = f"accuracy {task}: {look}"
            figures[name] = {"model": share, "logistic": _share(beside, y[own.test])}
            settings.say(f"{name}: {share:.1%}")
            if look == INSTEAD:
                kept, rows, last = scale, found, model
        majority = max(float(y[own.test].mean()), float(1 - y[own.test].mean()))
        figures[f"accuracy {task}: {ALL}"]["majority"] = majority
    four = figures[f"accuracy 4/9: {INSTEAD}"]["model"]
    blind = figures["accuracy 4/9: without special_value"]["model"]
    return Outcome(
        spanish=SPANISH,
        figures=figures,
        sentence=(
            f"Order 4 is told from 9 in {four:.1%} of curves when the special value is seen "
            f"through traces alone, in {blind:.1%} without it; with it, by an identity.",
            f"El orden 4 se distingue de 9 en el {four:.1%} de las curvas cuando el valor especial "
            f"solo se ve en las trazas, en el {blind:.1%} sin él; con él, por una identidad.",
        ),
        model=last,
        rows=rows,
        data={"data": "elliptic_curves", "rows of the last question": len(own.train)},
        notes=NOTES,
        kept=kept.kept(),
        pictures=curves.drawn(removed=lambda: removed(figures)),
    )


def _log(name: str, values: Array) -> Array:
    """A logarithm; the rank as it is."""
    return np.asarray(values if name == "rank" else np.log(values), np.float64)


def euler(ap: Array, conductor: Array) -> Array:
    """Σ (1 − log p/log q) log 1/(1 − a_p/p + [p ∤ N]/p): the Euler product of L(E, 1), smoothed.

    The bare product converges slowly, if at all; Riesz's weights, which fall to 0 at the prime q
    after the last one, take most of the noise away.

    Shapes: ap (n, k), conductor (n) → (n).
    Source: Silverman 2009, The Arithmetic of Elliptic Curves, appendix C.16; for the weights
    Montgomery & Vaughan 2007, Multiplicative Number Theory I, section 5.1.
    """
    *known, after = primes(ap.shape[1] + 1)
    p = np.array(known)
    good = np.asarray(conductor, np.int64)[:, None] % p != 0
    weight = 1 - np.log(p) / np.log(after)
    return np.asarray(-np.log(1 - ap / p + good / p) @ weight)


def looks(columns: Mapping[str, Array], angle: Array, class_id: Array, quick: bool
          ) -> dict[str, Array]:  # fmt: skip
    """What the networks are shown: all, the traces, the traces for one, all but each one."""
    names = list(INVARIANTS)
    instead = [EULER if name == "special_value" else name for name in names]

    def side(chosen: list[str]) -> Array:
        return np.stack([columns[name] for name in chosen], axis=1)

    made = {ALL: side(names), TRACES: angle[class_id], INSTEAD: side(instead)}
    return made | {f"without {out}": side([n for n in names if n != out])
                   for out in (names[5:6] if quick else names)}  # fmt: skip


def balanced(parts: Parts, one: Array, other: Array, seed: int) -> Parts:
    """As many rows of one kind as of the other in each part, drawn at random."""
    rng = np.random.default_rng(seed)

    def even(part: Array) -> Array:
        both = [rng.permutation(part[kind[part]]) for kind in (one, other)]
        few = min(map(len, both))
        return np.sort(np.concatenate([side[:few] for side in both]))

    return Parts(even(parts.train), even(parts.valid), even(parts.test))


def logistic(x: Array, y: Array, x_test: Array) -> Array:
    """The answers of logistic regression for other rows; LBFGS to the bottom of a convex loss."""
    model = models.LogisticRegression(x.shape[1]).double()
    optimizer = optim.LBFGS(model.parameters(), max_iter=200, line_search_fn="strong_wolfe")
    inputs, target = x.astype(float), y.astype(float)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = model.loss(inputs, target, RIDGE)
        loss.backward()
        return loss

    optimizer.step(closure)
    found: Array = (model(x_test.astype(float)).numpy()[:, 0] > 0).astype(int)
    return found


def _share(guess: Array, truth: Array) -> float:
    return float((guess == truth).mean())


def removed(figures: Mapping[str, Mapping[str, float]]) -> Any:
    """What each look reaches: the network beside logistic regression, for both questions."""
    from tiza.plot.style import colour, figure, titled

    fig, axes = figure(1, 2, size=(10.4, 4.4), share=True)
    for ax, task in zip(axes[0], TASKS, strict=True):
        names = [name for name in figures if name.startswith(f"accuracy {task}")]
        rows = [figures[name] for name in names]
        at = np.arange(len(rows))
        for k, (who, name) in enumerate((("model", ("network", "red")),
                                         ("logistic", ("logistic", "logística")))):  # fmt: skip
            ax.barh(at + 0.2 * (2 * k - 1), [row[who] for row in rows], 0.38, color=colour(k),
                    label=pick(name))  # fmt: skip
        ax.set_yticks(at, [_look(name) for name in names])
        ax.set_xlim(0.45, 1.01)
        titled(ax, f"Ш: {pick((task, TASKS[task]))}", pick(("accuracy", "exactitud")))
    axes[0, 0].invert_yaxis()
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=2)
    return fig


def _look(name: str) -> str:
    look = name.partition(": ")[2]
    return pick((look, LOOKS[look]))


def predict(asked: Asked) -> list[Reply]:
    """Whether Ш is trivial: `curve` gives the traces, the other invariants are given by name."""
    return [_answer(asked, row) for row in asked.rows()]


def _answer(asked: Asked, row: Mapping[str, str]) -> Reply:
    given = [name for name in INVARIANTS if name != "special_value"]
    try:
        values = {name: float(row[name]) for name in given}
        curve = asked_curve(Asked(None, (row["curve"],), example=asked.example))
    except (KeyError, ValueError) as error:
        raise asked.unread((", ".join(["curve", *given]),) * 2) from error
    if not all(0 < v < np.inf for name, v in values.items() if name != "rank"):
        raise asked.unread(("positive numbers", "números positivos"))
    columns = {name: _log(name, np.array([value])) for name, value in values.items()}
    columns["special_value"] = euler(traces(curve)[None], np.array([values["conductor"]]))
    x = np.stack([columns[name] for name in INVARIANTS], axis=1)
    share = float(softmax(asked.model(Scale.again(asked.kept)(x)).numpy())[0, 1])
    said = pick(("{curve}: Ш is not trivial with probability {p:.1%}",
                 "{curve}: Ш no es trivial con probabilidad {p:.1%}"))  # fmt: skip
    return Reply(said.format(curve=equation(curve), p=share), share)
