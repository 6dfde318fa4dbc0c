"""`tiza recipes`: what `tiza train` can run by name, what may be set in it, a copy to change."""

from pathlib import Path
from typing import TYPE_CHECKING

from tiza.cli.out import console, show, table
from tiza.cli.speak import argument, command, unknown
from tiza.cli.types import completing
from tiza.errors import UsageError, pick

if TYPE_CHECKING:
    from tiza.recipes.about import About
    from tiza.recipes.shelf import Recipe


def _names() -> list[str]:
    from tiza.recipes import names

    return ["copy", *names()]


@command(
    "recipes",
    words=(
        "List the recipes: data, model, figure to expect, minutes on one core.\n"
        "`tiza recipes NAME` shows what may be set in one. `tiza train NAME` runs it, with "
        "--quick in seconds to see that it works; `tiza recipes copy NAME` writes its code to "
        "NAME.py, to start one's own from, which `tiza train NAME.py` runs.",
        "Lista las recetas: datos, modelo, cifra esperada, minutos con un núcleo.\n"
        "`tiza recipes NOMBRE` muestra qué se puede ajustar en una. `tiza train NOMBRE` la "
        "ejecuta, con --quick en segundos para ver que funciona; `tiza recipes copy NOMBRE` "
        "escribe su código en NOMBRE.py, para empezar una propia, que `tiza train NOMBRE.py` "
        "ejecuta.",
    ),
    examples=[
        "tiza recipes",
        "tiza recipes lenet-mnist",
        "tiza recipes copy gan-rings",
        "tiza recipes --json",
    ],
)
@argument(
    "what",
    nargs=-1,
    holder=("[NAME] | [copy NAME]", "[NOMBRE] | [copy NOMBRE]"),
    shell_complete=completing(_names),
    words=(
        "Nothing for the list, NAME for one, or: copy NAME.",
        "Nada para la lista, NOMBRE para una, o: copy NOMBRE.",
    ),
)
def main(what: tuple[str, ...]) -> None:
    """Print the list, or one recipe, or copy it."""
    from tiza.recipes import find, names, shelf

    if not what:
        rows = {name: _row(about) for name, about in shelf().items()}
        show({name: dict(zip(KEYS, row, strict=True)) for name, row in rows.items()},
             lambda: _render(rows))  # fmt: skip
        return
    copying = what[0] == "copy"
    if len(what) != 1 + copying:
        raise UsageError("cli-recipes-what", got=" ".join(what))
    if what[-1] not in names():
        raise unknown("cli-no-recipe", what[-1], names())
    recipe = find(what[-1])
    if not copying:
        show(_document(recipe), lambda: _one(recipe))
        return
    path = _copy(recipe.name)
    show({"file": str(path)}, lambda: print(path))


def _document(recipe: "Recipe") -> dict[str, object]:
    about = dict(zip(KEYS, _row(recipe.about), strict=True))
    settings = [
        {"name": one.name, "default": one.default, "wanted": one.wanted, "words": pick(one.words)}
        for one in recipe.declared
    ]
    return {"name": recipe.name, **about, "settings": settings}


def _one(recipe: "Recipe") -> None:
    from rich.text import Text

    from tiza.recipes.setting import as_text

    screen, about = console(), recipe.about
    screen.print(Text(pick(about.title), style="bold"))
    for head, value in (
        (("data", "datos"), pick(about.data)),
        (("model", "modelo"), about.model),
        (("expect", "se espera"), pick(about.expects)),
        (("minutes on one core", "minutos con un núcleo"), f"{about.minutes:g}"),
    ):
        screen.print(Text(f"{pick(head)}: {value}"))
    screen.print()
    heads = [pick(pair) for pair in (("setting", "ajuste"), ("default", "valor"),
                                     ("takes", "admite"), ("what it is", "qué es"))]  # fmt: skip
    rows = [(one.name, as_text(one.default), one.wanted, pick(one.words))
            for one in recipe.declared]  # fmt: skip
    if rows:
        table(heads, rows, fold=(2, 3))
    key = f" --set {rows[0][0]}={rows[0][1]}" if rows else ""
    screen.print(Text(f"tiza train {recipe.name}{key}", style="cyan"))


WIDE = 120  # columns of a terminal on which there is room for models and figures
KEYS = ("title", "data", "model", "expects", "minutes")


def _row(about: "About") -> list[str]:
    return [pick(about.title), pick(about.data), about.model, pick(about.expects),
            f"{about.minutes:g}"]  # fmt: skip


def _render(rows: dict[str, list[str]]) -> None:
    """What each is, and how long it takes; the rest where there is room."""
    wide = console().width >= WIDE
    shown = (0, 2, 3, 4) if wide else (0, 4)
    pairs = (("what", "qué"), ("data", "datos"), ("model", "modelo"), ("expect", "se espera"),
             ("minutes", "minutos"))  # fmt: skip
    heads = [pick(("recipe", "receta")), *(pick(pairs[k]) for k in shown)]
    lines = [[name, *(row[k] for k in shown)] for name, row in rows.items()]
    table(heads, lines, right=(len(heads) - 1,), fold=range(1, len(heads) - 1))


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
