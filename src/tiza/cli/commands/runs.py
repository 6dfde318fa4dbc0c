"""`tiza runs`: the trainings that this machine remembers, newest first."""

from collections.abc import Sequence

from tiza.cli.kept import STATUSES, Row, row_of
from tiza.cli.out import console, show, table
from tiza.cli.speak import command, option
from tiza.cli.types import COUNT, OneOf
from tiza.errors import pick

WIDE = 110  # columns of a terminal on which there is room for the date
NONE = (
    "no runs here yet; make one with: tiza demo",
    "aún no hay corridas; haga una con: tiza demo",
)


@command(
    "runs",
    words=(
        "List the runs, newest first: name, state, date, duration, final figures.",
        "Lista las corridas, primero la más nueva: nombre, estado, fecha, duración, cifras.",
    ),
    examples=["tiza runs", "tiza runs --name digits --status finished", "tiza runs --json"],
)
@option(
    "--name",
    holder=("TEXT", "TEXTO"),
    words=("Only runs whose name contains this.", "Solo corridas cuyo nombre contiene esto."),
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
    "-n",
    "--limit",
    type=COUNT,
    default=20,
    holder=("N", "N"),
    words=("At most so many (default 20).", "A lo sumo tantas (20 si no se indica)."),
)
def main(name: str | None, status: str | None, limit: int) -> None:
    """Print the table of runs."""
    from tiza.train.store import Store

    rows = [row_of(run) for run in Store().runs(status=status, name=name, limit=limit)]
    show([row.as_dict() for row in rows], lambda: _render(rows))


def _render(rows: Sequence[Row]) -> None:
    if not rows:
        print(pick(NONE))
        return
    wide = console().width >= WIDE
    heads = [("run", "corrida"), ("state", "estado"), ("took", "duró"), ("result", "resultado")]
    lines = [[row.id, pick(STATUSES[row.status]), row.took, row.result] for row in rows]
    if wide:
        heads.insert(1, ("started", "comienzo"))
        for line, row in zip(lines, rows, strict=True):
            line.insert(1, row.started)
    table([pick(head) for head in heads], lines, fold=(len(heads) - 1,))
