"""siamese-mnist: alike or not? A network learns it from pairs and triplets of digits 0 to 7."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import metrics, models, optim
from tiza.errors import pick
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.ink import AT_ONCE, MNIST, Ink, digits, plane
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Array, Outcome, descent, grid

ABOUT = About(
    title=("The same digit twice?", "¿Dos veces el mismo dígito?"),
    data=(f"{MNIST[0]}; 8 and 9 are never learned", f"{MNIST[1]}; 8 y 9 no se aprenden"),
    model="Siamese 16-32 maps, code 32",
    expects=("AUC of 0.99 or more on pairs of test pictures",
             "AUC de 0.99 o más con pares de imágenes de prueba"),
    minutes=2.0,
    goals=(Goal("AUC", ">=", 0.99), Goal("AUC", ">=", 0.99, "contrastive")),
    ask="{run}/plots/one.png {run}/plots/other.png",
)  # fmt: skip
SPANISH = {
    "contrastive": "contrastiva",
    "triplet": "por ternas",
    "pixels": "píxeles",
    "AUC": "AUC",
    "AUC, 8 and 9, never learned": "AUC, 8 y 9, no aprendidos",
    "AUC, all ten digits": "AUC, los diez dígitos",
    "accuracy of the threshold": "exactitud del umbral",
    "embeddings": "representaciones",
    "one": "una imagen de prueba",
    "other": "otra del mismo dígito",
    "furthest alike, nearest unlike": "iguales más lejanos, distintos más cercanos",
}
KNOWN, UNKNOWN = np.arange(8), np.arange(8, 10)
NOTES = (
    ("Digits 8 and 9 are in no pair of training and none of validation.",
     "Los dígitos 8 y 9 no están en ningún par de entrenamiento ni de validación."),
    ("The threshold that says alike or not is chosen on validation pairs.",
     "El umbral que dice si son iguales se elige con pares de validación."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""

    steps: int = setting(1500, ("steps of each loss", "pasos de cada pérdida"), quick=4, low=1)
    batch: int = setting(64, ("pairs or triplets in a step", "pares o ternas en un paso"),
                         quick=10, low=1)  # fmt: skip
    lr: float = setting(2e-3, ("learning rate at first", "tasa de aprendizaje inicial"), low=0)
    code: int = setting(32, ("numbers of an embedding", "números de una representación"), low=1)
    margin: float = setting(0.5, ("margin between alike and not", "margen entre iguales y no"),
                            low=0)  # fmt: skip


def study(settings: Chosen) -> Outcome:
    """Once by pairs (contrastive loss), once by triplets, from the same pictures."""
    rng = np.random.default_rng(settings.seed)
    ink = digits(settings)
    by_pairs, first = learn(ink, "contrastive", settings, rng)
    model, second = learn(ink, "triplet", settings, rng)
    rows = [{**a, **b} for a, b in zip(first, second, strict=True)]
    count = settings.few(20_000, 200)
    sets = {"AUC": KNOWN, "AUC, 8 and 9, never learned": UNKNOWN,
            "AUC, all ten digits": np.arange(10)}  # fmt: skip
    codes = {"model": embedded(model, ink.x_test), "contrastive": embedded(by_pairs, ink.x_test),
             "pixels": ink.x_test.reshape(len(ink.x_test), -1)}  # fmt: skip
    figures: dict[str, dict[str, float]] = {}
    for name, some in sets.items():
        a, b, alike = pairs(ink.y_test, some, count, rng)
        figures[name] = {who: auc(far(code, a, b), alike) for who, code in codes.items()}
        if name == "AUC":
            shown = a, b, alike
    limit = threshold(embedded(model, ink.x_valid), ink.y_valid, count, rng)
    distance, alike = far(codes["model"], *shown[:2]), shown[2]
    figures["accuracy of the threshold"] = {"model": float(((distance < limit) == alike).mean())}
    seen, unseen = figures["AUC"], figures["AUC, 8 and 9, never learned"]
    return Outcome(
        spanish=SPANISH,
        figures=figures,
        sentence=(
            f"Pairs of test pictures are told alike or not with an AUC of {seen['model']:.4f} "
            f"(contrastive {seen['contrastive']:.4f}), of 8 and 9, never learned, with "
            f"{unseen['model']:.3f}.",
            f"Los pares de imágenes de prueba se distinguen con un AUC de {seen['model']:.4f} "
            f"(contrastiva: {seen['contrastive']:.4f}); los de 8 y 9, que no se aprendieron, con "
            f"{unseen['model']:.3f}.",
        ),
        model=model,
        rows=rows,
        pictures={
            "embeddings": plane(main_plane(codes["model"]), ink.x_test, ink.y_test),
            "furthest alike, nearest unlike": grid(hardest(ink.x_test, *shown, distance), 16),
            "one": ink.x_test[shown[0][0]],
            "other": ink.x_test[shown[1][0]],
        },
        data=ink.facts,
        notes=NOTES,
        kept={"limit": limit},
    )


def learn(ink: Ink, loss: str, settings: Chosen, rng: np.random.Generator) -> tuple[Any, Any]:
    """A network that has learned by one of the two losses, and what was measured on the way."""
    model = models.Siamese(settings.code, margin=settings.margin)
    optimizer = optim.Adam(model.parameters(), lr=settings.lr)
    step = descent(getattr(model, loss), optimizer)
    every, losses, rows = max(1, settings.steps // 15), list[float](), list[dict[str, float]]()
    for _ in settings.loop(settings.steps, model, optimizer, rng, rows, losses):
        a, b, alike = pairs(ink.y, KNOWN, settings.batch, rng)
        if loss == "contrastive":
            losses.append(step(ink.x[a], ink.x[b], np.where(alike, 1, -1)))
        else:
            same, other = (
                partners(ink.y, KNOWN, a, True, rng),
                partners(ink.y, KNOWN, a, False, rng),
            )
            losses.append(step(ink.x[a], ink.x[same], ink.x[other]))
        if len(losses) == every:
            watched = pairs(ink.y_valid, KNOWN, settings.few(2000, 100), rng)
            code = embedded(model, ink.x_valid)
            rows.append(settings.epoch({
                f"loss_{loss}": sum(losses) / every,
                f"val_auc_{loss}": auc(far(code, *watched[:2]), watched[2]),
            }))  # fmt: skip
            losses.clear()
    return model, rows


def pairs(
    y: Array, known: Array, count: int, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Positions of two pictures for each of `count` pairs, half of them of the same digit.

    Shapes: y (n) → (count), (count), (count) bool.
    """
    first = rng.choice(np.flatnonzero(np.isin(y, known)), count)
    alike = np.arange(count) % 2 == 0
    second = np.where(alike, partners(y, known, first, True, rng),
                      partners(y, known, first, False, rng))  # fmt: skip
    return first, second, alike


