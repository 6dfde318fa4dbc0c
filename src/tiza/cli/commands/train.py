"""`tiza train`: learn from a table of one's own, or run a recipe."""

from pathlib import Path
from typing import Any

from tiza.cli.ending import conclude, of_learned
from tiza.cli.kept import run_names
from tiza.cli.learned import introduce, learn, sentence_of
from tiza.cli.out import console, current
from tiza.cli.shared import threads_of_code
from tiza.cli.speak import argument, as_usage, command, option, unknown
from tiza.cli.types import COUNT, FRACTION, PROBABILITY, RATE, OneOf, Widths, completing
from tiza.errors import DataError, UsageError

OF_TABLES = ("target", "task", "drop", "test_fraction")


def _recipes() -> list[str]:
    from tiza.recipes import names

    return names()


@command(
    "train",
    words=(
        "Train a network on a table (CSV, TSV, Parquet), or run a recipe.\n"
        "For a table, --target names the column to predict. Types are guessed; gaps, categories "
        "and dates are taken care of, and a report says how. The last lines say how to ask the "
        "model.",
        "Entrena una red con una tabla (CSV, TSV, Parquet), o ejecuta una receta.\n"
        "Para una tabla, --target nombra la columna que se quiere predecir. Los tipos se adivinan; "
        "los huecos, las categorías y las fechas se atienden, y un informe dice cómo. Las últimas "
        "líneas dicen cómo preguntar al modelo.",
    ),
    examples=[
        ("tiza train houses.csv --target price", "tiza train casas.csv --target precio"),
        (
            "tiza train people.csv --target churned --drop id --hidden 32",
            "tiza train clientes.csv --target abandono --drop id --hidden 32",
        ),
        "tiza train mnist-mlp --epochs 5",
        "tiza train gan-rings --quick",
        "tiza train mlp-slide --set lr=0.005 --set epochs=10 --seeds 3",
        "tiza train gan-mnist --resume last",
    ],
)
@argument(
    "what",
    holder=("FILE_OR_RECIPE", "ARCHIVO_O_RECETA"),
    shell_complete=completing(_recipes),
    words=(
        "A table, or a recipe: digits, mnist-mlp ... (see tiza recipes).",
        "Una tabla, o una receta: digits, mnist-mlp ... (véase tiza recipes).",
    ),
)
@option(
    "-t",
    "--target",
    holder=("COLUMN", "COLUMNA"),
    words=("The column to predict.", "La columna que se quiere predecir."),
)
@option(
    "--task",
    type=OneOf(("auto", "regression", "classification")),
    holder=("TASK", "TAREA"),
    words=(
        "regression, classification, or auto (by the target; the default).",
        "regression, classification o auto (según el objetivo; así si no se indica).",
    ),
)
@option(
    "--drop",
    multiple=True,
    holder=("COLUMN", "COLUMNA"),
    words=(
        "Leave a column out; may be given several times.",
        "Deja fuera una columna; se puede repetir.",
    ),
)
@option(
    "--epochs",
    type=COUNT,
    holder=("N", "N"),
    words=("At most so many passes over the data.", "A lo sumo tantas pasadas por los datos."),
)
@option(
    "--batch-size",
    type=COUNT,
    holder=("N", "N"),
    words=("Examples in each step.", "Ejemplos en cada paso."),
)
@option("--lr", type=RATE, holder=("X", "X"), words=("Learning rate.", "Tasa de aprendizaje."))
@option(
    "--hidden",
    type=Widths(),
    holder=("64,64", "64,64"),
    words=(
        "Widths of the hidden layers (64,64); 0 for a linear model.",
        "Anchos de las capas ocultas (64,64); 0 para un modelo lineal.",
    ),
)
@option(
    "--dropout",
    type=PROBABILITY,
    holder=("X", "X"),
    words=(
        "Share of the units left out in each step.",
        "Parte de las unidades que se omite en cada paso.",
    ),
)
@option(
    "--test-fraction",
    type=FRACTION,
    holder=("X", "X"),
    words=(
        "Share of the rows kept for the test (0.2).",
        "Parte de las filas que se guarda para la prueba (0.2).",
    ),
)
@option(
    "--quick",
    is_flag=True,
    words=(
        "Of a recipe: a run of seconds, to see that everything works.",
        "De una receta: una corrida de segundos, para ver que todo funciona.",
    ),
)
@option(
    "--set",
    "chosen",
    multiple=True,
    holder=("KEY=VALUE", "CLAVE=VALOR"),
    words=(
        "Of a recipe: change one of its settings (tiza recipes NAME lists them); repeatable.",
        "De una receta: cambia uno de sus ajustes (tiza recipes NOMBRE los lista); repetible.",
    ),
)
@option(
    "--seeds",
    type=COUNT,
    default=1,
    holder=("K", "K"),
    words=(
        "Of a recipe: as many runs with seeds one after the other; mean ± deviation.",
        "De una receta: otras tantas corridas con semillas sucesivas; media ± desviación.",
    ),
)
@option(
    "--resume",
    holder=("RUN", "CORRIDA"),
    shell_complete=completing(run_names),
    words=(
        "Go on with a run that ended early, to the same weights; its own settings hold.",
        "Continúa una corrida que no terminó, hasta los mismos pesos; valen sus propios ajustes.",
    ),
)
@threads_of_code
def main(what: str, quick: bool, chosen: tuple[str, ...], seeds: int, threads: int | None,
         resume: str | None, **options: Any) -> None:  # fmt: skip
    """Find out what is meant, learn it, and say how well it went."""
    from tiza.cli import studied

    studied.threads(threads)
    given = {k: v for k, v in options.items() if v is not None and (k, v) != ("drop", ())}
    if resume is not None:
        from tiza.cli.resumed import go_on

        several = {"quick": quick, "set": bool(chosen), "seeds": seeds > 1, **given}
        go_on(what, resume, [name for name, value in several.items() if value])
    elif not Path(what).is_file() or Path(what).suffix == ".py":
        _recipe(what, given, quick, chosen, seeds)
    elif quick or chosen or seeds > 1:
        option = "--quick" if quick else "--set" if chosen else "--seeds"
        raise UsageError("cli-quick-table", file=what, option=option)
    else:
        _table(Path(what), given)


