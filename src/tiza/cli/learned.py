"""What `tiza demo` and `tiza train` print of a model that has learned."""

import re
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from textwrap import wrap
from typing import TYPE_CHECKING

from tiza.cli.out import console, current, figure, note, show, table
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.recipes.board import Neuron
    from tiza.recipes.learn import Learned
    from tiza.recipes.problem import Problem

SHARES = ("accuracy", "f1")
NAMES = {
    "accuracy": ("accuracy", "exactitud"),
    "f1": ("F1, mean of the classes", "F1, media de las clases"),
    "log_loss": ("log loss", "pérdida logarítmica"),
    "rmse": ("RMSE", "RMSE"),
    "mae": ("mean absolute error", "error absoluto medio"),
    "r2": ("R²", "R²"),
}


def learn(problem: "Problem", seed: int) -> "Learned":
    """Learn with a bar; beside a JSON document, whatever is said on the way goes to stderr."""
    from tiza.cli.bar import EpochBar
    from tiza.recipes.learn import learn

    with redirect_stdout(sys.stderr if current().json else sys.stdout):
        bar = EpochBar(problem.plan.epochs, current().quiet)
        return learn(problem, seed=seed, callbacks=[bar])


def introduce(problem: "Problem") -> None:
    """What is about to be learned."""
    note(pick(problem.title))
    text = pick(
        (
            "{train} examples to learn from, {valid} to watch, {test} to test with at the end",
            "{train} ejemplos para aprender, {valid} para vigilar, {test} para la prueba final",
        )
    )
    note(text.format(train=len(problem.train), valid=len(problem.valid), test=len(problem.test)))


def conclude(learned: "Learned", sentence: str, neuron: "Neuron | None" = None) -> None:
    """The figures beside the others', where everything was kept, and what to do next."""
    show(_document(learned), lambda: _render(learned, sentence, neuron))


def _document(learned: "Learned") -> dict[str, object]:
    return {
        "run": learned.folder.id,
        "folder": str(learned.folder.path),
        "report": str(learned.report),
        "task": learned.problem.task,
        "metrics": learned.metrics,
        "parameters": learned.parameters,
        "seconds": learned.seconds,
        "epochs": len(learned.history),
        "history": learned.history.history,
        "commands": [line for line, _ in learned.commands],
    }


def _render(learned: "Learned", sentence: str, neuron: "Neuron | None") -> None:
    from rich.text import Text

    if current().quiet:
        print(learned.folder.path)
        return
    print()
    metrics_table(learned.metrics)
    screen = console()
    screen.print()
    screen.print(Text(sentence, style="bold green"))
    count = pick(("{n:,} parameters, {s:.1f} s in all", "{n:,} parámetros, {s:.1f} s en total"))
    screen.print(Text(count.format(n=learned.parameters, s=learned.seconds)))
    screen.print()
    if neuron is not None:
        blackboard(neuron)
        screen.print()
    width = max(len(pick(pair)) for pair in (REPORT, RUN))
    screen.print(Text(f"{pick(REPORT):<{width}}  {learned.report}"), soft_wrap=True)
    screen.print(Text(f"{pick(RUN):<{width}}  {learned.folder.path}"), soft_wrap=True)
    screen.print()
    screen.print(Text(pick(("Look further:", "Para ver más:"))))
    for line, what in learned.commands:
        screen.print(Text(f"  # {what}", style="dim"))
        screen.print(Text(f"  {line}", style="cyan"), soft_wrap=True)


def blackboard(neuron: "Neuron") -> None:
    """A neuron's derivation; a line that is wider than the screen goes on indented."""
    from rich.text import Text

    screen = console()
    screen.print(Text(neuron.sentence, style="bold"))
    for line in re.sub(r",\n +", ", ", str(neuron.derivation)).splitlines():
        rows = [line] if len(line) <= screen.width else wrap(
            line, screen.width, subsequent_indent="    ", break_on_hyphens=False
        )  # fmt: skip
        for row in rows:
            screen.print(Text(row), soft_wrap=True)
    screen.print(Text(neuron.legend, style="dim"))


def metrics_table(metrics: "Mapping[str, Mapping[str, float]]") -> None:
    """One row for each metric, one column for each who was scored."""
    from tiza.train.words import word

    whos = list(dict.fromkeys(who for row in metrics.values() for who in row))
    rows = [
        [pick(NAMES.get(name, (name, name))), *(_cell(name, row.get(who)) for who in whos)]
        for name, row in metrics.items()
    ]
    heads = [pick(("on the test part", "en la parte de prueba")), *map(word, whos)]
    columns = range(len(heads))
    table(heads, rows, right=columns[1:], fold=columns)


REPORT, RUN = ("report", "informe"), ("run", "corrida")


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2%}" if name in SHARES else figure(value)
