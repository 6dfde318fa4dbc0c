"""linear-regression: how far a car goes, by descent and by the closed form, which must agree."""

import numpy as np

import tiza.nn.functional as F
from tiza import metrics, models, nn, optim
from tiza.data import load, split_rows
from tiza.recipes.about import About
from tiza.recipes.study import Array, Outcome, Settings

ABOUT = About(
    title=("Miles per gallon by a linear map", "Millas por galón con una función lineal"),
    data=("auto-mpg: 392 cars, 6 numbers", "auto-mpg: 392 autos, 6 números"),
    model="LinearRegression",
    expects=("descent = closed form to 1e-4; R² about 0.8",
             "descenso = forma cerrada a 1e-4; R² ≈ 0.8"),
    minutes=0.1,
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
