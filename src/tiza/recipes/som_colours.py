"""som-colours: a map on which alike colours lie side by side."""

import numpy as np

import tiza as tz
from tiza import models
from tiza.recipes.about import About
from tiza.recipes.study import Outcome, Settings

ABOUT = About(
    title=("A map of colours", "Un mapa de colores"),
    data=("1,000 random colours", "1000 colores al azar"),
    model="SOM 20 × 20",
    expects=("quantization error about 0.09; neighbours stay neighbours (95 %+)",
             "error de cuantización ≈ 0.09; los vecinos siguen siéndolo (95 %+)"),
    minutes=0.1,
)  # fmt: skip
SPANISH = {
    "quantization error": "error de cuantización",
    "topographic error": "error topográfico",
}


def study(settings: Settings) -> Outcome:
    """Online learning, the radius falling from half the map to less than one unit."""
    colours = np.random.default_rng(settings.seed).random((1000, 3)).astype("float32")
    side = settings.few(20, 8)
    som = models.SOM(side, side, 3)
    som.start_from(colours, "rows")
    with tz.no_grad():
        before = som.quantization_error(colours).item(), som.topographic_error(colours).item()
        som.learn(colours, epochs=settings.few(10, 2))
        after = som.quantization_error(colours).item(), som.topographic_error(colours).item()
    shown = som.weight.numpy().reshape(side, side, 3).clip(0, 1)
    big = np.repeat(np.repeat(shown, 12, axis=0), 12, axis=1)
    return Outcome(
        spanish=SPANISH,
        figures={
            "quantization error": {"model": after[0], "random rows": before[0]},
            "topographic error": {"model": after[1], "random rows": before[1]},
        },
        sentence=(
            f"A colour is {after[0]:.3f} from its unit; the two nearest units touch in "
            f"{1 - after[1]:.1%} of the cases.",
            f"Un color está a {after[0]:.3f} de su unidad; las dos unidades más cercanas se tocan "
            f"en el {1 - after[1]:.1%} de los casos.",
        ),
        model=som,
        pictures={
            "map": big,
            "u-matrix": np.repeat(np.repeat(som.u_matrix().numpy(), 12, 0), 12, 1),
        },
    )
