"""cocktail-factory: find out how a factory mixes, from what is poured and what is bottled."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Outcome, descent

ABOUT = About(
    title=("A factory of cocktails", "Una fábrica de cócteles"),
    data=("500 days of a simulated factory, 4 liquids, 2 bottles",
          "500 días de una fábrica simulada, 4 líquidos, 2 botellas"),
    model="CocktailFactory 4-3-3-2",
    expects=("bottles to 2 % of their spread; shares of the whole to 0.02",
             "botellas al 2 % de su dispersión; partes del total a 0.02"),
    minutes=0.1,
    goals=(Goal("error as a share of the spread", "<=", 0.02),
           Goal("largest difference of the shares of the whole", "<=", 0.02)),
    ask="1 2 3 1",
)  # fmt: skip
SPANISH = {
    "error as a share of the spread": "error como parte de la dispersión",
    "largest difference of the shares of the whole": "mayor diferencia de las partes del total",
}
SIZES, CAPACITY = (4, 3, 3, 2), 8.0


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    steps: int = setting(1500, ("steps of the descent", "pasos del descenso"), quick=300, low=1)
    lr: float = setting(0.03, ("learning rate", "tasa de aprendizaje"), low=0)


def study(settings: Chosen) -> Outcome:
    """Wide pipes: without a limit only the product of the stages could be found at all."""
    hidden = models.CocktailFactory(SIZES, CAPACITY)
    rng = np.random.default_rng(settings.seed)
    poured = rng.uniform(0, 4, (600, 4)).astype("float32")
    bottles = np.asarray(hidden(poured))
    x, y, x_test, y_test = poured[:500], bottles[:500], poured[500:], bottles[500:]
    model = models.CocktailFactory(SIZES, CAPACITY)
    optimizer = optim.Adam(model.parameters(), lr=settings.lr)

    step = descent(model.loss, optimizer)

    rows = [settings.epoch({"loss": step(x, y)}) for _ in range(settings.steps)]
    error = float(np.sqrt(((np.asarray(model(x_test)) - y_test) ** 2).mean()))
    apart = float(np.abs(model.whole().numpy() - hidden.whole().numpy()).max())
    spread = float(y_test.std(0).mean())
    return Outcome(
        spanish=SPANISH,
        figures={
            "rmse": {"model": error, "mean": float(np.sqrt(((y.mean(0) - y_test) ** 2).mean()))},
            "error as a share of the spread": {"model": error / spread},
            "largest difference of the shares of the whole": {"model": apart},
        },
        sentence=(
            f"The bottles of days that it never saw are right to {error:.3f} litres.",
            f"Las botellas de días que nunca vio aciertan a {error:.3f} litros.",
        ),
        model=model,
        rows=rows,
    )


def predict(asked: Asked) -> list[Reply]:
    """What is bottled when the four liquids are poured."""
    poured = np.array(asked.numbers(), np.float32)
    if poured.size % SIZES[0]:
        raise asked.unread(("4 numbers, the litres poured", "4 números, los litros vertidos"))
    replies = []
    for row in np.asarray(asked.model(poured.reshape(-1, SIZES[0]))).tolist():
        text = pick(("bottles: ", "botellas: ")) + ", ".join(f"{v:.3f}" for v in row)
        replies.append(Reply(text, row))
    return replies


def board(model: Any, kept: Any) -> tuple[tz.Tensor, dict[str, tz.Tensor]]:
    """The loss on one day."""
    del kept
    x, y = tz.tensor([[1.0, 2.0, 3.0, 1.0]]), tz.tensor([[3.0, 4.0]])
    return model.loss(x, y), {"X": x, "Y": y}
