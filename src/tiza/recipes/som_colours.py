"""som-colours: a map on which alike colours lie side by side."""

from dataclasses import dataclass

import numpy as np

import tiza as tz
from tiza import models
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Outcome

ABOUT = About(
    title=("A map of colours", "Un mapa de colores"),
    data=("1,000 random colours", "1000 colores al azar"),
    model="SOM 20 × 20",
    expects=("quantization error about 0.09; neighbours stay neighbours (95 %+)",
             "error de cuantización ≈ 0.09; los vecinos siguen siéndolo (95 %+)"),
    minutes=0.1,
    goals=(Goal("quantization error", "<=", 0.1), Goal("topographic error", "<=", 0.05)),
    ask="255 128 0",
)  # fmt: skip
SPANISH = {
    "quantization error": "error de cuantización",
    "topographic error": "error topográfico",
}


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    side: int = setting(20, ("units along a side", "unidades por lado"), quick=8, low=2)
    epochs: int = setting(10, ("passes over the colours", "pasadas por los colores"), quick=2,
                          low=1)  # fmt: skip


def study(settings: Chosen) -> Outcome:
    """Online learning, the radius falling from half the map to less than one unit."""
    colours = np.random.default_rng(settings.seed).random((1000, 3)).astype("float32")
    side = settings.side
    som = models.SOM(side, side, 3)
    som.start_from(colours, "rows")
    with tz.no_grad():
        before = som.quantization_error(colours).item(), som.topographic_error(colours).item()
        som.learn(colours, epochs=settings.epochs)
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


def predict(asked: Asked) -> list[Reply]:
    """The unit of the map that is nearest to a colour, red green blue from 0 to 255."""
    given = np.array(asked.numbers(), np.float32)
    if given.size % 3:
        raise asked.unread(("3 numbers from 0 to 255", "3 números de 0 a 255"))
    weight = asked.model.weight.numpy().reshape(-1, 3)
    side, replies = round(len(weight) ** 0.5), []
    for colour in given.reshape(-1, 3) / 255:
        far = np.sqrt(((weight - colour) ** 2).sum(1))
        row, column = divmod(int(far.argmin()), side)
        said = pick(("row {r}, column {c} of the map, at distance {d:.3f}",
                     "fila {r}, columna {c} del mapa, a distancia {d:.3f}"))  # fmt: skip
        text = said.format(r=row, c=column, d=far.min())
        replies.append(Reply(text, [row, column], np.tile(weight[far.argmin()], (32, 32, 1))))
    return replies
