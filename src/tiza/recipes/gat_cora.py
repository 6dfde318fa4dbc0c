"""gat-cora: topics of papers by attention over the papers that they cite."""

from dataclasses import dataclass

from tiza import models
from tiza.recipes import cora
from tiza.recipes.about import About, Goal
from tiza.recipes.cora import predict as predict
from tiza.recipes.setting import setting
from tiza.recipes.study import Outcome

ABOUT = About(
    title=("Topics of papers by attention", "Temas de artículos con atención"),
    data=("Cora, public split: 140 labelled papers",
          "Cora, división pública: 140 artículos con tema"),
    model="GAT 8 × 8",
    expects=("82.5 % ± 0.7 over 10 seeds", "82.5 % ± 0.7 con 10 semillas"),
    minutes=5.0,
    goals=(Goal("accuracy", ">=", 0.818),),
    ask=cora.ASK,
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(cora.Chosen):
    """What may be set."""

    epochs: int = setting(
        200, ("steps over the whole graph", "pasos con todo el grafo"), quick=2, low=1
    )
    lr: float = setting(0.005, ("learning rate", "tasa de aprendizaje"))
    hidden: int = setting(8, ("units of each head", "neuronas de cada cabeza"), low=1)
    heads: int = setting(8, ("heads of attention", "cabezas de atención"), low=1)
    dropout: float = setting(0.6, ("dropout", "dropout"), low=0, high=0.95)


def study(settings: Chosen) -> Outcome:
    """Veličković's settings: Adam 0.005, weight decay 5e-4, dropout 0.6."""

    def make(features: int, classes: int) -> models.GAT:
        return models.GAT(features, classes, settings.hidden, settings.heads, settings.dropout)

    return cora.mean_of_seeds(make, settings)
