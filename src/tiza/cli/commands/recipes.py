"""`tiza recipes`: what `tiza train` can run by name, and a copy of any of them to change."""

from pathlib import Path
from typing import TYPE_CHECKING

from tiza.cli.out import show, table
from tiza.cli.speak import argument, command, unknown
from tiza.cli.types import completing
from tiza.errors import UsageError, pick

if TYPE_CHECKING:
    from tiza.recipes.about import About


def _names() -> list[str]:
    from tiza.recipes.shelf import shelf

    return ["copy", *shelf()]


@command(
    "recipes",
    words=(
        "List the recipes: data, model, figure to expect, minutes on two cores.\n"
        "`tiza train NAME` runs one, with --quick in seconds to see that it works; `tiza recipes "
        "copy NAME` writes its code to NAME.py, to start one's own from.",
        "Lista las recetas: datos, modelo, cifra esperada, minutos con dos núcleos.\n"
        "`tiza train NOMBRE` ejecuta una, con --quick en segundos para ver que funciona; `tiza "
        "recipes copy NOMBRE` escribe su código en NOMBRE.py, para empezar una propia.",
    ),
    examples=["tiza recipes", "tiza recipes copy gan-rings", "tiza recipes --json"],
)
@argument(
    "what",
    nargs=-1,
    holder=("[copy NAME]", "[copy NOMBRE]"),
    shell_complete=completing(_names),
    words=("Nothing for the list, or: copy NAME.", "Nada para la lista, o: copy NOMBRE."),
)
def main(what: tuple[str, ...]) -> None:
    """Print the list, or copy a recipe."""
    from tiza.recipes.shelf import shelf

    known = shelf()
    if not what:
        rows = {name: _row(about) for name, about in known.items()}
        show({name: dict(zip(KEYS, row, strict=True)) for name, row in rows.items()},
             lambda: _render(rows))  # fmt: skip
        return
    if what[0] != "copy" or len(what) != 2:
        raise UsageError("cli-recipes-what", got=" ".join(what))
    if what[1] not in known:
        raise unknown("cli-no-recipe", what[1], list(known))
    path = _copy(what[1])
    show({"file": str(path)}, lambda: print(path))


KEYS = ("title", "data", "model", "expects", "minutes")


def _row(about: "About") -> list[str]:
    return [pick(about.title), pick(about.data), about.model, pick(about.expects),
            f"{about.minutes:g}"]  # fmt: skip


def _render(rows: dict[str, list[str]]) -> None:
    heads = [pick(pair) for pair in (("recipe", "receta"), ("data", "datos"), ("model", "modelo"),
                                     ("expect", "se espera"), ("minutes", "minutos"))]  # fmt: skip
    table(heads, [[name, *row[1:]] for name, row in rows.items()], right=(4,), fold=(1, 2, 3))


def _copy(name: str) -> Path:
    """The recipe's file in the folder one stands in.

    Errors: UsageError where there is such a file already.
    """
    from importlib.resources import files

    stem = name.replace("-", "_")
    path = Path(f"{stem}.py")
    if path.exists():
        raise UsageError("cli-recipe-there", file=str(path))
    text = files("tiza.recipes").joinpath(f"{stem}.py").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return path
