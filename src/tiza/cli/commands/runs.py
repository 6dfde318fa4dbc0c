"""`tiza runs`: the trainings that this machine remembers, newest first."""

from tiza.cli.kept import STATUSES, row_of
from tiza.cli.out import show, table
from tiza.cli.speak import command, option
from tiza.cli.types import COUNT, OneOf
from tiza.errors import pick


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

    found = Store().runs(status=status, name=name, limit=limit)
    rows = [row_of(run) for run in found]

    def render() -> None:
        if not rows:
            print(
                pick(
                    (
                        "no runs here yet; make one with: tiza demo",
                        "aún no hay corridas; haga una con: tiza demo",
                    )
                )
            )
            return
        heads = (
            ("run", "corrida"),
            ("name", "nombre"),
            ("state", "estado"),
            ("started", "comienzo"),
            ("took", "duró"),
            ("result", "resultado"),
        )
        table(
            [pick(head) for head in heads],
            [(r.id, r.name, pick(STATUSES[r.status]), r.started, r.took, r.result) for r in rows],
            fold=(1, 5),
        )

    show([r.as_dict() for r in rows], render)
