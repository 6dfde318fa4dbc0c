"""`tiza derive`: a formula, a network or a trained run, derived step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tiza.cli.asking import asked, asks
from tiza.cli.out import show
from tiza.cli.speak import command, option
from tiza.cli.types import RATE, Number, OneOf
from tiza.errors import UsageError, language

if TYPE_CHECKING:
    from tiza.readings.blackboard.result import Derivation

ORDER = Number(True, 1, 2, "1, 2")
LAYER = Number(True, 1, 10**6, "1, 2, 3 ...")


@command(
    "derive",
    words=(
        "Derive a loss step by step, as on the blackboard: with formulas, numbers and a check.\n"
        "Give a formula with --at, a network in a file (model.py:net) with --data, or a run.",
        "Deriva una función de pérdida paso a paso, como en el pizarrón: con fórmulas, números y "
        "comprobación.\n"
        "Dé una fórmula con --at, una red en un archivo (modelo.py:red) con --data, o una "
        "corrida.",
    ),
    examples=[
        'tiza derive "(y - S(w*x + b))^2 / 2" --wrt w,b --at w=0.5,b=0.1,x=2,y=1',
        (
            "tiza derive model.py:net --data rows.csv --html out.html",
            "tiza derive modelo.py:red --data filas.csv --html salida.html",
        ),
        "tiza derive last --layer 1 --example 17 --latex out.tex",
    ],
)
@asks
@option(
    "--wrt",
    holder=("w,b", "w,b"),
    words=("With respect to these variables; else to all.",
           "Respecto de estas variables; si no, de todas."),
)  # fmt: skip
@option(
    "--layer",
    type=LAYER,
    holder=("N", "N"),
    words=("Of a run: the parameters of this layer only.",
           "De una corrida: solo los parámetros de esta capa."),
)  # fmt: skip
@option(
    "--optimizer",
    holder=("NAME", "NOMBRE"),
    words=("Show its update: sgd, adam, ...", "Muestra su actualización: sgd, adam, ..."),
)
@option("--lr", type=RATE, holder=("X", "X"), words=("Learning rate.", "Tasa de aprendizaje."))
@option(
    "--detail",
    type=OneOf(("summary", "steps", "entries")),
    default="steps",
    holder=("summary|steps|entries", "summary|steps|entries"),
    words=("How much is shown; entries adds each rule's proof.",
           "Cuánto se muestra; entries agrega la demostración de cada regla."),
)  # fmt: skip
@option(
    "--order",
    type=ORDER,
    default=1,
    holder=("1|2", "1|2"),
    words=("2 adds the second derivatives.", "2 agrega las segundas derivadas."),
)
@option(
    "--direction",
    holder=("w=1,b=0.5", "w=1,b=0.5"),
    words=("Adds the derivative along this direction, by forward mode.",
           "Agrega la derivada en esta dirección, en modo hacia adelante."),
)  # fmt: skip
@option(
    "--layout",
    type=OneOf(("code", "book")),
    default="code",
    holder=("code|book", "code|book"),
    words=("Examples as rows (code) or as columns (book).",
           "Ejemplos como filas (code) o como columnas (book)."),
)  # fmt: skip
@option(
    "--decimal",
    type=OneOf((".", ",")),
    default=".",
    holder=(".|,", ".|,"),
    words=("Decimal sign.", "Signo decimal."),
)
@option("--html", holder=("FILE", "ARCHIVO"), words=("Write a page.", "Escribe una página."))
@option(
    "--latex",
    holder=("FILE", "ARCHIVO"),
    words=("Write a document for pdflatex.", "Escribe un documento para pdflatex."),
)
@option("--markdown", holder=("FILE", "ARCHIVO"), words=("Write Markdown.", "Escribe Markdown."))
def main(what: str, wrt: str | None, at: str, data: str | None, target: str | None,
         layer: int | None, example: int, optimizer: str | None, lr: float | None, detail: str,
         order: int, direction: str | None, layout: str, decimal: str, html: str | None,
         latex: str | None, markdown: str | None) -> None:  # fmt: skip
    """Print the derivation, and write it to the files that are asked for."""
    from tiza.cli.derivable import direction_of, optimizer_of
    from tiza.readings.blackboard.result import build

    subject = asked(what, at, data, target, example, wrt, layer)
    steps = optimizer_of(optimizer, lr, subject.wrt)
    made = build(
        subject.loss, subject.wrt, steps,
        names={t.node: name for name, t in subject.names.items()},
        paths={t.node: path for path, t in subject.paths.items()},
        detail=detail, layout=layout, order=order, lang=language(), decimal=decimal,
        direction=direction_of(direction, subject),
    )  # fmt: skip
    written = _write(made, {"html": html, "latex": latex, "markdown": markdown})
    show(_document(made, written), lambda: _render(made, written))


def _write(made: Derivation, files: dict[str, str | None]) -> list[str]:
    writers = {"html": made.to_html, "latex": made.to_latex, "markdown": made.to_markdown}
    written = []
    for kind, name in files.items():
        if name is not None:
            try:
                written.append(str(writers[kind](Path(name))))
            except OSError as cause:
                reason = cause.strerror or str(cause)
                raise UsageError("derive-write", path=name, reason=reason) from cause
    return written


def _document(made: Derivation, written: list[str]) -> dict[str, object]:
    return {
        "steps": [
            {"part": s.part, "equation": s.text, "latex": s.latex, "shape": list(s.shape),
             "value": s.value}
            for s in made.steps
        ],
        "check": made.check(),
        "files": written,
    }  # fmt: skip


def _render(made: Derivation, written: list[str]) -> None:
    print(made)
    for path in written:
        print(path)
