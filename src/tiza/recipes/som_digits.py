"""som-digits: a map on which alike handwritten digits lie side by side."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

import tiza as tz
from tiza import models
from tiza.data import load
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.ink import COLOURS, enlarged, legend
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, grid

ABOUT = About(
    title=("A map of handwritten digits", "Un mapa de dígitos manuscritos"),
    data=("1,797 scans of 8×8 pixels", "1797 imágenes de 8×8 píxeles"),
    model="SOM 16 × 16",
    expects=("errors no larger than MiniSom's: 1.34 and 2.2 %",
             "errores no mayores que los de MiniSom: 1.34 y 2.2 %"),
    minutes=0.2,
    goals=(Goal("quantization error", "<=", 1.342), Goal("topographic error", "<=", 0.0222)),
    ask="{run}/plots/one.png",
)  # fmt: skip
SPANISH = {
    "quantization error": "error de cuantización",
    "topographic error": "error topográfico",
    "share among its like": "parte que cae entre los suyos",
    "before": "antes",
    "map": "mapa",
    "digits": "dígitos del mapa",
    "one": "una imagen de prueba",
    "colours": "colores",
    "heights": "distancias entre vecinos",
}
NOTES = (
    ("No digit's name is used in learning; names are given to the units afterwards, by the "
     "training pictures that fall on them. Errors and shares are those of 360 other scans.",
     "Al aprender no se usa el nombre de ningún dígito; las unidades reciben nombre después, por "
     "las imágenes de entrenamiento que caen en ellas. Errores y partes: de otras 360 imágenes."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    side: int = setting(16, ("units along a side", "unidades por lado"), quick=6, low=2)
    epochs: int = setting(20, ("passes over the data", "pasadas por los datos"), quick=1, low=1)
    rate: float = setting(0.5, ("learning rate at first", "tasa de aprendizaje inicial"), low=0)


def study(settings: Chosen) -> Outcome:
    """Online learning from the plane of the two main directions on; the radius falls to 1."""
    made = load("digits").split(test_size=0.2, seed=settings.seed)
    x, test = (part.x.reshape(-1, 64).astype("float32") / 16 for part in (made.train, made.test))
    som = models.SOM(settings.side, settings.side, 64)
    som.start_from(x, "plane")
    before = judged(som, x, made.train.y, test, made.test.y)
    som.learn(x, settings.epochs, (settings.rate, 0.01), (settings.side / 2, 1.0))
    found = {"model": judged(som, x, made.train.y, test, made.test.y), "before": before}
    other = minisom(x, settings)
    if other is not None:
        found["MiniSom"] = judged(other, x, made.train.y, test, made.test.y)
    names = named(som, x, made.train.y)
    quantization, topographic, share = found["model"]
    return Outcome(
        spanish=SPANISH,
        figures={
            name: {who: row[k] for who, row in found.items()}
            for k, name in enumerate(
                ("quantization error", "topographic error", "share among its like")
            )
        },
        sentence=(
            f"A new digit is {quantization:.3f} from its unit; the two nearest units touch in "
            f"{1 - topographic:.1%} of the cases; {share:.1%} fall on a unit of their own digit.",
            f"Un dígito nuevo está a {quantization:.3f} de su unidad; las dos unidades más "
            f"cercanas se tocan en el {1 - topographic:.1%} de los casos; el {share:.1%} cae en "
            "una unidad de su dígito.",
        ),
        model=som,
        pictures={
            "map": grid(som.weight.numpy().reshape(-1, 8, 8), settings.side),
            "digits": enlarged(COLOURS[names].reshape(settings.side, settings.side, 3), 9),
            "colours": legend(test.reshape(-1, 8, 8), made.test.y, 320),
            "heights": enlarged(som.u_matrix().numpy(), 9),
            "one": test[0].reshape(8, 8),
        },
        texts={
            "digits": "\n".join(
                " ".join(map(str, line)) for line in names.reshape(settings.side, settings.side)
            )
        },
        data={"data": "digits", "files": [file.sha256 for file in made.card.files]},
        notes=NOTES,
        kept={"names": names.tolist()},
    )


def judged(som: Any, x: Array, y: Array, test: Array, truth: Array) -> tuple[float, float, float]:
    """Quantization error, topographic error, and the share of rows on a unit of their own digit."""
    with tz.no_grad():
        errors = som.quantization_error(test).item(), som.topographic_error(test).item()
        share = (named(som, x, y)[som(test).numpy()] == truth).mean()
    return (*errors, float(share))


def named(som: Any, x: Array, y: Array) -> Array:
    """The digit of each unit: the most frequent one of those on it, or of those nearest to it.

    Shapes: x (n, 64), y (n) → (units).
    """
    with tz.no_grad():
        far, winners = som.distances(x).numpy(), som(x).numpy()
    votes = np.zeros((far.shape[1], 10))
    np.add.at(votes, (winners, y), 1)
    empty = votes.sum(1) == 0
    votes[empty, y[far.argmin(0)][empty]] = 1
    found: Array = votes.argmax(1)
    return found


def minisom(x: Array, settings: Chosen) -> Any:
    """The map that MiniSom learns from the same rows in as many steps; None where it is absent.

    Source: Vettigli 2018, MiniSom: minimalistic and NumPy-based implementation of the SOM.
    """
    if find_spec("minisom") is None:
        return None
    side = settings.side
    falling = {"decay_function": "linear_decay_to_zero",
               "sigma_decay_function": "linear_decay_to_one"}  # fmt: skip
    peer = import_module("minisom").MiniSom(
        side, side, 64, side / 2, settings.rate, random_seed=settings.seed, **falling
    )
    peer.pca_weights_init(x)
    peer.train_random(x, settings.epochs * len(x))
    som = models.SOM(side, side, 64)
    som.load_state_dict({"weight": peer.get_weights().reshape(-1, 64).astype("float32")})
    return som


def predict(asked: Asked) -> list[Reply]:
    """Where a scan falls on the map, and the digit of the unit there."""
    replies = []
    for picture in asked.picture(8, 8).reshape(-1, 1, 64):
        unit = int(asked.model(picture).item())
        row, column = divmod(unit, asked.model.columns)
        digit = asked.kept["names"][unit]
        text = pick((f"{digit} (unit in row {row + 1}, column {column + 1})",
                     f"{digit} (unidad en la fila {row + 1}, columna {column + 1})"))  # fmt: skip
        replies.append(Reply(text, {"digit": digit, "unit": unit}))
    return replies
