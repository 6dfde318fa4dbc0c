"""linear-regression: how far a car goes, by descent and by the closed form, which must agree."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import metrics, models, nn, optim
from tiza.data import load, split_rows
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.study import Array, Outcome, Settings

ABOUT = About(
    title=("Miles per gallon by a linear map", "Millas por galón con una función lineal"),
    data=("auto-mpg: 392 cars, 6 numbers", "auto-mpg: 392 autos, 6 números"),
    model="LinearRegression",
    expects=("descent = closed form to 1e-4; R² about 0.8",
             "descenso = forma cerrada a 1e-4; R² ≈ 0.8"),
    minutes=0.1,
    goals=(Goal("largest difference from the closed form", "<=", 1e-4), Goal("r2", ">=", 0.75)),
    ask="cylinders=4 displacement=140 horsepower=90 weight=2264 acceleration=15.5 model_year=71",
)  # fmt: skip


def study(settings: Settings) -> Outcome:
    """A fifth of the cars is kept for the test; standardised by the training rows alone."""
    cars = load("auto_mpg")
    whole = ~np.isnan(cars.x).any(1)
    x, y, names = cars.x[whole], cars.y[whole][:, None], cars.features
    train, test = split_rows(len(x), test_size=0.2, seed=settings.seed)
    mean, std = x[train].mean(0), x[train].std(0)
    x = (x - mean) / std
    closed = models.LinearRegression(len(names))
    closed.solve(x[train], y[train])
    model = models.LinearRegression(len(names)).double()
    rows = _descend(model, x[train], y[train])
    apart = max(
        float(np.abs(a.numpy() - b.numpy()).max())
        for a, b in zip(model.parameters(), closed.parameters(), strict=True)
    )
    guess = np.asarray(model(x[test]))
    found = {
        "model": _scores(guess, y[test]),
        "mean": _scores(np.full_like(guess, y[train].mean()), y[test]),
    }
    weights = model.linear.weight.numpy()[0]
    order = np.argsort(-np.abs(weights))
    strongest = names[int(order[0])]
    effects = {
        f"mpg for one deviation more of {names[k]}": {"model": float(weights[k])} for k in order
    }
    return Outcome(
        spanish={
            "largest difference from the closed form": "mayor diferencia con la forma cerrada",
            **{
                f"mpg for one deviation more of {n}": f"mpg por una desviación más de {n}"
                for n in names
            },
        },
        figures={
            **{m: {who: found[who][m] for who in found} for m in found["model"]},
            "largest difference from the closed form": {"model": apart},
            **effects,
        },
        sentence=(
            f"On cars it never saw it is off by {found['model']['rmse']:.2f} mpg (R² "
            f"{found['model']['r2']:.3f}); what matters most is {strongest}.",
            f"En autos que nunca vio se equivoca en {found['model']['rmse']:.2f} mpg (R² "
            f"{found['model']['r2']:.3f}); lo que más pesa es {strongest}.",
        ),
        model=model,
        rows=rows,
        data={"data": "auto_mpg", "rows": len(x)},
        kept={"names": list(names), "mean": mean.tolist(), "std": std.tolist()},
    )


def _descend(model: nn.Module, x: Array, y: Array) -> list[dict[str, float]]:
    """Down the sum of squares, without its closed form."""
    optimizer = optim.LBFGS(model.parameters(), max_iter=20, line_search_fn="strong_wolfe")
    rows = []

    def closure() -> object:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        return loss

    for _ in range(10):
        loss = optimizer.step(closure)
        rows.append({"loss": float(loss)})
    return rows


def _scores(guess: Array, truth: Array) -> dict[str, float]:
    return {name: float(metrics.metric(name)(guess, truth)) for name in ("rmse", "mae", "r2")}


def predict(asked: Asked) -> list[Reply]:
    """Miles per gallon of cars that are given by the names of their columns."""
    guess = np.asarray(asked.model(standardised(asked)))[:, 0]
    unit = pick(("miles per gallon", "millas por galón"))
    return [Reply(f"{value:.2f} {unit}", float(value)) for value in guess]


def standardised(asked: Asked) -> Array:
    """Rows by the names of their columns, as the training rows were prepared.

    Errors: UsageError where a column is missing or no number.
    """
    names, mean, std = (asked.kept[key] for key in ("names", "mean", "std"))
    rows = asked.rows()
    try:
        x = np.array([[float(row[name]) for name in names] for row in rows])
    except (KeyError, ValueError) as error:
        wanted = ", ".join(names)
        raise asked.unread((f"numbers for {wanted}", f"números para {wanted}")) from error
    found: Array = (x - np.array(mean)) / np.array(std)
    return found


def board(model: Any, kept: Mapping[str, Any]) -> tuple[tz.Tensor, dict[str, tz.Tensor]]:
    """The squared error of one car, one deviation above the mean in everything."""
    x = tz.tensor(np.ones((1, len(kept["names"]))), dtype=tz.float64)
    y = tz.tensor([[20.0]], dtype=tz.float64)
    return F.mse_loss(model(x), y), {"X": x, "Y": y}
