"""`tiza replay RUN`: the same run again, and whether the same weights came out."""

from typing import TYPE_CHECKING

from tiza.cli.kept import find_run
from tiza.cli.out import console, current, figure, note, show, table
from tiza.cli.shared import one_run, threads_of_code
from tiza.cli.speak import command
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.recipes.replay import Replayed

EQUAL = (
    "equal: the weights are the same to the last bit",
    "iguales: los pesos son los mismos hasta el último bit",
)
EQUAL_FIGURES = ("equal: all figures are the same", "iguales: todas las cifras son las mismas")
DIFFERENT = ("not equal", "no son iguales")
SAME_PLACE = (
    "versions and machine are the same: this should not happen",
    "las versiones y la máquina son las mismas: esto no debería pasar",
)


@command(
    "replay",
    words=(
        "Do a run again with its own settings and seed, and say whether the weights are equal.\n"
        "On the same machine with the same versions they are, to the last bit; the exit code is "
        "0 where they are and 1 where not.",
        "Repite una corrida con sus ajustes y su semilla, y dice si los pesos son iguales.\n"
        "En la misma máquina y con las mismas versiones lo son, hasta el último bit; el código "
        "de salida es 0 si lo son y 1 si no.",
    ),
    examples=["tiza replay last", "tiza replay last --threads 1 --json"],
)
@one_run
@threads_of_code
def main(run: str, threads: int | None) -> int:
    """Run it again and compare."""
    from tiza.cli import studied
    from tiza.recipes.replay import replay
    from tiza.train.folder import RunFolder

    studied.threads(threads)
    found = replay(RunFolder.open(find_run(run).folder), say=note)
    show(_document(found), lambda: _render(found))
    return 0 if found.equal else 1


def _document(found: "Replayed") -> dict[str, object]:
    return {
        "equal": found.equal,
        "run": found.before.id,
        "again": found.after.id,
        "weights_sha256": list(found.hashes),
        "metrics": list(found.figures),
        "versions": {name: list(pair) for name, pair in found.versions.items()},
    }


def _render(found: "Replayed") -> None:
    from rich.text import Text

    if current().quiet:
        print(found.after.path)
        return
    screen = console()
    said = (EQUAL if found.hashes[0] else EQUAL_FIGURES) if found.equal else DIFFERENT
    screen.print(Text(pick(said), style="bold green" if found.equal else "bold yellow"))
    if found.hashes[0]:
        screen.print(Text("sha256  " + "  ".join(h[:16] or "-" for h in found.hashes)))
    screen.print(Text(f"{found.before.id}  {found.after.id}"), soft_wrap=True)
    if found.equal:
        return
    before, after = found.figures
    rows = [
        (name, figure(row.get("model")), figure(after.get(name, {}).get("model")))
        for name, row in before.items()
    ]
    heads = [pick(p) for p in (("figure", "cifra"), ("then", "antes"), ("now", "ahora"))]
    table(heads, rows, right=(1, 2), fold=(0,))
    if found.versions:
        table(["", *heads[1:]], [(k, *pair) for k, pair in found.versions.items()], fold=(1, 2))
    else:
        screen.print(Text(pick(SAME_PLACE)))
