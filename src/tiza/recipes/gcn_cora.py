"""gcn-cora: topics of papers from their words and from who cites whom."""

from tiza import models
from tiza.recipes import cora
from tiza.recipes.about import About
from tiza.recipes.study import Outcome, Settings

ABOUT = About(
    title=("Topics of papers by a graph network", "Temas de artículos con una red de grafos"),
    data=(
        "Cora, public split: 140 labelled papers",
        "Cora, división pública: 140 artículos con tema",
    ),
    model="GCN 1433-16-7",
    expects=("81.5 % ± 0.5 over 10 seeds", "81.5 % ± 0.5 con 10 semillas"),
    minutes=5.0,
)


def study(settings: Settings) -> Outcome:
    """Kipf & Welling's settings: Adam 0.01, weight decay 5e-4 on the first layer, 200 epochs."""
    return cora.mean_of_seeds(models.GCN, settings, lr=0.01, weight_decay=5e-4, epochs=200,
                              decayed="conv1")  # fmt: skip
