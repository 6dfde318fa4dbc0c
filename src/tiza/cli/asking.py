"""What commands about one expression ask for: which formula, network or run, at which values."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

from tiza.cli.speak import argument, option
from tiza.cli.types import Number

if TYPE_CHECKING:
    from tiza.cli.derivable import Subject

F = TypeVar("F", bound=Callable[..., Any])
INDEX = Number(True, 0, 10**9, "0, 1, 2 ...")
ASKED = [
    argument(
        "what",
        holder=("WHAT", "QUÉ"),
        words=("A formula, `file.py:name`, or a run (its id, its folder, or `last`).",
               "Una fórmula, `archivo.py:nombre`, o una corrida (su identificador, su carpeta, o "
               "`last`)."),
    ),
    option(
        "--at",
        default="",
        holder=("w=0.1,x=2", "w=0.1,x=2"),
        words=("Values of the variables of a formula.", "Valores de las variables de una fórmula."),
    ),
    option(
        "--data",
        holder=("FILE", "ARCHIVO"),
        words=("Rows for a network: CSV, or .npz with x and y.",
               "Filas para una red: CSV, o .npz con x e y."),
    ),
    option(
        "-t",
        "--target",
        holder=("COLUMN", "COLUMNA"),
        words=("Column of the targets; else the last.",
               "Columna de los valores verdaderos; si no, la última."),
    ),
    option(
        "--example",
        type=INDEX,
        default=0,
        holder=("N", "N"),
        words=("Of a run: which test example.", "De una corrida: qué ejemplo de prueba."),
    ),
]  # fmt: skip


def asks(command: F) -> F:
    """Give a command these arguments: what, at, data, target, example."""
    return reduce(lambda f, asked: asked(f), reversed(ASKED), command)


def asked(what: str, at: str, data: str | None, target: str | None, example: int,
          wrt: str | None = None, layer: int | None = None) -> Subject:  # fmt: skip
    """The loss that is meant: of a formula, of a network in a file, of a run."""
    from tiza.cli import derivable

    if ".py:" in what:
        return derivable.from_file(what, data, target)
    if at or any(c in what for c in "=*+^()"):
        return derivable.from_formula(what, wrt, at)
    return derivable.from_run(what, layer, example)
