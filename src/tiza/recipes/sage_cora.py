"""sage-cora: topics of papers by the mean of their neighbours."""

from dataclasses import dataclass

from tiza import models
from tiza.recipes import cora
from tiza.recipes.about import About, Goal
from tiza.recipes.cora import predict as predict
from tiza.recipes.setting import setting
from tiza.recipes.study import Outcome

ABOUT = About(
    title=("Topics of papers by GraphSAGE", "Temas de artículos con GraphSAGE"),
    data=("Cora, public split: 140 labelled papers",
          "Cora, división pública: 140 artículos con tema"),
    model="GraphSAGE 1433-64-7",
    expects=("about 80 % over 10 seeds", "≈ 80 % con 10 semillas"),
    minutes=4.0,
    goals=(Goal("accuracy", ">=", 0.79),),
    ask=cora.ASK,
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(cora.Chosen):
    """What may be set."""

    hidden: int = setting(64, ("hidden units", "neuronas ocultas"), low=1)
    dropout: float = setting(0.5, ("dropout", "dropout"), low=0, high=0.95)


def study(settings: Chosen) -> Outcome:
    """Adam 0.01, weight decay 5e-4, 64 units."""

    def make(features: int, classes: int) -> models.GraphSAGE:
        return models.GraphSAGE(features, classes, settings.hidden, settings.dropout)

    return cora.mean_of_seeds(make, settings)
