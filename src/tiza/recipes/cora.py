"""What the three recipes on Cora share: the public split, training, the mean of several seeds."""

from collections.abc import Callable
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import nn, optim
from tiza.data import load
from tiza.recipes.study import Outcome, Settings, descent

Make = Callable[[int, int], Any]
SPANISH = {
    "accuracy": "exactitud",
    "deviation over seeds": "desviación entre semillas",
}


def mean_of_seeds(make: Make, settings: Settings, *, lr: float, weight_decay: float, epochs: int,
                  decayed: str = "") -> Outcome:  # fmt: skip
    """Train `make(features, classes)` for several seeds on the 140 labelled papers.

    The weights of the best validation epoch are judged on the 1,000 test papers. `decayed`: only
    parameters whose names begin so decay (Kipf & Welling's first layer).
    """
    cora = load("cora")
    x = cora.x / np.maximum(cora.x.sum(1, keepdims=True), 1)
    edges, scores, rows = cora.both_ways(), [], []
    model: Any = None
    for seed in range(settings.seed, settings.seed + settings.few(10, 1)):
        tz.manual_seed(seed)
        model = make(x.shape[1], len(cora.classes))
        optimizer = optim.Adam(_groups(model, decayed, weight_decay), lr=lr)
        found = _train(model, optimizer, x, edges, cora, settings.few(epochs, 5))
        scores.append(found[0])
        rows = found[1]
        settings.say(f"seed {seed}: {found[0]:.1%}")
    mean, deviation = float(np.mean(scores)), float(np.std(scores))
    most = np.bincount(cora.y[cora.train]).argmax()
    return Outcome(
        spanish=SPANISH,
        figures={
            "accuracy": {"model": mean, "majority": float((cora.y[cora.test] == most).mean())},
            "deviation over seeds": {"model": deviation},
        },
        sentence=(
            f"{mean:.1%} ± {deviation:.1%} of the test papers, over {len(scores)} seeds.",
            f"{mean:.1%} ± {deviation:.1%} de los artículos de prueba, con {len(scores)} semillas.",
        ),
        model=model,
        rows=rows,
        data={"data": "cora", "split": "140/500/1000 (Yang et al. 2016)"},
    )


def _groups(model: nn.Module, decayed: str, weight_decay: float) -> list[dict[str, Any]]:
    named = list(model.named_parameters())
    first = [p for name, p in named if name.startswith(decayed)]
    rest = [p for name, p in named if not name.startswith(decayed)]
    groups: list[dict[str, Any]] = [{"params": first, "weight_decay": weight_decay}]
    return [*groups, {"params": rest}] if rest else groups


def _train(model: Any, optimizer: optim.Optimizer, x: Any, edges: Any, cora: Any, epochs: int
           ) -> tuple[float, list[dict[str, float]]]:  # fmt: skip
    labelled, wanted = tz.asarray(cora.train), tz.asarray(cora.y[cora.train])
    features, links = tz.asarray(x), tz.asarray(edges)

    def loss() -> Any:
        return F.cross_entropy(tz.take(model(features, links), labelled, axis=0), wanted)

    step = descent(loss, optimizer)
    guess = tz.compile(lambda: tz.argmax(model(features, links), axis=1))

    best, test, rows = -1.0, 0.0, []
    for _ in range(epochs):
        model.train()
        figure = step()
        model.eval()
        right = guess().numpy() == cora.y
        watched = float(right[cora.val].mean())
        if watched > best:
            best, test = watched, float(right[cora.test].mean())
        rows.append({"loss": figure, "val_accuracy": watched})
    return test, rows
