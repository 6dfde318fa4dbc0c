"""`tiza runs`: the trainings that this machine remembers, newest first, or as one asks."""

from collections.abc import Sequence

from tiza.cli.kept import STATUSES, Row, row_of
from tiza.cli.out import console, figure, show, table
from tiza.cli.speak import command, option
from tiza.cli.types import COUNT, OneOf, completing
from tiza.errors import pick

WIDE = 110  # columns of a terminal on which there is room for the date
NONE = (
    "no runs here yet; make one with: tiza demo",
    "aún no hay corridas; haga una con: tiza demo",
)
NONE_SUCH = ("no run is so", "ninguna corrida es así")


def _recipes() -> list[str]:
    from tiza.recipes import names

    return names()


@command(
    "runs",
    words=(
        "List the runs, newest first: name, state, date, duration, final figures.",
        "Lista las corridas, primero la más nueva: nombre, estado, fecha, duración, cifras.",
    ),
    examples=[
        "tiza runs",
        "tiza runs --recipe digits --sort accuracy",
        'tiza runs --where "accuracy>=0.97" --since 7d',
        "tiza runs --json",
    ],
)
@option(
    "--name",
    holder=("TEXT", "TEXTO"),
    words=("Only runs whose name contains this.", "Solo corridas cuyo nombre contiene esto."),
)
@option(
    "--recipe",
    holder=("NAME", "NOMBRE"),
    shell_complete=completing(_recipes),
    words=("Only runs of this recipe.", "Solo corridas de esta receta."),
)
@option(
    "--status",
    type=OneOf(("running", "finished", "interrupted", "failed", "killed")),
    holder=("STATE", "ESTADO"),
    words=(
        "Only runs in this state: running, finished, interrupted, failed, killed.",
        "Solo corridas en este estado: running (en marcha), finished (terminada), "
        "interrupted (interrumpida), failed (fallida), killed (matada).",
    ),
)
@option(
    "--where",
    multiple=True,
    holder=("FIGURE>=X", "CIFRA>=X"),
    words=(
        "Only runs with such a figure: accuracy>=0.97, rmse<1; may be repeated.",
        "Solo corridas con tal cifra: accuracy>=0.97, rmse<1; se puede repetir.",
    ),
)
@option(
    "--since",
    holder=("DAY", "DÍA"),
    words=(
        "Only runs begun from then on: 2026-11-21, today, 7d (seven days ago).",
        "Solo corridas comenzadas desde entonces: 2026-11-21, hoy, 7d (hace siete días).",
    ),
)
@option(
    "--until",
    holder=("DAY", "DÍA"),
    words=("Only runs begun until then.", "Solo corridas comenzadas hasta entonces."),
)
@option(
    "--sort",
    default="started",
    holder=("COLUMN", "COLUMNA"),
    words=(
        "Order: started, name, state, took, or a figure, the best first.",
        "Orden: started (comienzo), name (nombre), state (estado), took (duración), o una "
        "cifra, primero la mejor.",
    ),
)
@option("--reverse", is_flag=True, words=("The other way round.", "Al revés."))
@option(
    "-n",
    "--limit",
    type=COUNT,
    default=20,
    holder=("N", "N"),
    words=("At most so many (default 20).", "A lo sumo tantas (20 si no se indica)."),
)
def main(name: str | None, recipe: str | None, status: str | None, where: tuple[str, ...],
         since: str | None, until: str | None, sort: str, reverse: bool,
         limit: int) -> None:  # fmt: skip
    """Print the table of runs."""
    from tiza.cli.choosing import chosen, ordered
    from tiza.train.store import Store

    known = Store().runs(status=status, name=name)
    runs = chosen(known, recipe=recipe, where=where, since=since, until=until)
    rows = [row_of(run) for run in ordered(runs, sort, reverse)[:limit]]
    first = sort if rows and sort in rows[0].summary else ""
    filtered = bool(recipe or where or since or until or status or name)
    show([row.as_dict() for row in rows], lambda: _render(rows, first, filtered))


def _render(rows: Sequence[Row], first: str, filtered: bool) -> None:
    if not rows:
        print(pick(NONE_SUCH if filtered else NONE))
        return
    wide = console().width >= WIDE
    heads = [("run", "corrida"), ("state", "estado"), ("took", "duró"), ("result", "resultado")]
    lines = [[row.id, pick(STATUSES[row.status]), row.took, _result(row, first)] for row in rows]
    if wide:
        heads.insert(1, ("started", "comienzo"))
        for line, row in zip(lines, rows, strict=True):
            line.insert(1, row.started)
    table([pick(head) for head in heads], lines, fold=(len(heads) - 1,))


def _result(row: Row, first: str) -> str:
    """The figures of a run, the one that it was sorted by in front."""
    value = row.summary.get(first)
    if not isinstance(value, int | float) or row.result.startswith(f"{first} "):
        return row.result
    return f"{first} {figure(value)}, {row.result.split(', ')[0]}"
