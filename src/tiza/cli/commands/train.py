"""`tiza train`: learn from a table of one's own, or run a recipe."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiza.cli.learned import conclude, introduce, learn
from tiza.cli.out import console, current
from tiza.cli.speak import argument, as_usage, command, option, unknown
from tiza.cli.types import COUNT, FRACTION, PROBABILITY, RATE, OneOf, Widths, completing
from tiza.errors import DataError, UsageError, pick

if TYPE_CHECKING:
    from tiza.recipes.learn import Learned


def _recipes() -> list[str]:
    from tiza.recipes import NAMES
    from tiza.recipes.shelf import STUDIES

    return [*NAMES, *STUDIES]


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
def main(what: str, quick: bool, **chosen: Any) -> None:
    """Find out what is meant, learn it, and say how well it went."""
    given = {k: v for k, v in chosen.items() if v is not None and (k, v) != ("drop", ())}
    if not Path(what).is_file():
        _recipe(what, given, quick)
    elif quick:
        raise UsageError("cli-quick-table", file=what)
    else:
        _table(Path(what), given)


def _recipe(name: str, given: dict[str, Any], quick: bool) -> None:
    from tiza.recipes import NAMES, find
    from tiza.recipes.shelf import STUDIES

    if name not in (*NAMES, *STUDIES):
        if Path(name).suffix or "/" in name:
            raise UsageError("cli-no-file", file=name, folder=str(Path.cwd()))
        raise unknown("cli-no-recipe", name, [*NAMES, *STUDIES])
    plan = {"epochs", "batch_size", "lr"} if name in NAMES else set()
    wrong = next((key for key in given if key not in plan), None)
    if wrong:
        raise UsageError("cli-option-of-table", option=f"--{wrong.replace('_', '-')}", recipe=name)
    if name in STUDIES:
        from tiza.cli.studied import study

        study(name, quick)
        return
    seed = current().seed or 0
    problem = find(name)(seed)
    problem = (problem.quick() if quick else problem).planned(**given)
    introduce(problem)
    learned = learn(problem, seed)
    conclude(learned, _sentence(learned))


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
    learned = learn(made, seed)
    conclude(learned, _sentence(learned))


def _sentence(learned: "Learned") -> str:
    """The result in words."""
    model = {name: row["model"] for name, row in learned.metrics.items()}
    if learned.problem.task == "classification":
        text = pick(
            (
                "On rows it never saw, the model is right in {share:.1%} of the cases.",
                "En filas que nunca vio, el modelo acierta en el {share:.1%} de los casos.",
            )
        )
        return text.format(share=model["accuracy"])
    text = pick(
        (
            "On rows it never saw, the model is off by {mae} on average (R² {r2:.3f}).",
            "En filas que nunca vio, el modelo se equivoca en {mae} en promedio (R² {r2:.3f}).",
        )
    )
    return text.format(mae=_brief(model["mae"]), r2=model["r2"])


def _brief(value: float) -> str:
    """A number to be read in a sentence.

    >>> _brief(35058.4), _brief(2.00012), _brief(0.0123)
    ('35,060', '2', '0.0123')
    """
    return f"{float(f'{value:.4g}'):,.10g}"
