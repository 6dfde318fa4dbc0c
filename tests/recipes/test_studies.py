"""Recipes with a loop of their own: each runs quickly and leaves a whole run behind."""

import json

import numpy as np
import pytest

from tiza.errors import use_language
from tiza.recipes import NAMES, find
from tiza.recipes.gan_rings import SPOTS, judge
from tiza.recipes.learn import learn
from tiza.recipes.shelf import STUDIES, shelf
from tiza.recipes.study import Settings, flat, grid, run_study, scatter
from tiza.train import RunFolder
from tiza.train.store import Store

LARGE = {"gcn-cora", "gat-cora", "sage-cora", "mf-movielens", "ec-rank"}
TABLES = {"perceptron", "linear-regression", "logistic-regression"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("name", STUDIES)
def test_a_quick_run_leaves_a_whole_run_behind(name, request):
    if name in LARGE | TABLES:
        request.getfixturevalue("shared_data")
    found = run_study(name, Settings(seed=1, quick=True))
    assert found.outcome.figures
    assert all(np.isfinite(v) for row in found.outcome.figures.values() for v in row.values())
    facts = json.loads((found.folder.path / "run.json").read_text())
    assert facts["figures"] == found.outcome.figures
    assert found.folder.weights.is_file()
    assert RunFolder.open(found.folder.path).report.read_text().startswith("<!doctype html>")
    run = Store().find("last")
    assert (run.status, run.name) == ("finished", name)
    assert run.summary == flat(found.outcome.figures)
    english, spanish = found.outcome.sentence
    assert english != spanish
    names = set(found.outcome.figures) - {"rmse", "mae", "r2", "MMD²"}
    assert names <= set(found.outcome.spanish)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "digits"])
def test_a_quick_problem_learns_and_can_be_asked(name, shared_data):
    from tiza.recipes.predictor import Predictor

    problem = find(name)(0).quick(100)
    learned = learn(problem, run_dir=True, verbose=0)
    assert 0 <= learned.metrics["accuracy"]["model"] <= 1
    raw = problem.test.x[:3] * problem.divisor
    assert len(Predictor.load(learned.folder).answer(raw).values) == 3


def test_the_list_names_every_recipe_in_both_languages():
    known = shelf()
    assert list(known) == [*NAMES, *STUDIES]
    for about in known.values():
        for english, spanish in (about.title, about.data, about.expects):
            assert english
            assert spanish
        assert about.minutes > 0


def test_figures_are_called_in_the_language_in_force():
    found = run_study("water-tank", Settings(quick=True)).outcome
    with use_language("es"):
        assert found.called("volume") == "volumen"
    assert found.called("volume") == "volume"
    assert found.figures["volume"]["model"] == pytest.approx(35, abs=0.01)


def test_the_judge_of_the_ring_counts_spots():
    assert judge(SPOTS) == (8, 1.0)
    assert judge(np.repeat(SPOTS[:1], 10, axis=0)) == (1, 1.0)
    assert judge(np.zeros((5, 2))) == (0, 0.0)


def test_linear_recipes_agree_with_their_closed_forms(shared_data):
    found = run_study("linear-regression", Settings(quick=True)).outcome.figures
    assert found["largest difference from the closed form"]["model"] < 1e-4
    found = run_study("logistic-regression", Settings(quick=True)).outcome.figures
    assert found["largest difference from scikit-learn"]["model"] < 1e-4
    found = run_study("perceptron", Settings()).outcome.figures
    assert found["corrections in the last pass (setosa)"]["model"] == 0
    assert found["corrections in the last pass (versicolor)"]["model"] > 0
    assert found["Adaline's distance from least squares"]["model"] < 1e-4


def test_pictures_are_laid_out():
    assert grid(np.stack([np.zeros((2, 2)), np.ones((2, 2))]), 2).shape == (2, 5)
    ink = scatter(np.array([[-0.9, 0.9]]), -1, 1, 4)
    assert ink[0, 0] == 0
    assert ink.sum() == 15 * 255


@pytest.mark.slow
def test_the_ring_is_covered():
    found = run_study("gan-rings", Settings()).outcome.figures
    assert found["spots"]["model"] == 8
    assert found["share on a spot"]["model"] >= 0.9


@pytest.mark.slow
def test_the_moons_are_matched():
    found = run_study("diffusion-2d", Settings()).outcome.figures["MMD²"]
    assert max(found["DDPM"], found["DDIM"]) < 0.1 * found["noise"]


@pytest.mark.slow
def test_films_are_rated_better_than_by_biases(shared_data):
    found = run_study("mf-movielens", Settings()).outcome.figures["rmse"]
    assert found["model"] <= 0.935
    assert found["model"] < found["biases"] < found["mean"]


@pytest.mark.slow
def test_gcn_reads_cora_as_its_paper_says(shared_data):
    found = run_study("gcn-cora", Settings()).outcome.figures
    assert found["accuracy"]["model"] == pytest.approx(0.815, abs=0.007)
