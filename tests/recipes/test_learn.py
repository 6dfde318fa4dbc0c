"""Problems, their judges and what learning leaves behind."""

import json

import numpy as np
import pytest
from sklearn import linear_model, metrics

from tiza.data import read_table
from tiza.errors import DataError, UsageError, use_language
from tiza.recipes import find, names
from tiza.recipes.digits import Chosen
from tiza.recipes.digits import problem as digits_of
from tiza.recipes.judge import baseline, scores, together
from tiza.recipes.learn import learn
from tiza.recipes.networks import mlp
from tiza.recipes.predictor import Predictor
from tiza.recipes.problem import Part, Problem
from tiza.recipes.table import TableSettings
from tiza.recipes.table import problem as table_problem
from tiza.train import RunFolder


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))


def digits(seed):
    return digits_of(Chosen(seed=seed))


def plain(task, y_train, y_test, classes=(), scale=1.0):
    def part(y):
        return Part(np.zeros((len(y), 2), np.float32), y)

    return Problem(
        name="p", title=("p", "p"), task=task, train=part(y_train), valid=part(y_test),
        test=part(y_test), network=lambda i, o: mlp(i, [], o), classes=classes, scale=scale,
    )  # fmt: skip


def test_scores_of_classes_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    truth, train = rng.integers(0, 4, 50), rng.integers(0, 3, 80)
    logits = rng.normal(size=(50, 4)).astype(np.float32)
    problem = plain("classification", train, truth, tuple("abcd"))
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    guesses = logits.argmax(1)
    assert scores(problem, logits) == pytest.approx({
        "accuracy": metrics.accuracy_score(truth, guesses),
        "f1": metrics.f1_score(truth, guesses, average="macro"),
        "log_loss": metrics.log_loss(truth, shares, labels=range(4)),
    })  # fmt: skip
    name, constant = baseline(problem)
    most = np.full(50, np.bincount(train).argmax())
    assert name == "majority"
    assert constant["accuracy"] == pytest.approx(metrics.accuracy_score(truth, most))
    assert constant["f1"] == pytest.approx(
        metrics.f1_score(truth, most, average="macro", labels=range(4), zero_division=0)
    )


def test_scores_of_numbers_are_in_the_unit_of_the_target():
    rng = np.random.default_rng(1)
    train, truth = rng.normal(50, 9, 40), rng.normal(50, 9, 30)
    guess = truth + rng.normal(0, 2, 30)
    mean, std = train.mean(), train.std()

    def z(v):
        return ((v - mean) / std).astype(np.float32).reshape(-1, 1)

    problem = plain("regression", z(train), z(truth), scale=std)
    assert scores(problem, z(guess)) == pytest.approx({
        "rmse": metrics.root_mean_squared_error(truth, guess),
        "mae": metrics.mean_absolute_error(truth, guess),
        "r2": metrics.r2_score(truth, guess),
    }, rel=1e-4)  # fmt: skip
    name, constant = baseline(problem)
    assert name == "mean"
    assert constant["rmse"] == pytest.approx(np.sqrt(np.mean((truth - mean) ** 2)), rel=1e-4)


def test_together_turns_the_table():
    turned = together({"model": {"a": 1.0, "b": 2.0}, "mean": {"a": 3.0}})
    assert turned == {"a": {"model": 1.0, "mean": 3.0}, "b": {"model": 2.0}}


@pytest.mark.parametrize("name", [name for name in names() if find(name).is_problem])
def test_every_recipe_is_a_problem_without_shared_rows(name, request):
    if name != "digits":
        request.getfixturevalue("shared_data")
    problem = find(name).module.problem(find(name).settings())
    assert problem.inputs == np.prod(problem.picture)
    assert set(np.unique(problem.train.y)) == set(range(len(problem.classes)))
    assert problem.train.x.min() >= 0
    assert problem.train.x.max() == 1
    sizes = [len(part) for part in (problem.train, problem.valid, problem.test)]
    assert min(sizes) > 100
    model = problem.network(problem.inputs, problem.outputs)
    assert model is not problem.network(problem.inputs, problem.outputs)


def test_the_digits_are_split_by_class_and_by_seed():
    first, again, other = digits(0), digits(0), digits(1)
    assert [len(p) for p in (first.train, first.valid, first.test)] == [1293, 144, 360]
    counts = np.bincount(first.test.y)
    assert counts.max() - counts.min() <= 2
    assert np.array_equal(first.test.x, again.test.x)
    assert not np.array_equal(first.test.x, other.test.x)
    rows = np.concatenate([first.train.x, first.valid.x, first.test.x])
    assert len(rows) == 1797


