"""logistic-regression: tumours by logarithms of odds, as scikit-learn finds them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import tiza as tz
from tiza import models, nn, optim
from tiza.data import load, split_rows
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.linear_regression import standardised
from tiza.recipes.study import Array, Outcome, Settings

ABOUT = About(
    title=("Malignant or benign, by logistic regression",
           "Maligno o benigno, por regresión logística"),
    data=("breast cancer: 569 tumours, 30 numbers", "cáncer de mama: 569 tumores, 30 números"),
    model="LogisticRegression",
    expects=("accuracy of 94 to 98 %; coefficients those of scikit-learn to 1e-4",
             "exactitud del 94 al 98 %; coeficientes de scikit-learn a 1e-4"),
    minutes=0.1,
    goals=(Goal("accuracy", ">=", 0.94), Goal("largest difference from scikit-learn", "<=", 1e-4)),
    ask="{run}/tumours.csv",
)  # fmt: skip


def study(settings: Settings) -> Outcome:
    """A stratified fifth for the test; standardised by the training rows; λ as in scikit-learn."""
    cancer = load("breast_cancer")
    names, x, y = cancer.features, cancer.x, cancer.y
    train, test = split_rows(len(x), test_size=0.2, stratify=y, seed=settings.seed)
    mean, std = x[train].mean(0), x[train].std(0)
    x = (x - mean) / std
    model = models.LogisticRegression(len(names)).double()
    rows = _descend(model, x[train], y[train].astype(float), ridge=1 / len(train))
    right = float(((np.asarray(model(x[test]))[:, 0] > 0) == (y[test] == 1)).mean())
    major = float(max(y[test].mean(), 1 - y[test].mean()))
    ratios = model.odds_ratios().numpy()[0]
    order = np.argsort(-np.abs(np.log(ratios)))[:5]
    figures = {"accuracy": {"model": right, "majority": major}}
    figures |= {
        f"odds ratio of {names[k]} (one deviation)": {"model": float(ratios[k])} for k in order
    }
    peer = _peer(x[train], y[train])
    if peer is not None:
        apart = float(np.abs(model.linear.weight.numpy()[0] - peer).max())
        figures["largest difference from scikit-learn"] = {"model": apart}
    first = names[int(order[0])]
    return Outcome(
        spanish={
            "accuracy": "exactitud",
            "largest difference from scikit-learn": "mayor diferencia con scikit-learn",
            **{
                f"odds ratio of {n} (one deviation)": f"razón de momios de {n} (una desviación)"
                for n in names
            },
        },
        figures=figures,
        sentence=(
            f"It tells {right:.1%} of tumours that it never saw; {first} weighs most: one "
            f"deviation more multiplies the odds of a benign one by {ratios[order[0]]:.2f}.",
            f"Acierta el {right:.1%} de tumores que nunca vio; lo que más pesa es {first}: una "
            f"desviación más multiplica por {ratios[order[0]]:.2f} la razón a favor de benigno.",
        ),
        model=model,
        rows=rows,
        data={"data": "breast_cancer", "rows": len(x)},
        files={"tumours.csv": [dict(zip(names, row, strict=True)) for row in cancer.x[test[:5]]]},
        kept={"names": list(names), "mean": mean.tolist(), "std": std.tolist()},
    )


def _descend(model: nn.Module, x: Array, y: Array, ridge: float) -> list[dict[str, float]]:
    optimizer = optim.LBFGS(model.parameters(), max_iter=50, line_search_fn="strong_wolfe",
                            tolerance_grad=1e-9, tolerance_change=1e-14)  # fmt: skip
    rows = []

    def closure() -> tz.Tensor:
        optimizer.zero_grad()
        loss: tz.Tensor = model.loss(x, y, ridge)
        loss.backward()
        return loss

    for _ in range(10):
        rows.append({"loss": float(optimizer.step(closure))})
    return rows


def _peer(x: Array, y: Array) -> Array | None:
    """scikit-learn's coefficients for the same loss, where it is installed."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        return None
    found: Array = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(x, y).coef_[0]
    return found


def predict(asked: Asked) -> list[Reply]:
    """The probability that tumours, given by the names of their columns, are benign."""
    logits = np.asarray(asked.model(standardised(asked)))[:, 0]
    said = pick(("benign with probability {p:.1%}", "benigno con probabilidad {p:.1%}"))
    shares = 1 / (1 + np.exp(-logits))
    return [Reply(said.format(p=share), float(share)) for share in shares]


def board(model: Any, kept: Mapping[str, Any]) -> tuple[tz.Tensor, dict[str, tz.Tensor]]:
    """The loss on one tumour that is average in everything."""
    x = tz.tensor(np.zeros((1, len(kept["names"]))), dtype=tz.float64)
    y = tz.tensor([1.0], dtype=tz.float64)
    return model.loss(x, y, 0.0), {"X": x, "y": y}
