"""`tiza draw`: a formula, a network or a trained run as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tiza.cli.asking import INDEX, asked, asks
from tiza.cli.out import show
from tiza.cli.speak import command, option
from tiza.cli.types import OneOf

if TYPE_CHECKING:
    from tiza.cli.derivable import Subject
    from tiza.readings.draw import Picture


@command(
    "draw",
    words=(
        "Draw a formula, a network or a run.\n"
        "The graph with its values and derivatives, the neurons and weights, or the layers. "
        "Writes .svg, .html or .png.",
        "Dibuja una fórmula, una red o una corrida.\n"
        "El grafo con valores y derivadas, las neuronas y los pesos, o las capas. "
        "Escribe .svg, .html o .png.",
    ),
    examples=[
        'tiza draw "(y - S(w*x + b))^2 / 2" --at w=0.5,b=0.1,x=2,y=1 -o graph.svg',
        ("tiza draw model.py:net -o net.svg", "tiza draw modelo.py:red -o red.svg"),
        (
            "tiza draw model.py:net --data rows.csv -o graph.html",
            "tiza draw modelo.py:red --data filas.csv -o grafo.html",
        ),
    ],
)
@asks
@option(
    "--depth",
    type=INDEX,
    default=1,
    holder=("N", "N"),
    words=("How many levels of layers stand open.", "Cuántos niveles de capas se abren."),
)
@option(
    "--view",
    type=OneOf(("graph", "neurons", "blocks")),
    holder=("graph|neurons|blocks", "graph|neurons|blocks"),
    words=("What is drawn; else what suits it.", "Qué se dibuja; si no, lo que convenga."),
)
@option(
    "-o",
    "--output",
    default="drawing.html",
    holder=("FILE", "ARCHIVO"),
    words=("Where to write it.", "Dónde escribirlo."),
)
def main(what: str, at: str, data: str | None, target: str | None, example: int, depth: int,
         view: str | None, output: str) -> None:  # fmt: skip
    """Write the picture, and print where it is."""
    made = _picture(what, at, data, target, example, depth, view)
    path = made.save(Path(output))
    show({"file": str(path), "view": made.view}, lambda: print(path))


def _picture(what: str, at: str, data: str | None, target: str | None, example: int, depth: int,
             view: str | None) -> Picture:  # fmt: skip
    import tiza as tz
    from tiza.cli import derivable

    if ".py:" in what and (data is None or view == "neurons"):
        picture: Picture = tz.draw(derivable.model_at(what), view=view, depth=depth)
        return picture
    return _graph(asked(what, at, data, target, example), depth, view)


def _graph(subject: Subject, depth: int, view: str | None) -> Picture:
    from tiza.errors import ArgumentError
    from tiza.readings.draw import Facts, draw_graph

    if view == "neurons":
        raise ArgumentError("draw-neurons", kind="Tensor")
    names = {t.node: name for name, t in subject.names.items()}
    facts = Facts({**{t.node: path for path, t in subject.paths.items()}, **names})
    facts.parameters = {t.node for t in subject.wrt}
    facts.loss = names.get(subject.loss.node, "L")
    return draw_graph(subject.loss.node, facts, view=view or "graph", depth=depth)
