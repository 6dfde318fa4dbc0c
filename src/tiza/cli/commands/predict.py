"""`tiza predict RUN INPUT`: ask a trained model."""

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tiza.cli.kept import find_run
from tiza.cli.out import current, figure, show, table
from tiza.cli.shared import one_run
from tiza.cli.speak import argument, command, option
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.recipes.asking import Reply
    from tiza.recipes.predictor import Answers
    from tiza.train.folder import RunFolder

SHOWN = 20  # rows, and likely classes of one row
LIKELY = 3


@command(
    "predict",
    words=(
        "Ask a trained model: a picture, a text, numbers, a CSV or .npy file, column=value pairs.\n"
        "Input is raw, as in the data that the model learned from; the model prepares it itself. "
        "For classes, the probabilities are given too. The last lines of a run show an example.",
        "Pregunta a un modelo entrenado: una imagen, un texto, números, un archivo CSV o .npy, "
        "pares columna=valor.\n"
        "La entrada se da cruda, como en los datos de los que aprendió el modelo; el modelo mismo "
        "la prepara. Para clases se dan también las probabilidades. Las últimas líneas de una "
        "corrida muestran un ejemplo.",
    ),
    examples=[
        ("tiza predict last new.csv", "tiza predict last nuevos.csv"),
        (
            "tiza predict last rooms=3 area=72 city=Lima",
            "tiza predict last ambientes=3 area=72 ciudad=Lima",
        ),
        """tiza predict last '{"rooms": 3, "area": 72}' --json""",
        ("tiza predict last digit.png", "tiza predict last digito.png"),
        'tiza predict last "ROMEO:"',
    ],
)
@one_run
@argument(
    "given",
    nargs=-1,
    required=True,
    holder=("INPUT", "ENTRADA"),
    words=(
        "A file, a text, numbers, a JSON row or list, column=value pairs; - reads stdin.",
        "Un archivo, un texto, números, fila o lista JSON, pares columna=valor; - lee stdin.",
    ),
)
@option(
    "-o",
    "--output",
    holder=("FILE", "ARCHIVO"),
    words=(
        "Write the answers to a file: CSV, text, or the picture that was made.",
        "Escribe las respuestas en un archivo: CSV, texto, o la imagen que se hizo.",
    ),
)
def main(run: str, given: tuple[str, ...], output: str | None) -> None:
    """Print the answers."""
    from tiza.recipes.asking import recipe_of
    from tiza.train.folder import RunFolder

    found = find_run(run)
    folder = RunFolder.open(found.folder)
    recipe = recipe_of(dict(folder.facts()))
    if recipe is not None and not recipe.is_problem:
        _replies(folder, given, output)
    else:
        _answers(folder, given, output)


def _replies(folder: "RunFolder", given: tuple[str, ...], output: str | None) -> None:
    """What a recipe with a loop of its own answers."""
    from tiza.recipes.asking import ask

    replies = ask(folder, given, current().seed or 0)
    written = [] if output is None else _keep(replies, Path(output))
    document = [{"text": reply.text, "value": reply.value} for reply in replies]
    show({"run": folder.id, "predictions": document, "files": [str(p) for p in written]},
         lambda: _say(replies, written))  # fmt: skip


def _say(replies: "list[Reply]", written: list[Path]) -> None:
    for reply in replies:
        print(reply.text)
    for path in written:
        print(path)


def _keep(replies: "list[Reply]", path: Path) -> list[Path]:
    """The replies in files: their pictures where they have any, else their texts."""
    from tiza.train.picture import png
    from tiza.train.plain import write_atomically

    drawn = [reply.picture for reply in replies if reply.picture is not None]
    if not drawn:
        write_atomically(path, "".join(f"{reply.text}\n" for reply in replies).encode())
        return [path]
    paths = [path if k == 1 else path.with_stem(f"{path.stem}-{k}")
             for k in range(1, len(drawn) + 1)]  # fmt: skip
    for at, picture in zip(paths, drawn, strict=True):
        write_atomically(at, png(picture))
    return paths


def _answers(folder: "RunFolder", given: tuple[str, ...], output: str | None) -> None:
    """What a network that the Trainer learned answers."""
    from tiza.cli.inputs import read_input
    from tiza.recipes.predictor import Predictor

    predictor = Predictor.load(folder)
    answers = predictor.answer(read_input(given, predictor))
    for note in answers.notes:
        print(f"tiza: {pick(('note', 'nota'))}: {note}", file=sys.stderr)
    if output is not None:
        _write(answers, Path(output))
    show({"run": folder.id, "predictions": _documents(answers)}, lambda: _render(answers))


def _documents(answers: "Answers") -> list[dict[str, object]]:
    if answers.probabilities is None:
        return [{"prediction": value} for value in answers.values]
    rows = answers.probabilities.tolist()
    return [
        {"prediction": value, "probabilities": dict(zip(answers.classes, row, strict=True))}
        for value, row in zip(answers.values, rows, strict=True)
    ]


def _render(answers: "Answers") -> None:
    number, prediction = pick(("row", "fila")), pick(("prediction", "predicción"))
    chosen = answers.values[:SHOWN]
    if answers.probabilities is None:
        rows = [(str(k), figure(float(str(v)))) for k, v in enumerate(chosen, 1)]
        table((number, prediction), rows, right=(0, 1))
    else:
        likely = [_likely(row, answers.classes) for row in answers.probabilities[:SHOWN].tolist()]
        rows3 = [
            (str(k), str(v), p) for k, (v, p) in enumerate(zip(chosen, likely, strict=True), 1)
        ]
        heads = (number, prediction, pick(("probability", "probabilidad")))
        table(heads, rows3, right=(0,), fold=(1, 2))
    hidden = len(answers.values) - SHOWN
    if hidden > 0:
        print(
            pick(
                (
                    "... and {n} rows more; -o FILE.csv writes them all",
                    "... y {n} filas más; -o ARCHIVO.csv las escribe todas",
                )
            ).format(n=hidden)
        )


def _likely(row: list[float], classes: tuple[str, ...]) -> str:
    """`97.2 %   (3: 2.1 %, 8: 0.4 %)`: how sure, and what else it might be."""
    order = sorted(range(len(row)), key=lambda k: -row[k])
    others = [f"{classes[k]}: {row[k]:.1%}" for k in order[1:LIKELY] if row[k] >= 0.001]
    return f"{row[order[0]]:.1%}" + (f"   ({', '.join(others)})" if others else "")


def _write(answers: "Answers", path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([pick(("prediction", "predicción")), *(f"p({c})" for c in answers.classes)])
        for k, value in enumerate(answers.values):
            share = [] if answers.probabilities is None else answers.probabilities[k].tolist()
            writer.writerow([value, *share])
