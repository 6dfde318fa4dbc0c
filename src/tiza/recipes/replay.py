"""A run again, from what its folder says of it: the same recipe or table, settings and seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiza.errors import DataError, UsageError
from tiza.recipes.asking import recipe_of
from tiza.recipes.learn import learn, learn_recipe
from tiza.recipes.problem import Problem
from tiza.recipes.setting import Settings
from tiza.recipes.shelf import Recipe
from tiza.recipes.study import run_study, weights_hash
from tiza.train import Callback
from tiza.train.folder import RunFolder, versions

Figures = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Replayed:
    """Two runs of one description: whether they are equal, and what differs.

    equal: the weights are the same to the bit, or without weights all figures are. versions: the
    libraries and machines that differ, name → (then, now).
    """

    before: RunFolder
    after: RunFolder
    hashes: tuple[str, str]
    figures: tuple[Figures, Figures]
    versions: Mapping[str, tuple[str, str]]

    @property
    def equal(self) -> bool:
        """Whether the same came out."""
        return self.hashes[0] == self.hashes[1] and (
            bool(self.hashes[0]) or self.figures[0] == self.figures[1]
        )


def replay(folder: RunFolder, callbacks: Sequence[Callback] = (),
           say: Callable[[str], None] | None = None) -> Replayed:  # fmt: skip
    """Do a run again, in a folder of its own, and compare.

    Errors: UsageError where the folder does not say how; DataError where its table has changed.
    """
    facts: Any = folder.facts()
    recipe = recipe_of(facts)
    if recipe is not None:
        after = _recipe(recipe, facts, callbacks, say)
    elif isinstance(facts.get("table"), dict):
        after = _table(facts, callbacks)
    else:
        raise UsageError("replay-cannot", run=folder.id)
    again: Any = after.facts()
    then, now = facts.get("versions") or {}, versions()
    differ = {k: (str(then.get(k, "-")), str(now.get(k, "-"))) for k in {**then, **now}
              if then.get(k) != now.get(k)}  # fmt: skip
    return Replayed(folder, after, (_hash(folder, facts), weights_hash(after)),
                    (figures_of(facts), figures_of(again)), differ)  # fmt: skip


def figures_of(facts: Mapping[str, Any]) -> Figures:
    """The figures of a run, metric → who → figure, whatever kind of run it is."""
    found = facts.get("metrics") or facts.get("figures") or {}
    return found if isinstance(found, dict) else {}


def _hash(folder: RunFolder, facts: Mapping[str, Any]) -> str:
    """What the weights were when the run ended; of older runs, what they are."""
    return str(facts.get("weights_sha256") or weights_hash(folder))


def settings_then(recipe: Recipe, facts: Mapping[str, Any], **told: Any) -> Settings:
    """The settings of a run, from its facts."""
    return recipe.settings(
        facts.get("settings") or {},
        seed=int(facts.get("seed") or 0),
        quick=bool(facts.get("quick")),
        **told,
    )


def _recipe(recipe: Recipe, facts: Mapping[str, Any], callbacks: Sequence[Callback],
            say: Callable[[str], None] | None) -> RunFolder:  # fmt: skip
    settings = settings_then(recipe, facts, **({} if say is None else {"say": say}))
    if recipe.is_problem:
        return learn_recipe(recipe, settings, callbacks=callbacks, verbose=0).folder
    return run_study(recipe, settings).folder


def problem_then(facts: Mapping[str, Any]) -> Problem:
    """The problem of a run on a table, from its facts.

    Errors: UsageError where the table is gone; DataError where it has changed.
    """
    from tiza.data.table import read_table
    from tiza.recipes.table import TableSettings, problem

    kept, before = facts["table"], facts.get("source") or {}
    path = Path(str(kept["file"]))
    if not path.is_file():
        raise UsageError("cli-no-file", file=str(path), folder=str(Path.cwd()))
    seed = int(facts.get("seed") or 0)
    made, _ = problem(read_table(path), TableSettings(**kept["settings"]), seed)
    if made.facts["sha256"] != before.get("sha256"):
        raise DataError("replay-data", file=path.name)
    return made


def _table(facts: Mapping[str, Any], callbacks: Sequence[Callback]) -> RunFolder:
    made, seed = problem_then(facts), int(facts.get("seed") or 0)
    table = {"table": dict(facts["table"])}
    return learn(made, seed=seed, callbacks=callbacks, verbose=0, facts=table).folder
