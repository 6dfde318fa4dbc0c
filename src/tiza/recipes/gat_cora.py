"""gat-cora: topics of papers by attention over the papers that they cite."""

from tiza import models
from tiza.recipes import cora
from tiza.recipes.about import About
from tiza.recipes.study import Outcome, Settings

ABOUT = About(
    title=("Topics of papers by attention", "Temas de artículos con atención"),
    data=(
        "Cora, public split: 140 labelled papers",
        "Cora, división pública: 140 artículos con tema",
    ),
    model="GAT 8 × 8",
    expects=("82.5 % ± 0.7 over 10 seeds", "82.5 % ± 0.7 con 10 semillas"),
    minutes=8.0,
)


def study(settings: Settings) -> Outcome:
    """Veličković's settings: Adam 0.005, weight decay 5e-4, dropout 0.6."""
    return cora.mean_of_seeds(models.GAT, settings, lr=0.005, weight_decay=5e-4, epochs=300)
