"""`tiza show RUN`: one run in full."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tiza.cli.kept import STATUSES, duration, find_run, local_time, run_names
from tiza.cli.out import console, figure, show, size, sparkline, table
from tiza.cli.speak import argument, command
from tiza.cli.types import completing
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.train.store import Run


@command(
    "show",
    words=(
        "Show a run: its figures, its curves, its settings and its files.",
        "Muestra una corrida: sus cifras, sus curvas, sus ajustes y sus archivos.",
    ),
    examples=["tiza show last", "tiza show last --json"],
)
@argument(
    "run",
    holder=("RUN", "CORRIDA"),
    shell_complete=completing(run_names),
    words=(
        "Id of the run, its first letters, its folder, or `last`.",
        "Identificador de la corrida, sus primeras letras, su carpeta, o `last`.",
    ),
)
def main(run: str) -> None:
    """Print what is kept of the run."""
    found = find_run(run)
    curves = _curves(found.id)
    files = _files(found.folder)
    show(
        {
            "id": found.id,
            "name": found.name,
            "status": found.status,
            "started": found.started,
            "finished": found.finished,
            "folder": str(found.folder),
            "summary": found.summary,
            "config": found.config,
            "curves": curves,
            "files": files,
        },
        lambda: _render(found, curves, files),
    )


def _curves(id: str) -> dict[str, list[float]]:
    from tiza.train.store import Store

    curves: dict[str, list[float]] = {}
    for row in Store().metrics(id):
        curves.setdefault(row.name, []).append(row.value)
    return curves


def _files(folder: Path) -> dict[str, int]:
    if not folder.is_dir():
        return {}
    return {
        str(path.relative_to(folder)): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _render(run: "Run", curves: Mapping[str, list[float]], files: Mapping[str, int]) -> None:
    from rich.text import Text

    screen = console()
    head = (
        f"{run.id}  {run.name}  {pick(STATUSES[run.status])}  {local_time(run.started)}  "
        f"{duration(run.started, run.finished)}"
    )
    screen.print(Text(head, style="bold"))
    screen.print(Text(str(run.folder)), soft_wrap=True)
    if run.summary:
        _pairs(pick(("figures", "cifras")), run.summary)
    if curves:
        width = max(8, min(40, screen.width - 46))
        heads = (("curve", "curva"), ("first", "primera"), ("last", "última"), ("", ""))
        table(
            [pick(h) for h in heads],
            [
                (name, figure(v[0]), figure(v[-1]), sparkline(v, width))
                for name, v in curves.items()
            ],
            right=(1, 2),
        )
    if run.config:
        _pairs(pick(("setting", "ajuste")), run.config)
    if files:
        table(
            (pick(("file", "archivo")), pick(("size", "tamaño"))),
            [(name, size(count)) for name, count in files.items()],
            right=(1,),
            fold=(0,),
        )


def _pairs(head: str, values: Mapping[str, object]) -> None:
    """Two columns; what is nested is shortened, `--json` shows it whole."""
    table((head, ""), [(name, _short(value)) for name, value in values.items()], fold=(1,))


def _short(value: object, most: int = 120) -> str:
    text = figure(value) if isinstance(value, float) else str(value)
    return text if len(text) <= most else text[: most - 3] + "..."
