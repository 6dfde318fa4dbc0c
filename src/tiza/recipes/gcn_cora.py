"""gcn-cora: topics of papers from their words and from who cites whom."""

from dataclasses import dataclass

from tiza import models
from tiza.recipes import cora
from tiza.recipes.about import About, Goal
from tiza.recipes.cora import predict as predict
from tiza.recipes.setting import setting
from tiza.recipes.study import Outcome

ABOUT = About(
    title=("Topics of papers by a graph network", "Temas de artículos con una red de grafos"),
    data=("Cora, public split: 140 labelled papers",
          "Cora, división pública: 140 artículos con tema"),
    model="GCN 1433-16-7",
    expects=("81.5 % ± 0.5 over 10 seeds", "81.5 % ± 0.5 con 10 semillas"),
    minutes=2.0,
    goals=(Goal("accuracy", ">=", 0.81),),
    ask=cora.ASK,
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(cora.Chosen):
    """What may be set."""

    hidden: int = setting(16, ("hidden units", "neuronas ocultas"), low=1)
    dropout: float = setting(0.5, ("dropout", "dropout"), low=0, high=0.95)


def study(settings: Chosen) -> Outcome:
    """Kipf & Welling's settings: Adam 0.01, weight decay 5e-4 on the first layer, 200 epochs."""

    def make(features: int, classes: int) -> models.GCN:
        return models.GCN(features, classes, settings.hidden, settings.dropout)

    return cora.mean_of_seeds(make, settings, decayed="conv1")