def _recipe(name: str, given: dict[str, Any], quick: bool, chosen: tuple[str, ...],
            seeds: int) -> None:  # fmt: skip
    from tiza.cli.studied import run_recipe
    from tiza.recipes import find, names
    from tiza.recipes.setting import pairs

    if name not in names() and not (Path(name).suffix == ".py" and Path(name).is_file()):
        if Path(name).suffix or "/" in name:
            raise UsageError("cli-no-file", file=name, folder=str(Path.cwd()))
        raise unknown("cli-no-recipe", name, names())
    recipe = find(name)
    known = {one.name for one in recipe.declared}
    wrong = next((key for key in given if key in OF_TABLES or key not in known), None)
    if wrong:
        raise UsageError("cli-option-of-table", option=f"--{wrong.replace('_', '-')}", recipe=name)
    run_recipe(recipe, {**given, **pairs(chosen)}, quick, seeds)


def _table(path: Path, given: dict[str, Any]) -> None:
    from tiza.data.report import TableReport
    from tiza.data.table import read_table
    from tiza.recipes.table import TableSettings, problem

    table = read_table(path)
    if "target" not in given:
        names = ", ".join(table.names[:12]) + (" ..." if len(table.names) > 12 else "")
        raise UsageError("cli-no-target", file=path.name, names=names)
    seed = current().seed or 0
    try:
        made, report = problem(table, TableSettings(**given), seed)
    except DataError as error:
        if error.code.startswith(("target-unknown", "column-unknown")):
            raise as_usage(error) from error
        if error.code == "table-no-features":  # the report says why each column was left out
            console(to_stderr=True).print(TableReport.of(table))
        raise
    if not current().quiet:
        console(to_stderr=current().json).print(report)
    introduce(made)
    facts = {"table": {"file": str(path.resolve()), "settings": given}}
    learned = learn(made, seed, facts)
    conclude(of_learned(learned, sentence_of(learned)))
