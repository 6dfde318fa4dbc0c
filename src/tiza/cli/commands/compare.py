"""`tiza compare RUN RUN ...`: settings that differ, figures with intervals, curves together."""

from pathlib import Path
from typing import TYPE_CHECKING

from tiza.cli.kept import find_run, run_names
from tiza.cli.out import complain, console, show, sparkline, table
from tiza.cli.speak import argument, command, option
from tiza.cli.types import completing
from tiza.errors import UsageError, pick

if TYPE_CHECKING:
    from tiza.recipes.compare import Comparison
    from tiza.train.folder import RunFolder

MOST = 12  # runs of a recipe that are taken without being named
DAMAGED = ("left out, its folder cannot be read", "se omite, su carpeta no se puede leer")


@command(
    "compare",
    words=(
        "Put runs side by side: settings that differ, figures with intervals, curves together.\n"
        "--html FILE writes a page with the curves drawn over one another. Runs that differ by "
        "their seed only are gathered: mean and interval by Student's t.",
        "Pone corridas lado a lado: ajustes que difieren, cifras con intervalos, curvas juntas.\n"
        "--html ARCHIVO escribe una página con las curvas dibujadas unas sobre otras. Las corridas "
        "que solo difieren en la semilla se agrupan: media e intervalo con la t de Student.",
    ),
    examples=[
        ("tiza compare RUN1 RUN2", "tiza compare CORRIDA1 CORRIDA2"),
        ("tiza compare --recipe digits --html out.html",
         "tiza compare --recipe digits --html salida.html"),
    ],
)  # fmt: skip
@argument(
    "runs",
    nargs=-1,
    holder=("RUN", "CORRIDA"),
    shell_complete=completing(run_names),
    words=(
        "Ids of runs, their first letters, their folders, or `last`.",
        "Identificadores de corridas, sus primeras letras, sus carpetas, o `last`.",
    ),
)
@option(
    "--recipe",
    holder=("NAME", "NOMBRE"),
    words=(
        "The finished runs of this recipe (the newest 12).",
        "Las corridas terminadas de esta receta (las 12 más nuevas).",
    ),
)
@option("--html", holder=("FILE", "ARCHIVO"), words=("Write a page.", "Escribe una página."))
def main(runs: tuple[str, ...], recipe: str | None, html: str | None) -> None:
    """Compare, print, write."""
    from tiza.recipes.compare import compare, whole
    from tiza.recipes.compare_page import document, page
    from tiza.train.plain import write_atomically

    folders, damaged = whole(_folders(runs, recipe))
    for run in damaged:
        complain(f"{run}: {pick(DAMAGED)}", kind=("warning", "aviso"))
    if len(folders) < 2:
        raise UsageError("compare-few")
    found = compare(folders)
    written = None
    if html is not None:
        written = Path(html)
        try:
            write_atomically(written, page(found).encode())
        except OSError as cause:
            reason = cause.strerror or str(cause)
            raise UsageError("derive-write", path=html, reason=reason) from cause
    show({**document(found), "html": None if written is None else str(written)},
         lambda: _render(found, written))  # fmt: skip


def _folders(names: tuple[str, ...], recipe: str | None) -> "list[RunFolder]":
    """The runs that are meant, each once, in the order in which they were named."""
    from tiza.cli.choosing import chosen
    from tiza.train.folder import RunFolder
    from tiza.train.store import Store

    found = [find_run(name) for name in names]
    if recipe is not None:
        found += reversed(chosen(Store().runs(status="finished"), recipe=recipe)[:MOST])
    return [RunFolder(path) for path in dict.fromkeys(run.folder for run in found)]


def _render(found: "Comparison", written: Path | None) -> None:
    from rich.text import Text

    from tiza.recipes.compare_page import cell, said, value_text
    from tiza.train.history import title

    screen = console()
    letters = [side.letter for side in found.sides]
    for side in found.sides:
        screen.print(Text(f"{side.letter}  {side.id}"), soft_wrap=True)
    screen.print()
    if found.differences:
        rows = [[n, *map(value_text, values)] for n, values in found.differences.items()]
        table([said("settings"), *letters], rows, fold=range(len(letters) + 1))
    else:
        print(said("same"))
    screen.print()
    rows = [
        [title(n), *(cell(n, s.figures.get(n), s.intervals.get(n)) for s in found.sides)]
        for n in found.metrics
    ]
    table([said("figures"), *letters], rows, fold=range(len(letters) + 1))
    for group in found.groups:
        screen.print()
        rows = [[title(n), cell(n, v, group.intervals.get(n))] for n, v in group.means.items()]
        table([said("groups"), group.letters], rows, fold=(0, 1))
    if any(side.intervals for side in found.sides) or found.groups:
        screen.print(Text(said("how"), style="dim"))
    _draw(found, screen.width)
    if written is not None:
        print(written)


def _draw(found: "Comparison", width: int) -> None:
    """The curves of one column below one another, on one scale."""
    from tiza.cli.out import figure
    from tiza.recipes.compare_page import lines
    from tiza.train.history import title

    for name in found.curves:
        drawn = lines(found, name)
        finite = [v for line in drawn for v in line.values if v == v]
        if not finite:
            continue
        scale, bars = (min(finite), max(finite)), max(8, min(40, width - 40))
        rows = [
            (line.name, figure(line.values[-1]), sparkline(line.values, bars, scale))
            for line in drawn
        ]
        print()
        table([title(name), pick(("last", "última")), ""], rows, right=(1,))
