"""cocktail-factory: find out how a factory mixes, from what is poured and what is bottled."""

import numpy as np

from tiza import models, optim
from tiza.recipes.about import About
from tiza.recipes.study import Outcome, Settings, descent

ABOUT = About(
    title=("A factory of cocktails", "Una fábrica de cócteles"),
    data=("500 days of a simulated factory, 4 liquids, 2 bottles",
          "500 días de una fábrica simulada, 4 líquidos, 2 botellas"),
    model="CocktailFactory 4-3-3-2",
    expects=("bottles to 2 % of their spread; shares of the whole to 0.02",
             "botellas al 2 % de su dispersión; partes del total a 0.02"),
    minutes=0.1,
)  # fmt: skip
SPANISH = {
    "error as a share of the spread": "error como parte de la dispersión",
    "largest difference of the shares of the whole": "mayor diferencia de las partes del total",
}
SIZES, CAPACITY = (4, 3, 3, 2), 8.0


def study(settings: Settings) -> Outcome:
    """Wide pipes: without a limit only the product of the stages could be found at all."""
    hidden = models.CocktailFactory(SIZES, CAPACITY)
    rng = np.random.default_rng(settings.seed)
    poured = rng.uniform(0, 4, (600, 4)).astype("float32")
    bottles = np.asarray(hidden(poured))
    x, y, x_test, y_test = poured[:500], bottles[:500], poured[500:], bottles[500:]
    model = models.CocktailFactory(SIZES, CAPACITY)
    optimizer = optim.Adam(model.parameters(), lr=0.03)

    step = descent(model.loss, optimizer)

    rows = [{"loss": step(x, y)} for _ in range(settings.few(1500, 300))]
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
