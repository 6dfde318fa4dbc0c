"""`tiza show RUN`: one run in full."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiza.cli.ending import figures_table
from tiza.cli.kept import STATUSES, duration, find_run, local_time
from tiza.cli.out import console, figure, show, size, sparkline, table
from tiza.cli.shared import one_run
from tiza.cli.speak import command
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.train.store import Run

ASIDE = ("lr", "seconds")  # measured, but no curves of learning


@command(
    "show",
    words=(
        "Show a run: its figures, its curves, its settings and its files.",
        "Muestra una corrida: sus cifras, sus curvas, sus ajustes y sus archivos.",
    ),
    examples=["tiza show last", "tiza show last --json"],
)
@one_run
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
            "metrics": _figures(found.folder),
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
    facts = _facts(run.folder)
    head = (
        f"{run.id}  {pick(STATUSES[run.status])}  {local_time(run.started)}  "
        f"{duration(run.started, run.finished)}"
    )
    screen.print(Text(head, style="bold"))
    screen.print(Text(str(run.folder)), soft_wrap=True)
    screen.print()
    figures = _figures(run.folder)
    if isinstance(figures, dict):
        figures_table(figures)
    elif run.summary:
        _pairs(pick(("figures", "cifras")), run.summary)
    if curves:
        _draw(curves, screen.width)
    screen.print()
    _pairs(pick(("setting", "ajuste")), _settings(run))
    if isinstance(facts.get("model"), str):
        screen.print()
        screen.print(Text(facts["model"]), soft_wrap=True)
    if files:
        screen.print()
        rows = [(name, size(count)) for name, count in files.items()]
        heads = pick((("file", "size"), ("archivo", "tamaño")))
        table(heads, rows, right=(1,), fold=(0,))


def _facts(folder: Path) -> dict[str, Any]:
    """What run.json says; nothing where the folder is gone."""
    from tiza.errors import CheckpointError
    from tiza.train.folder import RunFolder

    try:
        return dict(RunFolder(folder).facts())
    except CheckpointError:
        return {}


def _figures(folder: Path) -> object:
    facts = _facts(folder)
    return facts.get("metrics") or facts.get("figures")


def _draw(curves: Mapping[str, list[float]], width: int) -> None:
    """Each curve as a line of bars, training above validation."""
    print()
    names = sorted((n for n in curves if n not in ASIDE), key=lambda n: n.removeprefix("val_"))
    rows = [
        (name, figure(curves[name][0]), figure(curves[name][-1]), sparkline(curves[name], bars))
        for bars in [max(8, min(40, width - 44))]
        for name in names
    ]
    heads = (("curve", "curva"), ("first", "primera"), ("last", "última"), ("", ""))
    table([pick(h) for h in heads], rows, right=(1, 2))


def _settings(run: "Run") -> dict[str, object]:
    """The settings, flat: what a reader would change."""
    config: Any = run.config
    inner = config.get("config", {})
    optimizer = inner.get("optimizer", {})
    groups = [{k: v for k, v in g.items() if k != "params"} for g in optimizer.get("groups", [])]
    found: dict[str, object] = {
        "seed": config.get("seed"),
        "parameters": config.get("parameters"),
        "loss": _named(inner.get("loss")),
        "optimizer": optimizer.get("class"),
        **(groups[0] if groups else {}),
        **inner.get("fit", {}),
        "rows": config.get("data", {}).get("rows"),
        "validation_rows": config.get("data", {}).get("validation_rows"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _named(described: Any) -> object:
    """A loss by its name."""
    return (described or {}).get("function") or (described or {}).get("class")


def _pairs(head: str, values: Mapping[str, object]) -> None:
    """Two columns; what is nested is shortened, `--json` shows it whole."""
    table((head, ""), [(name, _short(value)) for name, value in values.items()], fold=(1,))


def _short(value: object, most: int = 120) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= most else text[: most - 3] + "..."
