"""The figures of `tiza plot`: what each shows, what stands after its name, its options."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiza.cli import figured
from tiza.errors import UsageError

Pair = tuple[str, str]
MANY = 99
RUN: Pair = ("RUN", "CORRIDA")


@dataclass(frozen=True)
class Asked:
    """What the user wrote: the words after the figure's name, and the options by name.

    `style` holds theme and language, as every figure takes them; `moving` asks for an animation.
    """

    of: tuple[str, ...]
    options: Mapping[str, Any]
    style: Mapping[str, Any]
    seed: int = 0
    moving: bool = False

    def given(self, **names: str) -> dict[str, Any]:
        """The options among these that were given, under the names of the figure's function."""
        return {name: self.options[option] for name, option in names.items()
                if option in self.options}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One entry of the list; `least` to `most` words stand after its name."""

    words: Pair
    draw: Callable[[Asked], Any]
    of: Pair = ("", "")
    least: int = 0
    most: int = 0
    options: tuple[str, ...] = ()


def _activations(asked: Asked) -> Any:
    from tiza import plot

    return plot.activations(*asked.of, **asked.given(over="over"), **asked.style)


def _losses(asked: Asked) -> Any:
    from tiza import plot

    return plot.losses(*asked.of, **asked.given(over="over", of="kind"), **asked.style)


def _race(asked: Asked) -> Any:
    from tiza import plot

    run = plot.race_animation if asked.moving else plot.race
    return run(*asked.of, **asked.given(start="start", optimizers="optimizers", steps="steps"),
               **asked.style)  # fmt: skip


def _rates(asked: Asked) -> Any:
    from tiza import plot

    given = asked.given(start="start", rates="rates", steps="steps")
    return plot.learning_rates(*asked.of, **given, **asked.style)


def _approximation(asked: Asked) -> Any:
    from tiza import plot
    from tiza.errors import ArgumentError
    from tiza.nn import functional as F

    given = asked.given(widths="widths", power="power")
    name = asked.options.get("activation")
    if name is not None:
        if not callable(getattr(F, name, None)):
            raise ArgumentError("plot-function", got=name)
        given["activation"] = getattr(F, name)
    return plot.approximation(**given, **asked.style, seed=asked.seed)


def _boundary(asked: Asked) -> Any:
    from tiza import plot
    from tiza.plot.toys import TOYS, toy

    (what,) = asked.of
    if what in TOYS:
        rows = figured.Rows(*toy(what, seed=asked.seed))
    elif Path(what).is_file():
        rows = figured.rows_of_file(what, asked.options.get("target"))
    else:
        found = figured.trained(what, asked.options.get("data"))
        if not found.rows.classes:
            raise UsageError("plot-classes", run=what)
        return plot.decision_boundary(found.model, _flat(found.rows, what).x, found.rows.y,
                                      names=found.rows.classes, **asked.style)  # fmt: skip
    model = figured.parted(_flat(rows, what), asked.seed)
    return plot.decision_boundary(model, rows.x, rows.y, names=rows.classes or None, **asked.style)


def _flat(rows: figured.Rows, what: str) -> figured.Rows:
    """The rows, if they are points of the plane."""
    if rows.x.shape[1:] != (2,):
        raise UsageError("plot-two-columns", got=math.prod(rows.x.shape[1:]), what=what)
    return rows


def _surface(asked: Asked) -> Any:
    import tiza as tz
    from tiza import plot
    from tiza.nn import functional as F

    found = figured.trained(asked.of[0], asked.options.get("data"), most=256)
    x, y = tz.asarray(found.rows.x), tz.asarray(found.rows.y)
    loss = F.cross_entropy if found.rows.classes else F.mse_loss
    return plot.loss_surface(found.model, lambda: loss(found.model(x), y), seed=asked.seed,
                             **asked.given(span="span", points="points"),
                             **asked.style)  # fmt: skip


def _training(asked: Asked) -> Any:
    from tiza import plot

    given = {"metrics": [asked.options["metric"]]} if "metric" in asked.options else {}
    curves = figured.curves_of(asked.of[0])
    return plot.training(curves, **given, **asked.given(log="log"), **asked.style)


def _compare(asked: Asked) -> Any:
    from tiza import plot

    curves = {run: figured.curves_of(run) for run in asked.of}
    shared = [
        name for name in next(iter(curves.values())) if all(name in c for c in curves.values())
    ]
    metric = asked.options.get("metric") or (
        "val_loss" if "val_loss" in shared else (*shared, "")[0]
    )
    if not metric:
        raise UsageError("plot-no-shared", runs=", ".join(curves))
    return plot.compare(curves, metric, **asked.given(log="log"), **asked.style)


def _confusion(asked: Asked) -> Any:
    from tiza import plot

    found = figured.trained(asked.of[0], asked.options.get("data"))
    return plot.confusion_matrix(found.shares(asked.of[0]), found.rows.y, labels=found.rows.classes,
                                 **asked.given(normalise="normalise"), **asked.style)  # fmt: skip


def _scored(name: str) -> Callable[[Asked], Any]:
    """ROC, precision and recall, calibration: of each class against the rest, at most six."""

    def draw(asked: Asked) -> Any:
        from tiza import plot

        found = figured.trained(asked.of[0], asked.options.get("data"))
        shares, truth = found.shares(asked.of[0]), found.rows.y
        classes = found.rows.classes
        wanted = asked.options.get("classes") or (classes[1:] if len(classes) == 2 else classes[:6])
        unknown = [c for c in wanted if c not in classes]
        if unknown:
            raise UsageError("cli-bad-choice", option="--class", got=unknown[0],
                             names=", ".join(classes))  # fmt: skip
        if name == "calibration" and "classes" not in asked.options and len(classes) > 2:
            sure, right = shares.max(1), shares.argmax(1) == truth
            return plot.calibration(sure, right, **asked.style)
        return getattr(plot, name)({c: shares[:, classes.index(c)] for c in wanted},
                                   {c: truth == classes.index(c) for c in wanted},
                                   **asked.style)  # fmt: skip

    return draw


def _images(asked: Asked) -> Any:
    from tiza import plot

    rows = figured.trained(asked.of[0], asked.options.get("data"), most=40).rows
    if not rows.picture:
        raise UsageError("plot-no-pictures", run=asked.of[0])
    names = [rows.classes[int(k)] for k in rows.y]
    return plot.images(rows.x.reshape(-1, *rows.picture), names, **asked.style)


def _weights(asked: Asked) -> Any:
    import tiza as tz
    from tiza import plot

    name, array = figured.weights_of(asked.of[0], asked.options.get("layer"))
    return plot.weights(tz.asarray(array), name=name, **asked.style)


def _features(asked: Asked) -> Any:
    from tiza import plot
    from tiza.cli.speak import unknown
    from tiza.nn import Conv2d

    found = figured.trained(asked.of[0], None, most=asked.options.get("example", 0) + 1)
    known = [k for k, part in found.model.named_modules() if isinstance(part, Conv2d)]
    if not known:
        raise UsageError("plot-no-maps", run=asked.of[0])
    layer = asked.options.get("layer") or known[0]
    if layer not in dict(found.model.named_modules()):
        raise unknown("plot-layer", layer, known)
    return plot.feature_maps(found.model, layer, found.rows.x[-1:], **asked.style)


def _attention(asked: Asked) -> Any:
    import numpy as np

    from tiza import plot

    path = Path(asked.of[0])
    if not path.is_file():
        raise UsageError("cli-no-file", file=str(path), folder=str(Path.cwd()))
    return plot.attention(np.load(path, allow_pickle=False), **asked.style)


def _embedding(asked: Asked) -> Any:
    from tiza import plot

    what = asked.of[0]
    if Path(what).is_file():
        rows = figured.rows_of_file(what, asked.options.get("target"))
        points = rows.x
    else:
        found = figured.trained(what, asked.options.get("data"), most=1000)
        rows = found.rows
        points = figured.inner(found)
    labels = rows.y if rows.y.dtype.kind in "iu" else None
    return plot.embedding(points, labels, names=rows.classes or None, seed=asked.seed,
                          **asked.given(by="by"), **asked.style)  # fmt: skip


def _som(asked: Asked) -> Any:
    import numpy as np

    import tiza as tz
    from tiza import nn, plot

    rows = figured.rows_of_file(asked.of[0], asked.options.get("target"))
    tz.manual_seed(asked.seed)
    x = rows.x.astype(np.float32)
    model = nn.SOM(8, 8, x.shape[1], grid="hexagonal")
    model.start_from(x)
    model.learn_batch(x, epochs=20)
    return plot.som(model, x, rows.y, names=rows.classes or None, **asked.style)


FIGURES: dict[str, Figure] = {
    "activations": Figure(
        ("activation functions and their derivatives",
         "funciones de activación y sus derivadas"),
        _activations, ("[FUNCTION]...", "[FUNCIÓN]..."), 0, MANY, ("over",)),
    "losses": Figure(
        ("losses by margin, or by residual with --of residual",
         "pérdidas según el margen, o según el residuo con --of residual"),
        _losses, ("[LOSS]...", "[PÉRDIDA]..."), 0, MANY, ("kind", "over")),
    "race": Figure(
        ("optimizers from the same start; moves as .gif or .html",
         "optimizadores desde el mismo inicio; se mueve como .gif o .html"),
        _race, ("[LANDSCAPE]", "[PAISAJE]"), 0, 1, ("start", "optimizers", "steps")),
    "learning-rates": Figure(
        ("a learning rate too small, right, and too big",
         "una tasa de aprendizaje muy pequeña, adecuada y muy grande"),
        _rates, ("[LANDSCAPE]", "[PAISAJE]"), 0, 1, ("start", "rates", "steps")),
    "approximation": Figure(
        ("networks of growing width approach a function; a polynomial fails",
         "redes cada vez más anchas se acercan a una función; un polinomio no puede"),
        _approximation, options=("widths", "power", "activation")),
    "boundary": Figure(
        ("decision boundary of a run, of data, or of moons, circles, spirals, xor, blobs",
         "frontera de decisión de una corrida, de datos, o de moons, circles, spirals, xor, blobs"),
        _boundary, ("RUN|FILE|POINTS", "CORRIDA|ARCHIVO|PUNTOS"), 1, 1, ("target", "data")),
    "surface": Figure(
        ("the loss around a run's weights, in two directions",
         "la pérdida alrededor de los pesos de una corrida, en dos direcciones"),
        _surface, RUN, 1, 1, ("data", "span", "points")),
    "training": Figure(
        ("loss and metrics of a run by epoch", "pérdida y métricas de una corrida por época"),
        _training, RUN, 1, 1, ("metric", "log")),
    "compare": Figure(
        ("one metric of several runs by epoch", "una métrica de varias corridas por época"),
        _compare, ("RUN RUN...", "CORRIDA CORRIDA..."), 2, MANY, ("metric", "log")),
    "confusion": Figure(
        ("which class a run took for which", "qué clase confundió una corrida con cuál"),
        _confusion, RUN, 1, 1, ("data", "normalise")),
    "roc": Figure(
        ("ROC curves of a run, each class against the rest",
         "curvas ROC de una corrida, cada clase contra el resto"),
        _scored("roc"), RUN, 1, 1, ("data", "classes")),
    "precision-recall": Figure(
        ("precision and recall of a run, each class against the rest",
         "precisión y exhaustividad de una corrida, cada clase contra el resto"),
        _scored("precision_recall"), RUN, 1, 1, ("data", "classes")),
    "calibration": Figure(
        ("whether a run is right as often as it is sure",
         "si una corrida acierta tantas veces como lo asegura"),
        _scored("calibration"), RUN, 1, 1, ("data", "classes")),
    "images": Figure(
        ("test pictures of a run with their classes",
         "imágenes de prueba de una corrida con sus clases"),
        _images, RUN, 1, 1, ("data",)),
    "weights": Figure(
        ("a run's weights: filters as pictures, or a matrix",
         "los pesos de una corrida: filtros como imágenes, o una matriz"),
        _weights, RUN, 1, 1, ("layer",)),
    "feature-maps": Figure(
        ("what the channels of a convolution answer to one picture",
         "qué responden los canales de una convolución a una imagen"),
        _features, RUN, 1, 1, ("layer", "example")),
    "attention": Figure(
        ("attention weights in a .npy file, (t, t) or (heads, t, t)",
         "pesos de atención en un archivo .npy, (t, t) o (cabezas, t, t)"),
        _attention, ("FILE", "ARCHIVO"), 1, 1),
    "embedding": Figure(
        ("a run's last hidden layer, or data, on the plane; --by pca or tsne",
         "la última capa oculta de una corrida, o datos, en el plano; --by pca o tsne"),
        _embedding, ("RUN|FILE", "CORRIDA|ARCHIVO"), 1, 1, ("by", "target", "data")),
    "som": Figure(
        ("a self-organizing map of data", "un mapa autoorganizado de datos"),
        _som, ("FILE", "ARCHIVO"), 1, 1, ("target",)),
}  # fmt: skip


def usage(name: str) -> str:
    """A figure with what stands after it: `compare RUN RUN...`."""
    from tiza.errors import pick

    return f"{name} {pick(FIGURES[name].of)}".strip()


def checked(name: str, of: Sequence[str], options: Mapping[str, Any]) -> Figure:
    """The figure of that name, if words and options fit it.

    Errors: UsageError that says what it takes.
    """
    from tiza.cli.speak import unknown

    if name not in FIGURES:
        raise unknown("plot-unknown", name, list(FIGURES))
    found = FIGURES[name]
    if not found.least <= len(of) <= found.most:
        raise UsageError("plot-words", usage=usage(name), got=" ".join(of) or "-")
    strange = [o for o in options if o not in found.options]
    if strange:
        takes = ", ".join(spelled(o) for o in found.options) or "-"
        raise UsageError("plot-option", figure=name, option=spelled(strange[0]), takes=takes)
    return found


def spelled(option: str) -> str:
    """An option as it is typed: --of for the kind of a loss, --class for classes."""
    return "--" + {"kind": "of", "classes": "class"}.get(option, option)
