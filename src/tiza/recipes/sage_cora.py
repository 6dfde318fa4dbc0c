"""sage-cora: topics of papers by the mean of their neighbours."""

from tiza import models
from tiza.recipes import cora
from tiza.recipes.about import About
from tiza.recipes.study import Outcome, Settings

ABOUT = About(
    title=("Topics of papers by GraphSAGE", "Temas de artículos con GraphSAGE"),
    data=(
        "Cora, public split: 140 labelled papers",
        "Cora, división pública: 140 artículos con tema",
    ),
    model="GraphSAGE 1433-64-7",
    expects=("about 80 % over 10 seeds", "≈ 80 % con 10 semillas"),
    minutes=4.0,
)


def study(settings: Settings) -> Outcome:
    """Adam 0.01, weight decay 5e-4, 64 units."""

    def make(features: int, classes: int) -> models.GraphSAGE:
        return models.GraphSAGE(features, classes, hidden=64)

    return cora.mean_of_seeds(make, settings, lr=0.01, weight_decay=5e-4, epochs=200)
