"""`tiza recipes` and `tiza train NAME`: settings, seeds, one's own file, what is refused."""

import json

import pytest

from tiza.train.store import Store


def test_the_list_and_one_recipe(tiza):
    listed = tiza("recipes", "--json").json
    assert listed["digits"]["model"] == "MLP 64-256-128-10"
    said = tiza("recipes", "digits", "--lang", "es")
    assert "tasa de aprendizaje" in said.out
    assert "un número entero >= 1" in said.out
    document = tiza("recipes", "digits", "--json").json
    assert {one["name"] for one in document["settings"]} >= {"epochs", "lr", "hidden"}
    assert document["settings"][0]["words"] == "passes over the data"
    for words in (["digitz"], ["copy", "digitz"]):
        said = tiza("recipes", *words)
        assert said.code == 2
        assert "digits" in said.err
    assert tiza("recipes", "copy").code == 2
    assert tiza("recipes", "digits", "more").code == 2


def test_settings_reach_the_run(tiza):
    document = tiza("train", "digits", "--set", "epochs=1", "--set", "hidden=8", "--set",
                    "batch-size=128", "--json").json  # fmt: skip
    assert document["parameters"] == 64 * 8 + 8 + 8 * 10 + 10
    run = Store().find("last")
    facts = json.loads((run.folder / "run.json").read_text())
    assert facts["settings"]["hidden"] == [8]
    assert facts["config"]["fit"] == {**facts["config"]["fit"], "epochs": 1, "batch_size": 128}
    assert document["goals"] == [
        {"figure": "accuracy", "sign": ">=", "value": 0.97, "reached": False}
    ]
    assert tiza("replay", "last", "--json").json["equal"]


WRONG = {
    "unknown name": (["digits", "--set", "epoch=1"], "--set epochs=..."),
    "bad value": (["digits", "--set", "lr=fast"], "lr takes a number >= 0"),
    "no pair": (["digits", "--set", "lr"], "'lr' is not a name with a value"),
    "of a table": (["digits", "--target", "x"], "does not take --target"),
    "not declared": (["water-tank", "--epochs", "3"], "does not take --epochs"),
    "no seeds": (["digits", "--seeds", "0"], "--seeds"),
    "no threads": (["digits", "--threads", "many"], "--threads"),
    "no recipe in it": (["empty.py"], "holds no recipe"),
}


@pytest.mark.parametrize(("words", "text"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_set_is_refused(tiza, tmp_path, words, text):
    (tmp_path / "empty.py").write_text("")
    said = tiza("train", *words)
    assert said.code == 2
    assert text in said.err
    assert not Store().runs()


def test_options_of_recipes_are_not_of_tables(tiza, tmp_path):
    (tmp_path / "t.csv").write_text("a,y\n1,2\n")
    for words in (["--set", "lr=1"], ["--seeds", "2"], ["--quick"]):
        said = tiza("train", "t.csv", "--target", "y", *words)
        assert said.code == 2
        assert f"{words[0]} belongs to recipes" in said.err


def test_several_seeds_are_several_runs_in_one_table(tiza):
    said = tiza("train", "som-colours", "--quick", "--seeds", "2", "--seed", "5")
    assert said.code == 0, said.err
    assert " ± " in said.out
    assert "over 2 seeds: 5, 6" in said.out
    runs = Store().runs()
    assert sorted(run.config["seed"] for run in runs) == [5, 6]
    document = tiza("train", "som-colours", "--quick", "--seeds", "2", "--json").json
    name = "quantization error"
    values = [run["metrics"][name]["model"] for run in document["runs"]]
    assert document["metrics"][name]["model"] == pytest.approx(sum(values) / 2)
    assert document["deviations"][name] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    shown = tiza("train", "som-colours", "--quick", "--seeds", "2", "-q").out.split()
    assert len(shown) == 2


@pytest.mark.parametrize("name", ["digits", "som-colours"])
def test_a_copy_runs_as_the_recipe_does(tiza, tmp_path, name):
    file = f"{name.replace('-', '_')}.py"
    assert tiza("recipes", "copy", name).out == f"{file}\n"
    assert tiza("recipes", "copy", name).code == 2  # nothing is overwritten
    own = tiza("train", file, "--quick", "--json").json
    theirs = tiza("train", name, "--quick", "--json").json
    assert own["metrics"] == theirs["metrics"]
    assert tiza("replay", own["run"], "--json").json["equal"]


def test_what_is_offered_works(tiza, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: True)
    document = tiza("train", "water-tank", "--quick", "--json").json
    kinds = [line.split()[1] for line in document["commands"]]
    assert kinds == ["predict", "derive", "show", "report", "replay", "recipes"]
    for line in document["commands"]:
        said = tiza(*line.split()[1:])
        assert said.code == 0, (line, said.err)
    assert "seconds" not in tiza("show", "last").err


def test_missing_data_are_told_of(tiza, monkeypatch, tmp_path):
    monkeypatch.setenv("TIZA_DATA", str(tmp_path / "nothing"))
    for name in ("mlp-slide", "linear-regression"):
        said = tiza("train", name, "--lang", "es")
        assert said.code == 1, said.out
        assert "Traceback" not in said.err
        assert "tiza: error:" in said.err
        assert "falla de tiza" not in said.err
    assert [run.status for run in Store().runs()] == ["failed"]


def test_an_interrupted_problem_can_be_done_again(tiza, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tiza.cli.bar.EpochBar.on_epoch_end", stop)
    assert tiza("train", "digits", "--set", "epochs=3", "-q").code == 130
    run = Store().runs()[0]
    assert run.status == "interrupted"
    facts = json.loads((run.folder / "run.json").read_text())
    assert facts["recipe"] == "digits"
    assert facts["settings"]["epochs"] == 3
