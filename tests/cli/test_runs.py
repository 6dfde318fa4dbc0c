"""Runs chosen, put in order, compared, done again; and what is said where that cannot be."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from tiza.cli.choosing import Where, chosen, day, ordered
from tiza.errors import UsageError
from tiza.recipes import find
from tiza.recipes.compare import compare, student
from tiza.recipes.compare_page import page
from tiza.recipes.study import Settings, run_study
from tiza.train.folder import RunFolder
from tiza.train.store import Run, Store

WATER = find("water-tank")


def run(id, day="2026-11-01", summary=None, name="digits"):
    moment = f"{day}T12:00:00+00:00"
    return Run(id, name, "finished", moment, moment, Path(id), {"recipe": name}, summary or {})


def test_conditions_on_figures_are_read():
    good = run("a", summary={"accuracy": 0.98, "rmse (mean)": 2.0})
    for text in ("accuracy>=0.97", "accuracy > 97%", "rmse (mean)=2", "accuracy<=0.98"):
        assert Where.read(text).holds(good), text
    for text in ("accuracy<0.98", "loss>0", "rmse>0"):
        assert not Where.read(text).holds(good), text
    for text in ("accuracy", "accuracy>=", "accuracy>=much", ">=3"):
        with pytest.raises(UsageError, match="is no condition on a figure"):
            Where.read(text)


def test_days_are_read():
    assert day("2026-11-21") == date(2026, 11, 21)
    assert day("hoy") == day("today") == date.today()
    assert day("7d") == date.today() - timedelta(days=7)
    with pytest.raises(UsageError, match="'soon' is no day"):
        day("soon")


def test_runs_are_chosen_by_recipe_figure_and_day():
    runs = [run("a", "2026-11-01", {"accuracy": 0.9}), run("b", "2026-11-05", {"accuracy": 0.99}),
            run("c", "2026-11-05", name="gan-rings")]  # fmt: skip
    assert [r.id for r in chosen(runs, recipe="digits")] == ["a", "b"]
    assert [r.id for r in chosen(runs, where=["accuracy>=0.95"])] == ["b"]
    assert [r.id for r in chosen(runs, since="2026-11-03")] == ["b", "c"]
    assert [r.id for r in chosen(runs, until="2026-11-03")] == ["a"]


def test_the_best_come_first_and_those_without_the_figure_last():
    runs = [run("a", summary={"accuracy": 0.9, "loss": 1.0}), run("b"),
            run("c", summary={"accuracy": 0.99, "loss": 2.0}),
            run("d", summary={"accuracy": float("nan")})]  # fmt: skip
    assert [r.id for r in ordered(runs, "accuracy")] == ["c", "a", "b", "d"]
    assert [r.id for r in ordered(runs, "loss")] == ["a", "c", "b", "d"]
    assert [r.id for r in ordered(runs, "accuracy", reverse=True)] == ["a", "c", "b", "d"]
    with pytest.raises(UsageError, match="no run has 'speed' to sort by"):
        ordered(runs, "speed")


def test_the_command_lists_as_it_is_asked(tiza):
    for seed in (1, 2):
        run_study(WATER, WATER.settings({"steps": 5 * seed}, seed=seed))
    rows = tiza("runs", "--sort", "volume off by", "--json").json
    assert [row["summary"]["volume off by"] for row in rows] == sorted(
        row["summary"]["volume off by"] for row in rows
    )
    assert "volume off by" in tiza("runs", "--sort", "volume off by").out
    assert tiza("runs", "--recipe", "digits").out == "no run is so\n"
    assert tiza("runs", "--recipe", "digits", "--lang", "es").out == "ninguna corrida es así\n"
    assert len(tiza("runs", "--where", "volume off by>0", "--since", "7d", "--json").json) == 2
    said = tiza("runs", "--where", "nonsense")
    assert said.code == 2
    assert "--where" in said.err


def test_runs_side_by_side(tiza, tmp_path):
    folders = [run_study(WATER, WATER.settings({"steps": steps}, seed=seed)).folder
               for seed, steps in ((0, 20), (1, 20), (0, 40))]  # fmt: skip
    found = compare(folders)
    assert found.differences == {"seed": [0, 1, 0], "steps": [20, 20, 40]}
    assert found.curves == ["loss"]
    assert [len(side.curves["loss"]) for side in found.sides] == [20, 20, 40]
    (group,) = found.groups
    assert group.letters == "A+B"
    mean = (found.sides[0].figures["volume"] + found.sides[1].figures["volume"]) / 2
    assert group.means["volume"] == pytest.approx(mean)
    shown = page(found)
    assert "<h2>What differs</h2>" in shown
    assert shown.count('<path d="M') > 3
    ids = [folder.id for folder in folders]
    said = tiza("compare", *ids, "--html", "out.html", "--lang", "es")
    assert said.code == 0, said.err
    assert "Qué difiere" in said.out
    assert "pérdida" in said.out
    assert (tmp_path / "out.html").read_text("utf-8").startswith('<!doctype html>\n<html lang="es"')
    document = tiza("compare", *ids[:2], "--json").json
    assert document["differences"] == {"seed": [0, 1]}
    assert tiza("compare", ids[0]).code == 2
    assert "two runs at least" in tiza("compare", ids[0], ids[0]).err


def test_student_has_the_quantiles_of_scipy():
    from scipy import stats

    for n in (2, 5, 31):
        values = [k**0.5 for k in range(n)]
        low, high = student(values)
        t = stats.t.ppf(0.975, n - 1)
        half = t * stats.sem(values)
        assert (high - low) / 2 == pytest.approx(half, rel=1e-3)


def test_a_run_done_again_has_the_same_weights(tiza):
    before = run_study(WATER, WATER.settings({"steps": 10}, seed=4)).folder
    said = tiza("replay", before.id, "--threads", "1")
    assert said.code == 0, said.err
    assert "the same to the last bit" in said.out
    document = tiza("replay", before.id, "--json").json
    assert document["equal"]
    assert document["weights_sha256"][0] == document["weights_sha256"][1]


def test_other_weights_are_noticed(tiza):
    before = run_study(WATER, WATER.settings({"steps": 10}, seed=4)).folder
    before.note(weights_sha256="0" * 64, versions={"numpy": "1.0"})
    said = tiza("replay", before.id, "--lang", "es")
    assert said.code == 1
    assert "no son iguales" in said.out
    assert "numpy" in said.out


def test_a_table_done_again(tiza, tmp_path):
    rows = "".join(f"{k % 7},{k % 5},{2 * (k % 7) - k % 5}\n" for k in range(60))
    (tmp_path / "t.csv").write_text(f"a,b,y\n{rows}")
    assert tiza("train", "t.csv", "-t", "y", "--epochs", "2", "--hidden", "4", "-q").code == 0
    assert tiza("replay", "last", "--json").json["equal"]
    (tmp_path / "t.csv").write_text(f"a,b,y\n{rows}1,1,1\n")
    said = tiza("replay", "last")
    assert said.code == 1
    assert "t.csv has changed since the run" in said.err
    (tmp_path / "t.csv").unlink()
    assert tiza("replay", "last").code == 2


def test_a_folder_cut_in_half_is_told_of(tiza):
    whole = run_study(WATER, Settings(quick=True)).folder
    half = run_study(WATER, Settings(quick=True)).folder
    gone = run_study(WATER, Settings(quick=True)).folder
    text = (half.path / "run.json").read_text()
    (half.path / "run.json").write_text(text[: len(text) // 2])
    (half.path / "history.csv").write_text("epoch,lo")
    shutil.rmtree(gone.path)
    assert tiza("runs").code == 0
    for words in (["show"], ["report"]):
        assert tiza(*words, half.id).code == 0
        assert "Traceback" not in tiza(*words, gone.id).err
    for words in (["replay", half.id], ["predict", half.id, "3"], ["derive", half.id],
                  ["replay", gone.id], ["predict", gone.id, "3"]):  # fmt: skip
        said = tiza(*words)
        assert said.code in (1, 2), words
        assert "tiza: error: " in said.err
        assert "a fault of tiza" not in said.err
    said = tiza("compare", whole.id, half.id)
    assert said.code == 2
    assert "its folder cannot be read" in said.err
    (whole.path / "weights.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    said = tiza("predict", whole.id, "3")
    assert said.code == 1
    assert "a fault of tiza" not in said.err


def test_a_report_that_is_not_there(tiza, monkeypatch):
    found = run_study(WATER, Settings(quick=True)).folder
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: bool(opened.append(url)) or True)
    assert tiza("report", "last", "--open", "--json").json["opened"]
    assert opened == [found.report.resolve().as_uri()]
    found.report.unlink()
    said = tiza("report", "last")
    assert said.code == 2
    assert "has no report" in said.err


def test_a_recipe_that_is_interrupted_is_kept_as_such(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))

    def stop(row):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(WATER, WATER.settings(watch=stop))
    run = Store().find("last")
    assert run.status == "interrupted"
    assert len(Store().metrics(run.id)) == 1
    assert json.loads((run.folder / "run.json").read_text())["status"] == "interrupted"
    assert RunFolder.open(run.folder).facts()["recipe"] == "water-tank"
