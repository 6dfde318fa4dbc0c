"""water-tank: how must two taps be set for a volume V after t seconds?"""

import numpy as np

from tiza import models, optim
from tiza.recipes.about import About
from tiza.recipes.study import Outcome, Settings, descent

ABOUT = About(
    title=("Two taps fill a tank", "Dos canillas llenan un tanque"),
    data=("pressures 4 and 2, outflow 1", "presiones 4 y 2, salida 1"),
    model="WaterTank",
    expects=("the asked volume, to 0.01", "el volumen pedido, a 0.01"),
    minutes=0.1,
)
SPANISH = {
    "volume": "volumen",
    "setting of tap 1": "apertura de la canilla 1",
    "setting of tap 2": "apertura de la canilla 2",
}
PRESSURE, OUTFLOW, SECONDS, VOLUME = (4.0, 2.0), 1.0, 10.0, 35.0


def study(settings: Settings) -> Outcome:
    """Descend (V(K) − 35)² over the settings; any K with 4 K₁ + 2 K₂ = 4.5 answers."""
    tank = models.WaterTank(2, OUTFLOW)
    optimizer = optim.Adam(tank.parameters(), lr=0.1)
    x = np.array([PRESSURE], np.float32)
    t, v = np.array([SECONDS], np.float32), np.array([VOLUME], np.float32)

    step = descent(tank.loss, optimizer)

    path, rows = [tank.settings().numpy()], []
    for _ in range(settings.few(300, 200)):
        rows.append({"loss": step(x, t, v)})
        path.append(tank.settings().numpy())
    first, second = (float(k) for k in path[-1])
    reached = float(np.asarray(tank(x, t))[0])
    return Outcome(
        spanish=SPANISH,
        figures={
            "volume": {"model": reached, "asked": VOLUME, "half open": 20.0},
            "setting of tap 1": {"model": first},
            "setting of tap 2": {"model": second},
        },
        sentence=(
            f"Open tap 1 to {first:.0%} and tap 2 to {second:.0%}: after {SECONDS:g} s the tank "
            f"holds {reached:.2f}.",
            f"Abra la canilla 1 al {first:.0%} y la 2 al {second:.0%}: tras {SECONDS:g} s el "
            f"tanque tiene {reached:.2f}.",
        ),
        model=tank,
        rows=rows,
        pictures={"path": _picture(np.array(path))},
    )


def _picture(path: np.ndarray, size: int = 200) -> np.ndarray:
    """Where on the square of settings the descent went, over the error of the volume."""
    k1, k2 = np.meshgrid((np.arange(size) + 0.5) / size, (np.arange(size) + 0.5) / size)
    volume = np.maximum(0, SECONDS * (PRESSURE[0] * k1 + PRESSURE[1] * k2 - OUTFLOW))
    grey = np.rint(255 * np.exp(-((volume - VOLUME) ** 2) / 200)).astype(np.uint8)
    shown = np.repeat(grey[..., None], 3, axis=2)
    at = np.clip((path * size).astype(int), 0, size - 1)
    shown[at[:, 1], at[:, 0]] = (213, 94, 0)
    turned: np.ndarray = shown[::-1]
    return turned
