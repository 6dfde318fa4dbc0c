"""The block that ends every run: figures beside the others', what was kept apart, what next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING

from tiza.cli.out import console, current, figure, show, table
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.recipes.about import Goal
    from tiza.recipes.board import Neuron
    from tiza.recipes.further import Commands
    from tiza.recipes.learn import Learned
    from tiza.recipes.shelf import Recipe
    from tiza.recipes.study import Studied

Figures = Mapping[str, Mapping[str, float]]
SHARES = ("accuracy", "share", "f1", "exactitud")
NAMES = {
    "accuracy": ("accuracy", "exactitud"),
    "f1": ("F1, mean of the classes", "F1, media de las clases"),
    "log_loss": ("log loss", "pérdida logarítmica"),
    "rmse": ("RMSE", "RMSE"),
    "mae": ("mean absolute error", "error absoluto medio"),
    "r2": ("R²", "R²"),
}
WHO = {
    "model": ("model", "modelo"),
    "data": ("data", "datos"),
    "noise": ("noise", "ruido"),
    "asked": ("asked", "pedido"),
    "biases": ("biases", "sesgos"),
    "half open": ("half open", "medio abiertas"),
    "random rows": ("random rows", "filas al azar"),
}
REPORT, RUN = ("report", "informe"), ("run", "corrida")
QUICK = (
    "--quick only shows that everything runs; the figures mean nothing.",
    "--quick solo muestra que todo funciona; las cifras no significan nada.",
)
SEEDS = (
    "mean ± standard deviation over {n} seeds: {seeds}",
    "media ± desviación estándar con {n} semillas: {seeds}",
)


def plain_name(name: str) -> str:
    """A metric in the language in force."""
    return pick(NAMES.get(name, (name, name)))


@dataclass(frozen=True)
class Ended:
    """A run that has ended, as the last block shows it; `more` goes into the JSON document."""

    run: str
    folder: Path
    report: Path
    figures: Figures
    sentence: str
    seconds: float
    parameters: int
    seed: int = 0
    quick: bool = False
    expects: str = ""
    goals: tuple["Goal", ...] = ()
    notes: Sequence[str] = ()
    commands: "Commands" = ()
    called: Callable[[str], str] = plain_name
    deviations: Mapping[str, tuple[float, int]] = field(default_factory=dict)  # of the model
    more: Mapping[str, object] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "run": self.run,
            "folder": str(self.folder),
            "report": str(self.report),
            "seed": self.seed,
            "metrics": self.figures,
            "sentence": self.sentence,
            "goals": [
                {"figure": g.name, "sign": g.sign, "value": g.value,
                 "reached": g.reached(self.figures)}
                for g in self.goals
            ],
            "notes": list(self.notes),
            "parameters": self.parameters,
            "seconds": self.seconds,
            "commands": [line for line, _ in self.commands],
            **self.more,
        }  # fmt: skip


def of_learned(learned: "Learned", sentence: str, recipe: "Recipe | None" = None,
               quick: bool = False) -> Ended:  # fmt: skip
    """The last block of a problem that the Trainer learned."""
    about = recipe.about if recipe else None
    return Ended(
        learned.folder.id, learned.folder.path, learned.report, learned.metrics, sentence,
        learned.seconds, learned.parameters, learned.seed, quick,
        pick(about.expects) if about else "", about.goals if about else (),
        [pick(note) for note in learned.notes], learned.commands,
        more={
            "task": learned.problem.task,
            "epochs": len(learned.history),
            "history": learned.history.history,
        },
    )  # fmt: skip


def of_study(found: "Studied") -> Ended:
    """The last block of a recipe with a loop of its own."""
    outcome = found.outcome
    metric, values = outcome.several
    spread = {metric: (stdev(values), len(values))} if len(values) > 1 else {}

    def called(name: str) -> str:
        own = outcome.called(name)
        return plain_name(name) if own == name else own

    return Ended(
        found.folder.id, found.folder.path, found.report, outcome.figures, pick(outcome.sentence),
        found.seconds, found.parameters, found.settings.seed, found.settings.quick,
        pick(found.about.expects), found.about.goals, [pick(note) for note in outcome.notes],
        found.commands, called, spread, {"recipe": found.name},
    )  # fmt: skip


def conclude(ended: Ended, neuron: "Neuron | None" = None) -> None:
    """The figures beside the others', where everything was kept, and what to do next."""
    show(ended.document(), lambda: _render(ended, neuron))


def conclude_several(runs: Sequence[Ended]) -> None:
    """The same recipe with several seeds: mean ± deviation, then the runs by their ids."""
    show(_several_document(runs), lambda: _render_several(runs))


