"""A recipe that was ended early goes on to the very weights of one that never was."""

import json

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError, CheckpointError
from tiza.recipes import find, names, passes
from tiza.recipes.ink import Average, Falling
from tiza.recipes.learn import learn_recipe
from tiza.recipes.passes import Best, Passes, put_back, state_of
from tiza.recipes.setting import Stopped
from tiza.recipes.study import descent, run_study, weights_hash
from tiza.train.checkpoint import Checkpoints, load_checkpoint, save_checkpoint
from tiza.train.folder import RunFolder
from tiza.train.store import Store

STUDIES = [name for name in names() if not find(name).is_problem]
SHORT = ["gan-rings", "lstm-series", "rnn-names"]  # two optimizers; the best pass; rates
FEW = {"gan-rings": {"steps": "5"}, "diffusion-2d": {"steps": "5"}}  # each of them is written
NO_LOOP = {  # seconds long: they say that nothing is kept
    "cocktail-factory", "linear-regression", "logistic-regression", "perceptron", "som-colours",
    "som-digits", "universal-approximation", "water-tank",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch, shared_data):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))


@pytest.fixture
def at_once(monkeypatch):
    """Every pass is written."""
    monkeypatch.setattr(passes, "PAUSE", 0.0)
    monkeypatch.setattr(passes, "SHARE", 0)


class Stop:
    """Ctrl-C after so many passes that were kept; counts them."""

    def __init__(self, monkeypatch, after=None):
        keep, self.count = Passes._keep, 0

        def counted(this, *what):
            keep(this, *what)
            self.count += 1
            if self.count == after:
                raise KeyboardInterrupt

        monkeypatch.setattr(Passes, "_keep", counted)


def assert_goes_on_to_the_same(name, monkeypatch, *shares):
    """A run that is ended after these shares of its passes comes to the weights of a whole one."""
    recipe = find(name)
    settings = recipe.settings(FEW.get(name), seed=1, quick=True)
    with monkeypatch.context() as patch:
        stop = Stop(patch)
        whole = run_study(recipe, settings)
    count = stop.count
    if name in NO_LOOP:
        assert count == 0
        return
    assert not whole.folder.checkpoints().paths(), "a run that is whole needs no checkpoint"
    said = []
    told = recipe.settings(FEW.get(name), seed=1, quick=True, say=said.append)
    for after in {max(1, round(share * count)) for share in shares}:
        with monkeypatch.context() as patch:
            Stop(patch, after)
            with pytest.raises(KeyboardInterrupt):
                run_study(recipe, told)
        folder = RunFolder.open(Store().find("last").folder)
        assert said[-1] == f"kept: tiza train {name} --resume {folder.id} goes on from here"
        again = run_study(recipe, told, resume=folder)
        assert again.folder == folder
        assert weights_hash(folder) == weights_hash(whole.folder) != ""
        assert again.outcome.figures == whole.outcome.figures
        assert again.outcome.rows == whole.outcome.rows
        assert (folder.path / "history.csv").read_text() == (
            whole.folder.path / "history.csv"
        ).read_text()


@pytest.mark.parametrize("name", SHORT)
def test_a_run_goes_on_to_the_same_bits(name, monkeypatch, at_once):
    assert_goes_on_to_the_same(name, monkeypatch, 0, 0.5, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*STUDIES} - {*SHORT}))
def test_every_recipe_goes_on_to_the_same_bits(name, monkeypatch, at_once):
    assert_goes_on_to_the_same(name, monkeypatch, 0.6)


def trained(kept, steps, stop=None):
    """A small loop with everything that may be kept; the state of all of it."""
    tz.manual_seed(3)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))
    optimizer = optim.Adam(model.parameters(), lr=0.1, betas=(0.8, 0.9))
    step = descent(lambda x: (model(x) ** 2).mean(), optimizer)
    mean, best, lower = Average(model[0], every=1), Best(model), Falling(optimizer, 0.1, steps)
    rng, losses, held = np.random.default_rng(5), [], {"last": np.zeros(2)}
    batches = iter(range(steps))
    for k in kept.over(steps, model, optimizer, mean, best, lower, rng, losses, held, batches):
        assert next(batches) == k
        losses.append(step(rng.normal(size=(8, 3)).astype("float32")))
        mean.follow()
        best.see(-losses[-1])
        lower()
        held["last"] = rng.normal(size=2)
        kept.told({"loss": losses[-1]})
        if k == stop:
            raise KeyboardInterrupt
    return [state_of(x) for x in (model, optimizer, mean, best, lower, rng, losses, held)]


def test_whatever_a_pass_changes_comes_back(tmp_path, at_once):
    seen = []
    whole = trained(Passes(Checkpoints(tmp_path / "whole"), seen.append), 7)
    first, again = [], []
    before = Passes(Checkpoints(tmp_path / "cut", keep=2), first.append)
    with pytest.raises(KeyboardInterrupt):
        trained(before, 7, stop=4)
    assert before.flush()
    after = Passes(Checkpoints(tmp_path / "cut", keep=2), again.append)
    assert after.resume() == 4  # the fifth was not whole
    np.testing.assert_equal(trained(after, 7), whole)
    assert again == seen
    assert first == seen[:5]
    after.forget()
    assert not (tmp_path / "cut").exists()