def test_the_linear_model_beside_is_as_good_as_scikit_learns():
    problem = digits(0)
    learned = learn(problem.planned(epochs=20), run_dir=True, verbose=0)
    peer = linear_model.LogisticRegression(max_iter=2000).fit(problem.train.x, problem.train.y)
    ours = learned.metrics["accuracy"]["logistic"]
    assert ours >= peer.score(problem.test.x, problem.test.y) - 0.02


def test_what_learning_leaves_behind():
    problem = digits(0).planned(epochs=2)
    learned = learn(problem, run_dir=True, verbose=0)
    facts = learned.folder.facts()
    assert facts["metrics"]["accuracy"].keys() == {"model", "logistic", "majority"}
    assert facts["predictor"]["classes"] == [str(k) for k in range(10)]
    assert facts["seed"] == 0
    assert facts["source"]["data"] == "digits"
    assert learned.report.is_file()
    assert len(learned.history) == 2
    predictor = Predictor.load(RunFolder.open(learned.folder.path))
    answers = predictor.answer(problem.test.x * 16)
    right = np.mean([int(a) == t for a, t in zip(answers.values, problem.test.y, strict=True)])
    assert right == pytest.approx(learned.metrics["accuracy"]["model"])


def test_the_report_speaks_spanish():
    with use_language("es"):
        learned = learn(digits(0).planned(epochs=1), run_dir=True, verbose=0)
    page = learned.report.read_text("utf-8")
    assert "clase mayoritaria" in page
    assert "regresión logística" in page
    assert "Una red de" in page


def wave(count=200, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, count)
    kind = rng.choice(["up", "down"], count)
    y = np.sin(x) * 10 + np.where(kind == "up", 5, -5)
    return [{"x": a, "kind": k, "y": b} for a, k, b in zip(x, kind, y, strict=True)]


def test_a_table_whose_law_is_not_linear_is_learned_better_than_by_a_line():
    problem, report = table_problem(read_table(wave(400)), TableSettings("y"), 0)
    assert problem.task == "regression"
    assert report.to_dict()["rows"] == 400
    learned = learn(problem, run_dir=True, verbose=0)
    r2 = learned.metrics["r2"]
    assert r2["model"] > 0.97
    assert r2["linear"] < 0.9
    assert abs(r2["mean"]) < 0.1
    assert len(problem.examples) == 8


def test_the_constants_come_from_the_training_rows_alone():
    table = read_table(wave())
    problem, _ = table_problem(table, TableSettings("y"), 0)
    column = problem.train.x[:, 0]
    assert column.mean() == pytest.approx(0, abs=1e-6)
    assert column.std() == pytest.approx(1, abs=1e-6)
    assert abs(problem.test.x[:, 0].mean()) > 1e-3


def test_small_tables_are_refused():
    with pytest.raises(DataError) as caught:
        table_problem(read_table(wave(9)), TableSettings("y"), 0)
    assert caught.value.code == "recipe-few-rows"


def test_a_run_without_a_predictor_says_so(tmp_path):
    folder = RunFolder.create(tmp_path / "r", name="r", config={})
    with pytest.raises(UsageError) as caught:
        Predictor.load(folder)
    assert caught.value.code == "run-no-predictor"
    assert json.loads((tmp_path / "r/run.json").read_text("utf-8"))["name"] == "r"


def test_mnist_with_a_perceptron(shared_data):
    problem = find("mnist-mlp").module.problem(find("mnist-mlp").settings())
    layers = str(problem.network(784, 10))
    assert "in_features=784, out_features=128" in layers
    assert len(problem.test) == 10_000


@pytest.mark.slow
def test_mnist_with_a_perceptron_reaches_its_figure(shared_data):
    learned = learn(
        find("mnist-mlp").module.problem(find("mnist-mlp").settings()), run_dir=True, verbose=0
    )
    assert learned.metrics["accuracy"]["model"] >= 0.975


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_demo_reaches_its_figure_with_any_seed(seed):
    learned = learn(digits(seed), seed=seed, run_dir=True, verbose=0)
    assert learned.metrics["accuracy"]["model"] >= 0.97
