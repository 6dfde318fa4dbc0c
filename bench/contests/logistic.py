"""Logistic regression on breast cancer, to the end, beside scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import tiza as tz
from bench.contest import Contest, here
from bench.rung import Array
from bench.sources import load, synthetic


def rows() -> tuple[Array, Array, str]:
    """569 tumours by 30 standardised measures, and whether they are malignant."""
    found = load("breast_cancer")
    if found is None:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(569, 30))
        return (
            x,
            (x @ rng.normal(size=30) + rng.normal(size=569) > 0).astype(float),
            synthetic("it"),
        )
    x = np.asarray(found.x, np.float64)
    return (x - x.mean(0)) / x.std(0), np.asarray(found.y, np.float64), "breast cancer (WDBC)"


X, Y, SOURCE = rows()


def newton_or_lbfgs(name: str) -> Callable[[], Array]:
    """tiza's optimizer of this name, on Σ log(1 + e^−…) + ½|w|², from zero."""
    nn, F = tz.nn, tz.nn.functional
    x, y = tz.tensor(X), tz.tensor(Y[:, None])

    def work() -> Array:
        weight, bias = nn.Parameter(np.zeros((1, 30))), nn.Parameter(np.zeros(1))

        def objective() -> Any:
            z = F.linear(x, weight, bias)
            cost = F.binary_cross_entropy_with_logits(z, y, reduction="sum")
            return cost + 0.5 * (weight**2).sum()

        if name == "Newton":
            optimizer = tz.optim.Newton([weight, bias])
            for _ in range(7):  # as many as scikit-learn's stops after
                optimizer.step(objective)
        else:
            optimizer = tz.optim.LBFGS(
                [weight, bias], max_iter=200, line_search_fn="strong_wolfe",
                tolerance_grad=1e-4 * len(X),  # scikit-learn's, whose objective is a mean
            )  # fmt: skip

            def closure() -> Any:
                optimizer.zero_grad()
                loss = objective()
                loss.backward()
                return loss

            optimizer.step(closure)
        return np.append(weight.numpy().ravel(), bias.numpy())

    return work


def scikit(solver: str) -> Callable[[], Array]:
    """scikit-learn's solver of this name on the same objective."""
    from sklearn.linear_model import LogisticRegression

    def work() -> Array:
        model = LogisticRegression(C=1.0, solver=solver, tol=1e-4, max_iter=500)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(X, Y)
        return np.append(model.coef_.ravel(), model.intercept_)

    return work


def ways() -> Mapping[str, Callable[[], Array]]:
    """tiza's Newton and L-BFGS, scikit-learn's newton-cholesky and lbfgs."""
    found = {f"tiza {name}": newton_or_lbfgs(name) for name in ("Newton", "LBFGS")}
    if here("sklearn"):
        found |= {f"scikit-learn {s}": scikit(s) for s in ("lbfgs", "newton-cholesky")}
    return found


def objective(w: Array) -> float:
    """What all minimise."""
    z = X @ w[:-1] + w[-1]
    return float(np.logaddexp(0, z).sum() - z @ Y + 0.5 * w[:-1] @ w[:-1])


def agree(answers: Mapping[str, Array]) -> list[str]:
    """All must come within 1e-4 of the lowest objective."""
    reached = {label: objective(w) for label, w in answers.items()}
    least = min(reached.values())
    offs = {label: value / least - 1 for label, value in reached.items()}
    return [f"{k} ends {off:.1e} above the minimum" for k, off in offs.items() if not off < 1e-4]


CONTEST = Contest(
    name="logistic",
    title="logistic regression, 569 × 30, to the minimum",
    unit="fit",
    ways=ways,
    agree=agree,
    source=SOURCE,
    note=(
        "Both penalise ½|w|², start from zero, and end within 1e-4 of the lowest objective.",
        "Todos penalizan ½|w|², parten de cero y terminan a menos de 1e-4 del objetivo más bajo.",
    ),
)
