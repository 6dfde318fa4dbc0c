"""Sweeps: what is varied, what is kept, several processes at once, Ctrl-C, going on."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tiza.errors import UsageError, use_language
from tiza.recipes import find
from tiza.recipes.space import Range, read
from tiza.recipes.sweep import Sweep, importances, study_of, sweep
from tiza.recipes.sweep_page import best_of, command, page, trials_of
from tiza.train.store import Store

pytest.importorskip("optuna")

DIGITS, WATER = find("digits"), find("water-tank")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))


def plan(trials=6, given=None, **rest):
    ranges, fixed = read(WATER.declared, "water-tank", given or {"lr": "log:1e-3..1", "steps": "8"})
    return Sweep(WATER, ranges, fixed, metric="loss", trials=trials, **rest)


def spaces(**given):
    return read(DIGITS.declared, "digits", given)


def test_ranges_are_read():
    ranges, fixed = spaces(lr="log:1e-4..1e-1", epochs="5..50", hidden="16|64|256,128", dropout="0")
    assert ranges == [
        Range("lr", "float", 1e-4, 1e-1, log=True),
        Range("epochs", "int", 5, 50),
        Range("hidden", "choice", values=("16", "64", "256,128")),
    ]
    assert fixed == {"dropout": "0"}
    assert [str(one) for one in ranges] == ["lr=log:0.0001..0.1", "epochs=5..50",
                                           "hidden=16|64|256,128"]  # fmt: skip


WRONG = {
    "lr=log:0..1": "is no range", "lr=1..0.1": "is no range", "lr=1..2..3": "is no range",
    "lr=a..b": "is not a good value", "lr=-1..1": "is not a good value",
    "hidden=8..64": "is no range", "epochs=0..5": "is not a good value",
    "epoch=1..5": "has no setting 'epoch'", "epochs=5": "nothing is varied",
    "epochs=1.5..5": "is not a good value", "lr=0.1|x": "is not a good value",
}  # fmt: skip


@pytest.mark.parametrize(("given", "text"), WRONG.items())
def test_what_is_no_range_is_refused(given, text):
    with pytest.raises(UsageError, match=text):
        spaces(**dict([given.split("=", 1)]))


def test_a_sweep_keeps_every_trial_as_a_run_and_goes_on():
    first = trials_of(sweep(plan(2)))
    assert [t.number for t in first] == [0, 1]
    again = trials_of(sweep(plan(4)))
    assert again[:2] == first
    assert len(again) == 4
    assert len({t.params["lr"] for t in again}) == 4
    assert all(1e-3 <= t.params["lr"] <= 1 for t in again)
    runs = {run.id: run for run in Store().runs()}
    assert {t.run for t in again} == set(runs)
    best = best_of(again, plan())
    assert best.value == min(t.value for t in again if t.state == "COMPLETE")
    facts = json.loads((runs[best.run].folder / "run.json").read_text())
    assert facts["sweep"] == {"name": "water-tank", "trial": best.number}
    assert facts["settings"]["lr"] == best.params["lr"]
    assert command(best, plan()) == f"tiza train water-tank --set steps=8 --set lr={facts['settings']['lr']!r}"  # fmt: skip  # noqa: E501


def test_the_same_seed_proposes_the_same():
    one = [t.params for t in trials_of(sweep(plan(2, name="one", sampler="random")))]
    two = [t.params for t in trials_of(sweep(plan(2, name="two", sampler="random")))]
    assert one == two
    other = [t.params for t in trials_of(sweep(plan(2, name="b", sampler="random", seed=1)))]
    assert one != other


def test_another_sweep_of_the_same_name_is_refused():
    sweep(plan(1))
    with pytest.raises(UsageError, match="the sweep water-tank is about water-tank lr=log"):
        sweep(plan(1, {"lr": "log:1e-3..2"}))
    with pytest.raises(UsageError, match="cannot be used"):
        study_of(plan(1, storage="sqlite:////nowhere/at/all.sqlite"))
    with pytest.raises(UsageError, match="cannot be used"):
        study_of(plan(1, storage="no address"))


def test_a_grid_is_gone_through_once():
    given = {"steps": "2..4", "volume": "20|30"}
    found = trials_of(sweep(plan(50, given, sampler="grid")))
    assert len(found) == 6
    assert len({tuple(sorted(t.params.items())) for t in found}) == 6
    with pytest.raises(UsageError, match="a grid needs few values: lr"):
        sweep(plan(5, name="other", sampler="grid"))


def test_bad_trials_are_ended_early():
    found = trials_of(sweep(plan(10, {"lr": "log:1e-4..0.5", "steps": "10"}, sampler="random")))
    states = [t.state for t in found]
    assert "PRUNED" in states
    assert states[:5] == ["COMPLETE"] * 5
    early = next(t for t in found if t.state == "PRUNED")
    run = Store().find(early.run)
    assert run.status == "interrupted"
    assert len(Store().metrics(run.id)) < 10


def test_a_problem_is_swept_by_its_validation_loss():
    ranges, fixed = spaces(lr="log:1e-3..1e-1", epochs="2")
    found = Sweep(DIGITS, ranges, fixed, trials=2, quick=True)
    trials = trials_of(sweep(found))
    assert [t.state for t in trials] == ["COMPLETE"] * 2
    best = best_of(trials, found)
    curve = [m.value for m in Store().metrics(best.run, "val_loss")]
    assert best.value == min(curve)


def test_a_column_that_is_not_measured_is_told_of():
    with pytest.raises(UsageError, match="measures no 'val_loss' on its way") as error:
        sweep(Sweep(WATER, plan().ranges, {"steps": "5"}, trials=2))
    assert "loss" in error.value.fix


def test_the_page_draws_and_tells():
    chosen = plan(6)
    study = sweep(chosen)
    shown = page(study, chosen)
    assert shown.count("<title>") >= 1 + 6  # of the page, of each line
    assert "Parallel coordinates" in shown
    assert "What matters" in shown
    found = importances(study)
    assert found.keys() == {"lr"}
    with use_language("es"):
        assert "Coordenadas paralelas" in page(study, chosen)


def started(tmp_path, *words):
    line = [sys.executable, "-m", "tiza", "sweep", "water-tank", "--metric", "loss", *words]
    env = {**os.environ, "LC_ALL": "C.UTF-8", "TIZA_THREADS": "1"}
    return subprocess.Popen(line, cwd=tmp_path, env=env, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)  # fmt: skip


@pytest.mark.slow
def test_two_processes_share_a_sweep(tmp_path):
    words = ["--set", "lr=log:1e-3..1", "--set", "steps=20", "--trials", "8"]
    both = [started(tmp_path, *words) for _ in range(2)]
    said = [one.communicate(timeout=300) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    trials = trials_of(study_of(plan(8, {"lr": "log:1e-3..1", "steps": "20"})))
    assert 8 <= len(trials) <= 9
    assert len({t.params["lr"] for t in trials}) == len(trials)
    assert {t.state for t in trials} <= {"COMPLETE", "PRUNED"}


@pytest.mark.slow
def test_ctrl_c_leaves_the_sweep_whole(tmp_path):
    given = {"lr": "log:1e-3..1", "steps": "200000"}
    words = ["--set", "lr=log:1e-3..1", "--set", "steps=200000", "--trials", "2"]
    process = started(tmp_path, *words)
    until = time.monotonic() + 120
    while time.monotonic() < until and not Store().runs():
        time.sleep(0.2)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "the same command goes on: 0 of 2" in out
    assert "Traceback" not in err
    (run,) = Store().runs()
    assert run.status == "interrupted"
    (trial,) = trials_of(study_of(plan(2, given)))
    assert trial.state == "FAIL"
