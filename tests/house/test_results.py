"""The page of results says what is kept, and what is kept says what was reached."""

import sys
from pathlib import Path

import pytest

from tiza.errors import use_language
from tiza.recipes import find, names
from tiza.recipes.about import Goal
from tiza.recipes.study import Settings, run_study
from tiza.train.folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import results  # noqa: E402


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_kept_row_stands_on_the_page(lang):
    page = results.PAGES[lang].read_text(encoding="utf-8")
    with use_language(lang):
        for name, row in results.read().items():
            assert f"| {' | '.join(results.cells(name, row))} |" in page, name
            for other in row.get("otherwise", {}).values():
                assert f"| {' | '.join(results.cells(name, other, every=True))} |" in page, name


def test_every_kept_row_is_of_a_recipe_with_its_defaults():
    for name, row in results.read().items():
        assert name in names()
        assert row["command"].startswith(f"tiza train {name}")
        assert "--set" not in row["command"], "defaults are what the page speaks of"
        assert row["seconds"] > 0
        for chosen, other in row.get("otherwise", {}).items():
            for text in chosen.split():
                assert f"--set {text}" in other["command"]


def test_a_run_is_kept_and_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(results, "KEPT", tmp_path / "results.json")
    found = run_study("water-tank", Settings(seed=3))
    assert results.add([str(found.folder.path)]) == "water-tank"
    row = results.read()["water-tank"]
    assert row["command"] == "tiza train water-tank --seed 3"
    assert row["figures"] == found.outcome.figures
    cells = results.cells("water-tank", row)
    assert cells[2].startswith("✓ ")
    with use_language("es"):
        assert "error del volumen" in results.page("es")
    row["figures"]["volume off by"]["model"] = 7.0
    assert results.cells("water-tank", row)[2] == "✗ 7.0000"


def test_other_settings_stand_below_and_stay_when_the_defaults_run_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(results, "KEPT", tmp_path / "results.json")
    other = run_study("water-tank", find("water-tank").settings({"steps": 400}))
    with pytest.raises(SystemExit, match="first a run of water-tank"):
        results.add([str(other.folder.path)])
    plain = run_study("water-tank")
    for found in (plain, other, plain):
        results.add([str(found.folder.path)])
    row = results.read()["water-tank"]
    assert row["figures"] == plain.outcome.figures
    assert row["otherwise"]["steps=400"]["figures"] == other.outcome.figures
    page = results.page("en")
    assert page.index("## With other settings") < page.index("--set steps=400")
    assert "## Con otros ajustes" in results.page("es")


def test_a_quick_run_is_no_result(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))
    found = run_study("water-tank", Settings(quick=True))
    with pytest.raises(SystemExit, match="no whole run"):
        results.add([str(found.folder.path)])


def test_seeds_are_gathered():
    facts = [
        {"figures": {"accuracy": {"model": v, "majority": 0.1}}, "seed": k, "seconds": 10,
         "settings": {"epochs": 5}}
        for k, v in enumerate((0.8, 0.9))
    ]  # fmt: skip
    row = results.row(find("digits"), facts)
    assert row["figures"]["accuracy"]["model"] == pytest.approx(0.85)
    assert row["deviations"]["accuracy"] == pytest.approx(0.0707, abs=1e-4)
    assert row["command"] == "tiza train digits --seeds 2 --set epochs=5"
    assert results._bound(Goal("accuracy", ">=", 0.978)) == "97.8 %"
    assert results._bound(Goal("rmse", "<=", 0.935)) == "0.935"


def test_folders_are_not_confounded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))
    one = RunFolder.create(tmp_path / "a", name="x", config={"recipe": "digits", "metrics": {}})
    two = RunFolder.create(tmp_path / "b", name="x", config={"recipe": "gan-rings"})
    with pytest.raises(SystemExit, match="one recipe"):
        results.add([str(one.path), str(two.path)])
