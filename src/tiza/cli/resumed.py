"""`tiza train WHAT --resume RUN`: a run that ended early goes on where its last checkpoint is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiza.cli.ending import conclude, of_learned
from tiza.cli.kept import find_run
from tiza.cli.learned import introduce, learn, sentence_of
from tiza.cli.out import note
from tiza.errors import UsageError

if TYPE_CHECKING:
    from tiza.train.folder import RunFolder


def go_on(what: str, run: str, others: Sequence[str]) -> None:
    """Take up a run of the recipe or table `what`, and say how well it went.

    Errors: UsageError where the run is another's, is over, still goes, or other options are given.
    """
    from tiza.recipes.asking import recipe_of
    from tiza.train.folder import RunFolder

    if others:
        raise UsageError("resume-options", option=f"--{others[0].replace('_', '-')}")
    found = find_run(run)
    folder = RunFolder.open(found.folder)
    facts: Any = folder.facts()
    _check(what, folder, facts, found.status)
    recipe = recipe_of(facts)
    if recipe is None:
        _table(folder, facts)
        return
    from tiza.cli import studied
    from tiza.recipes.replay import settings_then

    settings = settings_then(recipe, facts, say=note, watch=studied.Told())
    conclude(studied.run_once(recipe, settings, folder))


def _check(what: str, folder: "RunFolder", facts: Mapping[str, Any], status: str) -> None:
    from tiza.recipes.replay import figures_of
    from tiza.recipes.study import typed

    name = typed(folder)
    if not name:
        raise UsageError("replay-cannot", run=folder.id)
    if what != name and str(Path(what).resolve()) != name:
        raise UsageError("resume-other", run=folder.id, name=name, what=what)
    if figures_of(facts):
        raise UsageError("resume-over", run=folder.id)
    if status == "running":
        raise UsageError("resume-running", run=folder.id)
    if not folder.checkpoints().paths():
        raise UsageError("resume-nothing", run=folder.id)


def _table(folder: "RunFolder", facts: Mapping[str, Any]) -> None:
    from tiza.recipes.replay import problem_then

    made = problem_then(facts)
    introduce(made)
    kept = {"table": dict(facts["table"])}
    learned = learn(made, int(facts.get("seed") or 0), kept, resume=folder)
    conclude(of_learned(learned, sentence_of(learned)))
