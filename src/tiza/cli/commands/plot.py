"""`tiza plot`: every figure of tz.plot from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tiza.cli.figures import FIGURES, Asked, checked, usage
from tiza.cli.out import current, show
from tiza.cli.speak import argument, command, option
from tiza.cli.types import COUNT, Number, Numbers, OneOf, Widths, Words, completing
from tiza.errors import pick


@command(
    "plot",
    words=(
        "Draw a figure: functions, descents, data, and what a run has learned.\n"
        "`tiza plot --list` shows all figures. Writes .png, .svg, .pdf, .html; a race also "
        "moves, as .gif or .html.",
        "Dibuja una figura: funciones, descensos, datos, y lo que aprendió una corrida.\n"
        "`tiza plot --list` muestra todas. Escribe .png, .svg, .pdf, .html; una carrera "
        "también se mueve, como .gif o .html.",
    ),
    examples=[
        "tiza plot activations relu gelu silu -o activations.svg",
        "tiza plot losses --of residual",
        "tiza plot race beale --optimizers SGD,Adam -o race.gif",
        "tiza plot learning-rates --rates 0.02,0.6,1.02 --dark",
        "tiza plot boundary spirals",
        ("tiza plot boundary rows.csv --target kind", "tiza plot boundary filas.csv -t clase"),
        "tiza plot embedding last --by tsne",
    ],
)
@argument(
    "name",
    required=False,
    holder=("FIGURE", "FIGURA"),
    words=("One of those that `--list` shows.", "Una de las que muestra `--list`."),
    shell_complete=completing(lambda: list(FIGURES)),
)
@argument(
    "of",
    nargs=-1,
    holder=("WHAT", "QUÉ"),
    words=("Names of functions, a run, or a file of data.",
           "Nombres de funciones, una corrida o un archivo de datos."),
)  # fmt: skip
@option("--list", "listed", is_flag=True,
        words=("Show all figures and what they take.",
               "Muestra todas las figuras y lo que admiten."))  # fmt: skip
@option("-o", "--out", holder=("FILE", "ARCHIVO"),
        words=("Where to write it; else FIGURE.png.",
               "Dónde escribirla; si no, FIGURA.png."))  # fmt: skip
@option("--dark", is_flag=True,
        words=("On dark paper.", "Sobre fondo oscuro."))  # fmt: skip
@option("--of", "kind", type=OneOf(("margin", "residual")),
        holder=("margin|residual", "margin|residual"),
        words=("Losses: as functions of what.", "Pérdidas: en función de qué."))  # fmt: skip
@option("--over", type=Numbers(2), holder=("A,B", "A,B"),
        words=("Functions: from where to where.",
               "Funciones: desde dónde hasta dónde."))  # fmt: skip
@option("--start", type=Numbers(), holder=("X,Y", "X,Y"),
        words=("Descents: the point where they begin.",
               "Descensos: el punto donde empiezan."))  # fmt: skip
@option("--optimizers", type=Words(), holder=("A,B", "A,B"),
        words=("Race: SGD, momentum, Adagrad, RMSprop, Adam.",
               "Carrera: SGD, momentum, Adagrad, RMSprop, Adam."))  # fmt: skip
@option("--steps", type=COUNT, holder=("N", "N"),
        words=("Descents: how many steps.", "Descensos: cuántos pasos."))  # fmt: skip
@option("--rates", type=Numbers(), holder=("A,B,C", "A,B,C"),
        words=("Learning rates to be compared.",
               "Tasas de aprendizaje que se comparan."))  # fmt: skip
@option("--widths", type=Widths(), holder=("2,10,40", "2,10,40"),
        words=("Approximation: neurons in the hidden layer.",
               "Aproximación: neuronas en la capa oculta."))  # fmt: skip
@option("--power", type=Number(True, 1, 9, "1 ... 9"), holder=("N", "N"),
        words=("Approximation: the polynomial that fails.",
               "Aproximación: el polinomio que no puede."))  # fmt: skip
@option("--activation", holder=("NAME", "NOMBRE"),
        words=("Approximation: of the network.", "Aproximación: la de la red."))  # fmt: skip
@option("--data", holder=("FILE", "ARCHIVO"),
        words=("Rows for a run that learned a table.",
               "Filas para una corrida que aprendió una tabla."))  # fmt: skip
@option("-t", "--target", holder=("COLUMN", "COLUMNA"),
        words=("Of a table: the classes; else its last column.",
               "De una tabla: las clases; si no, su última columna."))  # fmt: skip
@option("--span", type=Number(False, 0, 100, "> 0", open_low=True), holder=("A", "A"),
        words=("Surface: how far to go (1: as long as the weights).",
               "Superficie: hasta dónde ir (1: el largo de los pesos)."))  # fmt: skip
@option("--points", type=Number(True, 3, 201, "3 ... 201"), holder=("N", "N"),
        words=("Surface: points on each side.", "Superficie: puntos por lado."))  # fmt: skip
@option("--metric", holder=("NAME", "NOMBRE"),
        words=("Training, compare: only this one.", "Training, compare: solo esta."))  # fmt: skip
@option("--log", is_flag=True,
        words=("Training, compare: logarithmic axis.",
               "Training, compare: eje logarítmico."))  # fmt: skip
@option("--normalise", is_flag=True,
        words=("Confusion: each row as shares.",
               "Confusion: cada fila en proporciones."))  # fmt: skip
@option("--class", "classes", type=Words(), holder=("A,B", "A,B"),
        words=("Curves of these classes only.", "Solo las curvas de estas clases."))  # fmt: skip
@option("--layer", holder=("NAME", "NOMBRE"),
        words=("Weights, feature-maps: which layer.",
               "Weights, feature-maps: qué capa."))  # fmt: skip
@option("--example", type=Number(True, 0, 10**6, "0, 1, 2 ..."), holder=("N", "N"),
        words=("Feature-maps: which test picture.",
               "Feature-maps: qué imagen de prueba."))  # fmt: skip
@option("--by", type=OneOf(("pca", "tsne")), holder=("pca|tsne", "pca|tsne"),
        words=("Embedding: how rows are placed.",
               "Embedding: cómo se ubican las filas."))  # fmt: skip
def main(name: str | None, of: tuple[str, ...], listed: bool, out: str | None, dark: bool,
         **options: Any) -> None:  # fmt: skip
    """Write the figure, and print where it is."""
    if listed or name is None:
        show({key: pick(f.words) for key, f in FIGURES.items()}, _list)
        return
    given = {k: v for k, v in options.items() if v is not None and v is not False}
    entry = checked(name, of, given)
    path = Path(out or f"{name}.png")
    moving = name == "race" and path.suffix in {".gif", ".html"}
    style = {"theme": "dark" if dark else "light"}
    entry.draw(Asked(of, given, style, current().seed or 0, moving)).save(path)
    show({"file": str(path), "figure": name}, lambda: print(path))


def _list() -> None:
    """Every figure: how it is called, what it shows."""
    formatter = click.HelpFormatter(max_width=100)
    formatter.write_dl([(usage(key), pick(f.words)) for key, f in FIGURES.items()])
    print(formatter.getvalue(), end="")
