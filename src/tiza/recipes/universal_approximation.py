"""universal-approximation: one hidden layer of growing width meets any continuous function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.curves import drawn
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome

WIDEST = "greatest error at the greatest width"
ABOUT = About(
    title=("Universal approximation: widths from 1 to 1,000",
           "Aproximación universal: anchos de 1 a 1000"),
    data=("sin 3x + |x| / 2 on [−3, 3]", "sin 3x + |x| / 2 en [−3, 3]"),
    model="MLP 1-n-1, n = 1 … 1000",
    expects=("greatest error below 0.01 at width 1,000; with x³ it stays above 0.5",
             "error máximo menor que 0.01 con ancho 1000; con x³ queda sobre 0.5"),
    minutes=1.0,
    goals=(Goal(WIDEST, "<=", 0.01, "ReLU"),
           Goal(WIDEST, "<=", 0.01, "tanh"),
           Goal(WIDEST, ">=", 0.5, "x³")),
    ask="0 1.5 2",
)  # fmt: skip
WIDTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
SPANISH = {
    "rate: slope of log error over log width": "orden: pendiente de log error en log ancho",
    WIDEST: "error máximo con el ancho máximo", "widths": "anchos", "fits": "ajustes",
} | {f"greatest error, width {n}": f"error máximo, ancho {n}" for n in WIDTHS}  # fmt: skip
SIDE = 3.0
KINDS: dict[str, Callable[[Array], Array]] = {
    "ReLU": lambda t: np.maximum(t, 0),
    "tanh": np.tanh,
    "x³": lambda t: t**3,
}
SLOPE = {"ReLU": 0.0, "tanh": 0.5, "x³": 0.0}  # of tanh, in bends of the interval
NOTES = (
    ("Columns ReLU, tanh and x³: hidden units whose bends lie evenly over the interval, output "
     "weights by least squares, the best that these units can do. Column model: tanh, all "
     "weights by LBFGS from a random start. The error is the greatest over 4,001 points, half of "
     "them between the points that were fitted.",
     "Columnas ReLU, tanh y x³: neuronas ocultas con quiebres repartidos en el intervalo y pesos "
     "de salida por mínimos cuadrados, lo mejor que pueden esas neuronas. Columna modelo: tanh, "
     "todos los pesos con LBFGS desde un inicio al azar. El error es el máximo en 4001 puntos, la "
     "mitad entre los puntos ajustados."),
    ("Sums of cubes are polynomials of degree 3, however many: only with an activation that is no "
     "polynomial does width help (Leshno, Lin, Pinkus & Schocken 1993).",
     "Las sumas de cubos son polinomios de grado 3, por muchas que sean: el ancho solo ayuda con "
     "una activación que no sea polinomio (Leshno, Lin, Pinkus y Schocken 1993)."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    most: int = setting(1000, ("the greatest width", "el ancho máximo"), quick=10, low=2, high=1000)
    steps: int = setting(800, ("iterations of each training", "iteraciones de cada entrenamiento"),
                         quick=5, low=1)  # fmt: skip


def target(x: Array) -> Array:
    """sin 3x + |x|/2: continuous, with one kink, so that no network is exact by luck."""
    made: Array = np.sin(3 * x) + np.abs(x) / 2
    return made


def study(settings: Chosen) -> Outcome:
    """For each width three least-squares fits and one training; then the slopes of the errors.

    Source: Cybenko 1989, Math. Control Signals Systems 2; Leshno et al. 1993, Neural Networks 6.
    """
    fine = np.linspace(-SIDE, SIDE, 4001)
    widths = [n for n in WIDTHS if n <= settings.most]
    figures: dict[str, dict[str, float]] = {}
    fits: dict[tuple[str, int], Array] = {}
    rows = []
    for n in widths:
        model = _trained(n, settings)
        fits["model", n] = _value(model, fine)
        for kind in KINDS:
            fits[kind, n] = fitted(kind, n, fine)
        errors = {kind: float(np.abs(fits[kind, n] - target(fine)).max())
                  for kind in ("model", *KINDS)}  # fmt: skip
        figures[f"greatest error, width {n}"] = errors
        rows.append(settings.epoch({"width": float(n), **errors}))
    rates = {kind: _slope(widths, [row[kind] for row in rows]) for kind in ("model", *KINDS)}
    figures["rate: slope of log error over log width"] = rates
    last = figures[WIDEST] = errors
    return Outcome(
        spanish=SPANISH,
        figures=figures,
        sentence=(
            f"At width {widths[-1]} the greatest error is {last['ReLU']:.2g} with ReLU, "
            f"{last['tanh']:.2g} with tanh, {last['x³']:.2g} with x³.",
            f"Con ancho {widths[-1]} el error máximo es {last['ReLU']:.2g} con ReLU, "
            f"{last['tanh']:.2g} con tanh, {last['x³']:.2g} con x³.",
        ),
        model=model,
        rows=rows,
        data={"function": "sin 3x + |x|/2", "interval": [-SIDE, SIDE]},
        notes=NOTES,
        pictures=drawn(
            widths=lambda: _errors(widths, rows, rates), fits=lambda: _fits(fine, fits, widths)
        ),
    )


def fitted(kind: str, width: int, x: Array) -> Array:
    """h(x) = Σⱼ cⱼ φ(aⱼ (x − bⱼ)) + c₀: the bends bⱼ spread evenly, c by least squares.

    Shapes: x (n) → (n).

    >>> x = np.linspace(-3, 3, 101)
    >>> error = [abs(fitted("ReLU", n, x) - target(x)).max() for n in (5, 50)]
    >>> bool(error[1] < 0.1 * error[0])
    True
    """
    known = np.linspace(-SIDE, SIDE, 2001)
    bends = -SIDE + 2 * SIDE * np.arange(width) / width
    slope = max(1.0, SLOPE[kind] * width / SIDE)

    def hidden(at: Array) -> Array:
        units = KINDS[kind](slope * (at[:, None] - bends))
        return np.concatenate([np.ones((len(at), 1)), units], axis=1)

    c = np.linalg.lstsq(hidden(known), target(known), rcond=1e-12)[0]
    made: Array = hidden(x) @ c
    return made


def _trained(width: int, settings: Chosen) -> Any:
    """A network whose weights all learn: LBFGS on the mean squared error at 401 points."""
    tz.manual_seed(settings.seed)
    model = models.MLP((1, width, 1), "tanh").double()
    optimizer = optim.LBFGS(model.parameters(), max_iter=settings.steps, history_size=20,
                            tolerance_grad=1e-9, tolerance_change=1e-14,
                            line_search_fn="strong_wolfe")  # fmt: skip
    x = np.linspace(-SIDE, SIDE, 401)[:, None]
    points, wanted = tz.asarray(x), tz.asarray(target(x))

    def closure() -> tz.Tensor:
        optimizer.zero_grad()
        loss: tz.Tensor = tz.mean((model(points) - wanted) ** 2)
        loss.backward()
        return loss

    optimizer.step(closure)
    return model


def _value(model: Any, x: Array) -> Array:
    with tz.no_grad():
        made: Array = model(x[:, None]).numpy()[:, 0]
    return made


def _slope(widths: list[int], errors: list[float]) -> float:
    """The slope of the line through the logarithms."""
    return float(np.polyfit(np.log(widths), np.log(errors), 1)[0])


def _named(kind: str) -> str:
    return pick(("tanh, trained", "tanh, entrenada")) if kind == "model" else kind


def _errors(widths: list[int], rows: list[dict[str, float]], rates: dict[str, float]) -> Any:
    """The greatest error against the width, both on logarithmic axes."""
    from tiza.plot.style import figure, legend, line, marker, titled

    fig, axes = figure(size=(6.8, 4.4))
    ax = axes[0, 0]
    for k, (kind, rate) in enumerate(rates.items()):
        label = f"{_named(kind)}: n^{rate:.2f}"
        ax.plot(widths, [row[kind] for row in rows], marker=marker(k), label=label,
                **line(k))  # fmt: skip
    ax.set_xscale("log")
    ax.set_yscale("log")
    titled(ax, "", pick(("width n", "ancho n")), pick(("greatest error", "error máximo")))
    legend(ax)
    return fig


def _fits(x: Array, fits: dict[tuple[str, int], Array], widths: list[int]) -> Any:
    """The function and its fits of three widths, one panel for each activation."""
    from tiza.plot.style import figure, legend, line, theme_now, titled

    fig, axes = figure(2, 2, size=(10.0, 6.4), share=True)
    shown = [n for n in (5, 10, 20) if n <= widths[-1]]
    for ax, kind in zip(axes.ravel(), ("model", *KINDS), strict=True):
        ax.plot(x, target(x), color=theme_now().ink, linewidth=4.5, alpha=0.3)
        for k, n in enumerate(shown):
            ax.plot(x, fits[kind, n], linewidth=1.4, label=f"n = {n}", **line(k))
        ax.set_ylim(-1.8, 3.2)
        titled(ax, _named(kind), "x")
    legend(axes[0, 0], ncols=3, fontsize=8)
    return fig


def predict(asked: Asked) -> list[Reply]:
    """The widest trained network at the points that are given, beside the function itself."""
    x = np.array(asked.numbers())
    said = pick(("x = {x:g}: the network {y:.4f}, the function {f:.4f}",
                 "x = {x:g}: la red {y:.4f}, la función {f:.4f}"))  # fmt: skip
    return [Reply(said.format(x=a, y=y, f=f), float(y))
            for a, y, f in zip(x, _value(asked.model, x), target(x), strict=True)]  # fmt: skip


def board(model: Any, kept: Mapping[str, Any]) -> tuple[tz.Tensor, dict[str, tz.Tensor]]:
    """The squared error at one point."""
    del kept
    x = np.array([[1.0]])
    point, wanted = tz.tensor(x, dtype=tz.float64), tz.tensor(target(x), dtype=tz.float64)
    return tz.mean((model(point) - wanted) ** 2), {"x": point, "y": wanted}
