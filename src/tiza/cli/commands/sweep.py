"""`tiza sweep RECIPE --set lr=log:1e-4..1e-1`: many runs with other settings, chosen by Optuna."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiza.cli.out import console, current, figure, note, show, table
from tiza.cli.shared import threads_of_code
from tiza.cli.speak import argument, command, option, unknown
from tiza.cli.types import COUNT, OneOf, completing
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.recipes.shelf import Recipe
    from tiza.recipes.sweep import Sweep

GO_ON = (
    "interrupted; the same command goes on: {done} of {all} trials are done",
    "interrumpido; la misma orden continúa: van {done} de {all} intentos",
)
ELSEWHERE = (
    "{n} trials are running in other processes",
    "{n} intentos están en marcha en otros procesos",
)
NONE_DONE = ("no trial has finished", "ningún intento ha terminado")


def _recipes() -> list[str]:
    from tiza.recipes import names

    return names()


@command(
    "sweep",
    words=(
        "Try many settings of a recipe: Optuna proposes, bad runs are ended early.\n"
        "--set gives a range (lr=log:1e-4..1e-1, epochs=5..30), a choice (kind=lstm|gru) or a "
        "fixed value. The same command in another terminal shares the work; after Ctrl-C it goes "
        "on. What is best is decided by validation data.",
        "Prueba muchos ajustes de una receta: Optuna propone, las corridas malas se cortan.\n"
        "--set da un rango (lr=log:1e-4..1e-1, epochs=5..30), una elección (kind=lstm|gru) o un "
        "valor fijo. La misma orden en otra terminal comparte el trabajo; tras Ctrl-C continúa. "
        "Lo mejor se decide con los datos de validación.",
    ),
    examples=[
        "tiza sweep digits --set lr=log:1e-4..1e-1 --trials 20",
        'tiza sweep digits --set "hidden=64|128|256,128" --set epochs=10 --sampler grid',
        "tiza sweep gan-rings --set lr=log:1e-4..1e-2 --metric critic --name gan2",
    ],
)
@argument(
    "recipe",
    holder=("RECIPE", "RECETA"),
    shell_complete=completing(_recipes),
    words=("A recipe, or the file of one's own.", "Una receta, o el archivo de una propia."),
)
@option(
    "--set",
    "chosen",
    multiple=True,
    holder=("KEY=RANGE", "CLAVE=RANGO"),
    words=(
        "low..high, log:low..high, a|b|c, or a fixed value; repeatable.",
        "menor..mayor, log:menor..mayor, a|b|c, o un valor fijo; repetible.",
    ),
)
@option(
    "--trials",
    type=COUNT,
    default=20,
    holder=("N", "N"),
    words=(
        "Trials in all, of all processes together (20).",
        "Intentos en total, de todos los procesos (20).",
    ),
)
@option(
    "--metric",
    default="val_loss",
    holder=("COLUMN", "COLUMNA"),
    words=(
        "Column of the curves to choose by; its best value counts (val_loss).",
        "Columna de las curvas por la que se elige; cuenta su mejor valor (val_loss).",
    ),
)
@option(
    "--direction",
    type=OneOf(("minimize", "maximize")),
    holder=("minimize|maximize", "minimize|maximize"),
    words=("Which way is better; else by the metric.", "Qué es mejor; si no, según la métrica."),
)
@option(
    "--sampler",
    type=OneOf(("tpe", "random", "grid")),
    default="tpe",
    holder=("NAME", "NOMBRE"),
    words=("tpe, random or grid (tpe).", "tpe, random (al azar) o grid (malla) (tpe)."),
)
@option(
    "--pruner",
    type=OneOf(("median", "halving", "none")),
    default="median",
    holder=("NAME", "NOMBRE"),
    words=(
        "Ends bad runs early: median, halving or none (median).",
        "Corta antes las corridas malas: median, halving o none (median).",
    ),
)
@option(
    "--name",
    default="",
    holder=("NAME", "NOMBRE"),
    words=(
        "Name of the sweep; else the recipe's.",
        "Nombre del barrido; si no, el de la receta.",
    ),
)
@option(
    "--storage",
    default="",
    holder=("URL", "URL"),
    words=(
        "Database of Optuna; else sweeps.sqlite beside the runs.",
        "Base de datos de Optuna; si no, sweeps.sqlite junto a las corridas.",
    ),
)
@option(
    "--quick",
    is_flag=True,
    words=("Quick runs, to see that it works.", "Corridas rápidas, para ver que funciona."),
)
@threads_of_code
def main(recipe: str, chosen: tuple[str, ...], threads: int | None, direction: str | None,
         **options: Any) -> int:  # fmt: skip
    """Sweep, and say what was best."""
    from tiza.cli import studied
    from tiza.recipes.setting import pairs
    from tiza.recipes.space import read
    from tiza.recipes.sweep import Sweep, study_of, sweep

    studied.threads(threads)
    found = _recipe(recipe)
    ranges, fixed = read(found.declared, found.name, pairs(chosen))
    plan = Sweep(found, ranges, fixed, seed=current().seed or 0,
                 direction=direction or "", **options)  # fmt: skip
    interrupted = False
    try:
        study = sweep(plan, lambda study, trial: _tell(trial, plan))
    except KeyboardInterrupt:
        interrupted = True
        study = study_of(plan)
    written = _write(study, plan)
    show(_document(study, plan, written), lambda: _render(study, plan, written, interrupted))
    return 130 if interrupted else 0


def _recipe(name: str) -> "Recipe":
    from tiza.recipes import find, names

    if name in names() or (name.endswith(".py") and Path(name).is_file()):
        return find(name)
    raise unknown("cli-no-recipe", name, names())


def _tell(trial: Any, plan: "Sweep") -> None:
    """One line for a trial that has ended."""
    from tiza.recipes.sweep_page import Trial, said

    ended = Trial.of(trial)
    words = "  ".join(
        f"{k} {figure(v) if isinstance(v, float) else v}" for k, v in ended.params.items()
    )
    value = "" if ended.value is None else f"  {plan.metric} {figure(ended.value)}"
    note(f"{ended.number:>4}  {words}{value}  {said(ended.state)}")


def _write(study: Any, plan: "Sweep") -> Path:
    """The page of the sweep, sweeps/NAME.html."""
    from tiza.recipes.sweep_page import page
    from tiza.train.plain import write_atomically

    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in plan.called)
    path = Path("sweeps") / f"{safe}.html"
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, page(study, plan).encode())
    return path


def _document(study: Any, plan: "Sweep", written: Path) -> dict[str, object]:
    from tiza.recipes.sweep import importances
    from tiza.recipes.sweep_page import best_of, command, trials_of

    trials = trials_of(study)
    best = best_of(trials, plan)
    return {
        "sweep": plan.called,
        "recipe": plan.recipe.name,
        "metric": plan.metric,
        "direction": plan.towards,
        "best": None if best is None else {**best.document(), "command": command(best, plan)},
        "importance": importances(study),
        "trials": [trial.document() for trial in trials],
        "page": str(written),
    }


def _render(study: Any, plan: "Sweep", written: Path, interrupted: bool) -> None:
    from rich.text import Text

    from tiza.recipes.sweep import importances
    from tiza.recipes.sweep_page import best_of, command, row, said, summary, trials_of
    from tiza.train.history import title

    trials = trials_of(study)
    best = best_of(trials, plan)
    if current().quiet:
        print(written if best is None else best.run)
        return
    sign = -1 if plan.towards == "maximize" else 1
    good = sorted((t for t in trials if t.state == "COMPLETE" and t.value is not None),
                  key=lambda t: sign * float(t.value or 0.0))  # fmt: skip
    heads = [said("number"), said("state"), *(one.name for one in plan.ranges),
             title(plan.metric), said("run")]  # fmt: skip
    screen = console()
    print()
    table(heads, [row(t, plan) for t in good[:10]], fold=(len(heads) - 1,))
    screen.print()
    for name, value in importances(study).items():
        screen.print(Text(f"  {said('importance')}: {name} {value:.0%}"))
    screen.print(Text(summary(trials, plan), style="dim"))
    running = sum(t.state == "RUNNING" for t in trials)
    if running:
        screen.print(Text(pick(ELSEWHERE).format(n=running)))
    if interrupted:
        done = sum(t.state in ("COMPLETE", "PRUNED") for t in trials)
        screen.print(Text(pick(GO_ON).format(done=done, all=plan.trials), style="yellow"))
    screen.print(Text(str(written)))
    if best is None:
        screen.print(Text(pick(NONE_DONE)))
    else:
        screen.print(Text(f"  # {said('best')}", style="dim"))
        screen.print(Text(f"  {command(best, plan)}", style="cyan"), soft_wrap=True)
