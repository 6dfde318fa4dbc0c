"""Learning a problem on the command line: with a bar, and what it is about before it begins."""

import re
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from tiza.cli.out import console, current, note
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.recipes.board import Neuron
    from tiza.recipes.learn import Learned
    from tiza.recipes.problem import Problem
    from tiza.recipes.setting import Settings
    from tiza.recipes.shelf import Recipe
    from tiza.train import Callback
    from tiza.train.folder import RunFolder


def learn(problem: "Problem", seed: int, facts: "Mapping[str, object] | None" = None,
          recipe: "Recipe | None" = None, resume: "RunFolder | None" = None
          ) -> "Learned":  # fmt: skip
    """Learn with a bar; beside a JSON document, whatever is said on the way goes to stderr."""
    from tiza.cli.bar import EpochBar
    from tiza.recipes.learn import learn

    with redirect_stdout(sys.stderr if current().json else sys.stdout):
        bar = EpochBar(problem.plan.epochs, current().quiet)
        try:
            return learn(problem, seed=seed, callbacks=[bar], facts=facts, recipe=recipe,
                         resume=resume)  # fmt: skip
        except KeyboardInterrupt:
            _how_it_goes_on(bar)
            raise


def _how_it_goes_on(bar: "Callback") -> None:
    """The command that takes up what was interrupted."""
    from tiza.recipes.study import typed
    from tiza.recipes.words import word

    trainer: Any = getattr(bar, "trainer", None)  # none where nothing was trained yet
    folder = None if trainer is None else trainer.keeper.folder
    if folder is not None:
        note(word("resume", run=folder.id, recipe=typed(folder)))


def learn_recipe(recipe: "Recipe", settings: "Settings", resume: "RunFolder | None" = None
                 ) -> "Learned":  # fmt: skip
    """Say what a recipe is about, and learn it."""
    from tiza.recipes.learn import problem_of
    from tiza.recipes.study import facts_of

    problem = problem_of(recipe, settings)
    introduce(problem)
    return learn(problem, settings.seed, facts_of(recipe, settings), recipe, resume)


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


def sentence_of(learned: "Learned") -> str:
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
    return text.format(mae=brief(model["mae"]), r2=model["r2"])


def brief(value: float) -> str:
    """A number to be read in a sentence.

    >>> brief(35058.4), brief(2.00012), brief(0.0123)
    ('35,060', '2', '0.0123')
    """
    return f"{float(f'{value:.4g}'):,.10g}"


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
