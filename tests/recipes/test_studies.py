"""What recipes with a loop of their own find, beside what is known of their problems."""

import numpy as np
import pytest

from tiza.errors import use_language
from tiza.recipes.gan_rings import SPOTS, judge
from tiza.recipes.study import Settings, grid, run_study, scatter


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))


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
