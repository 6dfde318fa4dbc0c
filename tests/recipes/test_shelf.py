"""Every recipe of the shelf: it runs quickly, leaves a whole run behind, and can be asked."""

import json
import re
import shlex

import numpy as np
import pytest

from tiza.errors import UsageError
from tiza.recipes import find, names, shelf
from tiza.recipes.asking import ask
from tiza.recipes.learn import learn_recipe
from tiza.recipes.predictor import Predictor
from tiza.recipes.study import flat, run_study
from tiza.train import RunFolder
from tiza.train.store import Store

PROBLEMS = [name for name in names() if find(name).is_problem]
STUDIES = [name for name in names() if not find(name).is_problem]
SHORT = [name for name, about in shelf().items() if about.minutes <= 0.5]
OWN_NAMES = {"rmse", "mae", "r2", "MMD²", "accuracy", "f1", "log_loss", "AUC"}  # in cli.ending


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch, shared_data):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))


def assert_report_is_whole(page):
    """One file that needs nothing else: the model drawn, its loss derived."""
    assert page.startswith("<!doctype html>")
    assert 'class="drawing"><svg' in page
    assert 'id="derivation"' in page
    assert "<math" in page
    assert not re.search(r"""(src|href)=["']?https?:""", page)
    assert len(page) < 3_000_000


def test_no_file_of_the_folder_is_taken_for_a_recipe_that_is_none():
    assert {"digits", "gan-rings", "water-tank"} <= set(names())
    assert not {"study", "shelf", "about", "cora", "images"} & set(names())


@pytest.mark.parametrize("name", STUDIES)
def test_a_quick_run_leaves_a_whole_run_behind(name):
    recipe = find(name)
    found = run_study(recipe, recipe.settings(seed=1, quick=True))
    assert found.outcome.figures
    assert all(np.isfinite(v) for row in found.outcome.figures.values() for v in row.values())
    facts = json.loads((found.folder.path / "run.json").read_text())
    assert facts["figures"] == found.outcome.figures
    assert facts["settings"].keys() == {one.name for one in recipe.declared}
    if found.outcome.model is not None:
        assert found.folder.weights.is_file()
        assert len(facts["weights_sha256"]) == 64
    assert_report_is_whole(RunFolder.open(found.folder.path).report.read_text())
    run = Store().find("last")
    assert (run.status, run.name) == ("finished", name)
    assert run.summary == flat(found.outcome.figures)
    english, spanish = found.outcome.sentence
    assert english != spanish
    assert set(found.outcome.figures) - OWN_NAMES <= set(found.outcome.spanish)
    assert {goal.name for goal in recipe.about.goals} <= set(found.outcome.figures)
    if found.outcome.several[0]:
        assert found.outcome.several[0] in found.outcome.figures
    board = recipe.offers("board")
    if board is not None:
        loss, named = board(found.outcome.model, found.outcome.kept)
        assert np.isfinite(float(loss))
        assert named
    if recipe.offers("predict") is not None:
        assert recipe.about.ask, "the last lines of a run show how to ask"
        replies = ask(
            found.folder, shlex.split(recipe.about.ask.replace("{run}", str(found.folder.path)))
        )
        assert replies
        assert all(reply.text for reply in replies)


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_quick_problem_learns_and_can_be_asked(name):
    recipe = find(name)
    learned = learn_recipe(recipe, recipe.settings(quick=True), verbose=0)
    assert 0 <= learned.metrics["accuracy"]["model"] <= 1
    assert {goal.name for goal in recipe.about.goals} <= set(learned.metrics)
    assert_report_is_whole(learned.report.read_text())
    raw = learned.problem.test.x[:3] * learned.problem.divisor
    assert len(Predictor.load(learned.folder).answer(raw).values) == 3


@pytest.mark.parametrize("name", names())
def test_a_recipe_says_what_it_is_in_both_languages(name):
    recipe = find(name)
    for english, spanish in (recipe.about.title, recipe.about.data, recipe.about.expects):
        assert english
        assert spanish
    assert recipe.about.minutes > 0
    for one in recipe.declared:
        assert all(one.words)
        assert one.read(one.default) == one.default, f"{one.name}: its default is refused"


def test_the_list_begins_with_the_quickest():
    minutes = [about.minutes for about in shelf().values()]
    assert minutes == sorted(minutes)
    assert list(shelf()) != []
    assert sorted(shelf()) == names()


def test_a_name_without_recipe_is_refused():
    with pytest.raises(UsageError, match="there is no recipe 'nothing'"):
        find("nothing")


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORT)
def test_the_short_recipes_reach_what_is_asked(name):
    recipe = find(name)
    if recipe.is_problem:
        figures = learn_recipe(recipe, recipe.settings(), verbose=0).metrics
    else:
        figures = run_study(recipe, recipe.settings()).outcome.figures
    missed = [goal for goal in recipe.about.goals if not goal.reached(figures)]
    assert not missed, {goal.name: goal.figure(figures) for goal in missed}
