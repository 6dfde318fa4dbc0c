"""water-tank: how must two taps be set for a volume V after t seconds?"""

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
    title=("Two taps fill a tank", "Dos canillas llenan un tanque"),
    data=("pressures 4 and 2, outflow 1", "presiones 4 y 2, salida 1"),
    model="WaterTank",
    expects=("the asked volume, to 0.01", "el volumen pedido, a 0.01"),
    minutes=0.1,
    goals=(Goal("volume off by", "<=", 0.01),),
    ask="10",
)
SPANISH = {
    "volume": "volumen",
    "volume off by": "error del volumen",
    "setting of tap 1": "apertura de la canilla 1",
    "setting of tap 2": "apertura de la canilla 2",
}
PRESSURE, OUTFLOW = (4.0, 2.0), 1.0


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    volume: float = setting(35.0, ("the volume that is asked", "el volumen pedido"), low=0, high=50)
    seconds: float = setting(10.0, ("after so many seconds", "tras tantos segundos"), low=0.1)
    steps: int = setting(300, ("steps of the descent", "pasos del descenso"), quick=200, low=1)
    lr: float = setting(0.1, ("learning rate", "tasa de aprendizaje"), low=0)


def study(settings: Chosen) -> Outcome:
    """Descend (V(K) − 35)² over the settings; any K with 4 K₁ + 2 K₂ = 4.5 answers."""
    seconds, volume = settings.seconds, settings.volume
    tank = models.WaterTank(2, OUTFLOW)
    optimizer = optim.Adam(tank.parameters(), lr=settings.lr)
    x = np.array([PRESSURE], np.float32)
    t, v = np.array([seconds], np.float32), np.array([volume], np.float32)

    step = descent(tank.loss, optimizer)

    path, rows = [tank.settings().numpy()], []
    for _ in range(settings.steps):
        rows.append(settings.epoch({"loss": step(x, t, v)}))
        path.append(tank.settings().numpy())
    first, second = (float(k) for k in path[-1])
    reached = float(np.asarray(tank(x, t))[0])
    return Outcome(
        spanish=SPANISH,
        figures={
            "volume": {"model": reached, "asked": volume, "half open": float(2 * seconds)},
            "volume off by": {"model": abs(reached - volume)},
            "setting of tap 1": {"model": first},
            "setting of tap 2": {"model": second},
        },
        sentence=(
            f"Open tap 1 to {first:.0%} and tap 2 to {second:.0%}: after {seconds:g} s the tank "
            f"holds {reached:.2f}.",
            f"Abra la canilla 1 al {first:.0%} y la 2 al {second:.0%}: tras {seconds:g} s el "
            f"tanque tiene {reached:.2f}.",
        ),
        model=tank,
        rows=rows,
        pictures={"path": _picture(np.array(path), seconds, volume)},
    )


def predict(asked: Asked) -> list[Reply]:
    """The volume after the seconds that are asked, with the taps as they were found."""
    replies = []
    for seconds in asked.numbers():
        x, t = np.array([PRESSURE], np.float32), np.array([seconds], np.float32)
        volume = float(np.asarray(asked.model(x, t))[0])
        text = pick(("after {s:g} s: volume {v:.2f}", "tras {s:g} s: volumen {v:.2f}"))
        replies.append(Reply(text.format(s=seconds, v=volume), volume))
    return replies


def board(model: Any, kept: Any) -> tuple[tz.Tensor, dict[str, tz.Tensor]]:
    """(V(K) − 35)² for the pressures of the recipe."""
    del kept
    x, t, v = tz.tensor([list(PRESSURE)]), tz.tensor([10.0]), tz.tensor([35.0])
    return model.loss(x, t, v), {"p": x, "t": t, "V": v}


def _picture(path: np.ndarray, seconds: float, wanted: float, size: int = 200) -> np.ndarray:
    """Where on the square of settings the descent went, over the error of the volume."""
    k1, k2 = np.meshgrid((np.arange(size) + 0.5) / size, (np.arange(size) + 0.5) / size)
    volume = np.maximum(0, seconds * (PRESSURE[0] * k1 + PRESSURE[1] * k2 - OUTFLOW))
    grey = np.rint(255 * np.exp(-((volume - wanted) ** 2) / 200)).astype(np.uint8)
    shown = np.repeat(grey[..., None], 3, axis=2)
    at = np.clip((path * size).astype(int), 0, size - 1)
    shown[at[:, 1], at[:, 0]] = (213, 94, 0)
    turned: np.ndarray = shown[::-1]
    return turned
