"""`tiza train` for a recipe with a loop of its own: run it, and say what it found."""

from typing import TYPE_CHECKING

from tiza.cli.out import console, current, figure, note, show, table
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.recipes.study import Studied

SHARES = ("accuracy", "share")
WHO = {
    "model": ("model", "modelo"),
    "majority": ("majority", "mayoría"),
    "mean": ("mean", "media"),
    "data": ("data", "datos"),
    "noise": ("noise", "ruido"),
    "asked": ("asked", "pedido"),
    "biases": ("biases", "sesgos"),
    "half open": ("half open", "medio abiertas"),
    "random rows": ("random rows", "filas al azar"),
}


def study(name: str, quick: bool) -> None:
    """Run the recipe and print its figures beside the others'."""
    from tiza.recipes.shelf import shelf
    from tiza.recipes.study import Settings, run_study

    about = shelf()[name]
    note(f"{pick(about.title)}: {pick(about.data)}; {about.model}")
    found = run_study(name, Settings(current().seed or 0, quick, note))
    show(_document(found), lambda: _render(found, quick))


def _document(found: "Studied") -> dict[str, object]:
    return {
        "run": found.folder.id,
        "folder": str(found.folder.path),
        "report": str(found.report),
        "recipe": found.name,
        "metrics": found.outcome.figures,
        "sentence": pick(found.outcome.sentence),
        "parameters": found.parameters,
        "seconds": found.seconds,
        "commands": [line for line, _ in found.about.further(found.name, found.folder.id)],
    }


def _render(found: "Studied", quick: bool) -> None:
    from rich.text import Text

    if current().quiet:
        print(found.folder.path)
        return
    screen, figures = console(), found.outcome.figures
    whos = list(dict.fromkeys(who for row in figures.values() for who in row))
    rows = [
        [found.outcome.called(name), *(_cell(name, row.get(who)) for who in whos)]
        for name, row in figures.items()
    ]
    heads = [pick(("figure", "cifra")), *(pick(WHO.get(who, (who, who))) for who in whos)]
    print()
    table(heads, rows, right=range(1, len(heads)), fold=(0,))
    screen.print()
    screen.print(Text(pick(found.outcome.sentence), style="bold green"))
    if quick:
        screen.print(Text(pick(QUICK)), style="dim")
    else:
        expected = pick(("expected: ", "se espera: ")) + pick(found.about.expects)
        screen.print(Text(expected))
    count = pick(("{n:,} parameters, {s:.1f} s in all", "{n:,} parámetros, {s:.1f} s en total"))
    screen.print(Text(count.format(n=found.parameters, s=found.seconds)))
    screen.print()
    screen.print(Text(f"{pick(('report', 'informe'))}  {found.report}"), soft_wrap=True)
    screen.print(Text(f"{pick(('run', 'corrida'))}  {found.folder.path}"), soft_wrap=True)
    screen.print()
    for line, what in found.about.further(found.name, found.folder.id):
        screen.print(Text(f"  # {what}", style="dim"))
        screen.print(Text(f"  {line}", style="cyan"), soft_wrap=True)


QUICK = (
    "--quick only shows that everything runs; the figures mean nothing.",
    "--quick solo muestra que todo funciona; las cifras no significan nada.",
)


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2%}" if name.startswith(SHARES) else figure(value)
