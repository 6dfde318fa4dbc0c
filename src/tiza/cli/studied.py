"""A recipe on the command line: one seed or several, with a line now and then of how it goes."""

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tiza.cli.ending import Ended, conclude, conclude_several, of_learned, of_study
from tiza.cli.learned import learn_recipe, sentence_of
from tiza.cli.out import current, figure, note
from tiza.errors import pick

if TYPE_CHECKING:
    from tiza.recipes.setting import Settings
    from tiza.recipes.shelf import Recipe
    from tiza.train.folder import RunFolder

EVERY = 5.0  # seconds between two lines about the curves


class Told:
    """Whoever watches a recipe with a loop of its own: a line every few seconds."""

    def __init__(self) -> None:
        self.rows = 0
        self.last = time.monotonic()

    def __call__(self, row: Mapping[str, float]) -> None:
        """One more epoch."""
        self.rows += 1
        if time.monotonic() - self.last >= EVERY:
            self.last = time.monotonic()
            note(f"{self.rows:>6}  " + "  ".join(f"{k} {figure(v)}" for k, v in row.items()))


def threads(count: int | None) -> None:
    """Let compiled code take so many threads in this process; None leaves that to the machine."""
    if count is not None:
        os.environ["TIZA_THREADS"] = str(count)


def run_recipe(recipe: "Recipe", given: Mapping[str, object], quick: bool, seeds: int) -> None:
    """Run a recipe with one seed or with several, and say what came of it."""
    first = current().seed or 0
    ended = []
    for seed in range(first, first + seeds):
        if seeds > 1:
            note(f"{pick(('seed', 'semilla'))} {seed}")
        told = Told()
        settings = recipe.settings(given, seed=seed, quick=quick, say=note, watch=told)
        ended.append(run_once(recipe, settings))
    if seeds > 1:
        conclude_several(ended)
    else:
        conclude(ended[0])


def run_once(recipe: "Recipe", settings: "Settings", resume: "RunFolder | None" = None
             ) -> Ended:  # fmt: skip
    """One run of a recipe, or the rest of one that ended early."""
    from tiza.recipes.study import run_study

    if recipe.is_problem:
        learned = learn_recipe(recipe, settings, resume)
        return of_learned(learned, sentence_of(learned), recipe, settings.quick)
    about = recipe.about
    note(f"{pick(about.title)}: {pick(about.data)}; {about.model}")
    return of_study(run_study(recipe, settings, resume=resume))
