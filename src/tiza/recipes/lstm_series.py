"""lstm-series: an LSTM foretells sunspots a year ahead, or the coldest hour of the next week."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import models, optim
from tiza.data import load
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.passes import Best
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, batches, descent
from tiza.recipes.writing import Pairs, judge, judging, rate

ABOUT = About(
    title=("Sunspots foretold by an LSTM", "Manchas solares previstas con una LSTM"),
    data=("2,820 months of sunspots; or 3,650 days of Melbourne's lowest temperature",
          "2820 meses de manchas solares; o 3650 días de temperatura mínima en Melbourne"),
    model="LSTMForecaster 32",
    expects=("smaller error than the seasonal naive forecast",
             "un error menor que el pronóstico estacional ingenuo"),
    minutes=0.7,
    goals=(Goal("error beside the seasonal one", "<=", 0.9),),
    ask="58 62.6 70 55.7 85 83.5 94.8 66.3 75.9 75.5 158.6 85.2 73.3 75.9 89.2 88.3 90 100 85.4 "
        "103 91.2 65.7 63.3 75.4",
)  # fmt: skip
SPANISH = {
    "rmse": "raíz del error cuadrático medio",
    "error beside the seasonal one": "error junto al estacional",
    "seasonal": "estacional",
    "last value": "último valor",
    "forecasts": "pronósticos",
}
# set → steps ahead, steps of a season, steps that are read
KINDS = {"sunspots": (12, 132, 132), "melbourne_daily_min_temp": (7, 365, 60)}
NOTES = ((
    "Divided by time: the first 70 % to learn from, the next 10 % to choose the epoch, the last "
    "20 % to judge once. Mean and deviation are those of the first part.",
    "Dividido por tiempo: el primer 70 % para aprender, el 10 % siguiente para elegir la época, el "
    "último 20 % para juzgar una sola vez. Media y desviación son las de la primera parte.",
),)  # fmt: skip


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    series: str = setting("sunspots", ("series", "serie"), among=tuple(KINDS))
    epochs: int = setting(20, ("passes", "pasadas"), quick=1, low=1)
    batch: int = setting(32, ("windows of a batch", "ventanas de un lote"), low=1)
    hidden: int = setting(32, ("width of the memory", "ancho de la memoria"), quick=4, low=1)
    lr: float = setting(3e-3, ("learning rate", "tasa de aprendizaje"), low=0)


def study(settings: Chosen) -> Outcome:
    """Every window of the series and what came after it; the best epoch by validation is kept."""
    series = load(settings.series)
    ahead, season, reads = KINDS[settings.series]
    reads = settings.few(reads, 12)
    values = series.y
    ends = [int(share * len(values)) for share in (0.7, 0.8, 1.0)]
    mean, spread = float(values[: ends[0]].mean()), float(values[: ends[0]].std())
    z = ((values - mean) / spread).astype("float32")
    train = windows(z, 0, ends[0], reads, ahead)
    valid = windows(z, ends[0], ends[1], reads, ahead)
    x, y = windows(z, ends[1], ends[2], reads, ahead)
    model = models.LSTMForecaster(1, settings.hidden, ahead)
    rows = fit(settings, model, train, valid)
    guess = mean + spread * answers(model, x)
    truth = mean + spread * y
    starts = ends[1] + np.arange(len(y))  # where each forecast begins
    steps = starts[:, None] + np.arange(ahead)
    error = {
        "model": rmse(guess, truth),
        "seasonal": rmse(values[steps - season], truth),
        "last value": rmse(np.repeat(values[starts - 1][:, None], ahead, 1), truth),
    }
    ratio = error["model"] / error["seasonal"]
    return Outcome(
        spanish=SPANISH,
        figures={"rmse": error, "error beside the seasonal one": {"model": ratio}},
        sentence=(
            f"It errs by {error['model']:.2f}, the same season before by {error['seasonal']:.2f}.",
            f"Se equivoca en {error['model']:.2f}; repetir la temporada anterior, en "
            f"{error['seasonal']:.2f}.",
        ),
        model=model,
        rows=rows,
        pictures={"forecasts": drawn(values, ends[1], guess, ahead)},
        data={"data": settings.series, "train": ends[0], "validation": ends[1] - ends[0],
              "test": ends[2] - ends[1]},
        notes=NOTES,
        kept={"mean": mean, "spread": spread},
    )  # fmt: skip


def windows(z: Array, start: int, end: int, reads: int, ahead: int) -> Pairs:
    """What comes within [start, end), `ahead` steps at a time, and the `reads` steps before each.

    Shapes: z (steps) → (windows, reads, 1), (windows, ahead).

    >>> x, y = windows(np.arange(8.0), 4, 8, 2, 3)
    >>> x[:, :, 0].tolist(), y.tolist()
    ([[2.0, 3.0], [3.0, 4.0]], [[4.0, 5.0, 6.0], [5.0, 6.0, 7.0]])
    """
    at = np.arange(max(start, reads), end - ahead + 1)[:, None]
    return z[at - reads + np.arange(reads)][..., None], z[at + np.arange(ahead)]


def fit(settings: Chosen, model: Any, train: Pairs, valid: Pairs) -> list[dict[str, float]]:
    """Adam down the squared error; the weights of the best epoch are put back."""

    def loss(a: Any, b: Any) -> Any:
        return F.mse_loss(model(a), b)

    optimizer = optim.Adam(model.parameters(), lr=settings.lr)
    step, measure = descent(loss, optimizer), judging(loss)
    rng, best = np.random.default_rng(settings.seed), Best(model)
    rows: list[dict[str, float]] = []
    for epoch in settings.loop(settings.epochs, model, optimizer, best, rng, rows):
        optimizer.param_groups[0]["lr"] = settings.lr * rate(epoch, settings.epochs, 1)
        found = [step(train[0][at], train[1][at])
                 for at in batches(len(train[0]), settings.batch, rng)]  # fmt: skip
        held = judge(model, measure, valid, 256)
        rows.append(settings.epoch({"loss": float(np.mean(found)), "val_loss": held}))
        best.see(-held)
    best.settle()
    return rows


def answers(model: Any, x: Array) -> Array:
    """The model's forecasts.

    Shapes: x (n, reads, 1) → (n, ahead).
    """
    model.eval()
    with tz.no_grad():
        return np.asarray(model(x).numpy(), float)


def rmse(guess: Array, truth: Array) -> float:
    """√ mean (guess − truth)²."""
    return float(np.sqrt(((guess - truth) ** 2).mean()))


def drawn(values: Array, start: int, guess: Array, ahead: int) -> str:
    """The test part as an SVG: truth in grey, in blue forecasts that follow one another."""
    wide, high = 900, 260
    low, top = float(values[start:].min()), float(values[start:].max())

    def line(at: Array, heights: Array, colour: str) -> str:
        x = (at - start) / (len(values) - start) * wide
        y = high - (heights - low) / (top - low) * (high - 10) - 5
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.3"/>'

    parts = [line(np.arange(start, len(values)), values[start:], "#b5b5b5")]
    parts += [line(start + k + np.arange(ahead), guess[k], "#1f4e8c")
              for k in range(0, len(guess), ahead)]  # fmt: skip
    parts += [f'<text x="2" y="{y}">{value:g}</text>' for y, value in ((12, top), (high - 2, low))]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
            f'font-family="sans-serif" font-size="11">{"".join(parts)}</svg>')  # fmt: skip


def predict(asked: Asked) -> list[Reply]:
    """The values that follow those given, which are in the series' own unit."""
    mean, spread = float(asked.kept["mean"]), float(asked.kept["spread"])
    z = (np.array(asked.numbers(), "float32")[None, :, None] - mean) / spread
    values = [
        round(float(v), 2) for v in mean + spread * answers(asked.model, z.astype("float32"))[0]
    ]
    return [Reply(" ".join(map(str, values)), value=values)]