def test_a_loop_that_is_done_is_not_done_again(tmp_path):
    kept = Passes(Checkpoints(tmp_path), lambda row: None)
    one, two = [0.0], [0.0]
    for _ in kept.over(3, one):
        one[0] += 1
    assert next(kept.over(3, two)) == 0
    assert not kept.kept.paths(), "nothing is written in the first seconds"
    assert kept.flush()
    later = Passes(Checkpoints(tmp_path), lambda row: None)
    later.resume()
    one, two = [0.0], [0.0]
    assert list(later.over(3, one)) == []
    assert one == [3.0]
    assert list(later.over(3, two)) == [0, 1, 2]


def test_a_model_comes_back_at_rest_or_learning(tmp_path):
    """Dropout after a loop that is done is as the loop left it."""
    kept = Passes(Checkpoints(tmp_path), lambda row: None)
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    for _ in kept.over(2, model):
        model.eval()
    kept.flush()
    later = Passes(Checkpoints(tmp_path), lambda row: None)
    later.resume()
    again = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    assert list(later.over(2, again)) == []
    assert not again.training
    assert not again[1].training
    np.testing.assert_equal(state_of(again), state_of(model))


def test_nothing_is_kept_before_the_first_pass(tmp_path):
    kept = Passes(Checkpoints(tmp_path / "none"), lambda row: None)
    assert next(kept.over(3, [])) == 0
    assert not kept.flush()
    kept.forget()  # there is nothing to forget
    with pytest.raises(CheckpointError):
        Passes(Checkpoints(tmp_path / "none"), lambda row: None).resume()


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, {"weights": np.zeros(2)})  # as a trainer keeps it
    with pytest.raises(CheckpointError):
        Passes(checkpoints, lambda row: None).resume()
    kept = Passes(checkpoints, lambda row: None)
    list(kept.over(2, [1.0]))
    kept.flush()
    other = Passes(checkpoints, lambda row: None)
    other.resume()
    with pytest.raises(CheckpointError, match="passes"):
        list(other.over(3, [1.0]))


def test_a_full_disk_does_not_end_training(tmp_path, monkeypatch, at_once):
    def refuse(this, step, state):
        raise CheckpointError("checkpoint-unwritable", path="x", reason="full")

    monkeypatch.setattr(Checkpoints, "save", refuse)
    kept = Passes(Checkpoints(tmp_path), lambda row: None)
    assert list(kept.over(3, [1.0])) == [0, 1, 2]
    assert not kept.flush()


@pytest.mark.parametrize("one", [
    np.random.default_rng(0), [], [1.0, float("inf")], [{"loss": 1.0}], {"w": np.arange(3)},
    optim.AdamW(nn.Linear(2, 2).parameters(), betas=(0.5, 0.6)),
], ids=lambda one: type(one).__name__)  # fmt: skip
def test_a_state_outlives_the_disk(one, tmp_path):
    state = state_of(one)
    save_checkpoint(tmp_path / "x", {"one": state})
    put_back(one, load_checkpoint(tmp_path / "x")["one"], 0)
    np.testing.assert_equal(state_of(one), state)


def test_what_nobody_can_keep_is_refused():
    with pytest.raises(ArgumentError) as raised:
        state_of(3)
    assert str(raised.value) == (
        "loop: nobody knows how to keep a int\n    fix: give it state_dict and load_state_dict"
    )


def test_a_sweep_that_ends_a_trial_early_keeps_nothing(at_once):
    recipe = find("lstm-series")

    def stop(row):
        raise Stopped

    with pytest.raises(Stopped):
        run_study(recipe, recipe.settings(quick=True, watch=stop))
    run = Store().find("last")
    assert run.status == "interrupted"


def test_a_short_recipe_says_that_nothing_is_kept():
    recipe, said = find("water-tank"), []

    def stop(row):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(recipe, recipe.settings(quick=True, watch=stop, say=said.append))
    run = Store().find("last")
    assert said == [f"nothing is kept of it yet: tiza replay {run.id} starts it again"]


def test_what_the_trainer_learns_goes_on_too():
    recipe = find("digits")
    settings = recipe.settings({"epochs": "4"})
    whole = learn_recipe(recipe, settings, verbose=0)

    class After(tz.train.Callback):
        def on_epoch_end(self, epoch, logs):
            if epoch == 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn_recipe(recipe, settings, verbose=0, callbacks=[After()])
    folder = RunFolder.open(Store().find("last").folder)
    again = learn_recipe(recipe, settings, verbose=0, resume=folder)
    assert again.folder == folder
    assert weights_hash(folder) == weights_hash(whole.folder) != ""
    assert again.metrics == whole.metrics
    assert json.loads((folder.path / "run.json").read_text())["status"] == "finished"