def _render(ended: Ended, neuron: "Neuron | None") -> None:
    from rich.text import Text

    if current().quiet:
        print(ended.folder)
        return
    screen = console()
    print()
    figures_table(ended.figures, ended.called, ended.deviations)
    screen.print()
    screen.print(Text(ended.sentence, style="bold green"))
    _expected(ended, ended.figures)
    count = pick(("{n:,} parameters, {s:.1f} s in all", "{n:,} parámetros, {s:.1f} s en total"))
    screen.print(Text(count.format(n=ended.parameters, s=ended.seconds)))
    for note in ended.notes:
        screen.print(Text(f"· {note}", style="dim"))
    screen.print()
    if neuron is not None:
        from tiza.cli.learned import blackboard

        blackboard(neuron)
        screen.print()
    width = max(len(pick(pair)) for pair in (REPORT, RUN))
    screen.print(Text(f"{pick(REPORT):<{width}}  {ended.report}"), soft_wrap=True)
    screen.print(Text(f"{pick(RUN):<{width}}  {ended.folder}"), soft_wrap=True)
    screen.print()
    _further(ended.commands)


def _further(commands: "Commands") -> None:
    from rich.text import Text

    screen = console()
    screen.print(Text(pick(("Look further:", "Para ver más:"))))
    for line, what in commands:
        screen.print(Text(f"  # {what}", style="dim"))
        screen.print(Text(f"  {line}", style="cyan"), soft_wrap=True)


def _expected(ended: Ended, figures: Figures) -> None:
    """What was asked, and whether it was reached; of a quick run only that it means nothing."""
    from rich.text import Text

    screen = console()
    if ended.quick:
        screen.print(Text(pick(QUICK), style="dim"))
        return
    if ended.expects:
        screen.print(Text(pick(("expected: ", "se espera: ")) + ended.expects))
    for goal in ended.goals:
        good = goal.reached(figures)
        said = pick(("reached", "alcanzado") if good else ("not reached", "no alcanzado"))
        sign = {">=": "≥", "<=": "≤"}[goal.sign]
        text = f"{'✓' if good else '✗'} {ended.called(goal.name)} {sign} {goal.value:g}: {said}"
        screen.print(Text(text, style="green" if good else "yellow"))


def figures_table(figures: Figures, called: Callable[[str], str] = plain_name,
                  deviations: Mapping[str, tuple[float, int]] | None = None) -> None:  # fmt: skip
    """One row for each metric, one column for each who was scored."""
    whos = list(dict.fromkeys(who for row in figures.values() for who in row))
    spread = deviations or {}
    rows = [
        [
            called(name),
            *(shown(name, row.get(who), spread.get(name) if who == "model" else None)
              for who in whos),
        ]
        for name, row in figures.items()
    ]  # fmt: skip
    heads = [pick(("on the test part", "en la parte de prueba")), *(_who(w, called) for w in whos)]
    columns = range(len(heads))
    table(heads, rows, right=columns[1:], fold=columns)


def _who(name: str, called: Callable[[str], str]) -> str:
    own = called(name)
    return own if own != name else who_name(name)


def who_name(name: str) -> str:
    """Who was scored, in the language in force."""
    from tiza.train.words import word

    return pick(WHO[name]) if name in WHO else word(name)


def shown(name: str, value: float | None, spread: tuple[float, int] | None = None) -> str:
    """A figure as a person reads it: shares as percents, ± its deviation where it is known."""
    if value is None:
        return ""
    share = name.startswith(SHARES) and abs(value) <= 1
    text = f"{value:.2%}" if share else figure(value)
    if spread is None:
        return text
    return f"{text} ± {spread[0]:.2%}" if share else f"{text} ± {figure(spread[0])}"


def together(runs: Sequence[Ended]) -> tuple[Figures, dict[str, tuple[float, int]]]:
    """Means over runs, metric → who → mean, and the model's deviations."""
    first = runs[0].figures
    values = {
        name: {who: [r.figures[name][who] for r in runs if who in r.figures.get(name, {})]
               for who in row}
        for name, row in first.items()
    }  # fmt: skip
    means = {name: {who: mean(v) for who, v in row.items()} for name, row in values.items()}
    deviations = {
        name: (stdev(row["model"]), len(row["model"]))
        for name, row in values.items()
        if len(row.get("model", ())) > 1
    }
    return means, deviations


def _several_document(runs: Sequence[Ended]) -> dict[str, object]:
    means, deviations = together(runs)
    return {
        "seeds": [run.seed for run in runs],
        "metrics": means,
        "deviations": {name: deviation for name, (deviation, _) in deviations.items()},
        "runs": [run.document() for run in runs],
    }


def _render_several(runs: Sequence[Ended]) -> None:
    from rich.text import Text

    if current().quiet:
        for run in runs:
            print(run.folder)
        return
    means, deviations = together(runs)
    screen = console()
    print()
    figures_table(means, runs[0].called, deviations)
    seeds = ", ".join(str(run.seed) for run in runs)
    screen.print(Text(pick(SEEDS).format(n=len(runs), seeds=seeds), style="bold green"))
    _expected(runs[0], means)
    for note in runs[0].notes:
        screen.print(Text(f"· {note}", style="dim"))
    screen.print()
    for run in runs:
        screen.print(Text(f"{run.seed:>6}  {run.folder}"), soft_wrap=True)
    screen.print()
    ids = " ".join(run.run for run in runs)
    beside = pick(("these runs side by side", "estas corridas lado a lado"))
    _further(((f"tiza compare {ids}", beside), *runs[0].commands))
