"""`tiza check`: a formula for a derivative, compared with the truth."""

from __future__ import annotations

from pathlib import Path

from tiza.cli.out import show
from tiza.cli.speak import argument, as_usage, command, option
from tiza.cli.types import OneOf
from tiza.errors import ArgumentError, UsageError

WRONG = 1  # the exit code where the claim is wrong


@command(
    "check",
    words=(
        "Check a derivative found by hand: right, or which step is wrong, how, and where.\n"
        "Several lines (delta = ...; de/dw = ...) are judged one by one. The exit code is 1 if "
        "it is wrong.",
        "Revisa una derivada hecha a mano: correcta, o qué paso está mal, cómo y dónde.\n"
        "Varias líneas (delta = ...; de/dw = ...) se juzgan una por una. El código de salida es "
        "1 si está mal.",
    ),
    examples=[
        'tiza check "de/dw = (f - y) x" "f = S(w x + b); e = (y - f)^2/2"',
        'tiza check "X^T (X w - y)" "sum((X w - y)^2)/2" --wrt w --shapes X=5x3,w=3,y=5',
        ("tiza check answer.txt loss.txt", "tiza check respuesta.txt perdida.txt"),
    ],
)
@argument(
    "claim",
    holder=("CLAIM", "DERIVADA"),
    words=(
        "Your derivative, as in Python or LaTeX, or a file with it.",
        "Su derivada, como en Python o LaTeX, o un archivo con ella.",
    ),
)
@argument(
    "loss",
    holder=("LOSS", "PÉRDIDA"),
    words=(
        "What was derived; its lines name the intermediate results.",
        "Lo que se derivó; sus líneas nombran los resultados intermedios.",
    ),
)
@option(
    "--wrt",
    holder=("w", "w"),
    words=(
        "The variable, where the claim does not name it.",
        "La variable, si la derivada no la nombra.",
    ),
)
@option(
    "--shapes",
    default="",
    holder=("X=5x3,w=3", "X=5x3,w=3"),
    words=("Shapes of arrays; the rest are numbers.", "Formas de arreglos; lo demás son números."),
)
@option(
    "--domain",
    default="",
    holder=("x=0.1:5", "x=0.1:5"),
    words=("Bounds of variables, e.g. for roots.", "Límites de variables, p. ej. para raíces."),
)
@option(
    "--decimal",
    type=OneOf((".", ",")),
    default=".",
    holder=(".|,", ".|,"),
    words=(
        "Decimal sign; with a comma, ; stands between arguments.",
        "Signo decimal; con coma, los argumentos se separan con ;.",
    ),
)
def main(claim: str, loss: str, wrt: str | None, shapes: str, domain: str, decimal: str) -> int:
    """Print the verdict."""
    from tiza.api.check import check

    try:
        verdict = check(_read(claim), _read(loss), wrt, shapes=_shapes(shapes),
                        domain=_bounds(domain), decimal=decimal)  # fmt: skip
    except ArgumentError as error:
        raise as_usage(error) from error
    show(verdict.as_dict(), lambda: print(verdict))
    return 0 if verdict else WRONG


def _read(text: str) -> str:
    """The text itself, or that of the file of this name."""
    is_name = len(text) < 200 and "\n" not in text and text.endswith((".txt", ".tex", ".md"))
    return Path(text).read_text(encoding="utf-8") if is_name else text


def _pairs(text: str, option_name: str) -> list[tuple[str, str]]:
    pairs = []
    for piece in filter(None, (p.strip() for p in text.split(","))):
        name, equals, value = piece.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise UsageError("check-option", option=option_name, got=piece)
        pairs.append((name.strip(), value.strip()))
    return pairs


def _shapes(text: str) -> dict[str, tuple[int, ...]]:
    """`X=5x3,w=3` as shapes.

    >>> _shapes("X=5x3, w=3")
    {'X': (5, 3), 'w': (3,)}
    """
    found = {}
    for name, value in _pairs(text, "--shapes"):
        sides = value.lower().replace("×", "x").split("x")
        if not all(side.isdigit() and 0 < int(side) < 10_000 for side in sides):
            raise UsageError("check-option", option="--shapes", got=f"{name}={value}")
        found[name] = tuple(int(side) for side in sides)
    return found


def _bounds(text: str) -> dict[str, tuple[float, float]]:
    """`x=0.1:5` as bounds.

    >>> _bounds("x=0.1:5")
    {'x': (0.1, 5.0)}
    """
    found = {}
    for name, value in _pairs(text, "--domain"):
        low, _, high = value.partition(":")
        try:
            found[name] = (float(low), float(high))
        except ValueError:
            raise UsageError("check-option", option="--domain", got=f"{name}={value}") from None
    return found