def partners(y: Array, known: Array, first: Array, alike: bool, rng: np.random.Generator) -> Array:
    """For each picture another one at random: of its digit, or of any other of the known ones."""
    found = np.zeros_like(first)
    for k in known:
        mine = np.flatnonzero(y[first] == k)
        inside = np.isin(y, known) & ((y == k) == alike)
        found[mine] = rng.choice(np.flatnonzero(inside), len(mine))
    return found


def embedded(model: Any, x: Array) -> Array:
    """The embeddings of pictures.

    Shapes: (n, 28, 28) → (n, code).
    """
    with tz.no_grad():
        parts = [model(x[k : k + AT_ONCE]).numpy() for k in range(0, len(x), AT_ONCE)]
    return np.concatenate(parts)


def far(code: Array, a: Array, b: Array) -> Array:
    """The distances of pairs.

    Shapes: code (n, d), positions a, b (m) → (m).
    """
    found: Array = np.sqrt(((code[a] - code[b]) ** 2).sum(1))
    return found


def auc(distance: Array, alike: Array) -> float:
    """How often an alike pair is nearer than an unlike one."""
    return float(metrics.metric("roc_auc")(-distance, alike))


def threshold(code: Array, y: Array, count: int, rng: np.random.Generator) -> float:
    """The distance below which most pairs are alike and above which most are not."""
    a, b, alike = pairs(y, KNOWN, count, rng)
    distance = far(code, a, b)
    tried = np.quantile(distance, np.linspace(0.01, 0.99, 99))
    right = [((distance < limit) == alike).mean() for limit in tried]
    return float(tried[int(np.argmax(right))])


def main_plane(code: Array) -> Array:
    """The embeddings along their two main directions.

    Shapes: (n, d) → (n, 2).
    """
    axes = np.linalg.svd(code - code.mean(0), full_matrices=False)[2][:2]
    found: Array = code @ axes.T
    return found


def hardest(x: Array, a: Array, b: Array, alike: Array, distance: Array) -> Array:
    """Eight alike pairs that lie far apart, then eight unlike ones that lie near, in columns.

    Shapes: → (32, 28, 28).
    """
    furthest = np.flatnonzero(alike)[np.argsort(-distance[alike])[:8]]
    nearest = np.flatnonzero(~alike)[np.argsort(distance[~alike])[:8]]
    chosen = np.concatenate([furthest, nearest])
    return np.concatenate([x[a[chosen]], x[b[chosen]]])


def predict(asked: Asked) -> list[Reply]:
    """Whether two pictures show the same digit.

    Errors: UsageError where there are not two.
    """
    shown = asked.picture(28, 28)
    if len(shown) != 2:
        raise asked.unread(("two pictures", "dos imágenes"))
    distance = float(np.linalg.norm(np.subtract(*embedded(asked.model, shown))))
    alike = distance < asked.kept["limit"]
    said = pick(("the same digit", "el mismo dígito") if alike else
                ("two different digits", "dos dígitos distintos"))  # fmt: skip
    limit = f"{asked.kept['limit']:.3f}"
    text = pick((f"{said} (distance {distance:.3f}, limit {limit})",
                 f"{said} (distancia {distance:.3f}, límite {limit})"))  # fmt: skip
    return [Reply(text, {"alike": alike, "distance": distance})]
